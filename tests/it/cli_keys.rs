//! `camlock key …`, as the operator types it, beside a running server.

use crate::support::process::operate;
use crate::support::{TestApp, code};
use camlock::domain::key::SecretId;
use camlock::domain::secret::SecretKey;
use camlock::random::Random;
use serde_json::{Value, json};
use std::fs;
use std::process::Output;

/// A pair that the server does not know, its secret in the file `secret`.
fn new_pair(app: &TestApp) -> (String, String) {
    let random = Random::system();
    let id = SecretId::generate(&random).unwrap().to_string();
    let secret = SecretKey::generate(&random).unwrap().expose().to_owned();
    fs::write(app.folder.path().join("secret"), format!("{secret}\n")).unwrap();
    (id, secret)
}

fn import<'a>(uin: &'a str, id: &'a str) -> Vec<&'a str> {
    vec!["key", "import", "--uin", uin, "--secret-id", id, "--secret-key-file", "secret"]
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn printed(output: &Output) -> Value {
    assert!(output.status.success(), "{}", said(output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[actix_web::test]
async fn an_imported_pair_signs_until_the_operator_disables_it() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let (id, secret) = new_pair(&app);
    let client = app.client(&id, &secret);

    let imported = printed(&operate(&app, &import(&root.uin, &id)));
    let before = client.call("cam", "GetUserAppId", json!({})).await;
    let disabled = printed(&operate(&app, &["key", "disable", "--secret-id", &id]));
    let after = client.call("cam", "GetUserAppId", json!({})).await;

    assert_eq!(imported["status"], "enabled");
    assert_eq!(imported["secret_id"], id.as_str());
    assert_eq!(imported["owner_uin"].to_string(), root.owner);
    assert!(!imported.to_string().contains(&secret));
    assert_eq!(before["Uin"], root.uin.as_str(), "{before}");
    assert_eq!(disabled["status"], "disabled");
    assert_eq!(code(&after), "AuthFailure.SecretIdNotFound");
    let log = root.browser.get("/audit").await;
    for event in ["ImportApiKey", "DisableApiKey"] {
        assert!(log.body.contains(event), "{event}");
    }
    assert!(log.body.contains("operator"));
}

#[actix_web::test]
async fn an_import_keeps_the_limits_and_names_what_is_wrong() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;
    let (id, secret) = new_pair(&app);
    printed(&operate(&app, &import(&root.uin, &id)));
    let refused = |arguments: &[&str]| {
        let output = operate(&app, arguments);
        assert!(!output.status.success());
        assert!(output.stdout.is_empty());
        assert!(!said(&output).contains(&secret));
        said(&output)
    };

    assert!(refused(&import(&root.uin, &id)).contains("exists already"));
    let (second, _) = new_pair(&app);
    printed(&operate(&app, &import(&root.uin, &second)));
    let (third, _) = new_pair(&app);
    assert!(refused(&import(&root.uin, &third)).contains("at most two keys"));
    assert!(refused(&import("100000000999", &third)).contains("no such user"));
    assert!(refused(&import(&root.uin, "AKIDshort")).contains("A SecretId is"));
    assert!(refused(&["key", "disable", "--secret-id", &third]).contains("no key"));
    fs::write(app.folder.path().join("secret"), "too short\n").unwrap();
    assert!(refused(&import(&root.uin, &third)).contains("32 letters and digits"));
}

#[actix_web::test]
async fn a_collaborators_key_goes_to_the_account_that_is_named() {
    let app = TestApp::spawn();
    let (root, partner) = (app.root().await, app.bare_root("partner").await);
    let fields = [("kind", "collaborator"), ("user_name", "bo"), ("uin", partner.uin.as_str())];
    root.browser.submit("/users/new", "/users/new", &fields).await.redirect();
    let (id, secret) = new_pair(&app);
    let mut arguments = import(&partner.uin, &id);
    arguments.extend(["--owner", &root.uin]);

    let imported = printed(&operate(&app, &arguments));
    let identity = app.client(&id, &secret).call("cam", "GetUserAppId", json!({})).await;

    assert_eq!(imported["owner_uin"].to_string(), root.uin);
    assert_eq!(identity["OwnerUin"], root.uin.as_str(), "{identity}");
    assert_eq!(identity["Uin"], partner.uin.as_str());
}

#[actix_web::test]
async fn a_field_that_does_not_fit_is_named_with_what_is_wrong_with_it() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let (id, _) = new_pair(&app);
    printed(&operate(&app, &import(&root.uin, &id)));
    fs::write(app.folder.path().join("junk"), "junk").unwrap();
    let (other, _) = new_pair(&app);
    let limit = |more: [&'static str; 2]| [&["key", "limit", "--secret-id", &id][..], &more].concat();
    let limited_import = [import(&root.uin, &other), vec!["--networks", "nope"]].concat();
    let rotate = ["key", "rotate", "--secret-id", &id, "--silent-hours", "0"].to_vec();

    for (arguments, words) in [
        (limit(["--networks", "x"]), "networks: `x` is neither an address nor a network"),
        (limit(["--expires-at", "2020-01-01"]), "expires_at: This time is past."),
        (limit(["--idle-days", "0"]), "idle_days: Use 1 to 3650 days"),
        (limit(["--policy-file", "junk"]), "policy: "),
        (limited_import, "networks: `nope` is neither"),
        (rotate, "silent_hours: "),
    ] {
        let refused = operate(&app, &arguments);
        assert!(!refused.status.success(), "{arguments:?}");
        let told = said(&refused);
        assert!(told.contains(words) && !told.contains("do not fit"), "{arguments:?}: {told}");
    }
}
