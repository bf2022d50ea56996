//! The page of a key: what it is used for and what happened to it, also after it was deleted.

use crate::app::keys::KeyRights;
use crate::app::keys::history::{Entry, KeyHistory, history};
use crate::domain::key::{KeyStatus, Place};
use crate::domain::key_history::{DayCalls, Told};
use crate::domain::key_limits::KeyLimits;
use crate::domain::permission::action;
use crate::domain::rotation::Rotation;
use crate::domain::trial::Trial;
use crate::web::pages::bars::{Chart, Names, Slot};
use crate::web::pages::keys::impact::ImpactView;
use crate::web::pages::keys::list::{Whose, layout};
use crate::web::pages::keys::timeline::{Exactness, Line};
use crate::web::{
    answer::PageResult, answer::render, layout::Layout, layout::filters, pages::audit::cursor,
    pages::ways::keys_address, query::Query, visit::Visit,
};
use askama::Template;

/// Days between two labels below the bars.
const WEEK: usize = 7;

#[derive(Template)]
#[template(path = "keys/history.html")]
struct HistoryPage {
    page: Layout,
    whose: Whose,
    key: KeyHead,
    impact: ImpactView,
    chart: Chart,
    lines: Vec<Line>,
    earlier: Option<String>,
    later: Option<String>,
    rotation: Option<Rotation>,
    may_rotate: bool,
    trial: Option<Trial>,
    is_trial_over: bool,
    reads_log: bool,
    /// Of a key that is there, where the person may see them.
    limits: Option<KeyLimits>,
    rights: Option<KeyRights>,
}

/// A key that is there or was.
struct KeyHead {
    id: String,
    tail: String,
    short: String,
    status: Option<KeyStatus>,
    /// When its end was reached.
    expired_at: Option<i64>,
    note: String,
    /// When it was disabled or deleted, and by whom.
    off: Option<(i64, String)>,
    created_at: Option<i64>,
    /// Days since it was made, of one that is there.
    age: Option<i64>,
}

impl KeyHead {
    fn of(found: &KeyHistory, now: i64) -> Self {
        let key = found.key.as_ref();
        let disabled = key.filter(|key| !key.is_enabled());
        let disabled = disabled.map(|key| (key.changed_at, key.changed_by.clone()));
        let deleted = found.deleted.as_ref().map(|event| (event.at, event.actor.clone()));
        Self {
            id: found.secret_id.to_string(),
            tail: found.secret_id.tail().to_owned(),
            short: found.secret_id.short(),
            status: key.map(|key| key.status),
            expired_at: key.and_then(|key| key.limits.expires_at).filter(|end| now >= *end),
            note: key.map(|key| key.note.clone()).unwrap_or_default(),
            off: disabled.or(deleted),
            created_at: found.created_at,
            age: key.map(|key| (now - key.created_at) / 86_400),
        }
    }

    /// Whether calls with it can be accepted.
    fn is_in_use(&self) -> bool {
        self.is_enabled() && self.expired_at.is_none()
    }

    fn is_enabled(&self) -> bool {
        self.status == Some(KeyStatus::Enabled)
    }
}

impl HistoryPage {
    /// Whether the person may do to the key what its replacement does.
    fn may_replace(&self) -> bool {
        self.rights.as_ref().is_some_and(|rights| rights.create && rights.disable && rights.delete)
    }
}

/// The page of a key.
pub async fn index(visit: Visit, query: Query) -> PageResult {
    let (wanted, place, now) = (visit.key()?, visit.place()?, visit.app().clock.now());
    let found = history(visit.app(), &visit.person, &wanted, cursor(&query)?).await?;
    let here =
        |name: &str, seq: i64| format!("{}/{}/history?{name}={seq}#history", keys_address(place), wanted.id);
    let (earlier, later) = (found.timeline.earlier, found.timeline.later);
    let reads_log = visit.person.may_here(action::READ_AUDIT);
    let key = KeyHead::of(&found, now);
    let chart = chart(&found.impact.days, &found.timeline.entries);
    render(&HistoryPage {
        page: layout(&visit, place),
        whose: whose(&visit, place, &found),
        chart,
        key,
        impact: ImpactView::of(found.impact),
        lines: found.timeline.entries.into_iter().map(|entry| Line::of(entry, reads_log)).collect(),
        earlier: earlier.map(|seq| here("older", seq)),
        later: later.map(|seq| here("newer", seq)),
        is_trial_over: found.trial.as_ref().is_some_and(|trial| trial.ends_at <= now),
        may_rotate: visit.person.may(action::ROTATE_KEY, found.uin),
        rotation: found.rotation,
        trial: found.trial,
        reads_log,
        limits: found
            .key
            .filter(|_| visit.person.may(action::QUERY_KEY_LIMITS, found.uin))
            .map(|key| key.limits),
        rights: found.rights,
    })
}

fn whose(visit: &Visit, place: Place, found: &KeyHistory) -> Whose {
    Whose {
        is_own: place == Place::Own,
        name: found.holder.clone(),
        uin: found.uin.to_string(),
        list: keys_address(place),
        may_list_users: visit.person.may_here(action::LIST_USERS),
    }
}

/// Bars of the days that are kept; what changed whether or from where the key was used is marked.
fn chart(days: &[DayCalls], entries: &[Entry]) -> Chart {
    let slots = days.iter().map(|day| Slot { at: day.day, accepted: day.accepted, refused: day.refused });
    let last = days.len().saturating_sub(1);
    let labels = days.iter().enumerate().filter(|(place, _)| place % WEEK == 0 && *place < last);
    let mut labels: Vec<String> = labels.map(|(_, day)| crate::clock::short_day(day.day)).collect();
    labels.push("Today".to_owned());
    let names = Names { accepted: "Accepted", slot: "Day", unfinished: "Today so far" };
    let marks = entries.iter().filter(|entry| is_marked(entry)).map(Entry::at);
    Chart::of(slots.collect(), labels, names).marked(marks)
}

fn is_marked(entry: &Entry) -> bool {
    match entry {
        Entry::Told(sign) => matches!(sign.what, Told::NewNetwork { .. }),
        Entry::Logged(event) => {
            !matches!(event.event.as_str(), "ShowSecretKey" | "UpdateApiKey" | "VendSigningKey")
        }
    }
}
