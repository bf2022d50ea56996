//! What policies say about keys: one's own and others', under the names of the console and of the API.

use crate::app::caller::Caller;
use crate::domain::key::AccessKeyRefusal;
use crate::domain::permission::{Cause, Denial, action};
use crate::domain::user::{Uin, User, UserKind};

/// Whose keys a page is about: one's own, or those of a user of the account.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Place {
    Own,
    Of(Uin),
}

/// What may be wished of a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Operation {
    Query,
    Create,
    Enable,
    Disable,
    Delete,
}

impl Operation {
    /// The policy action: managing others' keys and one's own are different things.
    pub(in crate::app) fn action(self, place: Place) -> &'static str {
        match (self, place) {
            (Self::Query, Place::Own) => action::QUERY_OWN_KEY,
            (Self::Create, Place::Own) => action::CREATE_OWN_KEY,
            (Self::Enable, Place::Own) => action::ENABLE_OWN_KEY,
            (Self::Disable, Place::Own) => action::DISABLE_OWN_KEY,
            (Self::Delete, Place::Own) => action::DELETE_OWN_KEY,
            (Self::Query, Place::Of(_)) => action::QUERY_KEY,
            (Self::Create, Place::Of(_)) => action::CREATE_KEY,
            (Self::Enable, Place::Of(_)) => action::ENABLE_KEY,
            (Self::Disable, Place::Of(_)) => action::DISABLE_KEY,
            (Self::Delete, Place::Of(_)) => action::DELETE_KEY,
        }
    }

    /// The name under which programs do the same.
    fn api_action(self) -> &'static str {
        match self {
            Self::Query => action::LIST_ACCESS_KEYS,
            Self::Create => action::CREATE_ACCESS_KEY,
            Self::Enable | Self::Disable => action::UPDATE_ACCESS_KEY,
            Self::Delete => action::DELETE_ACCESS_KEY,
        }
    }
}

/// Controls that the caller's policies allow; the others are not drawn.
#[derive(Clone, Copy, Debug)]
pub struct Rights {
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

    /// Refuses an operation on the keys of a user of this account.
    pub(in crate::app) fn ensure_key(
        &self,
        place: Place,
        operation: Operation,
        holder: &User,
    ) -> Result<(), Denial> {
        let action = operation.action(place);
        if place != Place::Own && holder.kind == UserKind::Root && !self.is_root() {
            let because = AccessKeyRefusal::OfRoot.into();
            return Err(Denial { action, resource: holder.resource(), cause: Cause::Rule, because });
        }
        self.ensure_none_denied(&[operation.api_action()], holder.uin)?;
        if holder.uin == self.user.uin {
            self.ensure_none_denied(&[operation.action(Place::Own)], holder.uin)?;
        }
        self.ensure(action, holder.uin)
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

    pub(in crate::app) fn rights(&self, place: Place, holder: &User) -> Rights {
        let may = |operation| self.ensure_key(place, operation, holder).is_ok();
        Rights {
            create: may(Operation::Create),
            enable: may(Operation::Enable),
            disable: may(Operation::Disable),
            delete: may(Operation::Delete),
            show: self.ensure_show(place, holder).is_ok(),
        }
    }
}
