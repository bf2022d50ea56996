//! The Permissions tab: what is attached to a user, attaching, detaching.

use super::user_boundary::BoundaryPanel;
use super::user_form::faults;
use super::user_head::UserHead;
use super::{done, render, render_as, uin_of};
use crate::app::Failure;
use crate::app::caller::Caller;
use crate::app::permissions::{Attachment, StoredPolicy};
use crate::domain::field::FieldError;
use crate::domain::permission::action;
use crate::domain::user::Uin;
use crate::web::caller::Person;
use crate::web::context::WebContext;
use crate::web::csrf::Protected;
use crate::web::error::PageError;
use crate::web::filters;
use crate::web::layout::Layout;
use crate::web::query::Query;
use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

#[derive(Template)]
#[template(path = "users/permissions.html")]
struct IndexPage {
    page: Layout,
    head: UserHead,
    attached: Vec<Attachment>,
    may_attach: bool,
    may_detach: bool,
    boundary: Option<BoundaryPanel>,
}

#[derive(Template)]
#[template(path = "users/attach.html")]
struct AttachPage {
    page: Layout,
    head: UserHead,
    errors: Vec<FieldError>,
    q: String,
    choices: Vec<Choice>,
}

/// A policy that is not attached yet.
pub(super) struct Choice {
    pub policy: StoredPolicy,
    pub is_ticked: bool,
}

/// What is attached to a user.
pub async fn index(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
) -> Result<HttpResponse, PageError> {
    let uin = uin_of(&request)?;
    let attached = context.app.attached(&person, uin).await?;
    let head = UserHead::load(&context, &person, uin, "permissions").await?;
    let boundary = BoundaryPanel::load(&context, &person, &head).await?;
    render(&IndexPage {
        page: Layout::new(&context, &person, &session, "users"),
        may_attach: !head.is_root && person.may(action::ATTACH_POLICY, uin),
        may_detach: (!head.is_root || person.is_root()) && person.may(action::DETACH_POLICY, uin),
        head,
        attached,
        boundary,
    })
}

/// The policies that can be attached to a user, searched.
pub async fn attach_form(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
    query: Query,
) -> Result<HttpResponse, PageError> {
    let head = attachable_head(&context, &person, uin_of(&request)?).await?;
    let choices = choices(&context, &person, &head, query.text("q")).await?;
    let page = Layout::new(&context, &person, &session, "users");
    render(&AttachPage { page, head, errors: Vec::new(), q: query.text("q").trim().to_owned(), choices })
}

/// Attaches the chosen policies, named by id or by name.
pub async fn attach(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
    Protected(form): Protected,
) -> Result<HttpResponse, PageError> {
    let uin = uin_of(&request)?;
    let head = attachable_head(&context, &person, uin).await?;
    let chosen = form.all("policy");
    let (status, errors) = match ids_of(&chosen, &context.app.policies(&person).await?) {
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, vec![error]),
        Ok(ids) => match context.app.attach_policies(&person, uin, ids).await {
            Ok(count) => {
                let what =
                    if count == 1 { "1 policy is".to_owned() } else { format!("{count} policies are") };
                let text = format!("{what} attached to {}.", head.name);
                return Ok(done(&session, &format!("/users/{uin}"), text));
            }
            Err(failure) => faults(failure)?,
        },
    };
    let mut choices = choices(&context, &person, &head, "").await?;
    for choice in &mut choices {
        choice.is_ticked = chosen.iter().any(|text| names(text, &choice.policy));
    }
    let page = Layout::new(&context, &person, &session, "users");
    render_as(status, &AttachPage { page, head, errors, q: String::new(), choices })
}

/// Detaches one policy.
pub async fn detach(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
    _form: Protected,
) -> Result<HttpResponse, PageError> {
    let uin = uin_of(&request)?;
    let id = request.match_info().get("policy").unwrap_or_default().parse::<i64>();
    let id = id.map_err(|_| PageError::NotFound)?;
    context.app.detach_policy(&person, uin, id).await?;
    Ok(done(&session, &format!("/users/{uin}/permissions"), "The policy is detached."))
}

/// The head of a user that policies can be attached to: anyone but root, whom they do not limit.
async fn attachable_head(context: &WebContext, person: &Caller, uin: Uin) -> Result<UserHead, PageError> {
    person.ensure(action::ATTACH_POLICY, uin).map_err(Failure::from)?;
    let head = UserHead::load(context, person, uin, "permissions").await?;
    if head.is_root {
        let text = "The root user may do everything; policies do not limit it.";
        return Err(PageError::Refused(text.to_owned()));
    }
    Ok(head)
}

/// The policies that hold a text and, as far as the person may know, are not attached yet.
async fn choices(
    context: &WebContext,
    person: &Caller,
    head: &UserHead,
    text: &str,
) -> Result<Vec<Choice>, PageError> {
    let held = if person.may(action::LIST_ATTACHED, head.id) {
        context.app.attached(person, head.id).await?
    } else {
        Vec::new()
    };
    let wanted = text.trim().to_lowercase();
    let known = context.app.policies(person).await?;
    let fits = |policy: &StoredPolicy| {
        [&policy.name, &policy.description].iter().any(|text| text.to_lowercase().contains(&wanted))
            && !held.iter().any(|attached| attached.policy_id == policy.id)
    };
    Ok(known.into_iter().filter(fits).map(|policy| Choice { policy, is_ticked: false }).collect())
}

/// The ids of chosen policies, which may be named by id or by name.
pub(super) fn ids_of(chosen: &[String], known: &[StoredPolicy]) -> Result<Vec<i64>, FieldError> {
    if chosen.is_empty() {
        return Err(FieldError::on_page("policy", "Choose at least one policy."));
    }
    let id_of = |text: &String| {
        let found = known.iter().find(|policy| names(text, policy)).map(|policy| policy.id);
        found.ok_or_else(|| {
            FieldError::on_page("policy", "One of the chosen policies does not exist any more. Choose again.")
        })
    };
    chosen.iter().map(id_of).collect()
}

/// Whether a text is the id or the name of a policy.
pub(super) fn names(text: &str, policy: &StoredPolicy) -> bool {
    policy.name == text || policy.id.to_string() == text
}
