//! Every route of the console, in the order of the menu.

use super::caller::caller;
use super::edge::catch_panic;
use super::error::PageError;
use crate::web::forms::{kept, once};
use crate::web::pages::account::{settings, setup};
use crate::web::pages::keys::{self, reveal};
use crate::web::pages::me::{self, factors, identity, mfa};
use crate::web::pages::policies::{self, simulate};
use crate::web::pages::{audit, confirm, grants, groups, help, home, sign_in, step_up, users};
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, Route, guard};

/// A page or an action, by method and address.
pub struct Endpoint {
    pub method: &'static str,
    pub path: &'static str,
    handler: fn() -> Route,
    /// Whether sending the form makes something, which a second sending must not do again.
    makes: bool,
}

const fn get(path: &'static str, handler: fn() -> Route) -> Endpoint {
    Endpoint { method: "GET", path, handler, makes: false }
}

const fn post(path: &'static str, handler: fn() -> Route) -> Endpoint {
    Endpoint { method: "POST", path, handler, makes: false }
}

const fn make(path: &'static str, handler: fn() -> Route) -> Endpoint {
    Endpoint { method: "POST", path, handler, makes: true }
}

/// The console's endpoints; the authorisation tests walk over the same list.
pub const ENDPOINTS: &[Endpoint] = &[
    get("/", || web::route().to(home::index)),
    get("/cam", || web::route().to(home::users)),
    get("/cam/capi", || web::route().to(home::keys)),
    get("/setup", || web::route().to(setup::form)),
    post("/setup", || web::route().to(setup::submit)),
    get("/setup/recovery", || web::route().to(setup::recovery)),
    get("/login", || web::route().to(sign_in::form)),
    post("/login", || web::route().to(sign_in::submit)),
    get("/login/verify", || web::route().to(sign_in::verify_form)),
    post("/login/verify", || web::route().to(sign_in::verify)),
    get("/login/recovery", || web::route().to(sign_in::recovery_form)),
    post("/login/recovery", || web::route().to(sign_in::recover)),
    post("/logout", || web::route().to(sign_in::sign_out)),
    get("/identity", || web::route().to(identity::form)),
    post("/identity", || web::route().to(identity::switch)),
    get("/verify", || web::route().to(step_up::form)),
    make("/verify", || web::route().to(step_up::answer)),
    post("/me/verification/end", || web::route().to(grants::end_window)),
    get("/users", || web::route().to(users::list::index)),
    get("/users/new", || web::route().to(users::new::form)),
    make("/users/new", || web::route().to(users::new::submit)),
    get("/users/{uin}", || web::route().to(users::detail::index)),
    get("/users/{uin}/created", || web::route().to(users::new::created)),
    get("/users/{uin}/edit", || web::route().to(users::detail::edit_form)),
    post("/users/{uin}/edit", || web::route().to(users::detail::edit)),
    get("/users/{uin}/delete", || web::route().to(users::detail::delete_form)),
    post("/users/{uin}/delete", || web::route().to(users::detail::delete)),
    get("/users/{uin}/permissions", || web::route().to(users::permissions::index)),
    get("/users/{uin}/permissions/attach", || web::route().to(users::permissions::attach_form)),
    make("/users/{uin}/permissions/attach", || web::route().to(users::permissions::attach)),
    get("/users/{uin}/permissions/{policy}/detach", || web::route().to(confirm::detach_of_user)),
    post("/users/{uin}/permissions/{policy}/detach", || web::route().to(users::permissions::detach)),
    get("/users/{uin}/groups", || web::route().to(users::groups::index)),
    get("/users/{uin}/groups/join", || web::route().to(users::groups::join_form)),
    make("/users/{uin}/groups/join", || web::route().to(users::groups::join)),
    get("/users/{uin}/groups/{group}/leave", || web::route().to(confirm::leave)),
    post("/users/{uin}/groups/{group}/leave", || web::route().to(users::groups::leave)),
    get("/users/{uin}/permissions/boundary", || web::route().to(users::boundary::form)),
    post("/users/{uin}/permissions/boundary", || web::route().to(users::boundary::set)),
    get("/users/{uin}/permissions/boundary/remove", || web::route().to(confirm::remove_boundary)),
    post("/users/{uin}/permissions/boundary/remove", || web::route().to(users::boundary::remove)),
    get("/users/{uin}/security", || web::route().to(users::security::index)),
    get("/users/{uin}/security/console", || web::route().to(confirm::stop_console)),
    post("/users/{uin}/security/console", || web::route().to(users::security::set_console)),
    post("/users/{uin}/security/reset-password", || web::route().to(users::security::reset_password)),
    post("/users/{uin}/security/reset-mfa", || web::route().to(users::security::reset_mfa)),
    get("/users/{uin}/activity", || web::route().to(users::activity::index)),
    get("/users/{uin}/keys", || web::route().to(keys::list::index)),
    make("/users/{uin}/keys", || web::route().to(keys::list::create)),
    post("/users/{uin}/keys/{secret_id}/note", || web::route().to(keys::list::set_note)),
    post("/users/{uin}/keys/{secret_id}/enable", || web::route().to(keys::status::enable)),
    get("/users/{uin}/keys/{secret_id}/disable", || web::route().to(keys::status::disable_form)),
    post("/users/{uin}/keys/{secret_id}/disable", || web::route().to(keys::status::disable)),
    get("/users/{uin}/keys/{secret_id}/delete", || web::route().to(keys::status::delete_form)),
    post("/users/{uin}/keys/{secret_id}/delete", || web::route().to(keys::status::delete)),
    post("/users/{uin}/keys/{secret_id}/reveal", || web::route().to(reveal::ask)),
    get("/users/{uin}/keys/{secret_id}/secret", || web::route().to(reveal::show)),
    get("/users/{uin}/keys/{secret_id}/records", || web::route().to(keys::records::index)),
    get("/users/{uin}/keys/{secret_id}/created", || web::route().to(reveal::created)),
    get("/keys", || web::route().to(keys::list::index)),
    make("/keys", || web::route().to(keys::list::create)),
    post("/keys/{secret_id}/note", || web::route().to(keys::list::set_note)),
    post("/keys/{secret_id}/enable", || web::route().to(keys::status::enable)),
    get("/keys/{secret_id}/disable", || web::route().to(keys::status::disable_form)),
    post("/keys/{secret_id}/disable", || web::route().to(keys::status::disable)),
    get("/keys/{secret_id}/delete", || web::route().to(keys::status::delete_form)),
    post("/keys/{secret_id}/delete", || web::route().to(keys::status::delete)),
    post("/keys/{secret_id}/reveal", || web::route().to(reveal::ask)),
    get("/keys/{secret_id}/secret", || web::route().to(reveal::show)),
    get("/keys/{secret_id}/records", || web::route().to(keys::records::index)),
    get("/keys/{secret_id}/created", || web::route().to(reveal::created)),
    get("/groups", || web::route().to(groups::list::index)),
    get("/groups/new", || web::route().to(groups::list::create_form)),
    make("/groups/new", || web::route().to(groups::list::create)),
    get("/groups/{group}", || web::route().to(groups::detail::index)),
    get("/groups/{group}/edit", || web::route().to(groups::detail::edit_form)),
    post("/groups/{group}/edit", || web::route().to(groups::detail::edit)),
    get("/groups/{group}/delete", || web::route().to(groups::detail::delete_form)),
    post("/groups/{group}/delete", || web::route().to(groups::detail::delete)),
    get("/groups/{group}/members", || web::route().to(groups::members::index)),
    get("/groups/{group}/members/add", || web::route().to(groups::members::add_form)),
    make("/groups/{group}/members/add", || web::route().to(groups::members::add)),
    get("/groups/{group}/members/{uin}/remove", || web::route().to(confirm::remove_member)),
    post("/groups/{group}/members/{uin}/remove", || web::route().to(groups::members::remove)),
    get("/groups/{group}/permissions", || web::route().to(groups::permissions::index)),
    get("/groups/{group}/permissions/attach", || web::route().to(groups::permissions::attach_form)),
    make("/groups/{group}/permissions/attach", || web::route().to(groups::permissions::attach)),
    get("/groups/{group}/permissions/{policy}/detach", || web::route().to(confirm::detach_of_group)),
    post("/groups/{group}/permissions/{policy}/detach", || web::route().to(groups::permissions::detach)),
    get("/policies", || web::route().to(policies::list::index)),
    get("/policies/new", || web::route().to(policies::form::new_form)),
    make("/policies/new", || web::route().to(policies::form::create)),
    get("/policies/simulate", || web::route().to(simulate::index)),
    get("/policies/{id}", || web::route().to(policies::detail::index)),
    get("/policies/{id}/edit", || web::route().to(policies::form::edit_form)),
    make("/policies/{id}/edit", || web::route().to(policies::form::edit)),
    get("/policies/{id}/delete", || web::route().to(policies::detail::delete_form)),
    post("/policies/{id}/delete", || web::route().to(policies::detail::delete)),
    get("/policies/{id}/attach", || web::route().to(policies::holders::attach_form)),
    make("/policies/{id}/attach", || web::route().to(policies::holders::attach)),
    get("/policies/{id}/users/{uin}/detach", || web::route().to(confirm::detach_user)),
    post("/policies/{id}/users/{uin}/detach", || web::route().to(policies::holders::detach_user)),
    get("/policies/{id}/groups/{group}/detach", || web::route().to(confirm::detach_group)),
    post("/policies/{id}/groups/{group}/detach", || web::route().to(policies::holders::detach_group)),
    get("/policies/{id}/diff", || web::route().to(policies::versions::compare)),
    get("/policies/{id}/versions/{version}", || web::route().to(policies::versions::show)),
    get("/policies/{id}/versions/{version}/default", || web::route().to(confirm::set_default)),
    post("/policies/{id}/versions/{version}/default", || web::route().to(policies::versions::set_default)),
    get("/policies/{id}/versions/{version}/delete", || web::route().to(policies::versions::delete_form)),
    post("/policies/{id}/versions/{version}/delete", || web::route().to(policies::versions::delete)),
    get("/audit", || web::route().to(audit::index)),
    get("/audit/{seq}", || web::route().to(audit::detail)),
    get("/settings/security", || web::route().to(settings::form)),
    post("/settings/security", || web::route().to(settings::submit)),
    get("/me/security", || web::route().to(me::security)),
    get("/me/password", || web::route().to(me::password_form)),
    post("/me/password", || web::route().to(me::change_password)),
    get("/me/sessions", || web::route().to(me::sessions)),
    post("/me/sessions/others/end", || web::route().to(me::end_other_sessions)),
    post("/me/sessions/{session}/end", || web::route().to(me::end_session)),
    get("/me/preferences", || web::route().to(me::preferences_form)),
    post("/me/preferences", || web::route().to(me::set_preferences)),
    get("/me/mfa/totp/new", || web::route().to(mfa::new_form)),
    make("/me/mfa/totp/new", || web::route().to(mfa::enrol)),
    post("/me/mfa/totp/{device}/delete", || web::route().to(factors::remove)),
    get("/me/mfa/recovery", || web::route().to(factors::recovery)),
    post("/me/mfa/recovery", || web::route().to(factors::replace_recovery)),
    get("/help/api", || web::route().to(help::api)),
    get("/help/api/debug", || web::route().to(help::debug::form)),
    post("/help/api/debug", || web::route().to(help::debug::submit)),
];

/// Registers every endpoint; a page answers `HEAD` as well, and other methods with 405.
pub fn configure(config: &mut ServiceConfig) {
    let mut paths: Vec<&str> = ENDPOINTS.iter().map(|endpoint| endpoint.path).collect();
    paths.dedup();
    for path in paths {
        let here = || ENDPOINTS.iter().filter(move |endpoint| endpoint.path == path);
        let mut resource = web::resource(path).wrap(from_fn(catch_panic));
        for endpoint in here() {
            resource = resource.route(accepting(endpoint));
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

fn accepting(endpoint: &Endpoint) -> Route {
    let route = (endpoint.handler)();
    let route = if endpoint.makes { route.wrap(from_fn(once::guard)) } else { route };
    match endpoint.method {
        "GET" => route.wrap(from_fn(kept::show)).guard(reading()),
        method => route
            .wrap(from_fn(kept::keep))
            .guard(guard::Method(Method::from_bytes(method.as_bytes()).unwrap_or(Method::POST))),
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
