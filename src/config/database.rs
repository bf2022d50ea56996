//! The address of the database; its scheme is required, as a bare name could mean either kind.

use std::fmt::{self, Write as _};
use std::path::PathBuf;

use url::Url;

/// Which database holds the data.
#[derive(Clone, Eq, PartialEq)]
pub enum DatabaseUrl {
    Sqlite(PathBuf),
    /// The address for libpq, password included: never print it, print the `DatabaseUrl`.
    Postgres(String),
}

impl DatabaseUrl {
    /// Accepts `sqlite://PATH` and `postgres://…`; an error never repeats the address, as it may hold a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err("needs a scheme: sqlite://PATH or postgres://USER@HOST/NAME".to_owned());
        };
        match scheme {
            "sqlite" => parse_path(rest),
            "postgres" | "postgresql" => parse_postgres(text),
            other if other.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                Err(format!("the scheme `{other}` is not known; use sqlite:// or postgres://"))
            }
            _ => Err("has no known scheme; use sqlite:// or postgres://".to_owned()),
        }
    }
}

fn parse_path(path: &str) -> Result<DatabaseUrl, String> {
    if path.is_empty() || path.ends_with('/') {
        return Err("names no file; write sqlite://PATH".to_owned());
    }
    if path.starts_with(':') || path.contains(['?', '#', '\0']) {
        return Err("takes a plain path to a file, without parameters and not in memory".to_owned());
    }
    Ok(DatabaseUrl::Sqlite(PathBuf::from(path)))
}

fn parse_postgres(text: &str) -> Result<DatabaseUrl, String> {
    let refused = |error| format!("is not a postgres:// address: {error}");
    let (one, others) = one_host(text);
    for host in others {
        Url::parse(&format!("postgres://{host}/")).map_err(refused)?;
    }
    let url = Url::parse(&one).map_err(refused)?;
    let named = url.path().trim_start_matches('/');
    if named.is_empty() {
        return Err("names no database; write postgres://USER@HOST/NAME".to_owned());
    }
    Ok(DatabaseUrl::Postgres(text.to_owned()))
}

/// For people and logs: the password is hidden.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(formatter, "sqlite://{}", path.display()),
            Self::Postgres(address) => formatter.write_str(&without_password(address)),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// The address with the first of its hosts alone, which is one that URLs know, and the other hosts.
///
/// PostgreSQL takes several with commas between: `postgres://me@one:5432,two:5432/name`.
fn one_host(address: &str) -> (String, Vec<&str>) {
    let whole = || (address.to_owned(), Vec::new());
    let Some((scheme, rest)) = address.split_once("://") else { return whole() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let Some((authority, path)) = rest.split_at_checked(end) else { return whole() };
    let (person, hosts) = match authority.rsplit_once('@') {
        Some((person, hosts)) => (format!("{person}@"), hosts),
        None => (String::new(), authority),
    };
    let Some((first, others)) = hosts.split_once(',') else { return whole() };
    (format!("{scheme}://{person}{first}{path}"), others.split(',').collect())
}

/// Adds parameters to the address of a PostgreSQL database, but for those that it sets itself.
pub fn with_parameters(address: &str, parameters: &[(&str, &str)]) -> String {
    let query = address.split_once('?').map(|(_, query)| query);
    let mut text = address.to_owned();
    let mut joiner = if query.is_some() { '&' } else { '?' };
    for (name, value) in parameters {
        let mut given = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        if !given.any(|(given, _)| given == *name) {
            let _ = write!(text, "{joiner}{name}={value}");
            joiner = '&';
        }
    }
    text
}

fn without_password(address: &str) -> String {
    let (one, others) = one_host(address);
    let Ok(mut url) = Url::parse(&one) else {
        return "postgres://***".to_owned();
    };
    if url.password().is_some() && url.set_password(Some("***")).is_err() {
        return "postgres://***".to_owned();
    }
    if url.query().is_some_and(|query| query.to_ascii_lowercase().contains("password")) {
        url.set_query(Some("***"));
    }
    let shown = url.to_string();
    if others.is_empty() {
        return shown;
    }
    // The first host ends where its authority does.
    let start = shown.find("://").map_or(0, |at| at + 3);
    let end = shown.get(start..).and_then(|rest| rest.find(['/', '?'])).map_or(shown.len(), |at| start + at);
    let (before, after) = shown.split_at_checked(end).unwrap_or((&shown, ""));
    format!("{before},{}{after}", others.join(","))
}
