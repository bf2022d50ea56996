//! Every route × every kind of caller. A route that is missing here fails the test.

use crate::support::people::Person;
use crate::support::places::Places;
use crate::support::{Answer, TestApp};
use Caller::{Admin, CamReader, Collaborator, Nobody, OwnManager, OwnReader, Root};
use camlock::web::routes::{Asks, ENDPOINTS};
use reqwest::StatusCode;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Caller {
    /// Holds the account.
    Root,
    /// A sub-user with `AdministratorAccess`.
    Admin,
    /// `QcloudCamReadOnlyAccess`: sees lists, never secrets.
    CamReader,
    /// `QcloudCollApiKeyReadOnlyAccess`.
    OwnReader,
    /// `QcloudCollApiKeyManageAccess`.
    OwnManager,
    /// A collaborator with `QcloudCollApiKeyReadOnlyAccess`.
    Collaborator,
    /// A sub-user without policies.
    Nobody,
}

const EVERYBODY: &[Caller] = &[Root, Admin, CamReader, OwnReader, OwnManager, Collaborator, Nobody];
const MANAGERS: &[Caller] = &[Root, Admin];
const READERS: &[Caller] = &[Root, Admin, CamReader];
const OWN_READERS: &[Caller] = &[Root, Admin, OwnReader, OwnManager, Collaborator];
const OWN_LISTERS: &[Caller] = &[Root, Admin, CamReader, OwnReader, OwnManager, Collaborator];
const OWN_MANAGERS: &[Caller] = &[Root, Admin, OwnManager];

/// Who may; everybody else gets 403, and whoever is not signed in is sent to the sign-in page.
enum Rule {
    /// No sign-in needed.
    Open,
    Only(&'static [Caller]),
}
use Rule::{Only, Open};

const TABLE: &[(&str, &str, Rule)] = &[
    ("GET", "/", Only(EVERYBODY)),
    ("GET", "/cam", Open),
    ("GET", "/cam/capi", Open),
    ("GET", "/setup", Open),
    ("POST", "/setup", Open),
    ("GET", "/setup/recovery", Open),
    ("GET", "/login", Open),
    ("POST", "/login", Open),
    ("GET", "/login/verify", Open),
    ("POST", "/login/verify", Open),
    ("GET", "/login/recovery", Open),
    ("POST", "/login/recovery", Open),
    ("POST", "/logout", Only(EVERYBODY)),
    ("GET", "/identity", Only(EVERYBODY)),
    ("POST", "/identity", Only(EVERYBODY)),
    ("GET", "/verify", Only(EVERYBODY)),
    ("POST", "/verify", Only(EVERYBODY)),
    ("POST", "/me/verification/end", Only(EVERYBODY)),
    ("GET", "/users", Only(READERS)),
    ("GET", "/users/new", Only(MANAGERS)),
    ("POST", "/users/new", Only(MANAGERS)),
    ("GET", "/users/{uin}", Only(READERS)),
    ("GET", "/users/{uin}/created", Only(READERS)),
    ("GET", "/users/{uin}/edit", Only(MANAGERS)),
    ("POST", "/users/{uin}/edit", Only(MANAGERS)),
    ("GET", "/users/{uin}/delete", Only(MANAGERS)),
    ("POST", "/users/{uin}/delete", Only(MANAGERS)),
    ("GET", "/users/{uin}/permissions", Only(READERS)),
    ("GET", "/users/{uin}/permissions/used", Only(READERS)),
    ("GET", "/users/{uin}/permissions/attach", Only(MANAGERS)),
    ("POST", "/users/{uin}/permissions/attach", Only(MANAGERS)),
    ("GET", "/users/{uin}/permissions/{policy}/detach", Only(MANAGERS)),
    ("POST", "/users/{uin}/permissions/{policy}/detach", Only(MANAGERS)),
    ("GET", "/users/{uin}/groups", Only(READERS)),
    ("GET", "/users/{uin}/groups/join", Only(MANAGERS)),
    ("POST", "/users/{uin}/groups/join", Only(MANAGERS)),
    ("GET", "/users/{uin}/groups/{group}/leave", Only(MANAGERS)),
    ("POST", "/users/{uin}/groups/{group}/leave", Only(MANAGERS)),
    ("GET", "/users/{uin}/permissions/boundary", Only(MANAGERS)),
    ("POST", "/users/{uin}/permissions/boundary", Only(MANAGERS)),
    ("GET", "/users/{uin}/permissions/boundary/remove", Only(MANAGERS)),
    ("POST", "/users/{uin}/permissions/boundary/remove", Only(MANAGERS)),
    ("GET", "/users/{uin}/security", Only(READERS)),
    ("GET", "/users/{uin}/security/console", Only(MANAGERS)),
    ("POST", "/users/{uin}/security/console", Only(MANAGERS)),
    ("POST", "/users/{uin}/security/reset-password", Only(MANAGERS)),
    ("POST", "/users/{uin}/security/reset-mfa", Only(MANAGERS)),
    ("GET", "/users/{uin}/activity", Only(READERS)),
    ("GET", "/users/{uin}/keys", Only(READERS)),
    ("POST", "/users/{uin}/keys", Only(MANAGERS)),
    ("POST", "/users/{uin}/keys/{secret_id}/note", Only(MANAGERS)),
    ("POST", "/users/{uin}/keys/{secret_id}/enable", Only(MANAGERS)),
    ("GET", "/users/{uin}/keys/{secret_id}/disable", Only(MANAGERS)),
    ("POST", "/users/{uin}/keys/{secret_id}/disable", Only(MANAGERS)),
    ("POST", "/users/{uin}/keys/{secret_id}/try-off", Only(MANAGERS)),
    ("GET", "/users/{uin}/keys/{secret_id}/delete", Only(MANAGERS)),
    ("POST", "/users/{uin}/keys/{secret_id}/delete", Only(MANAGERS)),
    ("POST", "/users/{uin}/keys/{secret_id}/reveal", Only(MANAGERS)),
    ("GET", "/users/{uin}/keys/{secret_id}/secret", Only(MANAGERS)),
    ("GET", "/users/{uin}/keys/{secret_id}/records", Only(READERS)),
    ("GET", "/users/{uin}/keys/{secret_id}/limits", Only(READERS)),
    ("POST", "/users/{uin}/keys/{secret_id}/limits", Only(MANAGERS)),
    ("GET", "/users/{uin}/keys/{secret_id}/history", Only(READERS)),
    ("GET", "/users/{uin}/keys/{secret_id}/created", Only(MANAGERS)),
    ("GET", "/keys", Only(OWN_LISTERS)),
    ("POST", "/keys", Only(OWN_MANAGERS)),
    ("POST", "/keys/{secret_id}/note", Only(OWN_MANAGERS)),
    ("POST", "/keys/{secret_id}/enable", Only(OWN_MANAGERS)),
    ("GET", "/keys/{secret_id}/disable", Only(OWN_MANAGERS)),
    ("POST", "/keys/{secret_id}/disable", Only(OWN_MANAGERS)),
    ("POST", "/keys/{secret_id}/try-off", Only(OWN_MANAGERS)),
    ("GET", "/keys/{secret_id}/delete", Only(OWN_MANAGERS)),
    ("POST", "/keys/{secret_id}/delete", Only(OWN_MANAGERS)),
    ("POST", "/keys/{secret_id}/reveal", Only(OWN_READERS)),
    ("GET", "/keys/{secret_id}/secret", Only(OWN_READERS)),
    ("GET", "/keys/{secret_id}/records", Only(OWN_LISTERS)),
    ("GET", "/keys/{secret_id}/limits", Only(READERS)),
    ("POST", "/keys/{secret_id}/limits", Only(MANAGERS)),
    ("GET", "/keys/{secret_id}/history", Only(OWN_LISTERS)),
    ("GET", "/keys/{secret_id}/created", Only(OWN_MANAGERS)),
    ("GET", "/groups", Only(READERS)),
    ("GET", "/groups/new", Only(MANAGERS)),
    ("POST", "/groups/new", Only(MANAGERS)),
    ("GET", "/groups/{group}", Only(READERS)),
    ("GET", "/groups/{group}/edit", Only(MANAGERS)),
    ("POST", "/groups/{group}/edit", Only(MANAGERS)),
    ("GET", "/groups/{group}/delete", Only(MANAGERS)),
    ("POST", "/groups/{group}/delete", Only(MANAGERS)),
    ("GET", "/groups/{group}/members", Only(READERS)),
    ("GET", "/groups/{group}/members/add", Only(MANAGERS)),
    ("POST", "/groups/{group}/members/add", Only(MANAGERS)),
    ("GET", "/groups/{group}/members/{uin}/remove", Only(MANAGERS)),
    ("POST", "/groups/{group}/members/{uin}/remove", Only(MANAGERS)),
    ("GET", "/groups/{group}/permissions", Only(READERS)),
    ("GET", "/groups/{group}/permissions/used", Only(READERS)),
    ("GET", "/groups/{group}/permissions/attach", Only(MANAGERS)),
    ("POST", "/groups/{group}/permissions/attach", Only(MANAGERS)),
    ("GET", "/groups/{group}/permissions/{policy}/detach", Only(MANAGERS)),
    ("POST", "/groups/{group}/permissions/{policy}/detach", Only(MANAGERS)),
    ("GET", "/policies", Only(READERS)),
    ("GET", "/policies/new", Only(MANAGERS)),
    ("POST", "/policies/new", Only(MANAGERS)),
    ("GET", "/policies/simulate", Only(READERS)),
    ("GET", "/who-can", Only(READERS)),
    ("GET", "/policies/{id}", Only(READERS)),
    ("GET", "/policies/{id}/edit", Only(MANAGERS)),
    ("POST", "/policies/{id}/edit", Only(MANAGERS)),
    ("GET", "/policies/{id}/delete", Only(MANAGERS)),
    ("POST", "/policies/{id}/delete", Only(MANAGERS)),
    ("GET", "/policies/{id}/attach", Only(MANAGERS)),
    ("POST", "/policies/{id}/attach", Only(MANAGERS)),
    ("GET", "/policies/{id}/users/{uin}/detach", Only(MANAGERS)),
    ("POST", "/policies/{id}/users/{uin}/detach", Only(MANAGERS)),
    ("GET", "/policies/{id}/groups/{group}/detach", Only(MANAGERS)),
    ("POST", "/policies/{id}/groups/{group}/detach", Only(MANAGERS)),
    ("GET", "/policies/{id}/diff", Only(READERS)),
    ("GET", "/policies/{id}/versions/{version}", Only(READERS)),
    ("GET", "/policies/{id}/versions/{version}/default", Only(MANAGERS)),
    ("POST", "/policies/{id}/versions/{version}/default", Only(MANAGERS)),
    ("GET", "/policies/{id}/versions/{version}/delete", Only(MANAGERS)),
    ("POST", "/policies/{id}/versions/{version}/delete", Only(MANAGERS)),
    ("GET", "/audit", Only(READERS)),
    ("POST", "/audit/export", Only(MANAGERS)),
    ("GET", "/audit/{seq}", Only(READERS)),
    ("GET", "/reports/credentials", Only(READERS)),
    ("POST", "/reports/credentials", Only(READERS)),
    ("GET", "/reports/credentials/download", Only(READERS)),
    ("GET", "/settings/security", Only(READERS)),
    ("POST", "/settings/security", Only(MANAGERS)),
    ("GET", "/settings/system", Only(READERS)),
    ("GET", "/settings/services", Only(READERS)),
    ("GET", "/settings/services/new", Only(MANAGERS)),
    ("POST", "/settings/services/new", Only(MANAGERS)),
    ("GET", "/settings/services/{service}", Only(READERS)),
    ("GET", "/settings/services/{service}/edit", Only(MANAGERS)),
    ("POST", "/settings/services/{service}/edit", Only(MANAGERS)),
    ("GET", "/settings/services/{service}/delete", Only(MANAGERS)),
    ("POST", "/settings/services/{service}/delete", Only(MANAGERS)),
    ("GET", "/settings/gates", Only(READERS)),
    ("GET", "/settings/gates/new", Only(MANAGERS)),
    ("POST", "/settings/gates/new", Only(MANAGERS)),
    ("GET", "/settings/gates/created", Only(MANAGERS)),
    ("GET", "/settings/gates/{token}/revoke", Only(MANAGERS)),
    ("POST", "/settings/gates/{token}/revoke", Only(MANAGERS)),
    ("GET", "/me/security", Only(EVERYBODY)),
    ("GET", "/me/password", Only(EVERYBODY)),
    ("POST", "/me/password", Only(EVERYBODY)),
    ("GET", "/me/sessions", Only(EVERYBODY)),
    ("POST", "/me/sessions/others/end", Only(EVERYBODY)),
    ("POST", "/me/sessions/{session}/end", Only(EVERYBODY)),
    ("GET", "/me/preferences", Only(EVERYBODY)),
    ("POST", "/me/preferences", Only(EVERYBODY)),
    ("GET", "/me/mfa/totp/new", Only(EVERYBODY)),
    ("POST", "/me/mfa/totp/new", Only(EVERYBODY)),
    ("POST", "/me/mfa/totp/{device}/delete", Only(EVERYBODY)),
    ("GET", "/me/mfa/recovery", Only(EVERYBODY)),
    ("POST", "/me/mfa/recovery", Only(EVERYBODY)),
    ("GET", "/help/api", Only(EVERYBODY)),
    ("GET", "/help/gate", Only(EVERYBODY)),
    ("GET", "/help/api/debug", Only(OWN_LISTERS)),
    ("POST", "/help/api/debug", Only(OWN_LISTERS)),
];

#[test]
fn the_table_names_every_route_and_no_other() {
    let known: Vec<(&str, &str)> = TABLE.iter().map(|(method, path, _)| (*method, *path)).collect();
    let routes: Vec<(&str, &str)> =
        ENDPOINTS.iter().map(|endpoint| (endpoint.method, endpoint.path)).collect();

    for route in &routes {
        assert!(known.contains(route), "{route:?} is missing from the authorisation table");
    }
    assert_eq!(known.len(), routes.len());
}

#[test]
fn routes_that_ask_no_policy_are_those_that_everybody_may_open() {
    for endpoint in ENDPOINTS {
        let (method, path, rule) =
            TABLE.iter().find(|row| (row.0, row.1) == (endpoint.method, endpoint.path)).unwrap();
        let told = match rule {
            Open => Some(Asks::Nothing),
            Only(callers) if callers.len() == EVERYBODY.len() => Some(Asks::SignIn),
            Only(_) => None,
        };
        let asks_none = matches!(endpoint.asks, Asks::Nothing | Asks::SignIn);
        assert_eq!(asks_none.then_some(endpoint.asks), told, "{method} {path}");
    }
}

/// A caller and the keys it may name: its own, and those of the user that others manage.
struct Actor {
    kind: Caller,
    person: Person,
    own_key: String,
}

struct Scene {
    places: Places,
    actors: Vec<Actor>,
}

async fn scene(app: &TestApp) -> Scene {
    let root = app.root().await;
    let places = Places::new(app, &root).await;
    let mut people = vec![(Root, root.clone())];
    for (kind, name, policy) in [
        (Admin, "admin", "AdministratorAccess"),
        (CamReader, "reader", "QcloudCamReadOnlyAccess"),
        (OwnReader, "own-reader", "QcloudCollApiKeyReadOnlyAccess"),
        (OwnManager, "own-manager", "QcloudCollApiKeyManageAccess"),
    ] {
        people.push((kind, app.signed_in(&root, name, &[policy]).await));
    }
    people.push((Nobody, app.signed_in(&root, "nobody", &[]).await));
    let partner = app.root_named("partner").await;
    let fields = [
        ("kind", "collaborator"),
        ("user_name", "bo"),
        ("uin", partner.uin.as_str()),
        ("policy", "QcloudCollApiKeyReadOnlyAccess"),
    ];
    root.browser.submit("/users/new", "/users/new", &fields).await.redirect();
    partner.browser.submit("/identity", "/identity", &[("owner_uin", &root.uin)]).await.redirect();
    people.push((Collaborator, partner));
    let mut actors = Vec::new();
    for (kind, person) in people {
        let own_key = root.create_key(&format!("/users/{}/keys", person.uin)).await;
        actors.push(Actor { kind, person, own_key });
    }
    Scene { places, actors }
}

fn is_sent_to_sign_in(answer: &Answer) -> bool {
    answer.status == StatusCode::SEE_OTHER && answer.location().is_some_and(|to| to.starts_with("/login"))
}

#[actix_web::test]
async fn everyone_may_exactly_what_the_table_says() {
    let app = TestApp::spawn();
    let scene = scene(&app).await;

    for actor in &scene.actors {
        let csrf = actor.person.browser.get("/me/security").await.csrf();
        for (method, path, rule) in TABLE {
            let Only(callers) = rule else { continue };
            if *path == "/logout" {
                continue;
            }
            let path = scene.places.fill(path, &actor.own_key);
            let answer = match *method {
                "GET" => actor.person.browser.get(&path).await,
                _ => actor.person.browser.post(&path, &csrf, &[]).await,
            };
            let is_refused = answer.status == StatusCode::FORBIDDEN;
            assert!(!is_sent_to_sign_in(&answer), "{:?} was sent to sign in by {method} {path}", actor.kind);
            assert!(!answer.status.is_server_error(), "{:?} {method} {path}: {}", actor.kind, answer.body);
            assert_eq!(
                is_refused,
                !callers.contains(&actor.kind),
                "{:?} {method} {path}: {}",
                actor.kind,
                answer.status
            );
        }
    }
}

#[actix_web::test]
async fn whoever_is_not_signed_in_is_sent_to_the_sign_in_page() {
    let app = TestApp::spawn();
    let scene = scene(&app).await;
    let stranger = app.browser();
    let csrf = stranger.get("/login").await.csrf();

    for (method, path, rule) in TABLE {
        let path = scene.places.fill(path, &scene.places.key);
        let answer = match *method {
            "GET" => stranger.get(&path).await,
            _ => stranger.post(&path, &csrf, &[]).await,
        };
        match rule {
            Only(_) => assert!(is_sent_to_sign_in(&answer), "{method} {path}: {}", answer.status),
            Open => assert!(!answer.status.is_server_error(), "{method} {path}: {}", answer.body),
        }
    }
}

#[actix_web::test]
async fn another_accounts_root_finds_nothing() {
    let app = TestApp::spawn();
    let scene = scene(&app).await;
    let rival = app.root_named("rival").await;
    let csrf = rival.browser.get("/me/security").await.csrf();

    let named = ["{uin}", "{secret_id}", "{group}", "{id}"];
    let names_something = |path: &str| named.into_iter().any(|part| path.contains(part));
    for (method, path, _) in TABLE.iter().filter(|(_, path, _)| names_something(path)) {
        let path = scene.places.fill(path, &scene.places.key);
        let answer = match *method {
            "GET" => rival.browser.open(&path).await,
            _ => rival.browser.post(&path, &csrf, &[]).await,
        };
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {path}");
    }
}

#[actix_web::test]
async fn nobody_but_root_touches_roots_keys() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let admin = app.signed_in(&root, "admin", &["AdministratorAccess"]).await;
    let keys = format!("/users/{}/keys", root.uin);
    let id = root.create_key(&keys).await;
    let csrf = admin.browser.get("/users").await.csrf();

    assert_eq!(admin.browser.get(&keys).await.status, StatusCode::FORBIDDEN);
    for wish in ["", "/disable", "/enable", "/delete", "/reveal", "/note"] {
        let path = if wish.is_empty() { keys.clone() } else { format!("{keys}/{id}{wish}") };
        assert_eq!(admin.browser.post(&path, &csrf, &[]).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(
        root.browser.get(&keys).await.attribute("tr[data-secret-id]", "data-status").as_deref(),
        Some("enabled")
    );
}

#[actix_web::test]
async fn a_reader_of_users_who_may_show_its_own_keys_shows_nobody_elses() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let policies = ["QcloudCamReadOnlyAccess", "QcloudCollApiKeyReadOnlyAccess", "ReadOnlyAccess"];
    let reader = app.signed_in(&root, "reader", &policies).await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "target", &[]).await.uin);
    let id = root.create_key(&keys).await;

    let page = reader.browser.get(&keys).await;
    let csrf = reader.browser.get("/me/security").await.csrf();
    let answer = reader.browser.post(&format!("{keys}/{id}/reveal"), &csrf, &[]).await;

    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.body.contains("/reveal"));
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(answer.text("#denied-action").as_deref(), Some("account:QueryKeyBySecretId"));
}

#[actix_web::test]
async fn own_keys_without_a_policy_name_both_that_would_help() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let nobody = app.signed_in(&root, "nobody", &[]).await;

    let answer = nobody.browser.get("/keys").await;

    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.body.contains("QcloudCollApiKeyReadOnlyAccess"));
    assert!(answer.body.contains("QcloudCollApiKeyManageAccess"));
    assert_eq!(answer.text("#denied-action").as_deref(), Some("cam:QueryCollApiKey"));
    assert_eq!(
        answer.text("#denied-resource").unwrap(),
        format!("qcs::cam::uin/{}:uin/{}", root.uin, nobody.uin)
    );
}
