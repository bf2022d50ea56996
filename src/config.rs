//! Everything the operator can set, read once: defaults, then the file, then the environment.

mod database;
mod error;
mod public_url;
mod sections;
mod service_links;
mod settings;
mod sources;
mod values;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

pub use self::database::{DatabaseUrl, with_parameters};
pub use self::error::{ConfigError, Origin};
pub use self::public_url::PublicUrl;
pub use self::sections::{
    ApiConfig, DatabaseConfig, GateConfig, KeySource, LimitsConfig, LogConfig, LogFormat, MetricsConfig,
    OwnAddress, Replay, ServerConfig, SessionConfig, VaultConfig, VersitygwConfig, WebhooksConfig,
};
use self::settings::Settings;
pub use self::sources::environment;

/// The settings of one running server.
#[derive(Debug)]
pub struct Config {
    pub listen: SocketAddr,
    pub data_dir: PathBuf,
    pub public_url: PublicUrl,
    pub database: DatabaseConfig,
    pub vault: VaultConfig,
    pub log: LogConfig,
    pub api: ApiConfig,
    pub gate: GateConfig,
    pub metrics: MetricsConfig,
    pub session: SessionConfig,
    pub server: ServerConfig,
    pub limits: LimitsConfig,
    pub webhooks: WebhooksConfig,
    settings: Settings,
}

impl Config {
    /// Reads the file (`camlock.toml` when it exists and none is named) and the environment, and checks all of it.
    pub fn load(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let (settings, key_source) = sources::collect(file, environment)?;
        let config = Self {
            listen: settings.read("listen", values::address)?,
            data_dir: settings.read("data_dir", values::path)?,
            public_url: settings.read("public_url", PublicUrl::parse)?,
            database: DatabaseConfig::read(&settings)?,
            vault: VaultConfig { key_file: settings.read("vault.key_file", values::path)?, key_source },
            log: LogConfig::read(&settings)?,
            api: ApiConfig::read(&settings)?,
            gate: GateConfig::read(&settings)?,
            metrics: MetricsConfig::read(&settings)?,
            session: SessionConfig::read(&settings)?,
            server: ServerConfig::read(&settings)?,
            limits: LimitsConfig::read(&settings)?,
            webhooks: WebhooksConfig::read(&settings)?,
            settings,
        };
        Ok(config)
    }

    /// Whether browsers reach the console by HTTPS.
    pub fn is_https(&self) -> bool {
        self.public_url.is_https()
    }

    /// What the operator should know and need not act on at once: settings under earlier names.
    pub fn warnings(&self) -> &[String] {
        self.settings.warnings()
    }

    /// Whether others on the network can read what people and programs send.
    pub fn is_plain_on_a_network(&self) -> bool {
        !self.is_https() && !self.listen.ip().to_canonical().is_loopback()
    }

    /// Every setting as a TOML file with the origin of each value, passwords hidden: for `camlock config show`.
    pub fn show(&self) -> String {
        self.settings.show()
    }
}
