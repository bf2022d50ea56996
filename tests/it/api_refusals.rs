//! Every refusal of the API: a code that is documented for the action, and a text in both languages.

mod cases;
mod policies;
mod texts;

use crate::support::{Client, TestApp, code};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The codes that are common to all actions, and those of each.
const DOCUMENTED: &str = include_str!("api_codes.json");

/// Who calls.
#[derive(Clone, Copy, Debug)]
enum Who {
    Root,
    Admin,
    Nobody,
}

/// An account with somebody and something of every kind in it.
struct World {
    root: Client,
    admin: Client,
    nobody: Client,
    owner: i64,
    /// A user with two keys.
    alice: i64,
    group: i64,
    policy: i64,
    /// A policy that is somebody's boundary.
    bound: i64,
}

/// A call that is refused, and the code it is refused with.
type Case = (Who, &'static str, Value, &'static str);

impl World {
    async fn new(app: &TestApp) -> Self {
        let person = app.bare_root("root").await;
        let owner = person.uin.parse().unwrap();
        let root = app.key_of(&person).await;
        let alice = added(&root, json!({ "Name": "alice", "UseApi": 1 })).await;
        root.call("cam", "CreateAccessKey", json!({ "TargetUin": alice })).await;
        let admin = added(&root, json!({ "Name": "admin" })).await;
        let nobody = added(&root, json!({ "Name": "nobody" })).await;
        ok(&root, "AttachUserPolicy", json!({ "AttachUin": admin, "PolicyId": 1 })).await;
        let group =
            ok(&root, "CreateGroup", json!({ "GroupName": "ops" })).await["GroupId"].as_i64().unwrap();
        let policy = made(&root, "readers").await;
        let bound = made(&root, "bound").await;
        ok(&root, "PutUserPermissionsBoundary", json!({ "TargetUin": nobody, "PolicyId": bound })).await;
        let holder = |uin| (camlock::domain::user::Uin(owner), camlock::domain::user::Uin(uin));
        let key = async |uin| {
            let (owner, uin) = holder(uin);
            app.key_for(owner, uin).await
        };
        Self { admin: key(admin).await, nobody: key(nobody).await, root, owner, alice, group, policy, bound }
    }

    fn client(&self, who: Who) -> &Client {
        match who {
            Who::Root => &self.root,
            Who::Admin => &self.admin,
            Who::Nobody => &self.nobody,
        }
    }
}

async fn ok(client: &Client, action: &str, body: Value) -> Value {
    let answer = client.call("cam", action, body).await;
    assert_eq!(code(&answer), "", "{action}: {answer}");
    answer
}

async fn added(client: &Client, body: Value) -> i64 {
    ok(client, "AddUser", body).await["Uin"].as_i64().unwrap()
}

async fn made(client: &Client, name: &str) -> i64 {
    let body = json!({ "PolicyName": name, "PolicyDocument": policies::SOUND });
    ok(client, "CreatePolicy", body).await["PolicyId"].as_i64().unwrap()
}

fn service_of(action: &str) -> &'static str {
    let is_sts = ["GetCallerIdentity", "QueryApiKey", "AssumeRole", "GetFederationToken", "GetSessionToken"];
    if is_sts.contains(&action) { "sts" } else { "cam" }
}

fn message(answer: &Value) -> &str {
    answer["Error"]["Message"].as_str().unwrap_or_default()
}

fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '\u{4E00}'..='\u{9FFF}'))
}

/// Calls twice, in either language; gives what does not hold.
async fn faults(world: &World, (who, action, body, expected): &Case, documented: &Value) -> Vec<String> {
    let client = world.client(*who);
    let english = client.call(service_of(action), action, body.clone()).await;
    let mut signed = client.sign(service_of(action), action, body);
    signed.set("x-tc-language", "zh-CN");
    let chinese = client.response(&signed).await;
    let found = code(&english);
    let is_in = |list: &Value| list.as_array().is_some_and(|codes| codes.iter().any(|known| known == found));
    let checks = [
        (found == *expected, format!("answers {found}, not {expected}")),
        (code(&chinese) == found, format!("answers {} in Chinese, {found} in English", code(&chinese))),
        (
            is_in(&documented["common"]) || is_in(&documented["actions"][action]),
            format!("{found} is not documented"),
        ),
        (!message(&english).is_empty() && !is_chinese(message(&english)), "has no English text".to_owned()),
        (is_chinese(message(&chinese)), format!("has no Chinese text for {found}: {}", message(&chinese))),
    ];
    let shown = body.to_string().chars().take(120).collect::<String>();
    let failed = checks.into_iter().filter(|(holds, _)| !holds);
    failed.map(|(_, text)| format!("{action} {shown}: {text}; {english}")).collect()
}

#[actix_web::test]
async fn every_refusal_has_a_documented_code_and_a_text_in_either_language() {
    let app = TestApp::spawn();
    let world = World::new(&app).await;
    let documented: Value = serde_json::from_str(DOCUMENTED).unwrap();
    let cases = cases::all(&world).into_iter().chain(policies::all(&world)).collect::<Vec<_>>();

    let mut found = Vec::new();
    for case in &cases {
        found.extend(faults(&world, case, &documented).await);
    }
    assert!(found.is_empty(), "{}", found.join("\n"));

    let refused: BTreeSet<&str> = cases.iter().map(|(_, action, ..)| *action).collect();
    let all: BTreeSet<&str> = documented["actions"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(refused, all, "an action without a refusal in the table");
}
