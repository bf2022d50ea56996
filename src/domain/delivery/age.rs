//! Files in the format of `age` (age-encryption.org/v1, C2SP), written and never read: one recipient, one chunk, armored.

use super::recipient::Recipient;
use crate::random::{Random, RandomFailure};
use chacha20poly1305::aead::Aead;
use chacha20poly1305::{ChaCha20Poly1305, Key, KeyInit, Nonce};
use curve25519_dalek::montgomery::MontgomeryPoint;
use data_encoding::{BASE64, BASE64_NOPAD};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

const X25519: &str = "age-encryption.org/v1/X25519";
const SSH_ED25519: &str = "age-encryption.org/v1/ssh-ed25519";
/// Letters of a line of base64.
const WIDTH: usize = 64;
/// Bytes of the one chunk that is written here, at most.
const CHUNK: usize = 65_536;

/// Why nothing was sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealFailure {
    #[error(transparent)]
    Random(#[from] RandomFailure),
    #[error("the text is too long to be sealed")]
    TooLong,
    #[error("the recipient's key does not seal")]
    Recipient,
}

type Secret = Zeroizing<[u8; 32]>;

/// Seals a text to a recipient: nobody else opens it, not even whoever sealed it.
pub fn sealed(random: &Random, recipient: &Recipient, text: &str) -> Result<String, SealFailure> {
    if text.len() > CHUNK {
        return Err(SealFailure::TooLong);
    }
    let mut file_key = Zeroizing::new([0; 16]);
    random.fill(file_key.as_mut())?;
    let mut header = format!("age-encryption.org/v1\n{}---", stanza(random, recipient, &file_key)?);
    let mac = header_mac(&file_key, header.as_bytes())?;
    header.push(' ');
    header.push_str(&BASE64_NOPAD.encode(&mac));
    header.push('\n');

    let mut salt = [0; 16];
    random.fill(&mut salt)?;
    let mut last_chunk = [0; 12];
    last_chunk[11] = 1;
    let key = derived(file_key.as_ref(), &salt, "payload")?;
    let mut file = header.into_bytes();
    file.extend_from_slice(&salt);
    file.extend(encrypted(&key, last_chunk, text.as_bytes())?);
    Ok(armored(&file))
}

/// The file key, wrapped for the recipient.
fn stanza(random: &Random, recipient: &Recipient, file_key: &[u8; 16]) -> Result<String, SealFailure> {
    let mut scalar = Zeroizing::new([0; 32]);
    random.fill(scalar.as_mut())?;
    let share = MontgomeryPoint::mul_base_clamped(*scalar).to_bytes();
    let mut shared: Secret = Zeroizing::new(recipient.point.mul_clamped(*scalar).to_bytes());
    let (label, first) = match &recipient.ssh {
        None => (X25519, "-> X25519".to_owned()),
        Some(wire) => {
            let tweak = derived(&[], wire, SSH_ED25519)?;
            shared = Zeroizing::new(MontgomeryPoint(*shared).mul_clamped(*tweak).to_bytes());
            let digest = Sha256::digest(wire);
            let tag = digest.first_chunk::<4>().ok_or(SealFailure::Recipient)?;
            (SSH_ED25519, format!("-> ssh-ed25519 {}", BASE64_NOPAD.encode(tag)))
        }
    };
    if *shared == [0; 32] {
        return Err(SealFailure::Recipient);
    }
    let salt = [share, recipient.point.to_bytes()].concat();
    let wrapped = encrypted(&derived(shared.as_ref(), &salt, label)?, [0; 12], file_key)?;
    Ok(format!("{first} {}\n{}\n", BASE64_NOPAD.encode(&share), BASE64_NOPAD.encode(&wrapped)))
}

fn header_mac(file_key: &[u8; 16], header: &[u8]) -> Result<Vec<u8>, SealFailure> {
    let key = derived(file_key, &[], "header")?;
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_ref()).map_err(|_| SealFailure::Recipient)?;
    mac.update(header);
    Ok(mac.finalize().into_bytes().to_vec())
}

fn derived(secret: &[u8], salt: &[u8], label: &str) -> Result<Secret, SealFailure> {
    let mut key = Zeroizing::new([0; 32]);
    let derived = Hkdf::<Sha256>::new(Some(salt), secret).expand(label.as_bytes(), key.as_mut());
    derived.map_err(|_| SealFailure::Recipient)?;
    Ok(key)
}

fn encrypted(key: &Secret, nonce: [u8; 12], text: &[u8]) -> Result<Vec<u8>, SealFailure> {
    let cipher = ChaCha20Poly1305::new(&Key::from(**key));
    cipher.encrypt(&Nonce::from(nonce), text).map_err(|_| SealFailure::TooLong)
}

fn armored(file: &[u8]) -> String {
    let text = BASE64.encode(file);
    let mut armored = String::from("-----BEGIN AGE ENCRYPTED FILE-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(WIDTH));
        armored.push_str(line);
        armored.push('\n');
        rest = more;
    }
    armored.push_str("-----END AGE ENCRYPTED FILE-----\n");
    armored
}
