//! What is to be told to webhooks, and what became of it.

use super::schema::webhook_deliveries;
use super::webhooks::answer_of;
use super::{Conn, StoreError};
use crate::domain::webhook::{Answer, Delivery, KEPT_SECONDS, SHOWN_DELIVERIES, State};
use diesel::prelude::*;

/// Seconds ahead at which nothing is due yet, pauses being shorter.
const FARTHEST: i64 = 2 * 86_400;

#[derive(Queryable, Selectable, Insertable)]
// A default would take a statement for each row.
#[diesel(table_name = webhook_deliveries, treat_none_as_default_value = false)]
struct Row {
    id: String,
    webhook_id: String,
    seq: i64,
    event: String,
    body: String,
    created_at: i64,
    state: String,
    due_at: Option<i64>,
    tries: i64,
    tried_at: Option<i64>,
    status: Option<i64>,
    result: String,
}

impl TryFrom<Row> for Delivery {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            answer: answer_of(&row.result, row.status),
            id: row.id,
            webhook_id: row.webhook_id,
            seq: row.seq,
            event: row.event,
            body: row.body,
            created_at: row.created_at,
            state: State::from_name(&row.state).ok_or(StoreError::Corrupt("webhook_deliveries.state"))?,
            due_at: row.due_at,
            tries: row.tries,
            tried_at: row.tried_at,
        })
    }
}

impl From<&Delivery> for Row {
    fn from(delivery: &Delivery) -> Self {
        Self {
            id: delivery.id.clone(),
            webhook_id: delivery.webhook_id.clone(),
            seq: delivery.seq,
            event: delivery.event.clone(),
            body: delivery.body.clone(),
            created_at: delivery.created_at,
            state: delivery.state.as_str().to_owned(),
            due_at: delivery.due_at,
            tries: delivery.tries,
            tried_at: delivery.tried_at,
            status: delivery.answer.and_then(Answer::status).map(i64::from),
            result: delivery.answer.map_or("", Answer::as_str).to_owned(),
        }
    }
}

/// Keeps what is to be delivered, or was delivered as a test: all of it in one statement.
pub fn insert(conn: &mut Conn, deliveries: &[Delivery]) -> Result<(), StoreError> {
    let rows: Vec<Row> = deliveries.iter().map(Row::from).collect();
    let insert = diesel::insert_into(webhook_deliveries::table).values(&rows);
    match conn {
        Conn::Postgres(conn) => insert.execute(conn)?,
        Conn::Sqlite(conn) => insert.execute(conn)?,
    };
    Ok(())
}

/// What is due, the longest overdue first, at most so many: the ids of delivery and webhook. Those of busy webhooks are left out.
pub fn due(
    conn: &mut Conn,
    now: i64,
    busy: &[String],
    most: usize,
) -> Result<Vec<(String, String)>, StoreError> {
    Ok(webhook_deliveries::table
        .filter(webhook_deliveries::due_at.le(now))
        .filter(webhook_deliveries::webhook_id.ne_all(busy))
        .order((webhook_deliveries::due_at, webhook_deliveries::webhook_id, webhook_deliveries::id))
        .limit(i64::try_from(most).unwrap_or(i64::MAX))
        .select((webhook_deliveries::id, webhook_deliveries::webhook_id))
        .load(conn)?)
}

/// Takes what is due for one try: until `until` nobody else takes it. None when somebody did, or it is gone.
pub fn claim(conn: &mut Conn, id: &str, now: i64, until: i64) -> Result<Option<Delivery>, StoreError> {
    let due = webhook_deliveries::table.find(id).filter(webhook_deliveries::due_at.le(now));
    let claimed = diesel::update(due)
        .set((
            webhook_deliveries::due_at.eq(until),
            webhook_deliveries::tries.eq(webhook_deliveries::tries + 1),
            webhook_deliveries::tried_at.eq(now),
        ))
        .execute(conn)?;
    if claimed == 0 {
        return Ok(None);
    }
    let row: Option<Row> =
        webhook_deliveries::table.find(id).select(Row::as_select()).get_result(conn).optional()?;
    row.map(Delivery::try_from).transpose()
}

/// What became of a try, and when the next one is, if there is one.
pub fn settle(conn: &mut Conn, id: &str, answer: Answer, due_at: Option<i64>) -> Result<(), StoreError> {
    let state = match due_at {
        Some(_) => State::Waiting,
        None if answer.is_taken() => State::Delivered,
        None => State::GivenUp,
    };
    let waiting =
        webhook_deliveries::table.find(id).filter(webhook_deliveries::state.eq(State::Waiting.as_str()));
    diesel::update(waiting)
        .set((
            webhook_deliveries::state.eq(state.as_str()),
            webhook_deliveries::due_at.eq(due_at),
            webhook_deliveries::status.eq(answer.status().map(i64::from)),
            webhook_deliveries::result.eq(answer.as_str()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Drops one that waits and has nowhere to go.
pub fn drop_one(conn: &mut Conn, id: &str) -> Result<(), StoreError> {
    diesel::update(webhook_deliveries::table.find(id).filter(webhook_deliveries::due_at.is_not_null()))
        .set((
            webhook_deliveries::state.eq(State::Dropped.as_str()),
            webhook_deliveries::due_at.eq(None::<i64>),
        ))
        .execute(conn)?;
    Ok(())
}

/// Drops all that wait for a webhook.
pub fn drop_waiting(conn: &mut Conn, webhook: &str) -> Result<(), StoreError> {
    let waiting = webhook_deliveries::table
        .filter(webhook_deliveries::webhook_id.eq(webhook).and(webhook_deliveries::due_at.is_not_null()));
    diesel::update(waiting)
        .set((
            webhook_deliveries::state.eq(State::Dropped.as_str()),
            webhook_deliveries::due_at.eq(None::<i64>),
        ))
        .execute(conn)?;
    Ok(())
}

/// Forgets all deliveries of a webhook.
pub fn delete_all(conn: &mut Conn, webhook: &str) -> Result<(), StoreError> {
    diesel::delete(webhook_deliveries::table.filter(webhook_deliveries::webhook_id.eq(webhook)))
        .execute(conn)?;
    Ok(())
}

/// The newest deliveries of a webhook.
pub fn newest(conn: &mut Conn, webhook: &str) -> Result<Vec<Delivery>, StoreError> {
    let rows: Vec<Row> = webhook_deliveries::table
        .filter(webhook_deliveries::webhook_id.eq(webhook))
        .order((webhook_deliveries::created_at.desc(), webhook_deliveries::id.desc()))
        .limit(SHOWN_DELIVERIES)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Delivery::try_from).collect()
}

/// Forgets what is old.
pub fn sweep(conn: &mut Conn, now: i64) -> Result<(), StoreError> {
    // A clock that was ahead is no reason to wait longer than the longest pause.
    let strayed = webhook_deliveries::table.filter(webhook_deliveries::due_at.gt(now + FARTHEST));
    diesel::update(strayed).set(webhook_deliveries::due_at.eq(now)).execute(conn)?;
    let old = webhook_deliveries::table.filter(webhook_deliveries::created_at.lt(now - KEPT_SECONDS));
    diesel::delete(old).execute(conn)?;
    Ok(())
}
