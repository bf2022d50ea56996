//! The newest requests to services that the gate refused.

use super::schema::{service_refusals, services};
use super::{Conn, StoreError};
use crate::domain::gate::refused::{KEPT_REFUSALS, RefusedRequest};
use crate::domain::user::Uin;
use diesel::prelude::*;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = service_refusals)]
struct Row {
    service_id: i64,
    at_ms: i64,
    request_id: String,
    uin: Option<i64>,
    user_name: String,
    secret_id: String,
    ip: String,
    method: String,
    path: String,
    action: String,
    resource: String,
    reason: String,
    message: String,
}

impl From<Row> for RefusedRequest {
    fn from(row: Row) -> Self {
        Self {
            at_ms: row.at_ms,
            request_id: row.request_id,
            uin: row.uin.map(Uin),
            user_name: row.user_name,
            secret_id: row.secret_id,
            ip: row.ip,
            method: row.method,
            path: row.path,
            action: row.action,
            resource: row.resource,
            reason: row.reason,
            message: row.message,
        }
    }
}

/// Keeps requests of one service and drops the oldest beyond what is kept. A service that is gone leaves nothing.
pub fn put<'a>(
    conn: &mut Conn,
    service: i64,
    refused: impl IntoIterator<Item = &'a RefusedRequest>,
) -> Result<(), StoreError> {
    let is_there: Option<i64> =
        services::table.find(service).select(services::id).get_result(conn).optional()?;
    if is_there.is_none() {
        return Ok(());
    }
    for one in refused {
        let key = (service, one.at_ms, one.request_id.as_str());
        diesel::delete(service_refusals::table.find(key)).execute(conn)?;
        diesel::insert_into(service_refusals::table).values(row(service, one)).execute(conn)?;
    }
    prune(conn, service)
}

fn row(service_id: i64, refused: &RefusedRequest) -> Row {
    let refused = refused.clone();
    Row {
        service_id,
        at_ms: refused.at_ms,
        request_id: refused.request_id,
        uin: refused.uin.map(|uin| uin.0),
        user_name: refused.user_name,
        secret_id: refused.secret_id,
        ip: refused.ip,
        method: refused.method,
        path: refused.path,
        action: refused.action,
        resource: refused.resource,
        reason: refused.reason,
        message: refused.message,
    }
}

fn prune(conn: &mut Conn, service: i64) -> Result<(), StoreError> {
    let surplus: Vec<(i64, String)> = service_refusals::table
        .filter(service_refusals::service_id.eq(service))
        .order((service_refusals::at_ms.desc(), service_refusals::request_id.desc()))
        .offset(i64::try_from(KEPT_REFUSALS).unwrap_or(i64::MAX))
        .limit(10_000)
        .select((service_refusals::at_ms, service_refusals::request_id))
        .load(conn)?;
    for (at_ms, request_id) in surplus {
        diesel::delete(service_refusals::table.find((service, at_ms, request_id))).execute(conn)?;
    }
    Ok(())
}

/// The requests of a service that are kept, newest first.
pub fn newest(conn: &mut Conn, service: i64) -> Result<Vec<RefusedRequest>, StoreError> {
    let rows: Vec<Row> = service_refusals::table
        .filter(service_refusals::service_id.eq(service))
        .order((service_refusals::at_ms.desc(), service_refusals::request_id.desc()))
        .limit(i64::try_from(KEPT_REFUSALS).unwrap_or(i64::MAX))
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(RefusedRequest::from).collect())
}

/// Forgets those of a service.
pub fn forget(conn: &mut Conn, service: i64) -> Result<(), StoreError> {
    let own = service_refusals::table.filter(service_refusals::service_id.eq(service));
    diesel::delete(own).execute(conn)?;
    Ok(())
}

/// Forgets those from before a time, in unix seconds.
pub fn sweep(conn: &mut Conn, oldest: i64) -> Result<(), StoreError> {
    let is_old = service_refusals::at_ms.lt(oldest * 1000);
    diesel::delete(service_refusals::table.filter(is_old)).execute(conn)?;
    Ok(())
}
