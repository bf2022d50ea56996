//! What a rotation is judged by, and who does something to it.

use crate::app::caller::Caller;
use crate::app::change::event::{CAMLOCK, Draft, OPERATOR};
use crate::domain::audit::EventName;
use crate::domain::key::{Key, SecretId};
use crate::domain::rotation::{OldKey, Rotation, Standing};
use crate::domain::user::{Uin, User};
use crate::store::{Conn, StoreError, api_keys, key_usage, trials};

/// Who does something to a rotation, as the log and the keys name it.
#[derive(Clone, Copy)]
pub(super) enum Who<'a> {
    Caller(&'a Caller),
    Operator(Uin),
    Camlock(Uin),
}

impl Who<'_> {
    pub fn name(&self) -> &str {
        match self {
            Self::Caller(caller) => &caller.user.name,
            Self::Operator(_) => OPERATOR,
            Self::Camlock(_) => CAMLOCK,
        }
    }

    /// An event about a key of somebody.
    pub fn about(&self, name: EventName, holder: &User, id: &SecretId) -> Draft {
        let draft = match self {
            Self::Caller(caller) => caller.event(name),
            Self::Operator(owner) => Draft::by_operator(name, *owner),
            Self::Camlock(owner) => Draft::by_camlock(name, *owner),
        };
        draft.on(holder).object(id.as_str())
    }

    /// An event of a rotation: about its old key, with the new one beside it.
    pub fn of_rotation(&self, name: EventName, holder: &User, rotation: &Rotation) -> Draft {
        self.about(name, holder, &rotation.old).fact("new_key", rotation.new.as_str())
    }
}

/// The keys of a rotation; of one that is gone nothing.
pub(super) struct Pair {
    pub old: Option<OldKey>,
    pub new: Option<Key>,
}

impl Pair {
    pub fn of(conn: &mut Conn, rotation: &Rotation) -> Result<Self, StoreError> {
        let old = match api_keys::find(conn, rotation.uid, &rotation.old)? {
            None => None,
            Some(key) => {
                let id = std::slice::from_ref(&rotation.old);
                let used = key_usage::last_used(conn, id)?.pop();
                let refused = key_usage::last_refused(conn, id)?.pop();
                Some(OldKey {
                    is_tried_off: trials::find(conn, &rotation.old)?.is_some(),
                    used_at: used.map(|used| used.last_used_ms.div_euclid(1000)),
                    refused_at: refused.map(|refused| refused.at_ms.div_euclid(1000)),
                    key,
                })
            }
        };
        Ok(Self { old, new: api_keys::find(conn, rotation.uid, &rotation.new)? })
    }

    /// Whether both keys are there.
    pub fn is_whole(&self) -> bool {
        self.old.is_some() && self.new.is_some()
    }

    /// Where the rotation stands, while both keys are there.
    pub fn standing(&self, rotation: &Rotation, now: i64) -> Option<Standing> {
        Some(rotation.standing(self.old.as_ref()?, self.new.as_ref()?, now))
    }
}
