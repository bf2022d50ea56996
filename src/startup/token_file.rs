//! Files in which the operator keeps a token.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use zeroize::Zeroizing;

/// Far beyond any token; keeps a wrong path from filling the memory.
const MOST_BYTES: u64 = 8_192;
/// Everybody on this machine may read it.
const BY_OTHERS: u32 = 0o004;

/// What is in the file, without blanks around it.
pub(super) fn read(path: &Path) -> io::Result<Zeroizing<String>> {
    let file = File::open(path)?;
    if file.metadata()?.permissions().mode() & BY_OTHERS != 0 {
        let path = path.display();
        tracing::warn!(%path, "everybody on this machine may read this token: chmod o-r");
    }
    let mut text = Zeroizing::new(String::new());
    file.take(MOST_BYTES).read_to_string(&mut text)?;
    Ok(Zeroizing::new(text.trim().to_owned()))
}
