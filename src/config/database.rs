//! The address of the database; its scheme is required, as a bare name could mean either kind.

use std::fmt;
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
    let url = Url::parse(text).map_err(|error| format!("is not a postgres:// address: {error}"))?;
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

fn without_password(address: &str) -> String {
    let Ok(mut url) = Url::parse(address) else {
        return "postgres://***".to_owned();
    };
    if url.password().is_some() && url.set_password(Some("***")).is_err() {
        return "postgres://***".to_owned();
    }
    if url.query().is_some_and(|query| query.to_ascii_lowercase().contains("password")) {
        url.set_query(Some("***"));
    }
    url.to_string()
}
