//! The credential report: what it says, and the way to it.

use crate::app::account;
use crate::app::reports::credential_report::{FirstRows, ask_report, first_rows, open_report};
use crate::domain::audit::{Event, EventCursor, EventFilter, EventName, Outcome};
use crate::domain::credential_report as report;
use crate::domain::export::Format;
use crate::domain::permission::action;
use crate::web::answer::{self, PageResult, render, see_other};
use crate::web::layout::{Layout, filters, flash::Kind};
use crate::web::pages::ways::question;
use crate::web::{error::PageError, forms::csrf::Protected, query::Query, visit::Visit};
use askama::Template;
use serde_json::Value;

const PAGE: &str = "/reports/credentials";

/// What the columns say; of those of keys once for both.
const COLUMNS: [(&str, &str); 27] = [
    ("AccountID", "UIN of the account"),
    ("Username", "Name of the user"),
    ("UserType", "Root, Sub-user or Collaborator"),
    ("CreationTime", "When the user was created, UTC"),
    (
        "PasswordEnabled",
        "Whether there is a password; N/A for a collaborator, whose password belongs to its own account",
    ),
    ("PasswordLastRotation", "When the password was last changed, UTC"),
    ("LoginConsoleActive", "Whether the user may sign in to the console"),
    ("LoginProtectionActive", "Whether signing in asks for a second factor by rule"),
    ("OperationProtectionActive", "Whether creating, enabling and deleting keys asks for a code"),
    ("MFADeviceActive", "Whether an authenticator app is registered"),
    ("AbnormalLoginsNumWithin30Days", "Always not_supported: Camlock does not judge sign-ins"),
    ("Key1SecretId, Key2SecretId", "The SecretId; N/A where there is no key"),
    ("Key1MayBeAtRisk, Key2…", "Always not_supported: Camlock does not look for leaked keys"),
    ("Key1CreationTime, Key2…", "When the key was created, UTC"),
    ("Key1Status, Key2…", "Active or Disable"),
    ("Key1lastUsedDate, Key2…", "Day of the last use, UTC; N/A when it was never used"),
    ("Key1CreatedOver90Days, Key2…", "Whether the key is older than 90 days"),
    ("Key1CreatedOver30Days, Key2…", "Whether the key is older than 30 days"),
    ("UIN", "UIN of the user"),
    ("LastActivityTime", "When the user last did something in the console, UTC"),
    ("Key1LastUsedTime, Key2…", "Time of the last use, UTC"),
    ("Key1LastUsedAddress, Key2…", "Address that the last use came from"),
    ("Key1ExpiresAt, Key2…", "From when on the key is refused, UTC; N/A when it does not end"),
    ("Key1IdleDays, Key2…", "Days without a call after which the key is disabled; N/A when it is not"),
    ("Key1Networks, Key2…", "How many addresses and networks it may be used from; 0: from everywhere"),
    ("Key1OwnPolicy, Key2…", "Whether a policy of its own limits the key"),
    ("Key1ReviewAt, Key2…", "When somebody is to look at the key again, UTC; N/A when nobody is"),
];

#[derive(Template)]
#[template(path = "reports/credentials.html")]
struct ReportPage {
    page: Layout,
    columns: [(&'static str, &'static str); 27],
    /// Where the report is, after a right code.
    ready: Option<Ready>,
    /// For who may read the log: who had the report lately.
    earlier: Option<Vec<Earlier>>,
}

/// That somebody had the report.
struct Earlier {
    seq: i64,
    at: i64,
    by: String,
    /// Such as "CSV" and "Console, from 10.0.4.17".
    what: &'static str,
    how: String,
}

/// Earlier downloads that are listed.
const MOST_EARLIER: usize = 5;

impl Earlier {
    fn of(event: Event) -> Self {
        let facts: Value = serde_json::from_str(&event.detail).unwrap_or_default();
        let format = facts.get("format").and_then(Value::as_str).unwrap_or_default();
        let how = match (format, event.ip.as_str()) {
            (_, "-") => "At the command line".to_owned(),
            ("api", ip) => format!("Signed call, from {ip}"),
            (_, ip) => format!("Console, from {ip}"),
        };
        let what = Format::from_name(format).map_or("A page of rows", label);
        Self { seq: event.seq, at: event.at, by: event.actor, what, how }
    }
}

struct Ready {
    href: String,
    label: &'static str,
    rows: Vec<FirstRow>,
    is_all: bool,
}

/// Some cells of a row of the report.
struct FirstRow {
    name: String,
    cells: Vec<Cell>,
}

struct Cell {
    shown: &'static Shown,
    text: String,
}

/// A column that the page shows beside the name.
struct Shown {
    column: &'static str,
    /// In words, where there is no head.
    label: &'static str,
    /// From which width on.
    class: &'static str,
    /// What somebody should look at.
    bad: &'static str,
}

const fn shown(column: &'static str, label: &'static str, [class, bad]: [&'static str; 2]) -> Shown {
    Shown { column, label, class, bad }
}

/// In the order of the report.
const SHOWN: [Shown; 7] = [
    shown("UserType", "Type", ["from-75", ""]),
    shown("CreationTime", "Created", ["from-90", ""]),
    shown("PasswordEnabled", "Password", ["from-90", ""]),
    shown("MFADeviceActive", "MFA app", ["", "FALSE"]),
    shown("Key1Status", "Key 1", ["", ""]),
    shown("Key1lastUsedDate", "Key 1 used", ["from-75", ""]),
    shown("Key1CreatedOver90Days", "Over 90 days", ["", "TRUE"]),
];

impl FirstRow {
    fn of(row: Vec<String>) -> Self {
        let mut named = report::COLUMNS.into_iter().zip(row);
        let cells = named.clone().filter_map(|(column, text)| {
            let shown = SHOWN.iter().find(|shown| shown.column == column)?;
            // Of a time its day is enough here.
            let text = if column == "CreationTime" { text.chars().take(10).collect() } else { text };
            Some(Cell { shown, text })
        });
        let cells = cells.collect();
        let name = named.find(|(column, _)| *column == "Username").map(|(_, text)| text);
        Self { name: name.unwrap_or_default(), cells }
    }
}

impl Cell {
    fn is_bad(&self) -> bool {
        self.text == self.shown.bad
    }
}

fn format_in(query: &Query) -> Option<Format> {
    Format::from_name(query.text("format"))
}

fn label(format: Format) -> &'static str {
    match format {
        Format::Csv => "CSV",
        Format::Json => "JSON",
    }
}

/// What the report says; after a right code, with the way to it.
pub async fn index(visit: Visit, query: Query) -> PageResult {
    visit.person.ensure_here(action::GET_CREDENTIAL_REPORT)?;
    let ready = match query.find("t").zip(format_in(&query)) {
        Some((_, format)) => ready(&visit, &query, format).await?,
        None => None,
    };
    let earlier = earlier(&visit).await?;
    render(&ReportPage { page: visit.layout("report"), columns: COLUMNS, ready, earlier })
}

async fn earlier(visit: &Visit) -> Result<Option<Vec<Earlier>>, PageError> {
    if !visit.person.may_here(action::READ_AUDIT) {
        return Ok(None);
    }
    let events = vec![EventName::GET_CREDENTIAL_REPORT.as_str().to_owned()];
    let filter = EventFilter { events, ..EventFilter::default() };
    let found = account::log::events(visit.app(), &visit.person, filter, EventCursor::Newest).await?;
    let had = found.events.into_iter().filter(|event| event.outcome == Outcome::Allowed);
    Ok(Some(had.take(MOST_EARLIER).map(Earlier::of).collect()))
}

/// The way to the report and its first rows, while the ticket in the address is good.
async fn ready(visit: &Visit, query: &Query, format: Format) -> Result<Option<Ready>, PageError> {
    let ticket = query.text("t").to_owned();
    let found = first_rows(visit.app(), &visit.person, format, ticket).await?;
    Ok(found.map(|FirstRows { rows, is_all }| Ready {
        href: format!("{PAGE}/download{}", query.with(&[])),
        label: label(format),
        rows: rows.into_iter().map(FirstRow::of).collect(),
        is_all,
    }))
}

/// Wishes to download it.
pub async fn ask(visit: Visit, Protected(form): Protected) -> PageResult {
    visit.person.ensure_here(action::GET_CREDENTIAL_REPORT)?;
    let Some(format) = Format::from_name(form.text("format")) else {
        visit.leave(Kind::Bad, "Choose CSV or JSON.");
        return Ok(see_other(PAGE));
    };
    Ok(question(&ask_report(visit.app(), &visit.person, format).await?))
}

/// The report, once for each right code.
pub async fn download(visit: Visit, query: Query) -> PageResult {
    if let Some(answer) = visit.unopened("GET")? {
        return Ok(answer);
    }
    visit.person.ensure_here(action::GET_CREDENTIAL_REPORT)?;
    let ticket = query.text("t").to_owned();
    let report = match format_in(&query) {
        Some(format) => open_report(visit.app(), &visit.person, format, ticket).await?,
        None => None,
    };
    let Some(report) = report else {
        visit.leave(Kind::Info, "Downloaded already, or too late. Each download asks for a new code.");
        return Ok(see_other(PAGE));
    };
    let format = report.format();
    Ok(answer::download(report, &format!("credentials-{}", visit.person.owner()), format))
}
