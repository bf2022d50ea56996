//! Browsers behind a trusted proxy: each comes from the network that the test says.

use super::{Answer, Browser, TestApp};
use reqwest::Method;

/// Believes what the tests' own address says about where requests come from.
pub const BEHIND_PROXY: &[(&str, &str)] = &[("CAMLOCK_SERVER__TRUSTED_PROXIES", "127.0.0.1")];

/// A browser and the address that it comes from.
#[derive(Clone)]
pub struct Visitor {
    pub browser: Browser,
    ip: String,
}

impl TestApp {
    /// A browser that was never here, from that address.
    pub fn visitor(&self, ip: &str) -> Visitor {
        Visitor::new(self.browser(), ip)
    }
}

impl Visitor {
    pub fn new(browser: Browser, ip: &str) -> Self {
        Self { browser, ip: ip.to_owned() }
    }

    /// The form token of the sign-in page, good for every form at the door.
    pub async fn token(&self) -> String {
        self.browser.get("/login").await.csrf()
    }

    pub async fn post(&self, action: &str, csrf: &str, fields: &[(&str, &str)]) -> Answer {
        let mut pairs = vec![("csrf", csrf)];
        pairs.extend_from_slice(fields);
        let headers = [("sec-fetch-site", "same-origin"), ("x-forwarded-for", self.ip.as_str())];
        let body = Some(super::browser::encoded(&pairs));
        self.browser.send(Method::POST, action, body, &headers).await
    }

    /// Types a name of an account and a password at the door.
    pub async fn sign_in(&self, (account, name): (&str, &str), password: &str) -> Answer {
        let fields = [("account", account), ("user_name", name), ("password", password)];
        let csrf = self.token().await;
        self.post("/login", &csrf, &fields).await
    }

    /// Types a code as the second step.
    pub async fn code(&self, code: &str) -> Answer {
        let csrf = self.browser.get("/login/verify").await.csrf();
        self.post("/login/verify", &csrf, &[("code", code)]).await
    }
}
