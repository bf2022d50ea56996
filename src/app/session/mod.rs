//! Sessions: begun at sign-in, renamed at step-up, ended in many ways.

pub mod person;
pub(super) mod refusals;
pub mod rules;
pub mod tickets;
pub(super) mod welcome;
pub mod window;

use crate::app::caller::Caller;
use crate::app::change::event::{Actor, Draft};
use crate::app::session::rules::{SECOND_STEP_SECONDS, is_live};
use crate::app::session::tickets::digest;
use crate::app::session::welcome::unwelcome;
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::session::{Session, SignInMethod, Stage};
use crate::domain::source::Source;
use crate::domain::user::{Uin, User};
use crate::store::sessions;
use crate::store::{Conn, dialect, users};
use std::sync::Arc;

/// What a session begins with.
pub(in crate::app) struct Beginning<'a> {
    pub user: &'a User,
    pub is_full: bool,
    pub method: SignInMethod,
    pub source: &'a Source,
}

/// Begins a session and gives the value for its cookie.
pub(in crate::app) fn begin_session(
    app: &App,
    conn: &mut Conn,
    beginning: &Beginning<'_>,
) -> Result<String, Failure> {
    dialect::lock_identity(conn, beginning.user.uin)?;
    let key = app.random.token()?;
    let now = app.clock.now();
    let stage = if beginning.is_full { Stage::SignedIn } else { Stage::SecondFactor };
    let lives = if beginning.is_full { app.rules.session_absolute } else { SECOND_STEP_SECONDS };
    let session = Session {
        id_hash: digest(&key),
        family: app.random.token()?,
        state: "{}".to_owned(),
        stage: stage.as_str().to_owned(),
        uin: beginning.user.uin,
        uid: beginning.user.uid,
        method: beginning.method.to_string(),
        ip: beginning.source.ip.clone(),
        user_agent: beginning.source.user_agent.clone(),
        created_at: now,
        last_seen_at: now,
        expires_at: now + lives,
        step_up_at: None,
        former_id: None,
        code_at: None,
        code_device: None,
    };
    sessions::insert(conn, &session)?;
    Ok(key)
}

/// Gives a session another id; what waits in it goes along. The answer is the new cookie value.
pub(in crate::app) fn rename_session(
    app: &App,
    conn: &mut Conn,
    old: &Session,
    change: impl FnOnce(&mut Session),
) -> Result<String, Failure> {
    // Whoever ends this person's sessions must see either the old row or the new one.
    dialect::lock_identity(conn, old.uin)?;
    let key = app.random.token()?;
    let mut renamed = Session {
        id_hash: digest(&key),
        last_seen_at: app.clock.now(),
        former_id: Some(old.id_hash.clone()),
        ..old.clone()
    };
    change(&mut renamed);
    if sessions::replace_id(conn, &old.id_hash, &renamed)? { Ok(key) } else { Err(Failure::NotSignedIn) }
}

/// Ends the caller's session, also one that is given another id at this moment.
pub async fn sign_out(app: &App, caller: &Caller) -> Result<(), Failure> {
    let (uin, family, event) =
        (caller.user.uin, caller.session()?.family.clone(), caller.event(EventName::SIGN_OUT));
    app.change(caller, move |change| {
        dialect::lock_identity(change.conn, uin)?;
        if sessions::delete_family(change.conn, uin, &family)? {
            event.record(change);
        }
        Ok(())
    })
    .await
}

/// The caller's sessions, wherever they were begun; the present one first.
pub async fn sessions(app: &App, caller: &Caller) -> Result<Vec<Session>, Failure> {
    let (uin, now, own) = (caller.user.uin, app.clock.now(), caller.session()?.id_hash.clone());
    let mut found: Vec<Session> = app
        .store
        .read(move |conn| sessions::of_identity(conn, uin, now))
        .await?
        .into_iter()
        .filter(|session| is_live(app, session))
        .collect();
    found.sort_by_key(|session| session.id_hash != own);
    Ok(found)
}

/// Ends one of the caller's sessions.
pub async fn end_session(app: &App, caller: &Caller, family: String) -> Result<(), Failure> {
    let (uin, event) = (caller.user.uin, caller.event(EventName::END_SESSION));
    let now = app.clock.now();
    app.change(caller, move |change| {
        dialect::lock_identity(change.conn, uin)?;
        let wanted = sessions::of_identity(change.conn, uin, now)?
            .into_iter()
            .find(|session| public_name(session) == family)
            .ok_or(Failure::NotFound)?;
        if !sessions::delete_family(change.conn, uin, &wanted.family)? {
            return Err(Failure::NotFound);
        }
        event.fact("session", public_name(&wanted)).fact("ip", wanted.ip).record(change);
        Ok(())
    })
    .await
}

/// Ends all of the caller's sessions but the present one.
pub async fn end_other_sessions(app: &App, caller: &Caller) -> Result<usize, Failure> {
    let (uin, keep, event) =
        (caller.user.uin, caller.session()?.family.clone(), caller.event(EventName::END_SESSION));
    app.change(caller, move |change| {
        dialect::lock_identity(change.conn, uin)?;
        let ended = sessions::delete_others(change.conn, uin, &keep)?;
        event.fact("ended", ended).record(change);
        Ok(ended)
    })
    .await
}

/// The accounts that the caller can act in, its own first.
pub async fn identities(app: &App, caller: &Caller) -> Result<Vec<(User, String)>, Failure> {
    let uin = caller.user.uin;
    app.store
        .read(move |conn| {
            let mut found = Vec::new();
            for user in users::of_identity(conn, uin)? {
                let account = crate::store::accounts::find(conn, user.owner_uin)?;
                found.push((user, account.map(|account| account.name).unwrap_or_default()));
            }
            Ok(found)
        })
        .await
}

/// Acts in another account from now on. The answer is the new cookie value.
pub async fn switch_identity(app: &App, caller: &Caller, owner: Uin) -> Result<String, Failure> {
    let (session, source) = (Arc::clone(caller.session()?), caller.source.clone());
    app.change(caller, move |change| {
        let user = users::find(change.conn, owner, session.uin)?.ok_or(Failure::NotFound)?;
        if !user.console_login {
            return Err(Failure::NotFound);
        }
        if let Some(refusal) = unwelcome(change, &user, &source)? {
            return Ok(Err(refusal));
        }
        let key = rename_session(change.app, change.conn, &session, |renamed| {
            renamed.uid = user.uid;
            renamed.step_up_at = None;
        })?;
        Draft::new(EventName::SWITCH_IDENTITY, &Actor::of(&user, &source)).record(change);
        Ok(Ok(key))
    })
    .await?
}

/// Removes what has run out. Meant to be called now and then.
pub async fn sweep(app: &App) -> Result<(), Failure> {
    let (longest, now) = (app.rules.session_absolute, app.clock.now());
    app.memory.purge(now);
    app.store
        .write(move |conn| -> Result<(), Failure> {
            sessions::sweep(conn, now, longest)?;
            crate::store::throttles::sweep(conn, now)?;
            crate::store::replays::sweep(conn, now)?;
            crate::store::authority::sweep(conn)?;
            crate::store::signed_seconds::sweep(conn, now)?;
            crate::store::nodes::sweep(conn, now - 86_400)?;
            crate::store::forms::sweep(conn, now)?;
            crate::store::kept_forms::sweep(conn, now)?;
            crate::store::claims::sweep(conn, now)?;
            crate::store::invitations::sweep(conn, now)?;
            crate::store::refusals::sweep(conn, now)?;
            crate::store::key_usage::sweep(conn, now)?;
            crate::store::key_hours::sweep(conn, now)?;
            crate::store::account_hours::sweep(conn, now)?;
            crate::store::services::sweep(conn, now)?;
            crate::store::webhooks::sweep(conn, now)?;
            crate::store::webhook_deliveries::sweep(conn, now)?;
            Ok(())
        })
        .await
}

/// What the page layer kept in a session.
pub async fn session_state(app: &App, id_hash: String) -> Result<Option<String>, Failure> {
    Ok(app.store.read(move |conn| sessions::state(conn, &id_hash)).await?)
}

/// Replaces what the page layer keeps in a session that still exists.
pub async fn set_session_state(app: &App, id_hash: String, state: String) -> Result<(), Failure> {
    Ok(app.store.write(move |conn| sessions::set_state(conn, &id_hash, &state)).await?)
}

/// The person whose session had that id before its last change of id. Only for ending it: a sign-out may come with
/// a cookie that is being replaced at this moment.
pub async fn former_caller(app: &App, id_hash: String, source: Source) -> Result<Caller, Failure> {
    let found = app.store.read(move |conn| sessions::find_former(conn, &id_hash)).await?;
    person::caller(app, found.ok_or(Failure::NotSignedIn)?.id_hash, source).await
}

/// Whether a session has that id, or had it before its last change of id.
pub async fn was_session(app: &App, id_hash: String) -> Result<bool, Failure> {
    Ok(app.store.read(move |conn| sessions::find_former(conn, &id_hash)).await?.is_some())
}

/// Forgets a session by its digest.
pub async fn forget_session(app: &App, id_hash: String) -> Result<(), Failure> {
    app.store.write(move |conn| sessions::delete(conn, &id_hash)).await.map(|_| ())?;
    Ok(())
}

/// How a session is named on pages and in forms: not its id.
pub fn public_name(session: &Session) -> String {
    digest(&session.family).chars().take(16).collect()
}

/// The digest under which a cookie's session is kept.
pub fn id_of_cookie(value: &str) -> String {
    digest(value)
}
