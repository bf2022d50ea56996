//! A form that makes something is good for once: a second sending is answered as the first one was.
//!
//! Every form carries a token of its page. Together with the form's address it names the form; what was made and that
//! the form was used stand in one transaction (`app::forms`), so sendings at the same moment, or on two nodes, make one
//! thing. A form without the token, which no page of ours shows, is taken as it comes: only its sender loses by that.

use crate::app::Failure;
use crate::app::caller::Caller;
use crate::app::caller::sending::Sending;
use crate::app::forms::{self, Progress};
use crate::app::session::tickets::digest;
use crate::http::request::request_id;
use crate::web::answer::see_other;
use crate::web::caller::caller;
use crate::web::context::{WebContext, context};
use crate::web::error::PageError;
use crate::web::forms::csrf::Protected;
use crate::web::forms::read_ahead;
use crate::web::forms::token::shown_at;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::LOCATION;
use actix_web::middleware::Next;
use actix_web::web::{Bytes, Data};
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, ResponseError};
use std::rc::Rc;
use std::time::Duration;

/// Seconds that a form may be sent after it was shown.
const GOOD_SECONDS: i64 = 86_400;
/// Seconds for which a sending is remembered beyond that.
const SLACK_SECONDS: i64 = 3_600;
/// How often, and in which steps, a second sending asks for the first one's answer.
const PATIENCE: (u32, Duration) = (40, Duration::from_millis(50));

/// Around the sending of every form that makes something.
pub async fn guard(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let body = match read_ahead(&mut request).await {
        Ok(body) => body,
        Err(refusal) => return Ok(request.into_response(refusal.error_response())),
    };
    let known = match recognised(request.request(), body).await {
        Ok(Some(known)) => known,
        Ok(None) => return Ok(next.call(request).await?.map_into_boxed_body()),
        Err(refusal) => return Ok(request.into_response(refusal.error_response())),
    };
    match known.progress().await {
        Ok(Progress::Answered(address)) => return Ok(request.into_response(see_other(&address))),
        Ok(_) => {}
        Err(failure) => return Ok(request.into_response(PageError::from(failure).error_response())),
    }
    request.extensions_mut().insert(Rc::new(known.caller.sending(known.sending.clone())));
    let response = next.call(request).await?.map_into_boxed_body();
    Ok(known.settled(response).await)
}

/// A form that may have been sent before.
struct Known {
    context: Data<WebContext>,
    caller: Rc<Caller>,
    sending: Sending,
    path: String,
}

/// Nothing for a form that its handler will refuse, and for one that carries no token.
async fn recognised(request: &HttpRequest, body: Bytes) -> Result<Option<Known>, PageError> {
    let Ok(Protected(form)) = Protected::from_request(request, &mut Payload::from(body)).await else {
        return Ok(None);
    };
    let sent = form.text("once");
    if sent.is_empty() {
        return Ok(None);
    }
    let (context, caller, path) = (context(request)?, caller(request).await?, request.path().to_owned());
    let shown_at = shown_at(&context, &caller, sent).ok_or(PageError::StaleForm)?;
    let sending = Sending {
        digest: digest(&format!("{}\n{sent}\n{path}", caller.family())),
        request_id: request_id(request),
        expires_at: shown_at.saturating_add(GOOD_SECONDS + SLACK_SECONDS),
        is_late: context.app.clock.now().abs_diff(shown_at) > GOOD_SECONDS.unsigned_abs(),
    };
    Ok(Some(Known { context, caller, sending, path }))
}

impl Known {
    /// What became of the form, once no other sending is at work on it; where one broke off, the list tells.
    async fn progress(&self) -> Result<Progress, Failure> {
        let (times, pause) = PATIENCE;
        for _ in 0..times {
            match forms::progress(&self.context.app, &self.caller, &self.sending).await? {
                Progress::Working => tokio::time::sleep(pause).await,
                other => return Ok(other),
            }
        }
        Ok(Progress::Answered(above(&self.path).to_owned().into()))
    }

    /// Keeps the answer for the next sending; a sending that lost against another is answered like that one.
    async fn settled(&self, response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
        // What came of it is not known: a second sending must not try again.
        if response.status().is_server_error() {
            return response;
        }
        let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let app = &self.context.app;
        let settled = match (self.progress().await, location) {
            (Ok(Progress::Answered(address)), _) => return response.into_response(see_other(&address)),
            (Ok(Progress::Mine), Some(address)) => forms::keep_answer(app, &self.sending, address).await,
            (Ok(Progress::Mine), None) => forms::release_form(app, &self.sending).await,
            (Ok(Progress::Unused | Progress::Working), _) => Ok(()),
            (Err(error), _) => Err(error),
        };
        // It is done and can be answered; a second sending will be shown the list.
        if let Err(error) = settled {
            tracing::error!(%error, "the answer to a form was not kept");
        }
        response
    }
}

/// The page above a form's address: of `/users/new` it is `/users`, of a list where things are made it is the list.
fn above(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some((_, "keys")) | None => path,
        Some((list, _)) => list,
    }
}
