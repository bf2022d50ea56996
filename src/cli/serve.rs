//! `camlock serve`: from the first look at the database to the last line of the log.

use super::{CliError, opened, print_setup_url};
use crate::app::{App, canaries, gate, keys, operator, sign_in};
use crate::config::Config;
use crate::server::{self, Ended, Ending, Pulse, ServiceManager, Signals};
use crate::startup::{self, Doors, Handles, May, StartError, State};
use crate::{program, telemetry};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;

/// Runs the server until it is asked to stop.
pub(super) async fn run(config: Config, new_database: bool) -> Result<(), CliError> {
    telemetry::init(&config.log)?;
    server::ignore_others().map_err(StartError::from)?;
    let mut signals = Signals::listen().map_err(StartError::from)?;
    for warning in config.warnings() {
        tracing::warn!(setting = %warning, "a setting has a new name");
    }
    let config = Arc::new(config);
    let opening = tokio::task::spawn_blocking({
        let config = Arc::clone(&config);
        let may = if new_database { May::Replace } else { May::Make };
        move || {
            startup::wait_for_database(&config)?;
            opened(&config, may)
        }
    });
    let app = tokio::select! {
        app = opening => app.map_err(|error| StartError::Server(std::io::Error::other(error)))??,
        _ = signals.next() => {
            tracing::info!("camlock was stopped before it had started");
            return Ok(());
        }
    };
    serve(&config, &app, &mut signals).await
}

async fn serve(config: &Config, app: &App, signals: &mut Signals) -> Result<(), CliError> {
    let doors = Doors::bind(config)?;
    let address = doors.main.local_addr()?;
    announce(config, address);
    let (state, manager) = (State::default(), ServiceManager::of_environment());
    let ending = Ending {
        draining: state.draining.clone(),
        patience: Duration::from_secs(config.server.drain_seconds.into()),
        close: closing(doors.handles()?),
    };
    let server = startup::server(config, app, doors, state.clone())?;
    manager.tell_ready();
    let tasks = [
        actix_web::rt::spawn(startup::sweep(app.clone())),
        actix_web::rt::spawn(startup::keep_times(app.clone())),
        actix_web::rt::spawn(startup::keep_filled(app.clone())),
        actix_web::rt::spawn(startup::keep_usage(app.clone())),
        actix_web::rt::spawn(startup::keep_touches(app.clone())),
        actix_web::rt::spawn(startup::keep_signed(app.clone())),
        actix_web::rt::spawn(startup::keep_present(app.clone(), address)),
    ];
    let delivering = actix_web::rt::spawn(startup::keep_delivering(app.clone(), state.draining.clone()));
    if !sign_in::door(app).await?.is_set_up
        && let Err(failure) = print_setup_url(config, app)
    {
        let command = format!("{} setup-url", program::name());
        tracing::warn!(error = %failure, command, "the setup address could not be printed; this command prints one");
    }
    let ended = tokio::select! {
        ended = server::run_until_asked(server, signals, &ending) => ended,
        () = watched(&manager, &state.pulse) => Ok(Ended::Finished),
    };
    manager.tell_stopping();
    state.draining.begin();
    if !matches!(ended, Ok(Ended::CutOff)) {
        finish(delivering, signals).await;
    }
    tasks.iter().for_each(JoinHandle::abort);
    write_down(app).await;
    ended.map_err(StartError::from)?;
    tracing::info!("camlock has stopped");
    Ok(())
}

/// Waits for messages that are under way, unless somebody does not want to wait.
async fn finish(delivering: JoinHandle<()>, signals: &mut Signals) {
    let delivered = tokio::select! {
        delivered = delivering => delivered,
        _ = signals.next() => return,
    };
    if let Err(error) = delivered {
        tracing::warn!(%error, "messages to webhooks ended early");
    }
}

/// Never ends.
async fn watched(manager: &ServiceManager, pulse: &Pulse) {
    manager.keep_watched(pulse).await;
    std::future::pending::<()>().await;
}

fn closing(handles: Handles) -> Box<dyn Fn()> {
    Box::new(move || handles.close())
}

fn announce(config: &Config, address: SocketAddr) {
    tracing::info!(%address, public_url = %config.public_url, database = %config.database.url, "camlock is listening");
    if config.is_plain_on_a_network() {
        tracing::warn!(
            %address,
            "plain HTTP on a network: whoever is on it can read passwords and sessions; put TLS in front and set \
             public_url to https://"
        );
    }
}

/// Keeps what is in memory alone.
async fn write_down(app: &App) {
    if let Err(failure) = keys::usage::flush_usage(app).await {
        tracing::warn!(error = %failure, "the last uses of keys were not written down");
    }
    if let Err(failure) = gate::tally::flush(app).await {
        tracing::warn!(error = %failure, "the last verdicts of the gate were not counted");
    }
    if let Err(failure) = canaries::touches::flush_touches(app).await {
        tracing::warn!(error = %failure, "the last uses of canary keys were not written down");
    }
    if let Err(failure) = operator::nodes::report_stopped(app).await {
        tracing::warn!(error = %failure, "the other nodes could not be told that this one has stopped");
    }
    app.store.put_away();
}
