//! Who says to have signed a request, before the signature is believed.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use super::coverage::Coverage;
use super::form::Parameter;
use super::sigv4::AwsProof;
use super::{tc3, v1};

/// How a request is signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scheme {
    Tc3,
    HmacSha1,
    HmacSha256,
    AwsV4,
}

impl Scheme {
    /// The name that clients give it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tc3 => "TC3-HMAC-SHA256",
            Self::HmacSha1 => "HmacSHA1",
            Self::HmacSha256 => "HmacSHA256",
            Self::AwsV4 => "AWS4-HMAC-SHA256",
        }
    }

    /// Whether it is one of the old parameter signatures, which an account must have switched on.
    pub fn is_v1(self) -> bool {
        matches!(self, Self::HmacSha1 | Self::HmacSha256)
    }
}

/// A well-formed, timely, unproved statement: this key signed this request.
pub struct Claim<'a> {
    pub(super) method: &'a str,
    pub(super) host: &'a str,
    pub(super) path: &'a str,
    pub(super) secret_id: Cow<'a, str>,
    pub(super) timestamp: i64,
    /// The server's time when it came.
    pub(super) now: i64,
    pub(super) body_sha256: [u8; 32],
    pub(super) coverage: Coverage,
    pub(super) proof: Proof<'a>,
}

/// What goes into the signature, by scheme.
pub(super) enum Proof<'a> {
    Tc3(tc3::Tc3Proof<'a>),
    V1(v1::V1Proof<'a>),
    Aws(Box<AwsProof<'a>>),
}

impl<'a> Claim<'a> {
    /// The key to look up.
    pub fn secret_id(&self) -> &str {
        &self.secret_id
    }

    pub fn timestamp(&self) -> i64 {
        self.timestamp
    }

    pub fn scheme(&self) -> Scheme {
        match &self.proof {
            Proof::Tc3(_) => Scheme::Tc3,
            Proof::V1(proof) => proof.scheme,
            Proof::Aws(_) => Scheme::AwsV4,
        }
    }

    /// The `Host` header, as sent.
    pub fn host(&self) -> &str {
        self.host
    }

    /// The raw path; only `AWS4-HMAC-SHA256` covers it.
    pub fn path(&self) -> &str {
        self.path
    }

    /// `X-TC-Action`, or the parameter `Action` of v1: the only action this request may run.
    pub fn action(&self) -> Option<&str> {
        self.common(|common| common.action, "Action")
    }

    /// `X-TC-Version`, or the parameter `Version` of v1.
    pub fn version(&self) -> Option<&str> {
        self.common(|common| common.version, "Version")
    }

    /// `X-TC-Region`, or the parameter `Region` of v1.
    pub fn region(&self) -> Option<&str> {
        self.common(|common| common.region, "Region")
    }

    /// The session token of a temporary key.
    pub fn token(&self) -> Option<&str> {
        self.common(|common| common.token, "Token")
    }

    /// The language asked for, as written.
    pub fn language(&self) -> Option<&str> {
        self.common(|common| common.language, "Language")
    }

    /// The number that v1 clients use once per timestamp.
    pub fn nonce(&self) -> Option<u64> {
        match &self.proof {
            Proof::Tc3(_) | Proof::Aws(_) => None,
            Proof::V1(proof) => Some(proof.nonce),
        }
    }

    /// The decoded parameters of v1, sorted, without `Signature`.
    pub fn parameters(&self) -> Option<&[Parameter<'a>]> {
        match &self.proof {
            Proof::Tc3(_) | Proof::Aws(_) => None,
            Proof::V1(proof) => Some(&proof.parameters),
        }
    }

    /// Whether the action is inside the signature, for accounts that insist on it: always so in v1, and in `AWS4-HMAC-SHA256`,
    /// which covers method and path.
    pub fn signs_action(&self) -> bool {
        match &self.proof {
            Proof::Tc3(proof) => proof.headers.iter().any(|(name, _)| *name == "x-tc-action"),
            Proof::V1(_) | Proof::Aws(_) => true,
        }
    }

    /// Whether the body is outside the signature (`UNSIGNED-PAYLOAD`).
    pub fn unsigned_payload(&self) -> bool {
        matches!(&self.proof, Proof::Tc3(proof) if proof.unsigned_payload)
    }

    /// How much of the body the signature vouches for.
    pub fn coverage(&self) -> Coverage {
        self.coverage
    }

    /// SHA-256 of the received body; where nobody hashed it, the hash that was signed, or that of nothing.
    pub fn body_sha256(&self) -> [u8; 32] {
        self.body_sha256
    }

    /// SHA-256 of the signature: the name of this use of a key in the replay store.
    pub fn digest(&self) -> [u8; 32] {
        match &self.proof {
            Proof::Tc3(proof) => Sha256::digest(proof.signature).into(),
            Proof::V1(proof) => Sha256::digest(&proof.signature).into(),
            Proof::Aws(proof) => Sha256::digest(proof.signature).into(),
        }
    }

    fn common(&self, header: fn(&tc3::Common<'a>) -> Option<&'a str>, parameter: &str) -> Option<&str> {
        match &self.proof {
            Proof::Tc3(proof) => header(&proof.common),
            Proof::V1(proof) => proof.parameter(parameter),
            Proof::Aws(_) => None,
        }
    }
}

impl std::fmt::Debug for Claim<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Claim");
        shown.field("secret_id", &self.secret_id).field("scheme", &self.scheme());
        shown.field("timestamp", &self.timestamp).field("action", &self.action()).finish_non_exhaustive()
    }
}
