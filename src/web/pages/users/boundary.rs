//! The permission boundary of a user: what its policies may allow at most.

use crate::app::Failure;
use crate::app::caller::Caller;
use crate::app::deferred::grant::{Grant, Way};
use crate::app::users;
use crate::app::users::permissions::StoredPolicy;
use crate::domain::field::FieldError;
use crate::domain::permission::action;
use crate::domain::policies::PolicyRefusal;
use crate::domain::user::Uin;
use crate::web::answer::{render, render_as};
use crate::web::caller::Person;
use crate::web::context::WebContext;
use crate::web::error::PageError;
use crate::web::forms::csrf::Protected;
use crate::web::layout::{Layout, filters};
use crate::web::pages::attached::chosen_policy;
use crate::web::pages::faults::policy_faults;
use crate::web::pages::grants::Sender;
use crate::web::pages::uin_of;
use crate::web::pages::users::head::UserHead;
use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
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
}

impl BoundaryPanel {
    /// What the Permissions tab says about it; nothing about root, nor to whoever may not know.
    pub async fn load(
        context: &WebContext,
        person: &Caller,
        head: &UserHead,
    ) -> Result<Option<Self>, PageError> {
        if head.is_root || !person.may(action::GET_BOUNDARY, head.id) {
            return Ok(None);
        }
        let policy = users::boundary::boundary(&context.app, person, head.id).await?;
        Ok(Some(Self {
            may_open: policy.as_ref().is_some_and(|p| person.may_on_policy(action::GET_POLICY, p.id)),
            may_set: person.may(action::PUT_BOUNDARY, head.id),
            may_remove: person.may(action::DELETE_BOUNDARY, head.id),
            policy,
        }))
    }
}

/// The policies that can bound a user.
pub async fn form(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
) -> Result<HttpResponse, PageError> {
    let head = bounded_head(&context, &person, uin_of(&request)?).await?;
    let held = if person.may(action::GET_BOUNDARY, head.id) {
        users::boundary::boundary(&context.app, &person, head.id).await?
    } else {
        None
    };
    let choices = users::permissions::policies(&context.app, &person).await?;
    let page = Layout::new(&context, &person, &session, "users");
    let chosen = held.map_or_else(String::new, |policy| policy.id.to_string());
    render(&BoundaryPage { page, head, errors: Vec::new(), choices, chosen })
}

/// Sets or replaces the boundary.
pub async fn set(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
    Protected(form): Protected,
) -> Result<HttpResponse, PageError> {
    let head = bounded_head(&context, &person, uin_of(&request)?).await?;
    let chosen = form.text("policy").to_owned();
    let choices = users::permissions::policies(&context.app, &person).await?;
    let policy = chosen_policy(&choices, &chosen);
    let (status, errors) = match policy {
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
            let sender = Sender { context: &context, person: &person, session: &session };
            match sender.grant(grant, way).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => policy_faults(failure)?,
            }
        }
    };
    let page = Layout::new(&context, &person, &session, "users");
    render_as(status, &BoundaryPage { page, head, errors, choices, chosen })
}

/// Removes the boundary.
pub async fn remove(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
    _form: Protected,
) -> Result<HttpResponse, PageError> {
    let uin = uin_of(&request)?;
    person.ensure(action::DELETE_BOUNDARY, uin).map_err(Failure::from)?;
    let way = Way {
        what: format!("remove the permission boundary of the user {uin}"),
        back: format!("/users/{uin}/permissions"),
        next: format!("/users/{uin}"),
        text: "The permission boundary is removed.".to_owned(),
    };
    let sender = Sender { context: &context, person: &person, session: &session };
    Ok(sender.grant(Grant::DeleteBoundary { uin: uin.0 }, way).await?)
}

/// The head of a user that can have a boundary.
async fn bounded_head(context: &WebContext, person: &Caller, uin: Uin) -> Result<UserHead, PageError> {
    person.ensure(action::PUT_BOUNDARY, uin).map_err(Failure::from)?;
    let head = UserHead::load(context, person, uin, "permissions").await?;
    if head.is_root {
        return Err(PageError::Refused(PolicyRefusal::RootHasNoBoundary.to_string()));
    }
    Ok(head)
}
