//! The User List: searched, filtered, a page at a time.

use super::sorting::{Column, FIELDS, ORDERS, PLACES, order_of};
use crate::app::caller::Caller;
use crate::app::users::head::{Tabs, may_edit};
use crate::app::users::search::{self, UserPage};
use crate::domain::paging::{Slice, Tally};
use crate::domain::saved_filter::FilteredList;
use crate::domain::trial::Trial;
use crate::domain::user::Uin;
use crate::domain::user_search::{KeyFilter, Listed, Sorted, UserCursor, UserFilter, UserPlace};
use crate::domain::{
    key::MAX_KEYS_PER_USER, number::grouped, permission::action, user::User, user::UserKind,
};
use crate::web::answer::{PageResult, render, see_other};
use crate::web::pages::saved::Chips;
use crate::web::pages::selection::chosen::Offered;
use crate::web::pages::users::head::tabs;
use crate::web::{error::PageError, layout::Layout, layout::filters, query::Query, visit::Visit};
use askama::Template;

const UNKNOWN_FILTER: PageError =
    PageError::Malformed("The address holds a filter that does not exist. Choose one from the list.");

#[derive(Template)]
#[template(path = "users/index.html")]
struct IndexPage {
    page: Layout,
    asked: Searched,
    rows: Vec<Row>,
    room: Room,
    may_add: bool,
    may_list_claims: bool,
    range: String,
    columns: [Column; 4],
    sorted: Sorted,
    is_partial: bool,
    is_filling: bool,
    previous: Option<String>,
    next: Option<String>,
    chips: Chips,
    offered: Offered,
    /// What the list shows and from where on, for the way back from what is done to users of it.
    here: String,
}

/// What was searched for, for the form to show again.
struct Searched {
    q: String,
    kind: String,
    mfa: String,
    keys: String,
    sort: String,
    is_filtered: bool,
}

/// A line of the list.
struct Row {
    name: String,
    note: String,
    uin: String,
    kind: &'static str,
    console: bool,
    mfa: bool,
    keys: usize,
    /// Of them, as far as the person may see them.
    tried_off: usize,
    limit: usize,
    created_at: i64,
    last_activity: Option<i64>,
    last_used: Option<i64>,
    may_open: bool,
    may_keys: bool,
    /// Label and address of what the row offers beside the keys.
    more: Vec<(&'static str, String)>,
}

/// How many users the account has and may have.
struct Room {
    count: i64,
    limit: i64,
    is_nearly_full: bool,
    is_full: bool,
}

/// The User List.
pub async fn index(visit: Visit, query: Query) -> PageResult {
    let (filter, cursor) = (filter_of(&query)?, cursor_of(&query)?);
    let (is_first, order) = (cursor == UserCursor::Start, filter.order);
    let part = Slice { cursor, size: i64::try_from(visit.person.page_size()).unwrap_or(i64::MAX) };
    let found = search::users(visit.app(), &visit.person, filter, part).await?;
    if found.users.is_empty() && !is_first && !found.is_partial {
        let first = query.with(&[("after", ""), ("before", "")]);
        return Ok(see_other(format!("/users{first}").trim_end_matches('?')));
    }
    let uins: Vec<Uin> = found.users.iter().map(|listed| listed.user.uin).collect();
    let names: Vec<&str> = FIELDS.into_iter().chain(PLACES).collect();
    render(&IndexPage {
        chips: Chips::load(&visit, &query, active(&query), FilteredList::Users).await?,
        offered: Offered::of(&visit.person, &uins),
        here: query.only(&names),
        page: visit.layout("users"),
        asked: Searched::of(&query),
        room: Room::of(&found),
        may_add: visit.person.may_here(action::ADD_USER),
        may_list_claims: visit.person.may_here(action::CREATE_CLAIM_LINK),
        range: range(&found, is_first),
        columns: Column::all(&query, order, found.sorted),
        sorted: found.sorted,
        is_partial: found.is_partial,
        is_filling: found.is_filling,
        previous: neighbour(&query, "before", found.previous.as_ref()),
        next: neighbour(&query, "after", found.next.as_ref()),
        rows: found.users.into_iter().map(|listed| Row::of(&visit.person, listed, &found.trials)).collect(),
    })
}

/// What an address asks the list for.
pub fn filter_of(query: &Query) -> Result<UserFilter, PageError> {
    let kind = match query.find("type") {
        None => None,
        Some(name) => Some(UserKind::from_name(name).ok_or(UNKNOWN_FILTER)?),
    };
    let mfa = match query.text("mfa") {
        "" => None,
        "on" => Some(true),
        "off" => Some(false),
        _ => return Err(UNKNOWN_FILTER),
    };
    let keys = match query.text("key") {
        "" => None,
        "none" => Some(KeyFilter::None),
        "any" => Some(KeyFilter::Any),
        "enabled" => Some(KeyFilter::Enabled),
        "disabled" => Some(KeyFilter::Disabled),
        _ => return Err(UNKNOWN_FILTER),
    };
    let order = order_of(query.text("sort")).ok_or(UNKNOWN_FILTER)?;
    Ok(UserFilter {
        text: query.text("q").trim().to_owned(),
        kind,
        mfa,
        keys,
        order,
        ..UserFilter::default()
    })
}

fn cursor_of(query: &Query) -> Result<UserCursor, PageError> {
    Ok(match query.places(["after", "before"], UserPlace::parse)? {
        [Some(place), _] => UserCursor::After(place),
        [_, Some(place)] => UserCursor::Before(place),
        _ => UserCursor::Start,
    })
}

/// The address of the page on that side of a place, which keeps filters and order.
fn neighbour(query: &Query, side: &str, place: Option<&UserPlace>) -> Option<String> {
    let other = if side == "after" { "before" } else { "after" };
    Some(format!("/users{}", query.with(&[(other, ""), (side, &place?.text())])))
}

/// The filters that are in force, as the page calls them: parameter, name and value.
fn active(query: &Query) -> Vec<(&'static str, &'static str, String)> {
    let word = |name: &str, value: &str| match (name, value) {
        ("type", value) => UserKind::from_name(value).map_or(String::new(), |kind| kind.label().to_owned()),
        ("mfa", "on") => "on".to_owned(),
        ("mfa", _) => "off".to_owned(),
        ("key", "any") => "at least one".to_owned(),
        ("key", "enabled") => "an enabled one".to_owned(),
        ("key", "disabled") => "a disabled one".to_owned(),
        ("key", _) => "none".to_owned(),
        (_, text) => text.trim().to_owned(),
    };
    [("q", "Search"), ("type", "Type"), ("mfa", "MFA"), ("key", "API keys")]
        .into_iter()
        .filter_map(|(name, label)| Some((name, label, word(name, query.find(name)?))))
        .filter(|(.., value)| !value.is_empty())
        .collect()
}

/// What may be done with a user from the list, beside its keys, which have a link of their own.
fn more(person: &Caller, user: &User, allowed: Tabs) -> Vec<(&'static str, String)> {
    let beside_keys = tabs(user.uin, Tabs { keys: false, ..allowed });
    let edit = may_edit(person, user).then(|| ("Edit", format!("/users/{}/edit", user.uin)));
    beside_keys.into_iter().map(|(_, label, address)| (label, address)).chain(edit).collect()
}

/// Which of how many are shown: of a page in the middle it is not known how many come before.
fn range(found: &UserPage, is_first: bool) -> String {
    let shown = i64::try_from(found.users.len()).unwrap_or_default();
    let is_last = found.next.is_none();
    match (is_first, found.total) {
        (true, _) if is_last => format!("1–{shown} of {shown}"),
        (true, Some(Tally { number, is_more: false })) => format!("1–{shown} of {}", grouped(number)),
        (true, Some(Tally { number, .. })) => format!("1–{shown} of more than {}", grouped(number)),
        (true, None) => format!("1–{shown}"),
        (false, Some(Tally { number: total, is_more: false })) if is_last && total >= shown => {
            format!("{}–{} of {}", grouped(total - shown + 1), grouped(total), grouped(total))
        }
        (false, Some(Tally { number: total, is_more: false })) => {
            format!("{shown} on this page, {} in all", grouped(total))
        }
        (false, _) => format!("{shown} on this page"),
    }
}

impl Searched {
    fn of(query: &Query) -> Self {
        let text = |name| query.text(name).trim().to_owned();
        let (q, kind, mfa, keys) = (text("q"), text("type"), text("mfa"), text("key"));
        let is_filtered = [&q, &kind, &mfa, &keys].iter().any(|text| !text.is_empty());
        Self { q, kind, mfa, keys, sort: text("sort"), is_filtered }
    }
}

impl Row {
    fn of(person: &Caller, listed: Listed, trials: &[Trial]) -> Self {
        let Listed { user, keys, mfa, last_used_at, .. } = listed;
        let allowed = Tabs::of(person, &user);
        Self {
            may_open: allowed.is_any(),
            may_keys: allowed.keys,
            tried_off: trials.iter().filter(|trial| allowed.keys && trial.uid == user.uid).count(),
            more: more(person, &user, allowed),
            uin: user.uin.to_string(),
            kind: user.kind.label(),
            console: user.console_login,
            limit: MAX_KEYS_PER_USER,
            created_at: user.created_at,
            last_activity: user.last_activity_at,
            last_used: last_used_at,
            name: user.name,
            note: user.note,
            keys,
            mfa,
        }
    }
}

impl Room {
    fn of(found: &UserPage) -> Self {
        let (count, limit) = (found.count, found.limit);
        Self { count, limit, is_nearly_full: count * 10 >= limit * 9, is_full: count >= limit }
    }

    /// Both numbers as people write them.
    fn words(&self) -> String {
        format!("{} of {}", grouped(self.count), grouped(self.limit))
    }
}
