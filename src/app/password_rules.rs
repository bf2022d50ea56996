//! Whether a new password is good enough; judged off the async threads, as it takes its time.

use super::caller::Caller;
use super::{App, Failure};
use crate::domain::field::FieldError;
use crate::domain::password::{PasswordRefusal, ensure_acceptable};
use crate::domain::secret::Password;

/// A password that somebody chose, and what it must not be made of.
pub(super) struct Chosen<'a> {
    pub password: Password,
    /// The form field that refusals are shown at.
    pub field: &'static str,
    pub user_name: &'a str,
    pub account_name: &'a str,
    pub shortest: i64,
}

impl App {
    /// What is wrong with a password for a new user of the account; for a form that has other faults already.
    pub async fn faults_of_password(
        &self,
        caller: &Caller,
        password: Password,
        user_name: &str,
    ) -> Result<Vec<FieldError>, Failure> {
        match self.acceptable(Chosen { user_name, ..caller.chosen(password, "password") }).await {
            Ok(_) => Ok(Vec::new()),
            Err(Failure::Invalid(errors)) => Ok(errors),
            Err(other) => Err(other),
        }
    }

    /// Gives the password back when it is good enough.
    pub(super) async fn acceptable(&self, chosen: Chosen<'_>) -> Result<Password, Failure> {
        let Chosen { password, field, shortest, .. } = chosen;
        let length = i64::try_from(password.expose().chars().count()).unwrap_or(i64::MAX);
        if length < shortest {
            return Err(FieldError::new(field, format!("Use at least {shortest} characters.")).into());
        }
        let (user, account) = (chosen.user_name.to_owned(), chosen.account_name.to_owned());
        let judged = tokio::task::spawn_blocking(move || {
            ensure_acceptable(&password, &[&user, &account]).map(|()| password)
        });
        let verdict: Result<Password, PasswordRefusal> =
            judged.await.map_err(|_| Failure::Corrupt("the password check did not finish"))?;
        verdict.map_err(|refusal| FieldError::new(field, refusal).into())
    }
}
