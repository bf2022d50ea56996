//! Somebody who receives webhooks: answers as a test says, and keeps what came.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What a receiver does with a request that it has read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Manner {
    /// Answers this status.
    Answers(u16),
    /// Answers 200 after some milliseconds.
    Waits(u64),
    /// Hangs up.
    HangsUp,
    /// Sends the head of an answer byte by byte and never ends.
    Drips,
    /// Answers 200 and then a megabyte.
    Floods,
    /// Answers with a head that never ends.
    FloodsHead,
    /// Says something that is no HTTP.
    Babbles,
    /// Begins an answer and goes on with the same for ever: as fast as it is taken, or with a pause of milliseconds.
    Endless { begins: &'static str, goes_on: &'static str, pause: u64 },
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Received {
    pub line: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

/// A server at a free port of this machine.
#[derive(Clone)]
pub struct Receiver {
    pub port: u16,
    manner: Arc<Mutex<Manner>>,
    received: Arc<Mutex<Vec<Received>>>,
    sent: Arc<AtomicUsize>,
}

impl Receiver {
    pub async fn start(manner: Manner) -> Self {
        Self::start_with(manner, None).await
    }

    /// The same behind TLS.
    pub async fn start_with(manner: Manner, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let receiver = Self {
            port,
            manner: Arc::new(Mutex::new(manner)),
            received: Arc::default(),
            sent: Arc::default(),
        };
        let own = receiver.clone();
        actix_web::rt::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (own, tls) = (own.clone(), tls.clone());
                actix_web::rt::spawn(async move {
                    match tls {
                        None => own.serve(stream).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                own.serve(stream).await;
                            }
                        }
                    }
                });
            }
        });
        receiver
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook?team=1", self.port)
    }

    /// Does otherwise from now on.
    pub fn change(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    /// All that came so far.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// Bytes that were taken of answers without an end.
    pub fn sent(&self) -> usize {
        self.sent.load(Ordering::SeqCst)
    }

    async fn go_on(&self, stream: &mut (impl AsyncWrite + Unpin), part: &str, pause: u64) -> io::Result<()> {
        // Small pieces would only keep the machine busy.
        let part = if pause == 0 { part.repeat(4_096 / part.len() + 1) } else { part.to_owned() };
        loop {
            stream.write_all(part.as_bytes()).await?;
            self.sent.fetch_add(part.len(), Ordering::SeqCst);
            if pause > 0 {
                tokio::time::sleep(Duration::from_millis(pause)).await;
            }
        }
    }

    async fn serve(self, mut stream: impl AsyncRead + AsyncWrite + Unpin) {
        let Some(received) = read(&mut stream).await else { return };
        self.received.lock().unwrap().push(received);
        let manner = *self.manner.lock().unwrap();
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n";
        let _ = match manner {
            Manner::Answers(status) => {
                let more = if status == 302 { "location: /elsewhere\r\n" } else { "" };
                let text = format!("HTTP/1.1 {status} Told\r\n{more}content-length: 0\r\n\r\n");
                stream.write_all(text.as_bytes()).await
            }
            Manner::Waits(milliseconds) => {
                tokio::time::sleep(Duration::from_millis(milliseconds)).await;
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await
            }
            Manner::HangsUp => Ok(()),
            Manner::Babbles => stream.write_all(b"220 mail.example ESMTP\r\n").await,
            Manner::Floods => {
                stream.write_all(format!("{head}\r\n{}", "x".repeat(1_000_000)).as_bytes()).await
            }
            Manner::FloodsHead => {
                stream.write_all(format!("{head}x-more: {}", "x".repeat(1_000_000)).as_bytes()).await
            }
            Manner::Endless { begins, goes_on, pause } => match stream.write_all(begins.as_bytes()).await {
                Ok(()) => self.go_on(&mut stream, goes_on, pause).await,
                Err(error) => Err(error),
            },
            Manner::Drips => loop {
                tokio::time::sleep(Duration::from_millis(100)).await;
                if let Err(error) = stream.write_all(b"H").await {
                    break Err(error);
                }
            },
        };
        let _ = stream.shutdown().await;
    }
}

async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Received> {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        let count = stream.read(&mut part).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&part[..count]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let mut lines = head.lines();
        let line = lines.next()?.to_owned();
        let headers: BTreeMap<String, String> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
            .collect();
        let length: usize = headers.get("content-length")?.parse().ok()?;
        if body.len() >= length {
            return Some(Received { line, headers, body: body.to_owned() });
        }
    }
}
