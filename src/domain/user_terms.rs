//! What users are found by: the texts that a search may begin with.

use super::user::User;
use std::collections::BTreeSet;

/// The longest search text that is compared.
pub const MAX_TERM: usize = 64;
/// Letters from which on a text is looked for anywhere; in Chinese one less.
const ANYWHERE: usize = 3;

/// What a search looks for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Wanted {
    /// One or two letters: what name, a word of it, UIN or note begin with.
    Start(String),
    /// Anywhere in name, note, UIN, phone or e-mail.
    Anywhere(String),
}

impl Wanted {
    /// What was typed.
    pub fn of(text: &str) -> Self {
        let wanted: String = text.to_lowercase().chars().take(MAX_TERM).collect();
        let letters = wanted.chars().count();
        if letters >= ANYWHERE || (letters + 1 >= ANYWHERE && wanted.chars().any(is_chinese)) {
            Self::Anywhere(wanted)
        } else {
            Self::Start(wanted)
        }
    }

    /// The digits alone of what may be a phone number, as that is found with or without its spaces and dashes.
    pub fn digits_of(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let is_phone = text.chars().all(|c| c.is_ascii_digit() || " -+".contains(c));
        (is_phone && !digits.is_empty() && digits != text).then(|| Self::of(&digits))
    }

    /// Whether a user is found.
    pub fn finds(&self, user: &User) -> bool {
        match self {
            Self::Start(start) => starts(user).contains(start),
            Self::Anywhere(text) => texts(user).iter().any(|field| field.contains(text)),
        }
    }
}

/// Characters that are words or parts of words by themselves.
fn is_chinese(c: char) -> bool {
    matches!(u32::from(c), 0x2E80..=0x9FFF | 0xAC00..=0xD7AF | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF)
}

/// Everything that begins inside of name, note, UIN, phone or e-mail, lower case and cut.
pub fn terms(user: &User) -> BTreeSet<String> {
    texts(user).iter().flat_map(|text| suffixes(text)).collect()
}

fn texts(user: &User) -> [String; 5] {
    let digits = user.phone.chars().filter(char::is_ascii_digit).collect();
    let (name, email) = (user.name.to_lowercase(), user.email.to_lowercase());
    [name, email, user.note.to_lowercase(), digits, user.uin.to_string()]
}

fn suffixes(text: &str) -> impl Iterator<Item = String> + '_ {
    let begins = text.char_indices().filter(|(_, c)| !c.is_whitespace());
    let found = begins.map(|(at, _)| text.split_at(at).1.chars().take(MAX_TERM).collect::<String>());
    // Texts of one letter are looked for among the beginnings.
    found.filter(|term| term.chars().nth(1).is_some())
}

/// One and two letters that name, a word of it, UIN or note begin with, lower case.
pub fn starts(user: &User) -> BTreeSet<String> {
    let (name, note) = (user.name.to_lowercase(), user.note.to_lowercase());
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let uin = user.uin.to_string();
    let texts = words.chain([name.as_str(), note.as_str(), uin.as_str()]);
    texts
        .flat_map(|text| (1..ANYWHERE).map(|letters| text.chars().take(letters).collect::<String>()))
        .filter(|start| !start.trim().is_empty())
        .collect()
}
