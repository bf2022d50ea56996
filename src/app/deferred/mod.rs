//! Step-up: a fresh second-factor check for one purpose, and what it lets happen.

pub(super) mod gift;
pub mod grant;

use crate::app::account::settings::change_settings_in;
use crate::app::caller::Caller;
use crate::app::change::Change;
use crate::app::deferred::grant::carry_out_grant;
use crate::app::deferred::grant::{Granted, Way};
use crate::app::factors::devices::replace_codes;
use crate::app::factors::devices::use_code;
use crate::app::factors::locks::Attempt;
use crate::app::factors::locks::count_wrong_code;
use crate::app::factors::locks::refuse_locked;
use crate::app::factors::locks::step_up_locked;
use crate::app::factors::locks::tell;
use crate::app::keys::Place;
use crate::app::keys::create_checked;
use crate::app::keys::delete_in;
use crate::app::keys::enable_in;
use crate::app::keys::reveal_age::ensure_code_counts;
use crate::app::me::remove_device_in;
use crate::app::me::set_own_password;
use crate::app::session::rename_session;
use crate::app::session::tickets::mint;
use crate::app::session::tickets::{Door, SHOWN_ONCE_SECONDS};
use crate::app::users::security::reset_mfa_in;
use crate::app::users::security::reset_password_in;
use crate::app::{App, Failure, factors, session as app_sessions};
use crate::domain::deadline;
use crate::domain::key::SecretId;
use crate::domain::step_up::{CHALLENGE_SECONDS, Purpose, TICKET_SECONDS};
use crate::domain::totp::Code;
use crate::domain::user::{Uid, Uin, User};
use crate::store::step_ups::{self, StepUp};
use crate::store::{Conn, dialect, forms, users};
use crate::vault::Binding;
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use zeroize::Zeroizing;

/// Seconds that a question waits for somebody who has to enrol first, or who filled in a form before.
const ENROLLING_SECONDS: i64 = 900;

/// What waits for the step-up, beside its purpose and object.
#[derive(Default, Serialize, Deserialize)]
pub(in crate::app) struct Detail {
    /// Whether it was asked on one's own key page.
    pub own: bool,
    pub note: String,
    pub settings: Option<SettingsText>,
    /// Sealed by the vault, base64: what is to be kept or shown afterwards.
    pub sealed: Option<String>,
    /// Of a grant: where it leads, and what is said there.
    pub way: Option<Way>,
}

/// Account settings on their way through a step-up.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(in crate::app) struct SettingsText {
    pub once: bool,
    pub window: i64,
    pub mfa_required: bool,
    pub operation_protection: bool,
    pub api_delete_enabled_keys: bool,
    pub password_min_length: i64,
    #[serde(default)]
    pub signature_v1: bool,
    #[serde(default)]
    pub signed_action: bool,
    /// Absent in what was asked before there were such settings: they stay as they are.
    #[serde(default)]
    pub grant_window: Option<i64>,
    #[serde(default)]
    pub grant_age: Option<i64>,
}

/// A wish that needs a step-up first.
pub(in crate::app) struct Wish<'a> {
    pub purpose: Purpose,
    pub target: &'a User,
    pub object: &'a str,
    pub detail: Detail,
    /// Sealed into the detail.
    pub secret: Option<Zeroizing<String>>,
}

/// A question that was put; its id leads to the page that asks it.
pub struct Asked {
    pub id: String,
    /// Whether the person has to enrol an authenticator app before it can be answered.
    pub must_enrol: bool,
}

/// What the page that asks says.
pub struct Question {
    pub id: String,
    pub purpose: Purpose,
    pub target: User,
    pub object: String,
    pub is_own_key: bool,
    /// Of a grant: what it does and where it came from.
    pub way: Option<Way>,
    /// The only authenticator app; with more than one, any will do.
    pub device: Option<String>,
    pub window_minutes: i64,
    /// Seconds for which no code is taken, after too many wrong ones.
    pub locked_seconds: Option<i64>,
}

/// What came of a right code.
pub struct Answered {
    /// The new cookie value; it must be sent whatever became of the wish.
    pub session: String,
    pub done: Result<Done, Failure>,
}

/// What was carried out.
pub enum Done {
    Secret { place: Place, secret_id: SecretId, ticket: String },
    KeyCreated { place: Place, secret_id: SecretId, ticket: Option<String> },
    KeyEnabled(Place),
    KeyDeleted(Place),
    Enrolling { ticket: String },
    MfaRemoved,
    RecoveryCodes { ticket: String },
    PasswordChanged,
    PasswordReset { uin: Uin, ticket: String },
    MfaReset(Uin),
    SettingsChanged,
    Granted { granted: Granted, way: Way },
}

/// How a code was received.
pub enum Answer {
    Right(Box<Answered>),
    Wrong,
    Locked { seconds: i64 },
}

/// Puts a question in the caller's session.
pub(in crate::app) async fn ask(app: &App, caller: &Caller, wish: Wish<'_>) -> Result<Asked, Failure> {
    let id = app.random.token()?;
    let mut detail = wish.detail;
    if let Some(secret) = wish.secret {
        let sealed = app.vault.seal(&detail_binding(wish.target.uid, &id), secret.as_bytes())?;
        detail.sealed = Some(BASE64URL_NOPAD.encode(&sealed));
    }
    let now = app.clock.now();
    let is_short = caller.has_mfa && wish.purpose != Purpose::Grant;
    let lives = if is_short { CHALLENGE_SECONDS } else { ENROLLING_SECONDS };
    let step_up = StepUp {
        id: id.clone(),
        session: caller.session.id_hash.clone(),
        purpose: wish.purpose.as_str().to_owned(),
        uid: wish.target.uid.0,
        object: wish.object.to_owned(),
        detail: serde_json::to_string(&detail).map_err(|_| Failure::Corrupt("step_ups.detail"))?,
        created_at: now,
        expires_at: now + lives,
    };
    let sending = caller.sending.clone();
    app.store
        .write(move |conn| -> Result<(), Failure> {
            if let Some(sending) = sending {
                sending.record(conn, Some(&step_up.id))?;
            }
            Ok(step_ups::insert(conn, &step_up)?)
        })
        .await?;
    Ok(Asked { id, must_enrol: !caller.has_mfa })
}

/// The question of that id, or the latest one, in the caller's session.
pub async fn question(app: &App, caller: &Caller, id: Option<String>) -> Result<Question, Failure> {
    let (session, owner, uin, now) =
        (caller.session.id_hash.clone(), caller.owner(), caller.user.uin, app.clock.now());
    let window_minutes = caller.account.settings.step_up_window_minutes;
    app.view(caller, move |view| {
        let step_up = step_ups::find(view.conn, &session, id.as_deref(), now)?.ok_or(Failure::NotFound)?;
        let target = target_of(view.conn, owner, &step_up)?;
        let detail = detail_of(&step_up)?;
        let mut devices = crate::store::totp_devices::of_identity(view.conn, uin)?;
        let device = devices.pop().filter(|_| devices.is_empty());
        Ok(Question {
            purpose: Purpose::from_name(&step_up.purpose).ok_or(Failure::Corrupt("step_ups.purpose"))?,
            is_own_key: detail.own,
            way: detail.way,
            id: step_up.id,
            target,
            object: step_up.object,
            device: device.map(|device| device.name),
            window_minutes,
            locked_seconds: step_up_locked(view.app, view.conn, view.by)?,
        })
    })
    .await
}

/// Answers a question with a code. A wrong code is counted and written down; five lock step-up, not the session.
pub async fn answer(app: &App, caller: &Caller, id: Option<String>, code: Code) -> Result<Answer, Failure> {
    let checked = app.change(caller, move |change| check_answer(change, id.as_deref(), &code)).await?;
    let (session, step_up, device) = match checked {
        Checked::Right { session, step_up, device } => (session, step_up, device),
        Checked::Wrong => return Ok(Answer::Wrong),
        Checked::Locked { seconds } => return Ok(Answer::Locked { seconds }),
    };
    let mut asker = caller.cleared_by(&device, app.clock.now());
    Arc::make_mut(&mut asker.session).id_hash = app_sessions::id_of_cookie(&session);
    let done = carry_out_now(app, asker, step_up).await;
    Ok(Answer::Right(Box::new(Answered { session, done })))
}

/// Carries it out in a transaction of its own. A secret that is not shown for all the right code is written down.
async fn carry_out_now(app: &App, caller: Caller, step_up: StepUp) -> Result<Done, Failure> {
    let asked = step_up.clone();
    let done = app.change(&caller, move |change| carry_out(change, &asked)).await;
    let denial = match &done {
        Err(Failure::Denied(denial)) if step_up.purpose == Purpose::ShowSecret.as_str() => denial.clone(),
        _ => return done,
    };
    let note = app.change(&caller, move |change| {
        let target = target_of(change.conn, change.by.owner(), &step_up)?;
        let event = change.event("ShowSecretKey").on(&target).object(secret_id_of(&step_up)?.as_str());
        event.refused(&denial.because.to_string()).record(change);
        Ok(())
    });
    note.await.and(done)
}

fn check_answer(change: &mut Change<'_>, id: Option<&str>, code: &Code) -> Result<Checked, Failure> {
    let caller = change.by;
    let (uin, now) = (caller.user.uin, change.app.clock.now());
    dialect::lock_identity(change.conn, uin)?;
    let step_up = step_ups::find(change.conn, &caller.session.id_hash, id, now)?.ok_or(Failure::NotFound)?;
    let target = target_of(change.conn, caller.owner(), &step_up)?;
    let attempt = Attempt { caller, target: &target, purpose: &step_up.purpose };
    if let Some(seconds) = refuse_locked(change, &attempt)? {
        return Ok(Checked::Locked { seconds });
    }
    let Some(device) = use_code(change.app, change.conn, uin, code)? else {
        let lock = count_wrong_code(change, &attempt)?;
        return Ok(lock.map_or(Checked::Wrong, |seconds| Checked::Locked { seconds }));
    };
    let untold = attempt.forget_wrong_codes(change.conn)?;
    if !step_ups::delete(change.conn, &step_up.id)? {
        return Err(Failure::NotFound);
    }
    forms::carry_out(change.conn, &step_up.id)?;
    if let Some(sending) = &caller.sending {
        sending.record(change.conn, None)?;
    }
    let opens_window =
        step_up.purpose == Purpose::ShowSecret.as_str() && caller.account.settings.step_up_window_minutes > 0;
    let session = rename_session(change.app, change.conn, &caller.session, |renamed| {
        renamed.code_at = Some(now);
        renamed.code_device = Some(device.clone());
        if opens_window {
            renamed.step_up_at = Some(now);
        }
    })?;
    tell(change, &attempt, untold);
    Ok(Checked::Right { session, step_up, device })
}

/// Does what the step-up was for. The caller's session has its new id by now.
fn carry_out(change: &mut Change<'_>, step_up: &StepUp) -> Result<Done, Failure> {
    let purpose = Purpose::from_name(&step_up.purpose).ok_or(Failure::Corrupt("step_ups.purpose"))?;
    let (target, detail) = (target_of(change.conn, change.by.owner(), step_up)?, detail_of(step_up)?);
    let place = if detail.own { Place::Own } else { Place::Of(target.uin) };
    match purpose {
        Purpose::ShowSecret => {
            let secret_id = secret_id_of(step_up)?;
            ensure_code_counts(change.app, change.by, &target)?;
            let door = reveal_door(change.by, target.uid, &secret_id);
            let ticket = mint(change.app, change.conn, &door, None, TICKET_SECONDS)?;
            Ok(Done::Secret { place, secret_id, ticket })
        }
        Purpose::CreateKey => create_checked(change, place, &detail.note),
        Purpose::EnableKey => {
            enable_in(change, place, &secret_id_of(step_up)?).map(|()| Done::KeyEnabled(place))
        }
        Purpose::DeleteKey => {
            delete_in(change, place, &secret_id_of(step_up)?).map(|()| Done::KeyDeleted(place))
        }
        Purpose::AddMfaDevice => {
            let door = own_door(change.by, factors::devices::ENROLMENT);
            let ticket = mint(change.app, change.conn, &door, None, TICKET_SECONDS)?;
            Ok(Done::Enrolling { ticket })
        }
        Purpose::RemoveMfaDevice => remove_device_in(change, &step_up.object).map(|()| Done::MfaRemoved),
        Purpose::ReplaceRecoveryCodes => {
            let door = own_door(change.by, factors::devices::RECOVERY_CODES);
            let ticket = replace_codes(change.app, change.conn, change.by.user.uin, &door)?;
            change.event("ReplaceRecoveryCodes").record(change);
            Ok(Done::RecoveryCodes { ticket })
        }
        Purpose::ChangePassword => {
            let hash = sealed_in(change.app, step_up, &detail)?;
            set_own_password(change, &hash).map(|()| Done::PasswordChanged)
        }
        Purpose::ResetPassword => {
            reset_password_in(change, &target, &sealed_in(change.app, step_up, &detail)?)
        }
        Purpose::ResetMfa => reset_mfa_in(change, &target).map(|()| Done::MfaReset(target.uin)),
        Purpose::ChangeSettings => {
            let text = detail.settings.ok_or(Failure::Corrupt("step_ups.detail"))?;
            change_settings_in(change, &text.applied_to(change.by.account.settings))
                .map(|()| Done::SettingsChanged)
        }
        Purpose::Grant => {
            let sealed = sealed_in(change.app, step_up, &detail)?;
            let way = detail.way.ok_or(Failure::Corrupt("step_ups.detail"))?;
            carry_out_grant(change, &sealed).map(|granted| Done::Granted { granted, way })
        }
    }
}

fn sealed_in(app: &App, step_up: &StepUp, detail: &Detail) -> Result<Zeroizing<String>, Failure> {
    let corrupt = || Failure::Corrupt("step_ups.detail");
    let sealed = detail.sealed.as_deref().ok_or_else(corrupt)?;
    let bytes = BASE64URL_NOPAD.decode(sealed.as_bytes()).map_err(|_| corrupt())?;
    let opened = app.vault.open(&detail_binding(Uid(step_up.uid), &step_up.id), &bytes)?;
    Ok(Zeroizing::new(std::str::from_utf8(&opened).map_err(|_| corrupt())?.to_owned()))
}

/// Minutes and seconds that an earlier check still serves further reveals.
pub fn step_up_left(app: &App, caller: &Caller) -> i64 {
    let (window, now) = (caller.account.settings.step_up_window_minutes * 60, app.clock.now());
    let checked = caller.session.step_up_at.filter(|at| deadline::is_past(*at, now));
    checked.map_or(0, |at| (at + window - now).clamp(0, window))
}

enum Checked {
    Right { session: String, step_up: StepUp, device: String },
    Wrong,
    Locked { seconds: i64 },
}

/// What a reveal ticket of the caller's session opens.
pub(in crate::app) fn reveal_door<'a>(caller: &'a Caller, uid: Uid, secret_id: &'a SecretId) -> Door<'a> {
    Door { session: &caller.session.id_hash, purpose: "show_secret", uid, object: secret_id.as_str() }
}

/// What a ticket for the caller's own once-only page opens.
pub(in crate::app) fn own_door<'a>(caller: &'a Caller, purpose: &'static str) -> Door<'a> {
    Door { session: &caller.session.id_hash, purpose, uid: caller.user.uid, object: "" }
}

/// Seconds that pages shown once wait to be opened.
pub(in crate::app) const SHOW_SECONDS: i64 = SHOWN_ONCE_SECONDS;

/// The user that a question is about: of the account that is acted in now.
fn target_of(conn: &mut Conn, owner: Uin, step_up: &StepUp) -> Result<User, Failure> {
    users::by_uid(conn, Uid(step_up.uid))?.filter(|user| user.owner_uin == owner).ok_or(Failure::NotFound)
}

fn detail_of(step_up: &StepUp) -> Result<Detail, Failure> {
    serde_json::from_str(&step_up.detail).map_err(|_| Failure::Corrupt("step_ups.detail"))
}

fn secret_id_of(step_up: &StepUp) -> Result<SecretId, Failure> {
    SecretId::parse(&step_up.object).map_err(|_| Failure::Corrupt("step_ups.object"))
}

fn detail_binding(uid: Uid, id: &str) -> Binding<'_> {
    Binding { table: "step_ups", column: "detail", account: 0, user: uid.0.unsigned_abs(), object: id }
}
