//! No form is believed because a cookie came along: it must come from a page of ours, shown to this browser.
//!
//! Two guards: what the browser says of the request's origin, and a token in the form. The form's fields can only be
//! reached through the types here, so no handler can forget them. A token belongs to a session and to the account acted
//! in: a page of one account does nothing in another.

use crate::app::caller::Caller;
use crate::domain::session::Session;
use crate::web::caller::{Extracted, caller, caller_or_former};
use crate::web::context::{WebContext, context};
use crate::web::error::PageError;
use crate::web::forms::Form;
use crate::web::forms::token::{FormToken, mac, subjects, subjects_of};
use actix_web::cookie::Cookie;
use actix_web::dev::Payload;
use actix_web::http::header::{HOST, HeaderMap, ORIGIN};
use actix_web::{FromRequest, HttpRequest};
use data_encoding::BASE64URL_NOPAD;
use hmac::Mac;
use std::rc::Rc;

/// A form sent by the signed-in person from a page of ours.
pub struct Protected(pub Form);

/// A form that ends the session: a page of any account will do, and so will a cookie that was just replaced.
pub struct ProtectedSignOut(pub Rc<Caller>);

/// A form of a signed-out page, sent by the browser that asked for it.
pub struct ProtectedDoor(pub Form);

impl FromRequest for Protected {
    type Error = PageError;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let context = context(&request)?;
            ensure_own_origin(request.headers(), &context)?;
            let caller = caller(&request).await?;
            let form = Form::read(&request, &mut payload).await?;
            match ensure_session_token(&context, &caller, &form)? {
                Fit::Here => Ok(Self(form)),
                Fit::Elsewhere => Err(PageError::OtherAccount(caller.account.name.clone())),
            }
        })
    }
}

impl FromRequest for ProtectedSignOut {
    type Error = PageError;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let context = context(&request)?;
            ensure_own_origin(request.headers(), &context)?;
            let caller = caller_or_former(&request).await?;
            let form = Form::read(&request, &mut payload).await?;
            ensure_session_token(&context, &caller, &form).map(|_| Self(caller))
        })
    }
}

impl FromRequest for ProtectedDoor {
    type Error = PageError;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let context = context(&request)?;
            ensure_own_origin(request.headers(), &context)?;
            let form = Form::read(&request, &mut payload).await?;
            let browser = request.cookie(&context.cookies.form).ok_or(PageError::StaleForm)?;
            ensure_token(&context, &door_subject(browser.value()), &form)?;
            Ok(Self(form))
        })
    }
}

/// The token for a signed-out page, and the cookie to set when the browser has none yet.
pub fn door_token(
    context: &WebContext,
    request: &HttpRequest,
) -> Result<(FormToken, Option<Cookie<'static>>), PageError> {
    let held = request.cookie(&context.cookies.form).map(|cookie| cookie.value().to_owned());
    let is_new = held.is_none();
    let browser = match held {
        Some(value) => value,
        None => context.app.random.token().map_err(|error| PageError::Internal(error.into()))?,
    };
    let token = BASE64URL_NOPAD.encode(&mac(context, &door_subject(&browser)).finalize().into_bytes());
    let cookie = is_new.then(|| context.cookies.cookie(&context.cookies.form, browser, 86_400));
    Ok((FormToken { csrf: token, once: String::new() }, cookie))
}

/// Refuses what another site made the browser send. Browsers that say nothing are refused too: all of today's do.
fn ensure_own_origin(headers: &HeaderMap, context: &WebContext) -> Result<(), PageError> {
    let one = |name: &str| {
        let mut values =
            headers.get_all(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        (values.next(), values.next())
    };
    let own = context.public_url.origin();
    match (one("sec-fetch-site"), one(ORIGIN.as_str())) {
        ((Some(site), None), (None, None)) if site == "same-origin" => Ok(()),
        ((Some(site), None), (Some(origin), None)) if site == "same-origin" && origin == own => Ok(()),
        ((None, None), (Some(origin), None)) if origin == own => Ok(()),
        ((None, None), (None, None)) => Err(PageError::UnknownOrigin),
        // The browser compares with the address that it opened, and so do we: the form is from a page of ours.
        ((Some(site), None), (Some(_), None)) if site == "same-origin" => Err(PageError::OtherName(own)),
        ((None, None), (Some(origin), None)) if is_own_name(&origin, headers) => {
            Err(PageError::OtherName(own))
        }
        _ => Err(PageError::CrossSite),
    }
}

/// Whether an origin is what the browser calls this server, whatever the scheme that a proxy speaks.
fn is_own_name(origin: &str, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST).map(|host| String::from_utf8_lossy(host.as_bytes()));
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let named = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    named.is_some_and(|named| named.eq_ignore_ascii_case(&host))
}

fn ensure_token(context: &WebContext, subject: &str, form: &Form) -> Result<(), PageError> {
    let sent = BASE64URL_NOPAD.decode(form.text("csrf").as_bytes()).unwrap_or_default();
    mac(context, subject).verify_slice(&sent).map_err(|_| PageError::StaleForm)
}

/// Whether a form was shown in the account that is acted in now.
enum Fit {
    Here,
    Elsewhere,
}

fn ensure_session_token(context: &WebContext, caller: &Caller, form: &Form) -> Result<Fit, PageError> {
    fit(context, subjects(caller), form)
}

fn fit(context: &WebContext, subjects: [String; 2], form: &Form) -> Result<Fit, PageError> {
    let sent = BASE64URL_NOPAD.decode(form.text("csrf").as_bytes()).unwrap_or_default();
    let halves = sent.split_at_checked(sent.len() / 2).unwrap_or_default();
    let [family, membership] = subjects.map(|subject| mac(context, &subject));
    if family.verify_slice(halves.0).is_err() {
        return Err(PageError::StaleForm);
    }
    Ok(if membership.verify_slice(halves.1).is_ok() { Fit::Here } else { Fit::Elsewhere })
}

/// Refuses what does not come from a page of ours that this session showed, whether it has ended or not.
pub(in crate::web) fn ensure_shown_in(
    context: &WebContext,
    headers: &HeaderMap,
    session: &Session,
    form: &Form,
) -> Result<(), PageError> {
    ensure_own_origin(headers, context)?;
    match fit(context, subjects_of(&session.family, session.uid.0), form)? {
        Fit::Here => Ok(()),
        Fit::Elsewhere => Err(PageError::StaleForm),
    }
}

fn door_subject(browser: &str) -> String {
    format!("door\n{browser}")
}
