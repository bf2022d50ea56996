//! `/gate/forward-auth`: for proxies that ask before they pass a request on, and read status and headers.

use crate::app::gate::{Asked, Verdict};
use crate::domain::gate::headers::{self, Told};
use crate::domain::signature::{Body, Header};
use crate::gate::GateContext;
use crate::gate::admission::{Places, admit};
use crate::gate::answer::{Statuses, Trouble, counted};
use crate::gate::question::{as_headers, ask, body, body_limit, own_headers, source};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};

pub(super) async fn answer(
    request: HttpRequest,
    payload: Payload,
    context: Data<GateContext>,
) -> HttpResponse {
    let judged = judged(&request, payload, &context).await;
    as_headers(counted(&context.app.metrics.verdicts, judged), &request, Statuses::Few)
}

async fn judged(request: &HttpRequest, payload: Payload, context: &GateContext) -> Result<Verdict, Trouble> {
    let door = admit(request, context, Places::Header).await?;
    let given = own_headers(request);
    let told = match headers::told(door.gateway.token.options.headers, &given) {
        Ok(told) => told,
        Err(fault) => return Ok(Verdict::refusing(fault.into())),
    };
    let bytes = body(payload.into_inner(), context, body_limit(&door)).await?;
    let headers = with_host(&given, &told);
    let asked = Asked {
        method: told.method,
        host: told.host,
        target: told.target,
        headers: &headers,
        // An empty body may be one that the proxy kept to itself.
        body: if bytes.is_empty() { told.body } else { Body::Bytes(&bytes) },
    };
    let source = source(request, told.source_ip);
    ask(context, &door, &asked, source).await
}

/// The headers of the client, with the host that it named.
fn with_host<'a>(given: &[Header<'a>], told: &Told<'a>) -> Vec<Header<'a>> {
    let kept = given.iter().filter(|(name, _)| *name != "host" && !told.is_own(name));
    kept.copied().chain([("host", told.host.as_bytes())]).collect()
}
