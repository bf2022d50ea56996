//! The key file on disk: who may touch it, and writes that survive a power cut.

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::error::{Cure, VaultError};
use crate::domain::attention::KeyFileFault;

/// Far beyond any ring; keeps a wrong path from filling the memory.
const MOST_BYTES: u64 = 65_536;

/// How often a file is opened anew that was replaced between two looks at it.
const TRIES: usize = 3;

/// Who besides the owner may read a key file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Access {
    /// The owner, and the groups of this process.
    OwnGroups,
    /// The owner, and a group that stands for an access list.
    AnyGroup,
}

pub(super) fn read(path: &Path, access: Access) -> Result<Zeroizing<String>, VaultError> {
    let (file, found) = open(path)?;
    ensure_private(path, &file, &found, access)?;
    let mut text = Zeroizing::new(String::with_capacity(4096));
    file.take(MOST_BYTES).read_to_string(&mut text).map_err(VaultError::reading(path))?;
    Ok(text)
}

/// Opens what the name leads to, through links, which is how Kubernetes mounts secrets; never a pipe, which could have
/// no end.
fn open(path: &Path) -> Result<(File, Metadata), VaultError> {
    for _ in 0..TRIES {
        let named = fs::metadata(path).map_err(VaultError::reading(path))?;
        ensure_regular(path, &named)?;
        let file = File::open(path).map_err(VaultError::reading(path))?;
        let opened = file.metadata().map_err(VaultError::reading(path))?;
        if (opened.dev(), opened.ino()) == (named.dev(), named.ino()) {
            return Ok((file, opened));
        }
    }
    Err(VaultError::NotRegular(path.to_owned()))
}

/// Writes a file that did not exist, whole or not at all.
pub(super) fn create(path: &Path, text: &str) -> Result<(), VaultError> {
    ensure_absent(path)?;
    write_beside(path, text)?;
    put_in_place(path)
}

/// Swaps the whole file for a new one in a single step.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), VaultError> {
    write_beside(path, text)?;
    let swapped = fs::rename(beside(path), path).and_then(|()| sync_directory(path));
    if swapped.is_err() {
        let _ = fs::remove_file(beside(path));
    }
    swapped.map_err(VaultError::writing(path))
}

/// Writes the text under the name from which it is put in place.
pub(super) fn write_beside(path: &Path, text: &str) -> Result<(), VaultError> {
    let beside = beside(path);
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside);
    let file = opened.map_err(VaultError::writing(&beside))?;
    let written = fill(file, text).and_then(|()| sync_directory(path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written.map_err(VaultError::writing(&beside))
}

/// Removes what waits beside a key file.
pub(super) fn forget_beside(path: &Path) -> Result<(), VaultError> {
    let beside = beside(path);
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(VaultError::writing(&beside)(error))
        }
        _ => Ok(()),
    }
}

/// A link that leads nowhere is there, too.
fn ensure_absent(path: &Path) -> Result<(), VaultError> {
    if fs::symlink_metadata(path).is_ok() { Err(VaultError::Exists(path.to_owned())) } else { Ok(()) }
}

/// Gives what was written beside it its name; an existing file is never touched.
pub(super) fn put_in_place(path: &Path) -> Result<(), VaultError> {
    ensure_absent(path)?;
    fs::rename(beside(path), path).and_then(|()| sync_directory(path)).map_err(VaultError::writing(path))
}

fn ensure_regular(path: &Path, found: &Metadata) -> Result<(), VaultError> {
    if found.is_file() { Ok(()) } else { Err(VaultError::NotRegular(path.to_owned())) }
}

fn mode_of(found: &Metadata) -> u32 {
    found.permissions().mode() & 0o7777
}

/// Whether nobody but those who may can touch a file.
fn is_private(found: &Metadata, access: Access) -> bool {
    let mode = mode_of(found);
    let is_only_read = mode.trailing_zeros() >= 5;
    let is_right_group = || access == Access::AnyGroup || Process::this().groups.contains(&found.gid());
    mode.trailing_zeros() >= 6 || (is_only_read && is_right_group())
}

/// What is wrong by now with a file that was read before. Does not open it.
pub(super) fn fault(path: &Path, access: Access) -> Option<KeyFileFault> {
    match fs::metadata(path) {
        Ok(found) if found.is_file() && is_private(&found, access) => None,
        Ok(found) if found.is_file() => Some(KeyFileFault::Exposed { mode: mode_of(&found) }),
        Ok(_) | Err(_) => Some(KeyFileFault::Missing),
    }
}

/// Refuses a file that others can touch. Where only a group can, and the file is ours, its mode is mended: Kubernetes
/// opens every file of a volume to the group of the pod.
fn ensure_private(path: &Path, file: &File, found: &Metadata, access: Access) -> Result<(), VaultError> {
    let mode = mode_of(found);
    if is_private(found, access) {
        return Ok(());
    }
    let refused = |forbidden: u32, cure| {
        let access = if mode & forbidden & 0o044 != 0 { "readable" } else { "usable" };
        Err(VaultError::Exposed { path: path.to_owned(), access, mode, cure })
    };
    if mode & 0o007 != 0 {
        return refused(0o077, Cure::Mode);
    }
    if access == Access::AnyGroup {
        return refused(0o030, Cure::Mode);
    }
    let is_ours = Process::this().user == Some(found.uid());
    if is_ours && file.set_permissions(Permissions::from_mode(mode & 0o700)).is_ok() {
        tracing::warn!(
            path = %path.display(),
            mode = format!("{mode:04o}"),
            "a group could touch the master key file; the access of the group is taken away. In Kubernetes set \
             fsGroupChangePolicy: OnRootMismatch"
        );
        return Ok(());
    }
    refused(0o077, Cure::Group)
}

/// Who this process is, as far as the machine tells.
#[derive(Default)]
struct Process {
    user: Option<u32>,
    groups: Vec<u32>,
}

impl Process {
    fn this() -> Self {
        let text = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let numbers = |name: &str| -> Vec<u32> {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_default().split_whitespace().filter_map(|number| number.parse().ok()).collect()
        };
        // Each of these lists the real one first and then the effective one.
        let mut groups = numbers("Groups:");
        groups.extend(numbers("Gid:").get(1));
        Self { user: numbers("Uid:").get(1).copied(), groups }
    }
}

fn fill(mut file: File, text: &str) -> std::io::Result<()> {
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn sync_directory(path: &Path) -> std::io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
}

/// The name under which a key file is written.
pub(super) fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    name.into()
}
