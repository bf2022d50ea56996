//! Carries messages to other servers: one request, to an address that was judged first, with no way to anywhere else.
//!
//! A name is looked up once, on a thread of its own: the system's look-up cannot be broken off, and may take long. If one of its addresses is not allowed, nothing is sent; else the connection goes to an address
//! that was judged, not to the name. There is no proxy, no redirect is followed, and of the answer only the status counts: its body
//! is not read.

mod trust;

use crate::config::WebhooksConfig;
use crate::domain::webhook::Answer;
use crate::domain::webhook::address::may_send;
use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use url::{Host, Url};

pub use self::trust::TrustError;

/// How long one message may take, from looking its receiver up to the head of the answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long one of several addresses may take to answer a call.
const CALL: Duration = Duration::from_secs(2);
/// Addresses of a name that are called one after another.
const MOST_ADDRESSES: usize = 4;
/// Names that are looked up at once, for messages that are due and for people who wait for an answer.
const LOOK_UPS: usize = 16;
const ASKED_LOOK_UPS: usize = 4;
/// The largest head of an answer.
const LONGEST_HEAD: usize = 64 * 1024;

/// Carries messages; clones share the certificates that are trusted.
#[derive(Clone)]
pub struct Courier {
    allows_private: bool,
    trust: Arc<trust::Trust>,
    look_ups: Arc<Semaphore>,
    asked_look_ups: Arc<Semaphore>,
}

/// What is to be carried.
pub struct Letter<'a> {
    pub url: &'a Url,
    pub headers: [(&'static str, String); 3],
    pub body: String,
}

impl Courier {
    /// As the operator wants it. A file of certificates that cannot be read is an error.
    pub fn new(config: &WebhooksConfig) -> Result<Self, TrustError> {
        let trust = Arc::new(trust::Trust::new(config.ca_file.as_deref())?);
        let places = |number| Arc::new(Semaphore::new(number));
        let (look_ups, asked_look_ups) = (places(LOOK_UPS), places(ASKED_LOOK_UPS));
        Ok(Self { allows_private: config.allow_private, trust, look_ups, asked_look_ups })
    }

    /// The same for what a person waits for, which takes no place of what is due.
    #[must_use]
    pub fn asked(&self) -> Self {
        Self { look_ups: Arc::clone(&self.asked_look_ups), ..self.clone() }
    }

    /// Whether private addresses and plain HTTP are allowed.
    pub fn allows_private(&self) -> bool {
        self.allows_private
    }

    /// Whether there is an address to which something may be sent.
    pub async fn can_reach(&self, url: &Url) -> bool {
        timeout(PATIENCE, self.addresses(url)).await.is_ok_and(|found| found.is_some())
    }

    /// Carries a letter; gives what became of it.
    pub async fn carry(&self, letter: Letter<'_>) -> Answer {
        timeout(PATIENCE, self.try_to_carry(letter)).await.unwrap_or(Answer::NoAnswer)
    }

    async fn try_to_carry(&self, letter: Letter<'_>) -> Answer {
        let Some(addresses) = self.addresses(letter.url).await else { return Answer::NoConnection };
        let Some(stream) = call(&addresses).await else { return Answer::NoConnection };
        if letter.url.scheme() != "https" {
            return exchange(stream, &letter).await;
        }
        match self.secured(stream, letter.url).await {
            Some(stream) => exchange(stream, &letter).await,
            None => Answer::NoConnection,
        }
    }

    /// The addresses behind a name, if something may be sent to every one of them.
    async fn addresses(&self, url: &Url) -> Option<Vec<SocketAddr>> {
        let port = url.port_or_known_default()?;
        let found: Vec<SocketAddr> = match url.host()? {
            Host::Ipv4(address) => vec![SocketAddr::new(address.into(), port)],
            Host::Ipv6(address) => vec![SocketAddr::new(address.into(), port)],
            Host::Domain(name) => self.look_up(name.to_owned(), port).await?,
        };
        let all_allowed = found.iter().all(|address| may_send(url, address.ip(), self.allows_private));
        (all_allowed && !found.is_empty()).then_some(found)
    }

    async fn look_up(&self, name: String, port: u16) -> Option<Vec<SocketAddr>> {
        let place = Arc::clone(&self.look_ups).acquire_owned().await.ok()?;
        let (tell, told) = oneshot::channel();
        let look = move || {
            let found = (name.as_str(), port).to_socket_addrs().map(Iterator::collect);
            // Whoever asked may be gone by now; the place is taken until here all the same.
            drop(tell.send(found));
            drop(place);
        };
        std::thread::Builder::new().name("camlock-names".to_owned()).spawn(look).ok()?;
        told.await.ok()?.ok()
    }

    async fn secured(
        &self,
        stream: TcpStream,
        url: &Url,
    ) -> Option<tokio_rustls::client::TlsStream<TcpStream>> {
        let name = match url.host()? {
            Host::Ipv4(address) => ServerName::IpAddress(std::net::IpAddr::V4(address).into()),
            Host::Ipv6(address) => ServerName::IpAddress(std::net::IpAddr::V6(address).into()),
            Host::Domain(name) => ServerName::try_from(name.to_owned()).ok()?,
        };
        let connector = TlsConnector::from(self.trust.config()?);
        connector
            .connect(name, stream)
            .await
            .inspect_err(|error| tracing::debug!(%error, "a webhook's receiver is not trusted"))
            .ok()
    }
}

/// A connection to the first address that answers.
async fn call(addresses: &[SocketAddr]) -> Option<TcpStream> {
    for address in addresses.iter().take(MOST_ADDRESSES) {
        if let Ok(Ok(stream)) = timeout(CALL, TcpStream::connect(address)).await {
            return Some(stream);
        }
    }
    None
}

/// Sends the letter and reads the head of the answer.
async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    letter: &Letter<'_>,
) -> Answer {
    let Some(request) = request(letter) else { return Answer::NoConnection };
    let mut client = http1::Builder::new();
    client.max_buf_size(LONGEST_HEAD);
    let Ok((mut sender, connection)) = client.handshake(TokioIo::new(stream)).await else {
        return Answer::NoConnection;
    };
    let mut sent = std::pin::pin!(sender.send_request(request));
    // The connection ends with this function, so that no receiver can hold on to it.
    let answer = tokio::select! {
        answer = &mut sent => answer,
        _ = connection => sent.await,
    };
    match answer {
        Ok(answer) => Answer::of_status(answer.status().as_u16()),
        Err(error) if error.is_parse() => Answer::NotHttp,
        Err(_) => Answer::NoAnswer,
    }
}

fn request(letter: &Letter<'_>) -> Option<Request<Full<Bytes>>> {
    let Letter { url, headers, body } = letter;
    let target = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let host = match url.port() {
        Some(port) => format!("{}:{port}", url.host_str()?),
        None => url.host_str()?.to_owned(),
    };
    let mut request = Request::post(target)
        .header("host", host)
        .header("connection", "close")
        .header("content-type", "application/json")
        .header("user-agent", concat!("Camlock/", env!("CARGO_PKG_VERSION")));
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    request.body(Full::new(Bytes::from(body.clone()))).ok()
}
