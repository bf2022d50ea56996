//! A new user whose form waits for a code.

use crate::app::Failure;
use crate::app::users::{FirstPassword, NewUser, NewUserKind};
use crate::domain::claim::Hours;
use crate::domain::user::{Uin, UserName};
use crate::store::identities::StoredPassword;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// A user that is to be added; of a password only the hash.
#[derive(Clone, Serialize, Deserialize)]
pub struct PlannedUser {
    name: String,
    note: String,
    phone: String,
    email: String,
    policies: Vec<String>,
    /// Of a collaborator: the UIN of its own account.
    collaborator: Option<i64>,
    console_login: bool,
    hash: Option<String>,
    must_change: bool,
    /// Hours for which a link lets the user choose the first password. Absent in what was asked before there were links.
    #[serde(default)]
    claim: Option<Hours>,
}

impl PlannedUser {
    pub(in crate::app) fn of(new: NewUser, stored: Option<StoredPassword>) -> Self {
        let (collaborator, console_login, claim) = match new.kind {
            NewUserKind::Collaborator(uin) => (Some(uin.0), true, None),
            NewUserKind::SubUser { console_login, claim, .. } => (None, console_login, claim),
        };
        let must_change = stored.as_ref().is_some_and(|stored| stored.must_change);
        Self {
            name: new.name.as_str().to_owned(),
            note: new.note,
            phone: new.phone,
            email: new.email,
            policies: new.policies,
            collaborator,
            console_login,
            hash: stored.map(|stored| stored.hash),
            must_change,
            claim,
        }
    }

    pub(in crate::app) fn restored(
        &self,
        shown: Option<&Zeroizing<String>>,
        now: i64,
    ) -> Result<(NewUser, Option<FirstPassword>), Failure> {
        let kind = match self.collaborator {
            Some(uin) => NewUserKind::Collaborator(Uin(uin)),
            None => NewUserKind::SubUser {
                console_login: self.console_login,
                password: None,
                must_change: self.must_change,
                claim: self.claim,
            },
        };
        let first = self.hash.as_ref().map(|hash| FirstPassword {
            stored: StoredPassword { hash: hash.clone(), changed_at: now, must_change: self.must_change },
            shown: shown.cloned(),
        });
        let new = NewUser {
            name: UserName::parse(&self.name).map_err(|_| Failure::Corrupt("step_ups.detail"))?,
            note: self.note.clone(),
            phone: self.phone.clone(),
            email: self.email.clone(),
            country_code: String::new(),
            policies: self.policies.clone(),
            kind,
        };
        Ok((new, first))
    }
}
