//! What goes on beside the requests for as long as the server runs.

use crate::app::operator::{self, nodes};
use crate::app::{App, canaries, gate, keys, webhooks};
use crate::server::Draining;
use std::net::SocketAddr;
use std::time::Duration;

/// Removes what has run out, once a minute, for as long as the server runs.
pub async fn sweep(app: App) {
    let mut every = tokio::time::interval(Duration::from_secs(60));
    loop {
        every.tick().await;
        if let Err(failure) = crate::app::session::sweep(&app).await {
            tracing::warn!(error = %failure, "what has run out could not be removed");
        }
    }
}

/// Does what is due at set times, for as long as the server runs.
pub async fn keep_times(app: App) {
    let mut every = tokio::time::interval(Duration::from_secs(10));
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        if let Err(failure) = operator::timed::do_what_is_due(&app).await {
            tracing::warn!(error = %failure, "what is due could not be done yet");
        }
    }
}

/// Sends what webhooks are to be told until the server is about to stop, and ends with what is under way then.
pub async fn keep_delivering(app: App, draining: Draining) {
    let mut every = tokio::time::interval(Duration::from_secs(1));
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = every.tick() => {}
            () = draining.begun() => break,
        }
        let begun = tokio::select! {
            begun = webhooks::outbox::start_due(&app) => begun,
            // What a slow database has not handed out by then is sent by another server.
            () = too_late(&draining) => break,
        };
        if let Err(failure) = begun {
            tracing::warn!(error = %failure, "what webhooks are to be told could not be sent yet");
        }
    }
    webhooks::outbox::finish(&app).await;
}

async fn too_late(draining: &Draining) {
    draining.begun().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
}

/// Fills in what a migration left to be computed, and what nodes of an older version add, for as long as the server runs.
pub async fn keep_filled(app: App) {
    loop {
        let has_more = operator::fill_in::fill_in(&app).await.unwrap_or_else(|failure| {
            tracing::warn!(error = %failure, "what a migration left could not be filled in yet");
            false
        });
        // Writers of this and other nodes come in between.
        let pause = if has_more { Duration::from_millis(50) } else { Duration::from_secs(60) };
        tokio::time::sleep(pause).await;
    }
}

/// A pause after something was written of so many keys: longer with each, so that writing takes the same small part of the time
/// however many there are.
fn pause_after(keys: usize, each: Duration, longest: Duration) -> Duration {
    let more = each.saturating_mul(u32::try_from(keys).unwrap_or(u32::MAX));
    Duration::from_millis(500).saturating_add(more).min(longest)
}

/// Writes down for which seconds keys signed, for as long as the server runs: what a copy is told by after a kill.
pub async fn keep_signed(app: App) {
    loop {
        let written = keys::usage::flush_signed(&app).await.unwrap_or_else(|failure| {
            tracing::warn!(error = %failure, "the seconds for which keys signed could not be written down yet");
            0
        });
        tokio::time::sleep(pause_after(written, Duration::from_millis(1), Duration::from_secs(10))).await;
    }
}

/// Writes down when keys were used, for as long as the server runs.
pub async fn keep_usage(app: App) {
    loop {
        let written = keys::usage::flush_usage(&app).await.unwrap_or_else(|failure| {
            tracing::warn!(error = %failure, "the use of keys could not be written down yet");
            0
        });
        if let Err(failure) = gate::tally::flush(&app).await {
            tracing::warn!(error = %failure, "the verdicts of the gate could not be written down yet");
        }
        tokio::time::sleep(pause_after(written, Duration::from_millis(3), Duration::from_secs(30))).await;
    }
}

/// Writes down who used canaries, for as long as the server runs; an alarm waits for nothing else.
pub async fn keep_touches(app: App) {
    loop {
        if let Err(failure) = canaries::touches::flush_touches(&app).await {
            tracing::warn!(error = %failure, "the uses of canary keys could not be written down yet");
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Tells every ten seconds that this server runs, for as long as it does.
pub async fn keep_present(app: App, address: SocketAddr) {
    let mut every = tokio::time::interval(Duration::from_secs(nodes::SIGN_OF_LIFE));
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        if let Err(failure) = operator::nodes::report_running(&app, address).await {
            tracing::warn!(error = %failure, "the other nodes could not be told that this one runs");
        }
    }
}
