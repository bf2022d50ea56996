//! Bytes on a connection, for what no well-behaved client sends.

use super::TestApp;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// How long a test waits for what has to come.
pub const PATIENCE: Duration = Duration::from_secs(40);

impl TestApp {
    /// Host and port.
    pub fn host(&self) -> &str {
        self.address.trim_start_matches("http://")
    }

    /// A connection to the server.
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.host()).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream.set_write_timeout(Some(PATIENCE)).expect("a timeout");
        stream
    }

    /// Sends bytes as they are; gives what comes back until the connection ends.
    pub fn exchange(&self, request: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect();
        stream.write_all(request.as_ref()).expect("a server that reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer that ends");
        String::from_utf8_lossy(&answer).into_owned()
    }
}

/// The status of an answer as it came.
pub fn status(answer: &str) -> u16 {
    let number = answer.split(' ').nth(1).and_then(|number| number.parse().ok());
    number.unwrap_or_else(|| panic!("an HTTP answer, not {answer:?}"))
}
