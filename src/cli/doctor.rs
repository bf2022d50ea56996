//! `camlock health` and `camlock doctor`: is it up, and is everything in place.

use super::{CliError, say};
use crate::app::operator;
use crate::config::{Config, Replay};
use crate::startup::{self, May, Surroundings};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(3);

/// Asks the running server; says nothing when it is up.
pub(super) fn health(config: &Config) -> Result<(), CliError> {
    let down =
        |error: std::io::Error| CliError::Said(format!("Nothing answers at {}: {error}.", config.listen));
    let status = status_of(config.listen, "/readyz").map_err(down)?;
    if status == 200 {
        Ok(())
    } else {
        Err(CliError::Said(format!("The server answers {status}: it is not ready.")))
    }
}

fn status_of(address: SocketAddr, path: &str) -> std::io::Result<u16> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(4096).read_to_string(&mut answer)?;
    let status = answer.split_whitespace().nth(1).and_then(|text| text.parse().ok());
    status.ok_or_else(|| std::io::Error::other("that is not an HTTP server"))
}

/// Checks one thing after the other and says what is wrong with each.
pub(super) fn doctor(config: &Config) -> Result<(), CliError> {
    let opened = startup::open(config, Surroundings::of_machine()?, May::Look);
    let mut findings = vec![
        ("settings", Ok("read and sound".to_owned())),
        ("public URL", public_url(config)),
        ("proxy", proxy(config)),
        (
            "data, database and master key",
            opened.as_ref().map(|app| app.vault.fingerprint()).map_err(ToString::to_string),
        ),
    ];
    if let Ok(app) = &opened {
        findings.push(("accounts", accounts(app)));
        findings.push(("clock", clock(app)));
        findings.push(("copied requests", copied_requests(config, app)));
        findings.push(("nodes", nodes(app)));
    }
    let failed = findings.iter().filter(|(_, finding)| finding.is_err()).count();
    for (name, finding) in &findings {
        match finding {
            Ok(text) => say(&format!("ok    {name}: {text}"))?,
            Err(text) => say(&format!("fix   {name}: {text}"))?,
        }
    }
    if failed == 0 {
        Ok(())
    } else {
        Err(CliError::Said(format!("{failed} of {} checks need a look.", findings.len())))
    }
}

type Finding = Result<String, String>;

fn public_url(config: &Config) -> Finding {
    if !config.is_plain_on_a_network() {
        return Ok(config.public_url.to_string());
    }
    Err(format!(
        "{} is plain HTTP on a network (listen is {}): whoever is on it can read passwords and sessions. Put TLS in front and set public_url to https://…",
        config.public_url, config.listen
    ))
}

fn proxy(config: &Config) -> Finding {
    if config.is_https() && config.server.trusted_proxies.is_empty() {
        return Err(
            "server.trusted_proxies is empty: every client will seem to come from the proxy.".to_owned()
        );
    }
    Ok("addresses are believed as configured".to_owned())
}

fn accounts(app: &crate::app::App) -> Finding {
    match app.store.read_now(crate::store::accounts::first_two) {
        Ok(found) if found.is_empty() => Err(format!(
            "there is none yet. Run `{} setup-url` and open the address.",
            crate::program::name()
        )),
        Ok(_) => Ok("set up".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// What a signed request that somebody reads on its way may still be used for.
fn copied_requests(config: &Config, app: &crate::app::App) -> Finding {
    if config.api.replay == Replay::Off {
        return Err(
            "api.replay is off: whoever reads a signed request can send it again, as any action.".to_owned()
        );
    }
    let nodes = operator::nodes::running_nodes(app).map_err(|error| error.to_string())?.len();
    if config.is_https() || config.api.replay == Replay::All {
        return Ok(format!("no one can read them, or each counts once; {nodes} running"));
    }
    if nodes > 1 {
        return Err(format!(
            "{nodes} nodes run and public_url is plain HTTP: a read that somebody copies on its way to one node can be sent as \
             a change to another. Put TLS in front, or have accounts want X-TC-Action signed."
        ));
    }
    if nodes == 0 {
        return Ok("plain HTTP, and no server runs now".to_owned());
    }
    Ok("plain HTTP and one node: a copy serves nothing, but for reads of the last half second before a kill"
        .to_owned())
}

/// Who runs on the database.
fn nodes(app: &crate::app::App) -> Finding {
    let running = operator::nodes::running_nodes(app).map_err(|error| error.to_string())?;
    let now = app.clock.now();
    let told = running.iter().map(|node| {
        let schema = node.schema_version.map_or("unknown".to_owned(), |version| version.to_string());
        let lag = node.lag_ms.map_or("unknown".to_owned(), |lag| format!("{lag} ms"));
        format!(
            "{} (version {}, schema {schema}, seen {} s ago, database answers in {lag})",
            node.address.as_deref().unwrap_or(&node.id),
            node.version,
            now - node.seen_at
        )
    });
    let told: Vec<String> = told.collect();
    Ok(if told.is_empty() { "none runs".to_owned() } else { told.join("; ") })
}

/// A factor used in a step that is still to come means that the clock was ahead then, or is behind now.
fn clock(app: &crate::app::App) -> Finding {
    let now = app.clock.now();
    let latest =
        app.store.read_now(crate::store::totp_devices::latest_step).map_err(|error| error.to_string())?;
    match latest {
        Some(step) if step > now / 30 + 2 => {
            Err("a code of a later time was used already: the clock was ahead then, or is behind now."
                .to_owned())
        }
        _ => difference(app, now),
    }
}

/// Several nodes agree on what has run out only if their clocks do.
fn difference(app: &crate::app::App, now: i64) -> Finding {
    let difference = operator::nodes::clock_difference(app).map_err(|error| error.to_string())?;
    match difference {
        Some(ms) if ms.abs() > 2_000 => Err(format!(
            "the clock of this machine and that of the database differ by {} s; keep both in time (NTP).",
            ms.abs() / 1_000
        )),
        Some(ms) => Ok(format!("{}, {} ms from that of the database", crate::clock::readable(now), ms.abs())),
        None => Ok(crate::clock::readable(now)),
    }
}
