//! Around everything: headers on every answer, error pages drawn, panics caught, impostor cookies refused.

use super::error::{PageError, Trouble};
use super::error_page;
use crate::config::PublicUrl;
use crate::http::request::request_id;
use crate::server::{Answer, Traffic, Unread};
use crate::web::context::{WebContext, context};
use crate::web::public::metrics::{self, Answered};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use actix_web::http::{ConnectionType, Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, HttpResponse, ResponseError};
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/// A request before anybody has looked at it.
struct Begun {
    method: Method,
    at: Instant,
}

/// Finishes every answer. Outermost but for the log.
pub async fn finish(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<Answer>, Error> {
    let _passage = request.request().conn_data::<Traffic>().map(Traffic::pass);
    let unread = Unread::of(&mut request);
    let id = request_id(request.request());
    let context = context(request.request())?;
    let public_url = context.public_url.clone();
    let begun = Begun { method: request.method().clone(), at: Instant::now() };
    let (outcome, is_kept) = crate::app::watched(answered(request, next)).await;
    count(&context, &outcome, &begun);
    match outcome {
        Ok(response) => {
            let mut response = drawn(response);
            add_headers(response.headers_mut(), &id, &public_url);
            if context.draining.is_on() {
                response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
            }
            Ok(response.map_body(|_, body| Answer::new(body, unread)))
        }
        // A middleware further in failed, so there is no request any more to draw a page for.
        Err(failure) => {
            tracing::error!(error = %failure, "a request failed before its page");
            Err(Unfinished { failure, is_kept, id, public_url, unread }.into())
        }
    }
}

fn count(context: &WebContext, outcome: &Result<ServiceResponse<BoxBody>, Error>, begun: &Begun) {
    let status = outcome.as_ref().map_or(StatusCode::SERVICE_UNAVAILABLE, ServiceResponse::status);
    metrics::count(
        &context.app.metrics,
        &Answered {
            request: outcome.as_ref().ok().map(ServiceResponse::request),
            method: &begun.method,
            status: status.as_u16(),
            took: begun.at.elapsed(),
        },
    );
}

/// A tunnel is refused before anybody waits for what would come through it.
async fn answered(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if request.method() == Method::CONNECT {
        let refusal = PageError::MethodNotAllowed("GET, HEAD, POST".to_owned());
        return Ok(request.into_response(refusal.error_response()));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

fn drawn(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let mut response = response;
    let trouble = response.response_mut().extensions_mut().remove::<Trouble>();
    let Some(trouble) = trouble else { return response };
    let (request, old) = response.into_parts();
    let mut page = error_page::draw(&request, &trouble);
    for (name, value) in old.headers() {
        if name != CONTENT_LENGTH {
            page.headers_mut().append(name.clone(), value.clone());
        }
    }
    ServiceResponse::new(request, page)
}

fn add_headers(headers: &mut HeaderMap, id: &str, public_url: &PublicUrl) {
    let fixed = [
        ("content-security-policy", POLICY),
        (X_CONTENT_TYPE_OPTIONS.as_str(), "nosniff"),
        (REFERRER_POLICY.as_str(), "same-origin"),
        (X_FRAME_OPTIONS.as_str(), "DENY"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=(), clipboard-read=()"),
    ];
    for (name, value) in fixed {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    // Browsers complain about it on plain HTTP beyond this machine, where it means nothing.
    if public_url.is_trustworthy() {
        let name = HeaderName::from_static("cross-origin-opener-policy");
        headers.insert(name, HeaderValue::from_static("same-origin"));
    }
    if public_url.is_https() {
        headers.insert(
            STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=63072000; includeSubDomains"),
        );
    }
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
}

/// A failure around the page: the database cannot say whether there is a session, or does not keep what is in it.
struct Unfinished {
    failure: Error,
    /// Whether something was kept before.
    is_kept: bool,
    id: String,
    public_url: PublicUrl,
    unread: Option<Unread>,
}

impl std::fmt::Debug for Unfinished {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.failure.fmt(f)
    }
}

impl std::fmt::Display for Unfinished {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.failure.fmt(f)
    }
}

impl ResponseError for Unfinished {
    fn status_code(&self) -> StatusCode {
        StatusCode::SERVICE_UNAVAILABLE
    }

    fn error_response(&self) -> HttpResponse {
        let cause = "the session could not be read or kept".into();
        let error = if self.is_kept { PageError::Unknown(cause) } else { PageError::Unavailable(cause) };
        let trouble = Trouble::from(&error);
        let mut page = error_page::draw_outside(&trouble, self.id.clone());
        add_headers(page.headers_mut(), &self.id, &self.public_url);
        page.map_body(|_, body| BoxBody::new(Answer::new(body, self.unread.clone())))
    }
}

/// Refuses cookies that pretend to be ours, and lets no others than ours through.
pub async fn refuse_impostors(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let context = context(request.request())?;
    if !context.cookies.admit(request.headers_mut()) {
        let refusal = PageError::Malformed(
            "Your browser sent cookies that cannot be read. Delete this site’s cookies and try again.",
        );
        return Ok(request.into_response(refusal.error_response()));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Turns a panic of a handler into a 500 page.
pub async fn catch_panic(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let kept: HttpRequest = request.request().clone();
    if let Ok(answer) = AssertUnwindSafe(next.call(request)).catch_unwind().await {
        return Ok(answer?.map_into_boxed_body());
    }
    let failure = PageError::Internal("a handler panicked".into());
    Ok(ServiceResponse::new(kept, failure.error_response()))
}
