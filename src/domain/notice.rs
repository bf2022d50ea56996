//! What an account is told of: which events, under which topic, and how bad they are.

use crate::domain::audit::{Event, EventName, Outcome};

/// What notices are about, as people choose it for a webhook.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Topic {
    Keys,
    Expiry,
    Canaries,
    Locks,
    Rotations,
}

/// How bad a notice is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Level {
    Info,
    /// Something will happen by itself.
    Warn,
    /// Somebody does what nobody should.
    Bad,
}

/// What an event is to whoever is told of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Notice {
    pub topic: Topic,
    pub level: Level,
}

impl Topic {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 5] = [Self::Keys, Self::Expiry, Self::Canaries, Self::Locks, Self::Rotations];

    /// The name in the database, in forms and in what is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::Expiry => "expiry",
            Self::Canaries => "canaries",
            Self::Locks => "locks",
            Self::Rotations => "rotations",
        }
    }

    /// The topic of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.as_str() == name)
    }

    /// The name on a page.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Keys => "Keys",
            Self::Expiry => "Ends ahead",
            Self::Canaries => "Canary keys",
            Self::Locks => "Lock-outs",
            Self::Rotations => "Rotations",
        }
    }

    /// What belongs to it, in words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Keys => {
                "A key is made, enabled, disabled or deleted, its limits change, or its SecretKey is shown."
            }
            Self::Expiry => "A key will expire or be disabled for silence within days.",
            Self::Canaries => "A canary key is used, made or deleted.",
            Self::Locks => {
                "Somebody is locked out after wrong passwords or codes, or the operator lifts that."
            }
            Self::Rotations => "The replacement of a key begins, goes on or ends.",
        }
    }

    /// Its events.
    #[must_use]
    pub const fn events(self) -> &'static [EventName] {
        match self {
            Self::Keys => &[
                EventName::CREATE_API_KEY,
                EventName::CREATE_ACCESS_KEY,
                EventName::IMPORT_API_KEY,
                EventName::ENABLE_API_KEY,
                EventName::DISABLE_API_KEY,
                EventName::QUARANTINE_KEY,
                EventName::UPDATE_ACCESS_KEY,
                EventName::DELETE_API_KEY,
                EventName::DELETE_ACCESS_KEY,
                EventName::UPDATE_KEY_LIMITS,
                EventName::START_KEY_TRIAL,
                EventName::END_KEY_TRIAL,
                EventName::SHOW_SECRET_KEY,
                EventName::SEAL_SECRET_KEY,
            ],
            Self::Expiry => &[EventName::KEY_EXPIRES_SOON, EventName::KEY_IDLE_SOON],
            Self::Canaries => &[EventName::TOUCH_CANARY, EventName::CREATE_CANARY, EventName::DELETE_CANARY],
            Self::Locks => &[EventName::LOCK_OUT, EventName::UNLOCK],
            Self::Rotations => &[
                EventName::START_KEY_ROTATION,
                EventName::UPDATE_KEY_ROTATION,
                EventName::STEP_KEY_ROTATION,
                EventName::CANCEL_KEY_ROTATION,
                EventName::STOP_KEY_ROTATION,
                EventName::FINISH_KEY_ROTATION,
            ],
        }
    }
}

impl Level {
    /// The name in the database and on pages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }
}

/// Refused events that are told; of all others only what was done.
const TOLD_REFUSED: [EventName; 2] = [EventName::TOUCH_CANARY, EventName::LOCK_OUT];
const BAD: [EventName; 3] = [EventName::TOUCH_CANARY, EventName::LOCK_OUT, EventName::QUARANTINE_KEY];
const WARN: [EventName; 3] =
    [EventName::KEY_EXPIRES_SOON, EventName::KEY_IDLE_SOON, EventName::STOP_KEY_ROTATION];

impl Notice {
    /// What an event is to whoever is told of it; most are nothing.
    #[must_use]
    pub fn of(event: &Event) -> Option<Self> {
        let named = |names: &[EventName]| names.iter().any(|name| name.as_str() == event.event);
        if event.owner_uin.0 == 0 || (event.outcome == Outcome::Refused && !named(&TOLD_REFUSED)) {
            return None;
        }
        let topic = Topic::ALL.into_iter().find(|topic| named(topic.events()))?;
        let level = match () {
            () if named(&BAD) => Level::Bad,
            () if named(&WARN) => Level::Warn,
            () => Level::Info,
        };
        Some(Self { topic, level })
    }
}
