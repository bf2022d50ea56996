//! Browser sessions: actix-session's cookie in front of our table.
//!
//! A session row is made by signing in, never here; its id alone says who is there. The map that the framework writes
//! back holds flash messages and nothing that decides anything.

use crate::app::App;
use crate::app::session::{self, id_of_cookie};
use actix_session::config::{BrowserSession, CookieContentSecurity};
use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_session::{Session, SessionMiddleware};
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Key, SameSite};
use anyhow::{Error, anyhow};
use std::collections::HashMap;

const ID: &str = "id";
const NEXT: &str = "next";
const WANTED: &str = "wanted";

/// The session table as actix-session sees it.
#[derive(Clone)]
pub struct Sessions(pub App);

type State = HashMap<String, String>;

impl SessionStore for Sessions {
    async fn load(&self, key: &SessionKey) -> Result<Option<State>, LoadError> {
        let id = id_of_cookie(key.as_ref());
        let kept = session::session_state(&self.0, id.clone())
            .await
            .map_err(|error| LoadError::Other(error.into()))?;
        let mut state = match kept {
            Some(text) => {
                serde_json::from_str(&text).map_err(|error| LoadError::Deserialization(error.into()))?
            }
            // Nobody is signed in by a former id; it only says which session a sign-out means.
            None if session::was_session(&self.0, id.clone())
                .await
                .map_err(|error| LoadError::Other(error.into()))? =>
            {
                State::new()
            }
            None => return Ok(None),
        };
        state.insert(ID.to_owned(), quoted(&id));
        Ok(Some(state))
    }

    /// Hands out the key that signing in made; without one there is no session to keep.
    async fn save(&self, mut state: State, _ttl: &Duration) -> Result<SessionKey, SaveError> {
        let missing = || SaveError::Other(anyhow!("a session is begun by signing in only"));
        let next = state.remove(NEXT).ok_or_else(missing)?;
        let key: String =
            serde_json::from_str(&next).map_err(|error| SaveError::Serialization(error.into()))?;
        let key = SessionKey::try_from(key).map_err(|error| SaveError::Other(error.into()))?;
        self.keep(&key, state).await.map_err(SaveError::Other)?;
        Ok(key)
    }

    /// Never inserts: a session that was ended meanwhile stays ended.
    async fn update(
        &self,
        key: SessionKey,
        state: State,
        _ttl: &Duration,
    ) -> Result<SessionKey, UpdateError> {
        self.keep(&key, state).await.map_err(UpdateError::Other)?;
        Ok(key)
    }

    /// Idle time is counted by the caller's own row, not here.
    async fn update_ttl(&self, _key: &SessionKey, _ttl: &Duration) -> Result<(), Error> {
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), Error> {
        Ok(session::forget_session(&self.0, id_of_cookie(key.as_ref())).await?)
    }
}

impl Sessions {
    async fn keep(&self, key: &SessionKey, mut state: State) -> Result<(), Error> {
        state.remove(ID);
        let text = serde_json::to_string(&state)?;
        Ok(session::set_session_state(&self.0, id_of_cookie(key.as_ref()), text).await?)
    }
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

/// What the session cookie is sealed with.
pub fn key(app: &App) -> Result<Key, crate::app::Failure> {
    Ok(Key::from(app.vault.derive("session-cookie")?.as_ref()))
}

/// The session middleware with our cookie.
pub fn middleware(
    app: &App,
    name: &str,
    is_https: bool,
) -> Result<SessionMiddleware<Sessions>, crate::app::Failure> {
    let lifecycle = BrowserSession::default().state_ttl(Duration::seconds(app.rules.session_absolute));
    Ok(SessionMiddleware::builder(Sessions(app.clone()), key(app)?)
        .cookie_name(name.to_owned())
        .cookie_secure(is_https)
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_path("/".to_owned())
        .cookie_content_security(CookieContentSecurity::Private)
        .session_lifecycle(lifecycle)
        .build())
}

/// The id under which a browser's session is kept, if it has one.
pub fn id(session: &Session) -> Option<String> {
    session.get::<String>(ID).ok().flatten()
}

/// Remembers the page that a person wants once the account is chosen. A lost one is no harm.
pub fn want(session: &Session, page: &str) {
    if let Err(error) = session.insert(WANTED, page) {
        tracing::warn!(%error, "a wanted page was lost");
    }
}

/// The page that was wanted before the account was chosen.
pub fn wanted(session: &Session) -> Option<String> {
    let page = session.get::<String>(WANTED).ok().flatten();
    session.remove(WANTED);
    page
}

/// Continues under the key that signing in, or a passed step-up, made.
pub fn continue_as(session: &Session, key: &str) -> Result<(), super::error::PageError> {
    session.renew();
    session.insert(NEXT, key).map_err(|error| super::error::PageError::Internal(error.into()))
}
