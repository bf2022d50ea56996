//! How a person likes pages.

use crate::app::{caller::Preferences, me};
use crate::domain::field::FieldError;
use crate::domain::paging::PAGE_SIZES;
use crate::web::answer::{PageResult, render, render_as, see_other};
use crate::web::pages::sign_in::door::safe_next;
use crate::web::{error::PageError, forms::csrf::Protected, layout::Layout, layout::filters, visit::Visit};
use actix_web::http::StatusCode;
use askama::Template;

/// A choice: its name in the form, what people read, what it means.
struct Preference(&'static str, &'static str, &'static str);

const THEMES: [Preference; 3] = [
    Preference("system", "System", "Light or dark, as the device is set."),
    Preference("light", "Light", "Dark text on a light page."),
    Preference("dark", "Dark", "Light text on a dark page."),
];
const DENSITIES: [Preference; 2] = [
    Preference("comfortable", "Comfortable", "More room between the rows of a table."),
    Preference("compact", "Compact", "More rows on a screen."),
];

#[derive(Template)]
#[template(path = "me/preferences.html")]
struct PreferencesPage {
    page: Layout,
    errors: Vec<FieldError>,
    chosen: Preferences,
    themes: &'static [Preference],
    densities: &'static [Preference],
    sizes: &'static [i16],
}

impl PreferencesPage {
    fn new(page: Layout, chosen: Preferences, errors: Vec<FieldError>) -> Self {
        Self { page, errors, chosen, themes: &THEMES, densities: &DENSITIES, sizes: &PAGE_SIZES }
    }
}

/// Theme, density and rows of a page, as they are now.
pub async fn preferences_form(visit: Visit) -> PageResult {
    let page = visit.layout("me");
    render(&PreferencesPage::new(page, visit.person.preferences(), Vec::new()))
}

/// Keeps theme, density and rows of a page.
pub async fn set_preferences(visit: Visit, form: Protected) -> PageResult {
    let form = form.0;
    let page_size = match form.text("page_size") {
        // A page that was open before there was the choice.
        "" if !form.has("page_size") => visit.person.preferences().page_size,
        text => text.parse().unwrap_or_default(),
    };
    let (theme, density) = (form.text("theme").to_owned(), form.text("density").to_owned());
    let chosen = Preferences { theme, density, page_size };
    let errors = errors_of(&chosen);
    if !errors.is_empty() {
        let page = visit.layout("me");
        return render_as(StatusCode::UNPROCESSABLE_ENTITY, &PreferencesPage::new(page, chosen, errors));
    }
    me::set_preferences(visit.app(), &visit.person, chosen).await?;
    Ok(visit.done("/me/preferences", "Preferences saved."))
}

/// Keeps how many rows a page has, and goes back to the beginning of the list where that was chosen.
pub async fn set_rows(visit: Visit, Protected(form): Protected) -> PageResult {
    let page_size = form.text("page_size").parse().unwrap_or_default();
    if !PAGE_SIZES.contains(&page_size) {
        return Err(PageError::Malformed("A page has 25, 50 or 100 rows. Choose one of these."));
    }
    let liked = visit.person.preferences();
    if liked.page_size != page_size {
        me::set_preferences(visit.app(), &visit.person, Preferences { page_size, ..liked }).await?;
    }
    let back = safe_next(form.text("back"));
    Ok(see_other(if back.is_empty() { "/me/preferences" } else { &back }))
}

fn errors_of(chosen: &Preferences) -> Vec<FieldError> {
    let is_one_of = |choices: &[Preference], name: &str| choices.iter().any(|choice| choice.0 == name);
    let mut errors = Vec::new();
    if !is_one_of(&THEMES, &chosen.theme) {
        errors.push(FieldError::on_page("theme", "Choose a theme: system, light or dark."));
    }
    if !is_one_of(&DENSITIES, &chosen.density) {
        errors.push(FieldError::on_page("density", "Choose a density: comfortable or compact."));
    }
    if !PAGE_SIZES.contains(&chosen.page_size) {
        errors.push(FieldError::on_page("page_size", "Choose how many rows a page has: 25, 50 or 100."));
    }
    errors
}
