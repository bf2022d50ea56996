//! The number that a written-out question answers with.

use diesel::QueryableByName;
use diesel::sql_types::BigInt;

/// A row with a `number`.
#[derive(QueryableByName)]
pub(super) struct Counted {
    #[diesel(sql_type = BigInt)]
    pub number: i64,
}
