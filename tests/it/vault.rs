//! Sealed values open only where they were sealed; key files are refused for every way to be unsafe.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use camlock::random::{Random, RandomFailure};
use camlock::vault::{Binding, KeyRing, SealedPlace, Vault, VaultError};
use tempfile::TempDir;

const HOME: Binding<'static> = Binding {
    table: "api_keys",
    column: "secret",
    account: 100_000_000_000,
    user: 200_000_001,
    object: "AKIDa",
};
const PLAIN: &[u8] = b"Gu5t9xGARNpq86cd98joQYCN3EXAMPLE";
const NONCE: std::ops::Range<usize> = 6..18;

struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("master.key")
    }

    fn holding(text: &str, mode: u32) -> Self {
        let place = Self::new();
        fs::write(place.path(), text).unwrap();
        fs::set_permissions(place.path(), fs::Permissions::from_mode(mode)).unwrap();
        place
    }

    fn refusal(&self) -> String {
        KeyRing::read(&self.path())
            .err()
            .unwrap()
            .to_string()
            .replace(&self.path().display().to_string(), "X")
    }
}

fn vault() -> Vault {
    Vault::new(KeyRing::generate(&Place::new().path(), &Random::system()).unwrap(), Random::system())
}

fn vault_at(path: &Path) -> Vault {
    Vault::new(KeyRing::read(path).unwrap(), Random::system())
}

fn line(version: u32) -> String {
    let key: Vec<u8> = (0..32).map(|byte| byte * 7 + u8::try_from(version).unwrap()).collect();
    format!("{version}:{}\n", data_encoding::BASE64.encode(&key))
}

fn is_unreadable(opened: &Result<zeroize::Zeroizing<Vec<u8>>, VaultError>) -> bool {
    matches!(opened, Err(VaultError::Unreadable))
}

#[test]
fn a_sealed_value_opens_in_its_place_and_does_not_show_its_text() {
    let vault = vault();

    let sealed = vault.seal(&HOME, PLAIN).unwrap();

    assert_eq!(vault.open(&HOME, &sealed).unwrap().as_slice(), PLAIN);
    assert_eq!(sealed.len(), 18 + PLAIN.len() + 16);
    assert!(!sealed.windows(8).any(|window| PLAIN.starts_with(window)));
    assert_eq!(vault.open(&HOME, &vault.seal(&HOME, b"").unwrap()).unwrap().as_slice(), b"");
}

#[test]
fn a_value_moved_to_another_row_user_account_column_or_table_does_not_open() {
    let vault = vault();
    let sealed = vault.seal(&HOME, PLAIN).unwrap();

    let elsewhere = [
        Binding { object: "AKIDb", ..HOME },
        Binding { user: HOME.user + 1, ..HOME },
        Binding { account: HOME.account + 1, ..HOME },
        Binding { account: HOME.user, user: HOME.account, ..HOME },
        Binding { column: "seed", ..HOME },
        Binding { table: "totp_devices", ..HOME },
        Binding { table: "api_keyss", column: "ecret", ..HOME },
        Binding { table: "api_keys.secret", column: "", ..HOME },
    ];

    for binding in elsewhere {
        assert!(is_unreadable(&vault.open(&binding, &sealed)));
    }
}

#[test]
fn any_flipped_bit_and_any_other_length_give_the_same_error() {
    let vault = vault();
    let sealed = vault.seal(&HOME, PLAIN).unwrap();

    for position in 0..sealed.len() {
        for bit in 0..8 {
            let mut changed = sealed.clone();
            changed[position] ^= 1 << bit;
            assert!(is_unreadable(&vault.open(&HOME, &changed)), "byte {position}, bit {bit}");
        }
        assert!(is_unreadable(&vault.open(&HOME, &sealed[..position])), "first {position} bytes");
    }
    assert!(is_unreadable(&vault.open(&HOME, &[sealed.as_slice(), &[0]].concat())));
}

#[test]
fn no_nonce_is_used_twice_in_ten_thousand_seals() {
    let vault = vault();

    let nonces: BTreeSet<Vec<u8>> =
        (0..10_000).map(|_| vault.seal(&HOME, PLAIN).unwrap()[NONCE].to_vec()).collect();

    assert_eq!(nonces.len(), 10_000);
}

#[test]
fn nothing_is_sealed_without_randomness() {
    let broken = Random::from_fn(|_| Err(RandomFailure("no entropy".to_owned())));
    let place = Place::new();

    let vault = Vault::new(KeyRing::generate(&place.path(), &Random::system()).unwrap(), broken.clone());

    assert!(matches!(vault.seal(&HOME, PLAIN), Err(VaultError::Random(_))));
    assert!(KeyRing::generate(&Place::new().path(), &broken).is_err());
}

#[test]
fn after_a_rotation_old_values_open_and_new_ones_are_under_the_new_key() {
    let place = Place::new();
    KeyRing::generate(&place.path(), &Random::system()).unwrap();
    let vault = vault_at(&place.path());
    let (before, check) = (vault.seal(&HOME, PLAIN).unwrap(), vault.check_value().unwrap());

    vault.replace_ring(KeyRing::add_key(&place.path(), &Random::system()).unwrap());
    let after = vault.seal(&HOME, PLAIN).unwrap();

    assert_eq!(vault.active_version(), 2);
    assert_eq!(KeyRing::read(&place.path()).unwrap().versions().collect::<Vec<_>>(), [1, 2]);
    assert_eq!(fs::metadata(place.path()).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(vault.is_outdated(&before) && !vault.is_outdated(&after));
    assert!(vault.matches(&check));
    for sealed in [before, after] {
        assert_eq!(vault.open(&HOME, &sealed).unwrap().as_slice(), PLAIN);
    }
}

#[test]
fn a_value_relabelled_with_another_key_version_does_not_open() {
    let place = Place::holding(&(line(1) + &line(2)), 0o600);
    let vault = vault_at(&place.path());
    let mut sealed = vault.seal(&HOME, PLAIN).unwrap();

    sealed[2..6].copy_from_slice(&1_u32.to_be_bytes());

    assert!(is_unreadable(&vault.open(&HOME, &sealed)));
}

#[test]
fn another_key_file_is_told_apart_by_the_check_value() {
    let (ours, other) = (vault(), vault());
    let check = ours.check_value().unwrap();

    assert!(ours.ensure_matches(&check).is_ok());
    let refusal = other.ensure_matches(&check).unwrap_err().to_string();

    assert!(refusal.contains(&other.fingerprint()) && refusal.contains("does not match this database"));
    assert_ne!(ours.fingerprint(), other.fingerprint());
    assert_eq!(ours.fingerprint().len(), "mk-".len() + 8);
}

#[test]
fn derived_keys_differ_by_purpose_and_stay_the_same_for_one() {
    let vault = vault();

    assert_eq!(vault.derive("cookie").unwrap(), vault.derive("cookie").unwrap());
    assert_ne!(vault.derive("cookie").unwrap(), vault.derive("csrf").unwrap());
}

#[test]
fn a_generated_key_file_is_private_and_never_overwritten() {
    let place = Place::new();

    let first = Vault::new(KeyRing::generate(&place.path(), &Random::system()).unwrap(), Random::system());

    assert_eq!(fs::metadata(place.path()).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(vault_at(&place.path()).fingerprint(), first.fingerprint());
    assert!(matches!(KeyRing::generate(&place.path(), &Random::system()), Err(VaultError::Exists(_))));
    assert_eq!(vault_at(&place.path()).fingerprint(), first.fingerprint());
}

#[test]
fn a_key_file_that_others_can_touch_is_refused_with_the_cure() {
    let refusal = Place::holding(&line(1), 0o644).refusal();
    assert_eq!(refusal, "Master key file X is readable by others (mode 0644). Run: chmod 600 X");

    for mode in [0o604, 0o602, 0o601, 0o666, 0o644] {
        assert!(Place::holding(&line(1), mode).refusal().contains("Run: chmod 600 X"), "{mode:o}");
    }
    for mode in [0o600, 0o400] {
        assert!(KeyRing::read(&Place::holding(&line(1), mode).path()).is_ok(), "{mode:o}");
    }
}

#[test]
fn a_systemd_credential_may_be_readable_by_its_group_but_no_more() {
    assert!(KeyRing::read_credential(&Place::holding(&line(1), 0o440).path()).is_ok());
    assert!(KeyRing::read_credential(&Place::holding(&line(1), 0o444).path()).is_err());
    assert!(KeyRing::read_credential(&Place::holding(&line(1), 0o460).path()).is_err());
}

#[test]
fn a_missing_file_a_link_to_nothing_and_a_folder_are_refused() {
    let place = Place::new();
    assert!(place.refusal().starts_with("Master key file X is missing."));

    symlink("/nowhere/master.key", place.path()).unwrap();
    assert!(place.refusal().starts_with("Master key file X is missing."));

    fs::remove_file(place.path()).unwrap();
    fs::create_dir(place.path()).unwrap();
    assert!(place.refusal().starts_with("Master key file X is not a regular file."));
}

#[test]
fn a_malformed_key_file_is_refused_with_its_line_and_without_its_text() {
    let zeros = data_encoding::BASE64.encode(&[0; 32]);
    let short = data_encoding::BASE64.encode(&[7; 31]);
    let cases = [
        ("nonsense", "Master key file X, line 1: expected `version:key`"),
        ("# note\n\n0:AAAA", "line 3: the version must be a number"),
        ("one:AAAA", "line 1: the version must be a number"),
        ("1:*secret*", "line 1: the key is not base64."),
        (&format!("1:{short}"), "line 1: the key must be 32 bytes long."),
        (&format!("1:{zeros}"), "line 1: the key is not random"),
        (&(line(1) + &line(2) + &line(1)), "line 3: this version is there already."),
        ("", "holds no key"),
        ("# only a note\n", "holds no key"),
    ];

    for (text, expected) in cases {
        let refusal = Place::holding(text, 0o600).refusal();
        assert!(refusal.contains(expected), "{refusal}");
        assert!(!refusal.contains("*secret*") && refusal.lines().count() == 1);
    }
}

#[test]
fn comments_spaces_and_the_order_of_lines_do_not_matter() {
    let place = Place::holding(&format!("# keys\r\n\n  {}{}", line(7), line(3)), 0o600);

    let ring = KeyRing::read(&place.path()).unwrap();

    assert_eq!(ring.active_version(), 7);
    assert_eq!(ring.versions().collect::<Vec<_>>(), [3, 7]);
}

#[test]
fn clones_on_many_threads_seal_and_open_alike() {
    let vault = vault();

    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..200 {
                    let sealed = vault.clone().seal(&HOME, PLAIN).unwrap();
                    assert_eq!(vault.open(&HOME, &sealed).unwrap().as_slice(), PLAIN);
                }
            });
        }
    });
}

proptest::proptest! {
    #[test]
    fn whatever_bytes_come_opening_them_only_gives_the_error(bytes: Vec<u8>) {
        proptest::prop_assert!(is_unreadable(&vault().open(&HOME, &bytes)));
    }
}

/// Bytes that are no secret: digests, numbers of the database, seconds of signatures.
const OPEN_COLUMNS: [&str; 4] =
    ["meta.value", "recovery_codes.digest", "retired_ids.digest", "signed_seconds.seconds"];

#[test]
fn every_column_of_bytes_is_a_sealed_place_or_known_to_be_open() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/schema");
    let (mut columns, mut open) = (BTreeSet::new(), BTreeSet::new());
    for file in fs::read_dir(schema).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let mut table = String::new();
        for line in text.lines() {
            let Some((name, rest)) = line.trim().split_once(' ') else { continue };
            match rest.split_once("-> ") {
                Some((_, kind)) => {
                    let column = format!("{table}.{name}");
                    if kind.contains("Binary") {
                        open.insert(column.clone());
                    }
                    columns.insert(column);
                }
                None if rest.starts_with('(') => name.clone_into(&mut table),
                None => {}
            }
        }
    }
    for place in SealedPlace::ALL {
        let column = format!("{}.{}", place.table(), place.column());
        assert!(columns.contains(&column), "no column {column}");
        open.remove(&column);
    }
    assert_eq!(open, OPEN_COLUMNS.map(str::to_owned).into());
}
