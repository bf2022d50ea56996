//! Gate tokens, by the digest of each.

use super::schema::{gate_token_services, gate_tokens, services as service_table};
use super::{Conn, StoreError, services};
use crate::domain::gate::gateway::Gateway;
use crate::domain::gate::token::{IssuedToken, TokenDigest};
use crate::domain::gate::written::WrittenOptions;
use crate::domain::user::Uin;
use diesel::prelude::*;

#[derive(Queryable, Selectable)]
#[diesel(table_name = gate_tokens)]
struct Row {
    id: i64,
    owner_uin: i64,
    name: String,
    options: String,
    created_at: i64,
    created_by: String,
    last_used_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl TryFrom<Row> for IssuedToken {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let corrupt = || StoreError::Corrupt("gate_tokens.options");
        let written: WrittenOptions = serde_json::from_str(&row.options).map_err(|_| corrupt())?;
        Ok(Self {
            id: row.id,
            owner_uin: Uin(row.owner_uin),
            name: row.name,
            options: written.read().map_err(|_| corrupt())?,
            created_at: row.created_at,
            created_by: row.created_by,
            last_used_at: row.last_used_at,
            revoked_at: row.revoked_at,
        })
    }
}

/// Keeps a new token with the services that it names.
pub fn insert(conn: &mut Conn, gateway: &Gateway, digest: &TokenDigest) -> Result<(), StoreError> {
    let token = &gateway.token;
    let options = serde_json::to_string(&WrittenOptions::of(&token.options))
        .map_err(|_| StoreError::Corrupt("gate_tokens.options"))?;
    diesel::insert_into(gate_tokens::table)
        .values((
            gate_tokens::id.eq(token.id),
            gate_tokens::digest.eq(digest.as_str()),
            gate_tokens::owner_uin.eq(token.owner_uin.0),
            gate_tokens::name.eq(&token.name),
            gate_tokens::options.eq(options),
            gate_tokens::created_at.eq(token.created_at),
            gate_tokens::created_by.eq(&token.created_by),
        ))
        .execute(conn)?;
    for service in &gateway.services {
        diesel::insert_into(gate_token_services::table)
            .values((
                gate_token_services::token_id.eq(token.id),
                gate_token_services::service_id.eq(service.id),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// What a gateway that sent a token may ask about; nothing where there is no such token, or it is revoked.
pub fn by_digest(conn: &mut Conn, digest: &TokenDigest) -> Result<Option<Gateway>, StoreError> {
    let row: Option<Row> = gate_tokens::table
        .filter(gate_tokens::digest.eq(digest.as_str()).and(gate_tokens::revoked_at.is_null()))
        .select(Row::as_select())
        .get_result(conn)
        .optional()?;
    row.map(|row| with_services(conn, row)).transpose()
}

/// The token of that name in an account that is not revoked, with its services.
pub fn find(conn: &mut Conn, owner: Uin, name: &str) -> Result<Option<Gateway>, StoreError> {
    let row: Option<Row> = gate_tokens::table
        .filter(gate_tokens::owner_uin.eq(owner.0).and(gate_tokens::name.eq(name)))
        .filter(gate_tokens::revoked_at.is_null())
        .select(Row::as_select())
        .get_result(conn)
        .optional()?;
    row.map(|row| with_services(conn, row)).transpose()
}

/// The tokens that name a service and are not revoked, each with all of its services.
pub fn of_service(conn: &mut Conn, service: i64) -> Result<Vec<Gateway>, StoreError> {
    let rows: Vec<Row> = gate_token_services::table
        .inner_join(gate_tokens::table)
        .filter(gate_token_services::service_id.eq(service).and(gate_tokens::revoked_at.is_null()))
        .order(gate_tokens::name)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(|row| with_services(conn, row)).collect()
}

fn with_services(conn: &mut Conn, row: Row) -> Result<Gateway, StoreError> {
    let token = IssuedToken::try_from(row)?;
    let services = services::of_token(conn, token.id)?;
    Ok(Gateway { token, services })
}

/// The newest tokens of an account, revoked ones last, with the names of their services.
pub fn of_account(
    conn: &mut Conn,
    owner: Uin,
    most: i64,
) -> Result<Vec<(IssuedToken, Vec<String>)>, StoreError> {
    let rows: Vec<Row> = gate_tokens::table
        .filter(gate_tokens::owner_uin.eq(owner.0))
        .order((gate_tokens::revoked_at.is_not_null(), gate_tokens::id.desc()))
        .limit(most)
        .select(Row::as_select())
        .load(conn)?;
    let tokens: Vec<IssuedToken> = rows.into_iter().map(IssuedToken::try_from).collect::<Result<_, _>>()?;
    let ids: Vec<i64> = tokens.iter().map(|token| token.id).collect();
    let named: Vec<(i64, String)> = gate_token_services::table
        .inner_join(service_table::table)
        .filter(gate_token_services::token_id.eq_any(ids))
        .order(service_table::name)
        .select((gate_token_services::token_id, service_table::name))
        .load(conn)?;
    let of = |id: i64| named.iter().filter(|(token, _)| *token == id).map(|(_, name)| name.clone()).collect();
    Ok(tokens.into_iter().map(|token| (of(token.id), token)).map(|(names, token)| (token, names)).collect())
}

/// Which services of an account are named by which tokens that are not revoked: ids of services, names of tokens in order.
pub fn by_service(conn: &mut Conn, owner: Uin) -> Result<Vec<(i64, String)>, StoreError> {
    Ok(gate_token_services::table
        .inner_join(gate_tokens::table)
        .filter(gate_tokens::owner_uin.eq(owner.0).and(gate_tokens::revoked_at.is_null()))
        .order(gate_tokens::name)
        .select((gate_token_services::service_id, gate_tokens::name))
        .load(conn)?)
}

/// How many tokens of an account are not revoked.
pub fn count_living(conn: &mut Conn, owner: Uin) -> Result<usize, StoreError> {
    let living = gate_tokens::owner_uin.eq(owner.0).and(gate_tokens::revoked_at.is_null());
    let count: i64 = gate_tokens::table.filter(living).count().get_result(conn)?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// Makes a token good for nothing; `false` when it was so before.
pub fn revoke(conn: &mut Conn, id: i64, now: i64) -> Result<bool, StoreError> {
    let touched = diesel::update(gate_tokens::table.find(id))
        .filter(gate_tokens::revoked_at.is_null())
        .set(gate_tokens::revoked_at.eq(now))
        .execute(conn)?;
    Ok(touched == 1)
}

/// Notes that a token was used; a later use stays noted.
pub fn note_use(conn: &mut Conn, id: i64, at: i64) -> Result<(), StoreError> {
    let is_older = gate_tokens::last_used_at.is_null().or(gate_tokens::last_used_at.lt(at));
    diesel::update(gate_tokens::table.find(id))
        .filter(is_older)
        .set(gate_tokens::last_used_at.eq(at))
        .execute(conn)?;
    Ok(())
}

/// Forgets tokens of an account that were revoked before then.
pub fn forget_revoked(conn: &mut Conn, owner: Uin, before: i64) -> Result<(), StoreError> {
    diesel::delete(gate_tokens::table)
        .filter(gate_tokens::owner_uin.eq(owner.0).and(gate_tokens::revoked_at.lt(before)))
        .execute(conn)?;
    Ok(())
}
