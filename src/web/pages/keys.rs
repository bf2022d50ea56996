use crate::web::error::PageError;
use actix_web::HttpResponse;

pub async fn index() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn create() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn set_note() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}
