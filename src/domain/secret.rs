//! Secrets as types: wiped when dropped, without `Debug`, `Display`, `Serialize` or `Clone`.

use std::borrow::Cow;

use data_encoding::BASE32_NOPAD;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::domain::sentence::Worded;
use crate::random::{Random, RandomFailure};

const SECRET_KEY_LENGTH: usize = 32;
const PASSWORD_LIMIT: usize = 128;
const SEED_LENGTH: usize = 20;

/// The secret half of an API key, with which programs sign.
pub struct SecretKey(Zeroizing<String>);

/// The text is not a `SecretKey`; it is not repeated here, as it may be nearly one.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("A SecretKey is {SECRET_KEY_LENGTH} letters and digits.")]
pub struct MalformedSecretKey;

impl SecretKey {
    /// A new one that nobody has seen.
    pub fn generate(random: &Random) -> Result<Self, RandomFailure> {
        random.alphanumeric(SECRET_KEY_LENGTH).map(Self)
    }

    /// Accepts only the exact shape, so a `SecretKey` in hand is always well formed.
    pub fn parse(text: &str) -> Result<Self, MalformedSecretKey> {
        let well_formed =
            text.len() == SECRET_KEY_LENGTH && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        well_formed.then(|| Self(text.to_owned().into())).ok_or(MalformedSecretKey)
    }

    /// The text itself: for signing, sealing and the one page that shows it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// A password as somebody typed it; whether it is a good one is for `domain::password` to say.
pub struct Password(Zeroizing<String>);

/// The text cannot be anybody's password.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum MalformedPassword {
    #[error("Enter a password.")]
    Empty,
    #[error("Use at most {PASSWORD_LIMIT} characters.")]
    TooLong,
    #[error("The password has a character that cannot be typed again. Leave it out.")]
    Untypable,
}

impl Worded for MalformedPassword {
    fn zh(&self) -> Cow<'static, str> {
        let text = match self {
            Self::Empty => "请输入密码。",
            Self::TooLong => return format!("密码不能超过 {PASSWORD_LIMIT} 个字符。").into(),
            Self::Untypable => "密码含有无法再次输入的字符，请去掉。",
        };
        text.into()
    }
}

impl Password {
    /// Takes the text as it is, without trimming or normalising.
    pub fn parse(text: &str) -> Result<Self, MalformedPassword> {
        if text.is_empty() {
            Err(MalformedPassword::Empty)
        } else if text.chars().take(PASSWORD_LIMIT + 1).count() > PASSWORD_LIMIT {
            Err(MalformedPassword::TooLong)
        } else if text.contains(['\0', char::REPLACEMENT_CHARACTER]) {
            Err(MalformedPassword::Untypable)
        } else {
            Ok(Self(text.to_owned().into()))
        }
    }

    /// The text itself: for hashing and for the password rules.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// What an authenticator app shares with us.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct TotpSeed([u8; SEED_LENGTH]);

/// The bytes are not a seed, so what they came from is damaged.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("A TOTP seed is {SEED_LENGTH} bytes.")]
pub struct MalformedTotpSeed;

impl TotpSeed {
    /// A new one for an enrolment.
    pub fn generate(random: &Random) -> Result<Self, RandomFailure> {
        let mut seed = Self([0; SEED_LENGTH]);
        random.fill(&mut seed.0)?;
        Ok(seed)
    }

    /// A stored one, as the vault opened it.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MalformedTotpSeed> {
        bytes.try_into().map(Self).map_err(|_| MalformedTotpSeed)
    }

    /// The spelling that people type into an authenticator app: 32 characters.
    pub fn base32(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE32_NOPAD.encode(&self.0))
    }

    /// The bytes themselves: for sealing and for checking codes.
    pub fn expose(&self) -> &[u8; SEED_LENGTH] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_key_has_exactly_32_letters_and_digits() {
        let key = SecretKey::generate(&Random::system()).unwrap();

        assert!(SecretKey::parse(key.expose()).is_ok());
        for text in
            ["", "short", &"a".repeat(31), &"a".repeat(33), &"é".repeat(16), &format!("{}\n", "a".repeat(31))]
        {
            assert_eq!(SecretKey::parse(text).err(), Some(MalformedSecretKey));
        }
    }

    #[test]
    fn a_password_is_taken_as_typed() {
        assert_eq!(
            Password::parse("  späces kept  ").map(|kept| kept.expose().to_owned()),
            Ok("  späces kept  ".to_owned())
        );
        assert!(Password::parse(&"é".repeat(128)).is_ok());
        assert_eq!(Password::parse("").err(), Some(MalformedPassword::Empty));
        assert_eq!(Password::parse(&"a".repeat(129)).err(), Some(MalformedPassword::TooLong));
        assert_eq!(Password::parse("a\0b").err(), Some(MalformedPassword::Untypable));
        assert_eq!(Password::parse("a\u{FFFD}b").err(), Some(MalformedPassword::Untypable));
    }

    #[test]
    fn a_seed_is_20_bytes_and_32_characters() {
        let seed = TotpSeed::from_bytes(b"12345678901234567890").unwrap();

        assert_eq!(seed.base32().as_str(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(TotpSeed::from_bytes(b"too short").is_err());
    }
}
