//! The tests drive the real server over HTTP, on SQLite or on the PostgreSQL of `TEST_DATABASE_URL`.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]

mod support;

mod admin_unlock;
mod api_accounts;
mod api_conformance;
mod api_core;
mod api_crowd;
mod api_edges;
mod api_groups;
mod api_keys;
mod api_leniency;
mod api_limits;
mod api_multipart;
mod api_pace;
mod api_policies;
mod api_refusals;
mod api_replay;
mod api_replay_capture;
mod api_replay_pairs;
mod api_tags;
mod api_texts;
mod api_times;
mod api_usage;
mod api_user_policies;
mod api_users;
mod audit;
mod authorisation;
mod cli_keys;
mod clients;
mod clients_pairs;
mod clients_signing;
mod config;
mod confirmations;
mod cookies;
mod csrf;
mod edges;
mod enrolment;
mod faults;
mod first_start;
mod forms_once;
mod forms_once_steps;
mod forms_once_waiting;
mod grants;
mod grants_age;
mod grants_by_key;
mod grants_chain;
mod grants_forms;
mod grants_recovered;
mod grants_routes;
mod groups;
mod help;
mod help_snippets;
mod house;
mod key_names;
mod keys;
mod landing;
mod last_use;
mod listening;
mod lost_tables;
mod names;
mod nodes;
mod operations;
mod password;
mod policies;
mod policies_app;
mod policies_published;
mod policy;
mod policy_holders;
mod proxy;
mod refused_reveals;
mod retired_ids;
mod reveal;
mod second_step;
mod secrecy;
mod session_cap;
mod session_races;
mod sessions;
mod settings;
mod setup;
mod sign_in;
mod sign_in_account;
mod sign_in_crowd;
mod sign_in_memory;
mod signature;
mod slow_clients;
mod stale_tab;
mod startup;
mod step_up;
mod step_up_locks;
mod step_up_window;
mod store;
mod totp;
mod unread_bytes;
mod upgrade;
mod users;
mod vault;
mod warm_keys;
mod wrong_clock;
