//! Which passwords are good enough to keep.

use std::borrow::Cow;

use zxcvbn::{Score, zxcvbn};

use crate::domain::secret::Password;
use crate::domain::sentence::Worded;

const FEWEST_CHARACTERS: usize = 12;
const MOST_CHARACTERS: usize = 128;

/// The estimate of a crafted text takes 0.1 s at this length and grows fast; 32 good characters are plenty.
const CHARACTERS_ESTIMATED: usize = 32;

/// What a password needs beside the names in it.
const FEWEST_BESIDE_NAMES: usize = 8;

/// Shorter names turn up inside good passwords by chance.
const SHORTEST_TELLING_NAME: usize = 4;

const BLOCKED: &str = include_str!("password/blocked.txt");
const PRODUCT_NAMES: [&str; 2] = ["camlock", "tencent"];

/// A rule said no; the text is fit to show to the person who asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PasswordRefusal {
    #[error("Use at least {FEWEST_CHARACTERS} characters.")]
    TooShort,
    #[error("Use at most {MOST_CHARACTERS} characters.")]
    TooLong,
    #[error("This password is on lists of common passwords. Choose another one.")]
    Common,
    #[error("Leave your user name, the account name and the product’s name out of the password.")]
    HoldsName,
    #[error("This password is easy to guess. Use four or more unrelated words, or a password manager.")]
    Guessable,
}

impl Worded for PasswordRefusal {
    fn zh(&self) -> Cow<'static, str> {
        let text = match self {
            Self::TooShort => return format!("密码至少需要 {FEWEST_CHARACTERS} 个字符。").into(),
            Self::TooLong => return format!("密码不能超过 {MOST_CHARACTERS} 个字符。").into(),
            Self::Common => "该密码在常见密码列表中，请更换。",
            Self::HoldsName => "密码中不要包含用户名、账号名称或产品名称。",
            Self::Guessable => "该密码容易被猜中，请使用四个以上不相关的单词，或使用密码管理器生成。",
        };
        text.into()
    }
}

/// Refuses a new password that others could guess; `context` is what they know: the user's and account's names.
///
/// It can take a tenth of a second, so it belongs on a thread that may wait.
pub fn ensure_acceptable(password: &Password, context: &[&str]) -> Result<(), PasswordRefusal> {
    let text = password.expose();
    ensure_length(text)?;
    let lowercase = zeroize::Zeroizing::new(text.to_lowercase());
    if is_blocked(&lowercase) {
        return Err(PasswordRefusal::Common);
    }
    let known: Vec<&str> =
        context.iter().copied().chain(PRODUCT_NAMES).filter(|name| !name.is_empty()).collect();
    if is_mostly_names(&known, &lowercase) {
        return Err(PasswordRefusal::HoldsName);
    }
    if zxcvbn(beginning(text), &known).score() >= Score::Three {
        return Ok(());
    }
    if known.iter().any(|name| is_telling(name, &lowercase)) {
        return Err(PasswordRefusal::HoldsName);
    }
    Err(PasswordRefusal::Guessable)
}

fn ensure_length(text: &str) -> Result<(), PasswordRefusal> {
    match text.chars().take(MOST_CHARACTERS + 1).count() {
        ..FEWEST_CHARACTERS => Err(PasswordRefusal::TooShort),
        FEWEST_CHARACTERS..=MOST_CHARACTERS => Ok(()),
        _ => Err(PasswordRefusal::TooLong),
    }
}

fn is_blocked(lowercase: &str) -> bool {
    BLOCKED.lines().filter(|line| !line.starts_with('#')).any(|line| line == lowercase)
}

/// The estimate takes names strung together for many words; what is left without them has to stand alone.
fn is_mostly_names(names: &[&str], lowercase: &str) -> bool {
    let told = names.iter().filter(|name| is_telling(name, lowercase));
    let rest = told.fold(zeroize::Zeroizing::new(lowercase.to_owned()), |rest, name| {
        zeroize::Zeroizing::new(rest.replace(&name.to_lowercase(), ""))
    });
    rest.len() < lowercase.len() && rest.chars().count() < FEWEST_BESIDE_NAMES
}

fn is_telling(name: &str, lowercase: &str) -> bool {
    let name: Cow<'_, str> = name.to_lowercase().into();
    name.chars().count() >= SHORTEST_TELLING_NAME && lowercase.contains(name.as_ref())
}

fn beginning(text: &str) -> &str {
    text.char_indices().nth(CHARACTERS_ESTIMATED).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}
