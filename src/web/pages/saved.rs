//! Above a list: the filters in force, each with a way to leave it out, and those that the person saved.

use crate::app::{Failure, saved_filters};
use crate::domain::field::FieldError;
use crate::domain::saved_filter::{FilteredList, LONGEST_NAME, MAX_SAVED, SavedFilter};
use crate::web::answer::{PageResult, see_other};
use crate::web::layout::flash::Kind;
use crate::web::pages::{audit, users};
use crate::web::{error::PageError, forms::csrf::Protected, query::Query, visit::Visit};

/// For `templates/parts/chips.html`; the page that includes it holds it in a field `chips`.
pub struct Chips {
    /// Where the list is.
    pub list: &'static str,
    pub active: Vec<Chip>,
    pub saved: Vec<Saved>,
    /// What would be saved; empty while nothing is filtered.
    pub filter: String,
    pub longest: usize,
    pub has_room: bool,
}

/// A filter in force.
pub struct Chip {
    pub label: &'static str,
    pub value: String,
    /// The list without it.
    pub href: String,
}

/// A saved filter.
pub struct Saved {
    pub name: String,
    pub href: String,
    pub is_current: bool,
}

impl Chips {
    /// For a list whose address says what `query` says, with the filters in force: parameter, name and value.
    pub async fn load(
        visit: &Visit,
        query: &Query,
        active: Vec<(&'static str, &'static str, String)>,
        list: FilteredList,
    ) -> Result<Self, PageError> {
        let (address, fields, places) = kept(list);
        let mut gone: Vec<(&str, &str)> = places.iter().map(|name| (*name, "")).collect();
        let chip = |(name, label, value): (&'static str, &'static str, String)| {
            gone.push((name, ""));
            let href = format!("{address}{}", query.with(&gone)).trim_end_matches('?').to_owned();
            gone.pop();
            Chip { label, value, href }
        };
        let active: Vec<Chip> = active.into_iter().map(chip).collect();
        let filter = if active.is_empty() { String::new() } else { query.only(fields) };
        let found = saved_filters::saved(visit.app(), &visit.person, list).await?;
        let has_room = found.len() < MAX_SAVED;
        let saved = found.into_iter().map(|saved| {
            let query = Query::parse(saved.query.trim_start_matches('?')).map(|query| query.only(fields));
            let query = query.unwrap_or_default();
            Saved { is_current: query == filter, href: format!("{address}{query}"), name: saved.name }
        });
        Ok(Self { list: address, active, saved: saved.collect(), filter, longest: LONGEST_NAME, has_room })
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.active.is_empty() && self.saved.is_empty()
    }

    /// Whether what is filtered is saved already.
    pub fn is_saved(&self) -> bool {
        self.saved.iter().any(|saved| saved.is_current)
    }
}

/// Where a list is, what of its address a filter is made of, and what says from where on it is shown.
fn kept(list: FilteredList) -> (&'static str, &'static [&'static str], &'static [&'static str]) {
    match list {
        FilteredList::Users => ("/users", &users::sorting::FIELDS, &users::sorting::PLACES),
        FilteredList::Log => ("/audit", &audit::FIELDS, &audit::PLACES),
    }
}

/// Saves what the User List is filtered by.
pub async fn save_of_users(visit: Visit, form: Protected) -> PageResult {
    save(&visit, form, FilteredList::Users).await
}

/// The same for the log.
pub async fn save_of_log(visit: Visit, form: Protected) -> PageResult {
    save(&visit, form, FilteredList::Log).await
}

/// Deletes a filter that was saved for the User List.
pub async fn delete_of_users(visit: Visit, form: Protected) -> PageResult {
    delete(&visit, form, FilteredList::Users).await
}

/// The same for the log.
pub async fn delete_of_log(visit: Visit, form: Protected) -> PageResult {
    delete(&visit, form, FilteredList::Log).await
}

/// Of the address only what the list knows is kept.
async fn save(visit: &Visit, Protected(form): Protected, list: FilteredList) -> PageResult {
    let (address, fields, _) = kept(list);
    let query = Query::parse(form.text("filter").trim_start_matches('?'))?.only(fields);
    let back = format!("{address}{query}");
    let saved = match SavedFilter::new(form.text("name"), &query) {
        Ok(filter) => saved_filters::save(visit.app(), &visit.person, list, filter).await,
        Err(error) => {
            // Whoever may not see the list is told that, and nothing of the form.
            saved_filters::saved(visit.app(), &visit.person, list).await?;
            Err(error.into())
        }
    };
    match saved {
        Ok(()) => Ok(visit.done(&back, "The filter is saved.")),
        Err(Failure::Invalid(errors)) => {
            let text = errors.first().map(|error: &FieldError| error.text.to_string()).unwrap_or_default();
            visit.leave(Kind::Bad, text);
            Ok(see_other(&back))
        }
        Err(other) => Err(other.into()),
    }
}

async fn delete(visit: &Visit, Protected(form): Protected, list: FilteredList) -> PageResult {
    let (address, fields, _) = kept(list);
    let query = Query::parse(form.text("filter").trim_start_matches('?'))?.only(fields);
    let back = format!("{address}{query}");
    match saved_filters::delete(visit.app(), &visit.person, list, form.text("name")).await {
        Ok(()) => Ok(visit.done(&back, "The saved filter is deleted.")),
        Err(Failure::NotFound) => {
            visit.leave(Kind::Warn, "There is no saved filter of this name any more.");
            Ok(see_other(&back))
        }
        Err(other) => Err(other.into()),
    }
}
