//! Requests are counted, and figures told to whoever may have them.

use crate::metrics::{Figures, Metrics, Passed, TEXT_TYPE};
use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use sha2::{Digest, Sha256};
use std::time::Duration;
use subtle::ConstantTimeEq;

/// Routes that are asked so often that nobody looks for their template.
const USUAL: [&str; 5] = ["/", "/gate/verify", "/gate/forward-auth", "/healthz", "/readyz"];
const ENVOY: &str = "/gate/ext-authz";

/// What is told, and to whom.
pub struct MetricsContext {
    pub figures: Figures,
    /// To anybody who reaches the address, where there is none.
    pub pass: Option<Pass>,
}

/// What whoever asks has to show, as a digest.
pub struct Pass([u8; 32]);

impl Pass {
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }

    fn is_shown_by(&self, request: &HttpRequest) -> bool {
        let mut shown = request.headers().get_all(AUTHORIZATION);
        let (Some(first), None) = (shown.next(), shown.next()) else { return false };
        let Some((scheme, token)) = first.as_bytes().split_at_checked("Bearer ".len()) else { return false };
        scheme.eq_ignore_ascii_case(b"Bearer ") && bool::from(Sha256::digest(token).as_slice().ct_eq(&self.0))
    }
}

/// `/metrics`: all figures of this node.
pub async fn answer(request: HttpRequest, context: Data<MetricsContext>) -> HttpResponse {
    if context.pass.as_ref().is_some_and(|pass| !pass.is_shown_by(&request)) {
        let mut refusal = HttpResponse::Unauthorized();
        return refusal
            .insert_header((WWW_AUTHENTICATE, "Bearer"))
            .insert_header((CACHE_CONTROL, "no-store"))
            .finish();
    }
    match context.figures.text() {
        Ok(text) => HttpResponse::Ok()
            .insert_header((CACHE_CONTROL, "no-store"))
            .insert_header((CONTENT_TYPE, TEXT_TYPE))
            .body(text),
        Err(error) => {
            tracing::error!(%error, "the figures could not be written");
            HttpResponse::InternalServerError().finish()
        }
    }
}

/// Every other address where figures alone are told.
pub async fn nowhere() -> HttpResponse {
    HttpResponse::NotFound().finish()
}

/// An answer that is about to go out.
pub struct Answered<'a> {
    /// None where a middleware failed and took it along.
    pub request: Option<&'a HttpRequest>,
    pub method: &'a Method,
    pub status: u16,
    pub took: Duration,
}

/// Counts an answer. Whatever is at no route of ours has one name.
pub fn count(metrics: &Metrics, answered: &Answered<'_>) {
    let Answered { request, method, status, took } = *answered;
    let count = |route: &str| metrics.requests.count(Passed { route, method: method.as_str(), status });
    let path = request.map_or("", HttpRequest::path);
    match USUAL.into_iter().find(|usual| *usual == path) {
        Some(route) => count(route),
        None if path.strip_prefix(ENVOY).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) => {
            count(ENVOY);
        }
        None => count(request.and_then(HttpRequest::match_pattern).as_deref().unwrap_or("other")),
    }
    metrics.requests.times.note(took);
}
