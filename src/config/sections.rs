//! The settings in groups, as the file groups them.

use std::net::SocketAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use time::UtcOffset;

use super::database::DatabaseUrl;
use super::error::ConfigError;
use super::settings::Settings;
use super::values;
use crate::domain::key::SecretId;

/// Where the data is kept.
#[derive(Debug)]
pub struct DatabaseConfig {
    pub url: DatabaseUrl,
    pub connections: u32,
}

/// Where the master key is kept.
#[derive(Debug)]
pub struct VaultConfig {
    pub key_file: PathBuf,
    pub key_source: KeySource,
}

/// Who chose the key file; only a file in the data directory is made at the first start.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeySource {
    DataDirectory,
    Named,
    SystemdCredential,
}

/// How the log looks and how much is in it.
#[derive(Clone, Debug)]
pub struct LogConfig {
    pub format: LogFormat,
    pub level: String,
}

/// For people or for programs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LogFormat {
    Text,
    Json,
}

/// How the API treats its callers.
#[derive(Debug)]
pub struct ApiConfig {
    pub replay: Replay,
    /// Calls of one reading action that one identity may make in a second before they wait.
    pub reads_per_second: u32,
    /// The same for an action that changes something.
    pub changes_per_second: u32,
    /// What times in answers are ahead of UTC.
    pub utc_offset: UtcOffset,
}

/// Which API requests are good only once.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Replay {
    Writes,
    All,
    Off,
}

/// Where the gate listens, when not beside the console alone.
#[derive(Debug)]
pub struct GateConfig {
    pub listen: Option<OwnAddress>,
    pub versitygw: Option<VersitygwConfig>,
}

/// Where the S3 gateway versitygw asks, and how it is known.
#[derive(Debug)]
pub struct VersitygwConfig {
    pub socket: OwnAddress,
    /// The file with the gate token that says what it may ask about.
    pub token_file: PathBuf,
    /// The key with which it signs its questions.
    pub secret_id: SecretId,
}

/// An address of something's own.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum OwnAddress {
    Port(SocketAddr),
    /// A socket of this machine, written `unix:/run/camlock/gate.sock`.
    Socket(PathBuf),
}

/// Where figures are told; nowhere, when neither is set.
#[derive(Debug)]
pub struct MetricsConfig {
    /// Beside the console, when not set.
    pub listen: Option<OwnAddress>,
    /// Holds what whoever asks has to show.
    pub token_file: Option<PathBuf>,
}

/// How long somebody stays signed in.
#[derive(Debug)]
pub struct SessionConfig {
    pub idle_minutes: u32,
    pub absolute_minutes: u32,
}

/// What the HTTP server allows.
#[derive(Debug)]
pub struct ServerConfig {
    /// Zero means one for each core.
    pub workers: usize,
    /// The proxies whose word on the address of clients is believed.
    pub trusted_proxies: Vec<IpNet>,
    pub body_timeout_seconds: u32,
    pub body_limit_kib: u32,
    /// How long a client may take nothing of its answer.
    pub write_timeout_seconds: u32,
    /// Zero means any number.
    pub connections_per_address: u32,
    /// How long a server that is to stop goes on answering, so that balancers notice.
    pub drain_seconds: u32,
    /// Where to report a hole in this installation; empty when nobody said.
    pub security_contact: String,
}

/// How much one account may hold.
#[derive(Debug)]
pub struct LimitsConfig {
    pub users_per_account: u32,
}

/// Where webhooks may go, and whom they trust.
#[derive(Clone, Debug, Default)]
pub struct WebhooksConfig {
    /// Whether private addresses and plain HTTP are allowed.
    pub allow_private: bool,
    /// Certificates of authorities that are trusted beside those of the system.
    pub ca_file: Option<PathBuf>,
}

impl WebhooksConfig {
    pub(super) fn read(settings: &Settings) -> Result<Self, ConfigError> {
        Ok(Self {
            allow_private: settings
                .read("webhooks.allow_private", values::choice(&[("true", true), ("false", false)]))?,
            ca_file: settings.read("webhooks.ca_file", values::path_if_any)?,
        })
    }
}

impl LimitsConfig {
    pub(super) fn read(settings: &Settings) -> Result<Self, ConfigError> {
        Ok(Self {
            users_per_account: settings.read("limits.users_per_account", values::number(1..=10_000_000))?,
        })
    }
}

impl DatabaseConfig {
    pub(super) fn read(settings: &Settings) -> Result<Self, ConfigError> {
        Ok(Self {
            url: settings.read("database.url", DatabaseUrl::parse)?,
            connections: settings.read("database.connections", values::number(1..=1000))?,
        })
    }
}

impl LogConfig {
    pub(super) fn read(settings: &Settings) -> Result<Self, ConfigError> {
        let formats = [("text", LogFormat::Text), ("json", LogFormat::Json)];
        Ok(Self {
            format: settings.read("log.format", values::choice(&formats))?,
            level: settings.read("log.level", values::log_level)?,
        })
    }
}

impl ApiConfig {
    pub(super) fn read(settings: &Settings) -> Result<Self, ConfigError> {
        let replays = [("writes", Replay::Writes), ("all", Replay::All), ("off", Replay::Off)];
        Ok(Self {
            replay: settings.read("api.replay", values::choice(&replays))?,
            reads_per_second: settings.read("api.reads_per_second", values::number(1..=1_000_000))?,
            changes_per_second: settings.read("api.changes_per_second", values::number(1..=1_000_000))?,
            utc_offset: settings.read("api.utc_offset", values::utc_offset)?,
        })
    }
}

impl GateConfig {
    pub(super) fn read(settings: &Settings) -> Result<Self, ConfigError> {
        Ok(Self {
            listen: settings.read("gate.listen", values::own_address)?,
            versitygw: VersitygwConfig::read(settings)?,
        })
    }
}

impl MetricsConfig {
    pub(super) fn read(settings: &Settings) -> Result<Self, ConfigError> {
        Ok(Self {
            listen: settings.read("metrics.listen", values::own_address)?,
            token_file: settings.read("metrics.token_file", values::path_if_any)?,
        })
    }
}

impl VersitygwConfig {
    fn read(settings: &Settings) -> Result<Option<Self>, ConfigError> {
        let socket = settings.read("gate.versitygw_socket", values::socket)?;
        let token_file = settings.read("gate.versitygw_token_file", values::path_if_any)?;
        let secret_id = settings.read("gate.versitygw_secret_id", values::secret_id)?;
        match (socket, token_file, secret_id) {
            (Some(socket), Some(token_file), Some(secret_id)) => {
                Ok(Some(Self { socket, token_file, secret_id }))
            }
            (None, None, None) => Ok(None),
            _ => {
                let problem = "goes together with gate.versitygw_token_file and gate.versitygw_secret_id: set all three or none";
                Err(settings.wrong("gate.versitygw_socket", problem.to_owned()))
            }
        }
    }
}

impl SessionConfig {
    pub(super) fn read(settings: &Settings) -> Result<Self, ConfigError> {
        let idle_minutes = settings.read("session.idle_minutes", values::number(1..=1440))?;
        let absolute_minutes = settings.read("session.absolute_minutes", values::number(1..=43_200))?;
        if absolute_minutes < idle_minutes {
            let problem =
                format!("{absolute_minutes} is less than session.idle_minutes, which is {idle_minutes}");
            return Err(settings.wrong("session.absolute_minutes", problem));
        }
        Ok(Self { idle_minutes, absolute_minutes })
    }
}

impl ServerConfig {
    pub(super) fn read(settings: &Settings) -> Result<Self, ConfigError> {
        Ok(Self {
            workers: settings.read("server.workers", values::number(0..=1024))? as usize,
            trusted_proxies: settings.read("server.trusted_proxies", values::networks)?,
            body_timeout_seconds: settings.read("server.body_timeout_seconds", values::number(1..=600))?,
            body_limit_kib: settings.read("server.body_limit_kib", values::number(64..=102_400))?,
            write_timeout_seconds: settings.read("server.write_timeout_seconds", values::number(1..=600))?,
            connections_per_address: settings
                .read("server.connections_per_address", values::number(0..=1_000_000))?,
            drain_seconds: settings.read("server.drain_seconds", values::number(0..=15))?,
            security_contact: settings.read("server.security_contact", values::contact)?,
        })
    }
}
