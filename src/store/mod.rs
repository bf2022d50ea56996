//! What is kept, on SQLite or PostgreSQL. The only place that knows Diesel.

pub mod accounts;
pub mod api_keys;
pub mod audit;
pub mod boundaries;
mod connection;
pub mod dialect;
pub mod error;
pub mod grants;
pub mod groups;
pub mod identities;
pub mod key_usage;
pub mod meta;
pub mod migrations;
pub mod policies;
pub mod policy_search;
pub mod policy_versions;
pub mod recovery_codes;
pub mod replays;
pub mod schema;
pub mod sequences;
pub mod sessions;
pub mod setup_tokens;
pub mod step_ups;
pub mod throttles;
pub mod tickets;
pub mod totp_devices;
pub mod user_lists;
pub mod user_search;
pub mod users;

pub use connection::{Conn, Line, Store};
pub use error::StoreError;
