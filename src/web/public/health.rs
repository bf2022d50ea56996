//! Answers for the operator's watchdogs.

use crate::app::operator;
use crate::web::context::WebContext;
use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Data;
use serde_json::json;

/// The process is up.
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(json!({ "status": "ok" }))
}

/// Requests can be answered: database reached and writable, schema current, master key fits, and no end in sight.
pub async fn readyz(context: Data<WebContext>) -> HttpResponse {
    if context.draining.is_on() {
        let mut answer = HttpResponse::ServiceUnavailable();
        return answer.insert_header((CACHE_CONTROL, "no-store")).json(json!({ "status": "stopping" }));
    }
    let (mut answer, status) = match operator::readiness::readiness(&context.app).await {
        Ok(()) => (HttpResponse::Ok(), "ready"),
        Err(failure) => {
            tracing::warn!(error = %failure, "not ready");
            (HttpResponse::ServiceUnavailable(), "not ready")
        }
    };
    answer.insert_header((CACHE_CONTROL, "no-store")).json(json!({ "status": status }))
}
