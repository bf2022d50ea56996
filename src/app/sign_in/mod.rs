//! The way in: name and password, then a code where there is an authenticator app.

mod counted;
pub mod second_step;
pub(super) mod visitor;

use super::{App, Failure};
use crate::app::change::event::{Actor, Draft};
use crate::app::change::{Change, Outsider};
use crate::app::factors::guard::{Buckets, admit, take_back};
use crate::app::factors::known_devices::device_cookie;
use crate::app::session::rules::{live_session, make_room};
use crate::app::session::welcome::unwelcome;
use crate::app::session::{Beginning, begin_session, public_name};
use crate::app::sign_in::counted::counted;
use crate::app::sign_in::visitor::{Knock, Visitor, at_the_door};
use crate::domain::audit::EventName;
use crate::domain::secret::Password;
use crate::domain::session::{Session, SignInMethod, Stage};
use crate::domain::source::Source;
use crate::domain::throttle::{TOLD_WAIT, TOLD_WRONG_CODES};
use crate::domain::user::{Uin, User};
use crate::metrics::Step;
use crate::passwords::Verdict;
use crate::store::{Conn, accounts, dialect, identities, totp_devices, users};

pub use crate::app::factors::known_devices::DEVICE_COOKIE_SECONDS;

/// What a person typed at the door.
pub struct Credentials {
    /// Account UIN, or empty.
    pub account: String,
    pub user_name: String,
    pub password: Password,
    /// The cookie of a browser that signed in before.
    pub device: Option<String>,
}

/// How far a sign-in came.
pub struct SignedIn {
    /// The value for the session cookie.
    pub session: String,
    /// Whether a code is still to come.
    pub needs_code: bool,
    /// The value for the device cookie, when the person is in.
    pub device: Option<String>,
    /// The account that the person is in.
    pub account: Uin,
    /// Whether the person has a choice of accounts.
    pub can_switch: bool,
    /// Sessions that ended to make room.
    pub ended: Vec<Session>,
    /// Codes that were wrong since the last sign-in, where there were more than one's own slips.
    pub wrong_codes: Option<i64>,
}

/// How somebody comes in: by what, after how many wrong codes, from where.
pub(in crate::app) struct Entry<'a> {
    pub method: SignInMethod,
    pub wrong_codes: i64,
    pub source: &'a Source,
}

/// A right password, and the hash that it was checked against.
struct Proven {
    user: User,
    stored: Option<String>,
    /// The hash to keep instead, when the old one was made at another cost.
    rehashed: Option<String>,
    buckets: Buckets,
}

/// Checks name and password. Unknown names and wrong passwords cost and look the same.
pub async fn sign_in(app: &App, credentials: Credentials, source: Source) -> Result<SignedIn, Failure> {
    counted(app, Step::Password, try_password(app, credentials, source)).await
}

async fn try_password(app: &App, credentials: Credentials, source: Source) -> Result<SignedIn, Failure> {
    let Credentials { account, user_name, password, device } = credentials;
    let Visitor { found, buckets, guest } =
        at_the_door(app, Knock { account, user_name, device, ip: source.ip.clone() }).await?;
    let turn = admit(app, &buckets, &guest).await?;
    let (user, stored) = found.map_or((None, None), |(user, stored)| (Some(user), stored));
    let verdict = match app.passwords.check_in(turn, password, stored.clone()).await {
        Ok(verdict) => verdict,
        Err(error) => return Err(take_back(app, buckets, error).await),
    };
    let rehashed = match verdict {
        Verdict::Wrong => return Err(refuse_sign_in(app, user, source, buckets).await?),
        Verdict::Right => None,
        Verdict::Renewed(hash) => Some(hash),
    };
    match user {
        Some(user) if user.console_login => {
            pass_first_step(app, Proven { user, stored, rehashed, buckets }, source).await
        }
        user => Err(refuse_sign_in(app, user, source, buckets).await?),
    }
}

async fn pass_first_step(app: &App, proven: Proven, source: Source) -> Result<SignedIn, Failure> {
    app.change_again(&Outsider, move |change| {
        let Some(user) = still_valid(change.conn, &proven)? else {
            Draft::sign_in(&proven.user, &source).refused("password just changed").record(change);
            return Ok(Err(Failure::NotProven));
        };
        proven.buckets.forgive(change.conn)?;
        if let Some(refusal) = unwelcome(change, &user, &source)? {
            return Ok(Err(refusal));
        }
        if totp_devices::count(change.conn, user.uin)? > 0 {
            let beginning =
                Beginning { user: &user, is_full: false, method: SignInMethod::Password, source: &source };
            let session = begin_session(change.app, change.conn, &beginning)?;
            return Ok(Ok(SignedIn::half(session, user.owner_uin)));
        }
        let_in(change, &user, &Entry { method: SignInMethod::Password, wrong_codes: 0, source: &source })
            .map(Ok)
    })
    .await?
}

/// The password was checked outside the transaction: what it was checked against must still be in force.
fn still_valid(conn: &mut Conn, proven: &Proven) -> Result<Option<User>, Failure> {
    let uin = proven.user.uin;
    dialect::lock_identity(conn, uin)?;
    let identity = identities::find(conn, uin)?.filter(|identity| identity.password_hash == proven.stored);
    let user = users::by_uid(conn, proven.user.uid)?.filter(|user| user.console_login);
    let (Some(_), Some(user)) = (identity, user) else { return Ok(None) };
    if let Some(hash) = &proven.rehashed {
        identities::set_hash(conn, uin, hash)?;
    }
    Ok(Some(user))
}

pub(in crate::app) fn let_in(
    change: &mut Change<'_, Outsider>,
    user: &User,
    entry: &Entry<'_>,
) -> Result<SignedIn, Failure> {
    let Entry { method, wrong_codes, source } = *entry;
    let (app, now) = (change.app, change.app.clock.now());
    dialect::lock_identity(change.conn, user.uin)?;
    users::touch(change.conn, user.uid, now)?;
    identities::set_last_sign_in(change.conn, user.uin, now, &source.ip)?;
    let ended = make_room(app, change.conn, user.uin)?;
    let session = begin_session(app, change.conn, &Beginning { user, is_full: true, method, source })?;
    for session in &ended {
        let event =
            Draft::new(EventName::END_SESSION, &Actor::of(user, source)).fact("because", "too many sessions");
        let event = event.fact("session", public_name(session)).fact("ip", session.ip.as_str());
        event.record(change);
    }
    let mut event = Draft::sign_in(user, source).fact("method", method.as_str());
    if wrong_codes > 0 {
        event = event.fact("wrong_codes", wrong_codes);
    }
    event.record(change);
    let can_switch = users::of_identity(change.conn, user.uin)?.len() > 1;
    let wrong_codes = (wrong_codes >= TOLD_WRONG_CODES).then_some(wrong_codes);
    let device = Some(device_cookie(app, user.uin)?);
    let account = user.owner_uin;
    Ok(SignedIn { session, needs_code: false, device, account, can_switch, ended, wrong_codes })
}

async fn refuse_sign_in(
    app: &App,
    user: Option<User>,
    source: Source,
    buckets: Buckets,
) -> Result<Failure, Failure> {
    app.change(&Outsider, move |change| {
        let wait = buckets.wait(change.conn, change.app.clock.now())?;
        let is_shut = wait.is_some_and(|seconds| seconds >= TOLD_WAIT);
        // Unknown names are written down too, for the operator: both cases then cost the same.
        let nobody = Actor { owner: Uin(0), uin: Uin(0), name: "unknown", source: &source };
        let actor = user.as_ref().map_or(nobody, |user| Actor::of(user, &source));
        let event = |name| Draft::new(name, &actor);
        event(EventName::SIGN_IN).refused("wrong name or password").record(change);
        if is_shut {
            let event = event(EventName::LOCK_OUT).refused("wrong passwords");
            event.fact("purpose", "sign_in").record(change);
        }
        Ok(Failure::NotProven)
    })
    .await
}

/// Whether a session is signed in already.
pub async fn is_signed_in(app: &App, session: String) -> Result<bool, Failure> {
    let node = app.clone();
    app.store
        .read(move |conn| match live_session(&node, conn, &session) {
            Ok(session) => Ok(session.is_at(Stage::SignedIn)),
            Err(Failure::NotSignedIn) => Ok(false),
            Err(other) => Err(other),
        })
        .await
}

/// Whether the door has to ask for an account, and whether there is any.
pub async fn door(app: &App) -> Result<Entrance, Failure> {
    let found = app.store.read(accounts::first_two).await?;
    Ok(Entrance { is_set_up: !found.is_empty(), asks_account: found.len() > 1 })
}

/// What the sign-in page shows.
#[derive(Clone, Copy, Debug)]
pub struct Entrance {
    pub is_set_up: bool,
    pub asks_account: bool,
}

impl SignedIn {
    /// The first step is done, the second one to come.
    fn half(session: String, account: Uin) -> Self {
        Self {
            session,
            account,
            needs_code: true,
            device: None,
            can_switch: false,
            ended: Vec::new(),
            wrong_codes: None,
        }
    }
}
