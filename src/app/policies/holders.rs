//! One policy, attached to many at once.

use crate::app::caller::Caller;
use crate::app::users::changeable;
use crate::app::{App, Failure};
use crate::domain::group::GroupId;
use crate::domain::permission::{Denial, action};
use crate::domain::policies::PolicyRefusal;
use crate::domain::user::Uin;
use crate::store::{Conn, dialect, policies};

/// Somebody that a policy can be attached to.
#[derive(Clone, Copy, Debug)]
pub enum HolderRef {
    User(Uin),
    Group(GroupId),
}

impl Caller {
    /// Refuses what the policies do not allow: attaching a policy to somebody.
    pub fn ensure_attach(&self, holder: HolderRef) -> Result<(), Denial> {
        match holder {
            HolderRef::User(uin) => self.ensure(action::ATTACH_POLICY, uin),
            HolderRef::Group(id) => self.ensure_group(action::ATTACH_GROUP_POLICY, id),
        }
    }

    /// Whether the policies allow attaching a policy to somebody.
    pub fn may_attach(&self, holder: HolderRef) -> bool {
        self.ensure_attach(holder).is_ok()
    }
}

impl App {
    /// Attaches a policy to users and groups, all or none. Who has it already keeps it.
    pub(in crate::app) fn attach_to_holders_in(
        &self,
        conn: &mut Conn,
        caller: &Caller,
        (policy, holders): (i64, &[HolderRef]),
    ) -> Result<(), Failure> {
        holders.iter().try_for_each(|holder| caller.ensure_attach(*holder))?;
        dialect::lock_account(conn, caller.owner())?;
        holders.iter().try_for_each(|holder| self.attach_to_in(conn, caller, (policy, *holder)))
    }

    fn attach_to_in(
        &self,
        conn: &mut Conn,
        caller: &Caller,
        (policy, holder): (i64, HolderRef),
    ) -> Result<(), Failure> {
        match holder {
            HolderRef::Group(id) => self.attach_to_group_in(conn, caller, (id, policy)),
            HolderRef::User(uin) => {
                let user = changeable(conn, caller, uin)?;
                let policy = policies::find(conn, caller.owner(), policy)?
                    .ok_or(PolicyRefusal::NoSuchPolicy(policy))?;
                self.attach_in(conn, caller, &user, &policy)
            }
        }
    }
}
