//! The signature debugger: a request that was refused, and what the server would have had signed.

use super::{render, render_as};
use crate::app::Failure;
use crate::app::explain::Explained;
use crate::app::keys::Place;
use crate::domain::field::FieldError;
use crate::domain::signature::{Body, Incoming, WINDOW_SECONDS};
use crate::web::caller::Person;
use crate::web::context::WebContext;
use crate::web::csrf::Protected;
use crate::web::error::PageError;
use crate::web::filters;
use crate::web::form::Form;
use crate::web::layout::Layout;
use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
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
    window: i64,
}

impl DebugPage {
    fn new(page: Layout, typed: Pasted) -> Self {
        Self { page, errors: Vec::new(), typed, explained: None, skew: String::new(), window: WINDOW_SECONDS }
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

/// Asks for the request, of somebody who may see keys of their own.
pub async fn form(
    context: Data<WebContext>,
    person: Person,
    session: Session,
) -> Result<HttpResponse, PageError> {
    context.app.keys(&person, Place::Own).await?;
    let layout = Layout::new(&context, &person, &session, "api");
    render(&DebugPage::new(layout, Pasted { method: "POST".to_owned(), ..Pasted::default() }))
}

/// Shows the server's view of it. Nothing is stored.
pub async fn submit(
    context: Data<WebContext>,
    person: Person,
    session: Session,
    Protected(form): Protected,
) -> Result<HttpResponse, PageError> {
    let typed = Pasted::of(&form);
    let outcome = explain(&context, &person, &typed).await;
    let mut page = DebugPage::new(Layout::new(&context, &person, &session, "api"), typed);
    match outcome {
        Ok(explained) => {
            page.skew = skew_of(&explained);
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

async fn explain(context: &WebContext, person: &Person, typed: &Pasted) -> Result<Explained, Failure> {
    context.app.keys(person, Place::Own).await?;
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
    context.app.explain(person, &incoming).await
}
