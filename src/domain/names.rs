//! Names that people tell apart by looking: no hidden characters, one spelling, one script, no double of another name.

use super::characters::is_hidden;
use super::field::Label;
use super::sentence::Sentence;
use std::collections::BTreeSet;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark, is_nfkc};
use unicode_script::{Script, UnicodeScript};
use unicode_security::{RestrictionLevel, RestrictionLevelDetection, skeleton};

/// Names by which the log calls the command line and the server itself; no user has them.
const RESERVED: [&str; 2] = ["operator", "camlock"];

/// Why a name cannot be told from others by looking.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Illegible {
    /// It has characters that nobody sees.
    Hidden,
    /// It has another spelling, which is the one to use.
    Spelling(String),
    /// It has characters that no spelling makes fit.
    Unusual,
    /// Its letters are of scripts that are not written together.
    MixedScripts,
}

impl Illegible {
    pub fn en(&self, name: &str) -> String {
        match self {
            Self::Hidden => format!("The {name} has characters that cannot be seen. Remove them."),
            Self::Spelling(form) => format!("Write the {name} as {form}."),
            Self::Unusual => format!("The {name} has characters that look like others. Use plain ones."),
            Self::MixedScripts => format!(
                "Use letters of one script in the {name}. Chinese, Japanese and Korean may stand beside Latin letters; \
                 scripts and letters that are hardly in use may not."
            ),
        }
    }

    pub fn zh(&self, name: &str) -> String {
        match self {
            Self::Hidden => format!("{name}含有不可见的字符，请删除。"),
            Self::Spelling(form) => format!("请将{name}写为 {form}。"),
            Self::Unusual => format!("{name}含有易与其他字符混淆的字符，请使用常规字符。"),
            Self::MixedScripts => {
                format!(
                    "{name}的字母须属于同一种文字；中文、日文、韩文可与拉丁字母并用，罕用的文字和字母不可使用。"
                )
            }
        }
    }

    /// The refusal of a name that people call so.
    pub fn told(&self, label: Label) -> Sentence {
        (self.en(label.0), self.zh(label.1)).into()
    }
}

/// Accepts what has one look and one spelling: NFKC, nothing hidden, "highly restrictive" by UTS 39.
pub fn ensure_legible(name: &str) -> Result<(), Illegible> {
    if name.chars().any(is_unseen) {
        return Err(Illegible::Hidden);
    }
    if !is_nfkc(name) {
        let form: String = name.nfkc().collect();
        return Err(if ensure_legible(&form).is_ok() {
            Illegible::Spelling(form)
        } else {
            Illegible::Unusual
        });
    }
    if name.chars().any(|c| c.script() == Script::Unknown) {
        return Err(Illegible::Unusual);
    }
    // Blanks, marks and symbols belong to no script; what they look like is compared with other names.
    let letters: String = name.chars().filter(|c| c.is_alphanumeric() || is_combining_mark(*c)).collect();
    if letters.as_str().check_restriction_level(RestrictionLevel::HighlyRestrictive) {
        Ok(())
    } else {
        Err(Illegible::MixedScripts)
    }
}

/// Hidden, or a blank other than the one everybody types.
fn is_unseen(c: char) -> bool {
    is_hidden(c) || matches!(c, '\u{1680}' | '\u{2800}')
}

/// Whether the log speaks of something else by this name, or by one that looks the same.
pub fn is_reserved(name: &str) -> bool {
    RESERVED.iter().any(|reserved| name.eq_ignore_ascii_case(reserved) || look_alike(name, reserved))
}

/// Whether two names are easily taken for each other. Of two that are plain ASCII the letters decide, not the looks.
pub fn look_alike(one: &str, other: &str) -> bool {
    let is_plain = one.is_ascii() && other.is_ascii();
    !is_plain && !looks(one).is_disjoint(&looks(other))
}

/// What a name looks like: as it is written, in small letters and in capitals, since case makes no difference.
///
/// Stored with each user. A change here, or of the tables behind it, needs a migration that has them computed anew.
pub fn looks(name: &str) -> BTreeSet<String> {
    let name: String = name.nfkc().collect();
    let small = name.to_lowercase();
    let capitals: String = name.chars().map(capital).collect();
    [name, small, capitals].iter().map(|text| look(text)).collect()
}

fn look(text: &str) -> String {
    let seen: String = skeleton(text).collect();
    skeleton(&seen.to_lowercase()).collect()
}

/// The capital of a letter that has exactly one.
fn capital(c: char) -> char {
    let mut capitals = c.to_uppercase();
    match (capitals.next(), capitals.next()) {
        (Some(only), None) => only,
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_world_are_legible() {
        for name in [
            "dev-alice",
            "dev张伟",
            "Zoë",
            "müller",
            "админ-1",
            "ελένη",
            "田中さん",
            "데브kim",
            "アプリdev",
            "محمد",
            "नमस्ते",
            "Ops – Berlin",
            "研发 (上海)",
            "Team 🚀",
        ] {
            assert_eq!(ensure_legible(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn doubles_of_ascii_names_are_not() {
        use Illegible::{Hidden, MixedScripts, Spelling};
        for (name, expected) in [
            ("admin\u{3164}", Hidden),
            ("ad\u{200B}min", Hidden),
            ("ad\u{2800}min", Hidden),
            ("ａdmin", Spelling("admin".to_owned())),
            ("ⅰdmin", Spelling("idmin".to_owned())),
            ("𝐚dmin", Spelling("admin".to_owned())),
            ("ſam", Spelling("sam".to_owned())),
            ("аdmin", MixedScripts),
            ("admοn", MixedScripts),
            ("Ꭺdmin", MixedScripts),
            ("admin١", MixedScripts),
            ("ᎪᎠᎷ", MixedScripts),
            ("\u{E000}dmin", Illegible::Unusual),
        ] {
            assert_eq!(ensure_legible(name), Err(expected), "{name}");
        }
    }

    #[test]
    fn names_that_look_the_same_are_found_whatever_the_case() {
        for (one, other) in [
            ("admın", "admin"),
            ("сор", "cop"),
            ("НОТ", "hot"),
            ("ονο", "ovo"),
            ("Νον", "nov"),
            ("һеу", "hey"),
            ("оператор", "оператор"),
        ] {
            assert!(look_alike(one, other) && look_alike(other, one), "{one} {other}");
        }
        for (one, other) in [
            ("rn", "m"),
            ("l1", "1l"),
            ("müller", "muller"),
            ("straße", "strasse"),
            ("vivi张", "nini张"),
            ("Zoë", "zoe"),
        ] {
            assert!(!look_alike(one, other), "{one} {other}");
        }
        assert!(is_reserved("Operator") && is_reserved("CAMLOCK") && !is_reserved("operators"));
    }
}
