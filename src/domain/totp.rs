//! Codes of an authenticator app: RFC 6238, SHA-1, six digits, 30 seconds.

use std::fmt::Write as _;

use totp_rs::{Builder, Totp};
use zeroize::Zeroizing;

use crate::domain::field::FieldError;
use crate::domain::secret::TotpSeed;
use crate::domain::user::Uin;

/// How long one code is shown, in seconds.
pub const STEP_SECONDS: i64 = 30;
const DIGITS: usize = 6;
/// Seconds before a step begins from which on its code counts.
const AHEAD_SECONDS: i64 = 10;
/// Codes that a clock was ahead for are few: each takes a step of its own.
const STEPS_KEPT: usize = 16;

/// Six digits as somebody typed them; no `Debug`, as it may still be good.
pub struct Code(Zeroizing<String>);

/// The text is not a code at all.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("Enter the six digits that your authenticator app shows.")]
pub struct MalformedCode;

impl Code {
    /// Accepts six digits with spaces and dashes anywhere, as apps show and people type them.
    pub fn parse(text: &str) -> Result<Self, MalformedCode> {
        let kept = text.chars().filter(|letter| !letter.is_whitespace() && *letter != '-');
        let digits: Zeroizing<String> = Zeroizing::new(kept.take(DIGITS + 1).collect());
        let well_formed = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
        well_formed.then_some(Self(digits)).ok_or(MalformedCode)
    }
}

/// The first code that a new authenticator app shows does not fit its seed.
pub fn wrong_code() -> FieldError {
    let text = "That code is not correct. Check that the phone’s clock is right and enter the next code.";
    FieldError::on_page("code", text)
}

/// The step that the code belongs to: the present one, the one before, or the next when it is about to begin.
///
/// A phone's clock may be a little ahead. A step is good once: the caller must store it and refuse it, and all before it, from then on.
pub fn matched_step(seed: &TotpSeed, code: &Code, now: i64) -> Option<i64> {
    let totp = totp_of(seed);
    let present = now.div_euclid(STEP_SECONDS);
    let matches = |step: i64| {
        let seconds = u64::try_from(step.checked_mul(STEP_SECONDS)?).ok()?;
        totp.check(&code.0, seconds).map(|_| step)
    };
    let is_next_near = now.rem_euclid(STEP_SECONDS) >= STEP_SECONDS - AHEAD_SECONDS;
    let (before, at) = (matches(present - 1), matches(present));
    let after = matches(present.saturating_add(1)).filter(|_| is_next_near);
    at.or(before).or(after)
}

/// The steps that a device was used in, as far as they matter.
pub struct Steps(Vec<i64>);

impl Steps {
    /// The last one, and those before it as they are kept.
    pub fn new(last: i64, earlier: &str) -> Self {
        Self(std::iter::once(last).chain(earlier.split(',').filter_map(|step| step.parse().ok())).collect())
    }

    /// The newest that can have been used by now. One that is still to come was used while the clock was ahead.
    pub fn newest(&self, now: i64) -> Option<i64> {
        let next = now.div_euclid(STEP_SECONDS).saturating_add(1);
        self.0.iter().copied().filter(|step| *step <= next).max()
    }
}

impl std::fmt::Display for Steps {
    /// As they are kept: the latest, so that those still to come are used up when they come.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut steps = self.0.clone();
        steps.sort_unstable_by_key(|step| std::cmp::Reverse(*step));
        steps.dedup();
        let kept: Vec<String> = steps.iter().take(STEPS_KEPT).map(ToString::to_string).collect();
        f.write_str(&kept.join(","))
    }
}

/// An authenticator app; its seed is sealed.
#[derive(Clone)]
pub struct MfaDevice {
    pub id: String,
    pub uin: Uin,
    pub name: String,
    pub seed: Vec<u8>,
    pub last_step: i64,
    pub created_at: i64,
    pub last_used_at: Option<i64>,
    pub granted_at: Option<i64>,
    pub recovered_at: Option<i64>,
    pub earlier_steps: String,
}

/// The link that an authenticator app reads from the QR code; it holds the seed.
pub fn otpauth_url(seed: &TotpSeed, account: &str, issuer: &str) -> Zeroizing<String> {
    let label = format!("{}:{}", encoded(issuer), encoded(account));
    let secret = seed.base32();
    Zeroizing::new(format!(
        "otpauth://totp/{label}?secret={}&issuer={}&algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}",
        secret.as_str(),
        encoded(issuer),
    ))
}

/// A base32 text in groups of four, for reading it aloud or typing it.
pub fn grouped(base32: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(base32.len() + base32.len() / 4));
    for (position, letter) in base32.chars().enumerate() {
        if position > 0 && position % 4 == 0 {
            text.push(' ');
        }
        text.push(letter);
    }
    text
}

fn totp_of(seed: &TotpSeed) -> Totp {
    Builder::new().with_secret(seed.expose().to_vec()).with_skew(0).build_noncompliant()
}

/// Percent-encodes a name; a colon would end the issuer in the label, so it becomes a dash first.
fn encoded(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for byte in name.replace(':', "-").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}
