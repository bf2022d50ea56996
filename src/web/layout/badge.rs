//! A word in a colour, with an icon.

/// What becomes of something, or how it stands, in a word or two.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Badge {
    /// `ok`, `warn`, `bad`, `info` or `off`.
    pub kind: &'static str,
    pub icon: &'static str,
    pub words: &'static str,
}

impl Badge {
    pub const fn new(kind: &'static str, icon: &'static str, words: &'static str) -> Self {
        Self { kind, icon, words }
    }
}
