//! One policy, attached to many at once.

use crate::app::Failure;
use crate::app::caller::Caller;
use crate::app::change::Change;
use crate::app::groups::policies::attach_to_group_in;
use crate::app::users::changeable;
use crate::app::users::permissions::attach_in;
use crate::domain::group::GroupId;
use crate::domain::permission::{Denial, action};
use crate::domain::policies::{PolicyId, PolicyRefusal};
use crate::domain::user::Uin;
use crate::store::{dialect, policies};

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

/// Attaches a policy to users and groups, all or none. Who has it already keeps it.
pub(in crate::app) fn attach_to_holders_in(
    change: &mut Change<'_>,
    policy: PolicyId,
    holders: &[HolderRef],
) -> Result<(), Failure> {
    holders.iter().try_for_each(|holder| change.by.ensure_attach(*holder))?;
    dialect::lock_account(change.conn, change.by.owner())?;
    holders.iter().try_for_each(|holder| attach_to_in(change, policy, *holder))
}

fn attach_to_in(change: &mut Change<'_>, policy: PolicyId, holder: HolderRef) -> Result<(), Failure> {
    match holder {
        HolderRef::Group(id) => attach_to_group_in(change, id, policy),
        HolderRef::User(uin) => {
            let user = changeable(change.conn, change.by, uin)?;
            let policy = policies::find(change.conn, change.by.owner(), policy)?
                .ok_or(PolicyRefusal::NoSuchPolicy(policy))?;
            attach_in(change, &user, &policy)
        }
    }
}
