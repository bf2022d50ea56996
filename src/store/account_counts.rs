//! How many things of a sort an account has: kept by triggers of the schema, not counted.

use super::{Conn, StoreError};
use crate::domain::account::Counts;
use crate::domain::user::Uin;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

#[derive(QueryableByName)]
struct Kept {
    #[diesel(sql_type = Text)]
    sort: String,
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// How many things an account has, in one statement for what is kept and what is not folded in yet.
pub fn of_account(conn: &mut Conn, owner: Uin) -> Result<Counts, StoreError> {
    let part = |table: &str| format!("SELECT sort, number FROM {table} WHERE owner_uin = {owner}");
    let (kept, changed) = (part("account_counts"), part("account_count_changes"));
    let rows: Vec<Kept> = diesel::sql_query(format!("{kept} UNION ALL {changed}")).load(conn)?;
    let number = |sort: &str| rows.iter().filter(|row| row.sort == sort).map(|row| row.number).sum();
    Ok(Counts {
        policies: number("policies"),
        groups: number("groups"),
        members: number("members"),
        collaborators: number("collaborators"),
    })
}

/// Folds changes into the numbers that are kept. SQLite keeps them at once.
pub fn fold(conn: &mut Conn) -> Result<(), StoreError> {
    if let Conn::Postgres(conn) = conn {
        diesel::sql_query(
            "WITH changed AS (DELETE FROM account_count_changes RETURNING owner_uin, sort, number) \
             INSERT INTO account_counts (owner_uin, sort, number) \
             SELECT owner_uin, sort, SUM(number) FROM changed GROUP BY owner_uin, sort \
             ON CONFLICT (owner_uin, sort) DO UPDATE SET number = account_counts.number + excluded.number",
        )
        .execute(conn)?;
    }
    Ok(())
}
