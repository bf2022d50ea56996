//! Hand-over: what is to be sent to a user, and the pages of whoever opens a link.

pub mod handed;
pub mod index;
pub mod invitation;
pub mod listed;
pub mod open;
pub mod take;
