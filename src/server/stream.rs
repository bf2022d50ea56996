//! A connection that is let go when its client takes nothing of its answers, or drips the head of its next request.
//!
//! The framework bounds the first head of a connection and nothing after it.

use super::seats::Seat;
use socket2::SockRef;
use std::cell::Cell;
use std::io;
use std::os::fd::AsFd;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// The requests of one connection, as far as the application has seen them.
#[derive(Clone, Default)]
pub struct Traffic {
    begun: Rc<Cell<u64>>,
    ended: Rc<Cell<u64>>,
    is_left: Rc<Cell<bool>>,
}

/// A request that the application is at work on, until it is dropped.
pub struct Passage(Traffic);

impl Traffic {
    /// Counts a request whose head has arrived.
    pub fn pass(&self) -> Passage {
        self.begun.set(self.begun.get() + 1);
        Passage(self.clone())
    }

    /// Whether the client has closed its side: it sends nothing more, and as a rule waits for nothing.
    pub fn is_left(&self) -> bool {
        self.is_left.get()
    }

    fn is_idle(&self) -> bool {
        self.begun.get() == self.ended.get()
    }
}

impl Drop for Passage {
    fn drop(&mut self) {
        self.0.ended.set(self.0.ended.get() + 1);
    }
}

/// A wait that is not to last.
#[derive(Default)]
struct Deadline(Option<Pin<Box<Sleep>>>);

impl Deadline {
    /// Whether the wait, which began with the first call, has lasted too long.
    fn has_passed(&mut self, patience: Duration, cx: &mut Context<'_>) -> bool {
        let wait = self.0.get_or_insert_with(|| Box::pin(sleep(patience)));
        wait.as_mut().poll(cx).is_ready()
    }

    fn clear(&mut self) {
        self.0 = None;
    }
}

/// A connection that watches its client.
pub(super) struct Watched<S> {
    stream: S,
    patience: Duration,
    traffic: Traffic,
    stalled: Deadline,
    /// Bytes of a next head that is not whole, since when and after how many requests.
    head: Deadline,
    head_after: Option<u64>,
    _seat: Seat,
}

impl<S: AsFd> Watched<S> {
    pub(super) fn new(stream: S, patience: Duration, seat: Seat) -> Self {
        Self {
            stream,
            patience,
            traffic: Traffic::default(),
            stalled: Deadline::default(),
            head: Deadline::default(),
            head_after: None,
            _seat: seat,
        }
    }

    pub(super) fn traffic(&self) -> Traffic {
        self.traffic.clone()
    }

    /// Ends the connection at once: what the client did not take is thrown away here too.
    fn let_go(&self, why: &'static str) -> io::Error {
        if let Err(error) = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO)) {
            tracing::debug!(%error, "a connection will linger");
        }
        tracing::debug!("{why}");
        io::Error::new(io::ErrorKind::TimedOut, why)
    }

    /// Looks at what was read: a head that begins has to end in time. The first one is the framework's to watch.
    fn is_dripping(&mut self, has_read: bool, cx: &mut Context<'_>) -> bool {
        let begun = self.traffic.begun.get();
        if !self.traffic.is_idle() || self.head_after.is_some_and(|seen| seen != begun) {
            self.head.clear();
            self.head_after = None;
        }
        if has_read && begun > 0 && self.traffic.is_idle() && self.head_after.is_none() {
            self.head_after = Some(begun);
        }
        self.head_after.is_some() && self.head.has_passed(super::HEAD_PATIENCE, cx)
    }
}

impl<S: AsyncRead + AsFd + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(cx, buffer);
        if matches!(read, Poll::Ready(Ok(()))) && buffer.filled().len() == before && buffer.remaining() > 0 {
            this.traffic.is_left.set(true);
        }
        if this.is_dripping(buffer.filled().len() > before, cx) {
            return Poll::Ready(Err(this.let_go("a client did not send its request in time")));
        }
        read
    }
}

impl<S: AsyncWrite + AsFd + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(cx, bytes);
        if written.is_ready() {
            this.stalled.clear();
        } else if this.stalled.has_passed(this.patience, cx) {
            return Poll::Ready(Err(this.let_go("a client did not take its answer in time")));
        }
        written
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
