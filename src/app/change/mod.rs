//! The one way to change anything.

pub(super) mod event;
