//! How a server ends: it says so first, then takes no more connections, then finishes what is open.

use actix_web::dev::{Server, ServerHandle};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Notify;

/// How long connections that were taken last may take to say what they want.
const SETTLE: Duration = Duration::from_millis(500);
static IS_CLOSED: AtomicBool = AtomicBool::new(false);
/// Time for the last line of the log.
const LAST_LINE: Duration = Duration::from_millis(200);

/// Whether this server is about to stop: it still answers, and balancers send their requests elsewhere.
#[derive(Clone, Default)]
pub struct Draining(Arc<Begun>);

#[derive(Default)]
struct Begun {
    is_on: AtomicBool,
    told: Notify,
}

impl Draining {
    pub fn begin(&self) {
        self.0.is_on.store(true, Ordering::Release);
        self.0.told.notify_waiters();
    }

    pub fn is_on(&self) -> bool {
        self.0.is_on.load(Ordering::Acquire)
    }

    /// Returns once it has begun.
    pub async fn begun(&self) {
        let told = self.0.told.notified();
        if !self.is_on() {
            told.await;
        }
    }
}

/// What an operator can ask of a server that runs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Wish {
    /// From a process manager: let balancers notice first.
    Drain,
    /// From a person at a terminal, who waits.
    Stop,
}

/// The signals that end the program.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    quit: Signal,
}

impl Signals {
    /// Listens; from now on none of them ends the program by itself.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
        })
    }

    pub async fn next(&mut self) -> Wish {
        tokio::select! {
            _ = self.terminate.recv() => Wish::Drain,
            _ = self.interrupt.recv() => Wish::Stop,
            _ = self.quit.recv() => Wish::Stop,
        }
    }
}

/// Lets the signals that mean nothing here pass, instead of ending the program.
pub fn ignore_others() -> io::Result<()> {
    for kind in [
        SignalKind::hangup(),
        SignalKind::user_defined1(),
        SignalKind::user_defined2(),
        SignalKind::alarm(),
        SignalKind::pipe(),
        SignalKind::io(),
    ] {
        // What was listened to once has lost its usual effect for good.
        drop(signal(kind)?);
    }
    Ok(())
}

/// How a server is to end.
pub struct Ending {
    pub draining: Draining,
    /// How long it goes on answering after it was asked.
    pub patience: Duration,
    /// Takes no more connections where it listens.
    pub close: Box<dyn Fn()>,
}

/// How a server has ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ended {
    /// What was open was finished.
    Finished,
    /// Whoever asked did not want to wait for that.
    CutOff,
}

/// Runs a server until it is asked to stop and has stopped. A second wish ends it at once.
pub async fn run_until_asked(server: Server, signals: &mut Signals, ending: &Ending) -> io::Result<Ended> {
    let handle = server.handle();
    let mut running = actix_web::rt::spawn(server);
    let mut how = Ended::Finished;
    let ended = tokio::select! {
        ended = &mut running => ended,
        wish = signals.next() => {
            end_in_time();
            ending.draining.begin();
            tokio::select! {
                () = ending.end(&handle, wish) => {}
                _ = signals.next() => {
                    tracing::warn!("asked twice to stop: open requests are cut off");
                    how = Ended::CutOff;
                    handle.stop(false).await;
                }
            }
            running.await
        }
    };
    ended.map_err(io::Error::other)??;
    Ok(how)
}

impl Ending {
    async fn end(&self, handle: &ServerHandle, wish: Wish) {
        if wish == Wish::Drain && !self.patience.is_zero() {
            tracing::info!(
                seconds = self.patience.as_secs(),
                "camlock is about to stop: not ready, still answering"
            );
            tokio::time::sleep(self.patience).await;
            self.close_door();
            handle.pause().await;
            tokio::time::sleep(SETTLE).await;
        }
        handle.stop(true).await;
    }

    /// Takes no more connections, before the framework stops: it cuts off those that it has just taken, and a balancer
    /// does not send a form twice.
    fn close_door(&self) {
        IS_CLOSED.store(true, Ordering::Release);
        (self.close)();
    }
}

/// Whether the port was closed on purpose, which the framework reports as an error.
pub fn is_door_closed() -> bool {
    IS_CLOSED.load(Ordering::Acquire)
}

/// Ends the program when stopping takes longer than it may, whatever hangs.
fn end_in_time() {
    std::thread::spawn(|| {
        std::thread::sleep(super::STOP_PATIENCE);
        tracing::error!("camlock did not stop in time and is ended");
        std::thread::sleep(LAST_LINE);
        std::process::exit(1);
    });
}
