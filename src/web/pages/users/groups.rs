//! The Groups tab of a user: which groups it is in, joining, leaving.

use crate::app::Failure;
use crate::app::caller::Caller;
use crate::app::deferred::grant::{Grant, Way};
use crate::app::groups;
use crate::app::groups::Paging;
use crate::domain::field::FieldError;
use crate::domain::group::{Group, GroupId, GroupRefusal, MAX_GROUPS, MAX_GROUPS_PER_USER, UserRef};
use crate::domain::permission::action;
use crate::domain::user::Uin;
use crate::web::answer::render;
use crate::web::caller::Person;
use crate::web::context::WebContext;
use crate::web::error::PageError;
use crate::web::forms::csrf::Protected;
use crate::web::layout::{Layout, filters};
use crate::web::pages::choose::{self, Choice, Choices, Subject, Wording};
use crate::web::pages::faults::group_faults;
use crate::web::pages::grants::Sender;
use crate::web::pages::groups::head::group_of;
use crate::web::pages::uin_of;
use crate::web::pages::users::head::UserHead;
use actix_session::Session;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

/// All groups at once: an account has few.
const ALL: Paging = Paging { page: 1, size: MAX_GROUPS };

/// The words of the page where groups are chosen.
const WORDING: Wording = Wording {
    title: "Join groups",
    icon: "users-round",
    field: "group",
    legend: "Groups to join",
    hint: "Those joined already are not listed.",
    effect: "Their policies hold for the user at once.",
    search: "",
    nothing: ("No group left to join", "There is none that this user is not in."),
};

#[derive(Template)]
#[template(path = "users/groups.html")]
struct IndexPage {
    page: Layout,
    head: UserHead,
    rows: Vec<Row>,
    limit: usize,
    may_join: bool,
    has_leave: bool,
}

/// A group that the user is in.
struct Row {
    id: String,
    name: String,
    remark: String,
    since: i64,
    may_open: bool,
    may_leave: bool,
}

/// The groups that a user is in.
pub async fn index(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
) -> Result<HttpResponse, PageError> {
    let uin = uin_of(&request)?;
    let joined = groups::members::groups_of(&context.app, &person, UserRef::Uin(uin), ALL).await?.rows;
    let head = UserHead::load(&context, &person, uin, "groups").await?;
    let rows: Vec<Row> =
        joined.into_iter().map(|joined| Row::of(&person, joined.group, joined.since)).collect();
    render(&IndexPage {
        page: Layout::new(&context, &person, &session, "users"),
        limit: MAX_GROUPS_PER_USER,
        may_join: !head.is_root && !open_groups(&context, &person).await?.is_empty(),
        has_leave: rows.iter().any(|row| row.may_leave),
        head,
        rows,
    })
}

impl Row {
    fn of(person: &Caller, group: Group, since: i64) -> Self {
        let pages = [action::LIST_MEMBERS, action::LIST_GROUP_POLICIES];
        Self {
            may_open: pages.into_iter().any(|action| person.may_group(action, group.id)),
            may_leave: person.may_group(action::REMOVE_MEMBER, group.id),
            id: group.id.to_string(),
            name: group.name,
            remark: group.remark,
            since,
        }
    }
}

/// The groups that the user can join.
pub async fn join_form(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
) -> Result<HttpResponse, PageError> {
    let head = joining_head(&context, &person, uin_of(&request)?).await?;
    let choices = choices(&context, &person, &head).await?;
    choose::show(Layout::new(&context, &person, &session, "users"), &WORDING, subject(head), choices)
}

/// Puts the user into the chosen groups.
pub async fn join(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
    Protected(form): Protected,
) -> Result<HttpResponse, PageError> {
    let head = joining_head(&context, &person, uin_of(&request)?).await?;
    let chosen = form.all(WORDING.field);
    let outcome = match ids_of(&chosen) {
        Ok(ids) => {
            let pairs: Vec<(GroupId, Uin)> = ids.into_iter().map(|id| (id, head.id)).collect();
            let count = chosen.len();
            let what = if count == 1 { "1 group".to_owned() } else { format!("{count} groups") };
            let way = Way {
                what: format!("let {} join {what}", head.name),
                back: format!("/users/{}/groups/join", head.uin),
                next: format!("/users/{}/groups", head.uin),
                text: format!("{} has joined {what}.", head.name),
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
    let choices = choices(&context, &person, &head).await?;
    let page = Layout::new(&context, &person, &session, "users");
    choose::show_again(page, (&WORDING, subject(head), choices), chosen, fault)
}

/// Takes the user out of one group.
pub async fn leave(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
    _form: Protected,
) -> Result<HttpResponse, PageError> {
    let (uin, id) = (uin_of(&request)?, group_of(&request)?);
    person.ensure_group(action::REMOVE_MEMBER, id).map_err(Failure::from)?;
    let way = Way {
        what: format!("take the user {uin} out of a group"),
        back: format!("/users/{uin}/groups"),
        next: format!("/users/{uin}/groups"),
        text: "The user has left the group.".to_owned(),
    };
    let sender = Sender { context: &context, person: &person, session: &session };
    Ok(sender.grant(Grant::leave(&[(id, uin)]), way).await?)
}

/// The head of a user who can join groups: anyone but root, whom they do not limit.
async fn joining_head(context: &WebContext, person: &Caller, uin: Uin) -> Result<UserHead, PageError> {
    person.ensure_here(action::LIST_GROUPS).map_err(Failure::from)?;
    if open_groups(context, person).await?.is_empty() {
        // Nothing to choose from: an account without groups, or one whose policies allow none of them.
        person.ensure_group(action::ADD_MEMBER, GroupId(0)).map_err(Failure::from)?;
    }
    let head = UserHead::load(context, person, uin, "groups").await?;
    if head.is_root { Err(PageError::Refused(GroupRefusal::IsRoot.to_string())) } else { Ok(head) }
}

/// The groups that the person may add users to.
async fn open_groups(context: &WebContext, person: &Caller) -> Result<Vec<Group>, PageError> {
    if !person.may_here(action::LIST_GROUPS) {
        return Ok(Vec::new());
    }
    let all =
        groups::groups(&context.app, person, "", ALL).await?.rows.into_iter().map(|listed| listed.group);
    Ok(all.filter(|group| person.may_group(action::ADD_MEMBER, group.id)).collect())
}

/// Those of them that the user, as far as the person may know, is not in.
async fn choices(context: &WebContext, person: &Caller, head: &UserHead) -> Result<Choices, PageError> {
    let held = if person.may(action::LIST_GROUPS_OF_USER, head.id) {
        groups::members::groups_of(&context.app, person, UserRef::Uin(head.id), ALL).await?.rows
    } else {
        Vec::new()
    };
    let is_new = |group: &Group| !held.iter().any(|joined| joined.group.id == group.id);
    let choice = |group: Group| Choice {
        field: WORDING.field,
        value: group.id.to_string(),
        label: group.name,
        detail: group.remark,
    };
    let open = open_groups(context, person).await?;
    let found = open.into_iter().filter(is_new).map(choice).collect();
    Ok(Choices { q: String::new(), found, has_more: false })
}

fn subject(head: UserHead) -> Subject {
    let back = format!("/users/{}/groups", head.uin);
    head.subject(format!("{back}/join"), back)
}

fn ids_of(chosen: &[String]) -> Result<Vec<GroupId>, FieldError> {
    if chosen.is_empty() {
        return Err(FieldError::on_page(WORDING.field, "Choose at least one group."));
    }
    let gone = || {
        FieldError::on_page(WORDING.field, "One of the chosen groups does not exist any more. Choose again.")
    };
    chosen.iter().map(|text| GroupId::parse(text).ok_or_else(gone)).collect()
}
