//! Tells the service manager how the server is: systemd's `sd_notify`, which is a datagram for each word.

use super::pulse::Pulse;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

/// Who started the program and wants to hear of it; nobody, where it was started by hand.
pub struct ServiceManager {
    way: Option<(UnixDatagram, SocketAddr)>,
    /// How long it waits for a sign of life before it restarts the server.
    patience: Option<Duration>,
}

impl ServiceManager {
    /// As `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID` say.
    pub fn of_environment() -> Self {
        let read = |name| std::env::var(name).ok();
        let way = read("NOTIFY_SOCKET").and_then(|name| way_to(&name).ok());
        let is_ours = read("WATCHDOG_PID").is_none_or(|pid| pid == std::process::id().to_string());
        let patience = read("WATCHDOG_USEC").and_then(|text| text.parse().ok()).map(Duration::from_micros);
        Self { way, patience: patience.filter(|_| is_ours) }
    }

    /// Connections are taken from now on.
    pub fn tell_ready(&self) {
        self.tell("READY=1");
    }

    /// What is open is finished, and nothing more is taken.
    pub fn tell_stopping(&self) {
        self.tell("STOPPING=1");
    }

    /// Gives signs of life, three in the time that is waited for one, as long as every worker goes round.
    pub async fn keep_watched(&self, pulse: &Pulse) {
        let Some(patience) = self.patience.filter(|_| self.way.is_some()) else { return };
        let mut every = tokio::time::interval(patience / 3);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            every.tick().await;
            if pulse.has_gone_on() {
                self.tell("WATCHDOG=1");
            } else {
                tracing::warn!(
                    "a worker does not go round; the service manager is not told that all is well"
                );
            }
        }
    }

    fn tell(&self, word: &str) {
        let Some((socket, address)) = &self.way else { return };
        if let Err(error) = socket.send_to_addr(word.as_bytes(), address) {
            tracing::warn!(%error, word, "the service manager could not be told");
        }
    }
}

/// A name that begins with `@` is none of the file system.
fn way_to(name: &str) -> std::io::Result<(UnixDatagram, SocketAddr)> {
    let address = match name.strip_prefix('@') {
        Some(name) => SocketAddr::from_abstract_name(name)?,
        None => SocketAddr::from_pathname(name)?,
    };
    Ok((UnixDatagram::unbound()?, address))
}
