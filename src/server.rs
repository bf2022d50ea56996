//! The HTTP server below the pages: who may connect, and how long an answer may wait to be taken.

mod seats;
mod stopping;
mod stream;
mod unread;

use self::seats::Seats;
pub use self::stopping::{Draining, Signals, ignore_others, run_until_asked};
pub use self::stream::Traffic;
use self::stream::Watched;
pub use self::unread::{Answer, Unread};
use actix_http::body::MessageBody;
use actix_http::{HttpService, Protocol, Request, Response};
use actix_service::{IntoServiceFactory, ServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::dev::{AppConfig, Server};
use actix_web::rt::net::TcpStream;
use ipnet::IpNet;
use std::net::TcpListener;
use std::time::Duration;

/// How long a request's head may take to arrive.
const HEAD_PATIENCE: Duration = Duration::from_secs(10);
/// How long stopping may take in all.
const STOP_PATIENCE: Duration = Duration::from_secs(20);
/// What is kept of it for writing down what is in memory.
const LAST_NOTES: Duration = Duration::from_secs(2);

/// What clients may ask of the server.
#[derive(Clone)]
pub struct Bounds {
    /// Zero means one for each core.
    pub workers: usize,
    /// How long a client may take nothing of an answer.
    pub write_patience: Duration,
    /// Most connections of one address; zero means any number.
    pub per_address: usize,
    /// Addresses that speak for many clients.
    pub exempt: Vec<IpNet>,
    /// How long a server that is to stop goes on before it finishes what is open.
    pub drain: Duration,
}

/// A server on a bound address, with one application for each worker.
///
/// It does what `actix_web::HttpServer` does, on streams that end when their client takes nothing. It listens to no
/// signals.
pub fn run<F, I, S, B>(listener: TcpListener, bounds: Bounds, factory: F) -> std::io::Result<Server>
where
    F: Fn() -> I + Send + Clone + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig> + 'static,
    S::Error: Into<actix_web::Error> + 'static,
    S::InitError: std::fmt::Debug,
    S::Response: Into<Response<B>> + 'static,
    <S::Service as actix_service::Service<Request>>::Future: 'static,
    S::Service: 'static,
    B: MessageBody + 'static,
{
    let seats = Seats::new(bounds.per_address, bounds.exempt);
    let finishing = STOP_PATIENCE.saturating_sub(bounds.drain + LAST_NOTES).as_secs().max(1);
    let mut builder =
        Server::build().disable_signals().worker_max_blocking_threads(8).shutdown_timeout(finishing);
    if bounds.workers > 0 {
        builder = builder.workers(bounds.workers);
    }
    let stopping = builder.graceful_shutdown_signal();
    let patience = bounds.write_patience;
    let serve = move || {
        let (seats, stopping) = (seats.clone(), stopping.clone());
        let application = factory().into_factory().map_err(|error| error.into().error_response());
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .client_request_timeout(HEAD_PATIENCE)
            .client_disconnect_timeout(Duration::from_secs(1))
            .on_connect_ext(|stream: &Watched, data| {
                data.insert(stream.traffic());
            })
            .finish(map_config(application, |()| AppConfig::default()))
            .map_err(drop);
        let accept = move |stream: TcpStream| {
            let peer = stream.peer_addr().ok();
            let seat = seats.take(peer);
            async move {
                // Without a seat the connection ends here.
                let stream = Watched::new(stream, patience, seat?);
                Ok((stream, Protocol::Http1, peer))
            }
        };
        fn_service(accept).and_then(http)
    };
    Ok(builder.listen("camlock", listener, serve)?.run())
}
