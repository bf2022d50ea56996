//! What proves who somebody is, beside the session: passwords, authenticator apps, codes.

pub mod ask;
pub mod devices;
pub(super) mod guard;
pub(super) mod known_devices;
pub(super) mod locks;
pub mod new_password;
