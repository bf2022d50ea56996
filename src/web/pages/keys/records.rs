//! The newest calls with a key.

use crate::app::keys::trials::told::trial_of;
use crate::app::{keys, keys::HeldKey, keys::Operation, keys::callers::Calling};
use crate::domain::gate::refused::{Explained, explained};
use crate::domain::key_hours;
use crate::domain::key_usage::{GateCall, KEPT_DAYS, KEPT_RECORDS, Record, RefusedSignatures};
use crate::web::pages::keys::list::{KeyView, Whose, layout};
use crate::web::{
    answer::PageResult, answer::render, layout::Layout, layout::filters, pages::ways::keys_address,
    query::Query, visit::Visit,
};
use askama::Template;

/// Kinds of callers that are listed.
const MOST_CALLERS: usize = 20;

#[derive(Template)]
#[template(path = "keys/records.html")]
struct RecordsPage {
    page: Layout,
    whose: Whose,
    key: KeyView,
    rows: Vec<Row>,
    /// On the first page: signatures that were refused, by reason.
    refused: Vec<RefusedRow>,
    /// On the first page: who calls.
    callers: Vec<Calling>,
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
    /// Of a call at a service behind the gate.
    gate: Option<GateCall>,
}

/// How often one reason was the reason.
struct RefusedRow {
    explained: Explained,
    reason: String,
    count: i64,
    first: i64,
    last: i64,
    ip: String,
}

impl RefusedRow {
    fn of(refused: RefusedSignatures) -> Self {
        Self {
            explained: explained(&refused.reason),
            reason: refused.reason,
            count: refused.count,
            first: refused.first_ms / 1000,
            last: refused.last_ms / 1000,
            ip: refused.ip,
        }
    }
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
            gate: record.gate,
        }
    }

    /// Why it was refused, for the list: at a service in few words.
    fn why(&self) -> &str {
        match &self.gate {
            Some(call) if !self.is_allowed => explained(&call.verdict).what,
            _ => &self.reason,
        }
    }
}

/// The calls with a key, newest first.
pub async fn index(visit: Visit, query: Query) -> PageResult {
    let (wanted, place) = (visit.key()?, visit.place()?);
    let number = query.page(KEPT_RECORDS)?;
    let HeldKey { holder, key } = keys::find(visit.app(), &visit.person, &wanted, Operation::Query).await?;
    let records = keys::usage::records(visit.app(), &visit.person, &wanted).await?;
    let refused = match number {
        1 => keys::refused::refused_signatures(visit.app(), &visit.person, &wanted).await?,
        _ => Vec::new(),
    };
    let callers = match number {
        1 => keys::callers::callers(visit.app(), &visit.person, &wanted).await?,
        _ => Vec::new(),
    };
    let trial = trial_of(visit.app(), &key).await?;
    let now = visit.app().clock.now();
    let total = records.len();
    let size = visit.person.page_size();
    let first = (number - 1) * size;
    let rows: Vec<Row> = records.into_iter().skip(first).take(size).map(Row::of).collect();
    let here = |number: usize| format!("{}/{}/records?page={number}", keys_address(place), key.secret_id);
    let last = first + rows.len();
    render(&RecordsPage {
        page: layout(&visit, place),
        whose: Whose::of(&visit, place, &holder),
        range: format!("{}–{last} of {total}", first + 1),
        newer: (number > 1).then(|| here(number - 1)),
        older: (last < total && !rows.is_empty()).then(|| here(number + 1)),
        key: KeyView::new(&key, &[], now).with_trial(trial.as_slice(), now),
        rows,
        refused: refused.into_iter().map(RefusedRow::of).collect(),
        callers: callers.into_iter().take(MOST_CALLERS).collect(),
    })
}
