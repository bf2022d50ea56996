//! The second step of signing in: a code, or a recovery code in its place.

use crate::app::caller::Source;
use crate::app::change::event::{Actor, Draft};
use crate::app::factors::known_devices::Device;
use crate::app::session::id_of_cookie;
use crate::app::sign_in::{BY_CODE, BY_RECOVERY_CODE, SignedIn, sign_in_event};
use crate::app::{App, Failure};
use crate::domain::field::FieldError;
use crate::domain::recovery::RecoveryCode;
use crate::domain::throttle::MANY_WRONG_CODES;
use crate::domain::totp::Code;
use crate::domain::user::{Uid, Uin, User};
use crate::store::sessions::{self, SECOND_FACTOR, Session};
use crate::store::{Conn, dialect, identities, recovery_codes, users};

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

impl App {
    /// Who waits for the second step in a session.
    pub async fn waiting(&self, session: String) -> Result<Waiting, Failure> {
        let app = self.clone();
        self.store
            .read(move |conn| {
                let (_, user) = app.half_signed_in(conn, &session)?;
                let failures = wrong_codes(conn, user.uin)? > 1;
                Ok(Waiting { user_name: user.name, failures })
            })
            .await
    }

    /// Checks the code of the second step.
    pub async fn verify_sign_in(&self, step: SecondStep, code: Code) -> Result<SignedIn, Failure> {
        self.prove(step, Proof::Code(code)).await
    }

    /// Checks a recovery code in place of the second step.
    pub async fn recover_sign_in(&self, step: SecondStep, code: RecoveryCode) -> Result<SignedIn, Failure> {
        self.prove(step, Proof::Recovery(code)).await
    }

    /// A wrong proof is an answer of the transaction, not an error, so that its count is committed.
    async fn prove(&self, step: SecondStep, proof: Proof) -> Result<SignedIn, Failure> {
        let app = self.clone();
        let SecondStep { session, device, source } = step;
        self.store
            .write(move |conn| {
                let (session, user) = app.half_signed_in(conn, &session)?;
                let known = device.and_then(|device| app.known_device(&device, user.uin));
                app.guess(conn, &Half { session, user, known, source }, &proof)
            })
            .await?
    }

    fn guess(
        &self,
        conn: &mut Conn,
        half: &Half,
        proof: &Proof,
    ) -> Result<Result<SignedIn, Failure>, Failure> {
        let (uin, now) = (half.user.uin, self.clock.now());
        dialect::lock_identity(conn, uin)?;
        // What ends a person's sessions holds this lock: what was read before it may be over.
        self.half_signed_in(conn, &half.session.id_hash)?;
        let buckets = match proof {
            Proof::Code(_) => self.code_buckets(uin, &half.source.ip, half.known.as_ref()),
            Proof::Recovery(_) => self.recovery_buckets(uin, &half.source.ip, half.known.as_ref()),
        };
        let wrong_codes = wrong_codes(conn, uin)?;
        buckets.ensure_open(conn, now)?;
        if let Some(refusal) = self.unwelcome(conn, &half.user, &half.source)? {
            return Ok(Err(refusal));
        }
        let (app, method) = match proof {
            Proof::Code(_) if wrong_codes >= MANY_WRONG_CODES && half.known.is_none() => {
                return Err(FieldError::on_page("code", ONLY_KNOWN).into());
            }
            Proof::Code(code) => (self.use_code(conn, uin, code)?, BY_CODE),
            Proof::Recovery(_) => (None, BY_RECOVERY_CODE),
        };
        let is_right = match proof {
            Proof::Code(_) => app.is_some(),
            Proof::Recovery(code) => self.use_recovery_code(conn, half, code)?,
        };
        if !is_right {
            buckets.fail(conn, now)?;
            if matches!(proof, Proof::Code(_)) {
                identities::set_wrong_codes(conn, uin, wrong_codes.saturating_add(1))?;
            }
            sign_in_event(&half.user, &half.source).refused("wrong code").write(conn, self)?;
            return Ok(Err(Failure::NotProven));
        }
        buckets.clear(conn)?;
        identities::set_wrong_codes(conn, uin, 0)?;
        if wrong_codes >= MANY_WRONG_CODES {
            identities::ask_new_password(conn, uin, wrong_codes)?;
        }
        if !sessions::delete(conn, &half.session.id_hash)? {
            return Err(Failure::NotSignedIn);
        }
        let signed_in = self.let_in(conn, &half.user, (method, wrong_codes), &half.source)?;
        if let Some(app) = app {
            sessions::note_code(conn, &id_of_cookie(&signed_in.session), &app, now)?;
        }
        Ok(Ok(signed_in))
    }

    /// Using a recovery code ends all other sessions: whoever lost a phone may have lost more.
    fn use_recovery_code(&self, conn: &mut Conn, half: &Half, code: &RecoveryCode) -> Result<bool, Failure> {
        let user = &half.user;
        if !recovery_codes::use_up(conn, user.uin, &code.digest(), self.clock.now())? {
            return Ok(false);
        }
        identities::set_recovered(conn, user.uin, Some(self.clock.now()))?;
        sessions::delete_others(conn, user.uin, &half.session.family)?;
        let left = recovery_codes::left(conn, user.uin)?;
        let actor = Actor { owner: user.owner_uin, uin: user.uin, name: &user.name, source: &half.source };
        Draft::new("UseRecoveryCode", &actor).fact("left", left).write(conn, self)?;
        Ok(true)
    }

    fn half_signed_in(&self, conn: &mut Conn, session: &str) -> Result<(Session, User), Failure> {
        let half = self.live_session(conn, session)?;
        let user = users::by_uid(conn, Uid(half.uid))?.filter(|user| user.console_login);
        match user {
            Some(user) if half.stage == SECOND_FACTOR => Ok((half, user)),
            _ => Err(Failure::NotSignedIn),
        }
    }
}

fn wrong_codes(conn: &mut Conn, uin: Uin) -> Result<i64, Failure> {
    Ok(identities::find(conn, uin)?.map_or(0, |identity| identity.wrong_codes))
}
