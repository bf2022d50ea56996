//! A header with parameters, such as `form-data; name="Keyword"`.

/// The value of a header, and its parameters by lower-case name, none of them twice.
pub(super) struct Header<'a> {
    pub value: &'a str,
    parameters: Vec<(String, String)>,
}

impl<'a> Header<'a> {
    /// `None` for what readers take differently: a parameter given twice or in the other spelling (`name*=`), quotes that do
    /// not close, text behind them.
    pub fn parse(text: &'a str) -> Option<Self> {
        let end = text.find(';').unwrap_or(text.len());
        let (value, mut rest) = text.split_at_checked(end)?;
        let mut parameters: Vec<(String, String)> = Vec::new();
        while let Some(after) = rest.strip_prefix(';') {
            let (name, after) = after.trim_start_matches([' ', '\t']).split_once('=')?;
            let name = name.to_ascii_lowercase();
            let (value, after) = if after.starts_with('"') { quoted(after)? } else { plain(after)? };
            if !is_token(&name) || name.contains('*') || parameters.iter().any(|(known, _)| *known == name) {
                return None;
            }
            parameters.push((name, value));
            rest = after.trim_start_matches([' ', '\t']);
        }
        rest.is_empty().then(|| Self { value: value.trim(), parameters })
    }

    /// The value of a parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether there are parameters beside these.
    pub fn has_other_than(&self, known: &[&str]) -> bool {
        self.parameters.iter().any(|(name, _)| !known.contains(&name.as_str()))
    }
}

/// Whether a text can be the name of a header or of a parameter, or a value without quotes.
pub(super) fn is_token(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(fits)
}

/// A value without quotes, and what follows it.
fn plain(text: &str) -> Option<(String, &str)> {
    let end = text.find([';', ' ', '\t']).unwrap_or(text.len());
    let (value, after) = text.split_at_checked(end)?;
    is_token(value).then(|| (value.to_owned(), after))
}

/// A value in quotes, and what follows them; a backslash may escape a quote or itself, as readers differ on others.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut signs = text.char_indices().skip(1);
    while let Some((at, sign)) = signs.next() {
        match sign {
            '"' => return Some((value, text.get(at + 1..)?)),
            '\\' => value.push(signs.next().map(|(_, next)| next).filter(|next| matches!(next, '"' | '\\'))?),
            sign if sign.is_control() => return None,
            sign => value.push(sign),
        }
    }
    None
}
