//! The second step of signing in: a code, or a recovery code in its place.

use super::caller::Source;
use super::event::{Actor, Draft};
use super::sessions::id_of_cookie;
use super::sign_in::{BY_CODE, BY_RECOVERY_CODE, SignedIn, code_bucket, sign_in_event};
use super::{App, Failure};
use crate::domain::recovery::RecoveryCode;
use crate::domain::throttle::SECOND_STEP;
use crate::domain::totp::Code;
use crate::domain::user::{Uid, User};
use crate::store::sessions::{self, SECOND_FACTOR, Session};
use crate::store::{Conn, dialect, identities, recovery_codes, throttles, users};

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

/// A sign-in that has passed its first step.
struct Half {
    session: Session,
    user: User,
    source: Source,
}

impl App {
    /// Who waits for the second step in a session.
    pub async fn waiting(&self, session: String) -> Result<Waiting, Failure> {
        let app = self.clone();
        let now = self.clock.now();
        self.store
            .read(move |conn| {
                let (_, user) = app.half_signed_in(conn, &session)?;
                let failures = throttles::failures(conn, &code_bucket(user.uin), now)? > 1;
                Ok(Waiting { user_name: user.name, failures })
            })
            .await
    }

    /// Checks the code of the second step.
    pub async fn verify_sign_in(
        &self,
        session: String,
        code: Code,
        source: Source,
    ) -> Result<SignedIn, Failure> {
        self.prove(session, Proof::Code(code), source).await
    }

    /// Checks a recovery code in place of the second step.
    pub async fn recover_sign_in(
        &self,
        session: String,
        code: RecoveryCode,
        source: Source,
    ) -> Result<SignedIn, Failure> {
        self.prove(session, Proof::Recovery(code), source).await
    }

    /// A wrong proof is an answer of the transaction, not an error, so that its count is committed.
    async fn prove(&self, session: String, proof: Proof, source: Source) -> Result<SignedIn, Failure> {
        let app = self.clone();
        self.store
            .write(move |conn| {
                let (session, user) = app.half_signed_in(conn, &session)?;
                app.guess(conn, &Half { session, user, source }, &proof)
            })
            .await?
    }

    fn guess(
        &self,
        conn: &mut Conn,
        half: &Half,
        proof: &Proof,
    ) -> Result<Result<SignedIn, Failure>, Failure> {
        dialect::lock_identity(conn, half.user.uin)?;
        // What ends a person's sessions holds this lock: what was read before it may be over.
        self.half_signed_in(conn, &half.session.id_hash)?;
        let (bucket, now) = (code_bucket(half.user.uin), self.clock.now());
        if let Some(until) = throttles::blocked_until(conn, &bucket, now)? {
            return Err(Failure::Throttled { seconds: until - now });
        }
        if let Some(refusal) = self.unwelcome(conn, &half.user, &half.source)? {
            return Ok(Err(refusal));
        }
        let (app, method) = match proof {
            Proof::Code(code) => (self.use_code(conn, half.user.uin, code)?, BY_CODE),
            Proof::Recovery(_) => (None, BY_RECOVERY_CODE),
        };
        let is_right = match proof {
            Proof::Code(_) => app.is_some(),
            Proof::Recovery(code) => self.use_recovery_code(conn, half, code)?,
        };
        if !is_right {
            throttles::fail(conn, &bucket, SECOND_STEP, now)?;
            sign_in_event(&half.user, &half.source).refused("wrong code").write(conn, self)?;
            return Ok(Err(Failure::NotProven));
        }
        throttles::clear(conn, &bucket)?;
        if !sessions::delete(conn, &half.session.id_hash)? {
            return Err(Failure::NotSignedIn);
        }
        let signed_in = self.let_in(conn, &half.user, method, &half.source)?;
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
