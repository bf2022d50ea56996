//! What is told to whoever collects figures, and who that is.

use super::{StartError, token_file};
use crate::api::ApiContext;
use crate::app::{App, keys};
use crate::config::Config;
use crate::metrics::{Facts, Figures, Level};
use crate::store::migrations;
use crate::telemetry;
use crate::web::public::metrics::{MetricsContext, Pass};
use actix_web::web::Data;
use std::path::Path;

/// Fewest characters of a token: whoever guesses one may guess for ever.
const SHORTEST: usize = 16;
const LONGEST: usize = 4_096;

/// Figures, where the operator wants them to be told.
pub(super) fn told(
    config: &Config,
    app: &App,
    api: &Data<ApiContext>,
) -> Result<Option<Data<MetricsContext>>, StartError> {
    let settings = &config.metrics;
    if settings.listen.is_none() && settings.token_file.is_none() {
        return Ok(None);
    }
    let pass = settings.token_file.as_deref().map(pass).transpose()?;
    let figures = Figures::new(Facts {
        metrics: app.metrics.clone(),
        queues: queues(app, api),
        lost_lines: Box::new(telemetry::lost_lines),
        started_at: app.clock.now(),
        schema_version: migrations::newest(),
    });
    Ok(Some(Data::new(MetricsContext { figures, pass })))
}

fn queues(app: &App, api: &Data<ApiContext>) -> Vec<(&'static str, Level)> {
    let (calls, people, noted, store) = (api.clone(), app.passwords.clone(), app.clone(), app.store.clone());
    vec![
        ("rate_limit", Box::new(move || calls.waiting())),
        ("sign_in", Box::new(move || people.waiting())),
        ("usage", Box::new(move || keys::usage::unwritten(&noted))),
        ("database", Box::new(move || store.waiting())),
        ("log", Box::new(telemetry::waiting_lines)),
    ]
}

fn pass(path: &Path) -> Result<Pass, StartError> {
    let wrong = |problem: String| StartError::MetricsToken { path: path.display().to_string(), problem };
    let token = token_file::read(path).map_err(|error| wrong(error.to_string()))?;
    let is_plain = token.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_plain || !(SHORTEST..=LONGEST).contains(&token.len()) {
        return Err(wrong(format!(
            "it does not hold one token of {SHORTEST} to {LONGEST} letters, digits or signs"
        )));
    }
    Ok(Pass::of(&token))
}
