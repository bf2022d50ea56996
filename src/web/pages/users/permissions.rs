//! The Permissions tab of a user: what it may do and where that comes from, attaching, detaching.

use crate::app::{Failure, deferred::grant::Grant, deferred::grant::Way, policies::planned::Planned, users};
use crate::domain::{permission::action, policies::PolicyId, user::Uin};
use crate::web::pages::attached::{
    Panel, PolicyRow, WORDING, attached_to, choices, ids_of, policies_in_words,
};
use crate::web::pages::chooser::{Choices, Chooser, Subject, Wording};
use crate::web::{
    answer::PageResult, answer::render, error::PageError, forms::Form, forms::csrf::Protected,
    layout::Layout, layout::filters, pages::faults::Faults, pages::faults::faults,
    pages::users::boundary::BoundaryPanel, pages::users::head::UserHead, visit::Visit,
};
use actix_web::HttpResponse;
use askama::Template;

#[derive(Template)]
#[template(path = "users/permissions.html")]
struct IndexPage {
    page: Layout,
    head: UserHead,
    policies: Panel,
    boundary: Option<BoundaryPanel>,
}

/// What a user may do.
pub async fn index(visit: Visit) -> PageResult {
    let uin = visit.uin()?;
    let (rows, has_sources) = rows(&visit, uin).await?;
    let head = UserHead::load(&visit, uin, "permissions").await?;
    let boundary = BoundaryPanel::load(&visit, &head).await?;
    let policies = Panel {
        address: format!("/users/{uin}/permissions"),
        rows,
        may_attach: !head.is_root && visit.person.may(action::ATTACH_POLICY, uin),
        may_detach: (!head.is_root || visit.person.is_root()) && visit.person.may(action::DETACH_POLICY, uin),
        attach_action: action::ATTACH_POLICY,
        nothing: if has_sources {
            "This user can open nothing yet but the page My security."
        } else {
            "No policy is attached to this user itself."
        },
        simulator: Some(format!("/policies/simulate?user={uin}")),
        shows_use: !head.is_root && has_sources && visit.person.may(action::QUERY_KEY, uin),
        has_sources,
        hides_groups: !has_sources,
        reach: "",
    };
    let page = visit.layout("users");
    render(&IndexPage { page, head, policies, boundary })
}

/// The policies of a user, and whether those of its groups are among them.
async fn rows(visit: &Visit, uin: Uin) -> Result<(Vec<PolicyRow>, bool), PageError> {
    let own = users::permissions::attached(visit.app(), &visit.person, uin).await?;
    if !visit.person.may(action::LIST_ALL_ATTACHED, uin) {
        return Ok((
            own.into_iter().map(|policy| PolicyRow::attached(&visit.person, policy)).collect(),
            false,
        ));
    }
    let all = users::permissions::attached_all(visit.app(), &visit.person, uin).await?;
    Ok((all.into_iter().map(|policy| PolicyRow::held(&visit.person, policy)).collect(), true))
}

/// Detaches one policy.
pub async fn detach(visit: Visit, _form: Protected) -> PageResult {
    let (uin, policy) = (visit.uin()?, visit.attached_policy()?);
    Ok(detach_from_user(&visit, uin, policy, format!("/users/{uin}/permissions")).await?)
}

/// Detaches a policy from a user, on a page that leads back to `back`.
pub async fn detach_from_user(
    visit: &Visit,
    uin: Uin,
    policy: PolicyId,
    back: String,
) -> Result<HttpResponse, Failure> {
    visit.person.ensure(action::DETACH_POLICY, uin)?;
    let way = Way {
        what: format!("detach a policy from the user {uin}"),
        next: back.clone(),
        back,
        text: "The policy is detached.".to_owned(),
    };
    visit.grant(Grant::DetachFromUser { uin: uin.0, policy }, way).await
}

/// A user that policies can be attached to: anyone but root, whom they do not limit.
pub struct PoliciesForUser(UserHead);

impl Chooser for PoliciesForUser {
    const WORDING: Wording = WORDING;
    const SECTION: &'static str = "users";

    async fn load(visit: &Visit) -> Result<Self, PageError> {
        let uin = visit.uin()?;
        visit.person.ensure(action::ATTACH_POLICY, uin)?;
        let head = UserHead::load(visit, uin, "permissions").await?;
        if head.is_root {
            let text = "The root user may do everything; policies do not limit it.";
            return Err(PageError::Refused(text.to_owned()));
        }
        Ok(Self(head))
    }

    /// Those that, as far as the person may know, are not attached yet.
    async fn choices(&self, visit: &Visit, text: &str) -> Result<Choices, PageError> {
        let uin = self.0.id;
        let held = if visit.person.may(action::LIST_ATTACHED, uin) {
            users::permissions::attached(visit.app(), &visit.person, uin).await?
        } else {
            Vec::new()
        };
        Ok(choices(users::permissions::policies(visit.app(), &visit.person).await?, &held, text))
    }

    const CAN_CHECK: bool = true;

    async fn planned(&self, visit: &Visit, form: &Form) -> Result<Option<Planned>, Failure> {
        let known = users::permissions::policies(visit.app(), &visit.person).await?;
        let policies = ids_of(&Self::chosen(form), &known)?;
        Ok(Some(Planned::Attach { uins: vec![self.0.id], groups: Vec::new(), policies }))
    }

    async fn apply(&self, visit: &Visit, form: &Form) -> Result<HttpResponse, Failure> {
        let known = users::permissions::policies(visit.app(), &visit.person).await?;
        let policies = ids_of(&Self::chosen(form), &known)?;
        let head = &self.0;
        let way = Way {
            what: format!("attach {} to {}", policies_in_words(policies.len()), head.name),
            back: format!("/users/{}/permissions/attach", head.uin),
            next: format!("/users/{}", head.uin),
            text: attached_to(&head.name, policies.len()),
        };
        visit.grant(Grant::AttachToUser { uin: head.id.0, policies }, way).await
    }

    fn faults(failure: Failure) -> Result<Faults, PageError> {
        faults(failure)
    }

    fn subject(self, _: &Visit) -> Subject {
        let address = format!("/users/{}", self.0.uin);
        let form = format!("{address}/permissions/attach");
        self.0.subject(form, address)
    }
}
