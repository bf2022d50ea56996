//! Forms that made something, so that a second sending makes nothing more.

use super::schema::forms;
use super::{Conn, StoreError};
use diesel::prelude::*;

/// A form that was sent: by the digest of its token, with what its first sending came to.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = forms)]
pub struct Sent {
    pub digest: String,
    pub request_id: String,
    /// The step-up that it waits for.
    pub question: Option<String>,
    /// The sealed address that the first sending was answered with, once it was.
    pub answer: Option<Vec<u8>>,
    pub expires_at: i64,
}

/// The sending of that digest.
pub fn find(conn: &mut Conn, digest: &str) -> Result<Option<Sent>, StoreError> {
    Ok(forms::table.find(digest).select(Sent::as_select()).get_result(conn).optional()?)
}

/// The sending that waits for a step-up.
pub fn of_question(conn: &mut Conn, question: &str) -> Result<Option<Sent>, StoreError> {
    Ok(forms::table
        .filter(forms::question.eq(question))
        .select(Sent::as_select())
        .get_result(conn)
        .optional()?)
}

/// Remembers a sending; a second one of the same form is [`StoreError::Duplicate`].
pub fn insert(conn: &mut Conn, sent: &Sent) -> Result<(), StoreError> {
    diesel::insert_into(forms::table).values(sent).execute(conn)?;
    Ok(())
}

/// Remembers what a sending was answered with, unless a step-up has gone further meanwhile.
pub fn set_answer(conn: &mut Conn, sent: &Sent) -> Result<(), StoreError> {
    let mine = forms::request_id.eq(&sent.request_id).and(forms::answer.is_null());
    diesel::update(forms::table.find(&sent.digest).filter(mine))
        .set(forms::answer.eq(&sent.answer))
        .execute(conn)?;
    Ok(())
}

/// The step-up is passed, so the address of its page leads nowhere any more.
pub fn carry_out(conn: &mut Conn, question: &str) -> Result<(), StoreError> {
    diesel::update(forms::table.filter(forms::question.eq(question)))
        .set(forms::answer.eq(None::<Vec<u8>>))
        .execute(conn)?;
    Ok(())
}

/// What waited for a step-up is done.
pub fn finish(conn: &mut Conn, sent: &Sent) -> Result<(), StoreError> {
    diesel::update(forms::table.find(&sent.digest))
        .set((forms::question.eq(None::<String>), forms::answer.eq(&sent.answer)))
        .execute(conn)?;
    Ok(())
}

/// Lets a form be sent anew: nothing came of that sending.
pub fn forget(conn: &mut Conn, sent: &Sent) -> Result<(), StoreError> {
    let same = forms::request_id.eq(&sent.request_id);
    diesel::delete(forms::table.find(&sent.digest).filter(same)).execute(conn)?;
    Ok(())
}

/// Lets a form be sent anew whose step-up ran out; `false` when that was passed at the last moment.
pub fn free(conn: &mut Conn, sent: &Sent) -> Result<bool, StoreError> {
    let still_waits = forms::question.is_not_null().and(forms::answer.is_not_null());
    let same = forms::request_id.eq(&sent.request_id).and(still_waits);
    Ok(diesel::delete(forms::table.find(&sent.digest).filter(same)).execute(conn)? == 1)
}

/// Removes what is too old to be sent again.
pub fn sweep(conn: &mut Conn, now: i64) -> Result<(), StoreError> {
    diesel::delete(forms::table.filter(forms::expires_at.lt(now))).execute(conn)?;
    Ok(())
}
