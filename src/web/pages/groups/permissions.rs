//! The Permissions tab of a group: what is attached to it, attaching, detaching.

use crate::app::Failure;
use crate::app::caller::Caller;
use crate::app::deferred::grant::{Grant, Way};
use crate::app::groups;
use crate::app::groups::Paging;
use crate::app::users;
use crate::domain::group::GroupId;
use crate::domain::permission::action;
use crate::domain::policies::MAX_ATTACHED;
use crate::web::answer::render;
use crate::web::caller::Person;
use crate::web::context::WebContext;
use crate::web::error::PageError;
use crate::web::forms::csrf::Protected;
use crate::web::layout::{Layout, filters};
use crate::web::pages::attached::{
    Panel, Row, WORDING, attached_to, choices, ids_of, policies_in_words, policy_of,
};
use crate::web::pages::choose::{self, Choices, Subject};
use crate::web::pages::faults::group_faults;
use crate::web::pages::grants::Sender;
use crate::web::pages::groups::head::{GroupHead, group_of};
use crate::web::query::Query;
use actix_session::Session;
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
    policies: Panel,
}

/// What is attached to the group.
pub async fn index(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
) -> Result<HttpResponse, PageError> {
    let id = group_of(&request)?;
    let attached = groups::policies::group_policies(&context.app, &person, (id, ""), ALL).await?.rows;
    let head = GroupHead::load(&context, &person, id, "permissions").await?;
    let policies = Panel {
        address: format!("/groups/{id}/permissions"),
        rows: attached.into_iter().map(|policy| Row::attached(&person, policy)).collect(),
        may_attach: person.may_group(action::ATTACH_GROUP_POLICY, id),
        may_detach: person.may_group(action::DETACH_GROUP_POLICY, id),
        attach_action: action::ATTACH_GROUP_POLICY,
        nothing: "This group gives its users nothing yet.",
        simulator: None,
        has_sources: false,
        hides_groups: false,
        reach: " for every user of the group",
    };
    render(&IndexPage { page: Layout::new(&context, &person, &session, "groups"), head, policies })
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
    let choices = open_policies(&context, &person, head.id, query.text("q")).await?;
    choose::show(Layout::new(&context, &person, &session, "groups"), &WORDING, subject(head), choices)
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
    let outcome = match ids_of(&chosen, &users::permissions::policies(&context.app, &person).await?) {
        Ok(ids) => {
            let group = format!("group {}", head.name);
            let way = Way {
                what: format!("attach {} to {group}", policies_in_words(ids.len())),
                back: format!("/groups/{}/permissions/attach", head.id),
                next: format!("/groups/{}/permissions", head.id),
                text: attached_to(&group, chosen.len()),
            };
            let grant = Grant::AttachToGroup { group: head.id.0, policies: ids };
            Sender { context: &context, person: &person, session: &session }.grant(grant, way).await
        }
        Err(error) => Err(error.into()),
    };
    let fault = match outcome {
        Ok(answer) => return Ok(answer),
        Err(failure) => group_faults(failure)?,
    };
    let choices = open_policies(&context, &person, head.id, "").await?;
    let page = Layout::new(&context, &person, &session, "groups");
    choose::show_again(page, (&WORDING, subject(head), choices), chosen, fault)
}

/// Detaches one policy.
pub async fn detach(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
    _form: Protected,
) -> Result<HttpResponse, PageError> {
    let (id, policy) = (group_of(&request)?, policy_of(&request)?);
    let sender = Sender { context: &context, person: &person, session: &session };
    Ok(detach_from_group(sender, id, policy, format!("/groups/{id}/permissions")).await?)
}

/// Detaches a policy from a group, on a page that leads back to `back`.
pub async fn detach_from_group(
    sender: Sender<'_>,
    id: GroupId,
    policy: i64,
    back: String,
) -> Result<HttpResponse, Failure> {
    sender.person.ensure_group(action::DETACH_GROUP_POLICY, id)?;
    let way = Way {
        what: "detach a policy from a group".to_owned(),
        next: back.clone(),
        back,
        text: "The policy is detached.".to_owned(),
    };
    sender.grant(Grant::DetachFromGroup { group: id.0, policy }, way).await
}

/// The head of a group that policies can be attached to.
async fn open_head(context: &WebContext, person: &Caller, id: GroupId) -> Result<GroupHead, PageError> {
    person.ensure_group(action::ATTACH_GROUP_POLICY, id).map_err(Failure::from)?;
    GroupHead::load(context, person, id, "permissions").await
}

/// Those that hold a text and, as far as the person may know, are not attached yet.
async fn open_policies(
    context: &WebContext,
    person: &Caller,
    id: GroupId,
    text: &str,
) -> Result<Choices, PageError> {
    let held = if person.may_group(action::LIST_GROUP_POLICIES, id) {
        groups::policies::group_policies(&context.app, person, (id, ""), ALL).await?.rows
    } else {
        Vec::new()
    };
    Ok(choices(users::permissions::policies(&context.app, person).await?, &held, text))
}

fn subject(head: GroupHead) -> Subject {
    let back = format!("/groups/{}/permissions", head.id);
    head.subject(format!("{back}/attach"), back)
}
