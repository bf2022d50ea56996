use crate::web::error::PageError;
use actix_web::HttpResponse;

pub async fn ask() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn show() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn created() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}
