//! Authenticator apps: enrolled with a code, used once per time step, removed only with another proof.

use crate::app::caller::Caller;
use crate::app::change::Change;
use crate::app::factors::guard::{admit, own_bucket, take_back};
use crate::app::session::tickets::{Door, NewTicket, OncePage, SHOWN_ONCE_SECONDS, mint, shown_once};
use crate::app::session::{id_of_cookie, rename_session};
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::deadline::ENROLMENT_SECONDS;
use crate::domain::field::FieldError;
use crate::domain::number::in_words_first;
use crate::domain::recovery::RecoveryCode;
use crate::domain::secret::{Password, TotpSeed};
use crate::domain::sentence::Sentence;
use crate::domain::session::{Session, SignInMethod};
use crate::domain::totp::{Code, MfaDevice, matched_step, wrong_code};
use crate::domain::user::Uin;
use crate::passwords::Guest;
use crate::store::{Conn, dialect, identities, recovery_codes, sessions, totp_devices};
use crate::vault::{Binding, places};
use std::sync::Arc;

/// Authenticator apps per identity.
pub const MAX_DEVICES: usize = 5;

/// Why there is no room for another one.
pub fn apps_full() -> String {
    format!("{} authenticator apps are registered. Remove one first.", in_words_first(MAX_DEVICES))
}

/// The purpose of the ticket for the page that shows a seed.
pub(in crate::app) const ENROLMENT: &str = "enrolment";
/// The purpose of the ticket for new recovery codes.
pub const RECOVERY_CODES: &str = "recovery_codes";

/// What a person fills in to enrol.
pub struct Enrolment {
    pub name: String,
    pub code: Code,
}

/// How an enrolment ended.
pub struct Enrolled {
    /// The new cookie value.
    pub session: String,
    /// Opens the page with the recovery codes, when this was the first device.
    pub codes_ticket: Option<String>,
}

/// The app that a code is right for, and uses its time step up.
pub(in crate::app) fn use_code(
    app: &App,
    conn: &mut Conn,
    uin: Uin,
    code: &Code,
) -> Result<Option<String>, Failure> {
    let now = app.clock.now();
    for device in totp_devices::of_identity(conn, uin)? {
        let seed = open_seed(app, &places::totp_seed(uin, &device.id), &device.seed)?;
        if let Some(step) = matched_step(&seed, code, now) {
            let is_new = totp_devices::use_step(conn, &device, step, now)?;
            return Ok(is_new.then_some(device.id));
        }
    }
    Ok(None)
}

fn open_seed(app: &App, binding: &Binding<'_>, sealed: &[u8]) -> Result<TotpSeed, Failure> {
    TotpSeed::from_bytes(&app.vault.open(binding, sealed)?).map_err(|_| Failure::Corrupt("totp seed"))
}

/// Whether a person must type the password to enrol: there is no usable factor to ask instead.
pub fn enrolment_asks_password(caller: &Caller) -> bool {
    !caller.has_mfa() || caller.is_recovering()
}

/// A seed to show, new for each page, once the password is right. Whoever else holds the session loses it before.
pub async fn seed_for_password(
    app: &App,
    caller: &Caller,
    password: Password,
) -> Result<(String, TotpSeed), Failure> {
    ensure_password(app, caller, password, "password").await?;
    app.change(caller, move |change| {
        let session = change.by.session()?;
        let key = rename_session(change.app, change.conn, session, |_| ())?;
        let seed = begin_enrolment(change.app, change.conn, &id_of_cookie(&key), session)?;
        Ok((key, seed))
    })
    .await
}

/// A seed to show, new for each page, where an authenticator app has vouched; `None` without a ticket from it.
pub async fn seed_for_ticket(
    app: &App,
    caller: &Caller,
    ticket: String,
) -> Result<Option<TotpSeed>, Failure> {
    if shown_once(app, caller, OncePage { purpose: ENROLMENT, uid: caller.user.uid }, ticket).await?.is_none()
    {
        return Ok(None);
    }
    app.change(caller, |change| {
        let session = change.by.session()?;
        begin_enrolment(change.app, change.conn, &session.id_hash, session)
    })
    .await
    .map(Some)
}

fn begin_enrolment(
    app: &App,
    conn: &mut Conn,
    id_hash: &str,
    session: &Session,
) -> Result<TotpSeed, Failure> {
    let seed = TotpSeed::generate(&app.random)?;
    let sealed = app.vault.seal(&places::enrolment(session.uin, &session.family), seed.expose())?;
    totp_devices::start_enrolment(conn, id_hash, &sealed, app.clock.now() + ENROLMENT_SECONDS)?;
    Ok(seed)
}

/// Registers the device whose seed was shown, proven by its first code. [`Failure::NotProven`]: no seed waits.
pub async fn enrol(app: &App, caller: &Caller, enrolment: Enrolment) -> Result<Enrolled, Failure> {
    let (session, user, event) =
        (Arc::clone(caller.session()?), caller.user.clone(), caller.event(EventName::AddMfaDevice));
    app.change(caller, move |change| {
        dialect::lock_identity(change.conn, user.uin)?;
        let (first, device) = add_device(change, &enrolment)?;
        event.fact("device", enrolment.name.as_str()).record(change);
        sessions::delete_others(change.conn, user.uin, &session.family)?;
        // Proven by password and code now, however the session began.
        let key = rename_session(change.app, change.conn, &session, |renamed| {
            SignInMethod::Code.as_str().clone_into(&mut renamed.method);
            renamed.code_at = Some(change.app.clock.now());
            renamed.code_device = Some(device);
        })?;
        let codes_ticket = if first {
            let door =
                Door { session: &id_of_cookie(&key), purpose: RECOVERY_CODES, uid: user.uid, object: "" };
            Some(replace_codes(change.app, change.conn, user.uin, &door)?)
        } else {
            None
        };
        Ok(Enrolled { session: key, codes_ticket })
    })
    .await
}

/// Whether the new device is the identity's first, and its id.
fn add_device(change: &mut Change<'_>, enrolment: &Enrolment) -> Result<(bool, String), Failure> {
    let Enrolment { name, code } = enrolment;
    let (app, session, uin) = (change.app, change.by.session()?, change.by.user.uin);
    let now = app.clock.now();
    let sealed = totp_devices::enrolment(change.conn, &session.id_hash, now)?.ok_or(Failure::NotProven)?;
    let seed = open_seed(app, &places::enrolment(session.uin, &session.family), &sealed)?;
    let step = matched_step(&seed, code, now).ok_or_else(wrong_code)?;
    let held = totp_devices::of_identity(change.conn, uin)?;
    if held.len() >= MAX_DEVICES {
        return Err(Failure::refused(Sentence::on_page(apps_full())));
    }
    if held.iter().any(|device| device.name == *name) {
        return Err(FieldError::on_page(
            "name",
            "Another authenticator app has this name. Choose a different one.",
        )
        .into());
    }
    let recovered_at = identities::recovered_at(change.conn, uin)?;
    let device = MfaDevice { recovered_at, ..new_device(app, uin, name, FirstCode { seed: &seed, step })? };
    totp_devices::insert(change.conn, &device)?;
    totp_devices::end_enrolment(change.conn, &session.id_hash)?;
    Ok((held.is_empty(), device.id))
}

/// The seed of a new device, and the time step of the code that proved it.
#[derive(Clone, Copy)]
pub(in crate::app) struct FirstCode<'a> {
    pub seed: &'a TotpSeed,
    pub step: i64,
}

/// A device whose first code has been used.
pub(in crate::app) fn new_device(
    app: &App,
    uin: Uin,
    name: &str,
    first: FirstCode<'_>,
) -> Result<MfaDevice, Failure> {
    let id = app.random.token()?;
    Ok(MfaDevice {
        seed: app.vault.seal(&places::totp_seed(uin, &id), first.seed.expose())?,
        id,
        uin,
        name: name.to_owned(),
        last_step: first.step,
        created_at: app.clock.now(),
        last_used_at: None,
        granted_at: Some(app.clock.now()),
        recovered_at: None,
        earlier_steps: String::new(),
    })
}

/// Makes new recovery codes; the ticket opens the page that shows them.
pub(in crate::app) fn replace_codes(
    app: &App,
    conn: &mut Conn,
    uin: Uin,
    door: &Door<'_>,
) -> Result<String, Failure> {
    let codes = RecoveryCode::generate_set(&app.random)?;
    let digests: Vec<[u8; 32]> = codes.iter().map(RecoveryCode::digest).collect();
    recovery_codes::replace(conn, uin, &digests)?;
    let shown: Vec<_> = codes.iter().map(RecoveryCode::grouped).collect();
    let text = zeroize::Zeroizing::new(shown.iter().map(|code| code.as_str()).collect::<Vec<_>>().join("\n"));
    mint(app, conn, &NewTicket { door, shown: Some(&text), seconds: SHOWN_ONCE_SECONDS })
}

/// The caller's authenticator apps and how many recovery codes are left.
pub async fn factors(app: &App, caller: &Caller) -> Result<(Vec<MfaDevice>, i64), Failure> {
    let uin = caller.user.uin;
    app.store
        .read(move |conn| Ok((totp_devices::of_identity(conn, uin)?, recovery_codes::left(conn, uin)?)))
        .await
}

/// Refuses a wrong password of the signed-in person; guesses count as at the door.
pub(in crate::app) async fn ensure_password(
    app: &App,
    caller: &Caller,
    password: Password,
    field: &'static str,
) -> Result<(), Failure> {
    let uin = caller.user.uin;
    let buckets = own_bucket(uin);
    let turn = admit(app, &buckets, &Guest::Known(uin.to_string())).await?;
    let stored = app.store.read(move |conn| identities::find(conn, uin)).await?;
    let hash = stored.and_then(|identity| identity.password_hash);
    let is_right = match app.passwords.verify_in(turn, password, hash).await {
        Ok(is_right) => is_right,
        Err(error) => return Err(take_back(app, buckets, error).await),
    };
    if !is_right {
        let event = caller.event(EventName::StepUp).fact("purpose", "password").refused("wrong password");
        app.change(caller, move |change| {
            event.record(change);
            Ok(())
        })
        .await?;
        return Err(FieldError::on_page(field, "That is not your current password. Type it again.").into());
    }
    app.store.write(move |conn| buckets.forgive(conn)).await
}
