use crate::web::error::PageError;
use actix_web::HttpResponse;

pub async fn index() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn edit_form() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn edit() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn delete_form() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn delete() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}
