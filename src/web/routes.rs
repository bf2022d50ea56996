//! Every route of the console, in the order of the menu.

use super::endpoint::Asks::{All, Any, For, Nothing, SignIn};
use super::endpoint::{self, Endpoint, get, make, post};
use crate::domain::permission::action::{
    ADD_MEMBER, ADD_USER, ATTACH_GROUP_POLICY, ATTACH_POLICY, CHANGE_SETTINGS, CREATE_CANARY,
    CREATE_CLAIM_LINK, CREATE_GATE_TOKEN, CREATE_GROUP, CREATE_KEY, CREATE_OWN_KEY, CREATE_POLICY,
    CREATE_POLICY_VERSION, CREATE_SERVICE, CREATE_WEBHOOK, DELETE_BOUNDARY, DELETE_CANARY, DELETE_GROUP,
    DELETE_KEY, DELETE_OWN_KEY, DELETE_POLICY, DELETE_POLICY_VERSION, DELETE_SERVICE, DELETE_USER,
    DELETE_WEBHOOK, DETACH_GROUP_POLICY, DETACH_POLICY, DISABLE_KEY, DISABLE_OWN_KEY, ENABLE_KEY,
    ENABLE_OWN_KEY, EXPORT_AUDIT, GET_CREDENTIAL_REPORT, GET_OVERVIEW, GET_POLICY, GET_POLICY_VERSION,
    GET_USER, LIST_ALL_ATTACHED, LIST_ATTACHED, LIST_CANARIES, LIST_GATE_TOKENS, LIST_GROUP_POLICIES,
    LIST_GROUPS, LIST_GROUPS_OF_USER, LIST_MEMBERS, LIST_POLICIES, LIST_POLICY_VERSIONS, LIST_SERVICES,
    LIST_USERS, LIST_WEBHOOKS, PUT_BOUNDARY, QUERY_KEY, QUERY_KEY_LIMITS, QUERY_OWN_KEY, READ_AUDIT,
    READ_SETTINGS, REMOVE_MEMBER, REVOKE_GATE_TOKEN, ROTATE_KEY, SET_DEFAULT_POLICY_VERSION, SHOW_SECRET,
    UPDATE_GROUP, UPDATE_KEY_LIMITS, UPDATE_SERVICE, UPDATE_USER, UPDATE_WEBHOOK,
};
use crate::web::pages::account::{beyond, settings, setup, system};
use crate::web::pages::keys::{self, reveal};
use crate::web::pages::me::{self, factors, identity, mfa};
use crate::web::pages::policies::{self, simulate};
use crate::web::pages::{
    audit, canaries, chooser, claims, confirm, grants, groups, help, home, jump, notices, overview, reports,
    saved, selection, services, sign_in, step_up, users, webhooks,
};
use actix_web::web::{ServiceConfig, to};

/// What replacing a key does to others' keys, and to one's own.
const REPLACES: &[&str] = &[ROTATE_KEY, QUERY_KEY, CREATE_KEY, DISABLE_KEY, DELETE_KEY];
const REPLACES_OWN: &[&str] = &[ROTATE_KEY, QUERY_OWN_KEY, CREATE_OWN_KEY, DISABLE_OWN_KEY, DELETE_OWN_KEY];

/// The console's endpoints; the authorisation tests walk over the same list.
pub const ENDPOINTS: &[Endpoint] = &[
    get("/", SignIn, || to(home::index)),
    get("/attention/{kind}", For(GET_OVERVIEW), || to(overview::list)),
    get("/claim", Nothing, || to(claims::open::form)),
    post("/claim", Nothing, || to(claims::open::submit)),
    get("/invitation", SignIn, || to(claims::invitation::form)),
    post("/invitation", SignIn, || to(claims::invitation::submit)),
    post("/invitations/{invitation}/revoke", For(CREATE_CLAIM_LINK), || to(claims::invitation::revoke)),
    get("/claims", For(CREATE_CLAIM_LINK), || to(claims::index::index)),
    post("/claims/{claim}/revoke", For(CREATE_CLAIM_LINK), || to(claims::index::revoke)),
    get("/claim/{claim}/key", Nothing, || to(claims::take::key)),
    get("/claim/{claim}/password", Nothing, || to(claims::take::password_form)),
    post("/claim/{claim}/password", Nothing, || to(claims::take::set_password)),
    get("/cam", Nothing, || to(home::users)),
    get("/cam/capi", Nothing, || to(home::keys)),
    get("/setup", Nothing, || to(setup::form)),
    post("/setup", Nothing, || to(setup::submit)),
    get("/setup/recovery", Nothing, || to(setup::recovery)),
    get("/login", Nothing, || to(sign_in::form)),
    post("/login", Nothing, || to(sign_in::submit)),
    get("/login/verify", Nothing, || to(sign_in::verify_form)),
    post("/login/verify", Nothing, || to(sign_in::verify)),
    get("/login/recovery", Nothing, || to(sign_in::recovery_form)),
    post("/login/recovery", Nothing, || to(sign_in::recover)),
    post("/logout", SignIn, || to(sign_in::sign_out)),
    get("/identity", SignIn, || to(identity::form)),
    post("/identity", SignIn, || to(identity::switch)),
    get("/verify", SignIn, || to(step_up::form)),
    make("/verify", SignIn, || to(step_up::answer)),
    post("/me/verification/end", SignIn, || to(grants::end_window)),
    get("/users", For(LIST_USERS), || to(users::list::index)),
    get("/users/new", For(ADD_USER), || to(users::new::form)),
    make("/users/new", For(ADD_USER), || to(users::new::submit)),
    get("/users/selected/attach", For(LIST_USERS), || to(selection::attach::form)),
    make("/users/selected/attach", For(LIST_USERS), || to(selection::attach::submit)),
    get("/users/selected/join", All(&[LIST_USERS, LIST_GROUPS]), || to(selection::join::form)),
    make("/users/selected/join", All(&[LIST_USERS, LIST_GROUPS]), || to(selection::join::submit)),
    get("/users/selected/require-mfa", For(LIST_USERS), || to(selection::mfa::form)),
    make("/users/selected/require-mfa", For(LIST_USERS), || to(selection::mfa::submit)),
    get("/users/selected/disable-keys", For(LIST_USERS), || to(selection::keys::form)),
    make("/users/selected/disable-keys", For(LIST_USERS), || to(selection::keys::submit)),
    get("/users/selected/export", For(LIST_USERS), || to(selection::export::form)),
    post("/users/export", For(LIST_USERS), || to(selection::export::file)),
    post("/users/filters", For(LIST_USERS), || to(saved::save_of_users)),
    post("/users/filters/delete", For(LIST_USERS), || to(saved::delete_of_users)),
    get("/users/{uin}", Any(&[GET_USER, LIST_ATTACHED, LIST_GROUPS_OF_USER, QUERY_KEY, READ_AUDIT]), || {
        to(users::detail::index)
    }),
    get("/users/{uin}/created", For(GET_USER), || to(users::new::created)),
    get("/users/{uin}/handed-over", For(CREATE_CLAIM_LINK), || to(claims::handed::show)),
    post("/users/{uin}/claims/{claim}/revoke", For(CREATE_CLAIM_LINK), || to(claims::listed::revoke)),
    get("/users/{uin}/edit", All(&[GET_USER, UPDATE_USER]), || to(users::detail::edit_form)),
    post("/users/{uin}/edit", All(&[GET_USER, UPDATE_USER]), || to(users::detail::edit)),
    get("/users/{uin}/delete", For(DELETE_USER), || to(users::detail::delete_form)),
    post("/users/{uin}/delete", For(DELETE_USER), || to(users::detail::delete)),
    get("/users/{uin}/permissions", For(LIST_ATTACHED), || to(users::permissions::index)),
    get("/users/{uin}/permissions/used", All(&[LIST_ALL_ATTACHED, QUERY_KEY]), || {
        to(policies::least::of_user)
    }),
    get("/users/{uin}/permissions/attach", For(ATTACH_POLICY), || {
        to(chooser::form::<users::permissions::PoliciesForUser>)
    }),
    make("/users/{uin}/permissions/attach", For(ATTACH_POLICY), || {
        to(chooser::submit::<users::permissions::PoliciesForUser>)
    }),
    get("/users/{uin}/permissions/{policy}/detach", For(DETACH_POLICY), || to(confirm::detach_of_user)),
    post("/users/{uin}/permissions/{policy}/detach", For(DETACH_POLICY), || to(users::permissions::detach)),
    get("/users/{uin}/groups", For(LIST_GROUPS_OF_USER), || to(users::groups::index)),
    get("/users/{uin}/groups/join", All(&[LIST_GROUPS, ADD_MEMBER]), || to(users::groups::join_form)),
    make("/users/{uin}/groups/join", All(&[LIST_GROUPS, ADD_MEMBER]), || {
        to(chooser::submit::<users::groups::GroupsForUser>)
    }),
    get("/users/{uin}/groups/{group}/leave", For(REMOVE_MEMBER), || to(confirm::leave)),
    post("/users/{uin}/groups/{group}/leave", For(REMOVE_MEMBER), || to(users::groups::leave)),
    get("/users/{uin}/permissions/boundary", For(PUT_BOUNDARY), || to(users::boundary::form)),
    post("/users/{uin}/permissions/boundary", For(PUT_BOUNDARY), || to(users::boundary::set)),
    get("/users/{uin}/permissions/boundary/remove", For(DELETE_BOUNDARY), || to(confirm::remove_boundary)),
    post("/users/{uin}/permissions/boundary/remove", For(DELETE_BOUNDARY), || to(users::boundary::remove)),
    get("/users/{uin}/security", For(GET_USER), || to(users::security::index)),
    get("/users/{uin}/security/console", For(UPDATE_USER), || to(confirm::stop_console)),
    post("/users/{uin}/security/console", For(UPDATE_USER), || to(users::security::set_console)),
    post("/users/{uin}/security/reset-password", For(UPDATE_USER), || to(users::security::reset_password)),
    post("/users/{uin}/security/reset-mfa", For(UPDATE_USER), || to(users::security::reset_mfa)),
    get("/users/{uin}/activity", For(READ_AUDIT), || to(users::activity::index)),
    get("/users/{uin}/keys", For(QUERY_KEY), || to(keys::list::index)),
    make("/users/{uin}/keys", For(CREATE_KEY), || to(keys::limits::create::create)),
    post("/users/{uin}/keys/{secret_id}/note", For(CREATE_KEY), || to(keys::list::set_note)),
    post("/users/{uin}/keys/{secret_id}/enable", For(ENABLE_KEY), || to(keys::status::enable)),
    get("/users/{uin}/keys/{secret_id}/disable", For(DISABLE_KEY), || to(keys::status::disable_form)),
    post("/users/{uin}/keys/{secret_id}/disable", For(DISABLE_KEY), || to(keys::status::disable)),
    post("/users/{uin}/keys/{secret_id}/try-off", For(DISABLE_KEY), || to(keys::status::try_off)),
    get("/users/{uin}/keys/{secret_id}/delete", For(DELETE_KEY), || to(keys::status::delete_form)),
    post("/users/{uin}/keys/{secret_id}/delete", For(DELETE_KEY), || to(keys::status::delete)),
    post("/users/{uin}/keys/{secret_id}/reveal", All(&[QUERY_KEY, SHOW_SECRET]), || to(reveal::ask)),
    get("/users/{uin}/keys/{secret_id}/secret", All(&[QUERY_KEY, SHOW_SECRET]), || to(reveal::show)),
    get("/users/{uin}/keys/{secret_id}/records", For(QUERY_KEY), || to(keys::records::index)),
    get("/users/{uin}/keys/{secret_id}/limits", For(QUERY_KEY_LIMITS), || to(keys::limits::index)),
    post("/users/{uin}/keys/{secret_id}/limits", For(UPDATE_KEY_LIMITS), || to(keys::limits::save)),
    get("/users/{uin}/keys/{secret_id}/history", For(QUERY_KEY), || to(keys::history::index)),
    get("/users/{uin}/keys/{secret_id}/replace", For(QUERY_KEY), || to(keys::replace::page)),
    make("/users/{uin}/keys/{secret_id}/replace", All(REPLACES), || to(keys::replace::begin)),
    post("/users/{uin}/keys/{secret_id}/replace/plan", All(REPLACES), || to(keys::replace::set_plan)),
    post("/users/{uin}/keys/{secret_id}/replace/cancel", All(&[QUERY_KEY, ROTATE_KEY]), || {
        to(keys::replace::cancel)
    }),
    get("/users/{uin}/keys/{secret_id}/created", For(CREATE_KEY), || to(reveal::created)),
    get("/keys", For(QUERY_OWN_KEY), || to(keys::list::index)),
    make("/keys", For(CREATE_OWN_KEY), || to(keys::limits::create::create)),
    post("/keys/{secret_id}/note", For(CREATE_OWN_KEY), || to(keys::list::set_note)),
    post("/keys/{secret_id}/enable", For(ENABLE_OWN_KEY), || to(keys::status::enable)),
    get("/keys/{secret_id}/disable", For(DISABLE_OWN_KEY), || to(keys::status::disable_form)),
    post("/keys/{secret_id}/disable", For(DISABLE_OWN_KEY), || to(keys::status::disable)),
    post("/keys/{secret_id}/try-off", For(DISABLE_OWN_KEY), || to(keys::status::try_off)),
    get("/keys/{secret_id}/delete", For(DELETE_OWN_KEY), || to(keys::status::delete_form)),
    post("/keys/{secret_id}/delete", For(DELETE_OWN_KEY), || to(keys::status::delete)),
    post("/keys/{secret_id}/reveal", All(&[QUERY_OWN_KEY, SHOW_SECRET]), || to(reveal::ask)),
    get("/keys/{secret_id}/secret", All(&[QUERY_OWN_KEY, SHOW_SECRET]), || to(reveal::show)),
    get("/keys/{secret_id}/records", For(QUERY_OWN_KEY), || to(keys::records::index)),
    get("/keys/{secret_id}/limits", For(QUERY_KEY_LIMITS), || to(keys::limits::index)),
    post("/keys/{secret_id}/limits", For(UPDATE_KEY_LIMITS), || to(keys::limits::save)),
    get("/keys/{secret_id}/history", For(QUERY_OWN_KEY), || to(keys::history::index)),
    get("/keys/{secret_id}/replace", For(QUERY_OWN_KEY), || to(keys::replace::page)),
    make("/keys/{secret_id}/replace", All(REPLACES_OWN), || to(keys::replace::begin)),
    post("/keys/{secret_id}/replace/plan", All(REPLACES_OWN), || to(keys::replace::set_plan)),
    post("/keys/{secret_id}/replace/cancel", All(&[QUERY_OWN_KEY, ROTATE_KEY]), || to(keys::replace::cancel)),
    get("/keys/{secret_id}/created", For(CREATE_OWN_KEY), || to(reveal::created)),
    get("/groups", For(LIST_GROUPS), || to(groups::list::index)),
    get("/groups/new", For(CREATE_GROUP), || to(groups::list::create_form)),
    make("/groups/new", For(CREATE_GROUP), || to(groups::list::create)),
    get("/groups/{group}", Any(&[LIST_MEMBERS, LIST_GROUP_POLICIES]), || to(groups::detail::index)),
    get("/groups/{group}/edit", For(UPDATE_GROUP), || to(groups::detail::edit_form)),
    post("/groups/{group}/edit", For(UPDATE_GROUP), || to(groups::detail::edit)),
    get("/groups/{group}/delete", For(DELETE_GROUP), || to(groups::detail::delete_form)),
    post("/groups/{group}/delete", For(DELETE_GROUP), || to(groups::detail::delete)),
    get("/groups/{group}/members", For(LIST_MEMBERS), || to(groups::members::index)),
    get("/groups/{group}/members/add", All(&[LIST_USERS, ADD_MEMBER]), || {
        to(chooser::form::<groups::members::UsersForGroup>)
    }),
    make("/groups/{group}/members/add", For(ADD_MEMBER), || {
        to(chooser::submit::<groups::members::UsersForGroup>)
    }),
    get("/groups/{group}/members/{uin}/remove", For(REMOVE_MEMBER), || to(confirm::remove_member)),
    post("/groups/{group}/members/{uin}/remove", For(REMOVE_MEMBER), || to(groups::members::remove)),
    get("/groups/{group}/permissions", For(LIST_GROUP_POLICIES), || to(groups::permissions::index)),
    get("/groups/{group}/permissions/used", All(&[LIST_GROUP_POLICIES, LIST_MEMBERS]), || {
        to(policies::least::of_group)
    }),
    get("/groups/{group}/permissions/attach", For(ATTACH_GROUP_POLICY), || {
        to(chooser::form::<groups::permissions::PoliciesForGroup>)
    }),
    make("/groups/{group}/permissions/attach", For(ATTACH_GROUP_POLICY), || {
        to(chooser::submit::<groups::permissions::PoliciesForGroup>)
    }),
    get("/groups/{group}/permissions/{policy}/detach", For(DETACH_GROUP_POLICY), || {
        to(confirm::detach_of_group)
    }),
    post("/groups/{group}/permissions/{policy}/detach", For(DETACH_GROUP_POLICY), || {
        to(groups::permissions::detach)
    }),
    get("/policies", For(LIST_POLICIES), || to(policies::list::index)),
    get("/policies/new", For(CREATE_POLICY), || to(policies::form::new_form)),
    make("/policies/new", For(CREATE_POLICY), || to(policies::form::create)),
    get("/policies/simulate", For(LIST_ATTACHED), || to(simulate::index)),
    get("/jump", SignIn, || to(jump::index)),
    get("/who-can", All(&[LIST_USERS, LIST_ATTACHED]), || to(policies::who_can::index)),
    get("/policies/{id}", For(GET_POLICY), || to(policies::detail::index)),
    get("/policies/{id}/edit", All(&[GET_POLICY, CREATE_POLICY_VERSION, SET_DEFAULT_POLICY_VERSION]), || {
        to(policies::form::edit_form)
    }),
    make(
        "/policies/{id}/edit",
        All(&[GET_POLICY, CREATE_POLICY_VERSION, SET_DEFAULT_POLICY_VERSION]),
        || to(policies::form::edit),
    ),
    get("/policies/{id}/delete", For(DELETE_POLICY), || to(policies::detail::delete_form)),
    post("/policies/{id}/delete", For(DELETE_POLICY), || to(policies::detail::delete)),
    get("/policies/{id}/attach", Any(&[ATTACH_POLICY, ATTACH_GROUP_POLICY]), || {
        to(chooser::form::<policies::holders::HoldersForPolicy>)
    }),
    make("/policies/{id}/attach", Any(&[ATTACH_POLICY, ATTACH_GROUP_POLICY]), || {
        to(chooser::submit::<policies::holders::HoldersForPolicy>)
    }),
    get("/policies/{id}/users/{uin}/detach", For(DETACH_POLICY), || to(confirm::detach_user)),
    post("/policies/{id}/users/{uin}/detach", For(DETACH_POLICY), || to(policies::holders::detach_user)),
    get("/policies/{id}/groups/{group}/detach", For(DETACH_GROUP_POLICY), || to(confirm::detach_group)),
    post("/policies/{id}/groups/{group}/detach", For(DETACH_GROUP_POLICY), || {
        to(policies::holders::detach_group)
    }),
    get("/policies/{id}/diff", All(&[GET_POLICY, LIST_POLICY_VERSIONS]), || to(policies::versions::compare)),
    get("/policies/{id}/versions/{version}", For(GET_POLICY_VERSION), || to(policies::versions::show)),
    get("/policies/{id}/versions/{version}/default", For(SET_DEFAULT_POLICY_VERSION), || {
        to(confirm::set_default)
    }),
    post("/policies/{id}/versions/{version}/default", For(SET_DEFAULT_POLICY_VERSION), || {
        to(policies::versions::set_default)
    }),
    get("/policies/{id}/versions/{version}/delete", For(DELETE_POLICY_VERSION), || {
        to(policies::versions::delete_form)
    }),
    post("/policies/{id}/versions/{version}/delete", For(DELETE_POLICY_VERSION), || {
        to(policies::versions::delete)
    }),
    get("/rotations", For(QUERY_KEY), || to(keys::rotations::index)),
    get("/audit", For(READ_AUDIT), || to(audit::index)),
    post("/audit/export", All(&[READ_AUDIT, EXPORT_AUDIT]), || to(audit::export)),
    post("/audit/filters", For(READ_AUDIT), || to(saved::save_of_log)),
    post("/audit/filters/delete", For(READ_AUDIT), || to(saved::delete_of_log)),
    get("/audit/{seq}", For(READ_AUDIT), || to(audit::detail)),
    get("/notices", For(READ_AUDIT), || to(notices::index)),
    post("/notices/read", For(READ_AUDIT), || to(notices::mark_read)),
    get("/reports/credentials", For(GET_CREDENTIAL_REPORT), || to(reports::index)),
    post("/reports/credentials", For(GET_CREDENTIAL_REPORT), || to(reports::ask)),
    get("/reports/credentials/download", For(GET_CREDENTIAL_REPORT), || to(reports::download)),
    get("/canaries", For(LIST_CANARIES), || to(canaries::list::index)),
    get("/canaries/new", For(CREATE_CANARY), || to(canaries::new::form)),
    make("/canaries/new", For(CREATE_CANARY), || to(canaries::new::create)),
    get("/canaries/created", For(CREATE_CANARY), || to(canaries::new::created)),
    get("/canaries/{canary}", For(LIST_CANARIES), || to(canaries::list::show)),
    get("/canaries/{canary}/delete", For(DELETE_CANARY), || to(confirm::delete_canary)),
    post("/canaries/{canary}/delete", For(DELETE_CANARY), || to(canaries::list::delete)),
    get("/settings/security", For(READ_SETTINGS), || to(settings::form)),
    post("/settings/security", For(CHANGE_SETTINGS), || to(settings::submit)),
    get("/settings/security/keys", All(&[READ_SETTINGS, LIST_USERS]), || to(beyond::index)),
    get("/settings/security/idle-keys", All(&[READ_SETTINGS, LIST_USERS]), || to(beyond::idle)),
    get("/settings/system", For(READ_SETTINGS), || to(system::index)),
    get("/settings/services", For(LIST_SERVICES), || to(services::list::index)),
    get("/settings/services/new", For(CREATE_SERVICE), || to(services::form::new_form)),
    make("/settings/services/new", For(CREATE_SERVICE), || to(services::form::create)),
    get("/settings/services/{service}", For(LIST_SERVICES), || to(services::detail::index)),
    get("/settings/services/{service}/routes", For(LIST_SERVICES), || to(services::parts::routes)),
    get("/settings/services/{service}/tokens", All(&[LIST_SERVICES, LIST_GATE_TOKENS]), || {
        to(services::parts::tokens)
    }),
    get("/settings/services/{service}/edit", All(&[LIST_SERVICES, UPDATE_SERVICE]), || {
        to(services::form::edit_form)
    }),
    post("/settings/services/{service}/edit", All(&[LIST_SERVICES, UPDATE_SERVICE]), || {
        to(services::form::edit)
    }),
    get("/settings/services/{service}/delete", All(&[LIST_SERVICES, DELETE_SERVICE]), || {
        to(confirm::delete_service)
    }),
    post("/settings/services/{service}/delete", For(DELETE_SERVICE), || to(services::list::delete)),
    get("/settings/gates", For(LIST_GATE_TOKENS), || to(services::tokens::index)),
    get("/settings/gates/new", For(CREATE_GATE_TOKEN), || to(services::tokens::new_form)),
    make("/settings/gates/new", For(CREATE_GATE_TOKEN), || to(services::tokens::create)),
    get("/settings/gates/created", For(CREATE_GATE_TOKEN), || to(services::tokens::created)),
    get("/settings/gates/{token}/revoke", For(REVOKE_GATE_TOKEN), || to(confirm::revoke_token)),
    post("/settings/gates/{token}/revoke", For(REVOKE_GATE_TOKEN), || to(services::tokens::revoke)),
    get("/settings/webhooks", For(LIST_WEBHOOKS), || to(webhooks::list::index)),
    get("/settings/webhooks/new", For(CREATE_WEBHOOK), || to(webhooks::form::new_form)),
    make("/settings/webhooks/new", For(CREATE_WEBHOOK), || to(webhooks::form::create)),
    get("/settings/webhooks/created", For(CREATE_WEBHOOK), || to(webhooks::form::created)),
    get("/settings/webhooks/renewed", For(UPDATE_WEBHOOK), || to(webhooks::form::renewed)),
    get("/settings/webhooks/{webhook}", For(LIST_WEBHOOKS), || to(webhooks::list::show)),
    get("/settings/webhooks/{webhook}/edit", All(&[LIST_WEBHOOKS, UPDATE_WEBHOOK]), || {
        to(webhooks::form::edit_form)
    }),
    post("/settings/webhooks/{webhook}/edit", For(UPDATE_WEBHOOK), || to(webhooks::form::edit)),
    post("/settings/webhooks/{webhook}/test", For(UPDATE_WEBHOOK), || to(webhooks::list::test)),
    get("/settings/webhooks/{webhook}/renew", All(&[LIST_WEBHOOKS, UPDATE_WEBHOOK]), || {
        to(confirm::renew_webhook_secret)
    }),
    make("/settings/webhooks/{webhook}/renew", For(UPDATE_WEBHOOK), || to(webhooks::form::renew)),
    get("/settings/webhooks/{webhook}/delete", For(DELETE_WEBHOOK), || to(confirm::delete_webhook)),
    post("/settings/webhooks/{webhook}/delete", For(DELETE_WEBHOOK), || to(webhooks::list::delete)),
    get("/me/security", SignIn, || to(me::security)),
    get("/me/password", SignIn, || to(me::password_form)),
    post("/me/password", SignIn, || to(me::change_password)),
    get("/me/sessions", SignIn, || to(me::sessions)),
    post("/me/sessions/others/end", SignIn, || to(me::end_other_sessions)),
    post("/me/sessions/{session}/end", SignIn, || to(me::end_session)),
    get("/me/preferences", SignIn, || to(me::preferences_form)),
    post("/me/preferences", SignIn, || to(me::set_preferences)),
    post("/me/preferences/rows", SignIn, || to(me::set_rows)),
    get("/me/mfa/totp/new", SignIn, || to(mfa::new_form)),
    make("/me/mfa/totp/new", SignIn, || to(mfa::enrol)),
    post("/me/mfa/totp/{device}/delete", SignIn, || to(factors::remove)),
    get("/me/mfa/recovery", SignIn, || to(factors::recovery)),
    post("/me/mfa/recovery", SignIn, || to(factors::replace_recovery)),
    get("/help/api", SignIn, || to(help::api)),
    get("/help/gate", SignIn, || to(help::gate)),
    get("/help/api/debug", Any(&[QUERY_OWN_KEY, QUERY_KEY]), || to(help::debug::form)),
    post("/help/api/debug", Any(&[QUERY_OWN_KEY, QUERY_KEY]), || to(help::debug::submit)),
];

/// Registers every endpoint.
pub fn configure(config: &mut ServiceConfig) {
    endpoint::register(ENDPOINTS, config);
}
