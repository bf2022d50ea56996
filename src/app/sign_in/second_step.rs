//! The second step of signing in: a code, or a recovery code in its place.

use crate::app::change::event::{Actor, Draft};
use crate::app::change::{Change, Outsider};
use crate::app::factors::devices::use_code;
use crate::app::factors::guard::{code_buckets, recovery_buckets};
use crate::app::factors::known_devices::{Device, known_device};
use crate::app::session::id_of_cookie;
use crate::app::session::rules::live_session;
use crate::app::session::welcome::unwelcome;
use crate::app::sign_in::counted::counted;
use crate::app::sign_in::{Entry, SignedIn, let_in};
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::field::FieldError;
use crate::domain::recovery::RecoveryCode;
use crate::domain::session::{Session, SignInMethod, Stage};
use crate::domain::source::Source;
use crate::domain::throttle::MANY_WRONG_CODES;
use crate::domain::totp::Code;
use crate::domain::user::{Uin, User};
use crate::metrics::Step;
use crate::store::{Conn, dialect, identities, recovery_codes, sessions, users};

const ONLY_KNOWN: &str = "Too many wrong codes were entered for this user. Sign in from a browser that you used before, \
     or use a recovery code.";

/// A person who waits for the second step.
pub struct Waiting {
    pub user_name: String,
    /// Whether codes were wrong before, so that a hint may help.
    pub failures: bool,
}

/// What a person offers as the second factor.
enum Proof {
    Code(Code),
    Recovery(RecoveryCode),
}

/// Who takes the second step: the session of the first one, and the cookie of a browser that signed in before.
pub struct SecondStep {
    pub session: String,
    pub device: Option<String>,
    pub source: Source,
}

/// A sign-in that has passed its first step.
struct Half {
    session: Session,
    user: User,
    known: Option<Device>,
    source: Source,
}

/// Who waits for the second step in a session.
pub async fn waiting(app: &App, session: String) -> Result<Waiting, Failure> {
    let node = app.clone();
    app.store
        .read(move |conn| {
            let (_, user) = half_signed_in(&node, conn, &session)?;
            let failures = wrong_codes(conn, user.uin)? > 1;
            Ok(Waiting { user_name: user.name, failures })
        })
        .await
}

/// Checks the code of the second step.
pub async fn verify_sign_in(app: &App, step: SecondStep, code: Code) -> Result<SignedIn, Failure> {
    counted(app, Step::Code, prove(app, step, Proof::Code(code))).await
}

/// Checks a recovery code in place of the second step.
pub async fn recover_sign_in(app: &App, step: SecondStep, code: RecoveryCode) -> Result<SignedIn, Failure> {
    counted(app, Step::RecoveryCode, prove(app, step, Proof::Recovery(code))).await
}

/// A wrong proof is an answer of the transaction, not an error, so that its count is committed.
async fn prove(app: &App, step: SecondStep, proof: Proof) -> Result<SignedIn, Failure> {
    let SecondStep { session, device, source } = step;
    app.change(&Outsider, move |change| {
        let (session, user) = half_signed_in(change.app, change.conn, &session)?;
        let known = device.and_then(|device| known_device(change.app, &device, user.uin));
        guess(change, &Half { session, user, known, source }, &proof)
    })
    .await?
}

fn guess(
    change: &mut Change<'_, Outsider>,
    half: &Half,
    proof: &Proof,
) -> Result<Result<SignedIn, Failure>, Failure> {
    let (uin, now) = (half.user.uin, change.app.clock.now());
    dialect::lock_identity(change.conn, uin)?;
    // What ends a person's sessions holds this lock: what was read before it may be over.
    half_signed_in(change.app, change.conn, &half.session.id_hash)?;
    let buckets = match proof {
        Proof::Code(_) => code_buckets(change.app, uin, &half.source.ip, half.known.as_ref()),
        Proof::Recovery(_) => recovery_buckets(change.app, uin, &half.source.ip, half.known.as_ref()),
    };
    let wrong_codes = wrong_codes(change.conn, uin)?;
    buckets.ensure_open(change.conn, now)?;
    if let Some(refusal) = unwelcome(change, &half.user, &half.source)? {
        return Ok(Err(refusal));
    }
    let (device, method) = match proof {
        Proof::Code(_) if wrong_codes >= MANY_WRONG_CODES && half.known.is_none() => {
            return Err(FieldError::on_page("code", ONLY_KNOWN).into());
        }
        Proof::Code(code) => (use_code(change.app, change.conn, uin, code)?, SignInMethod::Code),
        Proof::Recovery(_) => (None, SignInMethod::RecoveryCode),
    };
    let is_right = match proof {
        Proof::Code(_) => device.is_some(),
        Proof::Recovery(code) => use_recovery_code(change, half, code)?,
    };
    if !is_right {
        buckets.fail(change.conn, now)?;
        if matches!(proof, Proof::Code(_)) {
            identities::set_wrong_codes(change.conn, uin, wrong_codes.saturating_add(1))?;
        }
        Draft::sign_in(&half.user, &half.source).refused("wrong code").record(change);
        if matches!(proof, Proof::Code(_)) && wrong_codes.saturating_add(1) == MANY_WRONG_CODES {
            let event = Draft::new(EventName::LOCK_OUT, &Actor::of(&half.user, &half.source));
            event.refused("wrong codes").fact("purpose", "sign_in").record(change);
        }
        return Ok(Err(Failure::NotProven));
    }
    buckets.clear(change.conn)?;
    identities::set_wrong_codes(change.conn, uin, 0)?;
    if wrong_codes >= MANY_WRONG_CODES {
        identities::ask_new_password(change.conn, uin, wrong_codes)?;
    }
    if !sessions::delete(change.conn, &half.session.id_hash)? {
        return Err(Failure::NotSignedIn);
    }
    let signed_in = let_in(change, &half.user, &Entry { method, wrong_codes, source: &half.source })?;
    if let Some(device) = device {
        sessions::note_code(change.conn, &id_of_cookie(&signed_in.session), &device, now)?;
    }
    Ok(Ok(signed_in))
}

/// Using a recovery code ends all other sessions: whoever lost a phone may have lost more.
fn use_recovery_code(
    change: &mut Change<'_, Outsider>,
    half: &Half,
    code: &RecoveryCode,
) -> Result<bool, Failure> {
    let user = &half.user;
    if !recovery_codes::use_up(change.conn, user.uin, &code.digest(), change.app.clock.now())? {
        return Ok(false);
    }
    identities::set_recovered(change.conn, user.uin, Some(change.app.clock.now()))?;
    sessions::delete_others(change.conn, user.uin, &half.session.family)?;
    let left = recovery_codes::left(change.conn, user.uin)?;
    Draft::new(EventName::USE_RECOVERY_CODE, &Actor::of(user, &half.source))
        .fact("left", left)
        .record(change);
    Ok(true)
}

fn half_signed_in(app: &App, conn: &mut Conn, session: &str) -> Result<(Session, User), Failure> {
    let half = live_session(app, conn, session)?;
    let user = users::by_uid(conn, half.uid)?.filter(|user| user.console_login);
    match user {
        Some(user) if half.is_at(Stage::SecondFactor) => Ok((half, user)),
        _ => Err(Failure::NotSignedIn),
    }
}

fn wrong_codes(conn: &mut Conn, uin: Uin) -> Result<i64, Failure> {
    Ok(identities::find(conn, uin)?.map_or(0, |identity| identity.wrong_codes))
}
