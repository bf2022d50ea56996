//! What is wrong with the configuration, in one line that names the setting and the place.

use std::fmt;
use std::path::PathBuf;

/// Where a value came from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Origin {
    Default,
    File { path: PathBuf, line: usize },
    Environment(String),
}

impl Origin {
    /// Whether both come from the file, or both from the environment.
    pub(super) fn is_beside(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => formatter.write_str("default"),
            Self::File { path, line } => write!(formatter, "{} line {line}", path.display()),
            Self::Environment(variable) => write!(formatter, "environment {variable}"),
        }
    }
}

/// Why the server does not start with this configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("Configuration file {path} cannot be read: {source}.")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{origin}: not valid TOML: {problem}.")]
    Syntax { origin: Origin, problem: String },
    #[error("{origin}: there is no setting `{name}`. Did you mean `{nearest}`?")]
    UnknownKey { name: String, nearest: String, origin: Origin },
    #[error("There is no setting for the variable {name}. Did you mean {nearest}?")]
    UnknownVariable { name: String, nearest: String },
    #[error("Setting `{name}` ({origin}): {problem}.")]
    Wrong { name: &'static str, problem: String, origin: Origin },
}

impl ConfigError {
    pub(super) fn unknown_key(name: &str, origin: Origin, known: impl Iterator<Item = &'static str>) -> Self {
        Self::UnknownKey { name: name.to_owned(), nearest: nearest(name, known.map(str::to_owned)), origin }
    }

    pub(super) fn unknown_variable(name: &str, known: impl Iterator<Item = String>) -> Self {
        Self::UnknownVariable { name: name.to_owned(), nearest: nearest(name, known) }
    }

    pub(super) fn wrong_kind(name: &'static str, origin: Origin) -> Self {
        Self::Wrong { name, problem: "needs a text, a number or a list of texts".to_owned(), origin }
    }
}

fn nearest(name: &str, known: impl Iterator<Item = String>) -> String {
    known.min_by_key(|candidate| edits(name, candidate)).unwrap_or_default()
}

/// How many characters must be added, dropped or changed to make one name of the other.
fn edits(from: &str, to: &str) -> usize {
    let mut costs: Vec<usize> = (0..=to.len()).collect();
    for (row, left) in from.bytes().enumerate() {
        let mut diagonal = row;
        let mut before = row + 1;
        for (cost, right) in costs.iter_mut().skip(1).zip(to.bytes()) {
            let changed = diagonal + usize::from(left != right);
            diagonal = *cost;
            before = changed.min(before + 1).min(*cost + 1);
            *cost = before;
        }
        if let Some(first) = costs.first_mut() {
            *first = row + 1;
        }
    }
    costs.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted_as_levenshtein_counted_them() {
        for (from, to, count) in
            [("kitten", "sitting", 3), ("", "abc", 3), ("abc", "", 3), ("same", "same", 0)]
        {
            assert_eq!(edits(from, to), count, "{from} to {to}");
        }
    }
}
