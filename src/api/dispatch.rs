//! A request to `/` that is the API's: read, believed, counted, run, answered. HTTP 200 and an envelope, always.

use super::action::{Action, Call};
use super::context::ApiContext;
use super::error::ApiError;
use super::input::Input;
use super::pace::{Turn, Waiting};
use super::{actions, body, multipart};
use crate::app::keys::usage::{Sighting, Why};
use crate::app::signed::{self, Called, Refusal, Signed};
use crate::app::{App, keys};
use crate::domain::language::Language;
use crate::domain::replay::{Arrival, Origin, ReplayRefusal, TWIN_MS, Use};
use crate::domain::signature::{Body, Claim, Incoming, parameters};
use crate::domain::source::Source;
use crate::domain::user::Uid;
use crate::http::request::{request_id, source};
use crate::server::Traffic;
use crate::times::Times;
use actix_web::guard::GuardContext;
use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::FutureExt;
use serde_json::{Map, Value, json};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tracing::Instrument;

/// The parameters that every v1 call carries beside those of its action.
const COMMON: [&str; 10] = [
    "Action",
    "Version",
    "Region",
    "Timestamp",
    "Nonce",
    "SecretId",
    "SignatureMethod",
    "Token",
    "Language",
    "RequestClient",
];
const TRACE: &str = "x-tc-traceid";
/// How much of a form is searched for the language that it asks for.
const LANGUAGE_WITHIN: usize = 2048;

/// Whether a request to `/` comes from a program: it names an action, or is signed, or posts anything, as no page is
/// posted there.
pub fn is_call(context: &GuardContext<'_>) -> bool {
    let head = context.head();
    let header = |name: HeaderName| head.headers().get(name).map(HeaderValue::as_bytes).unwrap_or_default();
    let starts = |text: &[u8], start: &str| {
        text.get(..start.len()).is_some_and(|given| given.eq_ignore_ascii_case(start.as_bytes()))
    };
    let names_action =
        |text: &str| text.split('&').any(|pair| pair == "Action" || pair.starts_with("Action="));
    head.headers().contains_key("x-tc-action")
        || starts(header(AUTHORIZATION), "TC3-HMAC-SHA256")
        || head.uri.query().is_some_and(names_action)
        || head.method == Method::POST
}

/// A request as it came.
struct Wire<'a> {
    method: &'a str,
    path: &'a str,
    query: &'a str,
    headers: Vec<(&'a str, &'a [u8])>,
    body: Vec<u8>,
    connection: Option<&'a Traffic>,
}

impl<'a> Wire<'a> {
    /// Everything but the body.
    fn of(request: &'a HttpRequest) -> Self {
        let headers = request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        Self {
            method: request.method().as_str(),
            path: request.uri().path(),
            query: request.query_string(),
            headers: headers.collect(),
            body: Vec::new(),
            connection: request.conn_data(),
        }
    }

    /// Whether the client has gone away meanwhile.
    fn is_left(&self) -> bool {
        self.connection.is_some_and(Traffic::is_left)
    }

    /// The language asked for, readable even where nothing else of the request is; nothing is decoded for it.
    fn language(&self) -> Language {
        let header = self.headers.iter().find(|(name, _)| *name == "x-tc-language");
        if let Some((_, value)) = header {
            return Language::from_name(std::str::from_utf8(value).ok());
        }
        if self.headers.iter().any(|(name, _)| *name == "authorization") {
            return Language::default();
        }
        let form = if self.method == "GET" { self.query.as_bytes() } else { &self.body };
        let beginning = form.get(..LANGUAGE_WITHIN).unwrap_or(form);
        let named = beginning.split(|byte| *byte == b'&').find_map(|pair| pair.strip_prefix(b"Language="));
        Language::from_name(named.and_then(|name| std::str::from_utf8(name).ok()))
    }

    /// The parameters of the action, as its scheme carries them.
    fn input(&self, claim: &Claim<'_>) -> Result<Input, ApiError> {
        if let Some(pairs) = claim.parameters() {
            let own = pairs.iter().filter(|(name, _)| !COMMON.contains(&name.as_ref()));
            return Input::from_parameters(own.map(|(name, value)| (name.as_ref(), value.as_ref())));
        }
        if self.method == "GET" {
            let pairs = parameters(self.query)?;
            return Input::from_parameters(pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref())));
        }
        let content_type = self.headers.iter().find(|(name, _)| *name == "content-type");
        match content_type.and_then(|(_, value)| std::str::from_utf8(value).ok()) {
            Some(text) if multipart::is_multipart(text) => multipart::input(text, &self.body),
            _ => Input::from_json(&self.body),
        }
    }
}

/// Answers a call.
pub async fn answer(request: HttpRequest, mut payload: Payload, api: Data<ApiContext>) -> HttpResponse {
    let mut wire = Wire::of(&request);
    let is_encoded = request.headers().contains_key(CONTENT_ENCODING);
    let source = Arc::new(source(&request, &api.trusted_proxies));
    let work = async {
        if is_encoded {
            let text = ("The body must not have a Content-Encoding.", "请求体不得使用 Content-Encoding。");
            return Err(ApiError::new("InvalidRequest", text));
        }
        wire.body = body::read(&mut payload, api.body_limit, api.body_timeout).await?;
        serve(&wire, &api, source).await
    };
    let outcome = AssertUnwindSafe(work)
        .catch_unwind()
        .await
        .unwrap_or_else(|_| Err(ApiError::internal(&"an action panicked")));
    let mut response = envelope(outcome, wire.language(), request_id(&request));
    if let Some(trace) = request.headers().get(TRACE) {
        response.headers_mut().insert(HeaderName::from_static(TRACE), trace.clone());
    }
    response
}

/// The one shape of all answers; the content type has no charset, which two official clients need.
fn envelope(outcome: Result<Map<String, Value>, ApiError>, language: Language, id: String) -> HttpResponse {
    let mut fields = outcome.unwrap_or_else(|error| {
        let mut fields = Map::new();
        fields.insert("Error".to_owned(), json!({"Code": error.code, "Message": error.message(language)}));
        fields
    });
    fields.insert("RequestId".to_owned(), Value::String(id));
    let body = json!({ "Response": fields }).to_string();
    HttpResponse::Ok().insert_header((CONTENT_TYPE, "application/json")).body(body)
}

async fn serve(
    wire: &Wire<'_>,
    api: &ApiContext,
    source: Arc<Source>,
) -> Result<Map<String, Value>, ApiError> {
    let app = &api.app;
    let incoming = Incoming {
        method: wire.method,
        path: wire.path,
        query: wire.query,
        headers: &wire.headers,
        body: Body::Bytes(&wire.body),
    };
    let arrival = Arrival { at_ms: app.clock.now_ms(), origin: Origin::of(&source.ip) };
    let claim = match signed::claim(app, &incoming) {
        Ok(claim) => claim,
        Err(error) => {
            signed::note_untimely(app, &incoming, &error, &source).await;
            return Err(error.into());
        }
    };
    let action = find_action(&claim);
    let call = Use {
        action: action.as_ref().map_or("", |action| action.name),
        is_change: action.as_ref().is_ok_and(|action| action.is_mutating),
        arrival,
    };
    match judge(wire, api, Named { claim: &claim, call, action }, source).await {
        Err(error) if error.is_twin() => Err(tell_twin(app, claim.digest(), call).await),
        outcome => outcome,
    }
}

/// A claim, what it is used for, and the action it names.
struct Named<'a> {
    claim: &'a Claim<'a>,
    call: Use<'static>,
    action: Result<&'static Action, ApiError>,
}

/// Believes a call, lets it wait its turn and carries it out.
async fn judge(
    wire: &Wire<'_>,
    api: &ApiContext,
    named: Named<'_>,
    source: Arc<Source>,
) -> Result<Map<String, Value>, ApiError> {
    let Named { claim, call, action } = named;
    let app = &api.app;
    let is_quarantine =
        call.action == actions::QUARANTINE && wire.input(claim).is_ok_and(|input| input.only(&[]).is_ok());
    let called = Called { used: &call, service: service_of(claim), is_quarantine };
    let mut signed = signed::authenticate(app, claim, called, source.clone()).await.map_err(refusal)?;
    let turn = match its_turn(wire, api, signed.caller.user.uid, &call).await {
        Ok(turn) => turn,
        Err(error) => {
            let seen = Sighting::refused(claim.action(), &source, Why::named(error.code));
            keys::usage::note_use(app, &signed.secret_id, seen.of(called.service));
            return Err(error);
        }
    };
    if turn.has_waited {
        // What has changed during the wait counts.
        signed = signed::authenticate(app, claim, called, source).await.map_err(refusal)?;
    }
    let work = Work {
        app: app.clone(),
        _turn: turn,
        times: api.times,
        signed,
        named: claim.action().map(str::to_owned),
        call,
    };
    let input = wire.input(claim);
    if !call.is_change {
        return work.carry_out(action, input).await;
    }
    // A change is finished and recorded even when the client goes away meanwhile.
    let finished = actix_web::rt::spawn(work.carry_out(action, input).in_current_span()).await;
    finished.unwrap_or_else(|failure| Err(ApiError::internal(&failure)))
}

/// Returns when it is the call's turn.
async fn its_turn(
    wire: &Wire<'_>,
    api: &ApiContext,
    uid: Uid,
    call: &Use<'static>,
) -> Result<Turn, ApiError> {
    let waiting = Waiting {
        name: (uid, call.action),
        is_change: call.is_change,
        bytes: wire.body.len(),
        is_left: &|| wire.is_left(),
    };
    let turn = api.pace.wait(waiting).await;
    turn.map_err(|too_many| ApiError::too_many(call.action, too_many.per_second))
}

/// Tells the second of two equal changes of the first, once the second of time is over for which both were signed: tried
/// again then, it has a signature of its own.
async fn tell_twin(app: &App, signature: [u8; 32], call: Use<'static>) -> ApiError {
    let (first_ms, first) = match signed::replay::first_of(app, signature, call.action).await {
        Ok(found) => found.unwrap_or((call.arrival.at_ms, String::new())),
        Err(failure) => return failure.into(),
    };
    let wait = (first_ms + TWIN_MS - app.clock.now_ms()).clamp(0, TWIN_MS);
    tokio::time::sleep(Duration::from_millis(wait.unsigned_abs())).await;
    ApiError::replayed(&ReplayRefusal::Twin { first })
}

fn service_of(claim: &Claim<'_>) -> &'static str {
    claim.action().and_then(actions::find).map_or("", |action| action.service.as_str())
}

fn refusal(refusal: Refusal) -> ApiError {
    match refusal {
        Refusal::Signature(error) => error.into(),
        Refusal::Elsewhere(elsewhere) => ApiError::new("AuthFailure.UnauthorizedOperation", elsewhere),
        Refusal::Token => ApiError::new(
            "AuthFailure.TokenFailure",
            (
                "The request has a session token, but no key here has one. Leave X-TC-Token out.",
                "请求携带了 Token，但该密钥不是临时密钥，请去掉 X-TC-Token。",
            ),
        ),
        Refusal::Failure(failure) => failure.into(),
    }
}

fn find_action(claim: &Claim<'_>) -> Result<&'static Action, ApiError> {
    let name = claim.action().filter(|name| !name.is_empty()).ok_or_else(|| ApiError::missing("Action"))?;
    let shown: String = name.chars().take(64).collect();
    let action = actions::find(name).ok_or_else(|| {
        ApiError::new(
            "InvalidAction",
            (format!("The action `{shown}` does not exist."), format!("接口 `{shown}` 不存在。")),
        )
    })?;
    let version = claim.version().filter(|version| !version.is_empty());
    if version.ok_or_else(|| ApiError::missing("Version"))? == action.service.version() {
        return Ok(action);
    }
    let right = action.service.version();
    Err(ApiError::new(
        "NoSuchVersion",
        (format!("The version of `{shown}` is {right}."), format!("接口 `{shown}` 的版本应为 {right}。")),
    ))
}

/// A believed call on its way.
struct Work {
    app: App,
    /// Held until the work is done.
    _turn: Turn,
    times: Times,
    signed: Signed,
    /// The action as the client wrote it.
    named: Option<String>,
    call: Use<'static>,
}

impl Work {
    /// Runs the action and remembers the call, for *Last used* and the key's records.
    async fn carry_out(
        self,
        action: Result<&'static Action, ApiError>,
        input: Result<Input, ApiError>,
    ) -> Result<Map<String, Value>, ApiError> {
        let outcome = match action {
            Ok(action) => self.run(action, input).await,
            Err(error) => Err(error),
        };
        let Self { app, signed, named, .. } = self;
        let named = named.as_deref();
        let service = named.and_then(actions::find).map_or("", |action| action.service.as_str());
        let source = &signed.caller.source;
        let sighting = match &outcome {
            Ok(_) => Sighting::allowed(service, named, source),
            Err(error) => Sighting::refused(named, source, Why::named(error.code)).of(service),
        };
        keys::usage::note_use(&app, &signed.secret_id, sighting);
        outcome
    }

    async fn run(
        &self,
        action: &Action,
        input: Result<Input, ApiError>,
    ) -> Result<Map<String, Value>, ApiError> {
        let app = &self.app;
        let caller = signed::replay::use_signature(app, &self.signed, &self.call).await?;
        let spent = action.is_mutating.then(|| caller.clone());
        let call = Call {
            app: app.clone(),
            caller,
            key: self.signed.secret_id.clone(),
            input: input?,
            times: self.times,
        };
        // A panic is caught here, so that the call is recorded like any other that failed.
        let work = AssertUnwindSafe((action.run)(call)).catch_unwind();
        let outcome = work.await.unwrap_or_else(|_| Err(ApiError::internal(&"an action panicked")));
        let Some(caller) = spent else { return outcome };
        match outcome {
            Ok(fields) => {
                signed::replay::settle_signature(app, &caller).await?;
                Ok(fields)
            }
            Err(error) if error.is_unknown() => Err(error.unknown_after(action.name)),
            // The second of two equal changes finds what the first has left: that is no news of its own.
            Err(error) if signed::replay::is_twin(app, &caller).await? => {
                tracing::debug!(%error.code, "the twin of a change was refused");
                Err(ApiError::replayed(&ReplayRefusal::twin()))
            }
            Err(error) => Err(error),
        }
    }
}
