//! Where a person begins, and the addresses that people know from elsewhere.

use crate::app::sign_in;
use crate::web::{
    answer::PageResult, answer::see_other, caller::Person, context::WebContext, error::PageError, layout,
    pages::overview, visit::Visit,
};
use actix_web::HttpRequest;
use actix_web::web::Data;

/// The first page: the overview, or one that opens for this person.
pub async fn index(
    request: HttpRequest,
    context: Data<WebContext>,
    person: Result<Person, PageError>,
) -> PageResult {
    match person {
        Ok(person) => match layout::start(&person) {
            "/" => overview::index(&Visit::of(request, context, person)).await,
            elsewhere => Ok(see_other(elsewhere)),
        },
        Err(PageError::Elsewhere(_)) if !sign_in::door(&context.app).await?.is_set_up => {
            Ok(see_other("/setup"))
        }
        Err(elsewhere) => Err(elsewhere),
    }
}

/// `/cam`, as people type it from Tencent's documents.
pub async fn users() -> PageResult {
    Ok(see_other("/users"))
}

/// `/cam/capi`, likewise.
pub async fn keys() -> PageResult {
    Ok(see_other("/keys"))
}
