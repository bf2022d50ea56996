//! Actions on the account as a whole accept only the resource `*`.

use crate::support::{Client, TestApp, code};
use camlock::domain::permission::OPERATION_LEVEL;
use serde_json::{Value, json};

/// How each is called, where it can be called through the API.
fn calls() -> Vec<(&'static str, Value)> {
    let document =
        r#"{"version":"2.0","statement":[{"effect":"allow","action":"cam:GetUser","resource":"*"}]}"#;
    vec![
        ("AddUser", json!({ "Name": "new" })),
        ("DescribeSubAccounts", json!({ "FilterSubAccountUin": [1] })),
        ("ListCollaborators", json!({})),
        ("ListAccounts", json!({})),
        ("GetAccountSummary", json!({})),
        ("GetPasswordRules", json!({})),
        ("UpdatePasswordRules", json!({ "Rules": { "ReusePasswordLimit": 1 } })),
        ("CreateSubAccountLoginIpPolicy", json!({ "DisablePolicy": 1 })),
        ("ListPolicies", json!({})),
        ("CreatePolicy", json!({ "PolicyName": "new", "PolicyDocument": document })),
        ("ListGroups", json!({})),
        ("CreateGroup", json!({ "GroupName": "new" })),
    ]
}

/// Puts a policy of one statement, on `resource`, in force for a user.
async fn set(root: &Client, uin: &str, effect: &str, (action, resource): (&str, &str)) -> i64 {
    let document = json!({ "version": "2.0", "statement": [{ "effect": effect, "action": action, "resource": resource }] });
    let body =
        json!({ "PolicyName": uuid::Uuid::new_v4().to_string(), "PolicyDocument": document.to_string() });
    let id = root.call("cam", "CreatePolicy", body).await["PolicyId"].as_i64().unwrap();
    root.call("cam", "AttachUserPolicy", json!({ "AttachUin": uin, "PolicyId": id })).await;
    id
}

#[actix_web::test]
async fn a_statement_that_names_a_resource_allows_none_of_them() {
    let app = TestApp::spawn();
    let person = app.root().await;
    let alice = app.sub_user(&person, "alice", &[]).await;
    let (root, program) = (app.key_of(&person).await, app.key_of(&alice).await);
    let account = format!("qcs::cam::uin/{}:*", person.uin);

    set(&root, &alice.uin, "allow", ("cam:*", &account)).await;
    assert_eq!(
        code(&program.call("cam", "ListUsers", json!({})).await),
        "",
        "resources are known to this one"
    );
    for (action, body) in calls() {
        let answer = program.call("cam", action, body).await;
        assert_eq!(code(&answer), "AuthFailure.UnauthorizedOperation", "{action}");
        let text = answer["Error"]["Message"].as_str().unwrap();
        assert!(text.contains("(*)") && text.contains("Only the resource * is accepted"), "{text}");
    }

    set(&root, &alice.uin, "allow", ("cam:*", "*")).await;
    for (action, body) in calls() {
        assert_eq!(code(&program.call("cam", action, body).await), "", "{action}");
    }
    let called = calls().len();
    let of_cam = OPERATION_LEVEL.iter().filter(|action| action.starts_with("cam:")).count();
    assert_eq!(called + 2, of_cam, "the account's settings are the console's alone");
}

#[actix_web::test]
async fn a_deny_that_names_a_resource_stops_what_it_writes_out() {
    let app = TestApp::spawn();
    let person = app.root().await;
    let admin = app.sub_user(&person, "admin", &["AdministratorAccess"]).await;
    let (root, program) = (app.key_of(&person).await, app.key_of(&admin).await);
    let somebody = format!("qcs::cam::uin/{}:uin/{}", person.uin, admin.uin);

    set(&root, &admin.uin, "deny", ("cam:*", &somebody)).await;
    assert_eq!(code(&program.call("cam", "ListGroups", json!({})).await), "", "it is about a user");

    set(&root, &admin.uin, "deny", ("cam:ListGroups", &somebody)).await;
    let denied = program.call("cam", "ListGroups", json!({})).await;
    assert_eq!(code(&denied), "AuthFailure.UnauthorizedOperation");
    assert_eq!(code(&program.call("cam", "ListPolicies", json!({})).await), "");
}

#[actix_web::test]
async fn the_editor_and_the_simulator_say_so() {
    let app = TestApp::spawn();
    let person = app.root().await;
    let alice = app.sub_user(&person, "alice", &[]).await;
    let root = app.key_of(&person).await;
    let somebody = format!("qcs::cam::uin/{}:uin/{}", person.uin, alice.uin);
    let id = set(&root, &alice.uin, "allow", ("cam:CreateGroup", &somebody)).await;

    let page = person.browser.get(&format!("/policies/{id}")).await;
    assert!(page.body.contains("Only `*` is accepted for cam:CreateGroup"), "{}", page.body);
    let asked = format!("/policies/simulate?user=alice&action=cam:creategroup&resource={somebody}");
    let answer = person.browser.get(&asked).await;
    assert_eq!(answer.attribute("#verdict", "data-allowed").as_deref(), Some("false"));
    assert!(answer.text("#only-all").is_some());
    assert!(answer.text("#unevaluable").unwrap().contains("only * is accepted for this action"));
    let other = person.browser.get(&asked.replace("creategroup", "GetUser")).await;
    assert!(other.text("#only-all").is_none());
}
