//! Filters of lists that people saved, of each membership its own.

use super::schema::saved_filters;
use super::{Conn, StoreError};
use crate::domain::saved_filter::{FilteredList, SavedFilter};
use crate::domain::user::Uid;
use diesel::prelude::*;

/// A filter, and whose it is.
pub struct Owned<'a> {
    pub uid: Uid,
    pub filter: &'a SavedFilter,
}

/// What a person saved for a list, by name.
pub fn of_user(conn: &mut Conn, uid: Uid, list: FilteredList) -> Result<Vec<SavedFilter>, StoreError> {
    let rows: Vec<(String, String)> = saved_filters::table
        .filter(saved_filters::uid.eq(uid.0).and(saved_filters::list.eq(list.as_str())))
        .order(saved_filters::name_key)
        .select((saved_filters::name, saved_filters::query))
        .load(conn)?;
    Ok(rows.into_iter().map(|(name, query)| SavedFilter { name, query }).collect())
}

/// Keeps a filter in place of one with the same name, upper and lower case being the same.
pub fn put(conn: &mut Conn, list: FilteredList, owned: &Owned<'_>, now: i64) -> Result<(), StoreError> {
    let Owned { uid, filter } = *owned;
    delete(conn, uid, list, &filter.name)?;
    diesel::insert_into(saved_filters::table)
        .values((
            saved_filters::uid.eq(uid.0),
            saved_filters::list.eq(list.as_str()),
            saved_filters::name_key.eq(filter.name.to_lowercase()),
            saved_filters::name.eq(&filter.name),
            saved_filters::query.eq(&filter.query),
            saved_filters::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Forgets a filter; `false` when there is none of that name.
pub fn delete(conn: &mut Conn, uid: Uid, list: FilteredList, name: &str) -> Result<bool, StoreError> {
    let filter = saved_filters::table.find((uid.0, list.as_str(), name.to_lowercase()));
    Ok(diesel::delete(filter).execute(conn)? == 1)
}
