//! Services: their hosts and routes are kept as they are written.

use super::schema::{gate_token_services, service_hours, services};
use super::{Conn, StoreError, service_refusals};
use crate::domain::gate::route::Routes;
use crate::domain::gate::service::{BodyLimit, Hosts, Service, ServiceName, ServicePlan};
use crate::domain::span::DAY;
use crate::domain::user::Uin;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

/// Days for which verdicts are told by hour.
pub const KEPT_DAYS: i64 = 35;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = services)]
pub(super) struct Row {
    id: i64,
    owner_uin: i64,
    name: String,
    hosts: String,
    routes: String,
    body_limit: i64,
    created_at: i64,
    created_by: String,
    changed_at: i64,
    changed_by: String,
}

impl TryFrom<Row> for Service {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let plan = ServicePlan {
            name: ServiceName::parse(&row.name).map_err(|_| StoreError::Corrupt("services.name"))?,
            hosts: Hosts::parse(&texts(&row.hosts, "services.hosts")?)
                .map_err(|_| StoreError::Corrupt("services.hosts"))?,
            routes: Routes::parse(&texts(&row.routes, "services.routes")?)
                .map_err(|_| StoreError::Corrupt("services.routes"))?,
            body_limit: BodyLimit::new(row.body_limit)
                .map_err(|_| StoreError::Corrupt("services.body_limit"))?,
        };
        Ok(Self {
            id: row.id,
            owner_uin: Uin(row.owner_uin),
            plan,
            created_at: row.created_at,
            created_by: row.created_by,
            changed_at: row.changed_at,
            changed_by: row.changed_by,
        })
    }
}

fn texts(kept: &str, column: &'static str) -> Result<Vec<String>, StoreError> {
    serde_json::from_str(kept).map_err(|_| StoreError::Corrupt(column))
}

fn kept(texts: Vec<String>) -> String {
    serde_json::Value::from(texts).to_string()
}

/// Keeps a new service.
pub fn insert(conn: &mut Conn, service: &Service) -> Result<(), StoreError> {
    let row = Row {
        id: service.id,
        owner_uin: service.owner_uin.0,
        name: service.plan.name.as_str().to_owned(),
        hosts: kept(service.plan.hosts.texts()),
        routes: kept(service.plan.routes.texts()),
        body_limit: service.plan.body_limit.bytes().into(),
        created_at: service.created_at,
        created_by: service.created_by.clone(),
        changed_at: service.changed_at,
        changed_by: service.changed_by.clone(),
    };
    diesel::insert_into(services::table).values(row).execute(conn)?;
    Ok(())
}

/// Replaces what people decide about a service; its name stays.
pub fn update(conn: &mut Conn, service: &Service) -> Result<(), StoreError> {
    diesel::update(services::table.find(service.id))
        .set((
            services::hosts.eq(kept(service.plan.hosts.texts())),
            services::routes.eq(kept(service.plan.routes.texts())),
            services::body_limit.eq(i64::from(service.plan.body_limit.bytes())),
            services::changed_at.eq(service.changed_at),
            services::changed_by.eq(&service.changed_by),
        ))
        .execute(conn)?;
    Ok(())
}

/// Removes a service, also from the gate tokens that name it, and what was counted of it.
pub fn delete(conn: &mut Conn, id: i64) -> Result<(), StoreError> {
    diesel::delete(service_hours::table.filter(service_hours::service_id.eq(id))).execute(conn)?;
    service_refusals::forget(conn, id)?;
    diesel::delete(services::table.find(id)).execute(conn)?;
    Ok(())
}

/// The services of an account, by name; an account has few.
pub fn of_account(conn: &mut Conn, owner: Uin) -> Result<Vec<Service>, StoreError> {
    let rows: Vec<Row> = services::table
        .filter(services::owner_uin.eq(owner.0))
        .order(services::name)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Service::try_from).collect()
}

/// The service of that name in an account.
pub fn find(conn: &mut Conn, owner: Uin, name: &ServiceName) -> Result<Option<Service>, StoreError> {
    let row: Option<Row> = services::table
        .filter(services::owner_uin.eq(owner.0).and(services::name.eq(name.as_str())))
        .select(Row::as_select())
        .get_result(conn)
        .optional()?;
    row.map(Service::try_from).transpose()
}

/// The services that a gate token names, by name.
pub fn of_token(conn: &mut Conn, token: i64) -> Result<Vec<Service>, StoreError> {
    let rows: Vec<Row> = gate_token_services::table
        .inner_join(services::table)
        .filter(gate_token_services::token_id.eq(token))
        .order(services::name)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Service::try_from).collect()
}

/// Verdicts about one service in one hour.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Hour {
    pub service: i64,
    /// When it began, in unix seconds.
    pub hour: i64,
    pub allowed: i64,
    pub refused: i64,
}

/// Adds verdicts to those of an hour. A service that was deleted meanwhile is counted no more.
pub fn count(conn: &mut Conn, counted: &Hour) -> Result<(), StoreError> {
    diesel::sql_query(
        "INSERT INTO service_hours (service_id, hour, allowed, refused) \
         SELECT id, $1, $2, $3 FROM services WHERE id = $4 \
         ON CONFLICT (service_id, hour) DO UPDATE SET \
         allowed = service_hours.allowed + excluded.allowed, refused = service_hours.refused + excluded.refused",
    )
    .bind::<BigInt, _>(counted.hour)
    .bind::<BigInt, _>(counted.allowed)
    .bind::<BigInt, _>(counted.refused)
    .bind::<BigInt, _>(counted.service)
    .execute(conn)?;
    Ok(())
}

/// Forgets hours and refused requests of which nobody asks any more.
pub fn sweep(conn: &mut Conn, now: i64) -> Result<(), StoreError> {
    let oldest = now - KEPT_DAYS * DAY;
    diesel::delete(service_hours::table.filter(service_hours::hour.lt(oldest))).execute(conn)?;
    service_refusals::sweep(conn, oldest)
}

/// What was counted of a service since a time, oldest hour first.
pub fn hours(conn: &mut Conn, service: i64, since: i64) -> Result<Vec<Hour>, StoreError> {
    let rows: Vec<(i64, i64, i64)> = service_hours::table
        .filter(service_hours::service_id.eq(service).and(service_hours::hour.ge(since)))
        .order(service_hours::hour)
        .select((service_hours::hour, service_hours::allowed, service_hours::refused))
        .load(conn)?;
    let told = |(hour, allowed, refused)| Hour { service, hour, allowed, refused };
    Ok(rows.into_iter().map(told).collect())
}
