use crate::web::error::PageError;
use actix_web::HttpResponse;

pub async fn index() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn attach_form() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn attach() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn detach() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}
