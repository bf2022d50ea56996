//! The Members tab of a group: who is in it, adding, removing.

use crate::app::Failure;
use crate::app::caller::Caller;
use crate::app::deferred::grant::{Grant, Way};
use crate::app::groups;
use crate::app::groups::Paging;
use crate::app::groups::members::Member;
use crate::domain::field::FieldError;
use crate::domain::group::{GroupId, MAX_MEMBERS};
use crate::domain::permission::action;
use crate::domain::user::{Uin, User};
use crate::web::answer::render;
use crate::web::caller::Person;
use crate::web::context::WebContext;
use crate::web::error::PageError;
use crate::web::forms::csrf::Protected;
use crate::web::layout::{Layout, filters};
use crate::web::pages::choose::{self, Choice, Choices, Subject, Wording, users_to_choose};
use crate::web::pages::faults::group_faults;
use crate::web::pages::grants::Sender;
use crate::web::pages::groups::head::{GroupHead, group_of};
use crate::web::pages::uin_of;
use crate::web::query::Query;
use actix_session::Session;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

/// All members at once: a group holds few.
const ALL: Paging = Paging { page: 1, size: MAX_MEMBERS };

/// The words of the page where users are chosen.
const WORDING: Wording = Wording {
    title: "Add users",
    icon: "users",
    field: "member",
    legend: "Users to add",
    hint: "Those in the group already are not listed.",
    effect: "They have the group’s policies at once.",
    search: "Name, UIN, note, phone or e-mail",
    nothing: (
        "Nobody left to add",
        "Every user of this account is in the group. The root user is in none: it may do everything.",
    ),
};

#[derive(Template)]
#[template(path = "groups/members.html")]
struct IndexPage {
    page: Layout,
    head: GroupHead,
    rows: Vec<Row>,
    limit: usize,
    may_add: bool,
    may_remove: bool,
}

/// A user in the group.
struct Row {
    uin: String,
    name: String,
    kind: &'static str,
    since: i64,
    may_open: bool,
}

/// Who is in the group.
pub async fn index(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
) -> Result<HttpResponse, PageError> {
    let id = group_of(&request)?;
    let members = groups::members::members(&context.app, &person, id, ALL).await?;
    let head = GroupHead::load(&context, &person, id, "members").await?;
    render(&IndexPage {
        page: Layout::new(&context, &person, &session, "groups"),
        head,
        limit: MAX_MEMBERS,
        may_add: person.may_group(action::ADD_MEMBER, id) && person.may_here(action::LIST_USERS),
        may_remove: person.may_group(action::REMOVE_MEMBER, id),
        rows: members.rows.into_iter().map(|member| Row::of(&person, member)).collect(),
    })
}

impl Row {
    fn of(person: &Caller, member: Member) -> Self {
        let Member { user, since, .. } = member;
        let pages = [action::GET_USER, action::LIST_ATTACHED, action::LIST_GROUPS_OF_USER, action::QUERY_KEY];
        Self {
            may_open: pages.into_iter().any(|action| person.may(action, user.uin)),
            uin: user.uin.to_string(),
            kind: user.kind.label(),
            name: user.name,
            since,
        }
    }
}

/// The users that can be added, searched.
pub async fn add_form(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
    query: Query,
) -> Result<HttpResponse, PageError> {
    let head = open_head(&context, &person, group_of(&request)?).await?;
    person.ensure_here(action::LIST_USERS).map_err(Failure::from)?;
    let choices = choices(&context, &person, head.id, query.text("q").trim()).await?;
    choose::show(Layout::new(&context, &person, &session, "groups"), &WORDING, subject(head), choices)
}

/// Adds the chosen users.
pub async fn add(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
    Protected(form): Protected,
) -> Result<HttpResponse, PageError> {
    let head = open_head(&context, &person, group_of(&request)?).await?;
    let chosen = form.all(WORDING.field);
    let outcome = match uins_of(&chosen) {
        Ok(uins) => {
            let pairs: Vec<(GroupId, Uin)> = uins.into_iter().map(|uin| (head.id, uin)).collect();
            let count = chosen.len();
            let (whom, are) =
                if count == 1 { ("1 user".to_owned(), "is") } else { (format!("{count} users"), "are") };
            let way = Way {
                what: format!("add {whom} to group {}", head.name),
                back: format!("/groups/{}/members/add", head.id),
                next: format!("/groups/{}", head.id),
                text: format!("{whom} {are} in group {} now.", head.name),
            };
            let sender = Sender { context: &context, person: &person, session: &session };
            sender.grant(Grant::join(&pairs), way).await
        }
        Err(error) => Err(error.into()),
    };
    let fault = match outcome {
        Ok(answer) => return Ok(answer),
        Err(failure) => group_faults(failure)?,
    };
    let choices = choices(&context, &person, head.id, "").await?;
    let page = Layout::new(&context, &person, &session, "groups");
    choose::show_again(page, (&WORDING, subject(head), choices), chosen, fault)
}

/// Takes one user out of the group.
pub async fn remove(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
    _form: Protected,
) -> Result<HttpResponse, PageError> {
    let (id, uin) = (group_of(&request)?, uin_of(&request)?);
    person.ensure_group(action::REMOVE_MEMBER, id).map_err(Failure::from)?;
    let way = Way {
        what: format!("take the user {uin} out of a group"),
        back: format!("/groups/{id}"),
        next: format!("/groups/{id}"),
        text: "The user is no longer in the group.".to_owned(),
    };
    let sender = Sender { context: &context, person: &person, session: &session };
    Ok(sender.grant(Grant::leave(&[(id, uin)]), way).await?)
}

/// The head of a group that users can be added to.
async fn open_head(context: &WebContext, person: &Caller, id: GroupId) -> Result<GroupHead, PageError> {
    person.ensure_group(action::ADD_MEMBER, id).map_err(Failure::from)?;
    GroupHead::load(context, person, id, "members").await
}

/// Users that a search finds and that, as far as the person may know, are not in the group.
async fn choices(
    context: &WebContext,
    person: &Caller,
    id: GroupId,
    text: &str,
) -> Result<Choices, PageError> {
    let held = if person.may_group(action::LIST_MEMBERS, id) {
        groups::members::members(&context.app, person, id, ALL).await?.rows
    } else {
        Vec::new()
    };
    let is_new = |user: &User| !held.iter().any(|member| member.user.uid == user.uid);
    let (users, has_more) = users_to_choose(context, person, text, is_new).await?;
    let found = users.into_iter().map(|user| Choice::of_user(user, WORDING.field)).collect();
    Ok(Choices { q: text.to_owned(), found, has_more })
}

fn subject(head: GroupHead) -> Subject {
    let back = format!("/groups/{}", head.id);
    head.subject(format!("{back}/members/add"), back)
}

fn uins_of(chosen: &[String]) -> Result<Vec<Uin>, FieldError> {
    if chosen.is_empty() {
        return Err(FieldError::on_page(WORDING.field, "Choose at least one user."));
    }
    let gone = || {
        FieldError::on_page(WORDING.field, "One of the chosen users does not exist any more. Choose again.")
    };
    chosen.iter().map(|text| Uin::parse(text).map_err(|_| gone())).collect()
}
