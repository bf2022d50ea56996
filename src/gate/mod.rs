//! What other services ask: whether a signed request is genuine and allowed. Nothing here is for browsers.

mod admission;
mod answer;
mod evaluate;
mod ext_authz;
mod forward_auth;
mod opa;
mod openapi;
mod question;
mod questions;
mod signing_key;
mod verify;
pub mod versitygw;

pub use self::answer::nowhere;

use crate::app::App;
use crate::config::Config;
use actix_web::guard;
use actix_web::web::{self, ServiceConfig};
use std::time::Duration;

/// Where all of it is.
pub const ROOT: &str = "/gate";

/// What the operator set about the gate; shared by all workers.
pub struct GateContext {
    app: App,
    /// How long a body may take to arrive.
    body_timeout: Duration,
}

impl GateContext {
    pub fn new(config: &Config, app: &App) -> Self {
        Self {
            app: app.clone(),
            body_timeout: Duration::from_secs(config.server.body_timeout_seconds.into()),
        }
    }
}

/// The routes of the gate.
pub fn configure(config: &mut ServiceConfig) {
    let posted = || web::route().guard(guard::Post());
    config.service(
        web::scope(ROOT)
            .route("/verify", posted().to(verify::answer))
            .route("/forward-auth", web::route().to(forward_auth::answer))
            .route("/ext-authz", web::route().to(ext_authz::answer))
            .route("/ext-authz/{original:.*}", web::route().to(ext_authz::answer))
            .route("/signing-key", posted().to(signing_key::answer))
            .route("/evaluate", posted().to(evaluate::answer))
            .route("/opa", posted().to(opa::answer))
            .route("/openapi.json", web::route().guard(guard::Get()).to(openapi::answer))
            .default_service(web::to(answer::nowhere)),
    );
}
