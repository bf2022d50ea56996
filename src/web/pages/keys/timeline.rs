//! What happened to a key, line by line.

use crate::app::keys::history::Entry;
use crate::domain::audit::words::Words;
use crate::domain::audit::{Event, EventName, Outcome};
use crate::domain::key_history::{Sign, Told};
use crate::domain::number::grouped;
use crate::domain::rotation::Ending;
use crate::web::pages::audit::Facts;
use url::form_urlencoded::byte_serialize;

/// One line of what happened.
pub struct Line {
    pub at: i64,
    pub exactness: Exactness,
    /// How it looks: `ok`, `warn`, `off`, or nothing.
    pub kind: &'static str,
    pub icon: &'static str,
    /// What happened, up to whoever did it.
    pub what: String,
    pub actor: Option<Actor>,
    pub details: Vec<String>,
    /// The event in the log.
    pub href: Option<String>,
}

/// How exactly a moment is known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Exactness {
    Moment,
    Hour,
    Day,
}

/// Who did something, and their log.
pub struct Actor {
    pub name: String,
    pub href: Option<String>,
}

impl Line {
    /// `reads_log`: whether the person may read the log, which says from where things were done.
    pub fn of(entry: Entry, reads_log: bool) -> Self {
        match entry {
            Entry::Logged(event) => logged(&event, reads_log),
            Entry::Told(sign) => told(sign),
        }
    }
}

fn logged(event: &Event, reads_log: bool) -> Line {
    let (kind, icon, what) = look(event);
    let facts = Facts::of(event);
    let mut details: Vec<String> = facts
        .changes
        .iter()
        .map(|change| format!("{}: {} → {}", change.name, change.before, change.after))
        .collect();
    details.extend(facts.others.iter().map(|(name, value)| format!("{name}: {value}")));
    if event.outcome == Outcome::Refused && !event.reason.is_empty() {
        details.push(event.reason.clone());
    }
    if reads_log && event.ip != "-" {
        details.push(format!("From {}", event.ip));
    }
    let asked = if event.actor_uin.0 > 0 { event.actor_uin.to_string() } else { event.actor.clone() };
    let asked: String = byte_serialize(asked.as_bytes()).collect();
    Line {
        at: event.at,
        exactness: Exactness::Moment,
        kind,
        icon,
        what,
        actor: Some(Actor {
            name: event.actor.clone(),
            href: reads_log.then(|| format!("/audit?actor={asked}")),
        }),
        details,
        href: reads_log.then(|| format!("/audit/{}", event.seq)),
    }
}

/// How an event looks, and what it says before the name of whoever did it.
fn look(event: &Event) -> (&'static str, &'static str, String) {
    let is_done = event.outcome == Outcome::Allowed;
    let is = |name: EventName| is_done && event.event == name.as_str();
    let said = |kind, icon, what: &str| (kind, icon, what.to_owned());
    if is(EventName::CREATE_API_KEY) {
        said("ok", "plus", "Created by")
    } else if is(EventName::CREATE_ACCESS_KEY) {
        said("ok", "plus", "Created over the API by")
    } else if is(EventName::IMPORT_API_KEY) {
        said("ok", "plus", "Imported by")
    } else if is(EventName::SHOW_SECRET_KEY) {
        said("", "eye", "SecretKey shown to")
    } else if is(EventName::ENABLE_API_KEY) {
        said("ok", "circle-check", "Enabled by")
    } else if is(EventName::DISABLE_API_KEY) {
        said("off", "ban", "Disabled by")
    } else if is(EventName::UPDATE_ACCESS_KEY) {
        said("off", "ban", "Status set over the API by")
    } else if is(EventName::QUARANTINE_KEY) {
        said("off", "ban", "Disabled by a call that it signed, of")
    } else if is(EventName::START_KEY_TRIAL) {
        said("off", "clock", "Tried off for 10 minutes by")
    } else if is(EventName::END_KEY_TRIAL) {
        said("ok", "circle-check", "Enabled again after the trial by")
    } else if is(EventName::DELETE_API_KEY) {
        said("off", "x", "Deleted by")
    } else if is(EventName::DELETE_ACCESS_KEY) {
        said("off", "x", "Deleted over the API by")
    } else if is(EventName::UPDATE_KEY_LIMITS) {
        said("", "pencil", "Limits changed by")
    } else if is(EventName::KEY_IDLE_SOON) {
        said("warn", "clock", "Not used for long, told by")
    } else if is(EventName::START_KEY_ROTATION) {
        said("", "git-compare", "Replacement begun by")
    } else if is(EventName::UPDATE_KEY_ROTATION) {
        said("", "git-compare", "How the replacement ends changed by")
    } else if is(EventName::STEP_KEY_ROTATION) {
        said("", "git-compare", "Next step of the replacement, told by")
    } else if is(EventName::CANCEL_KEY_ROTATION) {
        said("off", "git-compare", "Replacement cancelled by")
    } else if is(EventName::STOP_KEY_ROTATION) {
        said("warn", "git-compare", "Replacement stopped by")
    } else if is(EventName::FINISH_KEY_ROTATION) {
        said("ok", "git-compare", "Replacement finished by")
    } else if is(EventName::UPDATE_API_KEY) {
        said("", "pencil", "Note changed by")
    } else {
        let words = Words::of(&event.event).map_or_else(|| event.event.clone(), |words| words.told(is_done));
        let kind = if is_done { "" } else { "warn" };
        (kind, if is_done { "pencil" } else { "triangle-alert" }, format!("{words}:"))
    }
}

fn told(sign: Sign) -> Line {
    let line = |kind, icon, what: String, details| Line {
        at: sign.at,
        exactness: Exactness::Hour,
        kind,
        icon,
        what,
        actor: None,
        details,
        href: None,
    };
    match sign.what {
        Told::FirstUse { is_exact, network, client } => {
            let details = if network.is_empty() { Vec::new() } else { vec![from(&network, &client)] };
            let exactness = if is_exact { Exactness::Moment } else { Exactness::Hour };
            Line { exactness, ..line("ok", "circle-check", "First use".to_owned(), details) }
        }
        Told::NewNetwork { network, client, is_known_client } => {
            let who = if client.is_empty() { "A client that does not tell its name" } else { &client };
            let detail = format!("{who}, {}", if is_known_client { "seen before" } else { "new too" });
            line("warn", "monitor", format!("New address, in {network}"), vec![format!("{detail}.")])
        }
        Told::Replaces { old } => {
            let what = format!("Began to replace key …{}", old.tail());
            Line { exactness: Exactness::Moment, ..line("", "git-compare", what, Vec::new()) }
        }
        Told::Replaced { old, ending } => {
            let (kind, what) = match ending {
                Ending::Finished => ("ok", "Replaced key"),
                Ending::Cancelled => ("off", "Cancelled: no longer replaces key"),
                Ending::Stopped => ("warn", "Stopped: no longer replaces key"),
            };
            let what = format!("{what} …{}", old.tail());
            Line { exactness: Exactness::Moment, ..line(kind, "git-compare", what, Vec::new()) }
        }
        Told::ManyRefused { calls, reasons } => {
            let reasons = reasons.iter().take(3);
            let details = reasons.map(|(reason, calls)| format!("{} {reason}", grouped(*calls)));
            let what = format!("{} calls refused on this day", grouped(calls));
            Line { exactness: Exactness::Day, ..line("warn", "triangle-alert", what, details.collect()) }
        }
    }
}

fn from(network: &str, client: &str) -> String {
    if client.is_empty() { format!("From {network}.") } else { format!("From {network}, {client}.") }
}
