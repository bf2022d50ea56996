use crate::web::error::PageError;
use actix_web::HttpResponse;

pub async fn index() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}
