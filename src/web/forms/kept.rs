//! A form whose session had ended is not lost: it is kept, and its page comes back filled after signing in. It is never
//! sent by itself.

use crate::app::forms;
use crate::app::forms::kept::{Filled, Kept};
use crate::web::answer::see_other;
use crate::web::caller::caller;
use crate::web::context::context;
use crate::web::error::PageError;
use crate::web::forms::{Form, csrf, fill, read_ahead};
use crate::web::layout::flash::{self, Kind};
use crate::web::query::Query;
use crate::web::session;
use actix_session::SessionExt;
use actix_web::body::{BoxBody, MessageBody, to_bytes_limited};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue, LOCATION};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpRequest, HttpResponse, ResponseError};

/// The parameter that names a form which waits.
const NAME: &str = "kept";
/// The largest page that is filled in.
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// Forms that hold what must not be kept, or nothing that is worth it.
const NEVER: [&str; 10] = [
    "/login",
    "/logout",
    "/setup",
    "/verify",
    "/identity",
    "/invitation",
    "/users/selected",
    "/help/api/debug",
    "/me/password",
    "/me/mfa",
];
const BACK: &str = "Your session had ended, and nothing was done. Your form is back as you filled it in, but for passwords and \
                    codes. Look at it and send it again.";

/// Around the sending of every form: keeps what comes after the end of its session. `has_page` tells whether the form
/// is on a page at the same address.
pub async fn keep(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    has_page: bool,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let body = match read_ahead(&mut request).await {
        Ok(body) => body,
        Err(refusal) => return Ok(request.into_response(refusal.error_response())),
    };
    let response = next.call(request).await?.map_into_boxed_body();
    if response.headers().get(LOCATION) != Some(&HeaderValue::from_static("/login")) {
        return Ok(response);
    }
    let page = page_of(response.request().path(), has_page);
    let kept = kept(response.request(), body, page).await;
    Ok(match kept {
        Ok(Some(address)) => {
            let (request, _) = response.into_parts();
            ServiceResponse::new(request, see_other(&address))
        }
        Ok(None) => response,
        // The person is asked to sign in all the same.
        Err(error) => {
            tracing::error!(%error, "a form was not kept");
            response
        }
    })
}

/// The way to sign in for somebody whose session has just ended.
async fn kept(request: &HttpRequest, body: Bytes, page: Option<String>) -> Result<Option<String>, PageError> {
    let context = context(request)?;
    let Some(id) = session::id(&request.get_session()) else { return Ok(None) };
    let Some(ended) = forms::kept::ended_session(&context.app, id).await? else { return Ok(None) };
    let plain = || Ok(Some("/login?ended=1".to_owned()));
    let Some(page) = page else { return plain() };
    let form = Form::read(request, &mut Payload::from(body)).await?;
    csrf::ensure_shown_in(&context, request.headers(), &ended, &form)?;
    let fields = form.pairs().filter(|(name, _)| fill::is_plain(name));
    let fields: Vec<(String, String)> =
        fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    if fields.is_empty() {
        return plain();
    }
    let filled = Filled { path: request.path().to_owned(), fields };
    let Some(name) = forms::kept::keep_form(&context.app, &ended, &filled).await? else { return plain() };
    let wanted = format!("{page}?{NAME}={name}");
    let next: String = url::form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
    Ok(Some(format!("/login?next={next}")))
}

/// The page that holds the form of an address.
fn page_of(path: &str, has_page: bool) -> Option<String> {
    // The page at that address asks for the opposite of what was sent.
    let is_switch = path.ends_with("/security/console");
    if is_switch || NEVER.iter().any(|never| path.starts_with(never)) {
        return None;
    }
    if let Some(key) = path.strip_suffix("/note") {
        return key.rsplit_once('/').map(|(list, _)| list.to_owned());
    }
    has_page.then(|| path.to_owned())
}

/// Whether an address leads to a form that waits.
pub fn name_in(address: &str) -> Option<String> {
    let (_, query) = address.split_once('?')?;
    let query = Query::parse(query).ok()?;
    query.find(NAME).map(str::to_owned)
}

/// Around every page: fills in the form that waits for this person.
pub async fn show(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(name) = name_in(&format!("?{}", request.query_string())) else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let filled = match found(request.request(), &name).await {
        Ok(Kept::Found(filled)) => filled,
        Ok(Kept::Foreign) => return Ok(request.into_response(see_other("/"))),
        // Whoever is not signed in is sent to sign in by the page itself.
        Ok(Kept::Gone) | Err(_) => return Ok(next.call(request).await?.map_into_boxed_body()),
    };
    flash::leave(&request.get_session(), Kind::Info, BACK);
    let response = next.call(request).await?.map_into_boxed_body();
    if response.status() != StatusCode::OK {
        return Ok(response);
    }
    let (request, response) = response.into_parts();
    Ok(ServiceResponse::new(request, filled_in(response, &filled).await))
}

async fn found(request: &HttpRequest, name: &str) -> Result<Kept, PageError> {
    let (context, caller) = (context(request)?, caller(request).await?);
    Ok(forms::kept::kept_form(&context.app, &caller, name).await?)
}

async fn filled_in(response: HttpResponse, filled: &Filled) -> HttpResponse {
    let (mut head, body) = response.into_parts();
    let is_page =
        head.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let read = to_bytes_limited(body, MOST_BYTES).await;
    let Ok(Ok(bytes)) = read else {
        *head.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        return head.set_body(BoxBody::new(
            "This page is too large to be filled in. Open it again without its query.",
        ));
    };
    match std::str::from_utf8(&bytes) {
        Ok(html) if is_page => head.set_body(BoxBody::new(fill::form(html, &filled.path, &filled.fields))),
        _ => head.set_body(BoxBody::new(bytes)),
    }
}
