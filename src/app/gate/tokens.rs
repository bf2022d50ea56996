//! Gate tokens: made, listed, revoked.

use crate::app::change::Change;
use crate::app::change::steward::Steward;
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::field::FieldError;
use crate::domain::gate::gateway::Gateway;
use crate::domain::gate::service::{Service, ServiceName, ServiceRefusal};
use crate::domain::gate::token::{GateToken, IssuedToken, MAX_TOKENS};
use crate::domain::gate::written::{TokenPlan, WrittenOptions, WrittenToken};
use crate::domain::permission::action;
use crate::domain::user::Uin;
use crate::store::sequences::{self, Sequence};
use crate::store::{Conn, dialect, gate_tokens, services};

/// Tokens that a list shows, revoked ones among them.
const MOST_LISTED: i64 = 200;
/// What the ticket of the page that shows a new token is for.
pub const NEW_TOKEN: &str = "gate_token";
/// Seconds for which a revoked token is still listed.
const REVOKED_KEPT: i64 = 90 * 86_400;

/// A gate token with the names of its services.
pub struct ListedToken {
    pub token: IssuedToken,
    pub services: Vec<String>,
}

/// The account's gate tokens: the newest first, revoked ones last.
pub async fn gate_tokens(app: &App, by: &impl Steward) -> Result<Vec<ListedToken>, Failure> {
    by.ensure_allowed(action::LIST_GATE_TOKENS)?;
    let owner = by.account_of();
    let found =
        app.store.read(move |conn| gate_tokens::of_account(conn, owner, MOST_LISTED)).await?.into_iter();
    Ok(found.map(|(token, services)| ListedToken { token, services }).collect())
}

/// The names of the services that a gate token is for, for whoever is about to revoke it.
pub async fn services_of_token(app: &App, by: &impl Steward, name: &str) -> Result<Vec<String>, Failure> {
    by.ensure_allowed(action::REVOKE_GATE_TOKEN)?;
    let (owner, wanted) = (by.account_of(), name.to_owned());
    let found = app.store.read(move |conn| gate_tokens::find(conn, owner, &wanted)).await?;
    found.map(|gateway| names(&gateway)).ok_or(Failure::NotFound)
}

/// Makes a gate token; it is in the answer, and nowhere else.
pub async fn create_gate_token(
    app: &App,
    by: &impl Steward,
    written: WrittenToken,
) -> Result<GateToken, Failure> {
    app.change(by, move |change| create_gate_token_in(change, &written)).await
}

/// Makes a gate token good for nothing, from the commit on.
pub async fn revoke_gate_token(app: &App, by: &impl Steward, name: String) -> Result<(), Failure> {
    by.ensure_allowed(action::REVOKE_GATE_TOKEN)?;
    app.change(by, move |change| {
        let owner = change.by.account_of();
        dialect::lock_account(change.conn, owner)?;
        let gateway = gate_tokens::find(change.conn, owner, &name)?.ok_or(Failure::NotFound)?;
        if !gate_tokens::revoke(change.conn, gateway.token.id, change.app.clock.now())? {
            return Err(Failure::NotFound);
        }
        let event = change.by.draft(EventName::REVOKE_GATE_TOKEN).0.about(&name);
        event.fact("services", names(&gateway)).record(change);
        Ok(())
    })
    .await
}

pub(in crate::app) fn create_gate_token_in<By: Steward>(
    change: &mut Change<'_, By>,
    written: &WrittenToken,
) -> Result<GateToken, Failure> {
    change.by.ensure_allowed(action::CREATE_GATE_TOKEN)?;
    let plan = written.read().map_err(Failure::Invalid)?;
    change.by.ensure_asked(change.app, action::CREATE_GATE_TOKEN)?;
    let (owner, now) = (change.by.account_of(), change.app.clock.now());
    dialect::lock_account(change.conn, owner)?;
    gate_tokens::forget_revoked(change.conn, owner, now - REVOKED_KEPT)?;
    ensure_room(change.conn, owner, &plan.name)?;
    let services = services_of(change.conn, owner, &plan.services)?;
    let id = sequences::next(change.conn, Sequence::GateToken)?;
    let gateway = Gateway { token: issued(change, id, plan), services };
    ensure_fits(&gateway)?;
    let token = GateToken::generate(&change.app.random)?;
    gate_tokens::insert(change.conn, &gateway, &token.digest())?;
    let event = change.by.draft(EventName::CREATE_GATE_TOKEN).0.about(&gateway.token.name);
    let options = serde_json::to_value(WrittenOptions::of(&gateway.token.options));
    let options = options.map_err(|_| Failure::Corrupt("gate_tokens.options"))?;
    event.fact("services", names(&gateway)).fact("options", options).record(change);
    Ok(token)
}

fn issued<By: Steward>(change: &Change<'_, By>, id: i64, plan: TokenPlan) -> IssuedToken {
    IssuedToken {
        id,
        owner_uin: change.by.account_of(),
        name: plan.name,
        options: plan.options,
        created_at: change.app.clock.now(),
        created_by: change.by.called().to_owned(),
        last_used_at: None,
        revoked_at: None,
    }
}

fn ensure_room(conn: &mut Conn, owner: Uin, name: &str) -> Result<(), Failure> {
    if gate_tokens::find(conn, owner, name)?.is_some() {
        return Err(FieldError::on_page("name", "This account has a gate token of that name.").into());
    }
    if gate_tokens::count_living(conn, owner)? >= MAX_TOKENS {
        let told =
            format!("This account has {MAX_TOKENS} gate tokens, the most there can be. Revoke one first.");
        return Err(FieldError::on_page("name", told).into());
    }
    Ok(())
}

fn services_of(conn: &mut Conn, owner: Uin, names: &[ServiceName]) -> Result<Vec<Service>, Failure> {
    let mut found = Vec::new();
    for name in names {
        let absent = || FieldError::on_page("services", ServiceRefusal::Absent(name.to_string()));
        found.push(services::find(conn, owner, name)?.ok_or_else(absent)?);
    }
    Ok(found)
}

/// Every host that the token is for has to belong to exactly one of its services.
fn ensure_fits(gateway: &Gateway) -> Result<(), FieldError> {
    let known =
        |host| gateway.services.iter().any(|service| service.plan.hosts.iter().any(|own| own.covers(host)));
    if let Some(host) = gateway.token.options.hosts.iter().find(|host| !known(host)) {
        let told = format!("`{host}` is a host of none of the services that the token names.");
        return Err(FieldError::on_page("hosts", told));
    }
    gateway.ensure_distinct_hosts().map_err(|refusal| FieldError::on_page("services", refusal))
}

fn names(gateway: &Gateway) -> Vec<String> {
    gateway.services.iter().map(|service| service.plan.name.to_string()).collect()
}
