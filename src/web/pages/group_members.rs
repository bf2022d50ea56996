//! The Members tab of a group: who is in it, adding, removing.

use super::group_head::{GroupHead, faults, group_of};
use super::{done, render, render_as, uin_of};
use crate::app::Failure;
use crate::app::caller::Caller;
use crate::app::group_members::Member;
use crate::app::groups::Paging;
use crate::app::users::{Cursor, Filter, PAGE_SIZE};
use crate::domain::field::FieldError;
use crate::domain::group::{GroupId, MAX_MEMBERS, UserRef};
use crate::domain::permission::action;
use crate::domain::user::{Uin, User, UserKind};
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

/// All members at once: a group holds few.
const ALL: Paging = Paging { page: 1, size: MAX_MEMBERS };

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

#[derive(Template)]
#[template(path = "groups/add.html")]
struct AddPage {
    page: Layout,
    head: GroupHead,
    errors: Vec<FieldError>,
    q: String,
    choices: Vec<Choice>,
    has_more: bool,
}

/// A user that is not in the group yet.
struct Choice {
    uin: String,
    name: String,
    kind: &'static str,
    note: String,
    is_ticked: bool,
}

/// Who is in the group.
pub async fn index(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
) -> Result<HttpResponse, PageError> {
    let id = group_of(&request)?;
    let members = context.app.members(&person, id, ALL).await?;
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
    let q = query.text("q").trim().to_owned();
    let (choices, has_more) = choices(&context, &person, (head.id, &q)).await?;
    let page = Layout::new(&context, &person, &session, "groups");
    render(&AddPage { page, head, errors: Vec::new(), q, choices, has_more })
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
    let chosen = form.all("member");
    let (status, errors) = match uins_of(&chosen) {
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, vec![error]),
        Ok(uins) => {
            let pairs = uins.iter().map(|uin| (head.id, UserRef::Uin(*uin))).collect();
            match context.app.add_to_groups(&person, pairs).await {
                Ok(()) => {
                    let what = if uins.len() == 1 {
                        "1 user is".to_owned()
                    } else {
                        format!("{} users are", uins.len())
                    };
                    let text = format!("{what} in group {} now.", head.name);
                    return Ok(done(&session, &format!("/groups/{}", head.id), text));
                }
                Err(failure) => faults(failure)?,
            }
        }
    };
    let (mut choices, has_more) = choices(&context, &person, (head.id, "")).await?;
    for choice in &mut choices {
        choice.is_ticked = chosen.contains(&choice.uin);
    }
    let page = Layout::new(&context, &person, &session, "groups");
    render_as(status, &AddPage { page, head, errors, q: String::new(), choices, has_more })
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
    context.app.remove_from_groups(&person, vec![(id, UserRef::Uin(uin))]).await?;
    Ok(done(&session, &format!("/groups/{id}"), "The user is no longer in the group."))
}

/// The head of a group that users can be added to.
async fn open_head(context: &WebContext, person: &Caller, id: GroupId) -> Result<GroupHead, PageError> {
    person.ensure_group(action::ADD_MEMBER, id).map_err(Failure::from)?;
    GroupHead::load(context, person, id, "members").await
}

/// Users that a search finds and that, as far as the person may know, are not in the group; whether there are more.
async fn choices(
    context: &WebContext,
    person: &Caller,
    (id, text): (GroupId, &str),
) -> Result<(Vec<Choice>, bool), PageError> {
    if !person.may_here(action::LIST_USERS) {
        return Ok((Vec::new(), false));
    }
    let held = if person.may_group(action::LIST_MEMBERS, id) {
        context.app.members(person, id, ALL).await?.rows
    } else {
        Vec::new()
    };
    let is_new =
        |user: &User| user.kind != UserKind::Root && !held.iter().any(|member| member.user.uid == user.uid);
    let filter = Filter { text: text.to_owned(), ..Filter::default() };
    let (mut found, mut cursor) = (Vec::new(), Cursor::Start);
    loop {
        let part = context.app.users(person, filter.clone(), cursor).await?;
        let last = part.users.last().map(|listed| listed.user.name.to_lowercase());
        found.extend(part.users.into_iter().map(|listed| listed.user).filter(is_new).map(Choice::of));
        match last {
            Some(name) if part.has_next && found.len() < PAGE_SIZE => cursor = Cursor::After(name),
            _ => return Ok((found, part.has_next)),
        }
    }
}

impl AddPage {
    fn hint(&self) -> &'static str {
        if self.has_more {
            "These are not all: search for others. Those in the group already are not listed."
        } else {
            "Those in the group already are not listed."
        }
    }
}

impl Choice {
    fn of(user: User) -> Self {
        let (uin, kind) = (user.uin.to_string(), user.kind.label());
        Self { uin, kind, name: user.name, note: user.note, is_ticked: false }
    }
}

fn uins_of(chosen: &[String]) -> Result<Vec<Uin>, FieldError> {
    if chosen.is_empty() {
        return Err(FieldError::on_page("member", "Choose at least one user."));
    }
    let gone =
        || FieldError::on_page("member", "One of the chosen users does not exist any more. Choose again.");
    chosen.iter().map(|text| Uin::parse(text).map_err(|_| gone())).collect()
}
