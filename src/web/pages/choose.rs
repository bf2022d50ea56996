//! The page to choose from: policies for somebody, groups to join, users to add.

use crate::app::caller::Caller;
use crate::app::users;
use crate::app::users::{Cursor, Filter, PAGE_SIZE};
use crate::domain::field::FieldError;
use crate::domain::permission::action;
use crate::domain::user::{User, UserKind};
use crate::web::answer::{render, render_as};
use crate::web::context::WebContext;
use crate::web::error::PageError;
use crate::web::layout::{Layout, filters};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

/// What such a page says.
pub struct Wording {
    /// Of the page and of its button.
    pub title: &'static str,
    pub icon: &'static str,
    /// The field that errors are shown at.
    pub field: &'static str,
    pub legend: &'static str,
    pub hint: &'static str,
    /// What choosing does.
    pub effect: &'static str,
    /// What can be searched for, or empty where everything is shown.
    pub search: &'static str,
    /// Heading and sentence for when there is nothing to choose from.
    pub nothing: (&'static str, &'static str),
}

/// Whom the choice is for.
pub struct Subject {
    pub name: String,
    /// What kind of id it has, and the id.
    pub id: (&'static str, String),
    /// The list that it is in, and its address for whoever may go there.
    pub list: (&'static str, Option<&'static str>),
    pub address: String,
    /// Where the page itself is, and where it leads back to.
    pub form: String,
    pub back: String,
}

/// Something to tick.
pub struct Choice {
    pub field: &'static str,
    pub value: String,
    pub label: String,
    pub detail: String,
}

/// What there is to choose from, of what a search found.
pub struct Choices {
    pub q: String,
    pub found: Vec<Choice>,
    pub has_more: bool,
}

#[derive(Template)]
#[template(path = "parts/choose.html")]
struct ChoosePage {
    page: Layout,
    errors: Vec<FieldError>,
    wording: &'static Wording,
    subject: Subject,
    choices: Choices,
    chosen: Vec<String>,
}

impl ChoosePage {
    fn hint(&self) -> String {
        let more = if self.choices.has_more { "These are not all: search for others. " } else { "" };
        format!("{more}{}", self.wording.hint)
    }

    /// A choice may have been named instead of ticked.
    fn is_ticked(&self, choice: &Choice) -> bool {
        self.chosen.iter().any(|text| *text == choice.value || *text == choice.label)
    }
}

impl Choice {
    /// A user, by UIN.
    pub fn of_user(user: User, field: &'static str) -> Self {
        let (uin, kind) = (user.uin.to_string(), user.kind.label());
        let note = if user.note.is_empty() { String::new() } else { format!(" · {}", user.note) };
        Self { detail: format!("{kind} · {uin}{note}"), value: uin, label: user.name, field }
    }
}

/// Users that a search finds and that fit, never root; and whether there are more.
pub async fn users_to_choose(
    context: &WebContext,
    person: &Caller,
    text: &str,
    fits: impl Fn(&User) -> bool,
) -> Result<(Vec<User>, bool), PageError> {
    let (mut found, mut cursor) = (Vec::new(), Cursor::Start);
    if !person.may_here(action::LIST_USERS) {
        return Ok((found, false));
    }
    let filter = Filter { text: text.to_owned(), ..Filter::default() };
    loop {
        let part = users::users(&context.app, person, filter.clone(), cursor).await?;
        let last = part.users.last().map(|listed| listed.user.name.to_lowercase());
        let users = part.users.into_iter().map(|listed| listed.user);
        found.extend(users.filter(|user| user.kind != UserKind::Root && fits(user)));
        match last {
            Some(name) if part.has_next && found.len() < PAGE_SIZE => cursor = Cursor::After(name),
            _ => return Ok((found, part.has_next)),
        }
    }
}

/// Shows what there is to choose from.
pub fn show(
    page: Layout,
    wording: &'static Wording,
    subject: Subject,
    choices: Choices,
) -> Result<HttpResponse, PageError> {
    render(&ChoosePage { page, errors: Vec::new(), wording, subject, choices, chosen: Vec::new() })
}

/// Comes back with what does not fit, and with what was chosen.
pub fn show_again(
    page: Layout,
    (wording, subject, choices): (&'static Wording, Subject, Choices),
    chosen: Vec<String>,
    (status, errors): (StatusCode, Vec<FieldError>),
) -> Result<HttpResponse, PageError> {
    render_as(status, &ChoosePage { page, errors, wording, subject, choices, chosen })
}
