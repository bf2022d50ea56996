//! The page to choose from: policies for somebody, groups to join, users to add.

use crate::app::policies::planned::Planned;
use crate::app::{Failure, users::search};
use crate::domain::paging::{PAGE_ROWS, Slice};
use crate::domain::user_search::{UserCursor, UserFilter};
use crate::domain::{field::FieldError, permission::action, user::User, user::UserKind};
use crate::web::answer::{PageResult, render, render_as};
use crate::web::pages::impact::{self, ImpactPanel};
use crate::web::{
    error::PageError, forms::Form, forms::csrf::Protected, layout::Layout, layout::filters,
    pages::faults::Faults, pages::faults::group_faults, query::Query, visit::Visit,
};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use std::future::{Future, ready};

/// Pages of the User List that are looked through for users that fit; a search finds those further on.
const MOST_PAGES: usize = 10;

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
    wording: Wording,
    subject: Subject,
    choices: Choices,
    chosen: Vec<String>,
    /// Whether it can be asked what a choice would mean.
    can_check: bool,
    /// What it would mean, once that was asked for.
    impact: Option<ImpactPanel>,
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
    visit: &Visit,
    text: &str,
    fits: impl AsyncFn(Vec<User>) -> Result<Vec<User>, PageError>,
) -> Result<(Vec<User>, bool), PageError> {
    let (mut found, mut cursor) = (Vec::new(), UserCursor::Start);
    if !visit.person.may_here(action::LIST_USERS) {
        return Ok((found, false));
    }
    let filter = UserFilter { text: text.to_owned(), ..UserFilter::default() };
    for _ in 0..MOST_PAGES {
        let part = Slice { cursor, size: i64::from(PAGE_ROWS) };
        let part = search::users(visit.app(), &visit.person, filter.clone(), part).await?;
        let users = part.users.into_iter().map(|listed| listed.user);
        found.extend(fits(users.filter(|user| user.kind != UserKind::Root).collect()).await?);
        match part.next {
            Some(place) if found.len() < usize::from(PAGE_ROWS) => cursor = UserCursor::After(place),
            next => return Ok((found, next.is_some())),
        }
    }
    Ok((found, true))
}

/// Something that a person gives by ticking: policies to a user, groups to join, users to add.
pub(in crate::web) trait Chooser: Sized {
    /// What the page says.
    const WORDING: Wording;
    /// Where the navigation is.
    const SECTION: &'static str;

    /// Whom the choice is for, once the person may choose for it.
    async fn load(visit: &Visit) -> Result<Self, PageError>;

    /// What a person needs to look at the choices, beside what `load` asks for.
    fn ensure_shown(_: &Visit) -> Result<(), Failure> {
        Ok(())
    }

    /// What there is to choose from, of what a search finds.
    async fn choices(&self, visit: &Visit, text: &str) -> Result<Choices, PageError>;

    /// Refuses whoever could have chosen nothing.
    fn ensure_open(&self, _: &Visit) -> impl Future<Output = Result<(), PageError>> {
        ready(Ok(()))
    }

    /// What was chosen, as it was sent.
    fn chosen(form: &Form) -> Vec<String> {
        form.all(Self::WORDING.field)
    }

    /// Whether it can be asked what a choice would mean.
    const CAN_CHECK: bool = false;

    /// What was chosen, as a change whose meaning can be told.
    fn planned(&self, _: &Visit, _: &Form) -> impl Future<Output = Result<Option<Planned>, Failure>> {
        ready(Ok(None))
    }

    /// Gives what was chosen and leads on, or leads to the question that comes first.
    async fn apply(&self, visit: &Visit, form: &Form) -> Result<HttpResponse, Failure>;

    /// Which failures come back with the form.
    fn faults(failure: Failure) -> Result<Faults, PageError> {
        group_faults(failure)
    }

    /// Whom the choice is for, as the page says it.
    fn subject(self, visit: &Visit) -> Subject;
}

/// Shows what there is to choose from.
pub(in crate::web) async fn form<C: Chooser>(visit: Visit, query: Query) -> PageResult {
    let chooser = C::load(&visit).await?;
    C::ensure_shown(&visit)?;
    let choices = chooser.choices(&visit, query.text("q").trim()).await?;
    render(&ChoosePage {
        page: visit.layout(C::SECTION),
        errors: Vec::new(),
        wording: C::WORDING,
        subject: chooser.subject(&visit),
        choices,
        chosen: Vec::new(),
        can_check: C::CAN_CHECK,
        impact: None,
    })
}

/// Gives what was chosen, or comes back with what does not fit and with what was chosen.
pub(in crate::web) async fn submit<C: Chooser>(visit: Visit, Protected(form): Protected) -> PageResult {
    let chooser = C::load(&visit).await?;
    chooser.ensure_open(&visit).await?;
    let mut impact = None;
    let tried = if C::CAN_CHECK && form.has("check") {
        match chooser.planned(&visit, &form).await {
            Ok(planned) => {
                impact = of_planned(&visit, planned).await?;
                Ok(None)
            }
            Err(failure) => Err(failure),
        }
    } else {
        chooser.apply(&visit, &form).await.map(Some)
    };
    let (status, errors) = match tried {
        Ok(Some(answer)) => return Ok(answer),
        Ok(None) => (StatusCode::OK, Vec::new()),
        Err(failure) => C::faults(failure)?,
    };
    let choices = chooser.choices(&visit, "").await?;
    let again = ChoosePage {
        page: visit.layout(C::SECTION),
        errors,
        wording: C::WORDING,
        subject: chooser.subject(&visit),
        choices,
        chosen: C::chosen(&form),
        can_check: C::CAN_CHECK,
        impact,
    };
    render_as(status, &again)
}

async fn of_planned(visit: &Visit, planned: Option<Planned>) -> Result<Option<ImpactPanel>, PageError> {
    match planned {
        Some(planned) => impact::of(visit, planned).await.map(Some),
        None => Ok(None),
    }
}
