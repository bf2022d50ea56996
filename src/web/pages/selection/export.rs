//! The User List as a file: the chosen users, or all that the list shows.

use super::chosen::{Ticked, confirmed};
use super::page::users_in_words;
use crate::app::reports::user_export::{COLUMNS, Wanted, export_users};
use crate::domain::export::Format;
use crate::domain::permission::action;
use crate::web::answer::{PageResult, download, render, see_other};
use crate::web::layout::flash::Kind;
use crate::web::pages::users::{list::filter_of, sorting::FIELDS};
use crate::web::{forms::csrf::Protected, layout::Layout, layout::filters, query::Query, visit::Visit};
use askama::Template;

#[derive(Template)]
#[template(path = "selection/export.html")]
struct ExportPage {
    page: Layout,
    ticked: Ticked,
    columns: String,
    /// What the list showed, for the form.
    filter: String,
}

impl ExportPage {
    fn chosen(&self) -> String {
        users_in_words(self.ticked.uins.len())
    }
}

/// What the file holds, and which users can be in it.
pub async fn form(visit: Visit) -> PageResult {
    visit.person.ensure_here(action::LIST_USERS)?;
    let ticked = Ticked::read(&visit)?;
    let filter = Query::parse(ticked.list.trim_start_matches('?'))?.only(&FIELDS);
    let page = visit.layout("users");
    render(&ExportPage { page, ticked, columns: COLUMNS.join(", "), filter })
}

/// The file: with users those, without any all that the filter finds.
pub async fn file(visit: Visit, Protected(form): Protected) -> PageResult {
    visit.person.ensure_here(action::LIST_USERS)?;
    let query = Query::parse(form.text("filter").trim_start_matches('?'))?;
    let chosen = confirmed(&form)?;
    let (Some(format), Ok(filter)) = (Format::from_name(form.text("format")), filter_of(&query)) else {
        visit.leave(Kind::Bad, "Nothing was exported: the filter or the format cannot be read.");
        return Ok(see_other(&format!("/users{}", query.only(&FIELDS))));
    };
    let wanted = if chosen.is_empty() { Wanted::Listed(filter) } else { Wanted::Chosen(chosen) };
    let parts = export_users(visit.app(), &visit.person, wanted, format).await?;
    Ok(download(parts, &format!("users-{}", visit.person.owner()), format))
}
