//! The signature debugger: a request that was refused, and what the server would have had signed.

use crate::app::{Failure, signed, signed::explain::Explained, signed::explain::Verdict};
use crate::domain::field::FieldError;
use crate::domain::signature::{Body, Difference, Incoming, WINDOW_SECONDS};
use crate::web::answer::{PageResult, render, render_as};
use crate::web::{forms::Form, forms::csrf::Protected, layout::Layout, layout::filters, visit::Visit};
use actix_web::http::StatusCode;
use askama::Template;

/// More than any client sends.
const MOST_HEADERS: usize = 64;

/// The request as it was pasted.
#[derive(Default)]
struct Pasted {
    method: String,
    query: String,
    headers: String,
    body: String,
}

impl Pasted {
    /// Browsers send line breaks of a text area as CR LF; programs sign LF.
    fn of(form: &Form) -> Self {
        Self {
            method: form.text("method").to_owned(),
            query: form.text("query").trim().trim_start_matches('?').to_owned(),
            headers: form.text("headers").to_owned(),
            body: form.text("body").replace("\r\n", "\n"),
        }
    }

    /// The lines `Name: value`; a request line above them is passed over.
    fn header_lines(&self) -> Result<Vec<(String, Vec<u8>)>, FieldError> {
        let lines = self
            .headers
            .lines()
            .map(|line| line.trim().trim_start_matches("> "))
            .filter(|line| !line.is_empty());
        let is_request_line = |line: &str| line.starts_with("GET ") || line.starts_with("POST ");
        let mut found = Vec::new();
        for line in lines.filter(|line| !is_request_line(line)) {
            let (name, value) = line.split_once(':').ok_or_else(|| {
                FieldError::on_page("headers", "Write one header a line, as `Name: value`.")
            })?;
            found.push((name.trim().to_ascii_lowercase(), value.trim().as_bytes().to_vec()));
        }
        if found.len() > MOST_HEADERS {
            return Err(FieldError::on_page(
                "headers",
                format!("Leave headers out: at most {MOST_HEADERS} are read."),
            ));
        }
        Ok(found)
    }
}

#[derive(Template)]
#[template(path = "help/debug.html")]
struct DebugPage {
    page: Layout,
    errors: Vec<FieldError>,
    typed: Pasted,
    explained: Option<Explained>,
    skew: String,
    /// Whether the request would be accepted, and if not, what differs.
    verdict: String,
    is_fitting: bool,
    window: i64,
}

impl DebugPage {
    fn new(page: Layout, typed: Pasted) -> Self {
        Self {
            page,
            errors: Vec::new(),
            typed,
            explained: None,
            skew: String::new(),
            verdict: String::new(),
            is_fitting: false,
            window: WINDOW_SECONDS,
        }
    }
}

/// How far the request's clock is off, in words.
fn skew_of(explained: &Explained) -> String {
    match explained.now - explained.timestamp {
        0 => "the same second".to_owned(),
        late if late > 0 => format!("{late} seconds before the server’s time"),
        early => format!("{} seconds after the server’s time", early.unsigned_abs()),
    }
}

/// The first line: what has to be changed so that the request is accepted.
fn verdict_on(explained: &Explained) -> String {
    let signature = match explained.verdict {
        Verdict::Fits => "The signature fits.",
        Verdict::Differs(Difference::EmptyBody) => "The body differs: the client signed an empty one.",
        Verdict::Differs(Difference::UnsignedPayload) => {
            "The body differs: the client signed UNSIGNED-PAYLOAD without the header X-TC-Content-SHA256."
        }
        Verdict::Differs(Difference::Path) => {
            "The path differs: the canonical URI must be /, whatever the real path is."
        }
        Verdict::Differs(Difference::Query) => "The query differs: the client signed an empty one.",
        Verdict::Differs(Difference::Encoding) => "The path differs: it is encoded once more, or once less.",
        Verdict::LineEnds => {
            "The signature fits, with other line ends in the body than pasted here. The body that arrives must be the \
             one that is signed, byte for byte."
        }
        Verdict::OtherKey => {
            "The secret differs: this was signed with the SecretKey of the user's other key. SecretId and SecretKey do \
             not belong together."
        }
        Verdict::Unknown => {
            "The secret differs, or the body or a header differs from what the client signed. If your client signed the \
             texts below, its SecretKey is wrong."
        }
    };
    let off = explained.now - explained.timestamp;
    let clock = match (explained.is_late, off > 0) {
        (false, _) => String::new(),
        (true, true) => format!("The clock is {off} seconds behind, if this was sent just now."),
        (true, false) => format!("The clock is {} seconds ahead.", off.unsigned_abs()),
    };
    let disabled = if explained.is_disabled { "The key is disabled." } else { "" };
    let parts = match explained.verdict {
        Verdict::Fits => [disabled, clock.as_str(), signature],
        _ => [signature, clock.as_str(), disabled],
    };
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Asks for the request, of somebody who may see keys of their own.
pub async fn form(visit: Visit) -> PageResult {
    signed::explain::ensure_may_debug(visit.app(), &visit.person).await?;
    let layout = visit.layout("api");
    render(&DebugPage::new(layout, Pasted { method: "POST".to_owned(), ..Pasted::default() }))
}

/// Shows the server's view of it. Nothing is stored.
pub async fn submit(visit: Visit, Protected(form): Protected) -> PageResult {
    let typed = Pasted::of(&form);
    let outcome = explain(&visit, &typed).await;
    let mut page = DebugPage::new(visit.layout("api"), typed);
    match outcome {
        Ok(explained) => {
            page.skew = skew_of(&explained);
            page.verdict = verdict_on(&explained);
            page.is_fitting =
                explained.verdict == Verdict::Fits && !explained.is_late && !explained.is_disabled;
            page.explained = Some(explained);
            render(&page)
        }
        Err(Failure::Invalid(errors)) => {
            page.errors = errors;
            render_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(other) => Err(other.into()),
    }
}

async fn explain(visit: &Visit, typed: &Pasted) -> Result<Explained, Failure> {
    signed::explain::ensure_may_debug(visit.app(), &visit.person).await?;
    let lines = typed.header_lines()?;
    let headers: Vec<(&str, &[u8])> =
        lines.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
    let incoming = Incoming {
        method: &typed.method,
        path: "/",
        query: &typed.query,
        headers: &headers,
        body: Body::Bytes(typed.body.as_bytes()),
    };
    signed::explain::explain(visit.app(), &visit.person, &incoming).await
}
