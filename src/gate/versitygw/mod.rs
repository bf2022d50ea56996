//! What the S3 gateway versitygw asks its identity service, on a socket of this machine: JSON, signed by the gateway with a
//! key of its own (<https://github.com/versity/versitygw/wiki/Standalone-IAM-Setup>, "The private endpoint").

mod calls;
mod fault;
mod wire;

use crate::app::gate::{Asked, Door, ensure_peer, open};
use crate::app::{App, Failure};
use crate::config::VersitygwConfig;
use crate::domain::gate::token::{GateToken, MalformedGateToken};
use crate::domain::key::SecretId;
use crate::domain::signature::{Body, Header};
use crate::gate::GateContext;
use crate::gate::answer::Trouble;
use crate::gate::question::{body, in_time};
use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::guard;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, Bytes, Data, ServiceConfig};
use actix_web::{Error, FromRequest, HttpRequest};
use fault::Fault;
use std::pin::Pin;
use std::sync::Arc;

/// Which version of the protocol each side speaks.
const PROTOCOL: HeaderName = HeaderName::from_static("x-vgw-private-protocol");
const VERSION: &str = "1";
const LONGEST: usize = 256 * 1024;

/// The gateway that may ask.
#[derive(Clone)]
pub struct Peer {
    token: Arc<GateToken>,
    secret_id: SecretId,
}

impl Peer {
    /// The one that the operator named, with what its token file holds.
    pub fn of(config: &VersitygwConfig, token: &str) -> Result<Self, MalformedGateToken> {
        Ok(Self { token: Arc::new(GateToken::parse(token)?), secret_id: config.secret_id.clone() })
    }
}

/// The routes of the socket.
pub fn configure(config: &mut ServiceConfig) {
    let posted = || web::route().guard(guard::Post());
    config.service(
        web::scope("/private")
            .wrap(from_fn(finish))
            .route("/version", posted().to(calls::version))
            .route("/derive-signing-key", posted().to(calls::derive))
            .route("/evaluate-policy", posted().to(calls::evaluate))
            .route("/resolve-identity", posted().to(calls::identities))
            .route("/resolve-principals", posted().to(calls::principals)),
    );
}

/// Tells the version with every answer, and counts it.
async fn finish(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut response = next.call(request).await?;
    if let Some(context) = response.request().app_data::<Data<GateContext>>() {
        let route = response.request().match_pattern();
        let fault = response.response().error().and_then(|error| error.as_error::<Fault>());
        let fate = Fault::fate(fault, response.status());
        context.app.metrics.questions.count(route.as_deref().unwrap_or("other"), fate);
    }
    response.headers_mut().insert(PROTOCOL, HeaderValue::from_static(VERSION));
    Ok(response)
}

/// A question of the gateway itself, and the door that its token opens.
struct Call {
    app: App,
    door: Door,
    text: Bytes,
    request: HttpRequest,
}

impl FromRequest for Call {
    type Error = Fault;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Fault>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        Box::pin(Self::read(request.clone(), payload.take()))
    }
}

impl Call {
    async fn read(request: HttpRequest, payload: Payload) -> Result<Self, Fault> {
        let known = |name| Trouble::Failure(Failure::Corrupt(name));
        let context = request.app_data::<Data<GateContext>>().ok_or(known("the gate"))?;
        let peer = request.app_data::<Data<Peer>>().ok_or(known("the gateway"))?;
        ensure_spoken(&request)?;
        let app = context.app.clone();
        let text = body(payload, context, LONGEST).await?;
        let headers: Vec<Header<'_>> =
            request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let asked = Asked {
            method: request.method().as_str(),
            host: "",
            target: request.uri().path(),
            headers: &headers,
            body: Body::Bytes(&text),
        };
        let door = in_time(open(&app, &peer.token)).await?.ok_or(Fault::Door)?;
        in_time(ensure_peer(&app, &door, &asked, &peer.secret_id)).await?.map_err(Fault::Peer)?;
        Ok(Self { app, door, text, request: request.clone() })
    }
}

/// Gateways of before the header send none; what it says has to be a number.
fn ensure_spoken(request: &HttpRequest) -> Result<(), Fault> {
    let is_number = |value: &HeaderValue| {
        let bytes = value.as_bytes();
        (1..=4).contains(&bytes.len())
            && bytes.iter().all(u8::is_ascii_digit)
            && bytes.iter().any(|b| *b != b'0')
    };
    if request.headers().get_all(PROTOCOL).all(is_number) {
        Ok(())
    } else {
        Err(Fault::Malformed("The version of the protocol is not a number.".to_owned()))
    }
}
