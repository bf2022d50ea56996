//! Keyed hashing and the signing key of TC3.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::authorization::TERMINATOR;

pub(super) type HmacSha256 = Hmac<Sha256>;
pub(super) type HmacSha1 = Hmac<Sha1>;

const BLOCK: usize = 64;

/// HMAC keyed for the string to sign.
pub(super) fn signing_mac(secret_key: &str, date: &str, service: &str) -> HmacSha256 {
    let of_date = tagged(hmac_sha256(&[b"TC3", secret_key.as_bytes()]), date);
    let of_service = tagged(hmac_sha256(&[of_date.as_slice()]), service);
    let of_request = tagged(hmac_sha256(&[of_service.as_slice()]), TERMINATOR);
    hmac_sha256(&[of_request.as_slice()])
}

fn tagged(mut mac: HmacSha256, text: &str) -> Zeroizing<[u8; 32]> {
    mac.update(text.as_bytes());
    Zeroizing::new(mac.finalize().into_bytes().into())
}

/// HMAC-SHA256 keyed with these parts joined.
pub(super) fn hmac_sha256(key: &[&[u8]]) -> HmacSha256 {
    HmacSha256::new((&*padded::<Sha256>(key)).into())
}

/// HMAC-SHA1 keyed with these parts joined.
pub(super) fn hmac_sha1(key: &[&[u8]]) -> HmacSha1 {
    HmacSha1::new((&*padded::<Sha1>(key)).into())
}

/// A key as one block of the hash: filled up with zeros, or hashed first when longer (RFC 2104 §2).
fn padded<D: Digest>(key: &[&[u8]]) -> Zeroizing<[u8; BLOCK]> {
    let mut block = Zeroizing::new([0; BLOCK]);
    if key.iter().map(|part| part.len()).sum::<usize>() <= BLOCK {
        fill(&mut block, key.iter().copied().flatten());
    } else {
        let mut digest = D::new();
        for part in key {
            digest.update(part);
        }
        fill(&mut block, digest.finalize().iter());
    }
    block
}

fn fill<'a>(block: &mut [u8; BLOCK], bytes: impl Iterator<Item = &'a u8>) {
    block.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
}

/// A hash as the canonical request writes it.
pub(super) fn lower_hex(hash: &[u8; 32]) -> [u8; 64] {
    let mut text = [0; 64];
    HEXLOWER.encode_mut(hash, &mut text);
    text
}
