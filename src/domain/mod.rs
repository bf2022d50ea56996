//! The rules of the field: pure, and free of every framework.

pub mod account;
pub mod audit;
pub mod deadline;
pub mod field;
pub mod group;
pub mod key;
pub mod login_rules;
pub mod network;
pub mod password;
pub mod password_rules;
pub mod permission;
pub mod policies;
pub mod policy;
pub mod qr;
pub mod recovery;
pub mod secret;
pub mod sentence;
pub mod signature;
pub mod step_up;
pub mod throttle;
pub mod totp;
pub mod user;
