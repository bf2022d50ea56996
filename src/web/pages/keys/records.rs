//! The newest calls with a key.

use crate::app::keys;
use crate::app::keys::Operation;
use crate::app::keys::usage::{KEPT_DAYS, KEPT_RECORDS, Record};
use crate::web::answer::render;
use crate::web::caller::Person;
use crate::web::context::WebContext;
use crate::web::error::PageError;
use crate::web::layout::{Layout, filters};
use crate::web::pages::keys::list::{KeyView, Visit, Whose};
use crate::web::pages::{keys_address, place_of, secret_id_of};
use crate::web::query::Query;
use actix_session::Session;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

/// Calls on one page.
const PAGE: usize = 25;

#[derive(Template)]
#[template(path = "keys/records.html")]
struct RecordsPage {
    page: Layout,
    whose: Whose,
    key: KeyView,
    rows: Vec<Row>,
    range: String,
    newer: Option<String>,
    older: Option<String>,
}

/// One call.
struct Row {
    at: i64,
    service: String,
    action: String,
    ip: String,
    client: String,
    request_id: String,
    is_allowed: bool,
    reason: String,
}

impl Row {
    fn of(record: Record) -> Self {
        let is_allowed = record.reason.is_empty();
        Self {
            at: record.at_ms / 1000,
            reason: record.reason,
            service: record.service,
            action: record.action,
            ip: record.ip,
            client: record.client,
            request_id: record.request_id,
            is_allowed,
        }
    }
}

/// The calls with a key, newest first.
pub async fn index(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Person,
    session: Session,
    query: Query,
) -> Result<HttpResponse, PageError> {
    let (place, id) = (place_of(&request)?, secret_id_of(&request)?);
    let number = page_number(&query)?;
    let (holder, key) = keys::key(&context.app, &person, place, (Operation::Query, id.clone())).await?;
    let records = keys::usage::records(&context.app, &person, place, id).await?;
    let total = records.len();
    let first = (number - 1) * PAGE;
    let rows: Vec<Row> = records.into_iter().skip(first).take(PAGE).map(Row::of).collect();
    let visit = Visit { context: &context, person: &person, session: &session, place };
    let here = |number: usize| format!("{}/{}/records?page={number}", keys_address(place), key.secret_id);
    let last = first + rows.len();
    render(&RecordsPage {
        page: visit.layout(),
        whose: visit.whose(&holder),
        range: format!("{}–{last} of {total}", first + 1),
        newer: (number > 1).then(|| here(number - 1)),
        older: (last < total && !rows.is_empty()).then(|| here(number + 1)),
        key: KeyView::new(&key, &[], context.app.clock.now()),
        rows,
    })
}

/// There are no more pages than calls are kept.
fn page_number(query: &Query) -> Result<usize, PageError> {
    let Some(text) = query.find("page") else { return Ok(1) };
    let number = text.parse().ok().filter(|number| (1..=KEPT_RECORDS).contains(number));
    number.ok_or(PageError::Malformed("The address names a page that is not there."))
}
