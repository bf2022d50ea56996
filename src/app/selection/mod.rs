//! Several users at once: what a deed would mean for each of them, judged as the deed of one user judges it.

pub mod attach;
pub mod join;
pub mod keys;
pub mod mfa;

use super::Failure;
use crate::app::change::View;
use crate::domain::key::{Key, SecretId};
use crate::domain::permission::{Cause, Denial};
use crate::domain::sentence::Sentence;
use crate::domain::user::{Uid, Uin, User};
use crate::store::{api_keys, key_usage, users};
use std::collections::HashMap;

/// Chosen users, and what the deed means for each.
pub struct Selection {
    pub users: Vec<Chosen>,
    /// How many of those that were named are not in the account.
    pub gone: usize,
}

/// One chosen user.
pub struct Chosen {
    pub user: User,
    pub keys: Vec<KeyState>,
    pub fate: Fate,
}

/// A key of a chosen user.
pub struct KeyState {
    pub key: Key,
    /// When it was last used, in unix seconds.
    pub used_at: Option<i64>,
    /// Whether the deed is about this key.
    pub is_due: bool,
}

/// What becomes of one user.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fate {
    /// The deed is done once it is confirmed.
    Due,
    /// It is so already; where that is known since when, and by whom.
    Already { since: Option<i64>, by: String },
    /// It is not done, and why.
    LeftOut(Sentence),
}

impl Fate {
    fn left_out(text: impl std::fmt::Display) -> Self {
        Self::LeftOut(Sentence::on_page(text))
    }

    /// Done, unless a rule says no.
    fn unless(judged: Result<(), impl std::fmt::Display>) -> Self {
        judged.map_or_else(Self::left_out, |()| Self::Due)
    }

    /// Of what a rule or the policies of the caller do not allow.
    fn denied(denial: &Denial) -> Self {
        if denial.cause == Cause::Rule {
            return Self::left_out(&denial.because);
        }
        Self::left_out(format!("Your policies do not allow {} on this user.", denial.action))
    }
}

impl Chosen {
    /// Whether something is to be done to it.
    pub fn is_due(&self) -> bool {
        self.fate == Fate::Due
    }
}

impl Selection {
    /// The users that were named, in the order of their names, with their keys. Nothing is judged yet.
    fn load(view: &mut View<'_>, uins: &[Uin]) -> Result<Self, Failure> {
        let mut found = users::of_uins(view.conn, view.by.owner(), uins)?;
        found.sort_by_cached_key(|user| user.name.to_lowercase());
        let uids: Vec<Uid> = found.iter().map(|user| user.uid).collect();
        let keys = api_keys::of_users(view.conn, &uids)?;
        let ids: Vec<SecretId> = keys.iter().map(|key| key.secret_id.clone()).collect();
        let uses = key_usage::last_used(view.conn, &ids)?;
        let used: HashMap<&str, i64> = uses.iter().map(|used| (used.secret_id.as_str(), used.at())).collect();
        let gone = uins.len() - found.len();
        let mut users: Vec<Chosen> =
            found.into_iter().map(|user| Chosen { user, keys: Vec::new(), fate: Fate::Due }).collect();
        for key in keys {
            let used_at = used.get(key.secret_id.as_str()).copied();
            let holder = users.iter_mut().find(|chosen| chosen.user.uid == key.uid);
            if let Some(chosen) = holder {
                chosen.keys.push(KeyState { key, used_at, is_due: false });
            }
        }
        Ok(Self { users, gone })
    }

    fn uids(&self) -> Vec<Uid> {
        self.users.iter().map(|chosen| chosen.user.uid).collect()
    }

    /// Those to whom something is to be done.
    pub fn due(&self) -> impl Iterator<Item = &Chosen> {
        self.users.iter().filter(|chosen| chosen.is_due())
    }
}
