//! How an address of the console is answered: who may come, how it is registered, and what everything else gets.

use super::caller::caller;
use super::edge::catch_panic;
use super::error::PageError;
use crate::web::forms::{kept, once};
use actix_web::body::BoxBody;
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, Route, guard};

/// What a route asks about whoever comes: a sign-in, or actions that policies have to allow. A page about a user, a
/// group or a policy also wants the caller to be allowed to see that.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Asks {
    /// Nothing, not even to be signed in.
    Nothing,
    /// To be signed in, whatever the policies say.
    SignIn,
    For(&'static str),
    All(&'static [&'static str]),
    Any(&'static [&'static str]),
}

/// A page or an action, by method and address.
pub struct Endpoint {
    pub method: &'static str,
    pub path: &'static str,
    pub asks: Asks,
    handler: fn() -> Route,
    /// Whether sending the form makes something, which a second sending must not do again.
    makes: bool,
}

pub(super) const fn get(path: &'static str, asks: Asks, handler: fn() -> Route) -> Endpoint {
    Endpoint { method: "GET", path, asks, handler, makes: false }
}

pub(super) const fn post(path: &'static str, asks: Asks, handler: fn() -> Route) -> Endpoint {
    Endpoint { method: "POST", path, asks, handler, makes: false }
}

pub(super) const fn make(path: &'static str, asks: Asks, handler: fn() -> Route) -> Endpoint {
    Endpoint { method: "POST", path, asks, handler, makes: true }
}

/// Registers every endpoint; a page answers `HEAD` as well, and other methods with 405.
pub(super) fn register(endpoints: &'static [Endpoint], config: &mut ServiceConfig) {
    let mut paths: Vec<&str> = endpoints.iter().map(|endpoint| endpoint.path).collect();
    paths.dedup();
    for path in paths {
        let here = || endpoints.iter().filter(move |endpoint| endpoint.path == path);
        let has_page = here().any(|page| page.method == "GET");
        let mut resource = web::resource(path).wrap(from_fn(catch_panic));
        for endpoint in here() {
            resource = resource.route(accepting(endpoint, has_page));
        }
        let allowed: Vec<&str> = here().map(|endpoint| endpoint.method).collect();
        let allow = allowed.join(", ").replace("GET", "GET, HEAD");
        let refuse = move |request: HttpRequest| {
            let allow = allow.clone();
            async move {
                recognise(&request).await;
                Err::<actix_web::HttpResponse, PageError>(PageError::MethodNotAllowed(allow))
            }
        };
        config.service(resource.default_service(web::to(refuse)));
    }
}

fn accepting(endpoint: &Endpoint, has_page: bool) -> Route {
    let route = (endpoint.handler)();
    let route = if endpoint.makes { route.wrap(from_fn(once::guard)) } else { route };
    match endpoint.method {
        "GET" => route.wrap(from_fn(kept::show)).guard(reading()),
        method => {
            let keep =
                move |request: ServiceRequest, next: Next<BoxBody>| kept::keep(request, next, has_page);
            let method = Method::from_bytes(method.as_bytes()).unwrap_or(Method::POST);
            route.wrap(from_fn(keep)).guard(guard::Method(method))
        }
    }
}

/// `GET`, or `HEAD` for the same without the body.
pub fn reading() -> impl guard::Guard {
    guard::Any(guard::Get()).or(guard::Head())
}

/// Whatever has no endpoint.
pub async fn nowhere(request: HttpRequest) -> Result<actix_web::HttpResponse, PageError> {
    recognise(&request).await;
    Err(PageError::NotFound)
}

/// Finds out who asks, so that a signed-in person sees the error inside the console; others see it all the same.
async fn recognise(request: &HttpRequest) {
    if let Err(error) = caller(request).await {
        tracing::debug!(%error, "an error page for somebody unknown");
    }
}
