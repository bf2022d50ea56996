//! The log as a file, as its page filters it.

use crate::app::reports::audit_export::export_log;
use crate::domain::export::Format;
use crate::domain::permission::action;
use crate::web::answer::{PageResult, download, see_other};
use crate::web::layout::flash::Kind;
use crate::web::pages::audit::search::TypedFilter;
use crate::web::{forms::csrf::Protected, query::Query, visit::Visit};

/// All events that fit the filter of the page that it was asked on, newest first.
pub async fn export(visit: Visit, Protected(form): Protected) -> PageResult {
    visit.person.ensure_here(action::EXPORT_AUDIT)?;
    let query = Query::parse(form.text("filter").trim_start_matches('?'))?;
    let filter = TypedFilter::read(&query).filter(visit.app(), &visit.person).await?;
    let (Some(format), Ok(filter)) = (Format::from_name(form.text("format")), filter) else {
        visit.leave(Kind::Bad, "Nothing was exported: the filter or the format cannot be read.");
        return Ok(see_other(&format!("/audit{}", query.with(&[]))));
    };
    let parts = export_log(visit.app(), &visit.person, filter, format).await?;
    Ok(download(parts, &format!("audit-{}", visit.person.owner()), format))
}
