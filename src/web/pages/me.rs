use crate::web::error::PageError;
use actix_web::HttpResponse;

pub async fn security() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn password_form() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn change_password() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn sessions() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn end_other_sessions() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn end_session() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn preferences_form() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}

pub async fn set_preferences() -> Result<HttpResponse, PageError> {
    Err(PageError::NotFound)
}
