//! The pages about users.

pub mod activity;
pub mod boundary;
pub mod detail;
pub mod form;
pub mod groups;
pub mod head;
pub mod list;
pub mod new;
pub mod permissions;
pub mod security;
pub mod sorting;
