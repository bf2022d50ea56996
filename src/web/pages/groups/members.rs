//! The Members tab of a group: who is in it, adding, removing.

use crate::app::policies::planned::Planned;
use crate::app::{Failure, caller::Caller, deferred::grant::Grant, deferred::grant::Way, groups};
use crate::domain::group::Member;
use crate::domain::paging::Paging;
use crate::domain::{
    field::FieldError, group::GroupId, group::MAX_MEMBERS, permission::action, user::Uin, user::User,
};
use crate::web::pages::chooser::{Choice, Choices, Chooser, Subject, Wording, users_to_choose};
use crate::web::{
    answer::PageResult, answer::render, error::PageError, forms::Form, forms::csrf::Protected,
    layout::Layout, layout::filters, pages::groups::head::GroupHead, visit::Visit,
};
use actix_web::HttpResponse;
use askama::Template;

/// All members at once: a group holds few.
const ALL: Paging = Paging { number: 1, size: MAX_MEMBERS };

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
pub async fn index(visit: Visit) -> PageResult {
    let id = visit.group()?;
    let members = groups::members::members(visit.app(), &visit.person, id, ALL).await?;
    let head = GroupHead::load(&visit, id, "members").await?;
    render(&IndexPage {
        page: visit.layout("groups"),
        head,
        limit: MAX_MEMBERS,
        may_add: visit.person.may_group(action::ADD_MEMBER, id) && visit.person.may_here(action::LIST_USERS),
        may_remove: visit.person.may_group(action::REMOVE_MEMBER, id),
        rows: members.rows.into_iter().map(|member| Row::of(&visit.person, member)).collect(),
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

/// Takes one user out of the group.
pub async fn remove(visit: Visit, _form: Protected) -> PageResult {
    let (id, uin) = (visit.group()?, visit.uin()?);
    visit.person.ensure_group(action::REMOVE_MEMBER, id)?;
    let way = Way {
        what: format!("take the user {uin} out of a group"),
        back: format!("/groups/{id}"),
        next: format!("/groups/{id}"),
        text: "The user is no longer in the group.".to_owned(),
    };
    Ok(visit.grant(Grant::leave(&[(id, uin)]), way).await?)
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

/// A group that users can be added to.
pub struct UsersForGroup(GroupHead);

impl Chooser for UsersForGroup {
    const WORDING: Wording = WORDING;
    const SECTION: &'static str = "groups";

    async fn load(visit: &Visit) -> Result<Self, PageError> {
        let id = visit.group()?;
        visit.person.ensure_group(action::ADD_MEMBER, id)?;
        GroupHead::load(visit, id, "members").await.map(Self)
    }

    fn ensure_shown(visit: &Visit) -> Result<(), Failure> {
        Ok(visit.person.ensure_here(action::LIST_USERS)?)
    }

    /// Users that a search finds and that, as far as the person may know, are not in the group.
    async fn choices(&self, visit: &Visit, text: &str) -> Result<Choices, PageError> {
        let id = self.0.id;
        let held = if visit.person.may_group(action::LIST_MEMBERS, id) {
            groups::members::members(visit.app(), &visit.person, id, ALL).await?.rows
        } else {
            Vec::new()
        };
        let is_new = |user: &User| !held.iter().any(|member| member.user.uid == user.uid);
        let fits = async |users: Vec<User>| Ok(users.into_iter().filter(is_new).collect());
        let (users, has_more) = users_to_choose(visit, text, fits).await?;
        let found = users.into_iter().map(|user| Choice::of_user(user, WORDING.field)).collect();
        Ok(Choices { q: text.to_owned(), found, has_more })
    }

    const CAN_CHECK: bool = true;

    async fn planned(&self, _: &Visit, form: &Form) -> Result<Option<Planned>, Failure> {
        Ok(Some(Planned::Join { uins: uins_of(&Self::chosen(form))?, groups: vec![self.0.id] }))
    }

    async fn apply(&self, visit: &Visit, form: &Form) -> Result<HttpResponse, Failure> {
        let head = &self.0;
        let pairs: Vec<(GroupId, Uin)> =
            uins_of(&Self::chosen(form))?.into_iter().map(|uin| (head.id, uin)).collect();
        let count = pairs.len();
        let (whom, are) =
            if count == 1 { ("1 user".to_owned(), "is") } else { (format!("{count} users"), "are") };
        let way = Way {
            what: format!("add {whom} to group {}", head.name),
            back: format!("/groups/{}/members/add", head.id),
            next: format!("/groups/{}", head.id),
            text: format!("{whom} {are} in group {} now.", head.name),
        };
        visit.grant(Grant::join(&pairs), way).await
    }

    fn subject(self, _: &Visit) -> Subject {
        let back = format!("/groups/{}", self.0.id);
        self.0.subject(format!("{back}/members/add"), back)
    }
}
