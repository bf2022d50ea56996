//! The gate: whether a request at another service is genuine and allowed.

mod admission;
mod counted;
mod demo;
mod figures;
mod forms;
mod limits;
mod negatives;
mod openapi;
mod proxies;
mod refusals;
mod replay;
mod revoked;
mod seen;
mod stores;
mod verdicts;
mod versitygw;

use crate::support::gate::{Gateway, Request, Wanted, printed};
use crate::support::people::Person;
use crate::support::{Client, TestApp};
use camlock::domain::user::Uin;
use serde_json::{Value, json};

/// A root account with a user who may read orders, and a gateway.
struct Scene {
    app: TestApp,
    root: Person,
    /// A key of the root account.
    admin: Client,
    /// The reader's key.
    key: Client,
    uin: String,
    policy: Value,
    gateway: Gateway,
}

const READERS: &str = r#"{"version": "2.0", "statement": [
    {"effect": "allow", "action": ["orders:ListOrders", "orders:GetOrder", "orders:POST"], "resource": "*"},
    {"effect": "deny", "action": "*", "resource": "qcs::orders::uin/*:/v1/orders/secret"}
]}"#;

impl Scene {
    async fn new() -> Self {
        Self::with(&[]).await
    }

    async fn with(options: &[&str]) -> Self {
        Self::on(TestApp::spawn(), options).await
    }

    /// With the machine's own clock, by which other programs sign.
    async fn of_the_present(options: &[&str]) -> Self {
        Self::on(TestApp::spawn_behind(0, &[]), options).await
    }

    async fn on(app: TestApp, options: &[&str]) -> Self {
        let root = app.bare_root("root").await;
        let admin = app.key_of(&root).await;
        let policy = json!({"PolicyName": "readers", "PolicyDocument": READERS});
        let policy = admin.call("cam", "CreatePolicy", policy).await["PolicyId"].clone();
        let uin = admin.call("cam", "AddUser", json!({"Name": "reader"})).await["Uin"].clone();
        let attached = json!({"PolicyId": policy, "AttachUin": uin});
        let answer = admin.call("cam", "AttachUserPolicy", attached).await;
        assert!(answer["Error"].is_null(), "{answer}");
        let parse = |text: &str| Uin::parse(text).unwrap();
        let key = app.key_for(parse(&root.owner), parse(&uin.to_string())).await;
        let gateway = app.gateway(&root.owner, options);
        Self { app, root, admin, key, uin: uin.to_string(), policy, gateway }
    }

    /// A change that an administrator makes.
    async fn change(&self, action: &str, body: Value) -> Value {
        let answer = self.admin.call("cam", action, body).await;
        assert!(answer["Error"].is_null(), "{action}: {answer}");
        answer
    }

    /// Disables the reader's key.
    async fn disable(&self) {
        let uin: i64 = self.uin.parse().unwrap();
        let body = json!({"AccessKeyId": self.key.secret_id, "TargetUin": uin, "Status": "Inactive"});
        self.change("UpdateAccessKey", body).await;
    }

    /// Revokes the gateway's token.
    fn revoke_token(&self) {
        let owner = &self.root.owner;
        let list = printed(&self.app, &["gate", "token", "list", "--owner", owner, "--json"]);
        let list: Value = serde_json::from_str(&list).unwrap();
        let name = list[0]["name"].as_str().unwrap();
        printed(&self.app, &["gate", "token", "revoke", "--owner", owner, "--name", name]);
    }

    /// Gives the reader one more policy.
    async fn attach(&self, name: &str, document: &str) {
        let policy = json!({"PolicyName": name, "PolicyDocument": document});
        let id = self.change("CreatePolicy", policy).await["PolicyId"].clone();
        let uin: i64 = self.uin.parse().unwrap();
        self.change("AttachUserPolicy", json!({"PolicyId": id, "AttachUin": uin})).await;
    }

    fn wanted<'a>(&self, method: &'a str, target: &'a str) -> Wanted<'a> {
        Wanted { method, target, body: b"", now: self.app.now() }
    }

    fn get(&self, target: &str) -> Request {
        self.key.sign_aws(self.wanted("GET", target))
    }

    fn post(&self, target: &str, body: &[u8]) -> Request {
        self.key.sign_aws(Wanted { body, ..self.wanted("POST", target) })
    }
}
