//! The page that says what a deed means for each of the chosen users, and asks.

use super::chosen::Ticked;
use crate::app::Failure;
use crate::app::selection::{Chosen, Fate, KeyState, Selection};
use crate::domain::key::{MAX_KEYS_PER_USER, SecretId};
use crate::domain::permission::action;
use crate::domain::user::Uin;
use crate::web::answer::{PageResult, render, see_other};
use crate::web::layout::flash::Kind;
use crate::web::{layout::Layout, layout::badge::Badge, layout::filters, visit::Visit};
use actix_web::HttpResponse;
use askama::Template;

/// Names that a sentence tells before it counts the others.
const MOST_NAMES: usize = 5;

/// What a deed is called.
#[derive(Clone, Copy)]
pub struct Words {
    /// The end of its address.
    pub deed: &'static str,
    /// Such as "Attach a policy".
    pub title: &'static str,
    /// On the button, before the number of users.
    pub button: &'static str,
    /// Of a user to whom it will be done.
    pub due: &'static str,
    /// Of one with whom it is so already.
    pub already: &'static str,
    /// What it does, in a sentence.
    pub effect: &'static str,
    /// Whether it takes something away.
    pub is_danger: bool,
}

/// What is to be said before anything can be judged.
pub enum Choice {
    Nothing,
    /// One of a list: field, label, and value and text of each.
    One {
        field: &'static str,
        label: &'static str,
        options: Vec<(String, String)>,
        chosen: String,
    },
    Days {
        value: i64,
        most: i64,
    },
}

/// For `templates/selection/index.html`.
#[derive(Template)]
#[template(path = "selection/index.html")]
struct SelectionPage {
    page: Layout,
    words: Words,
    ticked: Ticked,
    choice: Choice,
    /// The question, or the name of the page while there is nothing to ask.
    title: String,
    /// Where the form goes.
    form: String,
    /// What is said about the deed: label and address of a page about it.
    more: Option<(String, String)>,
    rows: Option<Vec<Row>>,
    gone: usize,
    due: usize,
}

impl SelectionPage {
    fn due_in_words(&self) -> String {
        users_in_words(self.due)
    }
}

/// One user, and what the deed means for it.
struct Row {
    uin: Uin,
    name: String,
    href: Option<String>,
    is_due: bool,
    badge: Badge,
    text: String,
    since: Option<i64>,
    keys: usize,
    limit: usize,
    last_used: Option<i64>,
    stale: Vec<StaleRow>,
}

/// A key that the deed is about.
struct StaleRow {
    id: SecretId,
    used_at: Option<i64>,
    created_at: i64,
}

/// What a page asks, and about what.
pub struct Question {
    pub words: Words,
    pub choice: Choice,
    /// What is attached, joined or required; nothing while it is not chosen.
    pub judged: Option<Judged>,
}

/// A deed that was judged for each user.
pub struct Judged {
    /// What the title says before and after the number of users, such as `Attach X to`.
    pub title: (String, String),
    /// What the address of the page says beside the users.
    pub chosen: (&'static str, String),
    pub more: Option<(String, String)>,
    pub selection: Selection,
}

impl Question {
    /// The page with the question; without users there is nothing to ask, and the list comes back.
    pub fn show(self, visit: &Visit, ticked: Ticked) -> PageResult {
        if ticked.uins.is_empty() {
            return Ok(none_chosen(visit, &ticked));
        }
        let Self { words, choice, judged } = self;
        let (mut title, mut form) = (words.title.to_owned(), ticked.address(words.deed, &[]));
        let (mut rows, mut more, mut gone, mut due) = (None, None, 0, 0);
        if let Some(judged) = judged {
            form = ticked.address(words.deed, &[(judged.chosen.0, &judged.chosen.1)]);
            due = judged.selection.due().count();
            gone = judged.selection.gone;
            if due > 0 {
                title = format!("{} {}{}?", judged.title.0, users_in_words(due), judged.title.1);
            }
            more = judged.more;
            rows =
                Some(judged.selection.users.into_iter().map(|user| Row::of(visit, &words, user)).collect());
        }
        let page = visit.layout("users");
        render(&SelectionPage { page, words, ticked, choice, title, form, more, rows, gone, due })
    }
}

/// Such as `1 user`.
pub fn users_in_words(count: usize) -> String {
    if count == 1 { "1 user".to_owned() } else { format!("{count} users") }
}

/// Back to the list, which asks to tick somebody.
pub fn none_chosen(visit: &Visit, ticked: &Ticked) -> HttpResponse {
    visit.leave(Kind::Bad, "Nobody is chosen. Tick users in the list, then choose what to do with them.");
    see_other(&ticked.list_address())
}

/// What was done, in a sentence about so many users, and the names of those to whom it was.
pub fn told(selection: &Selection, sentence: impl FnOnce(&str) -> String) -> String {
    let names: Vec<&str> = selection.due().map(|chosen| chosen.user.name.as_str()).collect();
    let (shown, others) = names.split_at(names.len().min(MOST_NAMES));
    let others = match others.len() {
        0 => String::new(),
        1 => " and 1 other".to_owned(),
        many => format!(" and {many} others"),
    };
    let rest = selection.users.len() - names.len() + selection.gone;
    let rest = match rest {
        0 => String::new(),
        1 => " 1 was left as it is.".to_owned(),
        many => format!(" {many} were left as they are."),
    };
    format!("{}: {}{others}.{rest}", sentence(&users_in_words(names.len())), shown.join(", "))
}

/// A deed that was not done, as what the page showed has changed: its page comes back and shows how it is now.
pub fn overtaken(visit: &Visit, address: &str, failure: Failure) -> PageResult {
    let why = match failure {
        Failure::NotFound => "One of these users is gone.".to_owned(),
        Failure::Refused(text) => text.to_string(),
        Failure::Group(refusal) => refusal.to_string(),
        Failure::Policy(refusal) => refusal.to_string(),
        other => return Err(other.into()),
    };
    visit.leave(Kind::Bad, format!("Nothing was done: {why} Below is how it is now."));
    Ok(see_other(address))
}

/// Nothing is left to do: the page comes back and shows why.
pub fn nothing_due(visit: &Visit, address: &str) -> HttpResponse {
    visit.leave(Kind::Warn, "Nothing was done: none of these users is waiting for it any more.");
    see_other(address)
}

impl Row {
    fn of(visit: &Visit, words: &Words, chosen: Chosen) -> Self {
        let last_used = chosen.keys.iter().filter_map(|state| state.used_at).max();
        let (badge, text, since) = match &chosen.fate {
            Fate::Due => (Badge::new("info", "plus", words.due), String::new(), None),
            Fate::Already { since, by } => {
                let by = if by.is_empty() { String::new() } else { format!("by {by}") };
                (Badge::new("off", "circle-check", words.already), by, *since)
            }
            Fate::LeftOut(why) => (Badge::new("warn", "ban", "Left out"), why.to_string(), None),
        };
        let uin = chosen.user.uin;
        Self {
            href: visit.person.may(action::GET_USER, uin).then(|| format!("/users/{uin}")),
            is_due: chosen.is_due(),
            keys: chosen.keys.len(),
            limit: MAX_KEYS_PER_USER,
            stale: chosen.keys.iter().filter(|state| state.is_due).map(StaleRow::of).collect(),
            name: chosen.user.name,
            uin,
            badge,
            text,
            since,
            last_used,
        }
    }
}

impl StaleRow {
    fn of(state: &KeyState) -> Self {
        Self { id: state.key.secret_id.clone(), used_at: state.used_at, created_at: state.key.created_at }
    }
}
