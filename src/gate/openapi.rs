//! What the gate takes and answers, for programs, as `OpenAPI` 3.1.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};

/// The description, as it stands in the repository.
pub const DESCRIPTION: &str = include_str!("openapi.json");

pub(super) async fn answer() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_TYPE, "application/json"))
        .body(DESCRIPTION)
}
