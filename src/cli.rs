//! The command line.

mod admin;
mod copy_database;
mod doctor;
mod gate;
mod key;
mod report;
mod serve;
mod service;
mod table;
mod who_can;

use crate::app::change::steward::Operator;
use crate::app::{App, Failure, account};
use crate::config::{Config, ConfigError, environment};
use crate::domain::user::Uin;
use crate::passwords::PasswordsError;
use crate::startup::{self, May, StartError, Surroundings};
use crate::telemetry::{self, TelemetryError};
use clap::{Parser, Subcommand};
use std::io::Write;
use std::path::PathBuf;

/// Camlock: a self-hosted access-key console and request authority.
#[derive(Parser)]
#[command(name = "camlock", version, about)]
pub struct Command {
    /// The settings file; `camlock.toml` when it exists and none is named.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Run the server.
    Serve {
        /// Begin anew where the database is lost; one that holds anything is served as it is.
        #[arg(long)]
        new_database: bool,
    },
    /// Print a new one-time address for the first-run setup.
    SetupUrl,
    /// Look at the settings.
    #[command(subcommand)]
    Config(ConfigAction),
    /// Make root accounts and let people in again.
    #[command(subcommand)]
    Admin(admin::AdminAction),
    /// Take in or disable API keys.
    #[command(subcommand)]
    Key(key::KeyAction),
    /// Say what policies speak about beyond users and keys.
    #[command(subcommand)]
    Service(service::ServiceAction),
    /// Say who may ask the gate.
    #[command(subcommand)]
    Gate(gate::GateAction),
    /// Print the users that may do something.
    WhoCan(who_can::Question),
    /// Write the credential report of an account: one row for each user, never a secret.
    Report(report::Wanted),
    /// Copy a whole database into another, such as SQLite into PostgreSQL.
    CopyDatabase(copy_database::Ends),
    /// Ask a running server whether it is up; exits with 1 when it is not.
    Health,
    /// Check everything that the server needs.
    Doctor,
}

#[derive(Subcommand)]
enum ConfigAction {
    /// Read all settings and say what is wrong with them.
    Check,
    /// Print every setting with where it comes from; passwords are hidden.
    Show,
}

/// Why a command did not do its work: one line for the operator.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Telemetry(#[from] TelemetryError),
    #[error(transparent)]
    Passwords(#[from] PasswordsError),
    #[error("{}", in_words(.0))]
    Action(#[from] Failure),
    #[error("{0}")]
    Said(String),
    #[error("nothing could be written: {0}")]
    Output(#[from] std::io::Error),
}

/// Does what the command line says.
pub async fn run(command: Command) -> Result<(), CliError> {
    let config = Config::load(command.config.as_deref(), environment())?;
    match command.action {
        Action::Serve { new_database } => serve::run(config, new_database).await,
        Action::SetupUrl => setup_url(&config),
        Action::Config(ConfigAction::Check) => check_settings(&config),
        Action::Config(ConfigAction::Show) => say(&config.show()),
        Action::Admin(action) => admin::run(&config, action).await,
        Action::Key(action) => key::run(&config, action).await,
        Action::Service(action) => service::run(&config, action).await,
        Action::Gate(action) => gate::run(&config, action).await,
        Action::WhoCan(question) => who_can::run(&config, question).await,
        Action::Report(wanted) => report::run(&config, wanted).await,
        Action::CopyDatabase(ends) => copy_database::run(&config, &ends),
        Action::Health => doctor::health(&config),
        Action::Doctor => doctor::doctor(&config),
    }
}

fn check_settings(config: &Config) -> Result<(), CliError> {
    for warning in config.warnings() {
        say(&format!("{warning}."))?;
    }
    say("The settings are sound.")
}

fn setup_url(config: &Config) -> Result<(), CliError> {
    print_setup_url(config, &opened(config, May::Make)?)
}

/// Opens everything, and says on standard error what had to be made.
fn opened(config: &Config, may: May) -> Result<App, CliError> {
    let (app, made) = startup::begin(config, Surroundings::of_machine()?, may)?;
    for path in made {
        telemetry::tell(&format!("Made {}", path.display()));
    }
    Ok(app)
}

/// The address stands alone on a line of standard output, never in the log.
fn print_setup_url(config: &Config, app: &App) -> Result<(), CliError> {
    let token = account::setup::new_setup_token(app)?;
    telemetry::tell("Open this address within an hour to create the root account:");
    telemetry::flush();
    say(&config.public_url.link(&format!("/setup?token={token}")))
}

fn say(text: &str) -> Result<(), CliError> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

/// The operator, for the account of that UIN.
async fn steward(app: &App, owner: &str) -> Result<Operator, CliError> {
    let owner = Uin::parse(owner).map_err(|error| CliError::Said(error.to_string()))?;
    Operator::of(app, owner).await.map_err(|failure| told(failure, "There is no account of this UIN."))
}

/// A failure in words, with those for what is not there.
fn told(failure: Failure, missing: &str) -> CliError {
    match failure {
        Failure::NotFound => CliError::Said(missing.to_owned()),
        other => other.into(),
    }
}

/// A failure as the operator reads it: of fields that do not fit, each with what is wrong with it.
fn in_words(failure: &Failure) -> String {
    match failure {
        Failure::Invalid(errors) => {
            let each = errors.iter().map(|error| format!("{}: {}", error.field, error.text));
            each.collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    }
}
