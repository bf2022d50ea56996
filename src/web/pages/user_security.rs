use crate::web::error::PageError;
use actix_web::HttpResponse;

pub async fn index() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn set_console() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn reset_password() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn reset_mfa() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}
