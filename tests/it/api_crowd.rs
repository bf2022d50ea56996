//! Many programs that change the same things at once, on two nodes: nobody waits for each other in a circle.

use crate::support::{Client, TestApp, code};
use camlock::app::keys::usage::flush_usage;
use futures_util::future::{join, join_all, try_join_all};
use serde_json::{Value, json};
use std::pin::Pin;

const ROUNDS: usize = 15;

/// A call that has to succeed.
async fn done(client: &Client, action: &str, body: Value) -> Result<Value, String> {
    let answer = client.call("cam", action, body.clone()).await;
    if code(&answer).is_empty() { Ok(answer) } else { Err(format!("{action} {body}: {answer}")) }
}

type Story<'a> = Pin<Box<dyn Future<Output = Result<(), String>> + 'a>>;

/// Adds a user with a key and policies, and deletes it with everything.
async fn comings_and_goings(client: &Client, name: &str) -> Result<(), String> {
    for _ in 0..ROUNDS {
        done(client, "AddUser", json!({"Name": name, "UseApi": 1, "ConsoleLogin": 1})).await?;
        done(client, "DeleteUser", json!({"Name": name, "Force": 1})).await?;
    }
    Ok(())
}

async fn membership(client: &Client, pairs: Value) -> Result<(), String> {
    for _ in 0..ROUNDS {
        done(client, "AddUserToGroup", json!({"Info": pairs})).await?;
        done(client, "RemoveUserFromGroup", json!({"Info": pairs})).await?;
    }
    Ok(())
}

async fn key_status(client: &Client, user: &Value) -> Result<(), String> {
    for status in ["Inactive", "Active"].repeat(ROUNDS) {
        let body = json!({"AccessKeyId": user["SecretId"], "TargetUin": user["Uin"], "Status": status});
        done(client, "UpdateAccessKey", body).await?;
    }
    Ok(())
}

/// Makes a policy, attaches it to somebody and deletes it while it is attached.
async fn policies(client: &Client, user: &Value, name: &str) -> Result<(), String> {
    let document =
        r#"{"version":"2.0","statement":[{"effect":"allow","action":"cam:GetUser","resource":"*"}]}"#;
    for _ in 0..ROUNDS {
        let made = json!({"PolicyName": name, "PolicyDocument": document});
        let id = done(client, "CreatePolicy", made).await?["PolicyId"].clone();
        done(client, "AttachUserPolicy", json!({"PolicyId": id, "AttachUin": user["Uin"]})).await?;
        done(client, "DeletePolicy", json!({"PolicyId": [id]})).await?;
    }
    Ok(())
}

/// Uses a key all the while; what is noted is written down by both nodes.
async fn use_of(app: &TestApp, node: &camlock::app::App, client: &Client) -> Result<(), String> {
    for _ in 0..ROUNDS {
        join_all((0..4).map(|_| client.call("cam", "GetUserAppId", json!({})))).await;
        let (one, other) = join(flush_usage(&app.app), flush_usage(node)).await;
        one.and(other).map_err(|failure| failure.to_string())?;
    }
    Ok(())
}

#[actix_web::test]
async fn changes_of_everything_at_once_on_two_nodes_all_succeed() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;
    let (here, key) = (app.key_of(&root).await, app.key_of(&root).await);
    let node = app.second_node();
    let there = key.on(&node.address);
    let mut users = Vec::new();
    for name in ["anna", "bert", "carl"] {
        users.push(done(&here, "AddUser", json!({"Name": name, "UseApi": 1})).await.unwrap());
    }
    let group = done(&here, "CreateGroup", json!({"GroupName": "g"})).await.unwrap()["GroupId"].clone();
    let other = done(&here, "CreateGroup", json!({"GroupName": "h"})).await.unwrap()["GroupId"].clone();
    let pairs = |order: [usize; 3], group: &Value| {
        let pair = |index: usize| json!({"Uid": users[index]["Uid"], "GroupId": group});
        Value::Array(order.map(pair).to_vec())
    };

    let stories: Vec<Story<'_>> = vec![
        Box::pin(comings_and_goings(&here, "dora")),
        Box::pin(comings_and_goings(&there, "emil")),
        Box::pin(membership(&here, pairs([0, 1, 2], &group))),
        Box::pin(membership(&there, pairs([2, 1, 0], &other))),
        Box::pin(key_status(&here, &users[0])),
        Box::pin(key_status(&there, &users[1])),
        Box::pin(policies(&here, &users[0], "one")),
        Box::pin(policies(&there, &users[2], "two")),
        Box::pin(use_of(&app, &node.app, &here)),
        Box::pin(use_of(&app, &node.app, &there)),
    ];
    try_join_all(stories).await.unwrap();
}
