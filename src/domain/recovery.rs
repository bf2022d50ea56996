//! Recovery codes: they sign in once and allow a new enrolment, for who lost the authenticator app.

use data_encoding::BASE32_NOPAD;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::random::{Random, RandomFailure};

/// How many codes one set has.
pub const COUNT: usize = 10;
const LENGTH: usize = 25;
const GROUP: usize = 5;

/// One code: 125 random bits; no `Debug`, as it opens an account.
pub struct RecoveryCode(Zeroizing<String>);

/// The text is not a recovery code.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("A recovery code has {LENGTH} letters and digits, in five groups of five.")]
pub struct MalformedRecoveryCode;

impl RecoveryCode {
    /// A new one.
    pub fn generate(random: &Random) -> Result<Self, RandomFailure> {
        let mut bytes = Zeroizing::new([0; 16]);
        random.fill(bytes.as_mut())?;
        let mut text = Zeroizing::new(BASE32_NOPAD.encode(bytes.as_ref()));
        text.truncate(LENGTH);
        Ok(Self(text))
    }

    /// A full set for one person, to be shown once.
    pub fn generate_set(random: &Random) -> Result<Vec<Self>, RandomFailure> {
        (0..COUNT).map(|_| Self::generate(random)).collect()
    }

    /// Accepts a code with or without its dashes, with spaces, in either case.
    pub fn parse(text: &str) -> Result<Self, MalformedRecoveryCode> {
        let kept = text.chars().filter(|letter| !letter.is_whitespace() && *letter != '-');
        let kept = kept.map(|letter| letter.to_ascii_uppercase());
        let code: Zeroizing<String> = Zeroizing::new(kept.take(LENGTH + 1).collect());
        let well_formed =
            code.len() == LENGTH && code.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'2'..=b'7'));
        well_formed.then_some(Self(code)).ok_or(MalformedRecoveryCode)
    }

    /// The spelling to show and print: five groups of five with dashes.
    pub fn grouped(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(LENGTH + LENGTH / GROUP));
        for (position, letter) in self.0.chars().enumerate() {
            if position > 0 && position % GROUP == 0 {
                text.push('-');
            }
            text.push(letter);
        }
        text
    }

    /// What is stored in place of the code; with 125 random bits a plain hash is enough.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_can_be_typed_in_any_spelling() {
        let code = RecoveryCode::generate(&Random::system()).unwrap();
        let shown = code.grouped();

        for text in [
            shown.to_lowercase(),
            shown.replace('-', ""),
            shown.replace('-', " "),
            format!(" {}\n", shown.as_str()),
        ] {
            assert_eq!(RecoveryCode::parse(&text).map(|typed| typed.digest()), Ok(code.digest()));
        }
    }

    #[test]
    fn a_code_is_shown_as_five_groups_of_five() {
        let shown = RecoveryCode::generate(&Random::system()).unwrap().grouped();

        assert_eq!(shown.split('-').map(str::len).collect::<Vec<_>>(), [5; 5]);
    }

    #[test]
    fn what_is_not_a_code_is_refused() {
        for text in
            ["", "AAAAA-AAAAA", &"A".repeat(26), &"1".repeat(25), &"é".repeat(25), &"A".repeat(1_000_000)]
        {
            assert_eq!(RecoveryCode::parse(text).err(), Some(MalformedRecoveryCode));
        }
    }

    #[test]
    fn a_set_has_ten_different_codes() {
        let set = RecoveryCode::generate_set(&Random::system()).unwrap();
        let digests: std::collections::BTreeSet<_> = set.iter().map(RecoveryCode::digest).collect();

        assert_eq!(digests.len(), COUNT);
    }
}
