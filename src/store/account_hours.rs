//! Calls with the keys of an account, by hour.

use super::schema::account_hours;
use super::statement::{Bind, Statement};
use super::{Conn, StoreError};
use crate::domain::account_hours::Calls;
use crate::domain::key_hours::KEPT_DAYS;
use crate::domain::span::DAY;
use crate::domain::user::Uin;
use diesel::prelude::*;

/// Adds to an hour of an account.
pub fn add(conn: &mut Conn, owner: Uin, calls: Calls) -> Result<(), StoreError> {
    let put = Statement {
        text: "INSERT INTO account_hours (owner_uin, hour, accepted, refused) VALUES (?, ?, ?, ?) \
               ON CONFLICT (owner_uin, hour) DO UPDATE SET accepted = account_hours.accepted + excluded.accepted, \
               refused = account_hours.refused + excluded.refused",
        binds: &[
            Bind::Number(owner.0),
            Bind::Number(calls.at),
            Bind::Number(calls.accepted),
            Bind::Number(calls.refused),
        ],
    };
    put.run(conn).map(drop)
}

/// The hours of an account that are kept and had a call, the oldest first.
pub fn of_account(conn: &mut Conn, owner: Uin) -> Result<Vec<Calls>, StoreError> {
    let rows: Vec<(i64, i64, i64)> = account_hours::table
        .filter(account_hours::owner_uin.eq(owner.0))
        .order(account_hours::hour)
        .select((account_hours::hour, account_hours::accepted, account_hours::refused))
        .load(conn)?;
    Ok(rows.into_iter().map(|(at, accepted, refused)| Calls { at, accepted, refused }).collect())
}

/// Drops what is too old.
pub fn sweep(conn: &mut Conn, now: i64) -> Result<(), StoreError> {
    let oldest = now - KEPT_DAYS * DAY;
    diesel::delete(account_hours::table.filter(account_hours::hour.lt(oldest))).execute(conn)?;
    Ok(())
}
