//! `/gate/ext-authz/…`: Envoy asks with the method, path and headers of the original request.

use crate::app::gate::{Asked, Refused, Verdict};
use crate::domain::gate::headers;
use crate::domain::signature::Body;
use crate::gate::GateContext;
use crate::gate::admission::{Places, admit};
use crate::gate::answer::{Statuses, Trouble, counted};
use crate::gate::question::{as_headers, ask, body, body_limit, own_headers, source};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};

const PREFIX: &str = "/gate/ext-authz";
/// How Envoy says that it sent the beginning of a body alone.
const PARTIAL: &str = "x-envoy-auth-partial-body";

pub(super) async fn answer(
    request: HttpRequest,
    payload: Payload,
    context: Data<GateContext>,
) -> HttpResponse {
    let judged = judged(&request, payload, &context).await;
    as_headers(counted(&context.app.metrics.verdicts, judged), &request, Statuses::All)
}

async fn judged(request: &HttpRequest, payload: Payload, context: &GateContext) -> Result<Verdict, Trouble> {
    let door = admit(request, context, Places::Header).await?;
    let headers = own_headers(request);
    let is_partial = |(name, value): &(&str, &[u8])| *name == PARTIAL && *value != b"false";
    if headers.iter().any(is_partial) {
        return Ok(Verdict::refusing(Refused::too_large()));
    }
    let told = request.uri().path_and_query().map_or("/", |told| told.as_str());
    let target = told.strip_prefix(PREFIX).filter(|target| !target.is_empty()).unwrap_or("/");
    let bytes = body(payload.into_inner(), context, body_limit(&door)).await?;
    let host = match headers::one(&headers, "host") {
        Ok(host) => host.unwrap_or_default(),
        Err(fault) => return Ok(Verdict::refusing(fault.into())),
    };
    let asked = Asked {
        method: request.method().as_str(),
        host,
        target,
        headers: &headers,
        // An empty body may be one that the proxy kept to itself.
        body: if bytes.is_empty() { Body::Unknown } else { Body::Bytes(&bytes) },
    };
    let source = source(request, headers::last_hop(&headers));
    ask(context, &door, &asked, source).await
}
