//! Every route opens by the policy actions that it says it asks for, and without them stays shut.

use crate::support::people::Person;
use crate::support::places::Places;
use crate::support::{Answer, Client, TestApp, code};
use camlock::domain::permission::action;
use camlock::domain::permission::known::KNOWN;
use camlock::web::endpoint::{Asks, Endpoint};
use camlock::web::routes::ENDPOINTS;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A user with one policy, which the root rewrites as the test goes on.
struct Scene {
    places: Places,
    worker: Person,
    own_key: String,
    csrf: String,
    root: Client,
    rights: i64,
}

impl Scene {
    async fn new(app: &TestApp) -> Self {
        let root = app.root().await;
        let places = Places::new(app, &root).await;
        let fields = [("name", "rights"), ("document", &*document(&[allow(&["cam:GetUser"])]))];
        let made = root.browser.submit("/policies/new", "/policies/new", &fields).await.redirect();
        let worker = app.signed_in(&root, "worker", &["rights"]).await;
        let own_key = root.create_key(&format!("/users/{}/keys", worker.uin)).await;
        let csrf = worker.browser.get("/me/security").await.csrf();
        let rights = made.split(['/', '?']).nth(2).unwrap().parse().unwrap();
        let settings = "/settings/security";
        let fields = [("secret_reveal", "step_up"), ("step_up_window", "0"), ("password_min_length", "12")];
        let fields = [&fields[..], &[("grant_age_hours", "0")]].concat();
        root.grant(app, settings, settings, &fields).await.redirect();
        Self { places, worker, own_key, csrf, root: app.key_of(&root).await, rights }
    }

    async fn allow(&self, statements: &[Value]) {
        let wish = json!({ "PolicyId": self.rights, "PolicyDocument": document(statements) });
        let answer = self.root.call("cam", "UpdatePolicy", wish).await;
        assert_eq!(code(&answer), "", "{answer}");
    }

    async fn visit(&self, endpoint: &Endpoint) -> Answer {
        let path = self.places.fill(endpoint.path, &self.own_key);
        match endpoint.method {
            "GET" => self.worker.browser.get(&path).await,
            _ => self.worker.browser.post(&path, &self.csrf, &[]).await,
        }
    }
}

/// What shows the user, group, policy or version that an address names.
fn to_find(path: &str) -> Vec<&'static str> {
    let shown = [
        ("{uin}", action::GET_USER),
        ("/groups/{group}", action::LIST_MEMBERS),
        ("/policies/{id}", action::GET_POLICY),
        ("/versions/{version}", action::GET_POLICY_VERSION),
    ];
    let parts = shown.into_iter().filter(|(part, _)| path.contains(part));
    parts.map(|(_, action)| action).collect()
}

fn document(statements: &[Value]) -> String {
    json!({ "version": "2.0", "statement": statements }).to_string()
}

fn allow(actions: &[&str]) -> Value {
    json!({ "effect": "allow", "action": actions, "resource": "*" })
}

fn deny(actions: &[&str]) -> Value {
    json!({ "effect": "deny", "action": actions, "resource": "*" })
}

/// The routes for each thing that `of` makes of what they ask for.
fn by<T: Ord>(of: impl Fn(&Endpoint) -> Vec<T>) -> BTreeMap<T, Vec<&'static Endpoint>> {
    let mut found: BTreeMap<T, Vec<&Endpoint>> = BTreeMap::new();
    for endpoint in ENDPOINTS {
        for key in of(endpoint) {
            found.entry(key).or_default().push(endpoint);
        }
    }
    assert!(!found.is_empty());
    found
}

#[actix_web::test]
async fn everything_but_what_a_route_asks_for_does_not_open_it() {
    let app = TestApp::spawn();
    let scene = Scene::new(&app).await;
    let needed = by(|endpoint| match endpoint.asks {
        Asks::For(action) => vec![action],
        Asks::All(actions) => actions.to_vec(),
        _ => Vec::new(),
    });

    for (action, endpoints) in needed {
        scene.allow(&[allow(&["*"]), deny(&[action])]).await;
        for endpoint in endpoints {
            let answer = scene.visit(endpoint).await;
            let place = format!("{} {} without {action}", endpoint.method, endpoint.path);
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{place}");
            assert_eq!(answer.text("#denied-action").as_deref(), Some(action), "{place}");
        }
    }
}

#[actix_web::test]
async fn a_route_with_several_ways_in_is_shut_without_any_of_them() {
    let app = TestApp::spawn();
    let scene = Scene::new(&app).await;
    let ways = by(|endpoint| match endpoint.asks {
        Asks::Any(actions) => vec![actions],
        _ => Vec::new(),
    });

    for (actions, endpoints) in ways {
        let others: Vec<&str> = KNOWN.iter().copied().filter(|name| !actions.contains(name)).collect();
        scene.allow(&[allow(&others)]).await;
        for endpoint in endpoints {
            let answer = scene.visit(endpoint).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{} {}", endpoint.method, endpoint.path);
        }
    }
}

#[actix_web::test]
async fn what_a_route_asks_for_and_nothing_else_opens_it() {
    let app = TestApp::spawn();
    let scene = Scene::new(&app).await;
    let enough = by(|endpoint| {
        let with = |actions: &[&'static str]| [to_find(endpoint.path), actions.to_vec()].concat();
        match endpoint.asks {
            Asks::For(action) => vec![with(&[action])],
            Asks::All(actions) => vec![with(actions)],
            Asks::Any(actions) => actions.iter().map(|action| with(&[action])).collect(),
            Asks::Nothing | Asks::SignIn => Vec::new(),
        }
    });

    for (actions, endpoints) in enough {
        scene.allow(&[allow(&actions)]).await;
        for endpoint in endpoints {
            let answer = scene.visit(endpoint).await;
            let place = format!("{} {} with {actions:?}", endpoint.method, endpoint.path);
            let denied = answer.text("#denied-action");
            assert_ne!(answer.status, StatusCode::FORBIDDEN, "{place}: {denied:?}");
            assert!(!answer.status.is_server_error(), "{place}: {}", answer.status);
            let takes_away =
                ["/detach", "/leave", "/remove", "/revoke"].iter().any(|end| endpoint.path.ends_with(end));
            assert!(takes_away || answer.status != StatusCode::NOT_FOUND, "{place}");
        }
    }
}
