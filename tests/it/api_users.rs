//! Users by name over the API: looked up, added, changed, deleted.

use crate::settings::change;
use crate::support::api::code;
use crate::support::people::{PASSWORD, Person};
use crate::support::{Browser, TestApp};
use camlock::app::policies::NewPolicy;
use camlock::app::policies::create_policy;
use camlock::app::users::permissions::attach_policies;
use camlock::domain::policies::{Description, Document, PolicyName};
use camlock::domain::source::Source;
use camlock::domain::user::Uin;
use camlock::store::sessions;
use reqwest::StatusCode;
use serde_json::{Value, json};

/// A password that is as good as [`PASSWORD`], and another.
const OTHER: &str = "kettle orbit seventeen walruses";

async fn sign_in(browser: &Browser, owner: &str, name: &str, password: &str) -> (StatusCode, String) {
    let fields = [("account", owner), ("user_name", name), ("password", password)];
    let answer = browser.submit("/login", "/login", &fields).await;
    let said = answer.location().unwrap_or_else(|| answer.text(".error-summary").unwrap_or_default());
    (answer.status, said)
}

/// The names of an object's fields, sorted.
fn names(value: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

/// Gives a user a policy of its own that allows one action.
async fn allow(app: &TestApp, root: &Person, (person, action): (&Person, &str)) {
    let uin = |text: &str| Uin::parse(text).unwrap();
    let (who, now) = (uin(&root.uin), app.now());
    let sessions = app.app.store.read(move |conn| sessions::of_identity(conn, who, now)).await.unwrap();
    let source =
        Source { ip: "127.0.0.1".to_owned(), user_agent: "test".to_owned(), request_id: "-".to_owned() };
    let by =
        camlock::app::session::person::caller(&app.app, sessions[0].id_hash.clone(), source).await.unwrap();
    let statement = json!([{ "effect": "allow", "action": action, "resource": "*" }]);
    let document = json!({ "version": "2.0", "statement": statement }).to_string();
    let new = NewPolicy {
        name: PolicyName::parse("custom").unwrap(),
        description: Description::default(),
        document: Document::check(&document).unwrap(),
    };
    let id = create_policy(&app.app, &by, new).await.unwrap();
    attach_policies(&app.app, &by, uin(&person.uin), vec![id]).await.unwrap();
}

#[actix_web::test]
async fn a_sub_user_is_added_with_a_key_that_works_and_a_password_that_signs_in() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let wish = json!({
        "Name": "jack", "Remark": "builds", "ConsoleLogin": 1, "UseApi": "1", "NeedResetPassword": 0,
        "PhoneNum": "10086", "CountryCode": "86", "Email": "jack@example.com",
    });

    let added = client.call("cam", "AddUser", wish).await;

    let fields =
        ["Name", "Password", "PhoneNumVerifyLink", "RequestId", "SecretId", "SecretKey", "Uid", "Uin"];
    assert_eq!(names(&added), fields, "{added}");
    let password = added["Password"].as_str().unwrap();
    assert_eq!(password.len(), 32);
    let jack = app.client(added["SecretId"].as_str().unwrap(), added["SecretKey"].as_str().unwrap());
    let who = jack.call("cam", "GetUserAppId", json!({})).await;
    assert_eq!(who["Uin"], added["Uin"].as_i64().unwrap().to_string());
    assert_eq!(sign_in(&app.browser(), &root.owner, "jack", password).await.1, "/");
    let found = client.call("cam", "GetUser", json!({ "Name": "JACK" })).await;
    let expected = json!({
        "Uin": added["Uin"], "Name": "jack", "Uid": added["Uid"], "Remark": "builds", "ConsoleLogin": 1,
        "PhoneNum": "10086", "CountryCode": "86", "Email": "jack@example.com", "RecentlyLoginIP": "127.0.0.1",
        "RecentlyLoginTime": found["RecentlyLoginTime"], "RequestId": found["RequestId"],
    });
    assert_eq!(found, expected);
    assert!(found["RecentlyLoginTime"].as_str().unwrap().starts_with("2026-11-23 12:"), "{found}");
}

#[actix_web::test]
async fn a_user_without_console_and_key_gets_neither() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.root().await).await;

    let added = client.call("cam", "AddUser", json!({ "Name": "quiet", "Password": "ignored" })).await;

    assert_eq!(
        (&added["Password"], &added["SecretId"], &added["SecretKey"]),
        (&json!(""), &json!(""), &json!(""))
    );
    let found = client.call("cam", "GetUser", json!({ "Name": "quiet" })).await;
    assert_eq!(found["ConsoleLogin"], 0);
    assert_eq!(found["RecentlyLoginTime"], "");
}

#[actix_web::test]
async fn what_is_wrong_with_a_new_user_has_its_documented_code() {
    let app = TestApp::spawn_with(&[("CAMLOCK_LIMITS__USERS_PER_ACCOUNT", "1")]);
    let client = app.key_of(&app.root().await).await;
    let call = async |body: Value| client.call("cam", "AddUser", body).await;

    let weak = json!({ "Name": "jack", "ConsoleLogin": 1, "Password": "test123456" });
    assert_eq!(code(&call(weak).await), "InvalidParameter.PasswordViolatedRules");
    assert_eq!(code(&call(json!({ "Name": "a b" })).await), "InvalidParameter.UserNameIllegal");
    assert_eq!(
        code(&call(json!({ "Name": "jack", "Email": "nobody" })).await),
        "InvalidParameter.ParamError"
    );
    assert_eq!(code(&call(json!({ "Name": "jack", "UseApi": 2 })).await), "InvalidParameterValue");
    assert_eq!(code(&call(json!({ "Name": "jack", "Nickname": "j" })).await), "UnknownParameter");
    assert_eq!(code(&call(json!({})).await), "MissingParameter");
    assert_eq!(code(&call(json!({ "Name": "jack" })).await), "");
    assert_eq!(code(&call(json!({ "Name": "Jill" })).await), "InvalidParameter.SubUserFull");
}

#[actix_web::test]
async fn a_taken_name_is_told_from_a_bad_one() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.root().await).await;
    client.call("cam", "AddUser", json!({ "Name": "jack" })).await;

    let again = client.call("cam", "AddUser", json!({ "Name": "Jack" })).await;

    assert_eq!(code(&again), "InvalidParameter.SubUserNameInUse");
}

#[actix_web::test]
async fn a_new_password_ends_sessions_and_the_old_one_is_worth_nothing() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.signed_in(&root, "dev-alice", &["AdministratorAccess"]).await;
    let client = app.key_of(&root).await;

    let wish = json!({ "Name": "dev-alice", "Remark": "moved", "Password": OTHER, "NeedResetPassword": 0 });
    let answer = client.call("cam", "UpdateUser", wish).await;

    assert_eq!(names(&answer), ["RequestId"], "{answer}");
    assert!(alice.browser.get("/users").await.redirect().starts_with("/login"));
    assert_eq!(sign_in(&app.browser(), &root.owner, "dev-alice", PASSWORD).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(sign_in(&app.browser(), &root.owner, "dev-alice", OTHER).await.1, "/");
    let same = client.call("cam", "UpdateUser", json!({ "Name": "dev-alice", "Password": OTHER })).await;
    assert_eq!(code(&same), "InvalidParameter.PasswordViolatedRules");
}

#[actix_web::test]
async fn taking_the_console_away_ends_sessions_and_keeps_the_rest() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.signed_in(&root, "dev-alice", &["AdministratorAccess"]).await;
    let client = app.key_of(&root).await;

    client.call("cam", "UpdateUser", json!({ "Name": "dev-alice", "Email": "a@example.com" })).await;
    client.call("cam", "UpdateUser", json!({ "Name": "dev-alice", "ConsoleLogin": 0 })).await;

    assert!(alice.browser.get("/users").await.redirect().starts_with("/login"));
    let found = client.call("cam", "GetUser", json!({ "Name": "dev-alice" })).await;
    assert_eq!((&found["ConsoleLogin"], &found["Email"]), (&json!(0), &json!("a@example.com")));
}

#[actix_web::test]
async fn nobody_changes_its_own_password_or_the_root_by_key() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "dev-alice", &["AdministratorAccess"]).await;
    let client = app.key_of(&alice).await;

    let own = client.call("cam", "UpdateUser", json!({ "Name": "dev-alice", "Password": OTHER })).await;
    let of_root = client.call("cam", "UpdateUser", json!({ "Name": "root", "Remark": "x" })).await;
    let gone = client.call("cam", "DeleteUser", json!({ "Name": "root", "Force": 1 })).await;
    let oneself = client.call("cam", "DeleteUser", json!({ "Name": "dev-alice", "Force": 1 })).await;

    for answer in [own, of_root, gone, oneself] {
        assert_eq!(code(&answer), "FailedOperation.Unmodifiable", "{answer}");
    }
}

#[actix_web::test]
async fn a_user_with_keys_is_deleted_only_by_force_and_its_keys_end_with_it() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "dev-alice", &[]).await;
    let (client, key) = (app.key_of(&root).await, app.key_of(&alice).await);

    let refused = client.call("cam", "DeleteUser", json!({ "Name": "dev-alice" })).await;
    let done = client.call("cam", "DeleteUser", json!({ "Name": "dev-alice", "Force": 1 })).await;

    assert_eq!(code(&refused), "OperationDenied.HaveKeys");
    assert_eq!(code(&done), "");
    let after = key.call("cam", "GetUserAppId", json!({})).await;
    assert_eq!(code(&after), "AuthFailure.SecretIdNotFound");
    let missing = client.call("cam", "GetUser", json!({ "Name": "dev-alice" })).await;
    assert_eq!(code(&missing), "ResourceNotFound.UserNotExist");
    let log = root.browser.get("/audit").await.body;
    for event in ["DisableApiKey", "DeleteApiKey", "DeleteUser"] {
        assert!(log.contains(event), "{event}");
    }
}

#[actix_web::test]
async fn force_needs_the_right_to_delete_keys_and_an_account_that_lets_enabled_ones_go() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let bob = app.sub_user(&root, "bob", &[]).await;
    let alice = app.sub_user(&root, "dev-alice", &[]).await;
    let owner = app.key_of(&root).await;
    allow(&app, &root, (&bob, "cam:DeleteUser")).await;
    let client = app.key_of(&bob).await;
    app.key_of(&alice).await;
    let wish = json!({ "Name": "dev-alice", "Force": 1 });

    let denied = client.call("cam", "DeleteUser", wish.clone()).await;
    change(&app, &root, &[("api_delete_enabled_keys", "")]).await;
    let refused = owner.call("cam", "DeleteUser", wish).await;

    assert_eq!(code(&denied), "UnauthorizedOperation.DeleteApiKey");
    assert_eq!(code(&refused), "OperationDenied.HaveKeys");
}

#[actix_web::test]
async fn who_may_not_look_does_not_learn_which_names_there_are() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let bob = app.sub_user(&root, "bob", &[]).await;
    let client = app.key_of(&bob).await;

    for action in ["GetUser", "UpdateUser", "DeleteUser"] {
        let there = client.call("cam", action, json!({ "Name": "root" })).await;
        let missing = client.call("cam", action, json!({ "Name": "nobody" })).await;

        assert_eq!(code(&there), "AuthFailure.UnauthorizedOperation");
        assert_eq!(there["Error"], missing["Error"]);
    }
}

#[actix_web::test]
async fn no_secret_of_a_new_user_is_in_the_log() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;

    let added =
        client.call("cam", "AddUser", json!({ "Name": "jack", "ConsoleLogin": 1, "UseApi": 1 })).await;

    let log = root.browser.get("/audit").await.body;
    assert!(log.contains("AddUser"));
    assert!(!log.contains(added["SecretKey"].as_str().unwrap()));
    assert!(!log.contains(added["Password"].as_str().unwrap()));
}
