//! Authenticator apps, and seeds that wait for their first code.

use super::schema::{enrolments, totp_devices};
use super::{Conn, StoreError};
use crate::domain::deadline::{ENROLMENT_SECONDS, latest};
use crate::domain::grant::AppAge;
use crate::domain::totp::{MfaDevice, Steps};
use crate::domain::user::Uin;
use diesel::prelude::*;

#[derive(Queryable, Selectable)]
#[diesel(table_name = totp_devices)]
struct Row {
    id: String,
    uin: i64,
    name: String,
    seed: Vec<u8>,
    last_step: i64,
    created_at: i64,
    last_used_at: Option<i64>,
    granted_at: Option<i64>,
    recovered_at: Option<i64>,
    earlier_steps: String,
}

impl From<Row> for MfaDevice {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            uin: Uin(row.uin),
            name: row.name,
            seed: row.seed,
            last_step: row.last_step,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            granted_at: row.granted_at,
            recovered_at: row.recovered_at,
            earlier_steps: row.earlier_steps,
        }
    }
}

/// Keeps a new device; the step of its first code counts as used.
pub fn insert(conn: &mut Conn, device: &MfaDevice) -> Result<(), StoreError> {
    diesel::insert_into(totp_devices::table)
        .values((
            totp_devices::id.eq(&device.id),
            totp_devices::uin.eq(device.uin.0),
            totp_devices::name.eq(&device.name),
            totp_devices::seed.eq(&device.seed),
            totp_devices::last_step.eq(device.last_step),
            totp_devices::created_at.eq(device.created_at),
            totp_devices::granted_at.eq(device.granted_at),
            totp_devices::recovered_at.eq(device.recovered_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// The devices of one identity, oldest first.
pub fn of_identity(conn: &mut Conn, uin: Uin) -> Result<Vec<MfaDevice>, StoreError> {
    let rows: Vec<Row> = totp_devices::table
        .filter(totp_devices::uin.eq(uin.0))
        .order((totp_devices::created_at, totp_devices::id))
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(MfaDevice::from).collect())
}

/// How many devices an identity has.
pub fn count(conn: &mut Conn, uin: Uin) -> Result<i64, StoreError> {
    Ok(totp_devices::table.filter(totp_devices::uin.eq(uin.0)).count().get_result(conn)?)
}

/// How old the devices of an identity are, oldest first.
pub fn ages(conn: &mut Conn, uin: Uin) -> Result<Vec<AppAge>, StoreError> {
    let found: Vec<(String, Option<i64>, Option<i64>)> = totp_devices::table
        .filter(totp_devices::uin.eq(uin.0))
        .order((totp_devices::created_at, totp_devices::id))
        .select((totp_devices::id, totp_devices::granted_at, totp_devices::recovered_at))
        .load(conn)?;
    let age = |(id, granted_at, recovered_at)| AppAge { id, granted_at, recovered_at };
    Ok(found.into_iter().map(age).collect())
}

/// Uses up a time step; `false` when it, or a later one, was used before.
///
/// A last step that only a clock which was ahead can have made does not count; the row must still be as it was read.
pub fn use_step(conn: &mut Conn, device: &MfaDevice, step: i64, now: i64) -> Result<bool, StoreError> {
    let used = Steps::new(device.last_step, &device.earlier_steps);
    if used.newest(now) >= Some(step) {
        return Ok(false);
    }
    let touched = diesel::update(totp_devices::table.find(&device.id))
        .filter(totp_devices::uin.eq(device.uin.0).and(totp_devices::last_step.eq(device.last_step)))
        .set((
            totp_devices::last_step.eq(step),
            totp_devices::last_used_at.eq(Some(now)),
            totp_devices::earlier_steps.eq(used.to_string()),
        ))
        .execute(conn)?;
    Ok(touched == 1)
}

/// Removes one device of an identity; `false` when there is none.
pub fn delete(conn: &mut Conn, uin: Uin, id: &str) -> Result<bool, StoreError> {
    Ok(diesel::delete(totp_devices::table.find(id)).filter(totp_devices::uin.eq(uin.0)).execute(conn)? == 1)
}

/// Removes all devices of an identity.
pub fn delete_all(conn: &mut Conn, uin: Uin) -> Result<usize, StoreError> {
    Ok(diesel::delete(totp_devices::table.filter(totp_devices::uin.eq(uin.0))).execute(conn)?)
}

/// Keeps the sealed seed that a session is enrolling, in place of an earlier one.
pub fn start_enrolment(
    conn: &mut Conn,
    session: &str,
    seed: &[u8],
    expires_at: i64,
) -> Result<(), StoreError> {
    end_enrolment(conn, session)?;
    diesel::insert_into(enrolments::table)
        .values((
            enrolments::session.eq(session),
            enrolments::seed.eq(seed),
            enrolments::expires_at.eq(expires_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// The sealed seed that a session is enrolling.
pub fn enrolment(conn: &mut Conn, session: &str, now: i64) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(enrolments::table
        .find(session)
        .filter(enrolments::expires_at.gt(now))
        .filter(enrolments::expires_at.le(latest(ENROLMENT_SECONDS, now)))
        .select(enrolments::seed)
        .get_result(conn)
        .optional()?)
}

/// Forgets the seed that a session was enrolling.
pub fn end_enrolment(conn: &mut Conn, session: &str) -> Result<(), StoreError> {
    diesel::delete(enrolments::table.find(session)).execute(conn)?;
    Ok(())
}

/// The latest time step that any device was used in.
pub fn latest_step(conn: &mut Conn) -> Result<Option<i64>, StoreError> {
    Ok(totp_devices::table.select(diesel::dsl::max(totp_devices::last_step)).get_result(conn)?)
}
