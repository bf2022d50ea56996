//! Where settings come from: the file and the environment.

use std::fs;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::error::{ConfigError, Origin};
use super::sections::KeySource;
use super::service_links;
use super::settings::{Name, Settings, find, names};

const DEFAULT_FILE: &str = "camlock.toml";
const CREDENTIAL: &str = "camlock-master-key";
const PREFIX: &str = "CAMLOCK_";
const CREDENTIALS_DIRECTORY: &str = "CREDENTIALS_DIRECTORY";

/// The variables of this process that concern the configuration.
pub fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
        .filter(|(name, _)| name.starts_with(PREFIX) || name == CREDENTIALS_DIRECTORY)
}

pub(super) fn collect(
    file: Option<&Path>,
    environment: impl Iterator<Item = (String, String)>,
) -> Result<(Settings, KeySource), ConfigError> {
    let mut settings = Settings::defaults();
    read_file(&mut settings, file)?;
    let mut credentials = None;
    for (name, value) in environment {
        if name == CREDENTIALS_DIRECTORY {
            credentials = Some(PathBuf::from(value));
        } else if let Some(rest) = name.strip_prefix(PREFIX) {
            match setting_of(&name) {
                // Empty is how a template that has nothing to say sets a variable.
                Ok(_) if value.trim().is_empty() => {}
                Ok(setting) => settings.take(setting, &value, Origin::Environment(name)),
                Err(_) if service_links::is_one(rest) => {}
                Err(error) => return Err(error),
            }
        }
    }
    derive_locations(&mut settings);
    let source = derive_key_file(&mut settings, credentials);
    Ok((settings, source))
}

/// `listen` is `CAMLOCK_LISTEN`, `log.level` is `CAMLOCK_LOG__LEVEL`.
pub(super) fn variable_of(name: &str) -> String {
    format!("{PREFIX}{}", name.replace('.', "__").to_uppercase())
}

fn setting_of(variable: &str) -> Result<Name, ConfigError> {
    find(|name| variable_of(name) == variable)
        .ok_or_else(|| ConfigError::unknown_variable(variable, names().map(variable_of)))
}

fn read_file(settings: &mut Settings, file: Option<&Path>) -> Result<(), ConfigError> {
    let path = file.unwrap_or(Path::new(DEFAULT_FILE));
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if file.is_none() && error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(ConfigError::Unreadable { path: path.to_owned(), source }),
    };
    let file = File { path, text: &text };
    let table = DeTable::parse(&text).map_err(|error| file.syntax(&error))?;
    file.take_table(settings, "", table.get_ref())
}

/// A file being read, to tell line numbers.
struct File<'a> {
    path: &'a Path,
    text: &'a str,
}

impl File<'_> {
    fn take_table(
        &self,
        settings: &mut Settings,
        above: &str,
        table: &DeTable<'_>,
    ) -> Result<(), ConfigError> {
        for (key, value) in table {
            let name = format!("{above}{}", key.get_ref());
            if let DeValue::Table(inner) = value.get_ref() {
                self.take_table(settings, &format!("{name}."), inner)?;
                continue;
            }
            let origin = self.origin(key.span().start);
            let Some(known) = find(|known| known == name) else {
                return Err(ConfigError::unknown_key(&name, origin, names()));
            };
            match (text_of(value), known) {
                (Some(text), known) => settings.take(known, &text, origin),
                (None, Name::Current(name) | Name::Former(name, _)) => {
                    return Err(ConfigError::wrong_kind(name, origin));
                }
            }
        }
        Ok(())
    }

    fn origin(&self, position: usize) -> Origin {
        let before = self.text.bytes().take(position);
        let line = 1 + before.filter(|byte| *byte == b'\n').count();
        Origin::File { path: self.path.to_owned(), line }
    }

    fn syntax(&self, error: &toml::de::Error) -> ConfigError {
        let origin = self.origin(error.span().map_or(0, |span| span.start));
        ConfigError::Syntax { origin, problem: error.message().to_owned() }
    }
}

fn text_of(value: &Spanned<DeValue<'_>>) -> Option<String> {
    match value.get_ref() {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Boolean(flag) => Some(flag.to_string()),
        DeValue::Array(items) => list_of(items),
        DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Table(_) => None,
    }
}

/// A list is kept as it stands in a variable: with commas between.
fn list_of(items: &DeArray<'_>) -> Option<String> {
    let texts: Option<Vec<&str>> = items.iter().map(|item| item.get_ref().as_str()).collect();
    texts.map(|texts| texts.join(","))
}

fn derive_locations(settings: &mut Settings) {
    if !settings.is_set("public_url") {
        let url = format!("http://{}", settings.text("listen"));
        settings.set("public_url", url, Origin::Default);
    }
    if !settings.is_set("database.url") {
        let database = Path::new(settings.text("data_dir")).join("camlock.db");
        settings.set("database.url", format!("sqlite://{}", database.display()), Origin::Default);
    }
}

fn derive_key_file(settings: &mut Settings, credentials: Option<PathBuf>) -> KeySource {
    if settings.is_set("vault.key_file") {
        return KeySource::Named;
    }
    let credential = credentials.map(|directory| directory.join(CREDENTIAL)).filter(|file| file.exists());
    let (file, origin, source) = match credential {
        Some(file) => {
            (file, Origin::Environment(CREDENTIALS_DIRECTORY.to_owned()), KeySource::SystemdCredential)
        }
        None => (
            Path::new(settings.text("data_dir")).join("master.key"),
            Origin::Default,
            KeySource::DataDirectory,
        ),
    };
    settings.set("vault.key_file", file.display().to_string(), origin);
    source
}
