//! Whom a policy is attached to, a page at a time.

use super::EntityFilter;
use crate::app::caller::Caller;
use crate::app::{App, Failure};
use crate::domain::paging::{Paged, Paging, Slice};
use crate::domain::permission::action;
use crate::domain::policies::{Entity, PolicyId, PolicyRefusal};
use crate::domain::user::{Uid, Uin};
use crate::store::{Conn, policies, policy_search};

/// Users and groups of the account that a policy is attached to, a page of them: first users in the order in which they
/// were made, then groups by name, of which there are few.
pub async fn policy_entities(
    app: &App,
    caller: &Caller,
    id: PolicyId,
    wanted: EntityPage,
) -> Result<Paged<Entity>, Failure> {
    caller.ensure_on_policy(action::LIST_POLICY_ENTITIES, id)?;
    let owner = caller.owner();
    app.store.read(move |conn| entities(conn, owner, id, wanted)).await
}

/// Which of those that a policy is attached to are wanted.
#[derive(Clone, Copy)]
pub struct EntityPage {
    pub filter: EntityFilter,
    pub paging: Paging,
}

fn entities(conn: &mut Conn, owner: Uin, id: PolicyId, wanted: EntityPage) -> Result<Paged<Entity>, Failure> {
    let EntityPage { filter, paging } = wanted;
    policies::find(conn, owner, id)?.ok_or(PolicyRefusal::NoSuchPolicy(id))?;
    let groups =
        if filter == EntityFilter::Users { Vec::new() } else { policy_search::groups_with(conn, owner, id)? };
    let users = if filter == EntityFilter::Groups {
        0
    } else {
        policy_search::uses(conn, owner, &[id])?.remove(&id).unwrap_or_default().users
    };
    let users = usize::try_from(users).unwrap_or_default();
    let before = paging.number.saturating_sub(1).saturating_mul(paging.size);
    let total = groups.len().saturating_add(users);
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let mut rows = if before < users {
        let part = Slice { cursor: number(before), size: number(paging.size) };
        policy_search::users_with(conn, owner, id, part)?
    } else {
        Vec::new()
    };
    let room = paging.size.saturating_sub(rows.len());
    rows.extend(groups.into_iter().skip(before.saturating_sub(users)).take(room));
    Ok(Paged { rows, total })
}

/// Those of some users that a policy is attached to, as far as the caller may know.
pub async fn users_with(
    app: &App,
    caller: &Caller,
    id: PolicyId,
    uids: Vec<Uid>,
) -> Result<Vec<Uid>, Failure> {
    if !caller.may_on_policy(action::LIST_POLICY_ENTITIES, id) {
        return Ok(Vec::new());
    }
    Ok(app.store.read(move |conn| policy_search::uids_with(conn, id, &uids)).await?)
}
