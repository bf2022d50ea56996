//! The simulator: what a user may do, asked of the same engine that decides requests.

use crate::app::caller::Caller;
use crate::app::caller::access::{Access, is_same_key};
use crate::app::caller::simulation::{SimulatedRequest, Simulation, name_of};
use crate::app::{App, Failure};
use crate::domain::field::FieldError;
use crate::domain::key::{Key, SecretId};
use crate::domain::permission::action;
use crate::domain::user::{Uin, User};
use crate::domain::user_search::UserFilter;
use crate::store::{Conn, api_keys, policies, user_search, users};

/// Names in a list to choose from.
const OFFERED: i64 = 200;

/// Decides a made-up request of a user, for whoever may see that user's policies.
pub async fn simulate(
    app: &App,
    caller: &Caller,
    uin: Uin,
    question: SimulatedRequest,
) -> Result<Simulation, Failure> {
    caller.ensure(action::LIST_ATTACHED, uin)?;
    if question.key.is_some() {
        caller.ensure(action::QUERY_KEY_LIMITS, uin)?;
        if uin == caller.owner() && !caller.is_root() {
            return Err(no_key().into());
        }
    }
    let (owner, app_id, now) = (caller.owner(), caller.account.app_id, app.clock.now());
    app.store
        .read(move |conn| {
            let user = users::find(conn, owner, uin)?.ok_or(Failure::NotFound)?;
            let access = Access::new(&user, app_id, policies::in_force(conn, user.uid)?, now);
            let key = question.key.as_ref().map(|id| key_of(conn, &user, id)).transpose()?;
            let policy = key.as_ref().and_then(|key| key.limits.policy.as_deref());
            let access = policy.map_or(access.clone(), |policy| access.within(policy));
            let mut simulation = access.simulate(&question);
            if let Some(key) = key {
                judge_key(&mut simulation, &key, &question, now);
            }
            if let Some(name) = simulation.policy_name() {
                simulation.policy = policies::by_name(conn, owner, name)?.map(|policy| policy.id);
            }
            for (miss, policy) in &mut simulation.near {
                *policy = policies::by_name(conn, owner, name_of(&miss.label))?.map(|found| found.id);
            }
            Ok(simulation)
        })
        .await
}

fn no_key() -> FieldError {
    FieldError::on_page("key", "This user has no key with this SecretId.")
}

fn key_of(conn: &mut Conn, user: &User, id: &SecretId) -> Result<Key, Failure> {
    Ok(api_keys::find(conn, user.uid, id)?.ok_or_else(no_key)?)
}

/// Adds what of a key's limits no policy says.
fn judge_key(simulation: &mut Simulation, key: &Key, question: &SimulatedRequest, now: i64) {
    let given = question.context.iter().find(|(name, _)| is_same_key(name, "qcs:ip"));
    let ip = given.and_then(|(_, values)| values.first());
    let elsewhere = ip.and_then(|ip| key.limits.networks.ensure_holds(ip).err());
    let halt = key.halt_at(now).map(|halt| halt.text().to_owned());
    simulation.halt = halt.or(elsewhere.map(|refusal| refusal.to_string()));
    simulation.unasked_networks =
        (ip.is_none() && !key.limits.networks.is_empty()).then(|| key.limits.networks.to_string());
}

/// Users whose names a form may offer: the first of the account, for whoever may list them.
pub async fn users_to_offer(app: &App, caller: &Caller) -> Result<Vec<User>, Failure> {
    if !caller.may_here(action::LIST_USERS) {
        return Ok(Vec::new());
    }
    let owner = caller.owner();
    app.store.read(move |conn| Ok(user_search::found(conn, owner, &UserFilter::default(), OFFERED)?)).await
}

/// The user that a UIN or a name stands for, for whoever may see its policies.
pub async fn user_named(app: &App, caller: &Caller, text: &str) -> Result<User, Failure> {
    let (owner, wanted) = (caller.owner(), text.trim().to_owned());
    let found = app
        .store
        .read(move |conn| {
            let by_uin = match Uin::parse(&wanted) {
                Ok(uin) => users::find(conn, owner, uin)?,
                Err(_) => None,
            };
            if by_uin.is_some() { Ok(by_uin) } else { users::by_name(conn, owner, &wanted) }
        })
        .await?;
    caller.ensure(action::LIST_ATTACHED, found.as_ref().map_or(owner, |user| user.uin))?;
    found.ok_or(Failure::NotFound)
}
