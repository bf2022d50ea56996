//! The credential report: what it says, and the way to it.

use crate::app::reports::credential_report::{ask_report, open_report};
use crate::domain::export::Format;
use crate::domain::permission::action;
use crate::web::answer::{self, PageResult, render, see_other};
use crate::web::layout::{Layout, filters, flash::Kind};
use crate::web::pages::ways::question;
use crate::web::{forms::csrf::Protected, query::Query, visit::Visit};
use askama::Template;

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
}

struct Ready {
    href: String,
    label: &'static str,
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
    let ready = query.find("t").zip(format_in(&query)).map(|(_, format)| Ready {
        href: format!("{PAGE}/download{}", query.with(&[])),
        label: label(format),
    });
    render(&ReportPage { page: visit.layout("report"), columns: COLUMNS, ready })
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
