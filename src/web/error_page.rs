//! How a page that failed looks: inside the console for a signed-in person, plain for anybody else.

use crate::app::caller::Caller;
use crate::http::request::request_id;
use crate::web::context::WebContext;
use crate::web::error::Trouble;
use crate::web::layout::{self, Layout, filters};
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use askama::Template;
use std::rc::Rc;

#[derive(Template)]
#[template(path = "error.html")]
struct InsidePage<'a> {
    page: Layout,
    trouble: &'a Trouble,
    own_keys: bool,
    /// The page that shows how things stand.
    state: Option<String>,
    /// A page that opens for this person and is not the one that was asked for.
    start: &'static str,
    request_id: String,
}

#[derive(Template)]
#[template(path = "error_plain.html")]
struct OutsidePage<'a> {
    trouble: &'a Trouble,
    request_id: String,
}

/// Draws an error page: inside the shell for a signed-in person, in the plain one otherwise.
pub fn draw(request: &HttpRequest, trouble: &Trouble) -> HttpResponse {
    let request_id = request_id(request);
    let caller = request.extensions().get::<Rc<Caller>>().cloned();
    let context = request.app_data::<Data<WebContext>>();
    let html = match (caller, context) {
        (Some(caller), Some(context)) => {
            let own_keys = trouble.lacks_policy
                && matches!(trouble.action, Some(action) if action.contains("CollApiKey"));
            let state = trouble.is_unknown.then(|| state_of(request.path()));
            let mut starts = [layout::start(&caller), "/me/security"].into_iter();
            let start = starts.find(|page| *page != request.path()).unwrap_or("/me/preferences");
            let page = Layout::quiet(context, &caller, "");
            InsidePage { page, trouble, own_keys, state, start, request_id }.render()
        }
        _ => return draw_outside(trouble, request_id),
    };
    answer(trouble, html)
}

/// The page that shows what a form sent to that address changes.
fn state_of(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let shown = match parts.as_slice() {
        [before @ .., "keys", _, _] | [before @ .., "keys", _] | [before @ .., "keys"] => {
            [before, &["keys"]].concat()
        }
        ["me", ..] => vec!["me", "security"],
        ["settings", ..] => vec!["settings", "security"],
        [list, "new", ..] | [list] => vec![*list],
        [list @ ("users" | "policies" | "groups"), one, ..] => vec![*list, *one],
        _ => Vec::new(),
    };
    format!("/{}", shown.join("/"))
}

/// Draws an error page in the plain shell.
pub fn draw_outside(trouble: &Trouble, request_id: String) -> HttpResponse {
    answer(trouble, OutsidePage { trouble, request_id }.render())
}

fn answer(trouble: &Trouble, html: askama::Result<String>) -> HttpResponse {
    let status = StatusCode::from_u16(trouble.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .body(html.unwrap_or_else(|_| trouble.text.clone()))
}
