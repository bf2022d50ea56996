//! Facts about a request that pages and the log need: where it comes from, what its id is.

use super::context::WebContext;
use crate::app::caller::Source;
use crate::domain::characters::without_misleading;
use actix_web::http::header::{HeaderMap, USER_AGENT};
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest};
use std::net::IpAddr;
use tracing_actix_web::RequestId;

/// How programs tell which client library they use; their user agent only names its HTTP library.
const REQUEST_CLIENT: &str = "x-tc-requestclient";
/// Longest part of a user agent that is kept.
const MAX_USER_AGENT: usize = 200;

/// The id of a request: the same in the answer's header, on error pages, in the log and in audit events.
pub fn request_id(request: &HttpRequest) -> String {
    request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default()
}

/// Where a request comes from.
pub fn source(request: &HttpRequest, context: &Data<WebContext>) -> Source {
    let text = |name: &str| {
        let value = request.headers().get(name);
        value.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).unwrap_or_default()
    };
    let agent = format!("{} {}", text(REQUEST_CLIENT), text(USER_AGENT.as_str()));
    Source {
        ip: client_ip(request, context),
        user_agent: without_misleading(agent.trim()).chars().take(MAX_USER_AGENT).collect(),
        request_id: request_id(request),
    }
}

/// The client's address: the peer, or the last hop that is not a trusted proxy.
fn client_ip(request: &HttpRequest, context: &WebContext) -> String {
    let Some(peer) = request.peer_addr().map(|address| address.ip().to_canonical()) else {
        return "unknown".to_owned();
    };
    let is_trusted = |ip: &IpAddr| context.trusted_proxies.iter().any(|network| network.contains(ip));
    if !is_trusted(&peer) {
        return peer.to_string();
    }
    let hops = forwarded(request.headers());
    let client = hops.iter().rev().find(|ip| !is_trusted(ip)).or(hops.first());
    client.unwrap_or(&peer).to_string()
}

fn forwarded(headers: &HeaderMap) -> Vec<IpAddr> {
    let mut hops = Vec::new();
    for value in headers.get_all("x-forwarded-for") {
        let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
        for hop in text.split(',') {
            match hop.trim().parse::<IpAddr>() {
                Ok(ip) => hops.push(ip.to_canonical()),
                // What stands to the left of something unreadable proves nothing.
                Err(_) => hops.clear(),
            }
        }
    }
    hops
}
