//! What programs do all day: two calls with equal parameters in one second. TC3 gives them one signature.

use crate::support::{Client, TestApp, code};
use camlock::domain::user::Uin;
use serde_json::{Value, json};

/// Calls `first`, then `second` with the same parameters, in the same second and so under the same signature.
async fn pair(on: (&Client, &Client), actions: (&str, &str), parameters: &Value) -> [String; 2] {
    let first = on.0.response(&on.0.sign_plainly("cam", actions.0, parameters)).await;
    let signed = on.0.sign_plainly("cam", actions.1, parameters);
    let second = on.1.response(&signed).await;
    [first, second].map(|answer| code(&answer).to_owned())
}

/// Every pair in use, each with its two answers. They leave nothing behind, so that they can be told again.
async fn tell(on: (&Client, &Client), prey: Uin, name: &str) {
    let target = json!({"TargetUin": prey.0});
    let user = json!({"Name": name});
    let ok = ["", ""];
    let told = |actions: (&'static str, &'static str), parameters: Value| async move {
        (actions, pair(on, actions, &parameters).await)
    };

    let (_, codes) = told(("ListAccessKeys", "CreateAccessKey"), target.clone()).await;
    assert_eq!(codes, ok, "ListAccessKeys, CreateAccessKey");
    let keys = on.0.call("cam", "ListAccessKeys", target.clone()).await;
    let id = keys["AccessKeys"][0]["AccessKeyId"].clone();
    let key = json!({"AccessKeyId": id, "TargetUin": prey.0});
    let (_, codes) = told(("GetSecurityLastUsed", "ListGroups"), json!({})).await;
    assert_eq!(codes[1], "", "two reads");
    on.0.call("cam", "DeleteAccessKey", key).await;

    let steps = [
        (("AddUser", "GetUser"), user.clone()),
        (("GetUser", "DeleteUser"), user.clone()),
        (("AddUser", "DeleteUser"), json!({"Name": format!("{name}-two")})),
    ];
    for (actions, parameters) in steps {
        assert_eq!(told(actions, parameters).await.1, ok, "{actions:?}");
    }
    let (_, codes) = told(("DeleteUser", "GetUser"), json!({"Name": "nobody-here"})).await;
    assert_eq!(codes, ["ResourceNotFound.UserNotExist"; 2], "is it gone?");

    let group = on.0.call("cam", "CreateGroup", json!({"GroupName": name})).await["GroupId"].clone();
    let member = json!({"Info": [{"Uid": Value::Null, "GroupId": group, "Uin": prey.0}]});
    assert_eq!(told(("AddUserToGroup", "RemoveUserFromGroup"), member).await.1, ok, "in and out");
    let named = json!({"GroupId": group});
    assert_eq!(told(("GetGroup", "DeleteGroup"), named).await.1, ok, "GetGroup, DeleteGroup");

    let boundary = json!({"TargetUin": prey.0});
    let (_, codes) =
        told(("GetUserPermissionBoundary", "DeleteUserPermissionsBoundary"), boundary.clone()).await;
    assert_eq!(codes[1], "", "boundary: {codes:?}");
}

/// One that keeps calling: the clock moves on between two rounds.
async fn tell_often(app: &TestApp, on: (&Client, &Client), prey: Uin) {
    for round in 0..3 {
        app.wait(1);
        tell(on, prey, &format!("user-{round}")).await;
    }
}

async fn stage(app: &TestApp) -> (Client, Uin) {
    let client = app.key_of(&app.bare_root("root").await).await;
    let prey = client.call("cam", "AddUser", json!({"Name": "prey"})).await;
    let uin = Uin(prey["Uin"].as_i64().unwrap());
    (client, uin)
}

#[actix_web::test]
async fn pairs_of_calls_with_equal_parameters_are_both_carried_out() {
    let app = TestApp::spawn();
    let (client, prey) = stage(&app).await;

    tell_often(&app, (&client, &client), prey).await;
}

#[actix_web::test]
async fn pairs_are_carried_out_for_clocks_that_are_off() {
    let app = TestApp::spawn();
    let (client, prey) = stage(&app).await;

    for seconds in [-200, 200, -299, 299] {
        let client = client.with_clock_off_by(seconds);
        tell_often(&app, (&client, &client), prey).await;
    }
}

#[actix_web::test]
async fn pairs_are_carried_out_on_two_nodes_in_turn() {
    let app = TestApp::spawn();
    let node = app.second_node();
    let (client, prey) = stage(&app).await;
    let other = client.on(&node.address);

    // A signature covers the host, so both have to be called by one name.
    let named = |address: &str| Named { client: client.on(address), host: client.address.clone() };
    let (one, two) = (named(&app.address), named(&node.address));
    let parameters = json!({"TargetUin": prey.0});
    for (first, second) in [(&one, &two), (&two, &one)] {
        app.wait(1);
        assert_eq!(first.send("ListAccessKeys", &parameters).await, "");
        assert_eq!(second.send("CreateAccessKey", &parameters).await, "");
        assert_eq!(first.send("ListAccessKeys", &parameters).await, "");
        assert_eq!(second.send("CreateAccessKey", &parameters).await, "RequestLimitExceeded", "a twin");
        assert_eq!(first.send("CreateAccessKey", &parameters).await, "RequestLimitExceeded", "a twin");
    }
    for key in client.call("cam", "ListAccessKeys", parameters).await["AccessKeys"].as_array().unwrap() {
        let gone = json!({"AccessKeyId": key["AccessKeyId"], "TargetUin": prey.0});
        client.call("cam", "DeleteAccessKey", gone).await;
    }
    for round in 0..2 {
        app.wait(1);
        tell((&client, &client), prey, &format!("one-{round}")).await;
        tell((&other, &other), prey, &format!("two-{round}")).await;
    }
}

/// A client that calls a node by the name of another.
struct Named {
    client: Client,
    host: String,
}

impl Named {
    async fn send(&self, action: &str, parameters: &Value) -> String {
        let signed = self.client.on(&self.host).sign_plainly("cam", action, parameters);
        code(&self.client.response(&signed).await).to_owned()
    }
}

#[actix_web::test]
async fn pairs_are_carried_out_right_after_a_restart() {
    let app = TestApp::spawn();
    let (client, prey) = stage(&app).await;
    let ahead = client.with_clock_off_by(200);
    tell_often(&app, (&ahead, &ahead), prey).await;
    tell_often(&app, (&client, &client), prey).await;

    let node = app.restarted().await;

    app.wait(1);
    for seconds in [0, -200, 200] {
        app.wait(1);
        let client = client.on(&node.address).with_clock_off_by(seconds);
        tell((&client, &client), prey, "after").await;
    }
}
