//! Forms as they arrive: bounded in size and time, each field once, nothing unreadable.

pub mod csrf;
pub(super) mod fill;
pub(super) mod kept;
pub mod once;
pub mod token;

use crate::http::body::{self, BodyFault, Bounds};
use crate::web::context::context;
use crate::web::error::PageError;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::middleware::Next;
use actix_web::web::{Bytes, BytesMut};
use actix_web::{Error, HttpMessage, HttpRequest, ResponseError};
use zeroize::Zeroize;

/// The largest form.
const MAX_BYTES: usize = 64 * 1024;
/// The most fields of a form: all policies of an account may be ticked at once.
const MAX_FIELDS: usize = 512;
/// Fields that may be sent more than once.
const REPEATABLE: [&str; 7] = ["event", "group", "key", "member", "policy", "service", "user"];

/// The fields of a form.
pub struct Form(Vec<(String, String)>);

impl Drop for Form {
    /// Passwords are among the fields.
    fn drop(&mut self) {
        for (_, value) in &mut self.0 {
            value.zeroize();
        }
    }
}

impl Form {
    /// Reads a form from a request's body.
    pub async fn read(request: &HttpRequest, payload: &mut Payload) -> Result<Self, PageError> {
        if request.headers().contains_key(CONTENT_ENCODING) || !is_urlencoded(request) {
            return Err(PageError::UnsupportedMedia);
        }
        let deadline = context(request)?.body_timeout;
        let body =
            tokio::time::timeout(deadline, collect(payload)).await.map_err(|_| PageError::TooSlow)??;
        Self::parse(&body)
    }

    fn parse(body: &[u8]) -> Result<Self, PageError> {
        let mut fields: Vec<(String, String)> = Vec::new();
        for (name, value) in url::form_urlencoded::parse(body) {
            if fields.len() >= MAX_FIELDS {
                return Err(PageError::TooLarge);
            }
            if [&name, &value].iter().any(|text| text.contains(['\0', '\u{FFFD}'])) {
                return Err(PageError::Malformed(
                    "The form holds characters that cannot be read. Type the text again.",
                ));
            }
            if !REPEATABLE.contains(&name.as_ref()) && fields.iter().any(|(known, _)| *known == name) {
                return Err(PageError::Malformed(
                    "The form holds a field twice. Load the page again and send it once.",
                ));
            }
            fields.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self(fields))
    }

    /// A field's text; a missing field is empty.
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Whether a field was sent, even an empty one.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// Names and values, as they were sent.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Every value of a field that may be repeated.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.clone()).collect()
    }

    /// Whether a box is ticked.
    pub fn is_ticked(&self, name: &str) -> bool {
        !matches!(self.text(name), "" | "0" | "false" | "off" | "no")
    }
}

/// Waits for a form to arrive, within the deadline, before anybody asks who sent it: what a person may do is looked up
/// when the request can be answered, not when its first byte came. Other methods have no form, and no answer of theirs
/// waits for a body.
pub async fn arrive(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if request.method() == Method::POST {
        let deadline = context(request.request())?.body_timeout;
        let mut payload = request.take_payload();
        let arrived = tokio::time::timeout(deadline, collect(&mut payload)).await;
        match arrived.unwrap_or(Err(PageError::TooSlow)) {
            Ok(body) => request.set_payload(Payload::from(body.freeze())),
            Err(refusal) => return Ok(request.into_response(refusal.error_response())),
        }
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Reads a form whole before its handler does, which finds it as it came.
pub(in crate::web) async fn read_ahead(request: &mut ServiceRequest) -> Result<Bytes, PageError> {
    let body = collect(&mut request.take_payload()).await?.freeze();
    request.set_payload(Payload::from(body.clone()));
    Ok(body)
}

async fn collect(payload: &mut Payload) -> Result<BytesMut, PageError> {
    let body = body::collect(payload, Bounds { limit: MAX_BYTES, patience: 1 }).await;
    body.map_err(|fault| match fault {
        BodyFault::Broken => PageError::Malformed("The form did not arrive whole. Send it again."),
        BodyFault::TooLarge => PageError::TooLarge,
    })
}

fn is_urlencoded(request: &HttpRequest) -> bool {
    let mut sent = request.headers().get_all(CONTENT_TYPE);
    let only = (sent.next(), sent.next());
    let (Some(value), None) = only else { return false };
    let essence =
        String::from_utf8_lossy(value.as_bytes()).split(';').next().unwrap_or_default().trim().to_lowercase();
    essence == "application/x-www-form-urlencoded"
}
