//! The Groups tab of a user: which groups it is in, joining, leaving.

use crate::app::policies::planned::Planned;
use crate::app::{Failure, caller::Caller, deferred::grant::Grant, deferred::grant::Way, groups};
use crate::domain::group::{Group, GroupId, GroupRefusal, MAX_GROUPS, MAX_GROUPS_PER_USER, UserRef};
use crate::domain::paging::Paging;
use crate::domain::{field::FieldError, permission::action, user::Uin};
use crate::web::pages::chooser::{Choice, Choices, Chooser, Subject, Wording};
use crate::web::{
    answer::PageResult, answer::render, error::PageError, forms::Form, forms::csrf::Protected,
    layout::Layout, layout::filters, pages::chooser, pages::users::head::UserHead, query::Query,
    visit::Visit,
};
use actix_web::HttpResponse;
use askama::Template;

/// All groups at once: an account has few.
const ALL: Paging = Paging { number: 1, size: MAX_GROUPS };

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
pub async fn index(visit: Visit) -> PageResult {
    let uin = visit.uin()?;
    let joined = groups::members::groups_of(visit.app(), &visit.person, UserRef::Uin(uin), ALL).await?.rows;
    let head = UserHead::load(&visit, uin, "groups").await?;
    let rows: Vec<Row> =
        joined.into_iter().map(|joined| Row::of(&visit.person, joined.group, joined.since)).collect();
    render(&IndexPage {
        page: visit.layout("users"),
        limit: MAX_GROUPS_PER_USER,
        may_join: !head.is_root && !open_groups(&visit).await?.is_empty(),
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

/// Takes the user out of one group.
pub async fn leave(visit: Visit, _form: Protected) -> PageResult {
    let (uin, id) = (visit.uin()?, visit.group()?);
    visit.person.ensure_group(action::REMOVE_MEMBER, id)?;
    let way = Way {
        what: format!("take the user {uin} out of a group"),
        back: format!("/users/{uin}/groups"),
        next: format!("/users/{uin}/groups"),
        text: "The user has left the group.".to_owned(),
    };
    Ok(visit.grant(Grant::leave(&[(id, uin)]), way).await?)
}

/// The groups that the person may add users to.
async fn open_groups(visit: &Visit) -> Result<Vec<Group>, PageError> {
    if !visit.person.may_here(action::LIST_GROUPS) {
        return Ok(Vec::new());
    }
    let all = groups::groups(visit.app(), &visit.person, "", ALL)
        .await?
        .rows
        .into_iter()
        .map(|listed| listed.group);
    Ok(all.filter(|group| visit.person.may_group(action::ADD_MEMBER, group.id)).collect())
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

/// A user who can join groups: anyone but root, whom they do not limit.
pub struct GroupsForUser(UserHead);

impl Chooser for GroupsForUser {
    const WORDING: Wording = WORDING;
    const SECTION: &'static str = "users";

    async fn load(visit: &Visit) -> Result<Self, PageError> {
        let uin = visit.uin()?;
        visit.person.ensure_here(action::LIST_GROUPS)?;
        if open_groups(visit).await?.is_empty() {
            // Nothing to choose from: an account without groups, or one whose policies allow none of them.
            visit.person.ensure_group(action::ADD_MEMBER, GroupId(0))?;
        }
        let head = UserHead::load(visit, uin, "groups").await?;
        if head.is_root {
            return Err(PageError::Refused(GroupRefusal::IsRoot.to_string()));
        }
        Ok(Self(head))
    }

    /// The groups that the user, as far as the person may know, is not in.
    async fn choices(&self, visit: &Visit, _: &str) -> Result<Choices, PageError> {
        let uin = self.0.id;
        let held = if visit.person.may(action::LIST_GROUPS_OF_USER, uin) {
            groups::members::groups_of(visit.app(), &visit.person, UserRef::Uin(uin), ALL).await?.rows
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
        let found = open_groups(visit).await?.into_iter().filter(is_new).map(choice).collect();
        Ok(Choices { q: String::new(), found, has_more: false })
    }

    const CAN_CHECK: bool = true;

    async fn planned(&self, _: &Visit, form: &Form) -> Result<Option<Planned>, Failure> {
        Ok(Some(Planned::Join { uins: vec![self.0.id], groups: ids_of(&Self::chosen(form))? }))
    }

    async fn apply(&self, visit: &Visit, form: &Form) -> Result<HttpResponse, Failure> {
        let head = &self.0;
        let pairs: Vec<(GroupId, Uin)> =
            ids_of(&Self::chosen(form))?.into_iter().map(|id| (id, head.id)).collect();
        let count = pairs.len();
        let what = if count == 1 { "1 group".to_owned() } else { format!("{count} groups") };
        let way = Way {
            what: format!("let {} join {what}", head.name),
            back: format!("/users/{}/groups/join", head.uin),
            next: format!("/users/{}/groups", head.uin),
            text: format!("{} has joined {what}.", head.name),
        };
        visit.grant(Grant::join(&pairs), way).await
    }

    fn subject(self, _: &Visit) -> Subject {
        let back = format!("/users/{}/groups", self.0.uin);
        self.0.subject(format!("{back}/join"), back)
    }
}

/// The groups that the user can join: all at once, as nothing is searched.
pub async fn join_form(visit: Visit) -> PageResult {
    chooser::form::<GroupsForUser>(visit, Query::parse("")?).await
}
