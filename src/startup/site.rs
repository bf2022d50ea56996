//! What is served: everything at the main address, the gate and figures alone at their own.

use crate::api::{self, ApiContext};
use crate::gate::versitygw::Peer;
use crate::gate::{self, GateContext};
use crate::web::context::WebContext;
use crate::web::public::{assets, health, metrics, well_known};
use crate::web::{edge, endpoint, forms, routes, session};
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::guard::fn_guard;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App as ActixApp, Error};
use tracing_actix_web::TracingLogger;

/// What all workers share.
#[derive(Clone)]
pub(super) struct Contexts {
    pub web: Data<WebContext>,
    pub api: Data<ApiContext>,
    pub gate: Data<GateContext>,
    pub is_https: bool,
    /// Whether the gate has an address of its own, and is nowhere else then.
    pub gate_is_apart: bool,
    /// Unless nobody is to be told.
    pub metrics: Option<Data<metrics::MetricsContext>>,
    pub metrics_are_apart: bool,
}

/// Pages, API and, unless it is apart, the gate.
pub(super) fn whole(
    contexts: &Contexts,
) -> ActixApp<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + use<>>,
        Error = Error,
        InitError = (),
    > + use<>,
> {
    let sessions = session::middleware(&contexts.web.app, &contexts.web.cookies.session, contexts.is_https)
        .unwrap_or_else(|_| unreachable!("the same key was derived at start"));
    let figures = contexts.metrics.clone().filter(|_| !contexts.metrics_are_apart);
    let beside = if contexts.gate_is_apart { |_: &mut ServiceConfig| () } else { gate::configure };
    ActixApp::new()
        .app_data(contexts.web.clone())
        .app_data(contexts.api.clone())
        .app_data(contexts.gate.clone())
        .wrap(from_fn(edge::finish))
        .wrap(TracingLogger::<crate::telemetry::RequestSpan>::new())
        .route("/", web::route().guard(fn_guard(api::dispatch::is_call)).to(api::dispatch::answer))
        .route("/static/{name}", web::route().guard(endpoint::reading()).to(assets::serve))
        .configure(healths)
        .configure(well_known::configure)
        .configure(beside)
        .configure(|config| told(config, figures))
        .service(
            web::scope("")
                .wrap(sessions)
                .wrap(from_fn(forms::arrive))
                .wrap(from_fn(edge::refuse_impostors))
                .configure(routes::configure)
                .default_service(web::to(endpoint::nowhere)),
        )
}

/// What is at an address of its own, and nothing else there.
pub(super) fn alone<F: FnOnce(&mut ServiceConfig)>(
    contexts: &Contexts,
    part: F,
) -> ActixApp<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + use<F>>,
        Error = Error,
        InitError = (),
    > + use<F>,
> {
    ActixApp::new()
        .app_data(contexts.web.clone())
        .wrap(from_fn(edge::finish))
        .wrap(TracingLogger::<crate::telemetry::RequestSpan>::new())
        .configure(part)
}

/// The gate and nothing that is for people.
pub(super) fn gate(contexts: &Contexts) -> impl FnOnce(&mut ServiceConfig) + use<> {
    let gate = contexts.gate.clone();
    |config| {
        config.app_data(gate).configure(healths).configure(gate::configure);
        config.default_service(web::to(gate::nowhere));
    }
}

/// What the S3 gateway asks, and nothing else.
pub(super) fn versitygw(contexts: &Contexts, peer: &Data<Peer>) -> impl FnOnce(&mut ServiceConfig) + use<> {
    let (gate, peer) = (contexts.gate.clone(), peer.clone());
    |config| {
        config.app_data(gate).app_data(peer).configure(gate::versitygw::configure);
        config.default_service(web::to(gate::nowhere));
    }
}

/// Figures alone.
pub(super) fn figures(contexts: &Contexts) -> impl FnOnce(&mut ServiceConfig) + use<> {
    let figures = contexts.metrics.clone();
    |config| {
        told(config, figures);
        config.default_service(web::to(metrics::nowhere));
    }
}

fn told(config: &mut ServiceConfig, figures: Option<Data<metrics::MetricsContext>>) {
    if let Some(figures) = figures {
        let route = web::route().guard(endpoint::reading()).to(metrics::answer);
        config.app_data(figures).route("/metrics", route);
    }
}

fn healths(config: &mut ServiceConfig) {
    config
        .route("/healthz", web::route().guard(endpoint::reading()).to(health::healthz))
        .route("/readyz", web::route().guard(endpoint::reading()).to(health::readyz));
}
