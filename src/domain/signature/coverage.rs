//! How far the body is inside a signature.

/// How much of the body a signature vouches for; the greater vouches for more.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Coverage {
    /// The body is outside the signature: `UNSIGNED-PAYLOAD`, a presigned URL, a GET.
    None,
    /// A hash of the body is signed, and nobody compared it with the bytes that go on.
    Claimed,
    /// The signed hash is that of the bytes that came.
    Verified,
}

impl Coverage {
    /// The name in options, answers and records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Claimed => "claimed",
            Self::Verified => "verified",
        }
    }

    /// The coverage of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::None, Self::Claimed, Self::Verified].into_iter().find(|coverage| coverage.as_str() == name)
    }
}
