//! What browsers, robots and researchers ask every site for.

use crate::web::context::WebContext;
use crate::web::endpoint::reading;
use crate::web::public::assets;
use actix_web::HttpResponse;
use actix_web::http::header::{ContentType, LOCATION};
use actix_web::web::{Data, ServiceConfig, route};
use std::fmt::Write as _;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// How long what `security.txt` says holds.
const VALID: i64 = 180 * 24 * 3600;
const A_DAY: (&str, &str) = ("cache-control", "public, max-age=86400");

/// Registers these addresses.
pub fn configure(config: &mut ServiceConfig) {
    config
        .route("/favicon.ico", route().guard(reading()).to(favicon))
        .route("/robots.txt", route().guard(reading()).to(robots))
        .route("/.well-known/change-password", route().guard(reading()).to(change_password))
        .route("/.well-known/security.txt", route().guard(reading()).to(security));
}

async fn favicon() -> HttpResponse {
    HttpResponse::Found()
        .insert_header((LOCATION, assets::address("favicon.svg")))
        .insert_header(A_DAY)
        .finish()
}

/// A console is nothing to be found by searching.
async fn robots() -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    answer.insert_header(ContentType::plaintext()).insert_header(A_DAY);
    answer.body("User-agent: *\nDisallow: /\n")
}

/// Password managers lead people here.
async fn change_password() -> HttpResponse {
    HttpResponse::Found().insert_header((LOCATION, "/me/password")).finish()
}

async fn security(context: Data<WebContext>) -> HttpResponse {
    let mut text = String::new();
    if context.security_contact.is_empty() {
        text.push_str("# The operator has named no contact (setting server.security_contact).\n");
    } else {
        let _ = writeln!(text, "Contact: {}", context.security_contact);
    }
    let end = OffsetDateTime::from_unix_timestamp(context.app.clock.now() + VALID).ok();
    if let Some(end) = end.and_then(|end| end.format(&Rfc3339).ok()) {
        let _ = writeln!(text, "Expires: {end}");
    }
    let _ = writeln!(text, "Canonical: {}", context.public_url.link("/.well-known/security.txt"));
    HttpResponse::Ok().insert_header(ContentType::plaintext()).insert_header(A_DAY).body(text)
}
