//! Gate tokens: by which a gateway is known, and what was decided about its requests.

use super::host::Host;
use crate::domain::user::Uin;
use crate::random::{Random, RandomFailure};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Gate tokens of one account that are not revoked.
pub const MAX_TOKENS: usize = 64;
/// Regions, or services of a scope, that one token names.
pub const MAX_SCOPE: usize = 16;
const PREFIX: &str = "cgt_";
const TAIL: usize = 43;

/// What a gateway sends with every question; shown once.
pub struct GateToken(Zeroizing<String>);

/// The text is no gate token; it is not repeated here, as it may be nearly one.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("A gate token is {PREFIX} and {TAIL} letters, digits, dashes and underscores.")]
pub struct MalformedGateToken;

impl GateToken {
    /// A new one that nobody has seen: 256 bits.
    pub fn generate(random: &Random) -> Result<Self, RandomFailure> {
        let tail = Zeroizing::new(random.token()?);
        Ok(Self(Zeroizing::new(format!("{PREFIX}{}", tail.as_str()))))
    }

    /// Accepts only the exact shape.
    pub fn parse(text: &str) -> Result<Self, MalformedGateToken> {
        let tail = text.strip_prefix(PREFIX).filter(|tail| tail.len() == TAIL).ok_or(MalformedGateToken)?;
        let fits = tail.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        fits.then(|| Self(Zeroizing::new(text.to_owned()))).ok_or(MalformedGateToken)
    }

    /// The text itself: for the one who made it, once.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored in its place; with 256 random bits a plain hash is enough.
    pub fn digest(&self) -> TokenDigest {
        TokenDigest(HEXLOWER.encode(&Sha256::digest(self.0.as_bytes())))
    }
}

/// What is kept of a gate token.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct TokenDigest(String);

impl TokenDigest {
    /// In hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where a gateway says what the original request was.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum HeaderMode {
    /// `X-Original-Method`, `-Uri`, `-Host`.
    #[default]
    Original,
    /// `X-Forwarded-Method`, `-Uri`, `-Host`.
    Forwarded,
}

/// How much of a body has to be covered by the signature, of methods that write.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum RequiredCoverage {
    /// The bytes that go on were hashed.
    #[default]
    Verified,
    /// A hash is signed that nobody worked out anew.
    Claimed,
    /// Nothing is said of the body.
    None,
}

/// Which signatures are good once.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum TokenReplay {
    Off,
    /// Those of methods that write.
    #[default]
    Writes,
    All,
}

impl HeaderMode {
    pub const ALL: [Self; 2] = [Self::Original, Self::Forwarded];

    /// The name at the command line and in forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Forwarded => "forwarded",
        }
    }

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == name)
    }
}

impl RequiredCoverage {
    pub const ALL: [Self; 3] = [Self::Verified, Self::Claimed, Self::None];

    /// The name at the command line and in forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Claimed => "claimed",
            Self::None => "none",
        }
    }

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|coverage| coverage.as_str() == name)
    }
}

impl TokenReplay {
    pub const ALL: [Self; 3] = [Self::Off, Self::Writes, Self::All];

    /// The name at the command line and in forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Writes => "writes",
            Self::All => "all",
        }
    }

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|replay| replay.as_str() == name)
    }
}

/// What a token was made with.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TokenOptions {
    /// Hosts of its services that it is for; none: all of them.
    pub hosts: Vec<Host>,
    pub headers: HeaderMode,
    pub coverage: RequiredCoverage,
    pub replay: TokenReplay,
    /// Whether signers encode the path once, as for S3, and not twice.
    pub single_encoding: bool,
    /// Regions in the scope of a signature; none: any.
    pub regions: Vec<String>,
    /// Services in the scope of a signature; none: any.
    pub scope_services: Vec<String>,
    /// Whether an action that a signature does not cover is taken.
    pub unsigned_action: bool,
    /// Whether signing keys are handed out.
    pub vend: bool,
}

/// A gate token as it is kept, without the token.
#[derive(Clone, Debug)]
pub struct IssuedToken {
    pub id: i64,
    pub owner_uin: Uin,
    pub name: String,
    pub options: TokenOptions,
    pub created_at: i64,
    pub created_by: String,
    pub last_used_at: Option<i64>,
    pub revoked_at: Option<i64>,
}
