//! The Permissions tab of a group: what is attached to it, attaching, detaching.

use crate::app::{
    Failure, deferred::grant::Grant, deferred::grant::Way, groups, groups::policies::Wanted,
    policies::planned::Planned, users,
};
use crate::domain::{group::GroupId, permission::action, policies::Attachment, policies::PolicyId};
use crate::web::pages::attached::{
    Panel, PolicyRow, WORDING, attached_to, choices, ids_of, policies_in_words,
};
use crate::web::pages::chooser::{Choices, Chooser, Subject, Wording};
use crate::web::{
    answer::PageResult, answer::render, error::PageError, forms::Form, forms::csrf::Protected,
    layout::Layout, layout::filters, pages::groups::head::GroupHead, visit::Visit,
};
use actix_web::HttpResponse;
use askama::Template;

#[derive(Template)]
#[template(path = "groups/permissions.html")]
struct IndexPage {
    page: Layout,
    head: GroupHead,
    policies: Panel,
}

/// What is attached to the group.
pub async fn index(visit: Visit) -> PageResult {
    let id = visit.group()?;
    let attached = attached(&visit, id).await?;
    let head = GroupHead::load(&visit, id, "permissions").await?;
    let policies = Panel {
        address: format!("/groups/{id}/permissions"),
        rows: attached.into_iter().map(|policy| PolicyRow::attached(&visit.person, policy)).collect(),
        may_attach: visit.person.may_group(action::ATTACH_GROUP_POLICY, id),
        may_detach: visit.person.may_group(action::DETACH_GROUP_POLICY, id),
        attach_action: action::ATTACH_GROUP_POLICY,
        nothing: "This group gives its users nothing yet.",
        simulator: None,
        shows_use: visit.person.may_group(action::LIST_MEMBERS, id),
        has_sources: false,
        hides_groups: false,
        reach: " for every user of the group",
    };
    render(&IndexPage { page: visit.layout("groups"), head, policies })
}

/// Detaches one policy.
pub async fn detach(visit: Visit, _form: Protected) -> PageResult {
    let (id, policy) = (visit.group()?, visit.attached_policy()?);
    Ok(detach_from_group(&visit, id, policy, format!("/groups/{id}/permissions")).await?)
}

/// Everything that is attached to a group.
pub async fn attached(visit: &Visit, id: GroupId) -> Result<Vec<Attachment>, Failure> {
    let found = groups::policies::group_policies(visit.app(), &visit.person, id, Wanted::ALL).await?;
    Ok(found.rows)
}

/// Detaches a policy from a group, on a page that leads back to `back`.
pub async fn detach_from_group(
    visit: &Visit,
    id: GroupId,
    policy: PolicyId,
    back: String,
) -> Result<HttpResponse, Failure> {
    visit.person.ensure_group(action::DETACH_GROUP_POLICY, id)?;
    let way = Way {
        what: "detach a policy from a group".to_owned(),
        next: back.clone(),
        back,
        text: "The policy is detached.".to_owned(),
    };
    visit.grant(Grant::DetachFromGroup { group: id.0, policy }, way).await
}

/// A group that policies can be attached to.
pub struct PoliciesForGroup(GroupHead);

impl Chooser for PoliciesForGroup {
    const WORDING: Wording = WORDING;
    const SECTION: &'static str = "groups";

    async fn load(visit: &Visit) -> Result<Self, PageError> {
        let id = visit.group()?;
        visit.person.ensure_group(action::ATTACH_GROUP_POLICY, id)?;
        GroupHead::load(visit, id, "permissions").await.map(Self)
    }

    /// Those that, as far as the person may know, are not attached yet.
    async fn choices(&self, visit: &Visit, text: &str) -> Result<Choices, PageError> {
        let id = self.0.id;
        let held = if visit.person.may_group(action::LIST_GROUP_POLICIES, id) {
            attached(visit, id).await?
        } else {
            Vec::new()
        };
        Ok(choices(users::permissions::policies(visit.app(), &visit.person).await?, &held, text))
    }

    const CAN_CHECK: bool = true;

    async fn planned(&self, visit: &Visit, form: &Form) -> Result<Option<Planned>, Failure> {
        let known = users::permissions::policies(visit.app(), &visit.person).await?;
        let policies = ids_of(&Self::chosen(form), &known)?;
        Ok(Some(Planned::Attach { uins: Vec::new(), groups: vec![self.0.id], policies }))
    }

    async fn apply(&self, visit: &Visit, form: &Form) -> Result<HttpResponse, Failure> {
        let known = users::permissions::policies(visit.app(), &visit.person).await?;
        let policies = ids_of(&Self::chosen(form), &known)?;
        let (head, group) = (&self.0, format!("group {}", self.0.name));
        let way = Way {
            what: format!("attach {} to {group}", policies_in_words(policies.len())),
            back: format!("/groups/{}/permissions/attach", head.id),
            next: format!("/groups/{}/permissions", head.id),
            text: attached_to(&group, policies.len()),
        };
        visit.grant(Grant::AttachToGroup { group: head.id.0, policies }, way).await
    }

    fn subject(self, _: &Visit) -> Subject {
        let back = format!("/groups/{}/permissions", self.0.id);
        self.0.subject(format!("{back}/attach"), back)
    }
}
