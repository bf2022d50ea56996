//! The limits of a key as they are written: in a form, at the command line, in a call.

use super::expiry::KeyExpiry;
use super::{KeyLimits, MAX_IDLE_DAYS, Networks};
use crate::clock;
use crate::domain::field::{self, FieldError};
use crate::domain::policy::Policy;
use crate::domain::sentence::Sentence;
use serde::{Deserialize, Serialize};

/// Longest purpose and owner, in characters.
const LONGEST_LINE: usize = 128;

/// Every field as text; empty is none.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct WrittenLimits {
    pub expires_at: String,
    pub idle_days: String,
    pub networks: String,
    pub policy: String,
    pub purpose: String,
    pub owner: String,
    pub review_at: String,
}

impl WrittenLimits {
    /// As they stand, with `between` two networks.
    pub fn of(limits: &KeyLimits, between: &str) -> Self {
        let moment = |at: Option<i64>| at.map(clock::iso).unwrap_or_default();
        Self {
            expires_at: moment(limits.expires_at),
            idle_days: limits.idle_days.map(|days| days.to_string()).unwrap_or_default(),
            networks: limits.networks.texts().join(between),
            policy: limits.policy.as_deref().unwrap_or_default().to_owned(),
            purpose: limits.purpose.clone(),
            owner: limits.owner.clone(),
            review_at: moment(limits.review_at),
        }
    }

    /// What is written for a new key of an account with such a rule about its end.
    ///
    /// # Errors
    /// A sentence for each field that does not fit.
    pub fn read_new(&self, expiry: KeyExpiry, now: i64) -> Result<KeyLimits, Vec<FieldError>> {
        let limits = self.read(&KeyLimits::default(), now)?;
        expiry.ensure(limits.expires_at, now).map_err(|error| vec![error])?;
        Ok(limits)
    }

    /// The same in place of what stood before: an end that stays is not judged again.
    ///
    /// # Errors
    /// A sentence for each field that does not fit.
    pub fn read_over(
        &self,
        before: &KeyLimits,
        expiry: KeyExpiry,
        now: i64,
    ) -> Result<KeyLimits, Vec<FieldError>> {
        let limits = self.read(before, now)?;
        if limits.expires_at != before.expires_at {
            expiry.ensure(limits.expires_at, now).map_err(|error| vec![error])?;
        }
        Ok(limits)
    }

    /// What is written, in place of what stood before: that is not judged again.
    pub fn read(&self, before: &KeyLimits, now: i64) -> Result<KeyLimits, Vec<FieldError>> {
        let mut faults = Faults(Vec::new());
        let line = |name, label, text: &str, kept: &str| {
            field::unless_kept(Some(kept), text, |text| field::line(name, label, text, LONGEST_LINE))
        };
        let networks = Networks::parse(&self.networks);
        let limits = KeyLimits {
            expires_at: faults.note(end(&self.expires_at, before.expires_at, now)),
            idle_days: faults.note(days(&self.idle_days)),
            networks: faults.note(networks.map_err(|refusal| FieldError::new("networks", refusal))),
            policy: faults.note(policy(&self.policy, before)),
            purpose: faults.note(line("purpose", ("purpose", "用途"), &self.purpose, &before.purpose)),
            owner: faults.note(line("owner", ("owner", "负责人"), &self.owner, &before.owner)),
            review_at: faults.note(moment("review_at", &self.review_at)),
        };
        if faults.0.is_empty() { Ok(limits) } else { Err(faults.0) }
    }
}

/// What does not fit, field by field.
struct Faults(Vec<FieldError>);

impl Faults {
    fn note<T: Default>(&mut self, read: Result<T, FieldError>) -> T {
        read.unwrap_or_else(|error| {
            self.0.push(error);
            T::default()
        })
    }
}

fn end(text: &str, before: Option<i64>, now: i64) -> Result<Option<i64>, FieldError> {
    let end = moment("expires_at", text)?;
    if end.is_some() && end != before && end.is_some_and(|end| end <= now) {
        let told = (
            "This time is past. Disable the key to stop it now, or name a time to come.",
            "该时间已过。请填写将来的时间；若要立即停用，请禁用密钥。",
        );
        return Err(FieldError::new("expires_at", told));
    }
    Ok(end)
}

fn moment(name: &'static str, text: &str) -> Result<Option<i64>, FieldError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let told = (
        "Write a day such as 2027-01-31, or a time such as 2027-01-31T08:00:00Z.",
        "请填写日期（如 2027-01-31）或时间（如 2027-01-31T08:00:00Z）。",
    );
    clock::parse(text).map(Some).ok_or_else(|| FieldError::new(name, told))
}

fn days(text: &str) -> Result<Option<i64>, FieldError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let days = text.parse().ok().filter(|days| (1..=MAX_IDLE_DAYS).contains(days));
    let told = (
        format!("Use 1 to {MAX_IDLE_DAYS} days, or nothing."),
        format!("请填写 1 到 {MAX_IDLE_DAYS} 天，或留空。"),
    );
    days.map(Some).ok_or_else(|| FieldError::new("idle_days", told))
}

fn policy(text: &str, before: &KeyLimits) -> Result<Option<std::sync::Arc<str>>, FieldError> {
    // Browsers end lines in their own way.
    let text = text.trim().replace("\r\n", "\n");
    if text.is_empty() {
        return Ok(None);
    }
    if let Some(kept) = before.policy.as_ref().filter(|kept| ***kept == *text) {
        return Ok(Some(kept.clone()));
    }
    match Policy::check(&text) {
        Ok(_) => Ok(Some(text.into())),
        Err(problems) => {
            let sentences: Vec<Sentence> = problems.into_iter().take(5).map(Sentence::from).collect();
            Err(FieldError { field: "policy", text: Sentence::joined(&sentences) })
        }
    }
}
