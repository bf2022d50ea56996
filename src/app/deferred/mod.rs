//! Step-up: a fresh second-factor check for one purpose, and what it lets happen.

pub(super) mod gift;
pub mod grant;

use crate::app::account::settings::change_settings_in;
use crate::app::caller::Caller;
use crate::app::change::Change;
use crate::app::deferred::grant::{Granted, carry_out_grant};
use crate::app::factors::ask::{detail_of, own_door, reveal_door, sealed_in, target_of};
use crate::app::factors::devices::{replace_codes, use_code};
use crate::app::factors::locks::{Attempt, count_wrong_code, refuse_locked, tell};
use crate::app::keys::limits::first::NewKeyText;
use crate::app::keys::reveal_age::ensure_code_counts;
use crate::app::keys::rotations::{Rotated, carry_out_rotation};
use crate::app::keys::trials::try_off_at;
use crate::app::keys::{Created, KeyRef, Place, create_checked, delete_at, enable_at};
use crate::app::me::{remove_device_in, set_own_password};
use crate::app::reports::credential_report::report_door;
use crate::app::session::rename_session;
use crate::app::session::tickets::{Door, NewTicket, mint};
use crate::app::users::security::{reset_mfa_in, reset_password_in};
use crate::app::{App, Failure, factors, session as app_sessions};
use crate::domain::audit::EventName;
use crate::domain::export::Format;
use crate::domain::key::SecretId;
use crate::domain::rotation::RotationWish;
use crate::domain::step_up::{Purpose, TICKET_SECONDS};
use crate::domain::totp::Code;
use crate::domain::user::Uin;
use crate::store::step_ups::{self, StepUp};
use crate::store::{dialect, forms};

pub use crate::app::factors::ask::{Asked, Question, Way, question, step_up_left};

/// What came of a right code.
pub struct Answered {
    /// The new cookie value; it must be sent whatever became of the wish.
    pub session: String,
    pub done: Result<Done, Failure>,
}

/// What was carried out.
pub enum Done {
    Secret {
        place: Place,
        secret_id: SecretId,
        ticket: String,
    },
    KeyCreated {
        place: Place,
        secret_id: SecretId,
        ticket: Option<String>,
    },
    KeyHandedOver {
        uin: Uin,
        ticket: String,
    },
    KeyEnabled(Place),
    KeyTried(Place),
    KeyDeleted(Place),
    /// The replacement of a key that is under way.
    KeyRotated {
        key: KeyRef,
        is_new: bool,
    },
    Enrolling {
        ticket: String,
    },
    MfaRemoved,
    RecoveryCodes {
        ticket: String,
    },
    PasswordChanged,
    PasswordReset {
        uin: Uin,
        ticket: String,
    },
    MfaReset(Uin),
    SettingsChanged,
    Granted {
        granted: Granted,
        way: Way,
    },
    Report {
        format: Format,
        ticket: String,
    },
}

/// How a code was received.
pub enum Answer {
    Right(Box<Answered>),
    Wrong,
    Locked { seconds: i64 },
}

/// Answers a question with a code. A wrong code is counted and written down; five lock step-up, not the session.
pub async fn answer(app: &App, caller: &Caller, id: Option<String>, code: Code) -> Result<Answer, Failure> {
    let checked = app.change(caller, move |change| check_answer(change, id.as_deref(), &code)).await?;
    let (session, step_up, device) = match checked {
        Checked::Right { session, step_up, device } => (session, step_up, device),
        Checked::Wrong => return Ok(Answer::Wrong),
        Checked::Locked { seconds } => return Ok(Answer::Locked { seconds }),
    };
    let cleared = caller.cleared_by(&device, app.clock.now());
    let asker = cleared.with_session(|own| own.id_hash = app_sessions::id_of_cookie(&session));
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
        let event =
            change.event(EventName::SHOW_SECRET_KEY).on(&target).object(secret_id_of(&step_up)?.as_str());
        event.refused(&denial.because.to_string()).record(change);
        Ok(())
    });
    note.await.and(done)
}

fn check_answer(change: &mut Change<'_>, id: Option<&str>, code: &Code) -> Result<Checked, Failure> {
    let caller = change.by;
    let (uin, now) = (caller.user.uin, change.app.clock.now());
    dialect::lock_identity(change.conn, uin)?;
    let step_up =
        step_ups::find(change.conn, &caller.session()?.id_hash, id, now)?.ok_or(Failure::NotFound)?;
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
    if let Some(sending) = caller.form() {
        sending.record(change.conn, None)?;
    }
    let opens_window =
        step_up.purpose == Purpose::ShowSecret.as_str() && caller.account.settings.step_up_window_minutes > 0;
    let session = rename_session(change.app, change.conn, caller.session()?, |renamed| {
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
    let key = || secret_id_of(step_up).map(|id| KeyRef { place, id });
    match purpose {
        Purpose::ShowSecret => {
            let secret_id = secret_id_of(step_up)?;
            ensure_code_counts(change.app, change.by, &target)?;
            let ticket = opened(change, &reveal_door(change.by, target.uid, &secret_id)?)?;
            Ok(Done::Secret { place, secret_id, ticket })
        }
        Purpose::CreateKey => {
            let new = NewKeyText { note: detail.note, limits: detail.limits, delivery: detail.delivery };
            create_key(change, place, &new)
        }
        Purpose::EnableKey => enable_at(change, &key()?).map(|()| Done::KeyEnabled(place)),
        Purpose::TryKeyOff => try_off_at(change, &key()?).map(|()| Done::KeyTried(place)),
        Purpose::DeleteKey => delete_at(change, &key()?).map(|()| Done::KeyDeleted(place)),
        Purpose::RotateKey => rotate(change, key()?, detail.rotation),
        Purpose::AddMfaDevice => {
            let ticket = opened(change, &own_door(change.by, factors::devices::ENROLMENT)?)?;
            Ok(Done::Enrolling { ticket })
        }
        Purpose::RemoveMfaDevice => remove_device_in(change, &step_up.object).map(|()| Done::MfaRemoved),
        Purpose::ReplaceRecoveryCodes => {
            let door = own_door(change.by, factors::devices::RECOVERY_CODES)?;
            let ticket = replace_codes(change.app, change.conn, change.by.user.uin, &door)?;
            change.event(EventName::REPLACE_RECOVERY_CODES).record(change);
            Ok(Done::RecoveryCodes { ticket })
        }
        Purpose::ChangePassword => {
            let hash = sealed_in(change.app, step_up, &detail)?;
            set_own_password(change, &hash).map(|()| Done::PasswordChanged)
        }
        Purpose::ResetPassword => {
            let ticket = reset_password_in(change, &target, &sealed_in(change.app, step_up, &detail)?)?;
            Ok(Done::PasswordReset { uin: target.uin, ticket })
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
        Purpose::DownloadReport => {
            let format = Format::from_name(&step_up.object).ok_or(Failure::Corrupt("step_ups.object"))?;
            let ticket = opened(change, &report_door(change.by, format)?)?;
            Ok(Done::Report { format, ticket })
        }
    }
}

fn create_key(change: &mut Change<'_>, place: Place, new: &NewKeyText) -> Result<Done, Failure> {
    Ok(match create_checked(change, place, new)? {
        Created::Kept(secret_id) => Done::KeyCreated { place, secret_id, ticket: None },
        Created::ShownOnce { secret_id, ticket } => {
            Done::KeyCreated { place, secret_id, ticket: Some(ticket) }
        }
        Created::HandedOver { uin, ticket } => Done::KeyHandedOver { uin, ticket },
    })
}

/// Begins to replace a key, or changes how that ends; a secret that is shown once is shown then.
fn rotate(change: &mut Change<'_>, key: KeyRef, wish: Option<RotationWish>) -> Result<Done, Failure> {
    let wish = wish.ok_or(Failure::Corrupt("step_ups.detail"))?;
    Ok(match carry_out_rotation(change, &key, &wish)? {
        Rotated::Begun(Created::ShownOnce { secret_id, ticket }) => {
            Done::KeyCreated { place: key.place, secret_id, ticket: Some(ticket) }
        }
        Rotated::Begun(_) => Done::KeyRotated { key, is_new: true },
        Rotated::Planned => Done::KeyRotated { key, is_new: false },
    })
}

/// A ticket for a page that opens right after the code.
fn opened(change: &mut Change<'_>, door: &Door<'_>) -> Result<String, Failure> {
    mint(change.app, change.conn, &NewTicket { door, shown: None, seconds: TICKET_SECONDS })
}

enum Checked {
    Right { session: String, step_up: StepUp, device: String },
    Wrong,
    Locked { seconds: i64 },
}

fn secret_id_of(step_up: &StepUp) -> Result<SecretId, Failure> {
    SecretId::parse(&step_up.object).map_err(|_| Failure::Corrupt("step_ups.object"))
}
