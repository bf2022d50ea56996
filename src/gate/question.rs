//! A question on its way to a verdict.

use crate::app::Failure;
use crate::app::gate::{Asked, Bearer, Door, Verdict, judge};
use crate::domain::characters::beginning;
use crate::domain::signature::{Coverage, Header};
use crate::domain::source::Source;
use crate::domain::user::Uin;
use crate::gate::GateContext;
use crate::gate::admission::TOKEN_HEADER;
use crate::gate::answer::{PATIENCE, REASON, Statuses, Trouble};
use crate::http::body::{Bounds, collect};
use crate::http::request::request_id;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, USER_AGENT};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

const EMPTY: HeaderValue = HeaderValue::from_static("");
/// Names are ASCII in headers.
const IN_HEADER: &AsciiSet = &CONTROLS.add(b'%');
/// How long the second of two equal writes waits for its answer.
const TWIN: Duration = Duration::from_secs(1);
/// Longest part of a user agent that is kept.
const MAX_USER_AGENT: usize = 200;
/// The address of whoever a gateway told nothing about; no network holds it.
const UNKNOWN: &str = "unknown";

/// Where the original request came from, as its gateway tells it.
pub(super) fn source(request: &HttpRequest, told: Option<&str>) -> Source {
    let ip = told.and_then(|text| text.trim().parse::<IpAddr>().ok());
    let agent = request.headers().get(USER_AGENT).map(HeaderValue::as_bytes).unwrap_or_default();
    Source {
        ip: ip.map_or_else(|| UNKNOWN.to_owned(), |ip| ip.to_canonical().to_string()),
        user_agent: agent_of(agent),
        request_id: request_id(request),
    }
}

/// As much of a user agent as is kept.
pub(super) fn agent_of(agent: &[u8]) -> String {
    beginning(&String::from_utf8_lossy(agent), MAX_USER_AGENT)
}

/// The headers of a request but for the gate token, which is the gateway's.
pub(super) fn own_headers(request: &HttpRequest) -> Vec<Header<'_>> {
    let all = request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    all.filter(|(name, _)| *name != TOKEN_HEADER).collect()
}

/// The longest body that a service of the gateway takes.
pub(super) fn body_limit(door: &Door) -> usize {
    let limits = door.gateway.services.iter().map(|service| service.plan.body_limit.bytes());
    limits.max().unwrap_or_default() as usize
}

/// The verdict, unless the database does not answer in time.
pub(super) async fn ask(
    context: &GateContext,
    door: &Door,
    asked: &Asked<'_>,
    source: Source,
) -> Result<Verdict, Trouble> {
    let judged =
        tokio::time::timeout(PATIENCE + TWIN, judge(&context.app, door, asked, &Arc::new(source))).await;
    Ok(judged.map_err(|_| Trouble::Late)??)
}

/// What becomes of work that needs no more than the database.
pub(super) async fn in_time<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Trouble> {
    Ok(tokio::time::timeout(PATIENCE, work).await.map_err(|_| Trouble::Late)??)
}

/// Reads a question in JSON with those fields.
pub(super) fn read<'q, T: Deserialize<'q>>(text: &'q [u8], fields: &str) -> Result<T, Trouble> {
    serde_json::from_slice(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let told = format!(
            "The question is not the JSON that is expected (line {line}, column {column}): {fields}."
        );
        Trouble::Unreadable(told)
    })
}

/// An answer in JSON.
pub(super) fn answered(answer: &impl Serialize) -> HttpResponse {
    let Ok(text) = serde_json::to_vec(answer) else { return HttpResponse::InternalServerError().finish() };
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_TYPE, "application/json"))
        .body(text)
}

/// Adds to an answer whose key it is about.
pub(super) fn add_holder(answer: &mut Value, bearer: &Bearer, request: &HttpRequest) {
    answer["access_key_id"] = bearer.secret_id.as_str().into();
    answer["uin"] = bearer.user.uin.to_string().into();
    answer["owner_uin"] = bearer.user.owner_uin.to_string().into();
    answer["user"] = bearer.user.name.as_str().into();
    answer["kind"] = bearer.user.kind.as_str().into();
    answer["request_id"] = request_id(request).into();
}

/// The body that came, whole.
pub(super) async fn body(
    mut payload: Payload,
    context: &GateContext,
    limit: usize,
) -> Result<Bytes, Trouble> {
    let bounds = Bounds { limit, patience: 2 };
    let read = tokio::time::timeout(context.body_timeout, collect(&mut payload, bounds)).await;
    let late = |_| Trouble::Unreadable("The body took too long to arrive.".to_owned());
    Ok(read.map_err(late)??.freeze())
}

/// A verdict as status and headers. All identity headers are sent where it may go on, so that none of the client's stays.
pub(super) fn as_headers(
    judged: Result<Verdict, Trouble>,
    request: &HttpRequest,
    statuses: Statuses,
) -> HttpResponse {
    let verdict = match judged {
        Ok(verdict) => verdict,
        Err(trouble) => return trouble.as_status(statuses),
    };
    let status = StatusCode::from_u16(verdict.status()).unwrap_or(StatusCode::FORBIDDEN);
    let mut response = HttpResponse::build(statuses.fit(status));
    response.insert_header((CACHE_CONTROL, "no-store"));
    if !verdict.is_allowed() {
        response.insert_header((REASON, HeaderValue::from_static(verdict.reason())));
        return response.finish();
    }
    for (name, value) in identity(&verdict, &request_id(request)) {
        response.insert_header((HeaderName::from_static(name), value));
    }
    response.finish()
}

fn identity(verdict: &Verdict, request_id: &str) -> [(&'static str, HeaderValue); 8] {
    let bearer = verdict.bearer.as_ref();
    let user = bearer.map(|one| &*one.user);
    let number = |uin: Option<Uin>| uin.map_or(EMPTY, |uin| HeaderValue::from(uin.0));
    let fixed = |text: Option<&'static str>| text.map_or(EMPTY, HeaderValue::from_static);
    [
        ("x-camlock-uin", number(user.map(|user| user.uin))),
        ("x-camlock-owner-uin", number(user.map(|user| user.owner_uin))),
        ("x-camlock-user", in_header(user.map_or("", |user| &user.name))),
        ("x-camlock-kind", fixed(user.map(|user| user.kind.as_str()))),
        ("x-camlock-secret-id", in_header(bearer.map_or("", |one| one.secret_id.as_str()))),
        ("x-camlock-action", in_header(&verdict.action)),
        ("x-camlock-coverage", fixed(verdict.coverage.map(Coverage::as_str))),
        ("x-camlock-request-id", in_header(request_id)),
    ]
}

fn in_header(text: &str) -> HeaderValue {
    let plain: Cow<'_, str> = utf8_percent_encode(text, IN_HEADER).into();
    HeaderValue::from_str(&plain).unwrap_or(EMPTY)
}
