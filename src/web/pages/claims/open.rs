//! A claim link in the browser of whoever got it: looking changes nothing, the button opens it.

use crate::app::Failure;
use crate::app::claims::opening::{Opened, Visitor, look_at, open};
use crate::domain::claim::Claimed;
use crate::http::request::request_id;
use crate::web::error::{PageError, in_words};
use crate::web::{
    answer::PageResult, answer::render_as, answer::see_other, forms::csrf::ProtectedDoor, layout::filters,
    pages::sign_in::door::DoorForm, query::Query, visit::Stranger, visit::Visit,
};
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use askama::Template;
use zeroize::Zeroizing;

#[derive(Template)]
#[template(path = "claims/open.html")]
struct OpenPage {
    door: DoorForm,
    token: Zeroizing<String>,
    is_key: bool,
    until: i64,
}

/// In place of what a link that opens nothing would show: the reason is not told, as nobody is known who might hear it.
#[derive(Template)]
#[template(path = "claims/closed.html")]
struct ClosedPage {
    request_id: String,
    /// Where the wait after too many tries ends.
    wait: Option<String>,
}

/// The page with the button. It changes nothing, so whatever looks at addresses in messages may look at it.
pub async fn form(visit: Visit<Stranger>, query: Query) -> PageResult {
    let token = Zeroizing::new(query.text("t").to_owned());
    match look_at(visit.app(), &token, &visitor(&visit)).await {
        Ok((claimed, until)) => {
            let is_key = claimed != Claimed::Password;
            let page = OpenPage { door: DoorForm::new(&visit)?, token, is_key, until };
            page.door.answer(StatusCode::OK, &page)
        }
        Err(failure) => closed(&visit, failure),
    }
}

/// Opens the link for this browser and leads to what it hands over, by an address without the token.
pub async fn submit(visit: Visit<Stranger>, ProtectedDoor(form): ProtectedDoor) -> PageResult {
    match open(visit.app(), form.text("t"), visitor(&visit)).await {
        Ok(Opened::Key { id, ticket }) => Ok(see_other(&format!("/claim/{id}/key?t={ticket}"))),
        Ok(Opened::Password { id }) => Ok(see_other(&format!("/claim/{id}/password"))),
        Err(failure) => closed(&visit, failure),
    }
}

/// Who is at the page: the cookie of signed-out pages tells browsers apart.
pub fn visitor(visit: &Visit<Stranger>) -> Visitor {
    let cookie = visit.request.cookie(&visit.context.cookies.form);
    Visitor {
        browser: cookie.map(|cookie| cookie.value().to_owned()).unwrap_or_default(),
        source: visit.source(),
    }
}

/// One page for every link that opens nothing, and for what an opened link does not show again.
pub fn closed(visit: &Visit<Stranger>, failure: Failure) -> PageResult {
    let seconds = match failure {
        Failure::NotProven => None,
        Failure::Throttled { seconds } => Some(seconds),
        other => return Err(PageError::from(other)),
    };
    let page = ClosedPage { request_id: request_id(&visit.request), wait: seconds.map(in_words) };
    let status = if seconds.is_some() { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::GONE };
    let mut answer = render_as(status, &page)?;
    if let Some(seconds) = seconds {
        answer.headers_mut().insert(RETRY_AFTER, seconds.max(1).into());
    }
    Ok(answer)
}
