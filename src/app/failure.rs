//! How an action can end without being done.

use crate::domain::field::FieldError;
use crate::domain::group::GroupRefusal;
use crate::domain::key::{AccessKeyRefusal, KeyRefusal};
use crate::domain::permission::Denial;
use crate::domain::policies::PolicyRefusal;
use crate::domain::replay::ReplayRefusal;
use crate::domain::rotation::RotationRefusal;
use crate::domain::sentence::Sentence;
use crate::passwords::PasswordsError;
use crate::random::RandomFailure;
use crate::store::{MayRepeat, StoreError};
use crate::vault::VaultError;

/// Why an action was not done. Texts of `Refused` and `Invalid` are for people; the rest go to the log.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Missing, or not of this account: the two look the same.
    #[error("not found")]
    NotFound,
    /// The caller's policies do not allow it.
    #[error(transparent)]
    Denied(#[from] Denial),
    /// A rule said no in the present state; the text says what to do first.
    #[error("{0}")]
    Refused(Sentence),
    /// The same, by a rule about policies; the API gives each a code.
    #[error(transparent)]
    Policy(#[from] PolicyRefusal),
    /// The same, by a rule about groups.
    #[error(transparent)]
    Group(#[from] GroupRefusal),
    /// The same, about keys named through the API.
    #[error(transparent)]
    AccessKey(#[from] AccessKeyRefusal),
    /// Fields that do not fit.
    #[error("some fields do not fit")]
    Invalid(Vec<FieldError>),
    /// The name, password or code is not right.
    #[error("not proven")]
    NotProven,
    /// Too many wrong guesses; worth trying again in so many seconds.
    #[error("too many tries")]
    Throttled { seconds: i64 },
    /// It grants something, and no code was given lately: the person has to be asked first.
    #[error("a code has to be given first")]
    StepUpNeeded,
    /// The session has ended, or is not as far as this action needs.
    #[error("not signed in")]
    NotSignedIn,
    /// The form was sent before and has made what it makes.
    #[error("a form was sent twice")]
    SentTwice,
    /// The signature came before, and this may be a copy.
    #[error(transparent)]
    Replayed(#[from] ReplayRefusal),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Random(#[from] RandomFailure),
    #[error(transparent)]
    Passwords(#[from] PasswordsError),
    #[error("a stored value cannot be read: {0}")]
    Corrupt(&'static str),
}

impl From<FieldError> for Failure {
    fn from(error: FieldError) -> Self {
        Self::Invalid(vec![error])
    }
}

impl From<RotationRefusal> for Failure {
    fn from(refusal: RotationRefusal) -> Self {
        Self::Refused(refusal.into())
    }
}

impl From<KeyRefusal> for Failure {
    fn from(refusal: KeyRefusal) -> Self {
        Self::Refused(refusal.into())
    }
}

impl Failure {
    /// A refusal with a text for people.
    pub fn refused(text: impl Into<Sentence>) -> Self {
        Self::Refused(text.into())
    }
}

impl MayRepeat for Failure {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_conflict())
    }
}
