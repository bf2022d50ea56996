//! What a rotation is judged by.

use crate::app::change::event::Draft;
use crate::app::keys::deeds::Who;
use crate::domain::audit::EventName;
use crate::domain::key::Key;
use crate::domain::rotation::{OldKey, Rotation, Standing};
use crate::domain::user::User;
use crate::store::{Conn, StoreError, api_keys, key_usage, trials};

impl Who<'_> {
    /// An event of a rotation: about its old key, with the new one beside it.
    pub(super) fn of_rotation(&self, name: EventName, holder: &User, rotation: &Rotation) -> Draft {
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
                let used = key_usage::last_use(conn, &rotation.old)?;
                let refused = key_usage::last_refused(conn, std::slice::from_ref(&rotation.old))?.pop();
                Some(OldKey {
                    is_tried_off: trials::find(conn, &rotation.old)?.is_some(),
                    used_at: used.map(|used| used.at()),
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
