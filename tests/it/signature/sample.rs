//! Requests to sign, change and send.

use camlock::domain::signature::{
    Allowances, Body, Incoming, KeyPair, Outgoing, SignatureError, Verified, parse, sign_tc3, verify,
};

pub const SECRET_ID: &str = "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE";
pub const SECRET_KEY: &str = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE";
pub const NOW: i64 = 1_551_113_065;
pub const ALL: Allowances = Allowances { unsigned_payload: true, v1: true };

/// A request that a test may change between signing and sending.
#[derive(Clone, Debug)]
pub struct Sample {
    pub method: &'static str,
    pub path: String,
    pub query: String,
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
}

impl Sample {
    pub fn post(body: &str) -> Self {
        let empty = Self {
            method: "POST",
            path: "/".into(),
            query: String::new(),
            headers: vec![],
            body: body.into(),
        };
        empty.with("Host", "cvm.tencentcloudapi.com").with("Content-Type", "application/json")
    }

    pub fn get(query: &str) -> Self {
        let sample = Self { method: "GET", query: query.into(), ..Self::post("") };
        sample.with("Content-Type", "application/x-www-form-urlencoded")
    }

    /// Sets a header, in place of one of that name.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(given, _)| !given.eq_ignore_ascii_case(name));
        self.also(name, value)
    }

    /// Adds a header, even beside one of that name.
    pub fn also(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(given, _)| !given.eq_ignore_ascii_case(name));
        self
    }

    /// Signs as official clients do: content type and host.
    pub fn signed(self) -> Self {
        let host = self.value("Host");
        self.signed_as(&host)
    }

    /// Signs with another host than the header has.
    pub fn signed_as(self, host: &str) -> Self {
        let content_type = self.value("Content-Type");
        self.signed_over(&[("content-type", &content_type), ("host", host)])
    }

    /// Signs these headers at [`NOW`].
    pub fn signed_over(self, headers: &[(&str, &str)]) -> Self {
        let (payload, query) = (self.body.clone(), self.query.clone());
        let outgoing = Outgoing {
            method: self.method,
            query: &query,
            headers,
            payload: &payload,
            timestamp: NOW,
            service: "cvm",
        };
        self.signed_by(&outgoing)
    }

    /// Signs something that may not be this request.
    pub fn signed_by(self, outgoing: &Outgoing<'_>) -> Self {
        let authorization = sign_tc3(outgoing, KeyPair { secret_id: SECRET_ID, secret_key: SECRET_KEY });
        self.with("Authorization", &authorization).with("X-TC-Timestamp", &outgoing.timestamp.to_string())
    }

    pub fn value(&self, name: &str) -> String {
        let found = self.headers.iter().find(|(given, _)| given.eq_ignore_ascii_case(name)).unwrap();
        String::from_utf8(found.1.clone()).unwrap()
    }

    /// Hands the request to `look` as the server would see it.
    pub fn seen<T>(&self, look: impl FnOnce(&Incoming<'_>) -> T) -> T {
        let headers: Vec<(&str, &[u8])> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
        look(&Incoming {
            method: self.method,
            path: &self.path,
            query: &self.query,
            headers: &headers,
            body: Body::Bytes(&self.body),
        })
    }

    /// Sends at a time, to a server that knows this secret.
    pub fn sent_at(
        &self,
        now: i64,
        secret: Option<&str>,
        allowed: Allowances,
    ) -> Result<Verified, SignatureError> {
        self.seen(|incoming| verify(&parse(incoming, now)?, secret, allowed))
    }

    pub fn sent(&self) -> Result<Verified, SignatureError> {
        self.sent_at(NOW, Some(SECRET_KEY), Allowances::default())
    }

    /// The code of the refusal.
    pub fn code(&self) -> &'static str {
        self.sent().unwrap_err().code()
    }

    /// The English text of the refusal.
    pub fn refusal(&self) -> String {
        self.sent().unwrap_err().to_string()
    }
}
