//! The pages, one folder for each noun.

pub mod account;
pub mod attached;
pub mod audit;
pub mod bars;
pub mod canaries;
pub mod chooser;
pub mod claims;
pub mod confirm;
pub mod faults;
pub mod grants;
pub mod groups;
pub mod help;
pub mod home;
mod impact;
pub mod jump;
pub mod keys;
pub mod me;
pub mod notices;
pub mod overview;
pub mod policies;
pub mod reports;
pub mod services;
pub mod sign_in;
pub mod step_up;
pub mod users;
pub mod ways;
pub mod webhooks;
