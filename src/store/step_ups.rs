//! Questions that a second factor has to answer.

use super::schema::step_ups;
use super::{Conn, StoreError};
use crate::domain::deadline::CLOCK_SLACK;
use diesel::prelude::*;

/// A question: asked in one session, for one purpose, about one object of one membership.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = step_ups)]
pub struct StepUp {
    pub id: String,
    pub session: String,
    pub purpose: String,
    pub uid: i64,
    pub object: String,
    /// What the change needs when it is carried out afterwards; never a secret.
    pub detail: String,
    pub created_at: i64,
    pub expires_at: i64,
}

/// Keeps a new question.
pub fn insert(conn: &mut Conn, step_up: &StepUp) -> Result<(), StoreError> {
    diesel::insert_into(step_ups::table).values(step_up).execute(conn)?;
    Ok(())
}

/// The question of that id, or the latest one, of that session.
pub fn find(
    conn: &mut Conn,
    session: &str,
    id: Option<&str>,
    now: i64,
) -> Result<Option<StepUp>, StoreError> {
    let mut query = step_ups::table
        .filter(step_ups::session.eq(session).and(step_ups::expires_at.gt(now)))
        .filter(step_ups::created_at.le(now + CLOCK_SLACK))
        .select(StepUp::as_select())
        .into_boxed();
    if let Some(id) = id {
        query = query.filter(step_ups::id.eq(id));
    }
    Ok(query.order((step_ups::created_at.desc(), step_ups::id)).first(conn).optional()?)
}

/// Answers a question for good; `false` when somebody did before.
pub fn delete(conn: &mut Conn, id: &str) -> Result<bool, StoreError> {
    Ok(diesel::delete(step_ups::table.find(id)).execute(conn)? == 1)
}
