//! Secrets at rest: each value is sealed to the one place in the database where it belongs.

mod envelope;
mod error;
mod key_file;
pub mod places;
mod ring;

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use aes_gcm::{Aes256Gcm, KeyInit as _};
use zeroize::Zeroizing;

use self::envelope::{Envelope, NONCE_LENGTH, Sealing};
pub use self::error::{LineProblem, VaultError};
pub use self::places::SealedPlace;
pub use self::ring::KeyRing;
use crate::domain::attention::KeyFileFault;
use crate::random::Random;

const CHECK_TEXT: &[u8] = b"camlock master key check";
const CHECK: Binding<'static> =
    Binding { table: "vault", column: "check", account: 0, user: 0, object: "check" };

/// The place a sealed value belongs to; anywhere else it does not open.
#[derive(Clone, Copy)]
pub struct Binding<'a> {
    pub table: &'a str,
    pub column: &'a str,
    pub account: u64,
    pub user: u64,
    pub object: &'a str,
}

/// Seals and opens secrets; clones share one key ring.
#[derive(Clone)]
pub struct Vault {
    state: Arc<RwLock<State>>,
    random: Random,
}

struct State {
    ring: KeyRing,
    ciphers: Vec<PurposeCipher>,
}

/// A subkey made ready once, since that costs more than opening a value with it.
struct PurposeCipher {
    version: u32,
    table: String,
    column: String,
    cipher: Arc<Aes256Gcm>,
}

impl Vault {
    /// A vault over `ring`.
    pub fn new(ring: KeyRing, random: Random) -> Self {
        Self { state: Arc::new(RwLock::new(State { ring, ciphers: Vec::new() })), random }
    }

    /// Takes up a key ring that was read anew, for a rotation without a restart.
    pub fn replace_ring(&self, ring: KeyRing) {
        *self.write() = State { ring, ciphers: Vec::new() };
    }

    /// The stored form of a secret; two seals of one value differ.
    pub fn seal(&self, binding: &Binding<'_>, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        let version = self.active_version();
        let cipher = self.cipher(version, binding).ok_or(VaultError::Unsealable)?;
        let mut nonce = [0; NONCE_LENGTH];
        self.random.fill(&mut nonce)?;
        Sealing { cipher: &cipher, version, nonce, binding }.seal(plain).ok_or(VaultError::Unsealable)
    }

    /// The secret in a stored form, if it was sealed for this very place.
    pub fn open(&self, binding: &Binding<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let envelope = Envelope::parse(sealed).ok_or(VaultError::Unreadable)?;
        let cipher = self.cipher(envelope.version, binding).ok_or(VaultError::Unreadable)?;
        envelope.open(&cipher, binding).ok_or(VaultError::Unreadable)
    }

    /// Whether a stored form is under an older key and should be sealed again.
    pub fn is_outdated(&self, sealed: &[u8]) -> bool {
        Envelope::parse(sealed).is_none_or(|envelope| envelope.version != self.active_version())
    }

    /// A key for another use, such as cookies, that tells nothing about the master key.
    pub fn derive(&self, purpose: &str) -> Result<Zeroizing<[u8; 64]>, VaultError> {
        let state = self.read();
        let mut derived = Zeroizing::new([0; 64]);
        let info: [&[u8]; 2] = [b"derive:", purpose.as_bytes()];
        state
            .ring
            .expand(state.ring.active_version(), &info, derived.as_mut())
            .ok_or(VaultError::Unsealable)?;
        Ok(derived)
    }

    /// The key version that new values are sealed under.
    pub fn active_version(&self) -> u32 {
        self.read().ring.active_version()
    }

    /// A name for the active key in logs and error lines, such as `mk-1f3a09c2`.
    pub fn fingerprint(&self) -> String {
        self.read().ring.fingerprint().unwrap_or_default()
    }

    /// What is wrong by now with the file of the master key; a start would refuse it so.
    pub fn key_file_fault(&self) -> Option<KeyFileFault> {
        self.read().ring.file_fault()
    }

    /// A sealed known text to keep in the database, so that start-up can tell a wrong key file.
    pub fn check_value(&self) -> Result<Vec<u8>, VaultError> {
        self.seal(&CHECK, CHECK_TEXT)
    }

    /// Whether the ring is the one that `check` was made with.
    pub fn matches(&self, check: &[u8]) -> bool {
        self.open(&CHECK, check).is_ok_and(|plain| plain.as_slice() == CHECK_TEXT)
    }

    /// Refuses a key ring that is not the one of this database.
    pub fn ensure_matches(&self, check: &[u8]) -> Result<(), VaultError> {
        if self.matches(check) { Ok(()) } else { Err(VaultError::WrongKey(self.fingerprint())) }
    }

    fn cipher(&self, version: u32, binding: &Binding<'_>) -> Option<Arc<Aes256Gcm>> {
        if let Some(ready) = self.read().ready(version, binding) {
            return Some(ready);
        }
        self.write().prepare(version, binding)
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn ready(&self, version: u32, binding: &Binding<'_>) -> Option<Arc<Aes256Gcm>> {
        let fits = |known: &&PurposeCipher| {
            known.version == version && known.table == binding.table && known.column == binding.column
        };
        self.ciphers.iter().find(fits).map(|known| Arc::clone(&known.cipher))
    }

    fn prepare(&mut self, version: u32, binding: &Binding<'_>) -> Option<Arc<Aes256Gcm>> {
        if let Some(ready) = self.ready(version, binding) {
            return Some(ready);
        }
        let (table, column) = (binding.table.to_owned(), binding.column.to_owned());
        let mut subkey = Zeroizing::new([0; 32]);
        self.ring.expand(version, &[b"seal:", table.as_bytes(), b".", column.as_bytes()], subkey.as_mut())?;
        let cipher = Arc::new(Aes256Gcm::new_from_slice(subkey.as_ref()).ok()?);
        self.ciphers.push(PurposeCipher { version, table, column, cipher: Arc::clone(&cipher) });
        Some(cipher)
    }
}
