//! What is kept of a verdict: numbers by hour, the newest refusals of the service, and the use and the records of the key.

use crate::app::App;
use crate::app::canaries::touches::note_touch;
use crate::app::gate::judge::Asked;
use crate::app::gate::tally::Counted;
use crate::app::gate::verdict::Verdict;
use crate::app::keys::usage::{Sighting, Why, note_use};
use crate::domain::canary::Proof;
use crate::domain::characters::beginning;
use crate::domain::gate::gateway::Gateway;
use crate::domain::gate::refused::RefusedRequest;
use crate::domain::gate::target;
use crate::domain::key::SecretId;
use crate::domain::key_usage::GateCall;
use crate::domain::signature::Coverage;
use crate::domain::source::Source;

/// Letters that are kept of what a client writes.
const MOST_LETTERS: usize = 200;
const LONGEST_MESSAGE: usize = 400;
/// A longer resource is left out: a part of it would be another one.
const LONGEST_RESOURCE: usize = 512;

/// A verdict, and what it is about.
pub(in crate::app) struct Told<'a> {
    pub gateway: &'a Gateway,
    pub asked: &'a Asked<'a>,
    pub source: &'a Source,
    pub verdict: &'a Verdict,
}

/// Counts the verdict, and notes the call for *Last used* and the key's records.
pub(in crate::app) fn note(app: &App, told: &Told<'_>) {
    let (verdict, source) = (told.verdict, told.source);
    let services = &told.gateway.services;
    let service = services.iter().find(|service| service.plan.name.as_str() == verdict.service);
    let at_ms = app.clock.now_ms();
    app.tally.count(Counted {
        token: told.gateway.token.id,
        service: service.map(|service| service.id),
        at: at_ms / 1000,
        refused: (!verdict.is_allowed()).then(|| refused(told, at_ms)),
    });
    let Some(bearer) = &verdict.bearer else { return };
    let action = verdict.action.split_once(':').map(|(_, name)| name);
    let sighting = match &verdict.refused {
        None => Sighting::allowed(&verdict.service, action, source),
        Some(refused) => {
            let why = Why { reason: &refused.message, outcome: verdict.reason() };
            let seen = Sighting::refused(action, source, why).of(&verdict.service);
            Sighting { is_use: refused.reason != "disabled_key", ..seen }
        }
    };
    let resource = about(&verdict.resource);
    let sighting = Sighting { gate: Some(call(told)), resource, ..sighting };
    if bearer.is_canary {
        note_touch(app, &bearer.secret_id, Proof::Signed, sighting);
    } else {
        note_use(app, &bearer.secret_id, sighting);
    }
}

/// A resource down to the first two parts of its path.
fn about(resource: &str) -> String {
    let colon = resource.match_indices(':').nth(4);
    let (head, path) = colon.and_then(|(at, _)| resource.split_at_checked(at + 1)).unwrap_or(("", resource));
    format!("{head}{}", target::prefix_of(path))
}

fn call(told: &Told<'_>) -> GateCall {
    GateCall {
        host: beginning(told.asked.host, MOST_LETTERS),
        path_prefix: beginning(target::prefix_of(path_of(told.asked)), MOST_LETTERS),
        coverage: told.verdict.coverage.map_or("", Coverage::as_str).to_owned(),
        verdict: told.verdict.reason().to_owned(),
    }
}

fn refused(told: &Told<'_>, at_ms: i64) -> RefusedRequest {
    let (verdict, asked) = (told.verdict, told.asked);
    let user = verdict.bearer.as_ref().map(|bearer| &bearer.user);
    RefusedRequest {
        at_ms,
        request_id: told.source.request_id.clone(),
        uin: user.map(|user| user.uin),
        user_name: user.map(|user| user.name.clone()).unwrap_or_default(),
        secret_id: verdict.claimed.as_ref().map(SecretId::to_string).unwrap_or_default(),
        ip: told.source.ip.clone(),
        method: beginning(asked.method, 32),
        path: beginning(path_of(asked), MOST_LETTERS),
        action: verdict.action.clone(),
        resource: Some(&verdict.resource)
            .filter(|one| one.len() <= LONGEST_RESOURCE)
            .cloned()
            .unwrap_or_default(),
        reason: verdict.reason().to_owned(),
        message: beginning(verdict.message(), LONGEST_MESSAGE),
    }
}

/// Without the query, which may hold what is secret.
fn path_of<'a>(asked: &Asked<'a>) -> &'a str {
    asked.target.split(['?', '#']).next().unwrap_or_default()
}
