//! How a session was begun, and how far it has come.

use super::user::{Uid, Uin};
use std::fmt;

/// What somebody signed in with, as the list of sessions shows it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SignInMethod {
    Password,
    Code,
    /// The form that made the account asked for password and code.
    Setup,
    RecoveryCode,
}

impl SignInMethod {
    /// As it is kept.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Code => "password and code",
            Self::Setup => "password and code, at set-up",
            Self::RecoveryCode => "password and recovery code",
        }
    }
}

impl fmt::Display for SignInMethod {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// How far a sign-in has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stage {
    /// The password was right, and a second factor is waited for.
    SecondFactor,
    SignedIn,
}

impl Stage {
    /// As it is kept.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SecondFactor => "second_factor",
            Self::SignedIn => "full",
        }
    }
}

/// A session.
#[derive(Clone, Debug)]
pub struct Session {
    pub id_hash: String,
    /// Survives the change of id at step-up; form tokens are made from it.
    pub family: String,
    /// What the page layer keeps: flash messages, nothing that decides anything.
    pub state: String,
    pub stage: String,
    pub uin: Uin,
    pub uid: Uid,
    /// How the person proved who it is, in words.
    pub method: String,
    pub ip: String,
    pub user_agent: String,
    pub created_at: i64,
    pub last_seen_at: i64,
    pub expires_at: i64,
    pub step_up_at: Option<i64>,
    /// The id before the last change of id.
    pub former_id: Option<String>,
    /// When the last right code came, and from which app.
    pub code_at: Option<i64>,
    pub code_device: Option<String>,
}

impl Session {
    /// Whether the sign-in has come as far as that, and no further.
    pub fn is_at(&self, stage: Stage) -> bool {
        self.stage == stage.as_str()
    }
}
