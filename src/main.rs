//! The `camlock` program.

use clap::Parser;
use std::process::ExitCode;

#[actix_web::main]
async fn main() -> ExitCode {
    match camlock::cli::run(camlock::cli::Command::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("camlock: {error}");
            ExitCode::FAILURE
        }
    }
}
