//! Removing authenticator apps, and the recovery codes that come with them.

use crate::app::factors::devices::RECOVERY_CODES;
use crate::app::me;
use crate::app::session;
use crate::app::session::tickets::OncePage;
use crate::web::answer::{render, see_other, unopened};
use crate::web::caller::{AnyPerson, Person};
use crate::web::context::WebContext;
use crate::web::error::PageError;
use crate::web::forms::csrf::Protected;
use crate::web::layout::flash::{self, Kind};
use crate::web::layout::{Layout, filters};
use crate::web::pages::me::mfa::question_id;
use crate::web::pages::question_address;
use crate::web::query::Query;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use zeroize::Zeroizing;

#[derive(Template)]
#[template(path = "me/recovery.html")]
struct RecoveryPage {
    page: Layout,
    codes: Zeroizing<String>,
    next: String,
    is_asked: bool,
}

/// Asks for the step-up that removes an app.
pub async fn remove(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    _form: Protected,
) -> Result<HttpResponse, PageError> {
    let device = request.match_info().get("device").unwrap_or_default().to_owned();
    let asked = me::ask_device_removal(&context.app, &person, device).await?;
    Ok(see_other(&question_address(&asked)))
}

/// Shows new recovery codes, once.
pub async fn recovery(
    request: HttpRequest,
    context: Data<WebContext>,
    person: AnyPerson,
    query: Query,
) -> Result<HttpResponse, PageError> {
    if let Some(answer) = unopened(&request, "GET, POST")? {
        return Ok(answer);
    }
    let session = actix_session::SessionExt::get_session(&request);
    let Some(ticket) = query.find("t") else { return Ok(see_other("/me/security")) };
    let shown = session::tickets::shown_once(
        &context.app,
        &person,
        OncePage { purpose: RECOVERY_CODES, uid: person.user.uid },
        ticket.to_owned(),
    );
    let Some(codes) = shown.await? else {
        let text = "The codes were shown already. Replace them to get new ones.";
        flash::leave(&session, Kind::Info, text);
        return Ok(see_other("/me/security"));
    };
    let then = question_id(query.text("then"));
    render(&RecoveryPage {
        page: Layout::new(&context, &person, &session, "me"),
        codes,
        next: if then.is_empty() { "/me/security".to_owned() } else { format!("/verify?c={then}") },
        is_asked: !then.is_empty(),
    })
}

/// Asks for the step-up that replaces the recovery codes.
pub async fn replace_recovery(
    context: Data<WebContext>,
    person: Person,
    _form: Protected,
) -> Result<HttpResponse, PageError> {
    let asked = me::ask_recovery_codes(&context.app, &person).await?;
    Ok(see_other(&question_address(&asked)))
}
