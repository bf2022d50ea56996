//! Joins config, store, vault and clock; starts the server.

use crate::api::{self, ApiContext};
use crate::app::{App, Failure, Parts, Rules};
use crate::clock::Clock;
use crate::config::{Config, DatabaseUrl, KeySource};
use crate::domain::policy::preset::PRESETS;
use crate::domain::user::Uin;
use crate::passwords::{Passwords, PasswordsError};
use crate::random::Random;
use crate::store::policies::{self, PRESET_OWNER, StoredPolicy};
use crate::store::{Conn, Store, StoreError, dialect, meta, migrations};
use crate::vault::{KeyRing, Vault, VaultError};
use crate::web::context::WebContext;
use crate::web::cookies::CookieNames;
use crate::web::{assets, edge, form, health, routes, session};
use actix_web::dev::Server;
use actix_web::guard::fn_guard;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data};
use actix_web::{App as ActixApp, HttpServer};
use std::net::TcpListener;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;
use tracing_actix_web::TracingLogger;

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
    #[error("The database cannot be used: {0}")]
    Store(#[from] StoreError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Passwords(#[from] PasswordsError),
    #[error("Camlock cannot start: {0}")]
    App(#[from] Failure),
    #[error("Cannot listen on {address}: {source}.")]
    Listen { address: String, source: std::io::Error },
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

/// Opens data directory, database and vault, and brings the schema up to date.
pub fn open(config: &Config, surroundings: Surroundings) -> Result<App, StartError> {
    let is_new = prepare_data_dir(&config.data_dir)?;
    let kept = read_ring(config)?;
    let key_file = || config.vault.key_file.display().to_string();
    if kept.is_none() && !is_new && !has_database(&config.database.url) {
        return Err(StartError::KeyNotMade(key_file()));
    }
    prepare_database(&config.database.url)?;
    let store = Store::open(&config.database.url, config.database.connections)?;
    let is_known = store.read_now(knows_a_key)?;
    let ring = match kept {
        Some(ring) => ring,
        None if is_known => return Err(StartError::KeyMissing(key_file())),
        None if is_new => KeyRing::generate(&config.vault.key_file, &surroundings.random)?,
        None => return Err(StartError::KeyNotMade(key_file())),
    };
    let vault = Vault::new(ring, surroundings.random.clone());
    store.read_now(migrations::run)?;
    store.write_now(|conn| settle(conn, &vault, surroundings.clock.now()))?;
    let rules = Rules {
        session_idle: i64::from(config.session.idle_minutes) * 60,
        session_absolute: i64::from(config.session.absolute_minutes) * 60,
        users_per_account: i64::from(config.limits.users_per_account),
        replay: config.api.replay,
    };
    let Surroundings { clock, random, passwords } = surroundings;
    Ok(App::new(Parts { store, vault, clock, random, passwords, rules })?)
}

/// Whether the directory held nothing before.
fn prepare_data_dir(path: &Path) -> Result<bool, StartError> {
    let refused = |source| StartError::DataDirectory { path: path.display().to_string(), source };
    if !path.exists() {
        let mut builder = std::fs::DirBuilder::new();
        std::os::unix::fs::DirBuilderExt::mode(builder.recursive(true), 0o700);
        builder.create(path).map_err(refused)?;
    }
    let mut entries = std::fs::read_dir(path).map_err(refused)?;
    // A fresh volume is empty all the same.
    Ok(entries.all(|entry| entry.is_ok_and(|entry| entry.file_name() == "lost+found")))
}

/// The key ring, or none where the data directory has no key file.
fn read_ring(config: &Config) -> Result<Option<KeyRing>, StartError> {
    let path = &config.vault.key_file;
    match config.vault.key_source {
        KeySource::SystemdCredential => Ok(Some(KeyRing::read_credential(path)?)),
        KeySource::DataDirectory if !path.exists() => Ok(None),
        KeySource::Named | KeySource::DataDirectory => Ok(Some(KeyRing::read(path)?)),
    }
}

fn has_database(url: &DatabaseUrl) -> bool {
    match url {
        DatabaseUrl::Sqlite(path) => path.exists(),
        DatabaseUrl::Postgres(_) => true,
    }
}

/// Makes a new SQLite file readable by its owner alone; the files beside it inherit that.
fn prepare_database(url: &DatabaseUrl) -> Result<(), StartError> {
    let DatabaseUrl::Sqlite(path) = url else { return Ok(()) };
    let made = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match made {
        Err(source) if source.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(StartError::DataDirectory { path: path.display().to_string(), source })
        }
        _ => Ok(()),
    }
}

/// Whether the database was in use before, under some key.
fn knows_a_key(conn: &mut Conn) -> Result<bool, StoreError> {
    if migrations::is_untouched(conn)? {
        return Ok(false);
    }
    Ok(meta::find(conn, meta::VAULT_CHECK)?.is_some())
}

/// Ties the database to its master key, and brings the preset policies up to date.
fn settle(conn: &mut Conn, vault: &Vault, now: i64) -> Result<(), Failure> {
    dialect::lock_account(conn, Uin(0))?;
    match meta::find(conn, meta::VAULT_CHECK)? {
        Some(check) => vault.ensure_matches(&check)?,
        None => meta::insert(conn, meta::VAULT_CHECK, &vault.check_value()?)?,
    }
    for preset in PRESETS {
        let stored = StoredPolicy {
            id: preset.id,
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

/// Binds the address that the operator set.
pub fn listen(config: &Config) -> Result<TcpListener, StartError> {
    TcpListener::bind(config.listen)
        .map_err(|source| StartError::Listen { address: config.listen.to_string(), source })
}

/// A server on a bound address; it stops gracefully on SIGTERM and SIGINT.
pub fn server(config: &Config, app: &App, listener: TcpListener) -> Result<Server, StartError> {
    let is_https = config.is_https();
    let names = CookieNames::new(is_https);
    let context = Data::new(WebContext {
        csrf_key: app.vault.derive("csrf")?,
        app: app.clone(),
        public_url: config.public_url.clone(),
        trusted_proxies: config.server.trusted_proxies.clone(),
        body_timeout: Duration::from_secs(config.server.body_timeout_seconds.into()),
        cookies: names,
    });
    // Made once here, so that a failure is a start-up error and not one of a worker.
    session::middleware(app, names.session, is_https)?;
    let api_context = Data::new(ApiContext::new(config));
    let build = move || {
        let sessions = session::middleware(&context.app, names.session, is_https)
            .unwrap_or_else(|_| unreachable!("the same key was derived at start"));
        ActixApp::new()
            .app_data(context.clone())
            .app_data(api_context.clone())
            .wrap(from_fn(edge::finish))
            .wrap(TracingLogger::<crate::telemetry::RequestSpan>::new())
            .route("/", web::route().guard(fn_guard(api::dispatch::is_call)).to(api::dispatch::answer))
            .route("/healthz", web::route().guard(routes::reading()).to(health::healthz))
            .route("/readyz", web::route().guard(routes::reading()).to(health::readyz))
            .route("/static/{name}", web::route().guard(routes::reading()).to(assets::serve))
            .service(
                web::scope("")
                    .wrap(sessions)
                    .wrap(from_fn(form::arrive))
                    .wrap(from_fn(edge::refuse_impostors))
                    .configure(routes::configure)
                    .default_service(web::to(routes::nowhere)),
            )
    };
    let mut server = HttpServer::new(build)
        .worker_max_blocking_threads(8)
        .client_request_timeout(Duration::from_secs(10))
        .shutdown_timeout(20)
        .listen(listener)?;
    if config.server.workers > 0 {
        server = server.workers(config.server.workers);
    }
    Ok(server.run())
}

/// Removes what has run out, once a minute, for as long as the server runs.
pub async fn sweep(app: App) {
    let mut every = tokio::time::interval(Duration::from_secs(60));
    loop {
        every.tick().await;
        if let Err(failure) = app.sweep().await {
            tracing::warn!(error = %failure, "what has run out could not be removed");
        }
    }
}

/// Fills in what a migration left to be computed, and what nodes of an older version add, for as long as the server runs.
pub async fn keep_filled(app: App) {
    loop {
        let has_more = app.fill_in().await.unwrap_or_else(|failure| {
            tracing::warn!(error = %failure, "what a migration left could not be filled in yet");
            false
        });
        // Writers of this and other nodes come in between.
        let pause = if has_more { Duration::from_millis(50) } else { Duration::from_secs(60) };
        tokio::time::sleep(pause).await;
    }
}

/// Writes down twice a second when keys were used, for as long as the server runs.
pub async fn keep_usage(app: App) {
    let mut every = tokio::time::interval(Duration::from_millis(500));
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        if let Err(failure) = app.flush_usage().await {
            tracing::warn!(error = %failure, "the use of keys could not be written down yet");
        }
    }
}
