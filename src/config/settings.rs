//! The names that exist, and the text that was given for each of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::database::DatabaseUrl;
use super::error::{ConfigError, Origin};

/// Every setting with its default; `DERIVED` is worked out from other settings.
const KNOWN: [(&str, &str, Kind); 31] = [
    ("listen", "127.0.0.1:8080", Kind::Text),
    ("data_dir", "./camlock-data", Kind::Text),
    ("public_url", DERIVED, Kind::Text),
    ("database.url", DERIVED, Kind::DatabaseUrl),
    ("database.connections", "8", Kind::Number),
    ("vault.key_file", DERIVED, Kind::Text),
    ("log.format", "text", Kind::Text),
    ("log.level", "info", Kind::Text),
    ("api.replay", "writes", Kind::Text),
    ("api.reads_per_second", "200", Kind::Number),
    ("api.changes_per_second", "20", Kind::Number),
    ("api.utc_offset", "+00:00", Kind::Text),
    ("gate.listen", "", Kind::Text),
    ("gate.versitygw_socket", "", Kind::Text),
    ("gate.versitygw_token_file", "", Kind::Text),
    ("gate.versitygw_secret_id", "", Kind::Text),
    ("metrics.listen", "", Kind::Text),
    ("metrics.token_file", "", Kind::Text),
    ("session.idle_minutes", "30", Kind::Number),
    ("session.absolute_minutes", "480", Kind::Number),
    ("server.workers", "0", Kind::Number),
    ("server.trusted_proxies", "", Kind::List),
    ("server.body_timeout_seconds", "10", Kind::Number),
    ("server.body_limit_kib", "10240", Kind::Number),
    ("server.write_timeout_seconds", "15", Kind::Number),
    ("server.connections_per_address", "0", Kind::Number),
    ("server.drain_seconds", "5", Kind::Number),
    ("server.security_contact", "", Kind::Text),
    ("limits.users_per_account", "1000", Kind::Number),
    ("webhooks.allow_private", "false", Kind::Text),
    ("webhooks.ca_file", "", Kind::Text),
];
const DERIVED: &str = "\0";

/// Names of earlier versions, each with the one that took its place. They stay valid.
const RENAMED: [(&str, &str); 2] = [
    ("api.requests_per_second", "api.reads_per_second"),
    ("api.key_writes_per_second", "api.changes_per_second"),
];

/// How a setting is written in a file.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Text,
    Number,
    List,
    /// Text with a password in it.
    DatabaseUrl,
}

/// What was set, with where it was set.
#[derive(Debug)]
pub(super) struct Settings {
    given: BTreeMap<&'static str, Setting>,
    warnings: Vec<String>,
}

/// A name under which something may be set.
#[derive(Clone, Copy)]
pub(super) enum Name {
    Current(&'static str),
    /// An earlier name, and the one that took its place.
    Former(&'static str, &'static str),
}

struct Setting {
    text: String,
    origin: Origin,
}

/// Hides the text, which may hold a password.
impl std::fmt::Debug for Setting {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Setting").field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// Finds a name among the present and the earlier ones.
pub(super) fn find(is_meant: impl Fn(&str) -> bool) -> Option<Name> {
    let current = names().find(|name| is_meant(name)).map(Name::Current);
    let former = || RENAMED.iter().find(|(name, _)| is_meant(name));
    current.or_else(|| former().map(|(name, current)| Name::Former(name, current)))
}

pub(super) fn names() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().map(|(name, _, _)| *name)
}

impl Settings {
    /// All settings that have a fixed default.
    pub(super) fn defaults() -> Self {
        let fixed = KNOWN.iter().filter(|(_, text, _)| *text != DERIVED);
        let given = fixed
            .map(|(name, text, _)| (*name, Setting { text: (*text).to_owned(), origin: Origin::Default }))
            .collect();
        Self { given, warnings: Vec::new() }
    }

    /// Takes a text under a name as it was written, without the blanks and line ends around it. Beside its new name in
    /// the same place, an earlier one counts nothing.
    pub(super) fn take(&mut self, name: Name, text: &str, origin: Origin) {
        let text = text.trim().to_owned();
        match name {
            Name::Current(name) => self.set(name, text, origin),
            Name::Former(former, current) => {
                self.warnings.push(format!("{former} ({origin}) is now called {current}"));
                let is_set_there = self.given.get(current).is_some_and(|set| set.origin.is_beside(&origin));
                if !is_set_there {
                    self.set(current, text, origin);
                }
            }
        }
    }

    /// What the operator should know and need not act on at once.
    pub(super) fn warnings(&self) -> &[String] {
        &self.warnings
    }

    pub(super) fn set(&mut self, name: &'static str, text: String, origin: Origin) {
        self.given.insert(name, Setting { text, origin });
    }

    pub(super) fn is_set(&self, name: &str) -> bool {
        self.given.contains_key(name)
    }

    pub(super) fn text(&self, name: &str) -> &str {
        self.given.get(name).map_or("", |setting| &setting.text)
    }

    /// The value that `parse` makes of the text, or an error that says where a bad text came from.
    pub(super) fn read<T>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<T, ConfigError> {
        parse(self.text(name)).map_err(|problem| self.wrong(name, problem))
    }

    pub(super) fn wrong(&self, name: &'static str, problem: String) -> ConfigError {
        let origin = self.given.get(name).map_or(Origin::Default, |setting| setting.origin.clone());
        ConfigError::Wrong { name, problem, origin }
    }

    pub(super) fn show(&self) -> String {
        let mut text = String::new();
        let mut section = "";
        for (name, _, kind) in KNOWN {
            let (group, key) = name.split_once('.').unwrap_or(("", name));
            if group != section {
                section = group;
                let _ = writeln!(text, "\n[{section}]");
            }
            if let Some(setting) = self.given.get(name) {
                let _ = writeln!(text, "{key} = {}  # {}", kind.spell(&setting.text), setting.origin);
            }
        }
        text
    }
}

impl Kind {
    fn spell(self, text: &str) -> String {
        match self {
            Self::Number => text.to_owned(),
            Self::Text => format!("{text:?}"),
            Self::List => {
                let items: Vec<String> = super::values::items(text).map(|item| format!("{item:?}")).collect();
                format!("[{}]", items.join(", "))
            }
            Self::DatabaseUrl => match DatabaseUrl::parse(text) {
                Ok(url) => format!("{:?}", url.to_string()),
                Err(_) => "\"***\"".to_owned(),
            },
        }
    }
}
