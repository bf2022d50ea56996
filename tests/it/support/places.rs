//! What the addresses of the console name, so that tests can walk over its routes.

use super::TestApp;
use super::people::Person;

const DOCUMENT: &str =
    r#"{"version":"2.0","statement":[{"effect":"allow","action":"cam:GetUser","resource":"*"}]}"#;

/// A user with a key, a group, a custom policy, a canary and a webhook, by their ids.
pub struct Places {
    pub user: String,
    pub key: String,
    pub group: String,
    pub policy: String,
    pub canary: String,
    pub webhook: String,
}

impl Places {
    pub async fn new(app: &TestApp, root: &Person) -> Self {
        let user = app.sub_user(root, "target", &[]).await.uin;
        let key = root.create_key(&format!("/users/{user}/keys")).await;
        let group = root.browser.submit("/groups/new", "/groups/new", &[("group_name", "developers")]).await;
        let fields = [("name", "custom"), ("document", DOCUMENT)];
        let policy = root.browser.submit("/policies/new", "/policies/new", &fields).await;
        let fields = [("name", "orders"), ("hosts", "orders.example.com")];
        root.browser.submit("/settings/services/new", "/settings/services/new", &fields).await.redirect();
        let fields = [("name", "edge"), ("service", "orders")];
        root.browser.submit("/settings/gates/new", "/settings/gates/new", &fields).await.redirect();
        root.browser.submit("/canaries/new", "/canaries/new", &[("name", "wiki page")]).await.redirect();
        let canary = root.browser.get("/canaries").await.attribute("tr[data-canary]", "data-canary");
        let fields = [("name", "pager"), ("url", "https://1.1.1.1/hook"), ("event", "keys")];
        let new = "/settings/webhooks/new";
        root.browser.submit(new, new, &fields).await.redirect();
        let webhook = root.browser.get("/settings/webhooks").await;
        let webhook = webhook.attribute("tr[data-webhook]", "data-webhook");
        let id = |address: String| address.split(['/', '?']).nth(2).expect("an id").to_owned();
        Self {
            user,
            key,
            group: id(group.redirect()),
            policy: id(policy.redirect()),
            canary: canary.expect("a canary"),
            webhook: webhook.expect("a webhook"),
        }
    }

    /// The address of a route; pages of one's own keys are about `own_key`.
    pub fn fill(&self, route: &str, own_key: &str) -> String {
        let key = if route.starts_with("/keys") { own_key } else { &self.key };
        route
            .replace("{uin}", &self.user)
            .replace("{secret_id}", key)
            .replace("{group}", &self.group)
            .replace("{policy}", "596171")
            .replace("{id}", &self.policy)
            .replace("{version}", "1")
            .replace("{canary}", &self.canary)
            .replace("{webhook}", &self.webhook)
            .replace("{service}", "orders")
            .replace("{token}", "edge")
            .replace("{claim}", "none")
            .replace("{invitation}", "none")
            .replace("{seq}", "1")
            .replace("{kind}", "old")
            .replace("{session}", "0")
            .replace("{device}", "0")
    }
}
