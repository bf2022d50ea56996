//! A key replaced by another: watched until nobody calls with the old one, which is then disabled and later deleted.

use super::field::FieldError;
use super::key::{Key, SecretId};
use super::sentence::Worded;
use super::user::{Uid, Uin};
use crate::domain::span::{DAY, HOUR};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::ops::RangeInclusive;

/// Hours of silence after which the old key is disabled, at the least and at the most.
pub const SILENT_HOURS: RangeInclusive<i64> = 1..=720;
/// Days after which the disabled key is deleted, at the least and at the most.
pub const DELETE_AFTER_DAYS: RangeInclusive<i64> = 1..=365;
/// Seconds until every server has written down what it was called with.
pub const WRITTEN_WITHIN: i64 = 60;
/// Seconds after its end for which a finished rotation is what a program is told of that asks to replace the new key: it may
/// have lost the answer, and a second new key is not what it wants.
pub const TOLD_FOR: i64 = DAY;

/// How a rotation ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Plan {
    /// Hours without a call after which the old key is disabled.
    pub silent_hours: i64,
    /// Days after which the disabled key is deleted.
    pub delete_after_days: i64,
    /// Whether the steps are done by themselves; otherwise somebody is told that they are due.
    pub finishes: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Self { silent_hours: 24, delete_after_days: 7, finishes: false }
    }
}

impl Plan {
    /// A plan as it is written; what is empty is as before.
    ///
    /// # Errors
    /// A sentence for each field that does not fit.
    pub fn read(self, silent_hours: &str, delete_after_days: &str) -> Result<Self, Vec<FieldError>> {
        let hours = number(silent_hours, self.silent_hours, &SILENT_HOURS);
        let days = number(delete_after_days, self.delete_after_days, &DELETE_AFTER_DAYS);
        let mut faults = Vec::new();
        if hours.is_none() {
            faults.push(fault("silent_hours", ["hours", "小时数"], &SILENT_HOURS));
        }
        if days.is_none() {
            faults.push(fault("delete_after_days", ["days", "天数"], &DELETE_AFTER_DAYS));
        }
        match (hours, days) {
            (Some(silent_hours), Some(delete_after_days)) => {
                Ok(Self { silent_hours, delete_after_days, ..self })
            }
            _ => Err(faults),
        }
    }
}

fn number(text: &str, kept: i64, bounds: &RangeInclusive<i64>) -> Option<i64> {
    match text.trim() {
        "" => Some(kept),
        text => text.parse().ok().filter(|number| bounds.contains(number)),
    }
}

fn fault(field: &'static str, [en, zh]: [&str; 2], bounds: &RangeInclusive<i64>) -> FieldError {
    let (least, most) = (bounds.start(), bounds.end());
    FieldError::new(
        field,
        (
            format!("Give a whole number of {en} from {least} to {most}."),
            format!("请输入 {least} 到 {most} 之间的{zh}（整数）。"),
        ),
    )
}

/// What is done at present.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    /// The old key works, and its silence is counted.
    Watch,
    /// The old key is disabled and waits to be deleted.
    Wait,
}

impl Step {
    /// The name in the database and in the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Watch => "watch",
            Self::Wait => "wait",
        }
    }

    /// The step of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Watch, Self::Wait].into_iter().find(|step| step.as_str() == name)
    }
}

/// What came of a rotation that is over.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ending {
    /// The old key is deleted.
    Finished,
    /// Somebody ended it; both keys stay as they are.
    Cancelled,
    /// The new key is gone.
    Stopped,
}

impl Ending {
    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Cancelled => "cancelled",
            Self::Stopped => "stopped",
        }
    }

    /// The ending of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Finished, Self::Cancelled, Self::Stopped].into_iter().find(|ending| ending.as_str() == name)
    }
}

/// A key that is replaced, or was.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rotation {
    pub id: String,
    pub owner_uin: Uin,
    pub uid: Uid,
    pub old: SecretId,
    pub new: SecretId,
    pub plan: Plan,
    pub step: Step,
    /// When the step began, in unix seconds, as the next.
    pub step_at: i64,
    pub started_at: i64,
    pub started_by: String,
    /// Of the rotations of one key that began in the same second, a later one has a higher number.
    pub number: i64,
    /// When and how it ended.
    pub ended: Option<(i64, Ending)>,
}

/// Where a list goes on: after the rotation that began then, of that id.
#[derive(Clone, Debug)]
pub struct After {
    pub started_at: i64,
    pub id: String,
}

impl After {
    /// As an address has it.
    pub fn text(&self) -> String {
        format!("{}-{}", self.started_at, self.id)
    }

    /// What [`After::text`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let (at, id) = text.split_once('-')?;
        Some(Self { started_at: at.parse().ok()?, id: id.to_owned() })
    }
}

/// What is known of the old key at a moment.
#[derive(Clone, Debug)]
pub struct OldKey {
    pub key: Key,
    pub is_tried_off: bool,
    /// The last accepted call, in unix seconds.
    pub used_at: Option<i64>,
    /// The last refused call, in unix seconds.
    pub refused_at: Option<i64>,
}

/// Why nothing goes on until somebody does something.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Hold {
    NewDisabled,
    NewExpired,
    OldTriedOff,
}

/// Where a rotation stands at a moment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Standing {
    pub step: Step,
    /// When the step began, in unix seconds, as the next.
    pub step_at: i64,
    /// Since when nobody has called with the old key; at the earliest since the step began.
    pub silent_since: i64,
    /// From when on the next step may be done.
    pub due_at: i64,
    pub hold: Option<Hold>,
}

impl Standing {
    /// Whether the next step may be done.
    pub fn is_ready_at(&self, now: i64) -> bool {
        self.hold.is_none() && now >= self.due_at
    }

    /// Whole hours of silence.
    pub fn silent_hours(&self, now: i64) -> i64 {
        (now - self.silent_since).max(0) / HOUR
    }
}

impl Rotation {
    /// Whether a key is one of its two.
    pub fn has(&self, id: &SecretId) -> bool {
        [&self.old, &self.new].contains(&id)
    }

    /// Its place in the order in which the rotations of a key began.
    pub fn place(&self) -> (i64, i64, &str) {
        (self.started_at, self.number, &self.id)
    }

    /// Whether another one begins for whoever names that key: once it has been finished for a while, its new key is a key like
    /// any other. One that was cancelled or stopped may have been so meanwhile, and nobody begins it again unasked.
    pub fn is_behind(&self, key: &SecretId, now: i64) -> bool {
        let is_long_over =
            matches!(self.ended, Some((at, Ending::Finished)) if now.saturating_sub(at) >= TOLD_FOR);
        is_long_over && self.new == *key
    }

    /// Where it stands, whatever was done to the keys meanwhile: an old key that somebody enabled is watched again, and one that
    /// somebody disabled waits to be deleted.
    pub fn standing(&self, old: &OldKey, new: &Key, now: i64) -> Standing {
        let touched_at = old.key.changed_at.max(old.key.limits_at.unwrap_or(old.key.changed_at));
        let works = old.key.is_enabled() || old.is_tried_off;
        let step = if works { Step::Watch } else { Step::Wait };
        let step_at = if step == self.step { self.step_at } else { old.key.changed_at };
        let from = step_at.max(touched_at);
        let called_at = match step {
            Step::Watch => old.used_at,
            Step::Wait => old.refused_at,
        };
        let silent_since = called_at.filter(|at| *at > from).unwrap_or(from);
        let quiet_at = silent_since + self.plan.silent_hours * HOUR;
        let due_at = match step {
            Step::Watch => quiet_at + WRITTEN_WITHIN,
            Step::Wait if silent_since > from => {
                (from + self.plan.delete_after_days * DAY).max(quiet_at + WRITTEN_WITHIN)
            }
            Step::Wait => from + self.plan.delete_after_days * DAY,
        };
        let hold = if !new.is_enabled() {
            Some(Hold::NewDisabled)
        } else if new.limits.is_expired_at(now) {
            Some(Hold::NewExpired)
        } else {
            old.is_tried_off.then_some(Hold::OldTriedOff)
        };
        Standing { step, step_at, silent_since, due_at, hold }
    }
}

/// A wish about a rotation on its way through a step-up.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct RotationWish {
    pub silent_hours: i64,
    pub delete_after_days: i64,
    pub finishes: bool,
    /// Of one that begins: its new key.
    pub begins: Option<NewKeyWish>,
}

/// The key that replaces another.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct NewKeyWish {
    /// One that is there; none: one is made.
    pub into: Option<String>,
    /// When a key that is made ends.
    pub expires_at: Option<i64>,
}

impl RotationWish {
    /// How it is to end.
    pub fn plan(&self) -> Plan {
        Plan {
            silent_hours: self.silent_hours,
            delete_after_days: self.delete_after_days,
            finishes: self.finishes,
        }
    }

    /// A plan, and the new key of one that begins.
    pub fn of(plan: Plan, begins: Option<NewKeyWish>) -> Self {
        let Plan { silent_hours, delete_after_days, finishes } = plan;
        Self { silent_hours, delete_after_days, finishes, begins }
    }
}

/// A rule said no; the text is fit to show to the person who asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RotationRefusal {
    #[error("A key of this user is being replaced already. Finish or cancel that first.")]
    UnderWay,
    #[error("This key is disabled. Only an enabled key is replaced; delete this one.")]
    OldDisabled,
    #[error(
        "The user’s other key is disabled or has expired, and two keys are the most. Delete it, or make it usable again and \
         replace this key by it."
    )]
    OtherUnusable,
    #[error("The keys of this user were changed meanwhile. Look at them again.")]
    Changed,
    #[error("The new key has to be usable after now: give an end in the future.")]
    NoFuture,
    #[error(
        "This account shows a SecretKey once, when it is created. Replace the key in the console, or create the second key first."
    )]
    ShownOnce,
    #[error("No key of this user is being replaced.")]
    NotUnderWay,
    #[error("There is no replacement of this key with that id, after which another one could begin.")]
    NotOfKey,
}

impl Worded for RotationRefusal {
    fn zh(&self) -> Cow<'static, str> {
        let text = match self {
            Self::UnderWay => "该用户的密钥正在轮换中，请先完成或取消。",
            Self::OldDisabled => "该密钥已禁用。只有启用的密钥才能轮换，请直接删除。",
            Self::OtherUnusable => {
                "该用户的另一个密钥已禁用或已过期，而每个用户最多两个密钥。请删除它，或恢复可用后用它替换此密钥。"
            }
            Self::Changed => "该用户的密钥已发生变化，请重新查看。",
            Self::NoFuture => "新密钥的到期时间必须晚于现在。",
            Self::ShownOnce => "本账号的 SecretKey 仅在创建时显示一次。请在控制台轮换，或先创建第二个密钥。",
            Self::NotUnderWay => "该用户没有正在轮换的密钥。",
            Self::NotOfKey => "该密钥没有此编号的轮换，无法在其之后开始新的轮换。",
        };
        text.into()
    }
}
