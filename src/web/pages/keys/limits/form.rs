//! The fields of a key's limits, on their own page and for a new key.

use crate::app::keys::limits::first::{NewKeyText, offered};
use crate::domain::delivery::WrittenDelivery;
use crate::domain::field::FieldError;
use crate::domain::key_limits::written::WrittenLimits;
use crate::web::forms::Form;
use crate::web::visit::Visit;

/// Their names.
const LIMITS: [&str; 7] = ["expires_at", "idle_days", "networks", "policy", "purpose", "owner", "review_at"];

/// What the form for a new key holds.
pub struct NewKeyForm {
    pub note: String,
    pub limits: WrittenLimits,
    pub delivery: WrittenDelivery,
    /// The longest time for a key of this account, in days; 0: none.
    pub max_days: i64,
    /// Whether the limits are shown without being asked for.
    pub is_open: bool,
}

impl NewKeyForm {
    /// As it stands before anything is typed: with the end that the account gives.
    pub fn empty(visit: &Visit) -> Self {
        let max_days = visit.person.account.settings.key_expiry.max_days;
        let limits = offered(visit.app(), &visit.person);
        Self { note: String::new(), limits, delivery: WrittenDelivery::default(), max_days, is_open: false }
    }

    /// The same with what was typed.
    pub fn again(visit: &Visit, new: NewKeyText, errors: &[FieldError]) -> Self {
        let empty = Self::empty(visit);
        let limits = new.limits.map_or(empty.limits.clone(), |limits| *limits);
        let is_open = limits != empty.limits || errors.iter().any(|error| LIMITS.contains(&error.field));
        Self { note: new.note, limits, delivery: new.delivery, is_open, ..empty }
    }
}

/// The limits in a form, as they were typed.
pub fn typed(form: &Form) -> WrittenLimits {
    let text = |name| form.text(name).to_owned();
    WrittenLimits {
        expires_at: text("expires_at"),
        idle_days: text("idle_days"),
        networks: text("networks"),
        policy: text("policy"),
        purpose: text("purpose"),
        owner: text("owner"),
        review_at: text("review_at"),
    }
}
