//! The permission boundary of a user: what its policies may allow at most.

use crate::app::policies::planned::Planned;
use crate::app::{deferred::grant::Grant, deferred::grant::Way, users};
use crate::domain::policies::{PolicyRefusal, StoredPolicy};
use crate::domain::{field::FieldError, permission::action, user::Uin};
use crate::web::answer::{PageResult, render, render_as};
use crate::web::pages::impact::{self, ImpactPanel};
use crate::web::{
    error::PageError, forms::csrf::Protected, layout::Layout, layout::filters,
    pages::attached::chosen_policy, pages::faults::policy_faults, pages::users::head::UserHead, visit::Visit,
};
use actix_web::http::StatusCode;
use askama::Template;

/// For `templates/users/boundary_panel.html`; the page that includes it holds it in a field `boundary`.
pub struct BoundaryPanel {
    pub policy: Option<StoredPolicy>,
    pub may_open: bool,
    pub may_set: bool,
    pub may_remove: bool,
}

#[derive(Template)]
#[template(path = "users/boundary.html")]
struct BoundaryPage {
    page: Layout,
    head: UserHead,
    errors: Vec<FieldError>,
    choices: Vec<StoredPolicy>,
    chosen: String,
    /// What the chosen one means, after *Check*.
    impact: Option<ImpactPanel>,
}

impl BoundaryPanel {
    /// What the Permissions tab says about it; nothing about root, nor to whoever may not know.
    pub async fn load(visit: &Visit, head: &UserHead) -> Result<Option<Self>, PageError> {
        if head.is_root || !visit.person.may(action::GET_BOUNDARY, head.id) {
            return Ok(None);
        }
        let policy = users::boundary::boundary(visit.app(), &visit.person, head.id).await?;
        Ok(Some(Self {
            may_open: policy.as_ref().is_some_and(|p| visit.person.may_on_policy(action::GET_POLICY, p.id)),
            may_set: visit.person.may(action::PUT_BOUNDARY, head.id),
            may_remove: visit.person.may(action::DELETE_BOUNDARY, head.id),
            policy,
        }))
    }
}

/// The policies that can bound a user.
pub async fn form(visit: Visit) -> PageResult {
    let head = bounded_head(&visit, visit.uin()?).await?;
    let held = if visit.person.may(action::GET_BOUNDARY, head.id) {
        users::boundary::boundary(visit.app(), &visit.person, head.id).await?
    } else {
        None
    };
    let choices = users::permissions::policies(visit.app(), &visit.person).await?;
    let page = visit.layout("users");
    let chosen = held.map_or_else(String::new, |policy| policy.id.to_string());
    render(&BoundaryPage { page, head, errors: Vec::new(), choices, chosen, impact: None })
}

/// Sets or replaces the boundary.
pub async fn set(visit: Visit, Protected(form): Protected) -> PageResult {
    let head = bounded_head(&visit, visit.uin()?).await?;
    let chosen = form.text("policy").to_owned();
    let choices = users::permissions::policies(visit.app(), &visit.person).await?;
    let policy = chosen_policy(&choices, &chosen);
    let mut impact = None;
    let (status, errors) = match policy {
        Some(policy) if form.is_ticked("check") => {
            let planned = Planned::PutBoundary { uin: head.id, policy: policy.id };
            impact = Some(impact::of(&visit, planned).await?);
            (StatusCode::OK, Vec::new())
        }
        None => {
            let error = FieldError::on_page("policy", "Choose a policy.");
            (StatusCode::UNPROCESSABLE_ENTITY, vec![error])
        }
        Some(policy) => {
            let way = Way {
                what: format!("make {} the permission boundary of {}", policy.name, head.name),
                back: format!("/users/{}/permissions/boundary", head.uin),
                next: format!("/users/{}", head.uin),
                text: format!("{} is the permission boundary of {}.", policy.name, head.name),
            };
            let grant = Grant::PutBoundary { uin: head.id.0, policy: policy.id };
            match visit.grant(grant, way).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => policy_faults(failure)?,
            }
        }
    };
    let page = visit.layout("users");
    render_as(status, &BoundaryPage { page, head, errors, choices, chosen, impact })
}

/// Removes the boundary.
pub async fn remove(visit: Visit, _form: Protected) -> PageResult {
    let uin = visit.uin()?;
    visit.person.ensure(action::DELETE_BOUNDARY, uin)?;
    let way = Way {
        what: format!("remove the permission boundary of the user {uin}"),
        back: format!("/users/{uin}/permissions"),
        next: format!("/users/{uin}"),
        text: "The permission boundary is removed.".to_owned(),
    };
    Ok(visit.grant(Grant::DeleteBoundary { uin: uin.0 }, way).await?)
}

/// The head of a user that can have a boundary.
async fn bounded_head(visit: &Visit, uin: Uin) -> Result<UserHead, PageError> {
    visit.person.ensure(action::PUT_BOUNDARY, uin)?;
    let head = UserHead::load(visit, uin, "permissions").await?;
    if head.is_root {
        return Err(PageError::Refused(PolicyRefusal::RootHasNoBoundary.to_string()));
    }
    Ok(head)
}
