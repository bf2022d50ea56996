//! The way to PostgreSQL, which a test can cut or silence.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the way does with what goes over it.
#[derive(Clone, Copy)]
pub enum Way {
    /// Everything passes.
    Open = 0,
    /// A commit passes, its answer does not: the connection ends.
    CutAfterCommit = 1,
    /// A commit passes, and from then on nothing comes back.
    SilentAfterCommit = 2,
}

type Links = Arc<Mutex<Vec<Arc<Link>>>>;

/// A port of this machine that leads to the server of `TEST_DATABASE_URL`.
pub struct Proxied {
    pub port: u16,
    way: Arc<AtomicU8>,
    links: Links,
}

/// One connection.
struct Link {
    is_silent: Mutex<bool>,
}

impl Proxied {
    /// None where the tests run on SQLite.
    pub fn new() -> Option<Self> {
        let url = reqwest::Url::parse(&std::env::var("TEST_DATABASE_URL").ok()?).expect("a URL");
        let target = (url.host_str().expect("a host").to_owned(), url.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let (way, links) = (Arc::new(AtomicU8::new(0)), Links::default());
        let (asked, known) = (Arc::clone(&way), Arc::clone(&links));
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (Ok(client), Ok(server)) = (client, TcpStream::connect(&target)) else { continue };
                let link = Arc::new(Link { is_silent: Mutex::new(false) });
                known.lock().unwrap().push(Arc::clone(&link));
                let pair = |stream: &TcpStream| stream.try_clone().expect("a stream");
                let (from, to) = (pair(&client), pair(&server));
                let (way, own) = (Arc::clone(&asked), Arc::clone(&link));
                std::thread::spawn(move || upstream(from, to, &own, &way));
                std::thread::spawn(move || pump(server, client, &link, |_| ()));
            }
        });
        Some(Self { port, way, links })
    }

    pub fn set(&self, way: Way) {
        self.way.store(way as u8, Ordering::SeqCst);
    }

    /// Nothing passes any more over the connections that are open now; they stay open.
    pub fn silence(&self) {
        for link in self.links.lock().unwrap().iter() {
            *link.is_silent.lock().unwrap() = true;
        }
    }
}

fn upstream(from: TcpStream, to: TcpStream, link: &Link, way: &AtomicU8) {
    let ends = (from.try_clone().expect("a stream"), to.try_clone().expect("a stream"));
    pump(from, to, link, |bytes| {
        let way = way.load(Ordering::SeqCst);
        if way == 0 || !bytes.windows(7).any(|part| part == b"COMMIT\0") {
            return;
        }
        // The answer must not pass, and the commit must have been carried out.
        *link.is_silent.lock().unwrap() = true;
        let mut server = ends.1.try_clone().expect("a stream");
        server.write_all(bytes).expect("a server");
        std::thread::sleep(Duration::from_millis(300));
        if way == 1 {
            let _ = (ends.0.shutdown(Shutdown::Both), ends.1.shutdown(Shutdown::Both));
        }
    });
}

fn pump(mut from: TcpStream, mut to: TcpStream, link: &Link, look: impl Fn(&[u8])) {
    let mut buffer = vec![0; 65536];
    while let Ok(length) = from.read(&mut buffer) {
        if length == 0 {
            break;
        }
        look(&buffer[..length]);
        if !*link.is_silent.lock().unwrap() && to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    if !*link.is_silent.lock().unwrap() {
        let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
    }
}
