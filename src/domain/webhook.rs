//! Webhooks: where an account is told what happened, how it is told, and when that is tried again.

pub mod address;
pub mod message;
pub mod written;

use crate::domain::notice::Topic;
use crate::domain::user::Uin;
use url::Url;

/// Webhooks that an account may have.
pub const MAX_WEBHOOKS: usize = 20;
/// Longest name.
pub const LONGEST_NAME: usize = 64;
/// Longest address.
pub const LONGEST_URL: usize = 1_024;
/// Deliveries of one that its page shows.
pub const SHOWN_DELIVERIES: i64 = 20;
/// Seconds for which deliveries are kept.
pub const KEPT_SECONDS: i64 = 7 * 86_400;
/// Seconds without any delivery that arrived after which a webhook is turned off.
pub const FAILING_SECONDS: i64 = 5 * 86_400;

/// Seconds for which messages are signed with the former secret too, once there is a new one.
pub const FORMER_SECONDS: i64 = 86_400;

/// Seconds before each further try.
const PAUSES: [i64; 7] = [5, 30, 120, 600, 3_600, 21_600, 86_400];

/// Tries of one delivery.
pub const MOST_TRIES: usize = PAUSES.len() + 1;

/// Seconds after that many tries until the next one: up to a fifth longer by chance, so that what failed at once does not come
/// back at once. None: it is given up.
#[must_use]
pub fn pause_after(tries: i64, chance: u8) -> Option<i64> {
    let pause = usize::try_from(tries - 1).ok().and_then(|at| PAUSES.get(at))?;
    Some(pause + pause * i64::from(chance) / (5 * 255))
}

/// What people decide about a webhook.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WebhookPlan {
    pub name: String,
    pub url: Url,
    pub topics: Vec<Topic>,
    pub is_enabled: bool,
}

/// Why a webhook was turned off by itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stopped {
    /// The receiver answered 410.
    Gone,
    /// Nothing arrived for days.
    Failing,
}

/// A webhook, without its secret.
#[derive(Clone, Debug)]
pub struct Webhook {
    pub id: String,
    pub owner_uin: Uin,
    pub plan: WebhookPlan,
    pub created_at: i64,
    pub created_by: String,
    pub changed_at: i64,
    pub changed_by: String,
    pub stopped: Option<Stopped>,
    /// Since when no delivery has arrived.
    pub failing_since: Option<i64>,
    /// Until when messages are signed with the former secret too, in unix seconds; nothing where there is none.
    pub former_until: Option<i64>,
    /// When something was sent last, and what became of it.
    pub last: Option<(i64, Answer)>,
}

impl Webhook {
    /// Until when the former secret is good, if it is at that moment.
    #[must_use]
    pub fn former_until_at(&self, now: i64) -> Option<i64> {
        self.former_until.filter(|until| now < *until)
    }

    /// The same with another plan. What went wrong counts on, unless it is turned on again or sends to somewhere else.
    #[must_use]
    pub fn with(self, plan: WebhookPlan) -> Self {
        let is_turned_on = plan.is_enabled && !self.plan.is_enabled;
        let begins_anew = is_turned_on || plan.url != self.plan.url;
        Self {
            stopped: self.stopped.filter(|_| !plan.is_enabled),
            failing_since: self.failing_since.filter(|_| !begins_anew),
            plan,
            ..self
        }
    }
}

/// What became of one try. Told in these few words, so that nobody learns from them what runs behind an address.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Answer {
    /// The receiver took it: 2xx.
    Taken(u16),
    /// It answered something else.
    Status(u16),
    /// No connection: no such name, an address where nothing is sent, nobody there, or no right certificate.
    NoConnection,
    /// No answer within the time.
    NoAnswer,
    /// What came is no HTTP.
    NotHttp,
}

/// Where a delivery is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum State {
    /// To be tried, or tried again.
    Waiting,
    Delivered,
    /// Tried often enough.
    GivenUp,
    /// The webhook was turned off or deleted before.
    Dropped,
}

/// Something to be delivered, and what became of it.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The same at each try.
    pub id: String,
    pub webhook_id: String,
    /// The number of the event that it tells of; 0: a test.
    pub seq: i64,
    pub event: String,
    pub body: String,
    pub created_at: i64,
    pub state: State,
    pub due_at: Option<i64>,
    pub tries: i64,
    pub tried_at: Option<i64>,
    pub answer: Option<Answer>,
}

impl Stopped {
    /// The name in the database and in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Failing => "failing",
        }
    }

    /// The reason of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Gone, Self::Failing].into_iter().find(|stopped| stopped.as_str() == name)
    }

    /// The words for people.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Gone => "Camlock turned it off: the receiver answered 410, that it is gone.",
            Self::Failing => "Camlock turned it off: nothing has arrived for 5 days.",
        }
    }
}

impl Answer {
    /// What an HTTP status means.
    #[must_use]
    pub const fn of_status(status: u16) -> Self {
        if matches!(status, 200..=299) { Self::Taken(status) } else { Self::Status(status) }
    }

    /// The name in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Taken(_) => "taken",
            Self::Status(_) => "status",
            Self::NoConnection => "no_connection",
            Self::NoAnswer => "no_answer",
            Self::NotHttp => "not_http",
        }
    }

    /// The HTTP status, where there was one.
    #[must_use]
    pub const fn status(self) -> Option<u16> {
        match self {
            Self::Taken(status) | Self::Status(status) => Some(status),
            _ => None,
        }
    }

    /// What the database has of it.
    #[must_use]
    pub fn kept(name: &str, status: Option<u16>) -> Option<Self> {
        match (name, status) {
            ("taken", Some(status)) => Some(Self::Taken(status)),
            ("status", Some(status)) => Some(Self::Status(status)),
            ("no_connection", None) => Some(Self::NoConnection),
            ("no_answer", None) => Some(Self::NoAnswer),
            ("not_http", None) => Some(Self::NotHttp),
            _ => None,
        }
    }

    /// Whether the receiver has it.
    #[must_use]
    pub const fn is_taken(self) -> bool {
        matches!(self, Self::Taken(_))
    }

    /// The words for people.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::Status(status @ 300..=399) => format!("Answered {status}; redirects are not followed"),
            Self::Taken(status) | Self::Status(status) => format!("Answered {status}"),
            Self::NoConnection => "Could not connect".to_owned(),
            Self::NoAnswer => "No answer within 5 seconds".to_owned(),
            Self::NotHttp => "The answer is no HTTP".to_owned(),
        }
    }
}

impl State {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Delivered, Self::GivenUp, Self::Dropped];

    /// The name in the database and on pages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::GivenUp => "given_up",
            Self::Dropped => "dropped",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

impl Delivery {
    /// Whether somebody asked for it, to see what becomes of it. A test is not tried again.
    #[must_use]
    pub fn is_test(&self) -> bool {
        self.seq == 0
    }

    /// Whether it has failed and is tried again.
    #[must_use]
    pub fn is_retried(&self) -> bool {
        self.state == State::Waiting && self.answer.is_some()
    }
}

/// The topics of a webhook as the database keeps them.
#[must_use]
pub fn spelled(topics: &[Topic]) -> String {
    let names: Vec<&str> = topics.iter().map(|topic| topic.as_str()).collect();
    names.join(",")
}

/// The topics of such a text; those of a newer version are left out.
#[must_use]
pub fn topics_of(text: &str) -> Vec<Topic> {
    text.split(',').filter_map(Topic::from_name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_is_tried_eight_times_with_growing_pauses() {
        let least: Vec<Option<i64>> = (1..=8).map(|tries| pause_after(tries, 0)).collect();
        let most: Vec<Option<i64>> = (1..=8).map(|tries| pause_after(tries, u8::MAX)).collect();

        assert_eq!(
            least,
            [Some(5), Some(30), Some(120), Some(600), Some(3_600), Some(21_600), Some(86_400), None]
        );
        assert_eq!(
            most,
            [Some(6), Some(36), Some(144), Some(720), Some(4_320), Some(25_920), Some(103_680), None]
        );
        assert_eq!(pause_after(0, 0), None);
    }

    #[test]
    fn an_answer_is_kept_and_read_again() {
        for answer in
            [Answer::Taken(204), Answer::Status(500), Answer::NoConnection, Answer::NoAnswer, Answer::NotHttp]
        {
            assert_eq!(Answer::kept(answer.as_str(), answer.status()), Some(answer));
        }
        assert!(!Answer::of_status(302).is_taken() && Answer::of_status(204).is_taken());
    }
}
