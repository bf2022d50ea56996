//! Lists in parts.

/// A part of a list: from where on, and how much of it.
#[derive(Clone, Copy, Debug)]
pub struct Part<From> {
    pub cursor: From,
    pub size: i64,
}
