//! How to call the API, and what a key's calls leave behind.

use crate::support::api::Signed;
use crate::support::{TestApp, code};
use serde_json::json;

/// The headers of a request, one a line.
fn header_lines(signed: &Signed, end: &str) -> String {
    let lines: Vec<String> = signed.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    lines.join(end)
}

#[actix_web::test]
async fn every_snippet_has_this_servers_address_and_the_persons_secret_id() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let host = app.address.trim_start_matches("http://");

    for tool in ["curl", "tccli", "python", "node", "go", "java", "php"] {
        let page = root.browser.get(&format!("/help/api?tool={tool}&key={}", client.secret_id)).await;
        let snippet = page.text("#snippet").unwrap();
        assert!(snippet.contains(&client.secret_id), "{tool}");
        assert!(snippet.contains(host), "{tool}");
        assert!(!snippet.contains('{') || !snippet.contains("{host}"), "{tool}");
        assert!(!page.body.contains(&client.secret_key), "{tool}");
    }
}

#[actix_web::test]
async fn only_ones_own_keys_are_offered() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let nobody = app.signed_in(&root, "nobody", &[]).await;

    let page = nobody.browser.get(&format!("/help/api?key={}", client.secret_id)).await;

    assert_eq!(page.status, 200);
    assert!(!page.body.contains(&client.secret_id));
    assert!(page.text("#snippet").unwrap().contains("YOUR_SECRET_ID"));
}

#[actix_web::test]
async fn a_key_keeps_its_calls_with_the_refused_ones() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let records = format!("/keys/{}/records", client.secret_id);
    assert!(root.browser.get(&records).await.body.contains("No records yet"));

    let called = client.call("cam", "GetUserAppId", json!({})).await;
    let refused = client.call("cam", "Dance", json!({})).await;
    let disable = format!("/keys/{}/disable", client.secret_id);
    root.browser.submit(&disable, &disable, &[]).await.redirect();
    let late = client.call("cam", "GetUserAppId", json!({})).await;
    let page = root.browser.get(&records).await;

    assert_eq!(code(&late), "AuthFailure.SecretIdNotFound");
    for (response, result) in
        [(&called, "Accepted"), (&refused, "Refused InvalidAction"), (&late, "Refused The key is disabled.")]
    {
        let id = response["RequestId"].as_str().unwrap();
        let row = page.text(&format!("tr[data-request-id=\"{id}\"]")).unwrap();
        assert!(row.contains(result), "{row}");
        assert!(row.contains("127.0.0.1") && row.contains("test program"), "{row}");
    }
}

#[actix_web::test]
async fn records_are_paged_and_belong_to_the_keys_holder() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "alice", &[]).await;
    let client = app.key_of(&alice).await;
    for _ in 0..51 {
        client.call("cam", "GetUserAppId", json!({})).await;
    }
    let records = format!("/users/{}/keys/{}/records", alice.uin, client.secret_id);

    let first = root.browser.get(&records).await;
    let second = root.browser.get(&format!("{records}?page=2")).await;

    assert_eq!(first.texts("tr[data-request-id]").len(), 50);
    assert_eq!(second.texts("tr[data-request-id]").len(), 1);
    assert!(second.body.contains("51–51 of 51"));
    assert_eq!(root.browser.get(&format!("{records}?page=0")).await.status, 400);
    assert_eq!(root.browser.get(&format!("/keys/{}/records", client.secret_id)).await.status, 404);
    let row = root.browser.get(&format!("/users/{}/keys", alice.uin)).await;
    assert!(row.body.contains(&format!("href=\"{records}\"")));
    let likes = [("theme", "system"), ("density", "comfortable"), ("page_size", "25")];
    root.browser.submit("/me/preferences", "/me/preferences", &likes).await.redirect();
    assert_eq!(root.browser.get(&records).await.count("tr[data-request-id]"), 25);
}

#[actix_web::test]
async fn the_debugger_shows_what_the_server_signs_and_never_a_signature_or_secret() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let signed = client.sign_plainly("cam", "GetUserAppId", &json!({}));
    let headers = header_lines(&signed, "\r\n");
    let genuine = signed.header("authorization").rsplit('=').next().unwrap().to_owned();
    let tampered = headers.replace(&genuine, &"0".repeat(64));
    let fields = [("method", "POST"), ("headers", tampered.as_str()), ("body", "{}")];
    app.wait(400);

    let page = root.browser.submit("/help/api/debug", "/help/api/debug", &fields).await;

    assert_eq!(page.status, 200, "{}", page.body);
    let canonical = page.text("#canonical-1").unwrap();
    assert!(
        canonical.starts_with("POST\n/\n\ncontent-type:application/json\nhost:127.0.0.1:"),
        "{canonical}"
    );
    assert!(page.text("#to-sign-1").unwrap().starts_with("TC3-HMAC-SHA256\n"));
    assert!(page.body.contains("400 seconds before"));
    assert!(!page.body.contains(&genuine) && !page.body.contains(&client.secret_key));
    assert!(!page.body.contains("This key is disabled"));

    let disable = format!("/keys/{}/disable", client.secret_id);
    root.browser.submit(&disable, &disable, &[]).await.redirect();
    let page = root.browser.submit("/help/api/debug", "/help/api/debug", &fields).await;
    assert!(page.body.contains("This key is disabled"));
    let help = root.browser.get(&format!("/help/api?key={}", client.secret_id)).await;
    assert!(help.body.contains("is disabled"));
    assert!(help.body.contains(&format!("href=\"/keys/{}/records\"", client.secret_id)));
}

#[actix_web::test]
async fn the_debugger_explains_ones_own_keys_only_and_says_what_cannot_be_read() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.signed_in(&root, "alice", &["QcloudCollApiKeyReadOnlyAccess"]).await;
    let signed = app.key_of(&root).await.sign_plainly("cam", "GetUserAppId", &json!({}));
    let headers = header_lines(&signed, "\n");
    let said = async |headers: &str| {
        let fields = [("method", "POST"), ("headers", headers), ("body", "{}")];
        let page = alice.browser.submit("/help/api/debug", "/help/api/debug", &fields).await;
        assert_eq!(page.status, 422);
        assert_eq!(page.text("textarea[name=headers]").unwrap().trim(), headers.trim(), "kept as typed");
        assert_eq!(page.text("textarea[name=body]").unwrap().trim(), "{}");
        page.text(".error-summary").unwrap()
    };

    assert!(said(&headers).await.contains("not one of your own keys"));
    assert!(said("no colon here").await.contains("one header a line"));
    assert!(said("Host: a\n").await.contains("not signed"));
}
