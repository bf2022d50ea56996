use crate::web::error::PageError;
use actix_web::HttpResponse;

pub async fn form() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn submit() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn created() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}
