//! `camlock report`: the credential report of an account, beside a running server or without one.

use super::{CliError, steward};
use crate::app::reports::Parts;
use crate::app::reports::credential_report::operator_report;
use crate::config::Config;
use crate::domain::export::Format;
use crate::startup::{self, May, Surroundings};
use clap::Args;
use std::fs::OpenOptions;
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub(super) struct Wanted {
    /// The account's UIN.
    #[arg(long, value_name = "UIN")]
    owner: String,
    #[arg(long, default_value = "csv", value_name = "csv|json")]
    format: String,
    /// Where to write it, readable by its owner alone; standard output when it is not said.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) async fn run(config: &Config, wanted: Wanted) -> Result<(), CliError> {
    let format = Format::from_name(&wanted.format)
        .ok_or_else(|| CliError::Said("The format is csv or json.".to_owned()))?;
    let app = startup::open(config, Surroundings::of_machine()?, May::Migrate)?;
    let by = steward(&app, &wanted.owner).await?;
    let mut out = opened(wanted.output.as_deref())?;
    let mut report = operator_report(&app, &by, format).await?;
    while let Some(text) = report.next_part().await? {
        out.write_all(text.as_bytes())?;
    }
    Ok(out.flush()?)
}

fn opened(file: Option<&Path>) -> Result<Box<dyn Write>, CliError> {
    let Some(file) = file else { return Ok(Box::new(BufWriter::new(std::io::stdout()))) };
    let made = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(file);
    let made = made.map_err(|error| {
        CliError::Said(format!("The file {} cannot be written: {error}.", file.display()))
    })?;
    Ok(Box::new(BufWriter::new(made)))
}
