//! What a migration left to be computed: filled in batches beside the server's work. The rules hold meanwhile.

use crate::app::{App, Failure};
use crate::store::{Conn, dialect, retired_ids, user_looks};

/// Users whose names are looked at in one transaction.
const USERS: i64 = 200;
/// Events of the log that are read in one.
const EVENTS: i64 = 2_000;

/// Fills in one batch; `true` while there is more to do.
pub async fn fill_in(app: &App) -> Result<bool, Failure> {
    app.store.write(fill_batch).await
}

fn fill_batch(conn: &mut Conn) -> Result<bool, Failure> {
    // One node at a time: two would do the same work and wait for each other's rows.
    if !dialect::take_turn(conn, "fill_in")? {
        return Ok(false);
    }
    let looks = user_looks::fill(conn, USERS)?;
    let retired = retired_ids::read_log(conn, EVENTS)?;
    Ok(looks || retired)
}
