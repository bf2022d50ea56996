//! Joins config, store, vault and clock; starts the server.

mod copy;
mod doors;
mod figures;
mod first;
mod keep;
mod postgres;
mod site;
mod sqlite;
mod token_file;

pub use self::copy::copy_database;
pub use self::doors::{Doors, Handles};
pub use self::first::May;
use self::first::Start;
pub use self::keep::{
    keep_delivering, keep_filled, keep_present, keep_signed, keep_times, keep_touches, keep_usage, sweep,
};
use self::site::Contexts;
use crate::api::ApiContext;
use crate::app::operator;
use crate::app::{App, Failure, Parts, Rules, signed};
use crate::clock::Clock;
use crate::config::{Config, DatabaseUrl, VersitygwConfig};
use crate::courier::{Courier, TrustError};
use crate::domain::policies::{PRESET_OWNER, PolicyId, StoredPolicy};
use crate::domain::policy::preset::PRESETS;
use crate::domain::user::Uin;
use crate::gate::GateContext;
use crate::gate::versitygw::Peer;
use crate::passwords::{Passwords, PasswordsError};
use crate::program;
use crate::random::Random;
use crate::server::{Bounds, Building, Draining, Listener, Pulse};
use crate::store::copy::CopyError;
use crate::store::start_lock::{self, StartLock};
use crate::store::{Conn, StoreError, dialect, meta, migrations, policies};
use crate::vault::{Vault, VaultError};
use crate::web::context::WebContext;
use crate::web::cookies::CookieNames;
use crate::web::session;
use actix_web::dev::Server;
use actix_web::web::Data;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Why Camlock does not start; each is one line for the operator.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("The data directory {path} cannot be used: {source}.")]
    DataDirectory { path: String, source: std::io::Error },
    #[error(
        "The master key file {0} is missing, but there is a database already. Put the key back, or restore a backup with its key."
    )]
    KeyMissing(String),
    #[error(
        "There is no master key file {0}, and the data directory is not empty, so none is made. Put the key there, or start with an empty data directory."
    )]
    KeyNotMade(String),
    #[error(
        "The database {database} is not there, but its master key {key} is. If a volume is not mounted, mount it, or restore a backup. To begin anew with this key, and without the users and keys of the lost database, run once: {name} serve --new-database",
        name = program::name()
    )]
    DatabaseLost { database: String, key: String },
    #[error(
        "The database {0} has 0 bytes: what was in it is lost. Restore a backup, or, to begin anew without its users and keys, run once: {name} serve --new-database",
        name = program::name()
    )]
    DatabaseEmpty(String),
    #[error(
        "The database {0} has no tables. If it is the right one, restore a backup into it. To begin anew, move the file away and run: {name} serve --new-database",
        name = program::name()
    )]
    DatabaseWithoutTables(String),
    #[error(
        "The database {database} has no tables, but the master key {key} is of an earlier start. Check database.url, or restore a backup. To begin anew with this key, and without the users and keys of the lost database, run once: {name} serve --new-database",
        name = program::name()
    )]
    TablesLost { database: String, key: String },
    #[error(
        "{0} was left by a database that is not there, and may hold what it lost. Put it back beside its database, or move it away."
    )]
    Leftover(String),
    #[error("There is no database at {0} yet. To make it, run: {name} serve", name = program::name())]
    NoDatabase(String),
    #[error(
        "The database {0} is of an earlier version. To bring it up to date, run: {name} serve. Make a backup before",
        name = program::name()
    )]
    Earlier(String),
    #[error("The database cannot be used: {0}")]
    Store(#[from] StoreError),
    #[error("The gate token of gate.versitygw_token_file cannot be used: {0}.")]
    GateToken(std::io::Error),
    #[error(transparent)]
    Copy(#[from] CopyError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Passwords(#[from] PasswordsError),
    #[error(transparent)]
    Trust(#[from] TrustError),
    #[error("Camlock cannot start: {0}")]
    App(#[from] Failure),
    #[error("Cannot listen on {address}: {source}.")]
    Listen { address: String, source: std::io::Error },
    #[error("The token file {path} of metrics.token_file cannot be used: {problem}.")]
    MetricsToken { path: String, problem: String },
    #[error("The server stopped: {0}.")]
    Server(#[from] std::io::Error),
}

/// What comes from outside and tests replace.
pub struct Surroundings {
    pub clock: Clock,
    pub random: Random,
    pub passwords: Passwords,
}

impl Surroundings {
    /// The machine's clock and randomness.
    pub fn of_machine() -> Result<Self, StartError> {
        let random = Random::system();
        Ok(Self { clock: Clock::system(), passwords: Passwords::standard(random.clone())?, random })
    }
}

/// Opens data directory, database and vault, and changes of them what it may.
pub fn open(config: &Config, surroundings: Surroundings, may: May) -> Result<App, StartError> {
    begin(config, surroundings, may).map(|(app, _)| app)
}

/// The same; gives also what had to be made for it, as absolute paths.
pub fn begin(
    config: &Config,
    surroundings: Surroundings,
    may: May,
) -> Result<(App, Vec<PathBuf>), StartError> {
    let start = Start { config, surroundings: &surroundings, may };
    if let DatabaseUrl::Sqlite(path) = &config.database.url
        && !start_lock::folder_of(path).exists()
    {
        start.ensure_may_make()?;
    }
    let has_made_directory = may >= May::Make && !config.data_dir.exists();
    if has_made_directory {
        make_data_dir(&config.data_dir)?;
    }
    let lock = StartLock::take(&config.database.url)?;
    let (vault, store, mut made) = match &config.database.url {
        DatabaseUrl::Sqlite(path) => sqlite::prepare(&start, path)?,
        DatabaseUrl::Postgres(_) => postgres::prepare(&start)?,
    };
    // Whoever has another key is sent away before anything is changed.
    store.read_now(|conn| ensure_matches(conn, &vault))?;
    if may == May::Look {
        if !store.read_now(migrations::is_current)? {
            return Err(StartError::Earlier(config.database.url.to_string()));
        }
    } else {
        store.read_now(migrations::run)?;
        operator::fill_in::list_users(&store)?;
        store.write_now(|conn| settle(conn, &vault, surroundings.clock.now()))?;
        store.take_stock();
    }
    drop(lock);
    if has_made_directory {
        made.insert(0, config.data_dir.clone());
    }
    let made = made.iter().map(|path| std::path::absolute(path).unwrap_or_else(|_| path.clone())).collect();
    let rules = Rules {
        session_idle: i64::from(config.session.idle_minutes) * 60,
        session_absolute: i64::from(config.session.absolute_minutes) * 60,
        users_per_account: i64::from(config.limits.users_per_account),
        replay: config.api.replay,
    };
    let courier = Courier::new(&config.webhooks)?;
    let Surroundings { clock, random, passwords } = surroundings;
    let app = App::new(Parts { store, vault, clock, random, passwords, rules, courier })?;
    signed::replay::recall_signed_seconds(&app)?;
    Ok((app, made))
}

/// Waits for a PostgreSQL database that is not up yet, as long as it may come up by itself.
pub fn wait_for_database(config: &Config) -> Result<(), StartError> {
    match &config.database.url {
        DatabaseUrl::Sqlite(_) => Ok(()),
        url @ DatabaseUrl::Postgres(_) => Ok(start_lock::wait_for(url)?),
    }
}

fn make_data_dir(path: &Path) -> Result<(), StartError> {
    let mut builder = std::fs::DirBuilder::new();
    std::os::unix::fs::DirBuilderExt::mode(builder.recursive(true), 0o700);
    let made = builder.create(path);
    made.map_err(|source| StartError::DataDirectory { path: path.display().to_string(), source })
}

/// Refuses a database of another master key; one that has no tables yet belongs to whoever makes them.
fn ensure_matches(conn: &mut Conn, vault: &Vault) -> Result<(), StartError> {
    if migrations::is_untouched(conn)? {
        return Ok(());
    }
    migrations::ensure_readable(conn)?;
    match meta::find(conn, meta::VAULT_CHECK)? {
        Some(check) => Ok(vault.ensure_matches(&check)?),
        None => Ok(()),
    }
}

/// Ties the database to its master key, and brings the preset policies up to date.
fn settle(conn: &mut Conn, vault: &Vault, now: i64) -> Result<(), Failure> {
    dialect::lock_account(conn, Uin(0))?;
    match meta::find(conn, meta::VAULT_CHECK)? {
        Some(check) => vault.ensure_matches(&check)?,
        None => meta::insert(conn, meta::VAULT_CHECK, &vault.check_value()?)?,
    }
    // A newer version may have other ones, and its nodes run beside this one.
    if migrations::is_newer(conn)? {
        return Ok(());
    }
    for preset in PRESETS {
        let stored = StoredPolicy {
            id: PolicyId(preset.id),
            owner_uin: PRESET_OWNER,
            name: preset.name.to_owned(),
            description: preset.description.to_owned(),
            document: preset.document.to_owned(),
            created_at: now,
            updated_at: now,
            created_by: String::new(),
        };
        policies::put_preset(conn, &stored)?;
    }
    Ok(())
}

/// What is known of a server while it runs.
#[derive(Clone, Default)]
pub struct State {
    pub draining: Draining,
    pub pulse: Pulse,
}

/// A server at bound addresses, which says that it is not ready while it drains.
pub fn server(config: &Config, app: &App, doors: Doors, state: State) -> Result<Server, StartError> {
    let is_https = config.is_https();
    let names = CookieNames::new(&config.public_url, &session::key(app)?);
    let context = Data::new(WebContext {
        api_utc_offset: config.api.utc_offset,
        gate_listen: config.gate.listen.clone(),
        csrf_key: app.vault.derive("csrf")?,
        app: app.clone(),
        public_url: config.public_url.clone(),
        security_contact: config.server.security_contact.clone(),
        trusted_proxies: config.server.trusted_proxies.clone(),
        body_timeout: Duration::from_secs(config.server.body_timeout_seconds.into()),
        cookies: names.clone(),
        draining: state.draining,
    });
    // Made once here, so that a failure is a start-up error and not one of a worker.
    session::middleware(app, &names.session, is_https)?;
    let api = Data::new(ApiContext::new(config, app));
    let contexts = Contexts {
        web: context,
        metrics: figures::told(config, app, &api)?,
        metrics_are_apart: doors.metrics.is_some(),
        api,
        gate: Data::new(GateContext::new(config, app)),
        is_https,
        gate_is_apart: doors.gate.is_some(),
    };
    let bounds = Bounds {
        workers: config.server.workers,
        write_patience: Duration::from_secs(config.server.write_timeout_seconds.into()),
        per_address: config.server.connections_per_address as usize,
        exempt: config.server.trusted_proxies.clone(),
        drain: Duration::from_secs(config.server.drain_seconds.into()),
        pulse: state.pulse,
    };
    let peer = config.gate.versitygw.as_ref().map(peer).transpose()?;
    let shared = contexts.clone();
    let mut server = Building::new(bounds).at(Listener::Port(doors.main), move || site::whole(&shared))?;
    if let Some(listener) = doors.gate {
        let shared = contexts.clone();
        server = server.at(listener, move || site::alone(&shared, site::gate(&shared)))?;
    }
    if let (Some(listener), Some(peer)) = (doors.versitygw, peer.map(Data::new)) {
        let shared = contexts.clone();
        server = server.at(listener, move || site::alone(&shared, site::versitygw(&shared, &peer)))?;
    }
    if let Some(listener) = doors.metrics {
        server = server.at(listener, move || site::alone(&contexts, site::figures(&contexts)))?;
    }
    Ok(server.run())
}

fn peer(config: &VersitygwConfig) -> Result<Peer, StartError> {
    let token = token_file::read(&config.token_file).map_err(StartError::GateToken)?;
    Peer::of(config, &token).map_err(|malformed| StartError::GateToken(std::io::Error::other(malformed)))
}
