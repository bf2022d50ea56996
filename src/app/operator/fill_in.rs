//! What a migration left to be computed: filled in batches beside the server's work. The rules hold meanwhile. And what is
//! added up later than it changes.

use crate::app::{App, Failure};
use crate::store::{
    Conn, Store, StoreError, account_counts, dialect, key_lines, policy_search, retired_ids, user_lines,
    user_looks, user_terms,
};

/// Users whose names are looked at in one transaction.
const USERS: i64 = 200;
/// Users whose texts are searched for in other places than before, in one transaction.
const SEARCHED: i64 = 50;
/// Users that lists sort and filter, in one.
const LISTED: i64 = 2_000;
/// Users whose keys the overview gets to know, in one.
const SURVEYED: i64 = 1_000;
/// Events of the log that are read in one.
const EVENTS: i64 = 2_000;

/// Gives the users of an older database what lists sort and filter by. Lists do without it for nobody, so a server waits
/// for this before it serves; what nodes of earlier versions add meanwhile has it already.
pub fn list_users(store: &Store) -> Result<(), StoreError> {
    while store.write_now(|conn| user_lines::fill(conn, LISTED))? {}
    Ok(())
}

/// Fills in one batch; `true` while there is more to do.
pub async fn fill_in(app: &App) -> Result<bool, Failure> {
    app.store.write(fill_batch).await
}

fn fill_batch(conn: &mut Conn) -> Result<bool, Failure> {
    // One node at a time: two would do the same work and wait for each other's rows.
    if !dialect::take_turn(conn, "fill_in")? {
        return Ok(false);
    }
    policy_search::fold_uses(conn)?;
    key_lines::fold_counts(conn)?;
    account_counts::fold(conn)?;
    let looks = user_looks::fill(conn, USERS)?;
    let searched = user_terms::fill(conn, SEARCHED)?;
    let retired = retired_ids::read_log(conn, EVENTS)?;
    let surveyed = key_lines::fill(conn, SURVEYED)?;
    Ok(looks || searched || retired || surveyed)
}
