//! The keys or users behind something that the overview tells.

use crate::app::overview::lists::{self, HeldKey, KeyPage, UserPage, UserRow};
use crate::app::overview::words::days;
use crate::domain::attention::{
    AHEAD_DAYS, HALTED_DAYS, KeyCause, KeyFound, Kind, NEVER_USED_DAYS, Spot, UNUSED_DAYS, When,
};
use crate::domain::key::SecretId;
use crate::domain::number::grouped;
use crate::domain::permission::action;
use crate::web::pages::ways::keys_address;
use crate::web::{
    answer::PageResult, answer::render, error::PageError, layout::Layout, layout::filters, query::Query,
    visit::Visit,
};
use askama::Template;

#[derive(Template)]
#[template(path = "overview/list.html")]
struct ListPage {
    page: Layout,
    title: &'static str,
    lead: String,
    is_filled: bool,
    keys: Vec<KeyLine>,
    users: Vec<UserLine>,
    /// What the last column of keys is called.
    column: &'static str,
    note: Option<String>,
    first: Option<String>,
    next: Option<String>,
}

struct KeyLine {
    /// The whole SecretId, for who may look at the keys of its user.
    id: Option<String>,
    short: String,
    is_enabled: bool,
    is_expired: bool,
    holder: String,
    uin: String,
    /// The page of the key, for who may see it.
    href: Option<String>,
    user_href: Option<String>,
    created_at: i64,
    /// The last use, to the day.
    used_at: Option<i64>,
    fact: String,
}

struct UserLine {
    name: String,
    uin: String,
    href: Option<String>,
    fact: String,
}

/// The list of one kind.
pub async fn index(visit: Visit, query: Query) -> PageResult {
    visit.person.ensure_here(action::GET_OVERVIEW)?;
    let kind = Kind::from_name(visit.part("kind")).ok_or(PageError::NotFound)?;
    let after = query.find("after").map(|text| Spot::parse(text).ok_or(PageError::NotFound)).transpose()?;
    let is_first = after.is_none();
    let here = format!("/attention/{}", kind.as_str());
    let (title, lead) = told(kind, &visit);
    let mut page = ListPage {
        page: visit.layout("overview"),
        title,
        lead,
        is_filled: true,
        keys: Vec::new(),
        users: Vec::new(),
        column: "",
        note: None,
        first: (!is_first).then(|| here.clone()),
        next: None,
    };
    let next = match kind {
        Kind::Keys(cause) => {
            let found = lists::keys(visit.app(), &visit.person, cause, after).await?;
            page.show_keys(&visit, Some(cause), found).await?
        }
        Kind::RootKeys => {
            let found = lists::root_keys(visit.app(), &visit.person).await?;
            page.show_keys(&visit, None, found).await?
        }
        Kind::Administrators => {
            page.show_users(&visit, lists::administrators(visit.app(), &visit.person).await?)
        }
        Kind::Users => {
            page.show_users(&visit, lists::inactive_users(visit.app(), &visit.person, after).await?)
        }
    };
    page.next = next.map(|spot| format!("{here}?after={}", spot.text()));
    render(&page)
}

impl ListPage {
    async fn show_keys(
        &mut self,
        visit: &Visit,
        cause: Option<KeyCause>,
        found: KeyPage,
    ) -> Result<Option<Spot>, PageError> {
        let KeyPage { when, is_filled, rows, next } = found;
        let facts = match cause {
            Some(KeyCause::Refused) => refused(visit, &rows).await?,
            _ => rows.iter().map(|held| fact(cause, &held.key, when)).collect(),
        };
        self.is_filled = is_filled;
        self.column = match cause {
            Some(KeyCause::NeverUsed) => "Never used for",
            Some(KeyCause::Unused) => "Unused for",
            Some(KeyCause::Old) => "Age",
            Some(KeyCause::Ending) => "Expires",
            Some(KeyCause::Halted) => "Last called",
            Some(KeyCause::Refused) => "Refused, 24 hours",
            None => "Used",
        };
        self.keys =
            rows.into_iter().zip(facts).map(|(row, fact)| KeyLine::of(visit, row, when.now, fact)).collect();
        Ok(next)
    }

    fn show_users(&mut self, visit: &Visit, found: UserPage) -> Option<Spot> {
        let now = visit.app().clock.now();
        let line = |UserRow { user, since }: UserRow| UserLine {
            href: visit
                .person
                .may(action::GET_USER, user.uin)
                .then(|| format!("/users/{}/security", user.uin)),
            uin: user.uin.to_string(),
            name: user.name,
            fact: since.map_or_else(|| "Password alone".to_owned(), |at| format!("{} ago", days(now - at))),
        };
        self.column =
            if found.rows.iter().any(|row| row.since.is_some()) { "Last active" } else { "Signs in with" };
        self.is_filled = found.is_filled;
        self.note = match (found.unlisted, found.part_of) {
            (0, None) => None,
            (0, Some(looked_at)) => Some(format!("Only {looked_at} administrators were looked at.")),
            (more, _) => {
                Some(format!("{} more are not listed.", grouped(i64::try_from(more).unwrap_or(i64::MAX))))
            }
        };
        self.users = found.rows.into_iter().map(line).collect();
        found.next
    }

    fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.users.is_empty()
    }
}

impl KeyLine {
    fn of(visit: &Visit, held: HeldKey, now: i64, fact: String) -> Self {
        let HeldKey { key, holder } = held;
        let person = &visit.person;
        let place = person.place_of_keys(holder.uin);
        Self {
            href: place.map(|place| format!("{}/{}/history", keys_address(place), key.secret_id)),
            user_href: person.may(action::GET_USER, holder.uin).then(|| format!("/users/{}", holder.uin)),
            short: key.secret_id.short(),
            id: place.map(|_| key.secret_id.to_string()),
            is_enabled: key.is_enabled,
            is_expired: key.expires_at.is_some_and(|end| end <= now),
            uin: holder.uin.to_string(),
            holder: holder.name,
            created_at: key.created_at,
            used_at: key.was_used.then_some(key.quiet_since),
            fact,
        }
    }
}

fn fact(cause: Option<KeyCause>, key: &KeyFound, when: When) -> String {
    let Some(cause) = cause else {
        return if key.was_used { "Yes" } else { "Never" }.to_owned();
    };
    let at = key.at(cause);
    match cause {
        KeyCause::Ending => crate::clock::readable(at),
        KeyCause::Halted | KeyCause::Refused => format!("In the hour from {}", crate::clock::readable(at)),
        KeyCause::NeverUsed | KeyCause::Unused | KeyCause::Old => days(when.now - at),
    }
}

/// How often calls with each key were refused, and why most of them were.
async fn refused(visit: &Visit, rows: &[HeldKey]) -> Result<Vec<String>, PageError> {
    let ids: Vec<SecretId> = rows.iter().map(|held| held.key.secret_id.clone()).collect();
    let found = lists::refusals(visit.app(), &visit.person, ids).await?;
    let say = |refusals: lists::Refusals| {
        let most = refusals.reasons.first().map(|(reason, _)| reason.replace('_', " ")).unwrap_or_default();
        format!("{}, mostly: {most}", grouped(refusals.calls))
    };
    Ok(found.into_iter().map(say).collect())
}

fn told(kind: Kind, visit: &Visit) -> (&'static str, String) {
    let oldest = crate::app::overview::oldest_days(&visit.person.account);
    match kind {
        Kind::Keys(KeyCause::NeverUsed) => (
            "Keys that were never used",
            format!("Enabled, made more than {NEVER_USED_DAYS} days ago, and no call was ever accepted. Disable and delete what nobody needs."),
        ),
        Kind::Keys(KeyCause::Unused) => (
            "Keys without use",
            format!("Enabled, and no call was accepted for {UNUSED_DAYS} days. Disable what nobody needs."),
        ),
        Kind::Keys(KeyCause::Old) => (
            "Old keys",
            format!("Enabled, and made more than {oldest} days ago. Replace them."),
        ),
        Kind::Keys(KeyCause::Ending) => (
            "Keys that expire soon",
            format!("They expire within {AHEAD_DAYS} days; calls are refused from then on. Replace them, or set another end in their limits."),
        ),
        Kind::Keys(KeyCause::Halted) => (
            "Keys that are called though not in use",
            format!("Disabled or expired, and called in the last {HALTED_DAYS} days. The page of a key says who calls."),
        ),
        Kind::Keys(KeyCause::Refused) => (
            "Keys whose calls were refused",
            "In the last 24 hours, the latest first. The page of a key says who called.".to_owned(),
        ),
        Kind::RootKeys => (
            "Keys of root",
            "No policy limits what a key of root may do. Give programs the key of a sub-user, then disable these.".to_owned(),
        ),
        Kind::Administrators => (
            "Administrators without an authenticator app",
            "Root, and who has AdministratorAccess or QcloudCamFullAccess, directly or through a group. Require an app in the account’s security settings.".to_owned(),
        ),
        Kind::Users => (
            "Users without use",
            format!("No sign-in and no accepted call for {UNUSED_DAYS} days, the longest first."),
        ),
    }
}
