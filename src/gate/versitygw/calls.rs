//! The five questions.

use super::fault::Fault;
use super::wire::{Derivation, Evaluating, Identities, Principals, arn, root_arn, users_arn};
use super::{Call, VERSION};
use crate::app::gate::{Decided, Evaluation, WantedKey, absent, bearers, evaluate as policies, vend};
use crate::domain::gate::scope::KeyScope;
use crate::gate::question::{answered, in_time, read, source};
use crate::gate::questions::{Facts, Values, questions};
use actix_web::HttpResponse;
use data_encoding::BASE64;
use serde_json::{Value, json};

/// Ids or names in one question.
const MOST_NAMES: usize = 256;

/// Which version of the protocol is spoken here, and to which account everybody belongs.
pub(super) async fn version(call: Call) -> HttpResponse {
    let version: u32 = VERSION.parse().unwrap_or_default();
    answered(&json!({
        "protocol": version,
        "minClient": version,
        "serverVersion": concat!("camlock ", env!("CARGO_PKG_VERSION")),
        "accountId": call.door.gateway.token.owner_uin.to_string(),
    }))
}

/// The signing key of a day, region and service.
pub(super) async fn derive(call: Call) -> Result<HttpResponse, Fault> {
    let told: Derivation = read(&call.text, "accessKeyId, date, region, service")?;
    ensure_no_session(&told.session_token)?;
    let scope = KeyScope::parse(&told.date, &told.region, &told.service)
        .map_err(|refusal| Fault::Malformed(refusal.to_string()))?;
    let wanted = WantedKey { secret_id: &told.access_key_id, scope };
    let source = source(&call.request, None);
    let vended = in_time(vend(&call.app, &call.door, &wanted, &source)).await??;
    Ok(answered(&json!({
        "derivedKey": BASE64.encode(vended.signing_key.expose()),
        "principalArn": arn(&vended.bearer.user),
    })))
}

/// What policies say: for each resource, each action.
pub(super) async fn evaluate(call: Call) -> Result<HttpResponse, Fault> {
    let told: Evaluating = read(&call.text, "accessKeyId, actions, resources, condition")?;
    ensure_no_session(&told.session_token)?;
    let condition = told.condition.unwrap_or_default().into_iter();
    let facts = Facts::read(condition.map(|(key, values)| (key, Values::Many(values))).collect())?;
    let (actions, resources) = questions(&told.actions, &told.resources)?.into_parts();
    let asked = Evaluation { secret_id: told.access_key_id, actions, resources, facts: facts.others };
    let source = source(&call.request, facts.source_ip.as_deref());
    let evaluated = in_time(policies(&call.app, &call.door, &asked, &source)).await??;
    let row = |decided: &Vec<Decided>| {
        let outcomes = decided.iter().map(|one| one.outcome.as_str());
        outcomes.collect::<Vec<&str>>()
    };
    let decisions: Vec<Vec<&str>> = evaluated.decisions.iter().map(row).collect();
    Ok(answered(&json!({ "decisions": decisions, "principalArn": arn(&evaluated.bearer.user) })))
}

/// Whose keys those are.
pub(super) async fn identities(call: Call) -> Result<HttpResponse, Fault> {
    let told: Identities = read(&call.text, "accessKeyIds")?;
    ensure_few(&told.access_key_ids)?;
    let found = in_time(bearers(&call.app, &call.door, &told.access_key_ids)).await?;
    let shown = found.iter().map(|holder| match holder {
        Some(bearer) => json!({ "found": true, "kind": "user", "principalArn": arn(&bearer.user) }),
        None => json!({ "found": false }),
    });
    Ok(answered(&json!({ "identities": shown.collect::<Vec<Value>>() })))
}

/// Which of those names belong to nobody.
pub(super) async fn principals(call: Call) -> Result<HttpResponse, Fault> {
    let told: Principals = read(&call.text, "principals")?;
    ensure_few(&told.principals)?;
    let owner = call.door.gateway.token.owner_uin;
    let before = users_arn(owner);
    let is_account = |name: &str| name == root_arn(owner) || name == owner.to_string();
    let asked: Vec<&String> = told.principals.iter().filter(|name| !is_account(name)).collect();
    let names = asked.iter().filter_map(|name| name.strip_prefix(&before)).map(str::to_owned).collect();
    let absent = in_time(absent(&call.app, &call.door, names)).await?;
    let is_invalid = |name: &&String| {
        name.strip_prefix(&before).is_none_or(|name| absent.iter().any(|absent| absent == name))
    };
    let invalid: Vec<&String> = asked.into_iter().filter(is_invalid).collect();
    Ok(answered(&json!({ "invalid": invalid })))
}

fn ensure_no_session(token: &str) -> Result<(), Fault> {
    if token.is_empty() { Ok(()) } else { Err(Fault::Token) }
}

fn ensure_few(names: &[String]) -> Result<(), Fault> {
    if names.len() <= MOST_NAMES {
        Ok(())
    } else {
        Err(Fault::Malformed(format!("Ask about at most {MOST_NAMES} at once.")))
    }
}
