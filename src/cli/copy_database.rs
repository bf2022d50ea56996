//! `camlock copy-database`: into another database, of the same kind or the other.

use super::{CliError, say};
use crate::config::{Config, DatabaseUrl};
use crate::program;
use crate::startup::copy_database;
use crate::store::copy::LogNumbers;
use clap::Args;

/// From where to where.
#[derive(Args)]
pub(super) struct Ends {
    /// The database that is copied; no server may run on it.
    #[arg(long, value_name = "URL")]
    from: String,
    /// An empty database, or a file that is not there.
    #[arg(long, value_name = "URL")]
    to: String,
}

/// Copies, and says what to do next.
pub(super) fn run(config: &Config, ends: &Ends) -> Result<(), CliError> {
    let from = address("--from", &ends.from)?;
    let to = address("--to", &ends.to)?;
    let report = copy_database(config, &from, &to)?;
    for copied in &report.outcome.tables {
        say(&format!("{:>12} rows  {}  {}", copied.digest.rows, copied.digest, copied.table))?;
    }
    say("All tables have the same rows on both sides.")?;
    say(&format!("{} sealed values open with the master key {}.", report.opened, report.fingerprint))?;
    say(&told_of_log(report.outcome.log))?;
    say(&format!("Copied {from} to {to}. What to do next:"))?;
    say(&format!(
        "1. Set database.url to {to} for every server. The master key stays the same: {}. Machines without it need a copy of that file.",
        config.vault.key_file.display()
    ))?;
    say(&format!("2. Run `{name} doctor`, then `{name} serve`.", name = program::name()))?;
    say(&format!(
        "3. Start no server on {from} any more: what is done there is not in the copy. Keep it until you have a backup of the copy, then delete it."
    ))
}

fn address(option: &str, text: &str) -> Result<DatabaseUrl, CliError> {
    DatabaseUrl::parse(text).map_err(|problem| CliError::Said(format!("{option} {problem}.")))
}

fn told_of_log(log: LogNumbers) -> String {
    match (log.first, log.last) {
        (Some(first), Some(last)) if log.are_whole() => {
            format!("The log is in order: events {first} to {last}, none missing.")
        }
        (Some(first), Some(last)) => format!(
            "The log has {} events with numbers from {first} to {last}, as in the database copied: some were missing there already.",
            log.events
        ),
        _ => "The log is empty.".to_owned(),
    }
}
