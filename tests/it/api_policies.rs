//! Policies over the API: shapes, documented codes, and that another account's policies do not exist.

use crate::support::{Client, TestApp, code};
use serde_json::{Value, json};

pub const READS: &str =
    r#"{"version":"2.0","statement":[{"effect":"allow","action":"cam:ListUsers","resource":"*"}]}"#;
pub const EVERYTHING: &str =
    r#"{"version":"2.0","statement":{"effect":"allow","action":"*","resource":"*"}}"#;

pub async fn create(client: &Client, name: &str, document: &str) -> i64 {
    let body = json!({ "PolicyName": name, "PolicyDocument": document });
    let answer = client.call("cam", "CreatePolicy", body).await;
    answer["PolicyId"].as_i64().unwrap_or_else(|| panic!("{answer}"))
}

/// The names of an answer's fields.
pub fn names(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

pub async fn refused(client: &Client, action: &str, body: Value) -> String {
    let answer = client.call("cam", action, body).await;
    code(&answer).to_owned()
}

#[actix_web::test]
async fn a_policy_lives_from_creation_to_deletion() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;
    let client = app.key_of(&root).await;

    let body = json!({ "PolicyName": "ops-1", "PolicyDocument": READS, "Description": "lists users" });
    let id = client.call("cam", "CreatePolicy", body).await["PolicyId"].as_i64().unwrap();
    let read = client.call("cam", "GetPolicy", json!({ "PolicyId": id.to_string() })).await;
    assert_eq!(read["PolicyDocument"], READS);
    assert_eq!((&read["PolicyName"], &read["Type"]), (&json!("ops-1"), &json!(1)));
    assert_eq!(read["AddTime"], "2026-11-23 12:00:00");
    assert_eq!(
        names(&read),
        [
            "PolicyName",
            "Description",
            "Type",
            "AddTime",
            "UpdateTime",
            "PolicyDocument",
            "PresetAlias",
            "IsServiceLinkedRolePolicy",
            "Tags",
            "RequestId"
        ]
    );
    let body =
        json!({ "PolicyId": id, "PolicyName": "ops-2", "Description": "", "PolicyDocument": EVERYTHING });
    assert_eq!(client.call("cam", "UpdatePolicy", body).await["PolicyId"], id);
    let read = client.call("cam", "GetPolicy", json!({ "PolicyId": id })).await;
    assert_eq!((&read["PolicyName"], &read["Description"]), (&json!("ops-2"), &json!("")));
    assert_eq!(read["PolicyDocument"], EVERYTHING);
    let by_name = json!({ "PolicyName": "ops-2", "PolicyDocument": READS });
    assert_eq!(client.call("cam", "UpdatePolicy", by_name).await["PolicyId"], id);

    let gone = client.call("cam", "DeletePolicy", json!({ "PolicyId": [id] })).await;

    assert_eq!(names(&gone), ["RequestId"]);
    assert_eq!(
        refused(&client, "GetPolicy", json!({ "PolicyId": id })).await,
        "ResourceNotFound.PolicyIdNotFound"
    );
}

#[actix_web::test]
async fn policies_are_listed_in_pages_by_scope_and_keyword() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    app.sub_user(&root, "alice", &["AdministratorAccess"]).await;
    create(&client, "local-one", READS).await;
    create(&client, "local-two", READS).await;

    let all = client.call("cam", "ListPolicies", json!({})).await;
    assert_eq!((&all["TotalNum"], &all["ServiceTypeList"]), (&json!(8), &json!([])));
    let presets = client.call("cam", "ListPolicies", json!({ "Scope": "QCS" })).await;
    assert_eq!(presets["TotalNum"], 6);
    let administrator = &presets["List"][0];
    assert_eq!((&administrator["PolicyId"], &administrator["Type"]), (&json!(1), &json!(2)));
    assert_eq!(
        (&administrator["Attachments"], &administrator["PermissionLevel"]),
        (&json!(1), &json!("Global"))
    );
    assert_eq!(names(administrator).len(), 17);
    let second = client.call("cam", "ListPolicies", json!({ "Scope": "Local", "Rp": 1, "Page": "2" })).await;
    assert_eq!((&second["TotalNum"], &second["List"][0]["PolicyName"]), (&json!(2), &json!("local-two")));
    let found = client.call("cam", "ListPolicies", json!({ "Keyword": "LOCAL-T" })).await;
    assert_eq!(found["TotalNum"], 1);

    assert_eq!(
        refused(&client, "ListPolicies", json!({ "Scope": "Mine" })).await,
        "InvalidParameter.ScopeError"
    );
    for body in [json!({ "Rp": 201 }), json!({ "Rp": -1 }), json!({ "Page": 201 }), json!({ "Page": -1 })] {
        assert_eq!(refused(&client, "ListPolicies", body).await, "InvalidParameter.ParamError");
    }
    assert_eq!(refused(&client, "ListPolicies", json!({ "Limit": 1 })).await, "UnknownParameter");
    assert_eq!(
        refused(&client, "ListPolicies", json!({ "Keyword": "k".repeat(129) })).await,
        "InvalidParameter.SearchKeywordLengthError"
    );
}

#[actix_web::test]
async fn what_does_not_fit_is_refused_with_the_documented_code() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;
    let client = app.key_of(&root).await;
    create(&client, "taken", READS).await;
    let long_name = "n".repeat(129);
    let cases = [
        ("taken", READS, "", "FailedOperation.PolicyNameInUse"),
        ("ReadOnlyAccess", READS, "", "FailedOperation.PolicyNameInUse"),
        ("", READS, "", "InvalidParameter.PolicyNameError"),
        ("with space", READS, "", "InvalidParameter.PolicyNameError"),
        (&long_name, READS, "", "InvalidParameter.PolicyNameError"),
        ("fine", READS, &"é".repeat(151), "InvalidParameter.DescriptionLengthOverlimit"),
        ("fine", "{", "", "InvalidParameter.PolicyDocumentError"),
        ("fine", &READS.replace("2.0", "3.0"), "", "InvalidParameter.VersionError"),
        ("fine", &READS.replace("allow", "Allow"), "", "InvalidParameter.EffectError"),
        ("fine", &READS.replace("cam:ListUsers", "ListUsers"), "", "InvalidParameter.ActionError"),
        ("fine", &READS.replace("\"*\"", "\"aws::*\""), "", "InvalidParameter.ResourceError"),
        (
            "fine",
            &READS.replace("ListUsers", &"L".repeat(6_200)),
            "",
            "InvalidParameter.PolicyDocumentLengthOverLimit",
        ),
    ];

    for (name, document, description, expected) in cases {
        let body = json!({ "PolicyName": name, "PolicyDocument": document, "Description": description });
        assert_eq!(refused(&client, "CreatePolicy", body).await, expected, "{name} {document}");
    }

    assert_eq!(refused(&client, "CreatePolicy", json!({ "PolicyName": "x" })).await, "MissingParameter");
    let body = json!({ "PolicyName": 5, "PolicyDocument": READS });
    assert_eq!(refused(&client, "CreatePolicy", body).await, "InvalidParameter");
    let text = READS.replace(
        "\"resource\":\"*\"",
        "\n\"resource\":\"*\",\"condition\":{\"string_equals_\":{\"qcs:uin\":\"1\"}}",
    );
    let answer =
        client.call("cam", "CreatePolicy", json!({ "PolicyName": "fine", "PolicyDocument": text })).await;
    assert_eq!(code(&answer), "InvalidParameter.ConditionTypeError");
    let message = answer["Error"]["Message"].as_str().unwrap();
    assert!(message.contains("line 2") && message.contains("string_equals_"), "{message}");
}

#[actix_web::test]
async fn presets_stay_as_they_are() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;
    let client = app.key_of(&root).await;
    let refusal = "FailedOperation";

    for (action, body) in [
        ("UpdatePolicy", json!({ "PolicyId": 1, "PolicyDocument": READS })),
        ("UpdatePolicy", json!({ "PolicyName": "AdministratorAccess", "PolicyDocument": READS })),
        ("DeletePolicy", json!({ "PolicyId": [1] })),
        ("CreatePolicyVersion", json!({ "PolicyId": 1, "PolicyDocument": READS, "SetAsDefault": true })),
        ("SetDefaultPolicyVersion", json!({ "PolicyId": 1, "VersionId": 1 })),
        ("DeletePolicyVersion", json!({ "PolicyId": 1, "VersionId": [1] })),
    ] {
        assert_eq!(refused(&client, action, body).await, refusal, "{action}");
    }
    let versions = client.call("cam", "ListPolicyVersions", json!({ "PolicyId": 1 })).await;
    assert_eq!(versions["Versions"][0]["VersionId"], 1);
}

#[actix_web::test]
async fn versions_are_numbers_with_dates_and_one_default() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;
    let client = app.key_of(&root).await;
    let id = create(&client, "versions", READS).await;

    let body = json!({ "PolicyId": id, "PolicyDocument": EVERYTHING, "SetAsDefault": true });
    let created = client.call("cam", "CreatePolicyVersion", body).await;

    assert_eq!(created["VersionId"], 2);
    let list = client.call("cam", "ListPolicyVersions", json!({ "PolicyId": id })).await;
    assert_eq!(
        list["Versions"],
        json!([
            { "VersionId": 2, "CreateDate": "2026-11-23T12:00:00Z", "IsDefaultVersion": 1 },
            { "VersionId": 1, "CreateDate": "2026-11-23T12:00:00Z", "IsDefaultVersion": 0 },
        ])
    );
    let one = client.call("cam", "GetPolicyVersion", json!({ "PolicyId": id, "VersionId": 1 })).await;
    assert_eq!(one["PolicyVersion"]["Document"], READS);
    assert_eq!(
        client.call("cam", "GetPolicy", json!({ "PolicyId": id })).await["PolicyDocument"],
        EVERYTHING
    );
    let both = |version: Value| json!({ "PolicyId": id, "VersionId": version });
    let already = "FailedOperation.PolicyVersionAlreadyDefault";
    assert_eq!(refused(&client, "SetDefaultPolicyVersion", both(json!(2))).await, already);
    assert_eq!(refused(&client, "DeletePolicyVersion", both(json!([1, 2]))).await, already);
    for (action, version) in [
        ("GetPolicyVersion", json!(3)),
        ("SetDefaultPolicyVersion", json!(3)),
        ("DeletePolicyVersion", json!([3])),
    ] {
        assert_eq!(refused(&client, action, both(version)).await, "InvalidParameter.PolicyVersionNotExists");
    }
    assert_eq!(refused(&client, "DeletePolicyVersion", both(json!([]))).await, "MissingParameter");
    assert_eq!(refused(&client, "SetDefaultPolicyVersion", both(json!(1))).await, "");
    assert_eq!(refused(&client, "DeletePolicyVersion", both(json!([2]))).await, "");
    assert_eq!(client.call("cam", "GetPolicy", json!({ "PolicyId": id })).await["PolicyDocument"], READS);
}
