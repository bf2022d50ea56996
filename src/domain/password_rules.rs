//! What an account asks of its passwords, on top of what Camlock asks of every password.

use super::field::Label;
use super::sentence::Worded;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The shortest password that any account may settle for, and the longest that it may ask for.
pub const SHORTEST: i64 = 12;
pub const LONGEST_MINIMUM: i64 = 64;
/// Days after which a password may be made to expire, at most.
pub const MAX_EXPIRY_DAYS: i64 = 365;
/// Former passwords that can be kept from coming back.
pub const MAX_REUSE_LIMIT: i64 = 24;
/// Wrong passwords in an hour that an account may allow, at most.
pub const MAX_RETRY_LIMIT: i64 = 10;

/// The kinds of character that a password can be made to contain, as the API names them.
const KINDS: [(char, Label); 4] = [
    ('A', ("a capital letter", "大写字母")),
    ('a', ("a small letter", "小写字母")),
    ('1', ("a digit", "数字")),
    ('!', ("a special character", "特殊字符")),
];

/// The rules of one account.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PasswordRules {
    /// Characters that a password needs at least; kept with the account's other settings.
    #[serde(skip)]
    pub minimum_length: i64,
    /// Kinds of character, out of `Aa1!`.
    pub must_contain: String,
    /// Days after which a sub-user's password has to be changed; 0: never.
    pub expires_after_days: i64,
    /// Former passwords that must not be used again.
    pub reuse_limit: i64,
    /// Wrong passwords within an hour before sign-in is closed for an hour; 0: growing waits only.
    pub retry_limit: i64,
    /// Whether an expired password ends sign-in until an administrator resets it.
    pub expiry_needs_reset: bool,
    pub updated_at: Option<i64>,
    /// UIN of who changed the rules last.
    pub modifier: String,
}

impl Default for PasswordRules {
    fn default() -> Self {
        Self {
            minimum_length: SHORTEST,
            must_contain: String::new(),
            expires_after_days: 0,
            reuse_limit: 0,
            retry_limit: 0,
            expiry_needs_reset: false,
            updated_at: None,
            modifier: String::new(),
        }
    }
}

/// A new password breaks a rule of its account; the text is fit to show to the person who chose it.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RuleBroken {
    #[error("Use at least {0} characters.")]
    TooShort(i64),
    #[error("Use {} in the password.", .0.iter().map(|(english, _)| *english).collect::<Vec<_>>().join(" and "))]
    Lacks(Vec<Label>),
}

impl Worded for RuleBroken {
    fn zh(&self) -> Cow<'static, str> {
        match self {
            Self::TooShort(least) => format!("密码至少需要 {least} 个字符。").into(),
            Self::Lacks(kinds) => {
                let kinds: Vec<&str> = kinds.iter().map(|(_, chinese)| *chinese).collect();
                format!("密码中需包含{}。", kinds.join("、")).into()
            }
        }
    }
}

impl PasswordRules {
    /// Refuses a text that is too short, or lacks a kind of character that the account asks for.
    pub fn ensure_met(&self, text: &str) -> Result<(), RuleBroken> {
        let shortest = self.minimum_length.max(SHORTEST);
        if i64::try_from(text.chars().count()).unwrap_or(i64::MAX) < shortest {
            return Err(RuleBroken::TooShort(shortest));
        }
        let lacking: Vec<Label> = KINDS
            .iter()
            .filter(|(kind, _)| self.must_contain.contains(*kind) && !text.chars().any(|c| is_of(*kind, c)))
            .map(|(_, words)| *words)
            .collect();
        if lacking.is_empty() { Ok(()) } else { Err(RuleBroken::Lacks(lacking)) }
    }

    /// Whether a password set at that time has to be changed by now.
    pub fn is_expired(&self, changed_at: Option<i64>, now: i64) -> bool {
        self.expires_after_days > 0
            && changed_at.is_some_and(|at| at.saturating_add(self.expires_after_days * 86_400) <= now)
    }
}

/// Whether every letter of a text names a kind of character.
pub fn is_kinds(text: &str) -> bool {
    text.chars().all(|c| KINDS.iter().any(|(kind, _)| *kind == c))
}

/// Whether a text has a character of every kind there is.
pub fn has_every_kind(text: &str) -> bool {
    KINDS.iter().all(|(kind, _)| text.chars().any(|c| is_of(*kind, c)))
}

fn is_of(kind: char, c: char) -> bool {
    match kind {
        'A' => c.is_uppercase(),
        'a' => c.is_lowercase(),
        '1' => c.is_numeric(),
        _ => !c.is_alphanumeric() && !c.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_that_is_asked_for_is_named_when_it_is_missing() {
        let rules = PasswordRules { must_contain: "Aa1!".to_owned(), ..PasswordRules::default() };

        assert_eq!(rules.ensure_met("Mulberry-tram-90"), Ok(()));
        let broken = rules.ensure_met("mulberrytramviolin").unwrap_err();
        assert_eq!(
            broken.to_string(),
            "Use a capital letter and a digit and a special character in the password."
        );
        assert_eq!(broken.zh(), "密码中需包含大写字母、数字、特殊字符。");
    }

    #[test]
    fn no_rule_makes_twelve_characters_too_many() {
        let weak = PasswordRules { minimum_length: 4, ..PasswordRules::default() };

        assert_eq!(weak.ensure_met("elevenchars"), Err(RuleBroken::TooShort(12)));
        assert_eq!(weak.ensure_met("twelve chars"), Ok(()));
    }

    #[test]
    fn a_password_expires_to_the_second_and_never_without_a_rule() {
        let rules = PasswordRules { expires_after_days: 1, ..PasswordRules::default() };

        assert!(!rules.is_expired(Some(1000), 1000 + 86_399));
        assert!(rules.is_expired(Some(1000), 1000 + 86_400));
        assert!(!PasswordRules::default().is_expired(Some(0), i64::MAX));
    }
}
