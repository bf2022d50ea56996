//! The Permissions tab of a group: what is attached to it, attaching, detaching.

use super::group_head::{GroupHead, faults, group_of};
use super::user_permissions::{Choice, ids_of, names};
use super::{done, render, render_as};
use crate::app::Failure;
use crate::app::caller::Caller;
use crate::app::group_policies::Attachment;
use crate::app::groups::Paging;
use crate::app::permissions::StoredPolicy;
use crate::domain::field::FieldError;
use crate::domain::group::GroupId;
use crate::domain::permission::action;
use crate::domain::policies::MAX_ATTACHED;
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

/// All policies at once: a group holds few.
const ALL: Paging = Paging { page: 1, size: MAX_ATTACHED };

#[derive(Template)]
#[template(path = "groups/permissions.html")]
struct IndexPage {
    page: Layout,
    head: GroupHead,
    attached: Vec<Attachment>,
    may_attach: bool,
    may_detach: bool,
}

#[derive(Template)]
#[template(path = "groups/attach.html")]
struct AttachPage {
    page: Layout,
    head: GroupHead,
    errors: Vec<FieldError>,
    q: String,
    choices: Vec<Choice>,
}

/// What is attached to the group.
pub async fn index(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
) -> Result<HttpResponse, PageError> {
    let id = group_of(&request)?;
    let attached = context.app.group_policies(&person, (id, ""), ALL).await?.rows;
    let head = GroupHead::load(&context, &person, id, "permissions").await?;
    render(&IndexPage {
        page: Layout::new(&context, &person, &session, "groups"),
        may_attach: person.may_group(action::ATTACH_GROUP_POLICY, id),
        may_detach: person.may_group(action::DETACH_GROUP_POLICY, id),
        head,
        attached,
    })
}

/// The policies that can be attached, searched.
pub async fn attach_form(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
    query: Query,
) -> Result<HttpResponse, PageError> {
    let head = open_head(&context, &person, group_of(&request)?).await?;
    let q = query.text("q").trim().to_owned();
    let choices = choices(&context, &person, (head.id, &q)).await?;
    let page = Layout::new(&context, &person, &session, "groups");
    render(&AttachPage { page, head, errors: Vec::new(), q, choices })
}

/// Attaches the chosen policies, named by id or by name.
pub async fn attach(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
    Protected(form): Protected,
) -> Result<HttpResponse, PageError> {
    let head = open_head(&context, &person, group_of(&request)?).await?;
    let chosen = form.all("policy");
    let (status, errors) = match ids_of(&chosen, &context.app.policies(&person).await?) {
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, vec![error]),
        Ok(ids) => match context.app.attach_group_policies(&person, head.id, ids).await {
            Ok(()) => {
                let what = if chosen.len() == 1 {
                    "1 policy is".to_owned()
                } else {
                    format!("{} policies are", chosen.len())
                };
                let text = format!("{what} attached to group {}.", head.name);
                return Ok(done(&session, &format!("/groups/{}/permissions", head.id), text));
            }
            Err(failure) => faults(failure)?,
        },
    };
    let mut choices = choices(&context, &person, (head.id, "")).await?;
    for choice in &mut choices {
        choice.is_ticked = chosen.iter().any(|text| names(text, &choice.policy));
    }
    let page = Layout::new(&context, &person, &session, "groups");
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
    let id = group_of(&request)?;
    let policy = request.match_info().get("policy").unwrap_or_default().parse::<i64>();
    let policy = policy.map_err(|_| PageError::NotFound)?;
    context.app.detach_group_policy(&person, id, policy).await?;
    Ok(done(&session, &format!("/groups/{id}/permissions"), "The policy is detached."))
}

/// The head of a group that policies can be attached to.
async fn open_head(context: &WebContext, person: &Caller, id: GroupId) -> Result<GroupHead, PageError> {
    person.ensure_group(action::ATTACH_GROUP_POLICY, id).map_err(Failure::from)?;
    GroupHead::load(context, person, id, "permissions").await
}

/// The policies that hold a text and, as far as the person may know, are not attached yet.
async fn choices(
    context: &WebContext,
    person: &Caller,
    (id, text): (GroupId, &str),
) -> Result<Vec<Choice>, PageError> {
    let held = if person.may_group(action::LIST_GROUP_POLICIES, id) {
        context.app.group_policies(person, (id, ""), ALL).await?.rows
    } else {
        Vec::new()
    };
    let wanted = text.to_lowercase();
    let fits = |policy: &StoredPolicy| {
        [&policy.name, &policy.description].iter().any(|text| text.to_lowercase().contains(&wanted))
            && !held.iter().any(|attached| attached.policy_id == policy.id)
    };
    let known = context.app.policies(person).await?;
    Ok(known.into_iter().filter(fits).map(|policy| Choice { policy, is_ticked: false }).collect())
}
