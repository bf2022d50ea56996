//! The Permissions tab of a user: what it may do and where that comes from, attaching, detaching.

use crate::app::Failure;
use crate::app::caller::Caller;
use crate::app::deferred::grant::{Grant, Way};
use crate::app::users;
use crate::domain::permission::action;
use crate::domain::user::Uin;
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
use crate::web::pages::faults::faults;
use crate::web::pages::grants::Sender;
use crate::web::pages::uin_of;
use crate::web::pages::users::boundary::BoundaryPanel;
use crate::web::pages::users::head::UserHead;
use crate::web::query::Query;
use actix_session::Session;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
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
pub async fn index(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
) -> Result<HttpResponse, PageError> {
    let uin = uin_of(&request)?;
    let (rows, has_sources) = rows(&context, &person, uin).await?;
    let head = UserHead::load(&context, &person, uin, "permissions").await?;
    let boundary = BoundaryPanel::load(&context, &person, &head).await?;
    let policies = Panel {
        address: format!("/users/{uin}/permissions"),
        rows,
        may_attach: !head.is_root && person.may(action::ATTACH_POLICY, uin),
        may_detach: (!head.is_root || person.is_root()) && person.may(action::DETACH_POLICY, uin),
        attach_action: action::ATTACH_POLICY,
        nothing: if has_sources {
            "This user can open nothing yet but the page My security."
        } else {
            "No policy is attached to this user itself."
        },
        simulator: Some(format!("/policies/simulate?user={uin}")),
        has_sources,
        hides_groups: !has_sources,
        reach: "",
    };
    let page = Layout::new(&context, &person, &session, "users");
    render(&IndexPage { page, head, policies, boundary })
}

/// The policies of a user, and whether those of its groups are among them.
async fn rows(context: &WebContext, person: &Caller, uin: Uin) -> Result<(Vec<Row>, bool), PageError> {
    let own = users::permissions::attached(&context.app, person, uin).await?;
    if !person.may(action::LIST_ALL_ATTACHED, uin) {
        return Ok((own.into_iter().map(|policy| Row::attached(person, policy)).collect(), false));
    }
    let all = users::permissions::attached_all(&context.app, person, uin).await?;
    Ok((all.into_iter().map(|policy| Row::held(person, policy)).collect(), true))
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
    let choices = open_policies(&context, &person, head.id, query.text("q")).await?;
    choose::show(Layout::new(&context, &person, &session, "users"), &WORDING, subject(head), choices)
}

/// Attaches the chosen policies, named by id or by name.
pub async fn attach(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
    Protected(form): Protected,
) -> Result<HttpResponse, PageError> {
    let head = attachable_head(&context, &person, uin_of(&request)?).await?;
    let chosen = form.all("policy");
    let outcome = match ids_of(&chosen, &users::permissions::policies(&context.app, &person).await?) {
        Ok(ids) => {
            let way = Way {
                what: format!("attach {} to {}", policies_in_words(ids.len()), head.name),
                back: format!("/users/{}/permissions/attach", head.uin),
                next: format!("/users/{}", head.uin),
                text: attached_to(&head.name, ids.len()),
            };
            let grant = Grant::AttachToUser { uin: head.id.0, policies: ids };
            Sender { context: &context, person: &person, session: &session }.grant(grant, way).await
        }
        Err(error) => Err(error.into()),
    };
    let fault = match outcome {
        Ok(answer) => return Ok(answer),
        Err(failure) => faults(failure)?,
    };
    let choices = open_policies(&context, &person, head.id, "").await?;
    let page = Layout::new(&context, &person, &session, "users");
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
    let (uin, policy) = (uin_of(&request)?, policy_of(&request)?);
    let sender = Sender { context: &context, person: &person, session: &session };
    Ok(detach_from_user(sender, uin, policy, format!("/users/{uin}/permissions")).await?)
}

/// Detaches a policy from a user, on a page that leads back to `back`.
pub async fn detach_from_user(
    sender: Sender<'_>,
    uin: Uin,
    policy: i64,
    back: String,
) -> Result<HttpResponse, Failure> {
    sender.person.ensure(action::DETACH_POLICY, uin)?;
    let way = Way {
        what: format!("detach a policy from the user {uin}"),
        next: back.clone(),
        back,
        text: "The policy is detached.".to_owned(),
    };
    sender.grant(Grant::DetachFromUser { uin: uin.0, policy }, way).await
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

/// Those that hold a text and, as far as the person may know, are not attached yet.
async fn open_policies(
    context: &WebContext,
    person: &Caller,
    uin: Uin,
    text: &str,
) -> Result<Choices, PageError> {
    let held = if person.may(action::LIST_ATTACHED, uin) {
        users::permissions::attached(&context.app, person, uin).await?
    } else {
        Vec::new()
    };
    Ok(choices(users::permissions::policies(&context.app, person).await?, &held, text))
}

fn subject(head: UserHead) -> Subject {
    let address = format!("/users/{}", head.uin);
    let form = format!("{address}/permissions/attach");
    head.subject(form, address)
}
