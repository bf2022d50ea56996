//! Sentences for people, in both languages of the API.

use super::language::Language;
use std::borrow::Cow;
use std::fmt;

/// A text in English and in Chinese; shown in English where nobody asked for either.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sentence {
    english: Cow<'static, str>,
    chinese: Cow<'static, str>,
}

/// A refusal that speaks both languages: English by `Display`, Chinese beside it.
pub trait Worded: fmt::Display {
    /// The same in Chinese.
    fn zh(&self) -> Cow<'static, str>;
}

impl Sentence {
    /// What only pages show, and so only in English.
    pub fn on_page(text: impl fmt::Display) -> Self {
        let text = text.to_string();
        Self { english: text.clone().into(), chinese: text.into() }
    }

    /// Several as one, in the order given.
    pub fn joined<'a>(sentences: impl IntoIterator<Item = &'a Self>) -> Self {
        let (english, chinese): (Vec<&str>, Vec<&str>) =
            sentences.into_iter().map(|sentence| (sentence.en(), sentence.zh())).unzip();
        Self { english: english.join(" ").into(), chinese: chinese.concat().into() }
    }

    pub fn en(&self) -> &str {
        &self.english
    }

    pub fn zh(&self) -> &str {
        &self.chinese
    }

    /// The text in one of the languages.
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::EnUs => self.en(),
            Language::ZhCn => self.zh(),
        }
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.en())
    }
}

impl<E: Into<Cow<'static, str>>, C: Into<Cow<'static, str>>> From<(E, C)> for Sentence {
    fn from(pair: (E, C)) -> Self {
        let (english, chinese) = pair;
        let (english, chinese) = (english.into(), chinese.into());
        debug_assert!(chinese.chars().any(is_chinese), "no Chinese: {chinese}");
        Self { english, chinese }
    }
}

impl<T: Worded> From<T> for Sentence {
    fn from(refusal: T) -> Self {
        (refusal.to_string(), refusal.zh()).into()
    }
}

/// Whether a character is one of the Chinese script.
fn is_chinese(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_join_with_a_blank_in_english_and_without_one_in_chinese() {
        let both: [Sentence; 2] = [("One.", "一。").into(), ("Two.", "二。").into()];

        let joined = Sentence::joined(&both);

        assert_eq!((joined.of(Language::EnUs), joined.of(Language::ZhCn)), ("One. Two.", "一。二。"));
    }
}
