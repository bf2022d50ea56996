//! `POST /gate/verify`: a question in JSON, a verdict in JSON.

use crate::app::gate::{Asked, Verdict};
use crate::domain::signature::{Body, Coverage, Header, Scheme};
use crate::domain::source::Source;
use crate::gate::GateContext;
use crate::gate::admission::{Places, admit};
use crate::gate::answer::{Trouble, counted};
use crate::gate::question::{agent_of, answered, ask, body, read, source};
use crate::http::request::request_id;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Longest question: the longest body in base64, and room for headers.
const LONGEST: usize = 10 * 1024 * 1024 / 3 * 4 + 256 * 1024;
const MOST_HEADERS: usize = 200;
const FIELDS: &str = "method, host, target, headers as [name, value] pairs, body_sha256 or body, source_ip";

/// A request as a gateway tells it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Told<'q> {
    #[serde(borrow)]
    method: Cow<'q, str>,
    #[serde(borrow)]
    host: Cow<'q, str>,
    #[serde(borrow)]
    target: Cow<'q, str>,
    #[serde(borrow)]
    headers: Vec<ToldHeader<'q>>,
    #[serde(borrow, default)]
    body_sha256: Option<Cow<'q, str>>,
    #[serde(borrow, default)]
    body: Option<Cow<'q, str>>,
    #[serde(borrow, default)]
    source_ip: Option<Cow<'q, str>>,
}

/// A name and a value.
#[derive(Deserialize)]
struct ToldHeader<'q>(#[serde(borrow)] Cow<'q, str>, #[serde(borrow)] Cow<'q, str>);

/// What is known of the body.
enum ToldBody {
    Unknown,
    Sha256([u8; 32]),
    Bytes(Vec<u8>),
}

pub(super) async fn answer(
    request: HttpRequest,
    payload: Payload,
    context: Data<GateContext>,
) -> HttpResponse {
    let judged = judged(&request, payload, &context).await;
    let judged = counted(&context.app.metrics.verdicts, judged);
    match judged {
        Ok(verdict) => answered(&Shown::of(&verdict, &request_id(&request))),
        Err(trouble) => trouble.as_json(&request),
    }
}

async fn judged(request: &HttpRequest, payload: Payload, context: &GateContext) -> Result<Verdict, Trouble> {
    let door = admit(request, context, Places::HeaderOrBearer).await?;
    let text = body(payload.into_inner(), context, LONGEST).await?;
    let told: Told<'_> = read(&text, FIELDS)?;
    let known = told.body()?;
    let mut headers: Vec<Header<'_>> =
        told.headers.iter().map(|ToldHeader(name, value)| (&**name, value.as_bytes())).collect();
    if headers.len() > MOST_HEADERS {
        return Err(Trouble::Unreadable(format!("Send at most {MOST_HEADERS} headers.")));
    }
    told.ensure_one_host()?;
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        headers.push(("host", told.host.as_bytes()));
    }
    let asked = Asked {
        method: &told.method,
        host: &told.host,
        target: &told.target,
        headers: &headers,
        body: match &known {
            ToldBody::Unknown => Body::Unknown,
            ToldBody::Sha256(hash) => Body::Sha256(*hash),
            ToldBody::Bytes(bytes) => Body::Bytes(bytes),
        },
    };
    let agent = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("user-agent"));
    let source = Source {
        user_agent: agent.map(|(_, value)| agent_of(value)).unwrap_or_default(),
        ..source(request, told.source_ip.as_deref())
    };
    ask(context, &door, &asked, source).await
}

impl Told<'_> {
    fn body(&self) -> Result<ToldBody, Trouble> {
        match (&self.body, &self.body_sha256) {
            (Some(_), Some(_)) => Err(Trouble::Unreadable("Send body or body_sha256, not both.".to_owned())),
            (None, None) => Ok(ToldBody::Unknown),
            (Some(text), None) => BASE64
                .decode(text.as_bytes())
                .map(ToldBody::Bytes)
                .map_err(|_| Trouble::Unreadable("body is not base64.".to_owned())),
            (None, Some(text)) => {
                let bytes = HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok();
                let hash = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
                hash.map(ToldBody::Sha256).ok_or_else(|| {
                    Trouble::Unreadable("body_sha256 is not 64 hexadecimal digits.".to_owned())
                })
            }
        }
    }

    /// A header and a field that name different hosts could be taken for two requests.
    fn ensure_one_host(&self) -> Result<(), Trouble> {
        let mut hosts = self.headers.iter().filter(|ToldHeader(name, _)| name.eq_ignore_ascii_case("host"));
        if hosts.all(|ToldHeader(_, value)| value.trim() == self.host) {
            return Ok(());
        }
        Err(Trouble::Unreadable("The header Host and the field host differ.".to_owned()))
    }
}

/// A verdict as it is told.
#[derive(Serialize)]
struct Shown<'v> {
    allowed: bool,
    status: u16,
    reason: &'v str,
    message: &'v str,
    scheme: Option<&'static str>,
    coverage: Option<&'static str>,
    uin: Option<String>,
    owner_uin: Option<String>,
    user: Option<&'v str>,
    kind: Option<&'static str>,
    secret_id: Option<&'v str>,
    service: &'v str,
    action: &'v str,
    resource: &'v str,
    statement: &'v str,
    request_id: &'v str,
}

impl<'v> Shown<'v> {
    fn of(verdict: &'v Verdict, request_id: &'v str) -> Self {
        let bearer = verdict.bearer.as_ref();
        let user = bearer.map(|bearer| &bearer.user);
        Self {
            allowed: verdict.is_allowed(),
            status: verdict.status(),
            reason: verdict.reason(),
            message: verdict.message(),
            scheme: verdict.scheme.map(Scheme::as_str),
            coverage: verdict.coverage.map(Coverage::as_str),
            uin: user.map(|user| user.uin.to_string()),
            owner_uin: user.map(|user| user.owner_uin.to_string()),
            user: user.map(|user| user.name.as_str()),
            kind: user.map(|user| user.kind.as_str()),
            secret_id: bearer.map(|bearer| bearer.secret_id.as_str()),
            service: &verdict.service,
            action: &verdict.action,
            resource: &verdict.resource,
            statement: &verdict.statement,
            request_id,
        }
    }
}
