//! Whether a new password is good enough; judged off the async threads, as it takes its time.

use crate::app::caller::Caller;
use crate::app::{App, Failure};
use crate::domain::field::FieldError;
use crate::domain::password::{PasswordRefusal, ensure_acceptable};
use crate::domain::password_rules::{PasswordRules, has_every_kind};
use crate::domain::secret::Password;
use crate::domain::user::Uin;
use crate::store::identities;
use zeroize::Zeroizing;

/// Draws that a working source never needs: each one has every kind of character with 98 %.
const MOST_DRAWS: usize = 64;

/// A password that somebody chose, and what it must not be made of.
pub(in crate::app) struct Chosen<'a> {
    pub password: Password,
    /// The form field that refusals are shown at.
    pub field: &'static str,
    pub user_name: &'a str,
    pub account_name: &'a str,
    /// The rules of the account; the default ones where there is none yet.
    pub rules: PasswordRules,
}

/// What is wrong with a password for a new user of the account; for a form that has other faults already.
pub async fn faults_of_password(
    caller: &Caller,
    password: Password,
    user_name: &str,
) -> Result<Vec<FieldError>, Failure> {
    faults_of(Chosen { user_name, ..caller.chosen(password, "password") }).await
}

/// What is wrong with a chosen password.
pub(in crate::app) async fn faults_of(chosen: Chosen<'_>) -> Result<Vec<FieldError>, Failure> {
    match acceptable(chosen).await {
        Ok(_) => Ok(Vec::new()),
        Err(Failure::Invalid(errors)) => Ok(errors),
        Err(other) => Err(other),
    }
}

/// Gives the password back when it is good enough.
pub(in crate::app) async fn acceptable(chosen: Chosen<'_>) -> Result<Password, Failure> {
    let Chosen { password, field, rules, .. } = chosen;
    rules.ensure_met(password.expose()).map_err(|broken| FieldError::new(field, broken))?;
    let (user, account) = (chosen.user_name.to_owned(), chosen.account_name.to_owned());
    let judged = tokio::task::spawn_blocking(move || {
        ensure_acceptable(&password, &[&user, &account]).map(|()| password)
    });
    let verdict: Result<Password, PasswordRefusal> =
        judged.await.map_err(|_| Failure::Corrupt("the password check did not finish"))?;
    verdict.map_err(|refusal| FieldError::new(field, refusal).into())
}

/// Whose former passwords must not come back, by which rules, and the field that says so.
pub(in crate::app) struct Former<'a> {
    pub uin: Uin,
    pub field: &'static str,
    pub rules: &'a PasswordRules,
}

/// Refuses the present password of an identity, and as many before it as the rules keep from coming back.
pub(in crate::app) async fn ensure_new(
    app: &App,
    password: &Password,
    former: Former<'_>,
) -> Result<(), Failure> {
    let Former { uin, field, rules } = former;
    let identity = app.store.read(move |conn| identities::find(conn, uin)).await?;
    let Some(identity) = identity else { return Ok(()) };
    for (age, hash) in identity.latest_passwords(rules.reuse_limit.max(1))?.into_iter().enumerate() {
        let copy = Password::parse(password.expose()).map_err(|_| Failure::Corrupt("password"))?;
        if app.passwords.verify(copy, Some(hash)).await? {
            let text = if age == 0 {
                ("This is the present password. Choose a different one.", "新密码与当前密码相同，请更换。")
            } else {
                ("This password was used before. Choose one that was not.", "该密码曾经使用过，请更换。")
            };
            return Err(FieldError::new(field, text).into());
        }
    }
    Ok(())
}

/// A password that is shown once: at least so many letters and digits in groups of five, with every kind of
/// character.
pub(in crate::app) fn generated_password(
    app: &App,
    rules: &PasswordRules,
    least: usize,
) -> Result<Zeroizing<String>, Failure> {
    let length = usize::try_from(rules.minimum_length).unwrap_or_default().max(least);
    for _ in 0..MOST_DRAWS {
        let text = app.random.alphanumeric(length)?;
        let mut grouped = Zeroizing::new(String::with_capacity(length + length / 5));
        for (at, c) in text.chars().enumerate() {
            if at > 0 && at % 5 == 0 {
                grouped.push('-');
            }
            grouped.push(c);
        }
        if has_every_kind(&grouped) {
            return Ok(grouped);
        }
    }
    Err(Failure::Corrupt("the random source repeats itself"))
}
