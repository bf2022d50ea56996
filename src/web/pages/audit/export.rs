//! The log as a file, as its page filters it.

use crate::app::reports::audit_export::export_log;
use crate::domain::export::Format;
use crate::domain::permission::action;
use crate::web::answer::{PageResult, download, see_other};
use crate::web::layout::flash::Kind;
use crate::web::pages::audit::search::TypedFilter;
use crate::web::{error::PageError, query::Query, visit::Visit};

/// All events that fit the filter in the address, newest first.
pub async fn export(visit: Visit, query: Query) -> PageResult {
    if let Some(answer) = visit.unopened("GET")? {
        return Ok(answer);
    }
    visit.person.ensure_here(action::EXPORT_AUDIT)?;
    let format = Format::from_name(query.text("format")).ok_or(PageError::NotFound)?;
    let Ok(filter) = TypedFilter::read(&query).filter(visit.app(), &visit.person).await? else {
        visit.leave(Kind::Bad, "Nothing was exported: the filter cannot be read.");
        return Ok(see_other(&format!("/audit{}", query.with(&[("format", "")]))));
    };
    let parts = export_log(visit.app(), &visit.person, filter, format).await?;
    Ok(download(parts, &format!("audit-{}", visit.person.owner()), format))
}
