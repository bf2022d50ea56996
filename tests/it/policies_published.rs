//! Policies in published shapes, from the API and the editor to what they do to requests.

use crate::support::people::Person;
use crate::support::{Client, TestApp, code};
use camlock::domain::permission::is_read_only;
use serde_json::{Value, json};

fn document(effect: &str, action: &str, condition: &str) -> String {
    format!(
        r#"{{"version":"2.0","statement":[{{"effect":"{effect}","action":"{action}","resource":"*","condition":{condition}}}]}}"#
    )
}

/// A user with a key and these policies.
async fn user_with(app: &TestApp, root: &Person, owner: &Client, documents: &[String]) -> Client {
    let name = format!("user-{}", uuid::Uuid::new_v4().simple());
    let user = owner.call("cam", "AddUser", json!({ "Name": name })).await["Uin"].as_i64().unwrap();
    for document in documents {
        let new = json!({ "PolicyName": uuid::Uuid::new_v4().to_string(), "PolicyDocument": document });
        let made = owner.call("cam", "CreatePolicy", new).await;
        assert_eq!(code(&made), "", "{document}: {made}");
        let attach = json!({ "AttachUin": user, "PolicyId": made["PolicyId"] });
        assert_eq!(code(&owner.call("cam", "AttachUserPolicy", attach).await), "");
    }
    let uin = |text: &str| camlock::domain::user::Uin(text.parse().unwrap());
    app.key_for(uin(&root.uin), camlock::domain::user::Uin(user)).await
}

async fn may(client: &Client, action: &str, body: Value) -> bool {
    let answer = client.call("cam", action, body).await;
    code(&answer) != "AuthFailure.UnauthorizedOperation"
}

#[test]
fn an_action_only_reads_where_the_api_says_that_it_changes_nothing() {
    for action in camlock::api::actions::all().filter(|action| action.service.as_str() == "cam") {
        let name = format!("cam:{}", action.name);
        assert_eq!(is_read_only(&name), Some(!action.is_mutating), "{name}");
    }
    for (name, reads) in [
        ("account:QueryKeyBySecretId", None),
        ("sts:GetFederationToken", Some(false)),
        ("cam:EnableCollApiKey", Some(false)),
        ("cam:QueryCollApiKey", Some(true)),
        ("cam:DescribeAuditLog", Some(true)),
        ("cos:GetObject", None),
        ("GetUser", None),
    ] {
        assert_eq!(is_read_only(name), reads, "{name}");
    }
}

#[actix_web::test]
async fn a_read_only_policy_reads_and_changes_nothing() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;
    let owner = app.key_of(&root).await;
    let reads = document("allow", "*", r#"{"numeric_equal":{"qcs:read_only_action":1}}"#);
    let reader = user_with(&app, &root, &owner, &[reads]).await;

    assert!(
        may(&reader, "ListUsers", json!({})).await && may(&reader, "GetUser", json!({ "Name": "x" })).await
    );
    assert!(
        may(&reader, "ListPolicies", json!({})).await && may(&reader, "GetAccountSummary", json!({})).await
    );
    for (action, body) in [
        ("AddUser", json!({ "Name": "mallory" })),
        ("CreateAccessKey", json!({})),
        ("CreateGroup", json!({ "GroupName": "g" })),
        ("DeleteUser", json!({ "Name": "x" })),
    ] {
        assert!(!may(&reader, action, body).await, "{action}");
    }
}

#[actix_web::test]
async fn a_deny_of_what_changes_leaves_reading() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;
    let owner = app.key_of(&root).await;
    let all = document("allow", "*", "[]");
    let no_changes = document("deny", "*", r#"{"bool_equal":{"qcs:read_only_action":"false"}}"#);
    let reader = user_with(&app, &root, &owner, &[all.clone(), no_changes]).await;
    let free = user_with(&app, &root, &owner, &[all]).await;

    assert!(may(&reader, "ListUsers", json!({})).await);
    assert!(!may(&reader, "CreateGroup", json!({ "GroupName": "g" })).await);
    assert!(may(&free, "CreateGroup", json!({ "GroupName": "g" })).await, "an empty list is no condition");
}

#[actix_web::test]
async fn a_condition_on_what_is_not_known_here_allows_nothing_and_denies() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;
    let owner = app.key_of(&root).await;
    for condition in [
        r#"{"string_equal":{"qcs:vpc":"vpc-1"}}"#,
        r#"{"string_not_equal_if_exist":{"qcs:vpc":"vpc-1"}}"#,
        r#"{"numeric_greater_than ":{"cvm_system_disk_size":10}}"#,
    ] {
        let allowed = user_with(&app, &root, &owner, &[document("allow", "cam:*", condition)]).await;
        assert!(!may(&allowed, "ListUsers", json!({})).await, "{condition}");
        let all = document("allow", "*", "{}");
        let denied = user_with(&app, &root, &owner, &[all, document("deny", "cam: *", condition)]).await;
        assert!(!may(&denied, "ListUsers", json!({})).await, "{condition}");
    }
}

#[actix_web::test]
async fn showing_a_secret_is_more_than_reading() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let owner = app.key_of(&root).await;
    let reads = document("allow", "*", r#"{"numeric_equal":{"qcs:read_only_action":1}}"#);
    let new = json!({ "PolicyName": "reads", "PolicyDocument": reads });
    assert_eq!(code(&owner.call("cam", "CreatePolicy", new).await), "");
    let user = app.signed_in(&root, "reader", &["reads"]).await;
    let verdict = async |action: &str, context: &str| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs([
            ("user", user.uin.as_str()),
            ("action", action),
            ("resource", "*"),
            ("context", context),
        ]);
        let page = root.browser.get(&format!("/policies/simulate?{}", query.finish())).await;
        page.attribute("#verdict", "data-allowed").unwrap()
    };

    assert_eq!(verdict("cam:GetPolicy", "").await, "true");
    assert_eq!(verdict("CAM:getpolicy", "").await, "false", "a service is written small");
    assert_eq!(verdict("account:QueryKeyBySecretId", "qcs:mfa=1").await, "false");
    assert_eq!(verdict("cos:GetObject", "").await, "false", "of other services it is not known");
    assert_eq!(verdict("cos:GetObject", "qcs:read_only_action=1").await, "true");
    assert_eq!(verdict("cam:DeleteUser", "").await, "false");
}

#[actix_web::test]
async fn check_says_what_a_published_policy_comes_to() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let check = async |document: &str| {
        let fields = [("name", "p"), ("description", ""), ("document", document), ("check", "1")];
        root.browser.submit("/policies/new", "/policies/new", &fields).await.body
    };

    let page = check(&document("allow", "cam: *", r#"{"string_equal":{"qcs:vpc":"vpc-1"}}"#)).await;
    assert!(page.contains("No problems found") && page.contains("does not know qcs:vpc"), "{page}");
    assert!(page.contains("so the statement allows nothing"), "{page}");
    let page = check(&document("deny", " * ", r#"{"numeric_equal":{"cvm_system_disk_size":1}}"#)).await;
    assert!(
        page.contains("Denies every action") && page.contains("does not know cvm_system_disk_size"),
        "{page}"
    );
    let page = check(&document("allow", "*", "[]")).await;
    assert!(page.contains("Allows every action on every resource."), "{page}");
    let page = check(&format!("\u{feff}{}", document("allow", "*", "{}"))).await;
    assert!(page.contains("Allows every action on every resource."), "{page}");
    let page = check(&document("permit", "*", "{}")).await;
    assert!(page.contains("statement 1: ") && !page.contains("line 1: "), "{page}");
}
