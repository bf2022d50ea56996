use crate::web::error::PageError;
use actix_web::HttpResponse;

pub async fn new_form() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn enrol() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn remove() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn recovery() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn replace_recovery() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}
