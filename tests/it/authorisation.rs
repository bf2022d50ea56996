//! Every route × every kind of caller. A route that is missing here fails the test.

mod table;

use crate::support::people::Person;
use crate::support::places::Places;
use crate::support::{Answer, TestApp};
use camlock::web::endpoint::Asks;
use camlock::web::routes::ENDPOINTS;
use reqwest::StatusCode;
use table::Caller::{Admin, CamReader, Collaborator, Nobody, OwnManager, OwnReader, Root};
use table::Rule::{Only, Open};
use table::{Caller, EVERYBODY, TABLE};

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

    let named = ["{uin}", "{secret_id}", "{group}", "{id}", "{canary}"];
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
