//! Every way in which the vault refuses.

use std::io;
use std::path::{Path, PathBuf};

use crate::random::RandomFailure;

/// Why a key ring or a sealed value cannot be used; each text is one line for the operator.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error(
        "Master key file {0} is missing. Restore it from your backup, or name another with CAMLOCK_VAULT__KEY_FILE."
    )]
    Missing(PathBuf),
    #[error("Master key file {0} is not a regular file. Name a file, not a directory, a pipe or a device.")]
    NotRegular(PathBuf),
    #[error("Master key file {path} is {access} by others (mode {mode:04o}). Run: chmod 600 {path}{cure}")]
    Exposed { path: PathBuf, access: &'static str, mode: u32, cure: Cure },
    #[error("Master key file {0} exists already. It is never overwritten.")]
    Exists(PathBuf),
    #[error("Master key file {path}, line {line}: {problem}")]
    Malformed { path: PathBuf, line: usize, problem: LineProblem },
    #[error("Master key file {0} holds no key. If it was never used, delete it and start again.")]
    Empty(PathBuf),
    #[error("Master key file {path} cannot be used: {source}.")]
    File { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Random(#[from] RandomFailure),
    /// One error for every reason, so that it tells nothing about the value.
    #[error("A sealed value cannot be opened: it was changed, moved, or sealed under another key.")]
    Unreadable,
    #[error("A value cannot be sealed: it is too long.")]
    Unsealable,
    #[error("The master key ({0}) does not match this database. Use the key file that belongs to it.")]
    WrongKey(String),
}

/// What helps beside changing the mode.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Cure {
    #[error("")]
    Mode,
    #[error(
        " as its owner, or let a group of this user read it and do no more (mode 0440). In Kubernetes set fsGroupChangePolicy: OnRootMismatch"
    )]
    Group,
}

/// What is wrong with one line of a key file; never the line itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum LineProblem {
    #[error("expected `version:key`, for example `1:` and 44 characters of base64.")]
    Shape,
    #[error("the version must be a number from 1 to 4294967295.")]
    Version,
    #[error("the key is not base64.")]
    NotBase64,
    #[error("the key must be 32 bytes long.")]
    Length,
    #[error("the key is not random (for example all zeros). Put the right key back.")]
    Weak,
    #[error("this version is there already.")]
    Duplicate,
}

impl VaultError {
    pub(super) fn reading(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| match source.kind() {
            io::ErrorKind::NotFound => Self::Missing(path),
            _ => Self::File { path, source },
        }
    }

    pub(super) fn writing(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| match source.kind() {
            io::ErrorKind::AlreadyExists => Self::Exists(path),
            _ => Self::File { path, source },
        }
    }
}
