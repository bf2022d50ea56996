//! The way of a line to standard error: a queue, and a thread that writes.
//!
//! Whoever reads the log may be gone, slow or out of room. Then lines are lost and counted; no request waits for them.

use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use tracing_subscriber::fmt::MakeWriter;

/// Lines that may wait to be written.
const ROOM: usize = 4096;
/// How long the end of the program waits for lines that are on their way.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// How often lost lines are told of at most.
const PAUSE: Duration = Duration::from_secs(1);

static STANDARD_ERROR: LazyLock<Sink> = LazyLock::new(|| Sink::begin(io::stderr()));

enum Entry {
    Line(Vec<u8>),
    /// Everything before it is written, or lost.
    Mark(SyncSender<()>),
}

/// Takes lines and never fails, and never waits.
#[derive(Clone)]
pub struct Sink {
    entries: SyncSender<Entry>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    waiting: AtomicUsize,
    lost: AtomicUsize,
}

impl Sink {
    /// The one for standard error.
    pub fn standard_error() -> Self {
        STANDARD_ERROR.clone()
    }

    /// One that writes to `out` on a thread of its own. Without a thread all lines are lost.
    pub fn begin(out: impl Write + Send + 'static) -> Self {
        let (entries, waiting) = sync_channel(ROOM);
        let counts = Arc::new(Counts::default());
        let counted = Arc::clone(&counts);
        let started = std::thread::Builder::new()
            .name("camlock-log".to_owned())
            .spawn(move || write_out(&waiting, out, &counted));
        drop(started);
        Self { entries, counts }
    }

    /// Lines on their way.
    pub fn waiting(&self) -> usize {
        self.counts.waiting.load(Ordering::Relaxed)
    }

    /// Lines that were never written.
    pub fn lost(&self) -> usize {
        self.counts.lost.load(Ordering::Relaxed)
    }

    /// Waits until what was written so far is out, but not for long.
    pub fn flush(&self) {
        let (done, wait) = sync_channel(1);
        let end = Instant::now() + LAST_WORDS;
        let mut mark = Entry::Mark(done);
        // A queue that is full may still get emptier.
        while let Err(error) = self.entries.try_send(mark) {
            let (std::sync::mpsc::TrySendError::Full(back)
            | std::sync::mpsc::TrySendError::Disconnected(back)) = error;
            if Instant::now() > end {
                return;
            }
            mark = back;
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = wait.recv_timeout(end.saturating_duration_since(Instant::now()));
    }
}

impl Write for Sink {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.counts.waiting.fetch_add(1, Ordering::Relaxed);
        if self.entries.try_send(Entry::Line(line.to_vec())).is_err() {
            self.counts.waiting.fetch_sub(1, Ordering::Relaxed);
            self.counts.lost.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Sink {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

fn write_out(waiting: &Receiver<Entry>, mut out: impl Write, counts: &Counts) {
    let mut told_of = 0;
    let mut told = Instant::now();
    let mut is_torn = false;
    for entry in waiting {
        let line = match entry {
            Entry::Line(line) => line,
            Entry::Mark(done) => {
                let _ = done.try_send(());
                continue;
            }
        };
        counts.waiting.fetch_sub(1, Ordering::Relaxed);
        match write_line(&mut out, &line, &mut is_torn) {
            Ok(()) if told.elapsed() >= PAUSE => {
                let lost = counts.lost.load(Ordering::Relaxed);
                let count = lost - told_of;
                if count > 0 {
                    (told, told_of) = (Instant::now(), lost);
                    tracing::warn!(lines = count, "lines of the log could not be written");
                }
            }
            Ok(()) => {}
            Err(_) => {
                counts.lost.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// Writes a line whole; the rest of one that broke off is ended first.
fn write_line(out: &mut impl Write, line: &[u8], is_torn: &mut bool) -> io::Result<()> {
    if *is_torn {
        out.write_all(b"\n")?;
        *is_torn = false;
    }
    let mut rest = line;
    while !rest.is_empty() {
        match out.write(rest) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => rest = rest.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                *is_torn = rest.len() < line.len();
                return Err(error);
            }
        }
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use std::sync::atomic::AtomicBool;

    /// Takes three bytes of a line and then fails, until it is mended.
    #[derive(Clone, Default)]
    struct Disk {
        is_full: Arc<AtomicBool>,
        written: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.is_full.load(Ordering::SeqCst) {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.written.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_that_cannot_be_written_are_lost_and_later_ones_are_not() {
        let disk = Disk::default();
        let mut sink = Sink::begin(disk.clone());
        disk.is_full.store(true, Ordering::SeqCst);
        for _ in 0..3 {
            sink.write_all(b"lost\n").unwrap();
        }
        Sink::flush(&sink);
        assert_eq!(sink.lost(), 3);

        disk.is_full.store(false, Ordering::SeqCst);
        sink.write_all(b"kept\n").unwrap();
        Sink::flush(&sink);
        assert_eq!(*disk.written.lock().unwrap(), b"kept\n");
    }

    #[test]
    fn the_rest_of_a_torn_line_does_not_run_into_the_next_one() {
        struct Narrow<'a>(&'a mut Vec<u8>, usize);
        impl Write for Narrow<'_> {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                let room = self.1.min(bytes.len());
                if room == 0 {
                    return Err(io::ErrorKind::StorageFull.into());
                }
                self.1 -= room;
                self.0.extend_from_slice(&bytes[..room]);
                Ok(room)
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let (mut written, mut is_torn) = (Vec::new(), false);
        assert!(write_line(&mut Narrow(&mut written, 3), b"first\n", &mut is_torn).is_err());
        assert!(write_line(&mut Narrow(&mut written, 99), b"second\n", &mut is_torn).is_ok());
        assert_eq!(written, b"fir\nsecond\n");
    }

    #[test]
    fn nobody_waits_for_a_reader_who_does_not_read() {
        let (_reader, writer) = std::io::pipe().unwrap();
        let mut sink = Sink::begin(writer);
        let line = vec![b'x'; 1024];
        for _ in 0..ROOM * 2 {
            sink.write_all(&line).unwrap();
        }
        assert!(sink.lost() > 0);
    }
}
