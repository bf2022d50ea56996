//! What the pages of signed-out people share: the form's token, the refusals, the way back to a wanted page.

use crate::app::{Failure, session::rules::MAX_SESSIONS, sign_in::DEVICE_COOKIE_SECONDS, sign_in::SignedIn};
use crate::domain::field::FieldError;
use crate::web::{
    answer::PageResult, answer::render_as, answer::see_other, error::PageError, error::in_words,
    forms::csrf::door_token, forms::kept, forms::token::FormToken, layout::flash::Kind, session,
    visit::Stranger, visit::Visit,
};
use actix_session::Session;
use actix_web::{HttpResponse, cookie::Cookie, http::StatusCode, http::header::RETRY_AFTER};
use askama::Template;

/// Longest address that signing in leads back to.
const MAX_NEXT: usize = 1024;

/// What the form of a signed-out page needs: its token, and the cookie that the token belongs to.
pub struct DoorForm {
    pub csrf: FormToken,
    cookie: Option<Cookie<'static>>,
}

impl DoorForm {
    /// For the browser that asks.
    pub fn new(visit: &Visit<Stranger>) -> Result<Self, PageError> {
        let (csrf, cookie) = door_token(&visit.context, &visit.request)?;
        Ok(Self { csrf, cookie })
    }

    /// The page with the form, and the cookie where the browser has none.
    pub fn answer(&self, status: StatusCode, page: &impl Template) -> PageResult {
        let mut answer = render_as(status, page)?;
        if let Some(cookie) = &self.cookie {
            add_cookie(&mut answer, cookie)?;
        }
        Ok(answer)
    }
}

/// Why somebody is not let further, as the form shows it again.
pub struct DoorRefusal {
    status: StatusCode,
    pub errors: Vec<FieldError>,
    seconds: Option<i64>,
}

impl DoorRefusal {
    /// `wrong` is what to say, and at which field, of what was not right.
    pub fn new(failure: Failure, wrong: FieldError) -> Result<Self, PageError> {
        let (status, errors, seconds) = match failure {
            Failure::NotProven => (StatusCode::UNAUTHORIZED, vec![wrong], None),
            Failure::Invalid(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors, None),
            Failure::Throttled { seconds } => {
                let text = format!("Too many tries. Try again in {}.", in_words(seconds));
                (StatusCode::TOO_MANY_REQUESTS, vec![FieldError::on_page("", text)], Some(seconds))
            }
            other => return Err(other.into()),
        };
        Ok(Self { status, errors, seconds })
    }

    /// The form again, with what was typed and why that will not do.
    pub fn answer(&self, door: &DoorForm, page: &impl Template) -> PageResult {
        let mut answer = door.answer(self.status, page)?;
        if let Some(seconds) = self.seconds {
            answer.headers_mut().insert(RETRY_AFTER, seconds.max(1).into());
        }
        Ok(answer)
    }
}

/// Continues under the session that was begun.
pub fn let_in(visit: &Visit<Stranger>, signed: &SignedIn, address: &str) -> PageResult {
    session::continue_as(&visit.session, &signed.session)?;
    let told = told(signed);
    if !told.is_empty() {
        visit.leave(Kind::Warn, told);
    }
    let mut answer = see_other(address);
    if let Some(device) = &signed.device {
        let names = &visit.context.cookies;
        add_cookie(&mut answer, &names.cookie(&names.device, device.clone(), DEVICE_COOKIE_SECONDS))?;
        let account = signed.account.to_string();
        add_cookie(&mut answer, &names.cookie(&names.account, account, DEVICE_COOKIE_SECONDS))?;
    }
    Ok(answer)
}

/// The cookie of a browser that signed in before.
pub fn device(visit: &Visit<Stranger>) -> Option<String> {
    visit.request.cookie(&visit.context.cookies.device).map(|cookie| cookie.value().to_owned())
}

/// Where somebody who is in goes.
pub fn onward(session: &Session, signed: &SignedIn, next: &str) -> String {
    if signed.can_switch && kept::name_in(next).is_some() {
        session::want(session, next);
    }
    match (signed.can_switch, next) {
        (true, _) => "/identity".to_owned(),
        (false, "") => "/".to_owned(),
        (false, next) => next.to_owned(),
    }
}

/// What somebody who is in has to know: sessions that ended for it, and codes that were wrong.
pub fn told(signed: &SignedIn) -> String {
    let mut told = Vec::new();
    if let Some(count) = signed.wrong_codes {
        told.push(format!(
            "Since you signed in last, {count} wrong codes were entered after your password. If that was not you, \
             change your password."
        ));
    }
    if let Some(first) = signed.ended.first() {
        let others = if signed.ended.len() > 1 { " Others ended too." } else { "" };
        told.push(format!(
            "You were signed in at {MAX_SESSIONS} places, which is the most. The session that began first, from {}, \
             has ended.{others}",
            first.ip
        ));
    }
    told.join(" ")
}

/// Sets a cookie of ours.
fn add_cookie(answer: &mut HttpResponse, cookie: &Cookie<'_>) -> Result<(), PageError> {
    answer.add_cookie(cookie).map_err(|error| PageError::Internal(error.into()))
}

/// An address that carries the wanted page along.
pub fn with_next(address: &str, next: &str) -> String {
    if next.is_empty() {
        return address.to_owned();
    }
    let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    format!("{address}?next={next}")
}

/// A page of this console to go back to; anything else becomes empty. A query that will not do is left out.
pub fn safe_next(text: &str) -> String {
    let page = text.split('?').next().unwrap_or_default();
    [text, page].into_iter().find(|address| is_ours(address)).unwrap_or_default().to_owned()
}

fn is_ours(text: &str) -> bool {
    text.starts_with('/')
        && text.len() <= MAX_NEXT
        && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
        && !text.contains("//")
        && !["/login", "/logout"].iter().any(|door| text.starts_with(door))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_back_to_pages_of_this_console_only() {
        for good in ["/", "/users", "/users/100000000001/keys", "/audit?event=SignIn"] {
            assert_eq!(safe_next(good), good);
        }
        for bad in [
            "",
            "users",
            "//evil.example",
            "/\\evil.example",
            "/a//b",
            "https://evil.example",
            "/a\nb",
            "/ä",
            "/\t/evil",
            "/logout",
            "/login",
            "/login/verify",
        ] {
            assert_eq!(safe_next(bad), "", "{bad:?}");
        }
        assert_eq!(safe_next("/users?q=a//b"), "/users");
        assert_eq!(safe_next(&format!("/users?q={}", "x".repeat(1100))), "/users");
    }
}
