//! Who is asking, as handlers receive it.

use super::context::context;
use super::error::PageError;
use crate::app::Failure;
use crate::app::caller::{Caller, Duty};
use crate::app::overview::harm::count_harm;
use crate::app::session::person;
use crate::http::request;
use crate::web::session;
use actix_session::SessionExt;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::rc::Rc;

/// A signed-in person who has done what the account demands first.
#[derive(Clone)]
pub struct Person(pub Rc<Caller>);

/// A signed-in person, even one who still has a password to change or a factor to enrol.
#[derive(Clone)]
pub struct AnyPerson(pub Rc<Caller>);

impl Deref for Person {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.0
    }
}

impl Deref for AnyPerson {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.0
    }
}

/// An extractor's answer.
pub type Extracted<T> = Pin<Box<dyn Future<Output = Result<T, PageError>>>>;

impl FromRequest for AnyPerson {
    type Error = PageError;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { caller(&request).await.map(AnyPerson) })
    }
}

impl FromRequest for Person {
    type Error = PageError;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let caller = caller(&request).await?;
            match caller.duty() {
                Duty::None => Ok(Person(caller)),
                Duty::ChangePassword => Err(PageError::Elsewhere("/me/password".to_owned())),
                Duty::EnrolMfa => Err(PageError::Elsewhere("/me/mfa/totp/new".to_owned())),
            }
        })
    }
}

/// Found once per request, then kept with it.
pub async fn caller(request: &HttpRequest) -> Result<Rc<Caller>, PageError> {
    if let Some(known) = request.extensions().get::<Rc<Caller>>() {
        return Ok(Rc::clone(known));
    }
    let context = context(request)?;
    let id = session::id(&request.get_session()).ok_or_else(|| PageError::sign_in(request))?;
    let found = person::caller(&context.app, id, request::source(request, &context.trusted_proxies)).await;
    let caller = Rc::new(found.map_err(|failure| match failure {
        Failure::NotSignedIn => PageError::sign_in(request),
        other => other.into(),
    })?);
    request.extensions_mut().insert(Rc::clone(&caller));
    count_harm(&context.app, &caller).await;
    Ok(caller)
}

/// The same, or the person whose session had this id until just now: only to end that session.
pub async fn caller_or_former(request: &HttpRequest) -> Result<Rc<Caller>, PageError> {
    let refused = match caller(request).await {
        Err(refused @ PageError::Elsewhere(_)) => refused,
        other => return other,
    };
    let (context, id) = (context(request)?, session::id(&request.get_session()));
    let Some(id) = id else { return Err(refused) };
    match crate::app::session::former_caller(
        &context.app,
        id,
        request::source(request, &context.trusted_proxies),
    )
    .await
    {
        Ok(caller) => Ok(Rc::new(caller)),
        Err(Failure::NotSignedIn) => Err(refused),
        Err(other) => Err(other.into()),
    }
}
