//! Master keys by version, and the text of the file that holds them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use data_encoding::{BASE64, HEXLOWER};
use hkdf::Hkdf;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::error::{LineProblem, VaultError};
use super::key_file;
use crate::domain::attention::KeyFileFault;
use crate::random::Random;

/// A random key has about 30 different bytes; fewer than this means that somebody made it up.
const FEWEST_DIFFERENT_BYTES: usize = 8;
const HEADER: &str = "# Camlock master keys, version:key. Keep a copy apart from the database.\n";

type MasterKey = Zeroizing<[u8; 32]>;

/// The master keys: the highest version seals, all of them open.
pub struct KeyRing {
    keys: BTreeMap<u32, MasterKey>,
    active: u32,
    /// The file that it stands in.
    place: Option<(PathBuf, key_file::Access)>,
}

impl KeyRing {
    /// Reads a key file that only its owner can touch, and groups of ours can read at most.
    pub fn read(path: &Path) -> Result<Self, VaultError> {
        Self::read_for(path, key_file::Access::OwnGroups)
    }

    /// Reads a systemd credential, whose access list shows as a readable group.
    pub fn read_credential(path: &Path) -> Result<Self, VaultError> {
        Self::read_for(path, key_file::Access::AnyGroup)
    }

    fn read_for(path: &Path, access: key_file::Access) -> Result<Self, VaultError> {
        Ok(Self {
            place: Some((path.to_owned(), access)),
            ..Self::parse(path, &key_file::read(path, access)?)?
        })
    }

    /// What is wrong by now with the file that it was read from: a start would refuse it.
    pub(super) fn file_fault(&self) -> Option<KeyFileFault> {
        self.place.as_ref().and_then(|(path, access)| key_file::fault(path, *access))
    }

    fn in_file(self, path: &Path) -> Self {
        Self { place: Some((path.to_owned(), key_file::Access::OwnGroups)), ..self }
    }

    /// Makes the first key file; an existing file is never touched.
    pub fn generate(path: &Path, random: &Random) -> Result<Self, VaultError> {
        let ring = Self::first(random)?;
        key_file::create(path, &ring.text())?;
        Ok(ring.in_file(path))
    }

    /// Makes the first key and writes it beside `path`, where it waits until its database is ready; one that was left
    /// there is gone.
    pub fn prepare(path: &Path, random: &Random) -> Result<Self, VaultError> {
        let ring = Self::first(random)?;
        key_file::forget_beside(path)?;
        key_file::write_beside(path, &ring.text())?;
        Ok(ring.in_file(path))
    }

    /// The key that waits beside `path`, if one can be read there.
    pub fn prepared(path: &Path) -> Option<Self> {
        Self::read(&key_file::beside(path)).ok().map(|ring| ring.in_file(path))
    }

    /// Gives the key that waits its name; an existing file is never touched.
    pub fn put_in_place(path: &Path) -> Result<(), VaultError> {
        key_file::put_in_place(path)
    }

    /// The name under which a key waits.
    pub fn waiting_name(path: &Path) -> PathBuf {
        key_file::beside(path)
    }

    fn first(random: &Random) -> Result<Self, VaultError> {
        Ok(Self { keys: BTreeMap::from([(1, new_key(random)?)]), active: 1, place: None })
    }

    /// Adds a key to the file and makes it the active one; the older ones still open.
    pub fn add_key(path: &Path, random: &Random) -> Result<Self, VaultError> {
        let mut ring = Self::read(path)?;
        let version = ring.active.checked_add(1).ok_or_else(|| VaultError::Malformed {
            path: path.to_owned(),
            line: 1,
            problem: LineProblem::Version,
        })?;
        ring.keys.insert(version, new_key(random)?);
        ring.active = version;
        key_file::replace(path, &ring.text())?;
        Ok(ring)
    }

    /// The version under which values are sealed.
    pub fn active_version(&self) -> u32 {
        self.active
    }

    /// Every version that can open values.
    pub fn versions(&self) -> impl Iterator<Item = u32> {
        self.keys.keys().copied()
    }

    /// Fills `output` from one master key; `None` when the ring has no such version.
    pub(super) fn expand(&self, version: u32, info: &[&[u8]], output: &mut [u8]) -> Option<()> {
        let key = self.keys.get(&version)?;
        let keyed = Hkdf::<Sha256>::new(Some(b"camlock.v1"), key.as_ref());
        keyed.expand_multi_info(info, output).ok()
    }

    /// A name for the active key that tells nothing about it: `mk-` and eight hex digits.
    pub(super) fn fingerprint(&self) -> Option<String> {
        let mut derived = Zeroizing::new([0; 32]);
        self.expand(self.active, &[b"fingerprint"], derived.as_mut())?;
        let hex = HEXLOWER.encode(&Sha256::digest(derived.as_ref()));
        hex.get(..8).map(|beginning| format!("mk-{beginning}"))
    }

    fn parse(path: &Path, text: &str) -> Result<Self, VaultError> {
        let mut keys = BTreeMap::new();
        for (line, text) in (1..).zip(text.lines().map(str::trim)) {
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            let malformed = |problem| VaultError::Malformed { path: path.to_owned(), line, problem };
            let (version, key) = parse_line(text).map_err(malformed)?;
            if keys.insert(version, key).is_some() {
                return Err(malformed(LineProblem::Duplicate));
            }
        }
        let active = keys.keys().next_back().copied().ok_or_else(|| VaultError::Empty(path.to_owned()))?;
        Ok(Self { keys, active, place: None })
    }

    fn text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(HEADER.len() + self.keys.len() * 64));
        text.push_str(HEADER);
        for (version, key) in &self.keys {
            let key = Zeroizing::new(BASE64.encode(key.as_ref()));
            let _ = writeln!(text, "{version}:{}", key.as_str());
        }
        text
    }
}

fn new_key(random: &Random) -> Result<MasterKey, VaultError> {
    let mut key = Zeroizing::new([0; 32]);
    random.fill(key.as_mut())?;
    Ok(key)
}

fn parse_line(text: &str) -> Result<(u32, MasterKey), LineProblem> {
    let (version, key) = text.split_once(':').ok_or(LineProblem::Shape)?;
    let version = version.parse().ok().filter(|version| *version > 0).ok_or(LineProblem::Version)?;
    let bytes =
        BASE64.decode(key.trim().as_bytes()).map(Zeroizing::new).map_err(|_| LineProblem::NotBase64)?;
    let key: MasterKey = Zeroizing::new(bytes.as_slice().try_into().map_err(|_| LineProblem::Length)?);
    if is_weak(key.as_ref()) { Err(LineProblem::Weak) } else { Ok((version, key)) }
}

fn is_weak(key: &[u8]) -> bool {
    let different = (0..=u8::MAX).filter(|byte| key.contains(byte)).count();
    different < FEWEST_DIFFERENT_BYTES
}
