//! Groups over the API: what official clients send, the documented fields and the documented codes.

use crate::support::people::Person;
use crate::support::{Client, TestApp, code};
use serde_json::{Value, json};

async fn root_client(app: &TestApp) -> (Person, Client) {
    let root = app.root().await;
    let client = app.key_of(&root).await;
    (root, client)
}

/// Creates a group and gives its id.
async fn group(client: &Client, name: &str) -> i64 {
    let answer = client.call("cam", "CreateGroup", json!({ "GroupName": name, "Remark": "a remark" })).await;
    answer["GroupId"].as_i64().unwrap_or_else(|| panic!("a group id, not {answer}"))
}

async fn refused(client: &Client, action: &str, body: Value, expected: &str) {
    let answer = client.call("cam", action, body.clone()).await;
    assert_eq!(code(&answer), expected, "{action} {body}: {answer}");
}

fn number(text: &str) -> i64 {
    text.parse().unwrap()
}

#[actix_web::test]
async fn a_group_lives_from_creation_to_deletion() {
    let app = TestApp::spawn();
    let (_, client) = root_client(&app).await;

    let id = group(&client, "Developers").await;
    let read = client.done("GetGroup", json!({ "GroupId": id.to_string() })).await;
    assert_eq!(read["GroupName"], "Developers");
    assert_eq!(read["GroupNum"], 0);
    assert_eq!(read["UserInfo"], json!([]));
    assert_eq!(read["Remark"], "a remark");
    assert_eq!(read["CreateTime"].as_str().unwrap().len(), "2024-11-25 20:37:41".len());
    client.done("UpdateGroup", json!({ "GroupId": id, "GroupName": "Platform" })).await;
    let list = client.done("ListGroups", json!({ "Keyword": "plat" })).await;
    assert_eq!(list["TotalNum"], 1);
    assert_eq!(list["GroupInfo"][0]["GroupName"], "Platform");
    assert_eq!(list["GroupInfo"][0]["Remark"], "a remark");
    client.done("DeleteGroup", json!({ "GroupId": id })).await;

    refused(&client, "GetGroup", json!({ "GroupId": id }), "ResourceNotFound.UserNotExist").await;
    refused(&client, "DeleteGroup", json!({ "GroupId": id }), "ResourceNotFound.UserNotExist").await;
    let gone = json!({ "GroupId": id, "Remark": "" });
    refused(&client, "UpdateGroup", gone, "ResourceNotFound.GroupNotExist").await;
}

#[actix_web::test]
async fn a_group_that_does_not_fit_gets_the_documented_code() {
    let app = TestApp::spawn();
    let (_, client) = root_client(&app).await;
    group(&client, "Developers").await;

    for (body, expected) in [
        (json!({ "GroupName": "DEVELOPERS" }), "InvalidParameter.GroupNameInUse"),
        (json!({ "GroupName": "" }), "InvalidParameter.ParamError"),
        (json!({ "GroupName": "x".repeat(65) }), "InvalidParameter.ParamError"),
        (json!({ "GroupName": "x", "Remark": "y".repeat(129) }), "InvalidParameter.ParamError"),
        (json!({ "GroupName": 7 }), "InvalidParameter"),
        (json!({}), "MissingParameter"),
        (json!({ "GroupName": "x", "Colour": "red" }), "UnknownParameter"),
    ] {
        refused(&client, "CreateGroup", body, expected).await;
    }
    for (body, expected) in [
        (json!({ "Page": -1 }), "InvalidParameterValue"),
        (json!({ "Rp": -1 }), "InvalidParameterValue"),
        (json!({ "Page": "first" }), "InvalidParameter"),
    ] {
        refused(&client, "ListGroups", body, expected).await;
    }
}

#[actix_web::test]
async fn lists_come_in_pages() {
    let app = TestApp::spawn();
    let (_, client) = root_client(&app).await;
    for number in 1..=5 {
        group(&client, &format!("group-{number}")).await;
    }

    let second = client.done("ListGroups", json!({ "Page": "2", "Rp": 2 })).await;
    let beyond = client.done("ListGroups", json!({ "Page": 9, "Rp": 2 })).await;

    assert_eq!(second["TotalNum"], 5);
    let names: Vec<&str> = second["GroupInfo"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["GroupName"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["group-3", "group-4"]);
    assert_eq!(beyond["TotalNum"], 5);
    assert_eq!(beyond["GroupInfo"], json!([]));
}

#[actix_web::test]
async fn users_join_and_leave_by_uin_or_uid() {
    let app = TestApp::spawn();
    let (root, client) = root_client(&app).await;
    let alice = number(&app.sub_user(&root, "alice", &[]).await.uin);
    let bob = number(&app.sub_user(&root, "bob", &[]).await.uin);
    let id = group(&client, "Developers").await;

    client.done("AddUserToGroup", json!({ "Info": [{ "GroupId": id, "Uin": alice }] })).await;
    let members = client.done("ListUsersForGroup", json!({ "GroupId": id })).await;
    assert_eq!(members["TotalNum"], 1);
    assert_eq!(members["UserInfo"][0]["Name"], "alice");
    assert_eq!(members["UserInfo"][0]["Uin"], alice);
    let uid = members["UserInfo"][0]["Uid"].as_i64().unwrap();
    for body in [json!({ "Uid": uid }), json!({ "SubUin": alice.to_string() })] {
        let groups = client.done("ListGroupsForUser", body).await;
        assert_eq!(groups["TotalNum"], 1);
        assert_eq!(groups["GroupInfo"][0]["GroupId"], id);
    }
    client.done("RemoveUserFromGroup", json!({ "Info": [{ "GroupId": id, "Uid": uid }] })).await;
    let both = json!({ "Info": [{ "GroupId": id, "Uid": uid }, { "GroupId": id, "Uin": bob }] });
    client.done("AddUserToGroup", both).await;

    let read = client.done("GetGroup", json!({ "GroupId": id })).await;
    assert_eq!(read["GroupNum"], 2);
    assert_eq!(read["UserInfo"][1]["Name"], "bob");
}

#[actix_web::test]
async fn who_cannot_join_gets_the_documented_code_and_nobody_joins() {
    let app = TestApp::spawn();
    let (root, client) = root_client(&app).await;
    let rival = app.root_named("rival").await;
    let stranger = number(&app.sub_user(&rival, "stranger", &[]).await.uin);
    let alice = number(&app.sub_user(&root, "alice", &[]).await.uin);
    let id = group(&client, "Developers").await;
    let info = |group: i64, user: Value| {
        let mut pair = json!({ "GroupId": group });
        pair.as_object_mut().unwrap().extend(user.as_object().unwrap().clone());
        json!({ "Info": [{ "GroupId": id, "Uin": alice }, pair] })
    };

    for (action, body, expected) in [
        ("AddUserToGroup", info(id, json!({ "Uin": stranger })), "ResourceNotFound.UserNotExist"),
        ("AddUserToGroup", info(id, json!({ "Uid": 1 })), "ResourceNotFound.UserNotExist"),
        ("AddUserToGroup", info(7, json!({ "Uin": alice })), "InvalidParameter.GroupNotExist"),
        ("AddUserToGroup", info(id, json!({})), "InvalidParameter.UserUinAndUinNotAllNull"),
        ("AddUserToGroup", info(id, json!({ "Uin": number(&root.uin) })), "FailedOperation"),
        ("AddUserToGroup", json!({ "Info": [] }), "MissingParameter"),
        ("AddUserToGroup", json!({ "Info": [7] }), "InvalidParameter"),
        ("AddUserToGroup", info(id, json!({ "Name": "bob" })), "UnknownParameter"),
        ("RemoveUserFromGroup", info(id, json!({ "Uin": alice })), "ResourceNotFound.UserNotExist"),
        ("ListGroupsForUser", json!({ "SubUin": stranger }), "ResourceNotFound.UserNotExist"),
        ("ListGroupsForUser", json!({}), "MissingParameter"),
        ("ListUsersForGroup", json!({ "GroupId": 7 }), "ResourceNotFound.GroupNotExist"),
    ] {
        refused(&client, action, body, expected).await;
    }
    assert_eq!(client.done("ListUsersForGroup", json!({ "GroupId": id })).await["TotalNum"], 0);
}

#[actix_web::test]
async fn policies_are_attached_listed_and_detached() {
    let app = TestApp::spawn();
    let (_, client) = root_client(&app).await;
    let id = group(&client, "Readers").await;

    for policy in [json!(1), json!("596170")] {
        let body = json!({ "PolicyId": policy, "AttachGroupId": id });
        client.done("AttachGroupPolicy", body.clone()).await;
        client.done("AttachGroupPolicy", body).await;
    }
    let all = client.done("ListAttachedGroupPolicies", json!({ "TargetGroupId": id })).await;
    assert_eq!(all["TotalNum"], 2);
    assert_eq!(all["List"][0]["PolicyName"], "AdministratorAccess");
    assert_eq!(all["List"][0]["PolicyType"], "QCS");
    assert_eq!(all["List"][0]["DeactivedDetail"], json!([]));
    let body = json!({ "TargetGroupId": id, "Keyword": "camread" });
    assert_eq!(client.done("ListAttachedGroupPolicies", body).await["TotalNum"], 1);
    client.done("DetachGroupPolicy", json!({ "PolicyId": 1, "DetachGroupId": id })).await;

    let codes = [
        ("AttachGroupPolicy", json!({ "PolicyId": 1, "AttachGroupId": 7 }), "ResourceNotFound.GroupNotExist"),
        (
            "AttachGroupPolicy",
            json!({ "PolicyId": 7, "AttachGroupId": id }),
            "InvalidParameter.PolicyIdNotExist",
        ),
        (
            "DetachGroupPolicy",
            json!({ "PolicyId": 1, "DetachGroupId": id }),
            "InvalidParameter.PolicyIdNotExist",
        ),
        ("DetachGroupPolicy", json!({ "PolicyId": 1, "DetachGroupId": 7 }), "ResourceNotFound.GroupNotExist"),
        ("ListAttachedGroupPolicies", json!({ "TargetGroupId": 7 }), "InvalidParameter.ParamError"),
    ];
    for (action, body, expected) in codes {
        refused(&client, action, body, expected).await;
    }
    let long = json!({ "TargetGroupId": id, "Keyword": "x".repeat(129) });
    refused(&client, "ListAttachedGroupPolicies", long, "InvalidParameter.SearchKeywordLengthError").await;
}

#[actix_web::test]
async fn a_program_may_what_its_users_groups_allow_until_it_is_out_of_them() {
    let app = TestApp::spawn();
    let (root, client) = root_client(&app).await;
    let alice = app.sub_user(&root, "alice", &[]).await;
    let program = app.key_of(&alice).await;
    let id = group(&client, "Readers").await;
    let pair = json!({ "Info": [{ "GroupId": id, "Uin": alice.uin }] });
    client.done("AttachGroupPolicy", json!({ "PolicyId": 596_170, "AttachGroupId": id })).await;

    refused(&program, "ListGroups", json!({}), "AuthFailure.UnauthorizedOperation").await;
    client.done("AddUserToGroup", pair.clone()).await;
    program.done("ListGroups", json!({})).await;
    let denied = program.call("cam", "DeleteGroup", json!({ "GroupId": id })).await;
    client.done("RemoveUserFromGroup", pair).await;

    refused(&program, "ListGroups", json!({}), "AuthFailure.UnauthorizedOperation").await;
    let message = denied["Error"]["Message"].as_str().unwrap();
    assert!(message.contains("cam:DeleteGroup"), "{message}");
    assert!(message.contains(&format!("qcs::cam::uin/{}:groupid/{id}", root.uin)), "{message}");
}

#[actix_web::test]
async fn groups_of_another_account_look_missing() {
    let app = TestApp::spawn();
    let (root, client) = root_client(&app).await;
    let alice = app.sub_user(&root, "alice", &[]).await;
    let id = group(&client, "Developers").await;
    let rival = app.root_named("rival").await;
    let rival = app.key_of(&rival).await;

    for (action, body) in [
        ("GetGroup", json!({ "GroupId": id })),
        ("UpdateGroup", json!({ "GroupId": id, "GroupName": "Theirs" })),
        ("DeleteGroup", json!({ "GroupId": id })),
        ("ListUsersForGroup", json!({ "GroupId": id })),
        ("AddUserToGroup", json!({ "Info": [{ "GroupId": id, "Uin": alice.uin }] })),
        ("ListGroupsForUser", json!({ "SubUin": alice.uin })),
        ("AttachGroupPolicy", json!({ "PolicyId": 1, "AttachGroupId": id })),
        ("ListAttachedGroupPolicies", json!({ "TargetGroupId": id })),
    ] {
        let answer = rival.call("cam", action, body).await;
        let code = code(&answer);
        assert!(code.ends_with("NotExist") || code == "InvalidParameter.ParamError", "{action}: {answer}");
    }
    assert_eq!(rival.done("ListGroups", json!({})).await["TotalNum"], 0);
    assert_eq!(client.done("GetGroup", json!({ "GroupId": id })).await["GroupNum"], 0);
}
