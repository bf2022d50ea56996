//! Randomness as an argument; the running server takes it from the operating system.

use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use rand::TryRng;
use rand::rngs::SysRng;
use zeroize::Zeroizing;

const ALPHANUMERICS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Draws that a working source never needs: each one yields a usable character with 97 %.
const MOST_DRAWS: usize = 64;

type Fill = dyn Fn(&mut [u8]) -> Result<(), RandomFailure> + Send + Sync;

/// The source of everything that nobody must be able to guess.
#[derive(Clone)]
pub struct Random(Arc<Fill>);

/// No random bytes could be had, so nothing secret may be made.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("No random bytes could be had: {0}.")]
pub struct RandomFailure(pub String);

impl Random {
    /// The generator of the operating system, for the running server.
    pub fn system() -> Self {
        Self::from_fn(|bytes| SysRng.try_fill_bytes(bytes).map_err(|error| RandomFailure(error.to_string())))
    }

    /// A source that asks `fill`, for tests that need to know or break what comes.
    pub fn from_fn(fill: impl Fn(&mut [u8]) -> Result<(), RandomFailure> + Send + Sync + 'static) -> Self {
        Self(Arc::new(fill))
    }

    /// Overwrites every byte with a random one.
    pub fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomFailure> {
        (self.0)(bytes)
    }

    /// A text over `[0-9A-Za-z]`, each character equally likely: for ids and keys.
    pub fn alphanumeric(&self, length: usize) -> Result<Zeroizing<String>, RandomFailure> {
        let mut text = Zeroizing::new(String::with_capacity(length));
        let mut drawn = Zeroizing::new(vec![0; length]);
        for _ in 0..MOST_DRAWS {
            self.fill(&mut drawn)?;
            let missing = length - text.len();
            text.extend(drawn.iter().filter_map(|byte| alphanumeric_of(*byte)).take(missing));
            if text.len() == length {
                return Ok(text);
            }
        }
        Err(RandomFailure("the source repeats itself".to_owned()))
    }

    /// An unguessable name for a session, ticket or link: 256 bits, safe in URLs and cookies.
    pub fn token(&self) -> Result<String, RandomFailure> {
        let mut bytes = Zeroizing::new([0; 32]);
        self.fill(bytes.as_mut())?;
        Ok(BASE64URL_NOPAD.encode(bytes.as_ref()))
    }
}

/// The character for six of the bits, or none: folding 64 values on 62 would favour two of them.
fn alphanumeric_of(byte: u8) -> Option<char> {
    ALPHANUMERICS.get(usize::from(byte & 0x3F)).map(|letter| char::from(*letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alphanumeric_text_has_the_length_and_alphabet_asked_for() {
        let text = Random::system().alphanumeric(32).unwrap();

        assert_eq!(text.len(), 32);
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }

    #[test]
    fn every_alphanumeric_character_is_about_equally_likely() {
        let text = Random::system().alphanumeric(62_000).unwrap();

        for letter in ALPHANUMERICS {
            let seen = text.bytes().filter(|byte| byte == letter).count();
            assert!((800..1200).contains(&seen), "{} was seen {seen} times", char::from(*letter));
        }
    }

    #[test]
    fn a_token_is_43_characters_and_never_repeats() {
        let random = Random::system();

        let (first, second) = (random.token().unwrap(), random.token().unwrap());

        assert_eq!(first.len(), 43);
        assert_ne!(first, second);
    }

    #[test]
    fn a_source_that_fails_or_is_stuck_gives_an_error_instead_of_a_weak_secret() {
        let failing = Random::from_fn(|_| Err(RandomFailure("no entropy".to_owned())));
        let stuck = Random::from_fn(|bytes| {
            bytes.fill(0xFF);
            Ok(())
        });

        assert!(failing.token().is_err());
        assert!(stuck.alphanumeric(8).is_err());
    }
}
