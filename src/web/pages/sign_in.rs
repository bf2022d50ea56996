use crate::web::error::PageError;
use actix_web::HttpResponse;

pub async fn form() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn submit() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn verify_form() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn verify() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn recovery_form() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn recover() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn sign_out() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}
