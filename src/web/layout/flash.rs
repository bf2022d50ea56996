//! One sentence for the next page.

use actix_session::Session;
use serde::{Deserialize, Serialize};

const KEY: &str = "flash";

/// How a sentence is meant.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum Kind {
    Ok,
    Warn,
    Bad,
    Info,
}

/// A sentence for the next page; never holds a secret.
#[derive(Clone, Debug)]
pub struct Flash {
    pub kind: &'static str,
    pub text: String,
}

/// Leaves a sentence for the next page. A lost one is no harm.
pub fn leave(session: &Session, kind: Kind, text: impl Into<String>) {
    if let Err(error) = session.insert(KEY, (kind, text.into())) {
        tracing::warn!(%error, "a flash message was lost");
    }
}

/// Takes the sentence that the last page left.
pub fn take(session: &Session) -> Option<Flash> {
    let (kind, text) = session.get::<(Kind, String)>(KEY).ok().flatten()?;
    session.remove(KEY);
    let kind = match kind {
        Kind::Ok => "ok",
        Kind::Warn => "warn",
        Kind::Bad => "bad",
        Kind::Info => "info",
    };
    Some(Flash { kind, text })
}
