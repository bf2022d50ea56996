//! The way in and out: name and password, then a code or a recovery code.

pub(super) mod door;

mod password;
mod second_step;

pub use password::{form, sign_out, submit};
pub use second_step::{recover, recovery_form, verify, verify_form};
