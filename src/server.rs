//! The HTTP server below the pages: who may connect, and how long an answer may wait to be taken.

mod pulse;
mod seats;
mod service_manager;
mod stopping;
mod stream;
mod unread;

pub use self::pulse::Pulse;
use self::seats::Seats;
pub use self::service_manager::ServiceManager;
pub use self::stopping::{Draining, Ended, Ending, Signals, ignore_others, is_door_closed, run_until_asked};
pub use self::stream::Traffic;
use self::stream::Watched;
pub use self::unread::{Answer, Unread};
use actix_http::body::MessageBody;
use actix_http::{HttpService, Protocol, Request, Response};
use actix_server::{GracefulShutdownSignal, ServerBuilder};
use actix_service::{IntoServiceFactory, ServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::dev::{AppConfig, Server};
use actix_web::rt::net::{TcpStream, UnixStream};
use ipnet::IpNet;
use std::net::{SocketAddr, TcpListener};
use std::os::fd::AsFd;
use std::os::unix::net::UnixListener;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};

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
    /// Where its workers count.
    pub pulse: Pulse,
}

/// A server that is being put together: one application for each worker at each address.
///
/// It does what `actix_web::HttpServer` does, on streams that end when their client takes nothing. It listens to no
/// signals.
pub struct Building {
    builder: ServerBuilder,
    around: Around,
}

/// An address that is bound.
pub enum Listener {
    Port(TcpListener),
    Socket(UnixListener),
}

/// What all connections have to do with.
#[derive(Clone)]
struct Around {
    seats: Seats,
    stopping: GracefulShutdownSignal,
    patience: Duration,
    pulse: Pulse,
}

impl Building {
    /// Without any address yet.
    pub fn new(bounds: Bounds) -> Self {
        let finishing = STOP_PATIENCE.saturating_sub(bounds.drain + LAST_NOTES).as_secs().max(1);
        let mut builder =
            Server::build().disable_signals().worker_max_blocking_threads(8).shutdown_timeout(finishing);
        if bounds.workers > 0 {
            builder = builder.workers(bounds.workers);
        }
        let stopping = builder.graceful_shutdown_signal();
        let seats = Seats::new(bounds.per_address, bounds.exempt);
        Self {
            builder,
            around: Around { seats, stopping, patience: bounds.write_patience, pulse: bounds.pulse },
        }
    }

    /// Serves an application at a bound address. At a socket of this machine every client has the same address: none.
    pub fn at<F, I, S, B>(self, listener: Listener, factory: F) -> std::io::Result<Self>
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
        let around = self.around.clone();
        let builder = match listener {
            Listener::Port(listener) => {
                let serve = move || http(&factory, &around, |stream: &TcpStream| stream.peer_addr().ok());
                self.builder.listen("camlock", listener, serve)?
            }
            Listener::Socket(listener) => {
                let serve = move || http(&factory, &around, |_: &UnixStream| None);
                self.builder.listen_uds("camlock at a socket", listener, serve)?
            }
        };
        Ok(Self { builder, ..self })
    }

    /// The server; it runs as long as it is awaited.
    pub fn run(self) -> Server {
        self.builder.run()
    }
}

/// HTTP on a stream, as it came in. Without a seat its connection ends at once.
fn http<F, I, S, B, T>(
    factory: &F,
    around: &Around,
    peer_of: fn(&T) -> Option<SocketAddr>,
) -> impl ServiceFactory<T, Config = (), Response = (), Error = (), InitError = ()> + use<F, I, S, B, T>
where
    F: Fn() -> I,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig> + 'static,
    S::Error: Into<actix_web::Error> + 'static,
    S::InitError: std::fmt::Debug,
    S::Response: Into<Response<B>> + 'static,
    <S::Service as actix_service::Service<Request>>::Future: 'static,
    S::Service: 'static,
    B: MessageBody + 'static,
    T: AsyncRead + AsyncWrite + AsFd + Unpin + 'static,
{
    let Around { seats, stopping, patience, pulse } = around.clone();
    pulse.begin();
    let accept = move |stream: T| {
        let peer = peer_of(&stream);
        let seat = seats.take(peer);
        async move { Ok((Watched::new(stream, patience, seat?), Protocol::Http1, peer)) }
    };
    let application = factory().into_factory().map_err(|error| error.into().error_response());
    let service = HttpService::build()
        .graceful_shutdown_signal(move || {
            let stopping = stopping.clone();
            async move { stopping.notified().await }
        })
        .client_request_timeout(HEAD_PATIENCE)
        .client_disconnect_timeout(Duration::from_secs(1))
        .on_connect_ext(|stream: &Watched<T>, data| {
            data.insert(stream.traffic());
        })
        .finish(map_config(application, |()| AppConfig::default()))
        .map_err(drop)
        .map_init_err(drop);
    fn_service(accept).and_then(service)
}
