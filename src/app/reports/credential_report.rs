//! The credential report: asked for, checked, written down once, read a page at a time.

use crate::app::caller::Caller;
use crate::app::change::steward::{Operator, Steward};
use crate::app::factors::ask::{Asked, Detail, Wish, ask};
use crate::app::keys::usage;
use crate::app::reports::Parts;
use crate::app::reports::handed_cursor::Begun;
use crate::app::session::refusals::note_refusal;
use crate::app::session::tickets::{BAD_TICKET, Door, Taken, opens, take_or_tell};
use crate::app::{App, Failure};
use crate::domain::account::Account;
use crate::domain::audit::EventName;
use crate::domain::credential_report::{COLUMNS, Credentials};
use crate::domain::export::{Format, Writer};
use crate::domain::paging::cut_page;
use crate::domain::permission::action;
use crate::domain::step_up::Purpose;
use crate::domain::user::Uin;
use crate::store::{accounts, credential_report};

/// Users that are read at once.
const PAGE: i64 = 500;
/// Users that the page shows.
const FIRST_ROWS: i64 = 10;
/// Users of one answer of the API.
pub const MOST_IN_ANSWER: i64 = 200;

/// Some rows of a report for a program.
pub struct ReportPage {
    /// Their cells, in the order of the columns.
    pub rows: Vec<Vec<String>>,
    /// What the call for the next ones has to name.
    pub next: Option<String>,
}

/// Wishes to download the report: asks for a fresh code, which nothing stands in for.
pub async fn ask_report(app: &App, caller: &Caller, format: Format) -> Result<Asked, Failure> {
    caller.ensure_here(action::GET_CREDENTIAL_REPORT)?;
    let wish = Wish {
        purpose: Purpose::DownloadReport,
        target: &caller.user,
        object: format.as_str(),
        detail: Detail::default(),
        secret: None,
    };
    ask(app, caller, wish).await
}

/// What a ticket for the report in that format opens, once.
pub(in crate::app) fn report_door(caller: &Caller, format: Format) -> Result<Door<'_>, Failure> {
    let session = &caller.session()?.id_hash;
    let purpose = Purpose::DownloadReport.as_str();
    Ok(Door { session, purpose, uid: caller.user.uid, object: format.as_str() })
}

/// The beginning of the report, as its page shows it before the download.
pub struct FirstRows {
    /// Their cells, in the order of the columns.
    pub rows: Vec<Vec<String>>,
    /// Whether there are no others.
    pub is_all: bool,
}

/// The first rows, for a ticket that opens the report, which it still does afterwards; `None` for any other.
pub async fn first_rows(
    app: &App,
    caller: &Caller,
    format: Format,
    ticket: String,
) -> Result<Option<FirstRows>, Failure> {
    usage::flush_usage(app).await?;
    app.view(caller, move |view| {
        view.by.ensure_here(action::GET_CREDENTIAL_REPORT)?;
        if !opens(view.app, view.conn, &report_door(view.by, format)?, &ticket)? {
            return Ok(None);
        }
        let (owner, now) = (view.by.owner(), view.app.clock.now());
        let mut found = credential_report::page(view.conn, owner, Uin(0), FIRST_ROWS + 1)?;
        let is_all = cut_page(&mut found, FIRST_ROWS).is_none();
        Ok(Some(FirstRows {
            rows: found.iter().map(|row| row.cells(&view.by.account, now)).collect(),
            is_all,
        }))
    })
    .await
}

/// Opens the report for a ticket that fits; `None` when it was used, is late or belongs elsewhere.
pub async fn open_report(
    app: &App,
    caller: &Caller,
    format: Format,
    ticket: String,
) -> Result<Option<Report>, Failure> {
    caller.ensure_here(action::GET_CREDENTIAL_REPORT)?;
    let is_bare = ticket.is_empty();
    let taken = app
        .change(caller, move |change| {
            let taken = take_or_tell(change.app, change.conn, &report_door(change.by, format)?, &ticket)?;
            if let Taken::Shown(_) = taken {
                let event = change.event(EventName::GET_CREDENTIAL_REPORT).about(&change.by.account.name);
                event.fact("format", format.as_str()).record(change);
            }
            Ok(taken)
        })
        .await?;
    match taken {
        Taken::Shown(_) => {
            usage::flush_usage(app).await?;
            Ok(Some(Report::new(app, (*caller.account).clone(), format)))
        }
        Taken::Never if !is_bare => {
            let event = caller.event(EventName::GET_CREDENTIAL_REPORT).about(&caller.account.name);
            note_refusal(app, caller, event, BAD_TICKET).await?;
            Ok(None)
        }
        Taken::Before | Taken::Never => Ok(None),
    }
}

/// The report for the operator at the command line.
pub async fn operator_report(app: &App, by: &Operator, format: Format) -> Result<Report, Failure> {
    let account = app
        .change(by, move |change| {
            let owner = change.by.account_of();
            let account = accounts::find(change.conn, owner)?.ok_or(Failure::NotFound)?;
            let event = change.by.draft(EventName::GET_CREDENTIAL_REPORT).0.about(&account.name);
            event.fact("format", format.as_str()).record(change);
            Ok(account)
        })
        .await?;
    Ok(Report::new(app, account, format))
}

/// Some rows for a program, and what it is handed to go on with. Without a cursor a report begins, which is written down; with
/// one that was not handed to this caller within the last hours nothing is told.
pub async fn report_page(
    app: &App,
    caller: &Caller,
    cursor: Option<&str>,
    most: i64,
) -> Result<Option<ReportPage>, Failure> {
    caller.ensure_here(action::GET_CREDENTIAL_REPORT)?;
    let begun = match cursor {
        Some(cursor) => Begun::taken(app, caller, cursor),
        None => Some(begin_report(app, caller).await?),
    };
    let Some(Begun { at, after }) = begun else { return Ok(None) };
    let (owner, now) = (caller.owner(), app.clock.now());
    let most = most.clamp(1, MOST_IN_ANSWER);
    let mut found = app.store.read(move |conn| credential_report::page(conn, owner, after, most + 1)).await?;
    let next = cut_page(&mut found, most).map(Credentials::place);
    let next = next.map(|after| Begun { at, after }.handed(app, caller));
    Ok(Some(ReportPage { rows: found.iter().map(|row| row.cells(&caller.account, now)).collect(), next }))
}

async fn begin_report(app: &App, caller: &Caller) -> Result<Begun, Failure> {
    usage::flush_usage(app).await?;
    app.change(caller, |change| {
        let event = change.event(EventName::GET_CREDENTIAL_REPORT).about(&change.by.account.name);
        event.fact("format", "api").record(change);
        Ok(Begun { at: change.app.clock.now(), after: Uin(0) })
    })
    .await
}

/// A report on its way out.
pub struct Report {
    app: App,
    account: Account,
    writer: Writer,
    at: Place,
}

enum Place {
    Head,
    After(Uin),
    Over,
}

impl Report {
    fn new(app: &App, account: Account, format: Format) -> Self {
        Self { app: app.clone(), account, writer: Writer::new(format, &COLUMNS), at: Place::Head }
    }

    /// How it is written.
    pub fn format(&self) -> Format {
        self.writer.format()
    }
}

impl Parts for Report {
    async fn next_part(&mut self) -> Result<Option<String>, Failure> {
        let after = match self.at {
            Place::Head => {
                self.at = Place::After(Uin(0));
                return Ok(Some(self.writer.head()));
            }
            Place::After(uin) => uin,
            Place::Over => return Ok(None),
        };
        let owner = self.account.owner_uin;
        let found =
            self.app.store.read(move |conn| credential_report::page(conn, owner, after, PAGE)).await?;
        let now = self.app.clock.now();
        let rows: Vec<Vec<String>> = found.iter().map(|row| row.cells(&self.account, now)).collect();
        let mut text = self.writer.rows(&rows);
        let is_full = rows.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
        self.at = if let Some(last) = found.last().filter(|_| is_full) {
            Place::After(last.place())
        } else {
            text.push_str(self.writer.foot());
            Place::Over
        };
        Ok(Some(text))
    }
}
