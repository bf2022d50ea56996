//! Characters that mislead: nobody sees them, or they turn the text around them.

/// Whether a character has no look of its own, breaks lines or turns text around. None is ever needed in a name.
pub fn is_hidden(c: char) -> bool {
    c.is_control() || is_default_ignorable(c) || is_separator(c) || c == char::REPLACEMENT_CHARACTER
}

/// Whether a character has no place in free text either: as [`is_hidden`], but scripts and emoji need some of those.
pub fn is_misleading(c: char) -> bool {
    is_hidden(c) && !is_joiner(c) && !is_variation_selector(c)
}

/// Free text of a stranger, such as a user agent, without what misleads: controls become blanks, the rest is left out.
pub fn without_misleading(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let blank = |c: char| if c.is_control() || is_separator(c) { ' ' } else { c };
    text.chars().map(blank).filter(|c| !is_misleading(*c)).collect()
}

/// The beginning of free text of a stranger, of at most that many characters, without what misleads.
pub fn beginning(text: &str, most: usize) -> String {
    let end = text.char_indices().nth(most).map_or(text.len(), |(at, _)| at);
    without_misleading(text.get(..end).unwrap_or_default())
}

/// Nearly all texts are.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// `Default_Ignorable_Code_Point` of the Unicode Character Database, reserved ranges included.
fn is_default_ignorable(c: char) -> bool {
    matches!(
        c,
        '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFF8}'
            | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// Line and paragraph separators, and the marks around interlinear notes.
fn is_separator(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{FFF9}'..='\u{FFFB}')
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{180B}'..='\u{180D}' | '\u{180F}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_scripts_and_emoji_need_is_hidden_but_not_misleading() {
        for c in ['\u{200C}', '\u{200D}', '\u{FE0F}', '\u{180B}', '\u{E0100}'] {
            assert!(is_hidden(c) && !is_misleading(c), "{c:?}");
        }
        for c in ['\u{202E}', '\u{2066}', '\u{200B}', '\u{3164}', '\u{2028}', '\u{E0041}', '\u{FEFF}', '\0'] {
            assert!(is_hidden(c) && is_misleading(c), "{c:?}");
        }
        assert!(!"Zoë 张伟 नमस्ते عربى 👍".chars().any(is_hidden));
    }

    #[test]
    fn a_strangers_text_loses_what_misleads_and_nothing_else() {
        assert_eq!(without_misleading("a\u{202E}b\tc\u{2028}d\u{200D}e ü"), "ab c d\u{200D}e ü");
    }
}
