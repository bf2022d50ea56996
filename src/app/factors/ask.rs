//! Questions put before something happens: a fresh code for one purpose, and what waits for it.

use crate::app::caller::Caller;
use crate::app::factors::locks::step_up_locked;
use crate::app::session::tickets::Door;
use crate::app::{App, Failure};
use crate::domain::deadline;
use crate::domain::delivery::{Delivery, WrittenDelivery};
use crate::domain::key::SecretId;
use crate::domain::key_limits::written::WrittenLimits;
use crate::domain::rotation::RotationWish;
use crate::domain::step_up::{CHALLENGE_SECONDS, Purpose};
use crate::domain::user::{Uid, Uin, User};
use crate::store::step_ups::{self, StepUp};
use crate::store::{Conn, users};
use crate::vault::places;
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// What a person reads while a grant waits, and afterwards.
#[derive(Clone, Serialize, Deserialize)]
pub struct Way {
    /// What will be done, after "To".
    pub what: String,
    /// The page it came from.
    pub back: String,
    /// The page it leads to, and what is said there.
    pub next: String,
    pub text: String,
}

/// Seconds that a question waits for somebody who has to enrol first, or who filled in a form before.
const ENROLLING_SECONDS: i64 = 900;

/// What waits for the step-up, beside its purpose and object.
#[derive(Default, Serialize, Deserialize)]
pub(in crate::app) struct Detail {
    /// Whether it was asked on one's own key page.
    pub own: bool,
    /// Of a new key what it is for; of settings what they mean for existing keys.
    pub note: String,
    /// Of a new key; none: those that the account gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<Box<WrittenLimits>>,
    /// Of a new key: how it is handed over, if not by the page of whoever makes it.
    #[serde(default)]
    pub delivery: WrittenDelivery,
    pub settings: Option<SettingsText>,
    /// Sealed by the vault, base64: what is to be kept or shown afterwards.
    pub sealed: Option<String>,
    /// Of a grant: where it leads, and what is said there.
    pub way: Option<Way>,
    /// Of the replacement of a key: what is wished.
    #[serde(default)]
    pub rotation: Option<RotationWish>,
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
    #[serde(default)]
    pub key_expiry_default: Option<i64>,
    #[serde(default)]
    pub key_expiry_max: Option<i64>,
    #[serde(default)]
    pub key_idle_default: Option<i64>,
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
    /// Of settings: what they mean for existing keys; may be empty.
    pub effect: String,
    /// Of a new key: how it is handed over, if it is.
    pub delivery: Option<Delivery>,
    /// The only authenticator app; with more than one, any will do.
    pub device: Option<String>,
    pub window_minutes: i64,
    /// Seconds for which no code is taken, after too many wrong ones.
    pub locked_seconds: Option<i64>,
}

/// Puts a question in the caller's session.
pub(in crate::app) async fn ask(app: &App, caller: &Caller, wish: Wish<'_>) -> Result<Asked, Failure> {
    let id = app.random.token()?;
    let mut detail = wish.detail;
    if let Some(secret) = wish.secret {
        let sealed = app.vault.seal(&places::step_up_detail(wish.target.uid, &id), secret.as_bytes())?;
        detail.sealed = Some(BASE64URL_NOPAD.encode(&sealed));
    }
    let now = app.clock.now();
    let is_short = caller.has_mfa() && wish.purpose != Purpose::Grant;
    let lives = if is_short { CHALLENGE_SECONDS } else { ENROLLING_SECONDS };
    let step_up = StepUp {
        id: id.clone(),
        session: caller.session()?.id_hash.clone(),
        purpose: wish.purpose.as_str().to_owned(),
        uid: wish.target.uid.0,
        object: wish.object.to_owned(),
        detail: serde_json::to_string(&detail).map_err(|_| Failure::Corrupt("step_ups.detail"))?,
        created_at: now,
        expires_at: now + lives,
    };
    let sending = caller.form().cloned();
    app.store
        .write(move |conn| -> Result<(), Failure> {
            if let Some(sending) = sending {
                sending.record(conn, Some(&step_up.id))?;
            }
            Ok(step_ups::insert(conn, &step_up)?)
        })
        .await?;
    Ok(Asked { id, must_enrol: !caller.has_mfa() })
}

/// The question of that id, or the latest one, in the caller's session.
pub async fn question(app: &App, caller: &Caller, id: Option<String>) -> Result<Question, Failure> {
    let (session, owner, uin, now) =
        (caller.session()?.id_hash.clone(), caller.owner(), caller.user.uin, app.clock.now());
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
            effect: if detail.settings.is_some() { detail.note } else { String::new() },
            delivery: detail.delivery.judged().ok().flatten(),
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

pub(in crate::app) fn sealed_in(
    app: &App,
    step_up: &StepUp,
    detail: &Detail,
) -> Result<Zeroizing<String>, Failure> {
    let corrupt = || Failure::Corrupt("step_ups.detail");
    let sealed = detail.sealed.as_deref().ok_or_else(corrupt)?;
    let bytes = BASE64URL_NOPAD.decode(sealed.as_bytes()).map_err(|_| corrupt())?;
    let opened = app.vault.open(&places::step_up_detail(Uid(step_up.uid), &step_up.id), &bytes)?;
    Ok(Zeroizing::new(std::str::from_utf8(&opened).map_err(|_| corrupt())?.to_owned()))
}

/// Minutes and seconds that an earlier check still serves further reveals.
pub fn step_up_left(app: &App, caller: &Caller) -> i64 {
    let (window, now) = (caller.account.settings.step_up_window_minutes * 60, app.clock.now());
    let checked = caller.signed_in().and_then(|signed_in| signed_in.session.step_up_at);
    let checked = checked.filter(|at| deadline::is_past(*at, now));
    checked.map_or(0, |at| (at + window - now).clamp(0, window))
}

/// What a reveal ticket of the caller's session opens.
pub(in crate::app) fn reveal_door<'a>(
    caller: &'a Caller,
    uid: Uid,
    secret_id: &'a SecretId,
) -> Result<Door<'a>, Failure> {
    Ok(Door { session: &caller.session()?.id_hash, purpose: "show_secret", uid, object: secret_id.as_str() })
}

/// What a ticket for the caller's own once-only page opens.
pub(in crate::app) fn own_door<'a>(caller: &'a Caller, purpose: &'static str) -> Result<Door<'a>, Failure> {
    Ok(Door { session: &caller.session()?.id_hash, purpose, uid: caller.user.uid, object: "" })
}

/// What the ticket of the page with a claim link or a sealed delivery is for.
pub const HANDED_OVER: &str = "handed_over";

/// What a ticket for the page that shows what is to be sent opens.
pub(in crate::app) fn handing_door(caller: &Caller, uid: Uid) -> Result<Door<'_>, Failure> {
    Ok(Door { session: &caller.session()?.id_hash, purpose: HANDED_OVER, uid, object: "" })
}

/// The user that a question is about: of the account that is acted in now.
pub(in crate::app) fn target_of(conn: &mut Conn, owner: Uin, step_up: &StepUp) -> Result<User, Failure> {
    users::by_uid(conn, Uid(step_up.uid))?.filter(|user| user.owner_uin == owner).ok_or(Failure::NotFound)
}

pub(in crate::app) fn detail_of(step_up: &StepUp) -> Result<Detail, Failure> {
    serde_json::from_str(&step_up.detail).map_err(|_| Failure::Corrupt("step_ups.detail"))
}
