//! A program that holds a key and signs its calls.

use super::people::Person;
use super::{Answer, TestApp};
use camlock::app::keys::import::Import;
use camlock::app::keys::import::import_key;
use camlock::clock::Clock;
use camlock::domain::key::SecretId;
use camlock::domain::secret::SecretKey;
use camlock::domain::signature::{KeyPair, Outgoing, sign_tc3};
use camlock::domain::user::Uin;
use camlock::random::Random;
use serde_json::{Value, json};

/// A key, and the server to call with it.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    pub address: String,
    pub secret_id: String,
    pub secret_key: String,
    clock: Clock,
}

/// A signed request before it is sent: tests tamper with it.
#[derive(Clone, Debug)]
pub struct Signed {
    pub method: &'static str,
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Signed {
    /// Gives a header another value, or adds it.
    pub fn set(&mut self, name: &str, value: &str) {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    /// The same request with another value of a header.
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut changed = self.clone();
        changed.set(name, value);
        changed
    }

    pub fn header(&self, name: &str) -> &str {
        &self.headers.iter().find(|(known, _)| known == name).expect("a header").1
    }
}

impl TestApp {
    /// A key of that person, in the account it acts in.
    pub async fn key_of(&self, person: &Person) -> Client {
        let uin = |text: &str| Uin::parse(text).expect("a UIN");
        self.key_for(uin(&person.owner), uin(&person.uin)).await
    }

    /// A key of a user of an account.
    pub async fn key_for(&self, owner: Uin, uin: Uin) -> Client {
        let random = Random::system();
        let (secret_id, secret_key) =
            (SecretId::generate(&random).unwrap(), SecretKey::generate(&random).unwrap());
        let client = self.client(secret_id.as_str(), secret_key.expose());
        let import = Import { owner: Some(owner), uin, secret_id, secret_key };
        import_key(&self.app, import).await.expect("room for a key");
        client
    }

    /// A program that holds this pair, whether the server knows it or not.
    pub fn client(&self, secret_id: &str, secret_key: &str) -> Client {
        Client {
            http: reqwest::Client::builder()
                .user_agent("test program")
                .pool_max_idle_per_host(0)
                .build()
                .expect("an HTTP client"),
            address: self.address.clone(),
            secret_id: secret_id.to_owned(),
            secret_key: secret_key.to_owned(),
            clock: self.clock(),
        }
    }
}

impl Client {
    /// A program that calls a server which runs as a program of its own.
    pub fn of_program(address: &str, secret_id: &str, secret_key: &str) -> Self {
        Self {
            http: reqwest::Client::builder().pool_max_idle_per_host(0).build().expect("an HTTP client"),
            address: format!("http://{address}"),
            secret_id: secret_id.to_owned(),
            secret_key: secret_key.to_owned(),
            clock: Clock::system(),
        }
    }

    /// The same key, used at another server.
    pub fn on(&self, address: &str) -> Self {
        Self { address: address.to_owned(), ..self.clone() }
    }

    /// The same key on a machine whose clock is off by so many seconds.
    pub fn with_clock_off_by(&self, seconds: i64) -> Self {
        let clock = self.clock.clone();
        Self { clock: Clock::from_fn(move || clock.now() + seconds), ..self.clone() }
    }

    fn host(&self) -> &str {
        self.address.trim_start_matches("http://")
    }

    /// A call, signed so that no two signatures are the same.
    pub fn sign(&self, service: &str, action: &str, body: &Value) -> Signed {
        let unique = uuid::Uuid::new_v4().to_string();
        self.sign_with(service, action, body, &[("x-tc-action", action), ("x-tc-traceid", &unique)])
    }

    /// A call signed as the SDKs do: the action is outside the signature.
    pub fn sign_plainly(&self, service: &str, action: &str, body: &Value) -> Signed {
        self.sign_with(service, action, body, &[])
    }

    /// A call by GET, its parameters in the raw query.
    pub fn sign_get(&self, service: &str, action: &str, query: &str) -> Signed {
        let timestamp = self.clock.now();
        let form = "application/x-www-form-urlencoded";
        let headers = [("content-type", form), ("host", self.host())];
        let pair = KeyPair { secret_id: &self.secret_id, secret_key: &self.secret_key };
        let outgoing = Outgoing { method: "GET", query, headers: &headers, payload: b"", timestamp, service };
        let authorization = sign_tc3(&outgoing, pair);
        let mut signed =
            Signed { method: "GET", query: query.to_owned(), headers: Vec::new(), body: Vec::new() };
        signed.set("content-type", form);
        signed.set("host", self.host());
        signed.set("x-tc-action", action);
        signed.set("x-tc-version", "2019-01-16");
        signed.set("x-tc-timestamp", &timestamp.to_string());
        signed.set("authorization", &authorization);
        signed
    }

    /// A call with these headers signed beside content type and host.
    pub fn sign_with(&self, service: &str, action: &str, body: &Value, more: &[(&str, &str)]) -> Signed {
        let mut headers = vec![("content-type", "application/json"), ("host", self.host())];
        headers.extend_from_slice(more);
        self.sign_bytes(service, action, body.to_string().into_bytes(), headers)
    }

    /// A call of CAM with a body as it is, signed as the SDKs do.
    pub fn sign_text(&self, action: &str, body: &str) -> Signed {
        let headers = vec![("content-type", "application/json"), ("host", self.host())];
        self.sign_bytes("cam", action, body.as_bytes().to_vec(), headers)
    }

    /// A call with a body in parts.
    pub fn sign_multipart(&self, action: &str, boundary: &str, body: &str) -> Signed {
        let content_type = format!("multipart/form-data; boundary={boundary}");
        let headers = vec![("content-type", content_type.as_str()), ("host", self.host())];
        self.sign_bytes("cam", action, body.as_bytes().to_vec(), headers)
    }

    /// A call with a body as it is.
    pub fn sign_raw(&self, action: &str, content_type: &str, body: &[u8]) -> Signed {
        let unique = uuid::Uuid::new_v4().to_string();
        let headers =
            vec![("content-type", content_type), ("host", self.host()), ("x-tc-traceid", unique.as_str())];
        self.sign_bytes("cam", action, body.to_vec(), headers)
    }

    fn sign_bytes(&self, service: &str, action: &str, body: Vec<u8>, headers: Vec<(&str, &str)>) -> Signed {
        let timestamp = self.clock.now();
        let pair = KeyPair { secret_id: &self.secret_id, secret_key: &self.secret_key };
        let outgoing =
            Outgoing { method: "POST", query: "", headers: &headers, payload: &body, timestamp, service };
        let authorization = sign_tc3(&outgoing, pair);
        let version = match service {
            "sts" | "tag" => "2018-08-13",
            "camlock" => "2026-12-01",
            _ => "2019-01-16",
        };
        let mut signed = Signed { method: "POST", query: String::new(), headers: Vec::new(), body };
        for (name, value) in headers {
            signed.set(name, value);
        }
        signed.set("x-tc-action", action);
        signed.set("x-tc-version", version);
        signed.set("x-tc-timestamp", &timestamp.to_string());
        signed.set("authorization", &authorization);
        signed
    }

    /// Sends a request as it is.
    pub async fn send(&self, signed: &Signed) -> Answer {
        let method = reqwest::Method::from_bytes(signed.method.as_bytes()).expect("a method");
        let query = if signed.query.is_empty() { String::new() } else { format!("?{}", signed.query) };
        let mut request =
            self.http.request(method, format!("{}/{query}", self.address)).body(signed.body.clone());
        for (name, value) in &signed.headers {
            request = request.header(name, value);
        }
        let response = request.send().await.expect("an answer");
        Answer {
            status: response.status(),
            headers: response.headers().clone(),
            body: response.text().await.expect("a readable body"),
        }
    }

    /// What is inside `Response` of the answer to a request.
    pub async fn response(&self, signed: &Signed) -> Value {
        let answer = self.send(signed).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let mut body: Value = serde_json::from_str(&answer.body).expect("JSON");
        body["Response"].take()
    }

    /// Calls an action; gives what is inside `Response`.
    pub async fn call(&self, service: &str, action: &str, body: Value) -> Value {
        self.response(&self.sign(service, action, &body)).await
    }

    /// Calls an action of CAM that has to succeed.
    pub async fn done(&self, action: &str, body: Value) -> Value {
        let answer = self.call("cam", action, body.clone()).await;
        assert_eq!(code(&answer), "", "{action} {body}: {answer}");
        answer
    }

    /// The code with which a call that needs no policy is refused; empty when it is answered.
    pub async fn who(&self) -> String {
        code(&self.call("cam", "GetUserAppId", json!({})).await).to_owned()
    }
}

/// The code of an error, or an empty text.
pub fn code(response: &Value) -> &str {
    response["Error"]["Code"].as_str().unwrap_or_default()
}
