//! What policies say about keys: one's own and others', under the names of the console and of the API.

use crate::app::caller::Caller;
use crate::domain::key::{AccessKeyRefusal, Operation, Place};
use crate::domain::permission::{Cause, Denial, action};
use crate::domain::user::{Uin, User};

/// Controls that the caller's policies allow; the others are not drawn.
#[derive(Clone, Copy, Debug)]
pub struct KeyRights {
    pub create: bool,
    pub enable: bool,
    pub disable: bool,
    pub delete: bool,
    pub show: bool,
}

impl Caller {
    /// Whether the page of one's own keys opens.
    pub fn may_see_own_keys(&self) -> bool {
        self.ensure_key(Place::Own, Operation::Query, &self.user).is_ok()
    }

    /// On which page the caller may look at the keys of the user of this account who has that UIN; nothing when on none. What
    /// shows a whole SecretId, or leads to its key, asks this.
    pub fn place_of_keys(&self, holder: Uin) -> Option<Place> {
        let is_barred = holder == self.owner() && !self.is_root();
        let place = Place::Of(holder);
        if !is_barred && self.ensure_key_of(place, Operation::Query, holder).is_ok() {
            return Some(place);
        }
        (holder == self.user.uin && self.may_see_own_keys()).then_some(Place::Own)
    }

    /// Refuses an operation on the keys of a user of this account.
    pub(in crate::app) fn ensure_key(
        &self,
        place: Place,
        operation: Operation,
        holder: &User,
    ) -> Result<(), Denial> {
        if place != Place::Own {
            self.ensure_not_of_root(operation.action(place), holder)?;
        }
        self.ensure_key_of(place, operation, holder.uin)
    }

    fn ensure_key_of(&self, place: Place, operation: Operation, holder: Uin) -> Result<(), Denial> {
        let names = operation.names(place, holder == self.user.uin);
        self.ensure_none_denied(&names.denying, holder)?;
        self.ensure(operation.action(place), holder)
    }

    /// Refuses what is root's to everybody else.
    pub(in crate::app) fn ensure_not_of_root(
        &self,
        action: &'static str,
        holder: &User,
    ) -> Result<(), Denial> {
        if self.is_barred_from(holder) {
            let because = AccessKeyRefusal::OfRoot.into();
            return Err(Denial { action, resource: holder.resource(), cause: Cause::Rule, because });
        }
        Ok(())
    }

    /// Refuses to show the secrets of a user of this account; the second-factor check comes on top.
    pub(in crate::app) fn ensure_show(&self, place: Place, holder: &User) -> Result<(), Denial> {
        self.ensure_key(place, Operation::Query, holder)?;
        self.ensure_with_mfa(action::SHOW_SECRET, holder.uin)
    }

    /// Why the secrets of a user of this account are not shown to the caller; nothing when they are.
    pub fn show_refusal(&self, place: Place, holder: &User) -> Option<Denial> {
        self.ensure_show(place, holder).err()
    }

    pub(in crate::app) fn rights(&self, place: Place, holder: &User) -> KeyRights {
        let may = |operation| self.ensure_key(place, operation, holder).is_ok();
        KeyRights {
            create: may(Operation::Create),
            enable: may(Operation::Enable),
            disable: may(Operation::Disable),
            delete: may(Operation::Delete),
            show: self.ensure_show(place, holder).is_ok(),
        }
    }
}
