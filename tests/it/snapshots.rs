//! Every page as it was, byte for byte but for ids, secrets and tokens.
//!
//! Where a page changes on purpose: `INSTA_UPDATE=always cargo test --test it -- snapshots every_action_answers`,
//! then read the difference.

pub mod album;
mod claims;
mod doors;
mod errors;
mod groups;
mod keys;
mod own;
mod policies;
mod settled;
mod templates;
mod users;
