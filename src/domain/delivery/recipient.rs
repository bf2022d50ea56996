//! Whom something is sealed to: a public key of `age`, or an Ed25519 key of SSH.

use crate::domain::field::FieldError;
use bech32::Bech32;
use bech32::primitives::decode::CheckedHrpstring;
use curve25519_dalek::edwards::CompressedEdwardsY;
use curve25519_dalek::montgomery::MontgomeryPoint;
use data_encoding::BASE64;

/// Longest text that may be a recipient.
const MAX_LENGTH: usize = 512;
const SSH_KIND: &[u8] = b"ssh-ed25519";

/// A public key that a file can be sealed to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Recipient {
    /// The point on Curve25519.
    pub(super) point: MontgomeryPoint,
    /// Of an SSH key: the key as SSH writes it, which goes into the derivation.
    pub(super) ssh: Option<Vec<u8>>,
    /// As it was written, without a comment.
    text: String,
}

impl Recipient {
    /// The public key in one line, for the log.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Reads `age1…` or the line of a public key file of SSH, `ssh-ed25519 AAAA… comment`.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(refusal("Enter the public key that the secret is sealed to."));
        }
        let read = match text.split_ascii_whitespace().collect::<Vec<_>>().as_slice() {
            _ if text.len() > MAX_LENGTH || text.contains(['\n', '\r']) => None,
            [age] if age.starts_with("age1") => of_age(age),
            ["ssh-ed25519", key, ..] => of_ssh(key),
            [kind, ..] if kind.starts_with("ssh-") || kind.starts_with("ecdsa-") => {
                return Err(refusal("Of SSH keys only ssh-ed25519 can be sealed to."));
            }
            _ => None,
        };
        read.ok_or_else(|| {
            refusal("This is no public key of age (age1…) and no SSH key of the kind ssh-ed25519. Paste one line, whole.")
        })
    }
}

fn refusal(text: &str) -> FieldError {
    FieldError::on_page("to", text)
}

fn of_age(text: &str) -> Option<Recipient> {
    let checked = CheckedHrpstring::new::<Bech32>(text).ok()?;
    if checked.hrp().as_str() != "age" {
        return None;
    }
    let bytes: Vec<u8> = checked.byte_iter().collect();
    usable(Recipient {
        point: MontgomeryPoint(<[u8; 32]>::try_from(bytes).ok()?),
        ssh: None,
        text: text.to_owned(),
    })
}

/// The key is written as two strings, each with its length before it: its kind and its point.
fn of_ssh(text: &str) -> Option<Recipient> {
    let wire = BASE64.decode(text.as_bytes()).ok()?;
    let (kind, rest) = string(&wire)?;
    let (point, rest) = string(rest)?;
    if kind != SSH_KIND || !rest.is_empty() {
        return None;
    }
    let point = CompressedEdwardsY(<[u8; 32]>::try_from(point).ok()?).decompress()?;
    usable(Recipient { point: point.to_montgomery(), ssh: Some(wire), text: format!("ssh-ed25519 {text}") })
}

fn string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_at_checked(4)?;
    let length = u32::from_be_bytes(<[u8; 4]>::try_from(length).ok()?);
    rest.split_at_checked(usize::try_from(length).ok()?)
}

/// A point of small order gives everybody the same shared secret: nothing would be sealed.
fn usable(recipient: Recipient) -> Option<Recipient> {
    let shared = recipient.point.mul_clamped([1; 32]);
    (shared != MontgomeryPoint([0; 32])).then_some(recipient)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGE: &str = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";

    #[test]
    fn only_whole_public_keys_are_recipients() {
        assert!(Recipient::parse(AGE).is_ok());
        assert!(Recipient::parse(&format!(" {AGE}\n")).is_ok());
        for bad in [
            "",
            "age1",
            "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwk",
            "AGE-SECRET-KEY-1",
            "ssh-ed25519",
            "ssh-ed25519 AAAA",
            "ssh-rsa AAAAB3NzaC1yc2E",
            "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj\nage1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj",
        ] {
            assert!(Recipient::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn points_that_seal_nothing_are_refused() {
        let zero = bech32::encode::<Bech32>(bech32::Hrp::parse("age").unwrap(), &[0; 32]).unwrap();

        assert!(Recipient::parse(&zero).is_err());
    }
}
