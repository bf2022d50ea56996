//! Who signed a request: the one way from bytes to a [`Caller`] without a session.

use super::caller::{Caller, Source};
use super::keys::secret_binding;
use super::usage::Sighting;
use super::{App, Failure};
use crate::domain::key::SecretId;
use crate::domain::signature::{self, Allowances, Claim, Incoming, KeyMaterial, SignatureError, Verified};
use crate::store::StoreError;
use crate::store::api_keys::{self, Signer};
use crate::store::replays::{self, Use};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// A request that is proved to come from the holder of an enabled key.
pub struct Signed {
    pub caller: Caller,
    pub secret_id: SecretId,
    pub(super) verified: Verified,
    /// What the database knows of this signature already.
    pub(super) known: Option<Use>,
}

impl Signed {
    /// How the nonce store names one use of a nonce.
    pub(super) fn nonce_name(&self, nonce: u64) -> String {
        let text = format!("{}|{}|{nonce}", self.secret_id, self.verified.timestamp());
        format!("nonce:{}", HEXLOWER.encode(&Sha256::digest(text)))
    }
}

/// Why a request is not believed.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// A session token, which no key here has.
    #[error("a session token that belongs to no key")]
    Token,
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Failure(error.into())
    }
}

impl App {
    /// What a request claims, before anything is looked up.
    pub fn claim<'a>(&self, incoming: &Incoming<'a>) -> Result<Claim<'a>, SignatureError> {
        signature::parse(incoming, self.clock.now())
    }

    /// Believes a claim when the key's secret made the signature, the key is enabled and the account takes the scheme.
    ///
    /// An id that nobody has costs the same work. A disabled key is told from it by its records alone.
    pub async fn authenticate(&self, claim: &Claim<'_>, source: Source) -> Result<Signed, Refusal> {
        let id = SecretId::parse(claim.secret_id()).ok();
        let wanted = id.clone();
        let signer =
            self.store.read(move |conn| wanted.map_or(Ok(None), |id| api_keys::signer(conn, &id))).await?;
        let (verified, signer) = self.verify(claim, signer)?;
        if claim.token().is_some_and(|token| !token.is_empty()) {
            return Err(Refusal::Token);
        }
        let secret_id = signer.key.secret_id.clone();
        if !signer.key.is_enabled() {
            self.note_use(&secret_id, Sighting::disabled(claim.action(), &source));
            return Err(SignatureError::SecretIdNotFound.into());
        }
        let (digest, now) = (HEXLOWER.encode(verified.digest()), self.clock.now());
        let load = move |conn: &mut _| {
            let known = replays::find(conn, &digest)?;
            Ok::<_, Failure>((Caller::of_key(conn, (signer.user, signer.account), source, now)?, known))
        };
        let (caller, known) = self.store.read(load).await?;
        Ok(Signed { caller, secret_id, verified, known })
    }

    fn verify(&self, claim: &Claim<'_>, signer: Option<Signer>) -> Result<(Verified, Signer), Refusal> {
        let Some(signer) = signer else {
            let none = signature::verify(claim, KeyMaterial::Unknown, Allowances::default());
            return Err(none.err().unwrap_or(SignatureError::SecretIdNotFound).into());
        };
        let opened: Zeroizing<Vec<u8>> =
            self.vault.open(&secret_binding(&signer.key), &signer.sealed).map_err(Failure::from)?;
        let secret = std::str::from_utf8(&opened).map_err(|_| Failure::Corrupt("api_keys.secret"))?;
        let allowed = Allowances { unsigned_payload: false, v1: signer.account.settings.signature_v1 };
        Ok((signature::verify(claim, KeyMaterial::Secret(secret), allowed)?, signer))
    }
}
