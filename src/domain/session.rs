//! How a session was begun, and how far it has come.

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
