//! How often an identity may call an action within a second, on this node.

use super::action::Action;
use super::error::ApiError;
use crate::config::ApiConfig;
use crate::domain::user::Uid;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Counts calls of the present second.
pub struct Limits {
    requests: u32,
    key_writes: u32,
    counts: Mutex<(i64, HashMap<(Uid, &'static str), u32>)>,
}

impl Limits {
    pub fn new(config: &ApiConfig) -> Self {
        Self {
            requests: config.requests_per_second,
            key_writes: config.key_writes_per_second,
            counts: Mutex::default(),
        }
    }

    /// Counts a call, and refuses what is too much.
    pub fn ensure(&self, action: &Action, caller: Uid, now: i64) -> Result<(), ApiError> {
        let most = self.most(action);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.0 != now {
            *counts = (now, HashMap::new());
        }
        let count = counts.1.entry((caller, action.name)).or_insert(0);
        *count = count.saturating_add(1);
        if *count <= most {
            return Ok(());
        }
        let (count, name) = (*count, action.name);
        Err(ApiError::new(
            "RequestLimitExceeded",
            (
                format!("This is call {count} of {name} within a second; {most} are allowed. Slow down."),
                format!("{name} 在一秒内的第 {count} 次请求超过了限制 {most}，请降低频率。"),
            ),
        ))
    }

    /// The operator's figures stand in for the two usual ones.
    fn most(&self, action: &Action) -> u32 {
        match action.per_second {
            5 => self.key_writes,
            20 => self.requests,
            other => other.max(self.requests),
        }
    }
}
