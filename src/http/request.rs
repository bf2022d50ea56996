//! Facts about a request that pages and the log need: where it comes from, what its id is.

use crate::domain::characters::beginning;
use crate::domain::source::Source;
use crate::http::forwarded;
use actix_web::http::header::USER_AGENT;
use actix_web::{HttpMessage, HttpRequest};
use ipnet::IpNet;
use tracing_actix_web::RequestId;

/// How programs tell which client library they use; their user agent only names its HTTP library.
const REQUEST_CLIENT: &str = "x-tc-requestclient";
/// The address of whoever a proxy told nothing readable about; no network holds it.
const UNKNOWN: &str = "unknown";
/// Longest part of a user agent that is kept.
const MAX_USER_AGENT: usize = 200;

/// The id of a request: the same in the answer's header, on error pages, in the log and in audit events.
pub fn request_id(request: &HttpRequest) -> String {
    request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default()
}

/// Where a request comes from; `trusted` are the proxies whose word on that is believed.
pub fn source(request: &HttpRequest, trusted: &[IpNet]) -> Source {
    let text = |name: &str| {
        let value = request.headers().get(name);
        value.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).unwrap_or_default()
    };
    let agent = format!("{} {}", text(REQUEST_CLIENT), text(USER_AGENT.as_str()));
    let ip = forwarded::client(request.peer_addr(), request.headers(), trusted);
    Source {
        ip: ip.map_or_else(|| UNKNOWN.to_owned(), |ip| ip.to_string()),
        user_agent: beginning(agent.trim(), MAX_USER_AGENT),
        request_id: request_id(request),
    }
}
