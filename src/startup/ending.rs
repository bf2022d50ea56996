//! The end of the process, at the latest: work that never ends does not keep it.

use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// Seconds after the signal to stop.
const LIMIT: Duration = Duration::from_secs(20);

/// Ends the process when the signal to stop came and the orderly way out takes too long; waits for ever.
pub async fn keep_short() {
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    // A thread of its own, as the runtime may be what does not end.
    std::thread::spawn(|| {
        std::thread::sleep(LIMIT);
        tracing::error!("work is still open after the time for stopping; camlock ends without it");
        std::process::exit(1);
    });
    std::future::pending().await
}
