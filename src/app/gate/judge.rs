//! Weighs a request that a gateway asks about. Whatever cannot be read in one way only, or proved, is refused.

use crate::app::caller::access::{Access, Beyond};
use crate::app::gate::gateways::Door;
use crate::app::gate::noted::{self, Told};
use crate::app::gate::refusal::{Refused, Stop};
use crate::app::gate::replay;
use crate::app::gate::verdict::{Bearer, Verdict};
use crate::app::keys::refused::note_unknown;
use crate::app::signed::signers::{Known, signer};
use crate::app::signed::{Refusal, believed, note_refusal};
use crate::app::{App, Failure};
use crate::domain::gate::gateway::Gateway;
use crate::domain::gate::headers;
use crate::domain::gate::host::Host;
use crate::domain::gate::method::Method;
use crate::domain::gate::service::Service;
use crate::domain::gate::target::Target;
use crate::domain::gate::token::RequiredCoverage;
use crate::domain::key::SecretId;
use crate::domain::replay::{Arrival, Origin, Use};
use crate::domain::signature::{
    self, Allowances, Body, Claim, Coverage, GateRules, Header, Incoming, Scheme, SignatureError, Verified,
};
use crate::domain::source::Source;
use std::sync::Arc;

/// A request at a gateway, as its client sent it.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub method: &'a str,
    pub host: &'a str,
    /// Path and query, raw.
    pub target: &'a str,
    pub headers: &'a [Header<'a>],
    pub body: Body<'a>,
}

/// What policies are asked, and how it is done.
struct Named {
    action: String,
    resource: String,
    is_operation_level: bool,
    /// Whether the signature covers the action.
    is_signed: bool,
    is_write: bool,
}

/// Whether a request may go on. Whoever is refused is told why, and never what would have been right.
pub async fn judge(
    app: &App,
    door: &Door,
    asked: &Asked<'_>,
    source: &Arc<Source>,
) -> Result<Verdict, Failure> {
    let mut verdict = Verdict::default();
    let weighing = Weighing { app, door, asked, source };
    verdict.refused = match weighing.weigh(&mut verdict).await {
        Ok(()) => None,
        Err(stop) => Some(stop.into_refused()?),
    };
    weighing.note(&verdict);
    Ok(verdict)
}

struct Weighing<'a> {
    app: &'a App,
    door: &'a Door,
    asked: &'a Asked<'a>,
    source: &'a Arc<Source>,
}

impl Weighing<'_> {
    async fn weigh(&self, verdict: &mut Verdict) -> Result<(), Stop> {
        let Self { app, door, asked, source } = *self;
        let arrival = Arrival { at_ms: app.clock.now_ms(), origin: Origin::of(&source.ip) };
        headers::ensure_no_identity(asked.headers)?;
        let service = service_of(&door.gateway, asked.host)?;
        service.plan.name.as_str().clone_into(&mut verdict.service);
        let method = Method::parse(asked.method).map_err(|_| unknown_method())?;
        let target = Target::parse(asked.target)?;
        ensure_fits(service, &asked.body)?;
        let incoming = Incoming {
            method: method.as_str(),
            path: target.path(),
            query: target.query(),
            headers: asked.headers,
            body: asked.body,
        };
        let claim = self.claim(&incoming, service, verdict).await?;
        verdict.scheme = Some(claim.scheme());
        let named = self.named(service, &claim, Place { method, target: &target })?;
        named.action.clone_into(&mut verdict.action);
        named.resource.clone_into(&mut verdict.resource);

        let (verified, known) = self.believed(&claim).await?;
        let key = &known.signer.key;
        let call = Use {
            action: replay::name_of(&named.action, named.is_signed),
            is_change: named.is_write,
            arrival,
        };
        let used = replay::Signing { signer: &known.signer, verified: &verified, call };
        verdict.bearer = Some(Bearer::of(&known.signer));
        verdict.coverage = Some(verified.coverage());
        let options = &door.gateway.token.options;
        replay::told(app, &used, replay::admit(app, options, &used)).await?;
        let now = app.clock.now();
        if let Some(halt) = key.halt_at(now) {
            return Err(Refused::unproven(halt.reason(), halt.text()).into());
        }
        key.limits.networks.ensure_holds(&source.ip)?;
        self.ensure_covered(&named, verified.coverage())?;
        let access = known.access_at(now);
        self.ensure_allowed(&access, &named, verdict)?;
        let outcome = replay::use_up(app, options, &used, &source.request_id).await;
        replay::told(app, &used, outcome).await
    }

    /// What the request claims. Where only the time is wrong, the key that it names is told of it.
    async fn claim<'c>(
        &self,
        incoming: &Incoming<'c>,
        service: &Service,
        verdict: &mut Verdict,
    ) -> Result<Claim<'c>, Stop> {
        let Self { app, door, source, .. } = *self;
        let rules = rules_of(&door.gateway, service);
        let read = |at| signature::parse_for_gate(incoming, at, &rules);
        let parsed = read(app.clock.now());
        let untimely = parsed.as_ref().err().and_then(SignatureError::claimed_time);
        let late = untimely.and_then(|at| read(at).ok());
        let named = parsed.as_ref().ok().or(late.as_ref());
        verdict.claimed = named.and_then(|claim| SecretId::parse(claim.secret_id()).ok());
        if let (Err(error), Some(late)) = (&parsed, &late)
            && let Ok(Some(known)) = self.own_key(late).await
        {
            note_refusal(app, &known.signer, error.reason(), source);
        }
        Ok(parsed?)
    }

    /// The key that a claim names. One of another account looks like none.
    async fn own_key(&self, claim: &Claim<'_>) -> Result<Option<Arc<Known>>, Failure> {
        let Self { app, door, .. } = *self;
        let known = match SecretId::parse(claim.secret_id()) {
            Ok(id) => signer(app, id, door.standing).await?,
            Err(_) => None,
        };
        Ok(known.filter(|known| known.signer.user.owner_uin == door.gateway.token.owner_uin))
    }

    /// Believes a claim where a key of the gateway's account made it.
    async fn believed(&self, claim: &Claim<'_>) -> Result<(Verified, Arc<Known>), Stop> {
        let own = self.own_key(claim).await?;
        let v1 = own.as_ref().is_some_and(|known| known.signer.account.settings.signature_v1);
        let allowed = Allowances { unsigned_payload: true, v1 };
        // Of a write whose body is not known, all that can be said is that.
        let is_write = Method::parse(self.asked.method).is_ok_and(|method| !method.is_read());
        let is_open = is_write && matches!(self.asked.body, Body::Unknown);
        let proved = believed(self.app, claim, own.clone(), allowed).map_err(|refusal| match refusal {
            Refusal::Signature(SignatureError::Mismatch(_)) if is_open => uncovered().into(),
            Refusal::Signature(error) => error.into(),
            Refusal::Token => unknown_token().into(),
            Refusal::Elsewhere(elsewhere) => elsewhere.into(),
            Refusal::Failure(failure) => failure.into(),
        });
        let judged = proved.and_then(|proved| match claim.token() {
            Some(token) if !token.is_empty() => Err(unknown_token().into()),
            _ => Ok(proved),
        });
        match (&judged, &own) {
            (Err(Stop::Refused(refused)), Some(known)) => {
                note_refusal(self.app, &known.signer, refused.reason, self.source);
            }
            (Err(_), None) => {
                if let Ok(id) = SecretId::parse(claim.secret_id()) {
                    note_unknown(self.app, &id, &self.source.ip);
                }
            }
            _ => {}
        }
        judged
    }

    fn named(&self, service: &Service, claim: &Claim<'_>, place: Place<'_>) -> Result<Named, Stop> {
        let (name, owner) = (&service.plan.name, service.owner_uin);
        let is_write = !place.method.is_read();
        if claim.scheme() == Scheme::AwsV4 {
            let action = name.action(service.plan.routes.action_of(place.method, place.target.path()));
            let resource = name.resource_of(owner, place.target.path());
            return Ok(Named { action, resource, is_operation_level: false, is_signed: true, is_write });
        }
        let action = claim.action().filter(|action| is_action(action));
        let action = action.ok_or_else(|| {
            Refused::unclear(
                "missing_action",
                "Name the action in X-TC-Action: letters and digits, at most 64.",
            )
        })?;
        if !claim.signs_action() && !self.door.gateway.token.options.unsigned_action {
            let text = "The signature does not cover X-TC-Action, so anybody could change it on the way. Sign that header.";
            return Err(Refused::unproven("action_not_signed", text).into());
        }
        Ok(Named {
            action: name.action(action),
            resource: "*".to_owned(),
            is_operation_level: true,
            is_signed: claim.signs_action(),
            is_write,
        })
    }

    fn ensure_covered(&self, named: &Named, coverage: Coverage) -> Result<(), Stop> {
        let needed = match self.door.gateway.token.options.coverage {
            RequiredCoverage::Verified => Coverage::Verified,
            RequiredCoverage::Claimed => Coverage::Claimed,
            RequiredCoverage::None => Coverage::None,
        };
        if !named.is_write || coverage >= needed {
            return Ok(());
        }
        Err(uncovered().into())
    }

    fn ensure_allowed(&self, access: &Access, named: &Named, verdict: &mut Verdict) -> Result<(), Stop> {
        let beyond = Beyond {
            action: &named.action,
            resource: &named.resource,
            ip: &self.source.ip,
            is_operation_level: named.is_operation_level,
            facts: &[],
        };
        let Some((decision, because)) = access.decide_beyond(&beyond) else { return Ok(()) };
        if let Some(by) = &decision.by {
            verdict.statement = format!("{} of {}", by.statement + 1, by.label);
        }
        if decision.allowed { Ok(()) } else { Err(Refused::by_policy(&decision, because.to_string()).into()) }
    }

    /// Counts the verdict, and notes the call for *Last used* and the key's records.
    fn note(&self, verdict: &Verdict) {
        let Self { app, door, asked, source } = *self;
        noted::note(app, &Told { gateway: &door.gateway, asked, source, verdict });
    }
}

/// Where a request goes.
#[derive(Clone, Copy)]
struct Place<'a> {
    method: Method,
    target: &'a Target<'a>,
}

fn service_of<'g>(gateway: &'g Gateway, host: &str) -> Result<&'g Service, Refused> {
    let none = || {
        Refused::forbidden(
            "unknown_service",
            "No service that this gate token is for has this host.".to_owned(),
        )
    };
    gateway.service_of(&Host::parse(host).map_err(|_| none())?).ok_or_else(none)
}

fn unknown_token() -> Refused {
    Refused::unproven("session_token", "No key here has a session token.")
}

fn uncovered() -> Refused {
    let text = "The signature does not cover the body as far as the gateway knows it. Sign a hash of the body, and use a \
                gateway that hashes what goes on, or one whose token asks for less.";
    Refused::forbidden("body_not_covered", text)
}

fn unknown_method() -> Refused {
    Refused::unclear(
        "unknown_method",
        "The gate does not know this HTTP method. Methods are written in capitals.",
    )
}

fn ensure_fits(service: &Service, body: &Body<'_>) -> Result<(), Refused> {
    let limit = service.plan.body_limit.bytes();
    match body {
        Body::Bytes(bytes) if bytes.len() > limit as usize => {
            let message =
                format!("The body is longer than the {limit} bytes that this service takes.").into();
            Err(Refused { status: 413, reason: "body_too_large", message })
        }
        _ => Ok(()),
    }
}

fn rules_of<'g>(gateway: &'g Gateway, service: &Service) -> GateRules<'g> {
    let options = &gateway.token.options;
    GateRules {
        regions: &options.regions,
        services: &options.scope_services,
        double_encode: !options.single_encoding,
        take_streaming: options.coverage != RequiredCoverage::Verified,
        body_limit: service.plan.body_limit.bytes() as usize,
    }
}

fn is_action(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
