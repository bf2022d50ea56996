use crate::web::error::PageError;
use actix_web::HttpResponse;

pub async fn enable() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn disable_form() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn disable() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn delete_form() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn delete() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}
