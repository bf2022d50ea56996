//! One's own security: the page where people land, and what it leads to.

pub mod factors;
pub mod identity;
pub mod mfa;

mod agent;
mod password;
mod preferences;
mod security;
mod sessions;

pub use password::{change_password, password_form};
pub use preferences::{preferences_form, set_preferences, set_rows};
pub use security::security;
pub use sessions::{end_other_sessions, end_session, sessions};
