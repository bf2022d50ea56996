//! A gateway that proves itself with a key of its own, on a socket that nobody else reaches.

use crate::app::gate::gateways::Door;
use crate::app::gate::holders;
use crate::app::gate::judge::Asked;
use crate::app::gate::refusal::{Refused, Stop};
use crate::app::signed::{Refusal, believed};
use crate::app::{App, Failure};
use crate::domain::key::SecretId;
use crate::domain::signature::{
    Allowances, Coverage, GateRules, Incoming, Scheme, SignatureError, parse_for_gate,
};

/// The service in the scope of its signatures.
const SERVICE: &str = "iam";

/// Refuses every request but those that the key signed whole which the operator named.
pub async fn ensure_peer(
    app: &App,
    door: &Door,
    asked: &Asked<'_>,
    secret_id: &SecretId,
) -> Result<Result<(), Refused>, Failure> {
    match proved(app, door, asked, secret_id).await {
        Ok(()) => Ok(Ok(())),
        Err(stop) => stop.into_refused().map(Err),
    }
}

async fn proved(app: &App, door: &Door, asked: &Asked<'_>, secret_id: &SecretId) -> Result<(), Stop> {
    let services = [SERVICE.to_owned()];
    let rules = GateRules {
        regions: &[],
        services: &services,
        double_encode: true,
        take_streaming: false,
        body_limit: usize::MAX,
    };
    let incoming = Incoming {
        method: asked.method,
        path: asked.target,
        query: "",
        headers: asked.headers,
        body: asked.body,
    };
    let claim = parse_for_gate(&incoming, app.clock.now(), &rules)?;
    if claim.scheme() != Scheme::AwsV4 || claim.secret_id() != secret_id.as_str() {
        return Err(Refused::forbidden("unknown_key", "This key does not speak for the gateway.").into());
    }
    let known = holders::known(app, door, claim.secret_id(), None).await?;
    // The gateway itself, on a socket that has no address.
    known.signer.key.limits.networks.ensure_holds("")?;
    let allowed = Allowances { unsigned_payload: false, v1: false };
    let (verified, _) = believed(app, &claim, Some(known), allowed).map_err(stop)?;
    if verified.coverage() == Coverage::Verified {
        Ok(())
    } else {
        Err(Refused::forbidden("body_not_covered", "The signature does not cover the body.").into())
    }
}

fn stop(refusal: Refusal) -> Stop {
    match refusal {
        Refusal::Signature(error) => error.into(),
        Refusal::Token => SignatureError::SecretIdNotFound.into(),
        Refusal::Elsewhere(elsewhere) => elsewhere.into(),
        Refusal::Failure(failure) => failure.into(),
    }
}
