//! Forms that were sent after their session had ended.

use super::schema::kept_forms;
use super::{Conn, StoreError};
use diesel::prelude::*;

/// A form that waits for its sender.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = kept_forms)]
pub struct KeptForm {
    pub digest: String,
    pub uin: i64,
    pub uid: i64,
    /// Address and fields, sealed.
    pub fields: Vec<u8>,
    pub created_at: i64,
    pub expires_at: i64,
}

/// The form of that digest, unless it has waited too long.
pub fn find(conn: &mut Conn, digest: &str, now: i64) -> Result<Option<KeptForm>, StoreError> {
    Ok(kept_forms::table
        .find(digest)
        .filter(kept_forms::expires_at.gt(now))
        .select(KeptForm::as_select())
        .first(conn)
        .optional()?)
}

/// Keeps a form; of one identity only the newest `most` stay. The identity is locked by now.
pub fn insert(conn: &mut Conn, form: &KeptForm, most: usize) -> Result<(), StoreError> {
    diesel::insert_into(kept_forms::table).values(form).execute(conn)?;
    let newest_first: Vec<String> = kept_forms::table
        .filter(kept_forms::uin.eq(form.uin))
        .order((kept_forms::created_at.desc(), kept_forms::digest.ne(&form.digest)))
        .select(kept_forms::digest)
        .load(conn)?;
    let too_many: Vec<String> = newest_first.into_iter().skip(most).collect();
    diesel::delete(kept_forms::table.filter(kept_forms::digest.eq_any(too_many))).execute(conn)?;
    Ok(())
}

/// Forgets a form.
pub fn delete(conn: &mut Conn, digest: &str) -> Result<(), StoreError> {
    diesel::delete(kept_forms::table.find(digest)).execute(conn)?;
    Ok(())
}

/// Removes what has waited too long.
pub fn sweep(conn: &mut Conn, now: i64) -> Result<(), StoreError> {
    diesel::delete(kept_forms::table.filter(kept_forms::expires_at.le(now))).execute(conn)?;
    Ok(())
}
