//! The bytes of a sealed value: `0x01 | algorithm | key version | nonce | ciphertext and tag`.

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{AeadInOut as _, Nonce};
use zeroize::Zeroizing;

use super::Binding;

pub(super) const NONCE_LENGTH: usize = 12;
const FORMAT: u8 = 1;
const AES_256_GCM: u8 = 1;
const TAG_LENGTH: usize = 16;
const HEADER_LENGTH: usize = 1 + 1 + 4 + NONCE_LENGTH;

/// A sealed value taken apart, before anything in it is believed.
pub(super) struct Envelope<'a> {
    pub(super) version: u32,
    nonce: &'a [u8; NONCE_LENGTH],
    sealed: &'a [u8],
}

impl<'a> Envelope<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (&[format, algorithm], rest) = bytes.split_first_chunk()?;
        let (version, rest) = rest.split_first_chunk()?;
        let (nonce, sealed) = rest.split_first_chunk()?;
        let known = format == FORMAT && algorithm == AES_256_GCM && sealed.len() >= TAG_LENGTH;
        known.then_some(Self { version: u32::from_be_bytes(*version), nonce, sealed })
    }

    /// The plain value, or `None` for anything that is not exactly what was sealed here.
    pub(super) fn open(&self, cipher: &Aes256Gcm, binding: &Binding<'_>) -> Option<Zeroizing<Vec<u8>>> {
        let mut buffer = Zeroizing::new(self.sealed.to_vec());
        let nonce = Nonce::<Aes256Gcm>::from(*self.nonce);
        let bound = associated_data(binding, self.version);
        cipher.decrypt_in_place(&nonce, &bound, &mut *buffer).ok()?;
        Some(buffer)
    }
}

/// What one seal needs besides the value.
pub(super) struct Sealing<'a> {
    pub(super) cipher: &'a Aes256Gcm,
    pub(super) version: u32,
    pub(super) nonce: [u8; NONCE_LENGTH],
    pub(super) binding: &'a Binding<'a>,
}

impl Sealing<'_> {
    /// The envelope of `plain`; `None` beyond 64 GiB.
    pub(super) fn seal(&self, plain: &[u8]) -> Option<Vec<u8>> {
        let mut buffer = Zeroizing::new(Vec::with_capacity(plain.len() + TAG_LENGTH));
        buffer.extend_from_slice(plain);
        let bound = associated_data(self.binding, self.version);
        self.cipher.encrypt_in_place(&Nonce::<Aes256Gcm>::from(self.nonce), &bound, &mut *buffer).ok()?;
        let mut envelope = Vec::with_capacity(HEADER_LENGTH + buffer.len());
        envelope.extend_from_slice(&[FORMAT, AES_256_GCM]);
        envelope.extend_from_slice(&self.version.to_be_bytes());
        envelope.extend_from_slice(&self.nonce);
        envelope.extend_from_slice(&buffer);
        Some(envelope)
    }
}

/// Lengths stand before the parts, so that no two bindings give the same bytes.
fn associated_data(binding: &Binding<'_>, version: u32) -> Vec<u8> {
    let (account, user) = (binding.account.to_be_bytes(), binding.user.to_be_bytes());
    let parts: [&[u8]; 5] =
        [binding.table.as_bytes(), binding.column.as_bytes(), &account, &user, binding.object.as_bytes()];
    let length = parts.iter().map(|part| 8 + part.len()).sum::<usize>();
    let mut bytes = Vec::with_capacity(b"camlock.v1".len() + length + 4);
    bytes.extend_from_slice(b"camlock.v1");
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes.extend_from_slice(&version.to_be_bytes());
    bytes
}
