//! Where accounts are told what happened. A row's secret is sealed before it comes here.

use super::schema::webhooks;
use super::{Conn, StoreError};
use crate::domain::notice::Topic;
use crate::domain::user::Uin;
use crate::domain::webhook::{Answer, MAX_WEBHOOKS, Stopped, Webhook, WebhookPlan, spelled, topics_of};
use diesel::prelude::*;
use url::Url;

#[derive(Queryable, Selectable)]
#[diesel(table_name = webhooks)]
struct Row {
    id: String,
    owner_uin: i64,
    name: String,
    url: String,
    topics: String,
    enabled: bool,
    created_at: i64,
    created_by: String,
    changed_at: i64,
    changed_by: String,
    stopped: String,
    failing_since: Option<i64>,
    last_at: Option<i64>,
    last_status: Option<i64>,
    last_result: String,
    former_until: Option<i64>,
}

impl TryFrom<Row> for Webhook {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let last = answer_of(&row.last_result, row.last_status);
        Ok(Self {
            id: row.id,
            owner_uin: Uin(row.owner_uin),
            plan: WebhookPlan {
                name: row.name,
                url: Url::parse(&row.url).map_err(|_| StoreError::Corrupt("webhooks.url"))?,
                topics: topics_of(&row.topics),
                is_enabled: row.enabled,
            },
            created_at: row.created_at,
            created_by: row.created_by,
            changed_at: row.changed_at,
            changed_by: row.changed_by,
            stopped: Stopped::from_name(&row.stopped),
            failing_since: row.failing_since,
            former_until: row.former_until,
            last: row.last_at.zip(last),
        })
    }
}

/// What is kept of an answer.
pub(super) fn answer_of(result: &str, status: Option<i64>) -> Option<Answer> {
    Answer::kept(result, status.and_then(|status| u16::try_from(status).ok()))
}

/// Keeps a new webhook with its sealed secret.
pub fn insert(conn: &mut Conn, webhook: &Webhook, sealed: &[u8]) -> Result<(), StoreError> {
    let plan = &webhook.plan;
    diesel::insert_into(webhooks::table)
        .values((
            webhooks::id.eq(&webhook.id),
            webhooks::owner_uin.eq(webhook.owner_uin.0),
            webhooks::name.eq(&plan.name),
            webhooks::url.eq(plan.url.as_str()),
            webhooks::topics.eq(spelled(&plan.topics)),
            webhooks::secret.eq(sealed),
            webhooks::enabled.eq(plan.is_enabled),
            webhooks::created_at.eq(webhook.created_at),
            webhooks::created_by.eq(&webhook.created_by),
            webhooks::changed_at.eq(webhook.changed_at),
            webhooks::changed_by.eq(&webhook.changed_by),
        ))
        .execute(conn)?;
    Ok(())
}

/// Replaces what people decide about a webhook; what made it stop by itself is forgotten.
pub fn update(conn: &mut Conn, webhook: &Webhook) -> Result<(), StoreError> {
    let plan = &webhook.plan;
    diesel::update(webhooks::table.find(&webhook.id))
        .set((
            webhooks::name.eq(&plan.name),
            webhooks::url.eq(plan.url.as_str()),
            webhooks::topics.eq(spelled(&plan.topics)),
            webhooks::enabled.eq(plan.is_enabled),
            webhooks::changed_at.eq(webhook.changed_at),
            webhooks::changed_by.eq(&webhook.changed_by),
            webhooks::stopped.eq(webhook.stopped.map_or("", Stopped::as_str)),
            webhooks::failing_since.eq(webhook.failing_since),
        ))
        .execute(conn)?;
    Ok(())
}

/// Deletes a webhook; `false` when there is none.
pub fn delete(conn: &mut Conn, owner: Uin, id: &str) -> Result<bool, StoreError> {
    let own = webhooks::table.find(id).filter(webhooks::owner_uin.eq(owner.0));
    Ok(diesel::delete(own).execute(conn)? == 1)
}

/// The webhooks of an account, in the order in which they were made.
pub fn of_account(conn: &mut Conn, owner: Uin) -> Result<Vec<Webhook>, StoreError> {
    let rows: Vec<Row> = webhooks::table
        .filter(webhooks::owner_uin.eq(owner.0))
        .order((webhooks::created_at, webhooks::id))
        .limit(i64::try_from(MAX_WEBHOOKS).unwrap_or(i64::MAX))
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Webhook::try_from).collect()
}

/// The webhook of that id, of any account.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<Webhook>, StoreError> {
    let row: Option<Row> = webhooks::table.find(id).select(Row::as_select()).get_result(conn).optional()?;
    row.map(Webhook::try_from).transpose()
}

/// The secrets of a webhook, sealed.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = webhooks)]
pub struct Sealed {
    #[diesel(column_name = secret)]
    pub present: Vec<u8>,
    /// The one before, until it is forgotten.
    #[diesel(column_name = former_secret)]
    pub former: Option<Vec<u8>>,
}

/// The same with its sealed secrets.
pub fn find_sealed(conn: &mut Conn, id: &str) -> Result<Option<(Webhook, Sealed)>, StoreError> {
    let row: Option<(Row, Sealed)> = webhooks::table
        .find(id)
        .select((Row::as_select(), Sealed::as_select()))
        .get_result(conn)
        .optional()?;
    row.map(|(row, sealed)| Ok((row.try_into()?, sealed))).transpose()
}

/// Replaces the secrets of a webhook.
pub fn renew(conn: &mut Conn, webhook: &Webhook, sealed: &Sealed) -> Result<(), StoreError> {
    diesel::update(webhooks::table.find(&webhook.id))
        .set((
            webhooks::secret.eq(sealed.present.as_slice()),
            webhooks::former_secret.eq(sealed.former.as_deref()),
            webhooks::former_until.eq(webhook.former_until),
            webhooks::changed_at.eq(webhook.changed_at),
            webhooks::changed_by.eq(&webhook.changed_by),
        ))
        .execute(conn)?;
    Ok(())
}

/// Forgets former secrets whose time is over.
pub fn sweep(conn: &mut Conn, now: i64) -> Result<(), StoreError> {
    diesel::update(webhooks::table.filter(webhooks::former_until.le(now)))
        .set((webhooks::former_secret.eq(None::<Vec<u8>>), webhooks::former_until.eq(None::<i64>)))
        .execute(conn)?;
    Ok(())
}

/// Who wants to be told: the webhooks of an account that are on, each with its topics.
pub fn listening(conn: &mut Conn, owner: Uin) -> Result<Vec<(String, Vec<Topic>)>, StoreError> {
    let rows: Vec<(String, String)> = webhooks::table
        .filter(webhooks::owner_uin.eq(owner.0).and(webhooks::enabled.eq(true)))
        .limit(i64::try_from(MAX_WEBHOOKS).unwrap_or(i64::MAX))
        .select((webhooks::id, webhooks::topics))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, topics)| (id, topics_of(&topics))).collect())
}

/// What became of the last try of a webhook.
#[derive(Clone, Copy, Debug)]
pub struct LastTry {
    pub at: i64,
    pub answer: Answer,
    /// Since when nothing arrives.
    pub failing_since: Option<i64>,
}

/// Notes what became of the last try of a webhook.
pub fn note(conn: &mut Conn, id: &str, last: LastTry) -> Result<(), StoreError> {
    let LastTry { at, answer, failing_since } = last;
    diesel::update(webhooks::table.find(id))
        .set((
            webhooks::last_at.eq(at),
            webhooks::last_status.eq(answer.status().map(i64::from)),
            webhooks::last_result.eq(answer.as_str()),
            webhooks::failing_since.eq(failing_since),
        ))
        .execute(conn)?;
    Ok(())
}

/// Turns a webhook off by itself; `false` when it was off already.
pub fn stop(conn: &mut Conn, id: &str, why: Stopped) -> Result<bool, StoreError> {
    let on = webhooks::table.find(id).filter(webhooks::enabled.eq(true));
    let stopped = diesel::update(on)
        .set((webhooks::enabled.eq(false), webhooks::stopped.eq(why.as_str())))
        .execute(conn)?;
    Ok(stopped == 1)
}
