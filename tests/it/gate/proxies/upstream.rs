//! A service behind a proxy, that answers with what it was sent.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// Keeps the head and the body of each request.
pub struct Echo {
    pub address: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Echo {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || while answer(&mut BufReader::new(&stream), &kept).is_some() {});
            }
        });
        Self { address, seen }
    }

    /// All that arrived, each request in small letters.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

fn answer(reader: &mut BufReader<&TcpStream>, kept: &Mutex<Vec<String>>) -> Option<()> {
    let mut request = String::new();
    while reader.read_line(&mut request).is_ok_and(|read| read > 2) {}
    if request.trim().is_empty() {
        return None;
    }
    let head = request.to_lowercase();
    if head.contains("transfer-encoding: chunked") {
        while chunk(reader, &mut request)? > 0 {}
    } else if let Some((_, rest)) = head.split_once("content-length: ") {
        let length = rest.split('\r').next()?.parse().ok()?;
        take(reader, length, &mut request)?;
    }
    kept.lock().unwrap().push(request.to_lowercase());
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{request}", request.len());
    reader.get_mut().write_all(answer.as_bytes()).ok()
}

fn chunk(reader: &mut BufReader<&TcpStream>, request: &mut String) -> Option<usize> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let length = usize::from_str_radix(line.trim(), 16).ok()?;
    take(reader, length, request)?;
    reader.read_line(&mut line).ok()?;
    Some(length)
}

fn take(reader: &mut BufReader<&TcpStream>, length: usize, request: &mut String) -> Option<()> {
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    request.push_str(&String::from_utf8_lossy(&body));
    Some(())
}
