//! Questions that the log is asked often, as links.

use super::range::{DAY, day};
use crate::app::caller::Caller;
use crate::web::query::Query;

/// A filter that many want, and its name.
pub(super) struct Question {
    pub label: &'static str,
    pub href: String,
    /// Whether the log answers just this now.
    pub is_current: bool,
}

/// What is asked often, as of `now`.
pub(super) fn questions(person: &Caller, query: &Query, now: i64) -> Vec<Question> {
    let (today, week) = (day(now), day(now - 6 * DAY));
    let (root, own) = (person.owner().to_string(), person.user.uin.to_string());
    let asked = [
        (
            "Sign-ins refused today",
            vec![("event", "SignIn"), ("result", "refused"), ("from", today.as_str())],
        ),
        ("Keys, last 7 days", vec![("event", "keys"), ("from", week.as_str())]),
        ("SecretKeys shown", vec![("event", "ShowSecretKey")]),
        ("Policies", vec![("event", "policies")]),
        ("By root", vec![("actor", root.as_str())]),
        ("My own", vec![("actor", own.as_str())]),
    ];
    let asked = asked.into_iter().filter(|(label, _)| *label != "My own" || root != own);
    asked.map(|(label, filter)| Question::new(label, &filter, query)).collect()
}

impl Question {
    fn new(label: &'static str, filter: &[(&str, &str)], query: &Query) -> Self {
        let is_in_force =
            |name: &str| filter.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        let is_current = super::FIELDS.iter().all(|name| query.find(name) == is_in_force(name));
        let mut encoder = url::form_urlencoded::Serializer::new(String::new());
        Self { label, href: format!("/audit?{}", encoder.extend_pairs(filter).finish()), is_current }
    }
}
