//! The signature debugger begins with its verdict, and opens for whoever may query the key.

use crate::support::TestApp;
use crate::support::api::{Client, Signed};
use crate::support::people::Person;
use serde_json::json;

fn header_lines(signed: &Signed) -> String {
    let lines: Vec<String> = signed.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    lines.join("\n")
}

fn signed_by(client: &Client) -> Signed {
    client.sign_plainly("cam", "GetUserAppId", &json!({}))
}

/// The verdict on a request with this body.
async fn verdict(person: &Person, signed: &Signed, body: &str) -> String {
    let headers = header_lines(signed);
    let fields = [("method", "POST"), ("headers", headers.as_str()), ("body", body)];
    let page = person.browser.submit("/help/api/debug", "/help/api/debug", &fields).await;
    assert_eq!(page.status, 200, "{:?}", page.text(".error-summary"));
    page.text("#verdict").unwrap()
}

#[actix_web::test]
async fn the_verdict_says_that_it_fits_or_what_differs() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let signed = signed_by(&client);
    let mut other = client.sign_plainly("cam", "GetUserAppId", &json!({}));
    let genuine = signed.header("authorization").rsplit('=').next().unwrap().to_owned();
    let tampered = signed.header("authorization").replace(&genuine, &"0".repeat(64));
    other.set("authorization", &tampered);

    assert_eq!(verdict(&root, &signed, "{}").await, "The signature fits.");
    assert!(verdict(&root, &signed, "{}\n").await.contains("other line ends"));
    assert!(verdict(&root, &other, "{}").await.starts_with("The secret differs"));
    assert!(verdict(&root, &signed, r#"{"a":1}"#).await.contains("the body"));
    app.wait(1_000);
    assert!(verdict(&root, &signed, "{}").await.starts_with("The clock is 1000 seconds behind"));
}

#[actix_web::test]
async fn the_secret_of_the_users_other_key_is_recognised() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let (one, two) = (app.key_of(&root).await, app.key_of(&root).await);
    let mut signed = signed_by(&one);
    let mixed = signed.header("authorization").replace(&one.secret_id, &two.secret_id);
    signed.set("authorization", &mixed);

    let told = verdict(&root, &signed, "{}").await;

    assert!(told.contains("other key") && told.starts_with("The secret differs"), "{told}");
    assert!(!told.contains(&one.secret_id));
}

#[actix_web::test]
async fn a_body_that_is_not_the_hashed_one_is_told() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let mut signed = signed_by(&app.key_of(&root).await);
    signed.set("x-tc-content-sha256", &"a".repeat(64));
    let headers = header_lines(&signed);
    let fields = [("method", "POST"), ("headers", headers.as_str()), ("body", "{}")];

    let page = root.browser.submit("/help/api/debug", "/help/api/debug", &fields).await;

    assert!(page.text(".error-summary li").unwrap().starts_with("The body differs"), "{}", page.body);
}

#[actix_web::test]
async fn whoever_may_query_a_key_may_debug_its_requests_and_nobody_else() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "alice", &[]).await;
    let document = format!(
        r#"{{"version":"2.0","statement":[{{"effect":"allow","action":"cam:QueryApiKey","resource":"qcs::cam::uin/{}:uin/{}"}}]}}"#,
        root.uin, alice.uin
    );
    let fields = [("name", "queries-alice"), ("document", document.as_str())];
    root.grant(&app, "/policies/new", "/policies/new", &fields).await.redirect();
    let bob = app.signed_in(&root, "bob", &["queries-alice"]).await;
    let nobody = app.signed_in(&root, "nobody", &[]).await;
    let (hers, roots) = (signed_by(&app.key_of(&alice).await), signed_by(&app.key_of(&root).await));

    let others = header_lines(&roots);
    let fields = [("method", "POST"), ("headers", others.as_str()), ("body", "{}")];
    let refused = bob.browser.submit("/help/api/debug", "/help/api/debug", &fields).await;

    assert_eq!(verdict(&root, &hers, "{}").await, "The signature fits.");
    assert_eq!(verdict(&bob, &hers, "{}").await, "The signature fits.");
    assert_eq!(refused.status, 422);
    assert_eq!(nobody.browser.get("/help/api/debug").await.status, 403);
}

#[actix_web::test]
async fn the_page_begins_with_the_verdict() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let headers = header_lines(&signed_by(&app.key_of(&root).await));
    let fields = [("method", "POST"), ("headers", headers.as_str()), ("body", "{}")];

    let page = root.browser.submit("/help/api/debug", "/help/api/debug", &fields).await;

    let place = |id: &str| page.body.find(&format!("id=\"{id}\"")).unwrap();
    assert!(place("verdict") < place("field-headers") && place("field-headers") < place("view-h"));
}
