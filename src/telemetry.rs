//! Logs: text or JSON on standard error, one line per event whatever an event carries.

mod sink;

use std::fmt::Write as _;
use std::io::{self, Write};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::dynamic_filter_fn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use self::sink::Sink;
use crate::config::{LogConfig, LogFormat};
use crate::domain::characters::is_hidden;
use crate::server::is_door_closed;

/// The log level cannot be understood; the configuration refuses it before it comes here.
#[derive(Debug, thiserror::Error)]
#[error("The log level cannot be understood: {0}.")]
pub struct TelemetryError(#[from] tracing_subscriber::filter::ParseError);

/// The framework reports requests that cannot be parsed as errors, though anybody can send those; a directive of the
/// operator's own for it wins.
const QUIET: &str = "actix_http::h1=off";
/// Where it says that a closed port takes no connections.
const ACCEPTING: &str = "actix_server::accept";
/// It also tells of its own threads at every start and end.
const QUIETER: &str = "actix_http::h1=off,actix_server=warn";

/// Starts the log; a second call changes nothing.
pub fn init(config: &LogConfig) -> Result<(), TelemetryError> {
    let hears_warnings = !["off", "error"].contains(&config.level.as_str());
    let quiet = if hears_warnings { QUIETER } else { QUIET };
    let filter = EnvFilter::builder().parse(format!("{quiet},{}", config.level))?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .log_internal_errors(false)
        .with_writer(OneLine(Sink::standard_error()));
    let started = match config.format {
        LogFormat::Text => builder.finish().with(news()).try_init(),
        LogFormat::Json => {
            builder.json().flatten_event(true).with_span_list(false).finish().with(news()).try_init()
        }
    };
    if started.is_ok() {
        // The usual report of a panic writes to standard error itself, and waits for it.
        std::panic::set_hook(Box::new(|panic| tracing::error!(%panic, "a thread panicked")));
    }
    Ok(())
}

/// Everything but the framework's surprise at a port that was closed on purpose.
fn news<S: tracing::Subscriber>() -> impl Layer<S> {
    dynamic_filter_fn(|event, _: &Context<'_, S>| event.target() != ACCEPTING || !is_door_closed())
}

/// Says a line on standard error, whatever the log's format is. It may be lost, and is never waited for.
pub fn tell(line: &str) {
    let _ = Sink::standard_error().write_all(format!("{line}\n").as_bytes());
}

/// Gives lines that are on their way a moment to arrive: before the program ends.
pub fn flush() {
    Sink::standard_error().flush();
}

/// Lines that wait to be written.
pub fn waiting_lines() -> usize {
    Sink::standard_error().waiting()
}

/// Lines that nobody could write, since the start.
pub fn lost_lines() -> usize {
    Sink::standard_error().lost()
}

/// Keeps an event on its line: control characters in it are written as `\u0000`, which is good in JSON too.
///
/// tracing-subscriber escapes terminal sequences but lets line ends through, with which a request could forge lines.
#[derive(Clone)]
pub struct OneLine<M>(pub M);

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for OneLine<M> {
    type Writer = OneLineWriter<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        OneLineWriter(self.0.make_writer())
    }
}

/// Writes one event per call, as tracing-subscriber hands them over.
pub struct OneLineWriter<W>(W);

impl<W: Write> Write for OneLineWriter<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let mut escaped = String::with_capacity(event.len() + 1);
        line.chars().for_each(|letter| push_escaped(&mut escaped, letter));
        escaped.push('\n');
        self.0.write_all(escaped.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn push_escaped(line: &mut String, letter: char) {
    match letter {
        '\n' => line.push_str("\\n"),
        '\r' => line.push_str("\\r"),
        '\t' => line.push_str("\\t"),
        harmful if is_harmful(harmful) => {
            for unit in harmful.encode_utf16(&mut [0; 2]) {
                let _ = write!(line, "\\u{unit:04x}");
            }
        }
        harmless => line.push(harmless),
    }
}

/// What cannot be seen, breaks the line or turns text around; the replacement character shows itself.
fn is_harmful(letter: char) -> bool {
    is_hidden(letter)
}

/// One span per request: method, path and id, never the query string or a header.
pub struct RequestSpan;

impl tracing_actix_web::RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &actix_web::dev::ServiceRequest) -> tracing::Span {
        let id = actix_web::HttpMessage::extensions(request)
            .get::<tracing_actix_web::RequestId>()
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::error_span!("request", method = %request.method(), path = request.path(), request_id = id, status = tracing::field::Empty)
    }

    fn on_request_end<B: actix_web::body::MessageBody>(
        span: tracing::Span,
        outcome: &Result<actix_web::dev::ServiceResponse<B>, actix_web::Error>,
    ) {
        let status = match outcome {
            Ok(response) => response.status(),
            Err(error) => error.as_response_error().status_code(),
        };
        span.record("status", status.as_u16());
        span.in_scope(|| tracing::info!("answered"));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const HOSTILE: &str = "a\nERROR forged\r\u{1b}[2K\u{85}\u{2028}\u{202e}\u{200b}\u{e0041}é";

    fn logged(json: bool) -> String {
        let file = tempfile::NamedTempFile::new().unwrap();
        let written = Arc::new(file.reopen().unwrap());
        let builder = tracing_subscriber::fmt().with_ansi(false).with_writer(OneLine(written));
        let log = || tracing::info!(user = HOSTILE, "{HOSTILE}");
        if json {
            tracing::subscriber::with_default(builder.json().finish(), log);
        } else {
            tracing::subscriber::with_default(builder.finish(), log);
        }
        std::fs::read_to_string(file.path()).unwrap()
    }

    #[test]
    fn an_event_cannot_forge_a_second_line_or_move_the_cursor() {
        for line in [logged(false), logged(true)] {
            assert_eq!(line.lines().count(), 1, "{line}");
            assert!(!line.trim_end().contains(is_harmful), "{line:?}");
            assert!(line.contains("forged") && line.contains('é'));
        }
    }

    #[test]
    fn a_hostile_event_in_json_is_still_json() {
        let event: serde_json::Value = serde_json::from_str(&logged(true)).unwrap();

        assert_eq!(event["fields"]["message"], HOSTILE);
    }

    #[test]
    fn starting_the_log_twice_is_harmless() {
        let config = LogConfig { format: LogFormat::Json, level: "off".to_owned() };

        assert!(init(&config).is_ok());
        assert!(init(&config).is_ok());
    }
}
