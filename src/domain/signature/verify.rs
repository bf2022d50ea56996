//! The one way from a claim to an identity.

use data_encoding::HEXLOWER;

use super::claim::{Claim, Proof, Scheme};
use super::coverage::Coverage;
use super::error::{Difference, Mismatch, SignatureError};
use super::gate_fault::GateFault;
use super::hmac::signing_mac;
use super::{tc3, v1};

/// Stands in for the secret of an unknown id, so that a miss costs what a hit costs.
const NOBODY: &str = "00000000000000000000000000000000";

/// The key that the caller found for a claim.
#[derive(Clone, Copy)]
pub enum KeyMaterial<'k> {
    /// There is no such id.
    Unknown,
    /// The SecretKey.
    Secret(&'k str),
}

impl<'k> KeyMaterial<'k> {
    /// What to compute with.
    fn secret(self) -> &'k str {
        match self {
            Self::Unknown => NOBODY,
            Self::Secret(secret) => secret,
        }
    }
}

impl<'k> From<Option<&'k str>> for KeyMaterial<'k> {
    fn from(secret: Option<&'k str>) -> Self {
        secret.map_or(Self::Unknown, Self::Secret)
    }
}

/// What the action and the account allow beyond the plain case; all is refused by default.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Allowances {
    /// The action takes `UNSIGNED-PAYLOAD`.
    pub unsigned_payload: bool,
    /// The account takes v1 signatures; the caller then keeps a nonce store.
    pub v1: bool,
}

/// Proof that the holder of a key signed a request; only [`verify`] makes one.
#[derive(Clone, Debug)]
pub struct Verified {
    secret_id: Box<str>,
    timestamp: i64,
    scheme: Scheme,
    nonce: Option<u64>,
    digest: [u8; 32],
    signs_action: bool,
    coverage: Coverage,
}

impl Verified {
    pub fn secret_id(&self) -> &str {
        &self.secret_id
    }

    pub fn timestamp(&self) -> i64 {
        self.timestamp
    }

    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The number that v1 clients use once, for the nonce store.
    pub fn nonce(&self) -> Option<u64> {
        self.nonce
    }

    /// SHA-256 of the signature, for the replay store.
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// Whether the signature covers the action, so that it can serve no other.
    pub fn signs_action(&self) -> bool {
        self.signs_action
    }

    /// How much of the body the signature vouches for.
    pub fn coverage(&self) -> Coverage {
        self.coverage
    }

    fn of(claim: &Claim<'_>) -> Self {
        Self {
            secret_id: claim.secret_id().into(),
            timestamp: claim.timestamp(),
            scheme: claim.scheme(),
            nonce: claim.nonce(),
            digest: claim.digest(),
            signs_action: claim.signs_action(),
            coverage: claim.coverage(),
        }
    }
}

/// Believes a claim, or says why not; an unknown id costs the same work as a wrong signature.
pub fn verify<'k>(
    claim: &Claim<'_>,
    key: impl Into<KeyMaterial<'k>>,
    allowed: Allowances,
) -> Result<Verified, SignatureError> {
    let key = key.into();
    let judged = match &claim.proof {
        Proof::Tc3(proof) => judge_tc3(claim, proof, key),
        Proof::V1(proof) => judge_v1(claim, proof, key),
        Proof::Aws(proof) => proof.judge(key.secret()),
    };
    if matches!(key, KeyMaterial::Unknown) {
        return Err(SignatureError::SecretIdNotFound);
    }
    judged.map_err(|difference| mismatch(claim, difference))?;
    ensure_allowed(claim, allowed)?;
    Ok(Verified::of(claim))
}

fn judge_tc3(
    claim: &Claim<'_>,
    proof: &tc3::Tc3Proof<'_>,
    key: KeyMaterial<'_>,
) -> Result<(), Option<Difference>> {
    let mac = signing_mac(key.secret(), proof.date, proof.service);
    if proof.is_signed_by(claim, &mac) { Ok(()) } else { Err(proof.difference(claim, &mac)) }
}

fn judge_v1(
    claim: &Claim<'_>,
    proof: &v1::V1Proof<'_>,
    key: KeyMaterial<'_>,
) -> Result<(), Option<Difference>> {
    proof.is_signed_by(claim, key.secret()).then_some(()).ok_or(None)
}

fn ensure_allowed(claim: &Claim<'_>, allowed: Allowances) -> Result<(), SignatureError> {
    if claim.unsigned_payload() && !allowed.unsigned_payload {
        return Err(SignatureError::UnsignedPayload);
    }
    if claim.scheme().is_v1() && !allowed.v1 {
        return Err(SignatureError::V1Off);
    }
    Ok(())
}

fn mismatch(claim: &Claim<'_>, difference: Option<Difference>) -> SignatureError {
    if let Proof::Aws(proof) = &claim.proof
        && let Some(name) = proof.changed_by_proxies()
    {
        return GateFault::SignedHeaderChanged(name.to_owned()).into();
    }
    let (scope, signed_headers) = match &claim.proof {
        Proof::Tc3(proof) => (proof.scope, proof.signed_headers),
        Proof::V1(_) => ("", ""),
        Proof::Aws(proof) => (proof.credential.scope(), &*proof.signed_headers),
    };
    SignatureError::Mismatch(Box::new(Mismatch {
        difference,
        timestamp: claim.timestamp(),
        now: claim.now,
        host: claim.host.to_owned(),
        scope: scope.to_owned(),
        signed_headers: signed_headers.to_owned(),
        body_sha256: HEXLOWER.encode(&claim.body_sha256),
    }))
}
