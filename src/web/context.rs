//! What every page can reach: the actions, and what the operator set about the web.

use super::error::PageError;
use crate::app::App;
use crate::config::{OwnAddress, PublicUrl};
use crate::server::Draining;
use actix_web::HttpRequest;
use actix_web::web::Data;
use ipnet::IpNet;
use std::time::Duration;
use time::UtcOffset;
use zeroize::Zeroizing;

/// Shared by all workers.
pub struct WebContext {
    pub app: App,
    pub public_url: PublicUrl,
    /// Where to report a hole in this installation, as an address; empty when the operator named none.
    pub security_contact: String,
    /// What times in answers of the API are ahead of UTC; a page says so.
    pub api_utc_offset: UtcOffset,
    /// Where the gate listens, when not beside the console; a page says so.
    pub gate_listen: Option<OwnAddress>,
    /// Proxies whose word on the address of clients is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// How long a client may take to send a form.
    pub body_timeout: Duration,
    pub cookies: super::cookies::CookieNames,
    pub csrf_key: Zeroizing<[u8; 64]>,
    pub draining: Draining,
}

/// What the server of a request was set up with.
pub fn context(request: &HttpRequest) -> Result<Data<WebContext>, PageError> {
    let missing = || PageError::Internal("the web context is missing".into());
    request.app_data::<Data<WebContext>>().cloned().ok_or_else(missing)
}
