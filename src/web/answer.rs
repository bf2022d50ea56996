//! What a handler answers with: a page, or the way to another one.

use super::error::PageError;
use crate::app::reports::Parts;
use crate::domain::export::Format;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap, LOCATION};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use futures_util::stream::unfold;

/// A page, or what comes instead of it.
pub type PageResult = Result<HttpResponse, PageError>;

/// A page.
pub fn render(template: &impl Template) -> PageResult {
    render_as(StatusCode::OK, template)
}

/// A page with another status: a form that came back with errors.
pub fn render_as(status: StatusCode, template: &impl Template) -> PageResult {
    let html = template.render()?;
    Ok(HttpResponse::build(status).insert_header((CONTENT_TYPE, "text/html; charset=utf-8")).body(html))
}

/// A file for the browser to keep, sent as it is read. Where the reading fails the connection breaks off, so that no part
/// passes for the whole.
pub fn download(parts: impl Parts, name: &str, format: Format) -> HttpResponse {
    let stream = unfold(Some(parts), |parts| async move {
        let mut parts = parts?;
        match parts.next_part().await {
            Ok(text) => text.map(|text| (Ok(Bytes::from(text)), Some(parts))),
            Err(failure) => {
                tracing::error!(error = %failure, "a download broke off");
                Some((Err(failure), None))
            }
        }
    });
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, format.content_type()))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{}\"", format.as_str())))
        .streaming(stream)
}

/// On to another page.
pub fn see_other(address: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, address)).finish()
}

/// The answer to whoever only looks ahead: a ticket is used up by a page that a person sees, by nothing else.
///
/// `allow` names the methods that the page's address takes.
pub fn unopened(request: &HttpRequest, allow: &str) -> Result<Option<HttpResponse>, PageError> {
    if *request.method() != Method::GET {
        return Err(PageError::MethodNotAllowed(allow.to_owned()));
    }
    Ok(is_ahead_of_time(request.headers()).then(|| HttpResponse::ServiceUnavailable().finish()))
}

/// Whether a browser fetches the page before anybody asked for it.
fn is_ahead_of_time(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose", "x-purpose", "x-moz"].into_iter().any(|name| {
        headers.get_all(name).any(|value| {
            let text = String::from_utf8_lossy(value.as_bytes()).to_lowercase();
            ["prefetch", "prerender", "preview"].into_iter().any(|purpose| text.contains(purpose))
        })
    })
}
