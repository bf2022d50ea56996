//! What the User List is asked for, and what it shows.

use super::user::{User, UserKind};

/// What a list is asked for.
#[derive(Clone, Debug, Default)]
pub struct UserFilter {
    pub text: String,
    pub kind: Option<UserKind>,
    /// Whether an authenticator app is registered.
    pub mfa: Option<bool>,
    pub keys: Option<KeyFilter>,
}

/// Users by the state of their keys.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyFilter {
    None,
    Any,
    Enabled,
    Disabled,
}

/// Where a page begins: behind a name or before it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum UserCursor {
    Start,
    After(String),
    Before(String),
}

/// A user with what the list shows beside it.
pub struct Listed {
    pub user: User,
    pub keys: usize,
    pub mfa: bool,
}
