//! The way from a proxy to the gate, which counts the questions and can be cut.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// With which every question comes, once.
const MARK: &[u8] = b"x-camlock-gate:";
const OPEN: u16 = 0;
const SILENT: u16 = 1;
const GONE: u16 = 2;

/// A port that leads to the gate.
pub struct Way {
    pub address: String,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// Open, silent, gone, or the status that is answered in place of the gate.
    state: AtomicU16,
    questions: AtomicUsize,
    streams: Mutex<Vec<TcpStream>>,
}

impl Way {
    pub fn to(gate: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let shared = Arc::new(Shared::default());
        let (kept, gate) = (Arc::clone(&shared), gate.to_owned());
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if kept.state.load(Ordering::SeqCst) == GONE {
                    return;
                }
                let server = TcpStream::connect(&gate).unwrap();
                let pair = |stream: &TcpStream| stream.try_clone().unwrap();
                kept.streams.lock().unwrap().push(pair(&client));
                let (back, forth) = (pair(&server), pair(&client));
                let shared = Arc::clone(&kept);
                std::thread::spawn(move || pump(back, forth, &shared));
                let shared = Arc::clone(&kept);
                std::thread::spawn(move || ask(client, server, &shared));
            }
        });
        Self { address, shared }
    }

    pub fn questions(&self) -> usize {
        self.shared.questions.load(Ordering::SeqCst)
    }

    /// Nothing is answered; connections stay open.
    pub fn silence(&self) {
        self.shared.state.store(SILENT, Ordering::SeqCst);
    }

    /// Every question is answered with that status.
    pub fn say(&self, status: u16) {
        self.shared.state.store(status, Ordering::SeqCst);
    }

    /// Nobody listens any more.
    pub fn cut(&self) {
        self.shared.state.store(GONE, Ordering::SeqCst);
        let _ = TcpStream::connect(&self.address);
        for stream in self.shared.streams.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn ask(mut from: TcpStream, mut to: TcpStream, shared: &Shared) {
    let (mut buffer, mut tail) = (vec![0; 65536], Vec::new());
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        tail.extend(buffer[..length].to_ascii_lowercase());
        let found = tail.windows(MARK.len()).filter(|part| *part == MARK).count();
        shared.questions.fetch_add(found, Ordering::SeqCst);
        tail.drain(..tail.len().saturating_sub(MARK.len() - 1));
        match shared.state.load(Ordering::SeqCst) {
            OPEN if to.write_all(&buffer[..length]).is_ok() => {}
            SILENT => {}
            status @ 200.. => {
                let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                let _ = from.write_all(answer.as_bytes());
                break;
            }
            _ => break,
        }
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}

fn pump(mut from: TcpStream, mut to: TcpStream, shared: &Shared) {
    let mut buffer = vec![0; 65536];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if shared.state.load(Ordering::SeqCst) == OPEN && to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    if shared.state.load(Ordering::SeqCst) == OPEN {
        let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
    }
}
