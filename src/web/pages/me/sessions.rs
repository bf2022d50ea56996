//! Where a person is signed in, and ending that.

use super::agent;
use crate::app::{session, session::public_name, session::rules::MAX_SESSIONS};
use crate::domain::session::Session as SignedIn;
use crate::web::answer::{PageResult, render, see_other};
use crate::web::{forms::csrf::Protected, layout::Layout, layout::filters, visit::Visit};
use askama::Template;

#[derive(Template)]
#[template(path = "me/sessions.html")]
struct SessionsPage {
    page: Layout,
    most: usize,
    sessions: Vec<Row>,
}

/// A session as the page shows it.
struct Row {
    name: String,
    is_own: bool,
    browser: String,
    icon: &'static str,
    ip: String,
    started_at: i64,
    seen_at: i64,
    method: String,
}

/// Every place where the person is signed in, this one first.
pub async fn sessions(visit: Visit) -> PageResult {
    let own = public_name(visit.person.session()?);
    let found = session::sessions(visit.app(), &visit.person).await?;
    render(&SessionsPage {
        page: visit.layout("me"),
        most: MAX_SESSIONS,
        sessions: found.into_iter().map(|session| Row::new(session, &own)).collect(),
    })
}

/// Ends one session; one's own is signed out.
pub async fn end_session(visit: Visit, _form: Protected) -> PageResult {
    let wanted = visit.part("session").to_owned();
    if wanted == public_name(visit.person.session()?) {
        session::sign_out(visit.app(), &visit.person).await?;
        visit.session.purge();
        return Ok(see_other("/login"));
    }
    session::end_session(visit.app(), &visit.person, wanted).await?;
    Ok(visit.done("/me/sessions", "Session ended."))
}

/// Ends every session but this one.
pub async fn end_other_sessions(visit: Visit, _form: Protected) -> PageResult {
    let text = match session::end_other_sessions(visit.app(), &visit.person).await? {
        0 => "There were no other sessions.".to_owned(),
        1 => "One other session ended.".to_owned(),
        ended => format!("{ended} other sessions ended."),
    };
    Ok(visit.done("/me/sessions", text))
}

impl Row {
    fn new(session: SignedIn, own: &str) -> Self {
        let name = public_name(&session);
        let is_mobile = agent::is_mobile(&session.user_agent);
        Self {
            is_own: name == own,
            name,
            browser: agent::in_words(&session.user_agent),
            icon: if is_mobile { "smartphone" } else { "monitor" },
            ip: session.ip,
            started_at: session.created_at,
            seen_at: session.last_seen_at,
            method: session.method,
        }
    }
}
