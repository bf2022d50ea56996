//! Patterns in which `*` stands for any text, matched in linear time.

/// A text with `*` in any number of places, compiled once.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pattern {
    head: String,
    /// What follows the first `*`: pieces to be found in order, then the end. `None` without any `*`.
    rest: Option<(Vec<String>, String)>,
}

impl Pattern {
    /// Compiles a text; only `*` is special.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let Some((head, rest)) = text.split_once('*') else {
            return Self { head: text.to_owned(), rest: None };
        };
        let (middle, tail) = rest.rsplit_once('*').unwrap_or(("", rest));
        let pieces = middle.split('*').filter(|piece| !piece.is_empty()).map(str::to_owned).collect();
        Self { head: head.to_owned(), rest: Some((pieces, tail.to_owned())) }
    }

    /// Whether it fits one text alone.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.rest.is_none()
    }

    /// A text that fits, with `x` for whatever may stand there.
    #[must_use]
    pub fn sample(&self) -> String {
        let Some((pieces, tail)) = &self.rest else { return self.head.clone() };
        let mut text = self.head.clone();
        for piece in pieces.iter().chain([tail]) {
            text.push('x');
            text.push_str(piece);
        }
        text
    }

    /// Whether the whole text fits.
    ///
    /// Each piece is taken at its first occurrence after the one before; a later one could only leave less room,
    /// so there is nothing to go back for.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let Some((pieces, tail)) = &self.rest else {
            return text == self.head;
        };
        let Some(text) = text.strip_prefix(self.head.as_str()) else {
            return false;
        };
        let Some(mut between) = text.strip_suffix(tail.as_str()) else {
            return false;
        };
        for piece in pieces {
            let Some((_, after)) = between.split_once(piece.as_str()) else {
                return false;
            };
            between = after;
        }
        true
    }
}
