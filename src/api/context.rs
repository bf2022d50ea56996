//! What all calls share.

use super::pace::Pace;
use crate::app::App;
use crate::config::Config;
use crate::times::Times;
use ipnet::IpNet;
use std::time::Duration;

/// What the operator set about the API; shared by all workers.
pub struct ApiContext {
    pub(super) app: App,
    /// Proxies whose word on the address of clients is believed.
    pub(super) trusted_proxies: Vec<IpNet>,
    pub(super) body_limit: usize,
    pub(super) body_timeout: Duration,
    pub(super) pace: Pace,
    pub(super) times: Times,
}

impl ApiContext {
    pub fn new(config: &Config, app: &App) -> Self {
        Self {
            app: app.clone(),
            trusted_proxies: config.server.trusted_proxies.clone(),
            body_limit: config.server.body_limit_kib as usize * 1024,
            body_timeout: Duration::from_secs(config.server.body_timeout_seconds.into()),
            pace: Pace::new(&config.api),
            times: Times::new(config.api.utc_offset),
        }
    }

    /// How many calls wait for their turn.
    pub fn waiting(&self) -> usize {
        self.pace.waiting()
    }
}
