//! The key that signs for one day, region and service.

use hmac::Mac;
use zeroize::Zeroizing;

use super::credential::TERMINATOR;
use crate::domain::signature::hmac::{HmacSha256, hmac_sha256};

/// A derived key: it signs for one day, region and service, and does not tell the SecretKey.
pub struct AwsSigningKey(Zeroizing<[u8; 32]>);

impl AwsSigningKey {
    /// The bytes themselves: for signing, and for a service that checks signatures itself.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    pub(super) fn mac(&self) -> HmacSha256 {
        hmac_sha256(&[self.0.as_slice()])
    }
}

/// Derives the key of a day (`YYYYMMDD`), region and service.
pub fn signing_key(secret_key: &str, date: &str, region: &str, service: &str) -> AwsSigningKey {
    let mut key = tagged(hmac_sha256(&[b"AWS4", secret_key.as_bytes()]), date);
    for text in [region, service, TERMINATOR] {
        key = tagged(hmac_sha256(&[key.as_slice()]), text);
    }
    AwsSigningKey(key)
}

fn tagged(mut mac: HmacSha256, text: &str) -> Zeroizing<[u8; 32]> {
    mac.update(text.as_bytes());
    Zeroizing::new(mac.finalize().into_bytes().into())
}
