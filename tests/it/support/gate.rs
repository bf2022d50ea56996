//! A gateway in front of a service: it asks about requests that programs sign.

use super::api::Client;
use super::process::operate;
use super::{Answer, TestApp};
use camlock::domain::signature::{KeyPair, OutgoingAws, aws_date, presign_aws_v4, sign_aws_v4};
use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The host of the service.
pub const HOST: &str = "orders.example.com";

/// What an operator's command prints, without the end of its line.
pub fn printed(app: &TestApp, arguments: &[&str]) -> String {
    let output = operate(app, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// A gateway with its token.
pub struct Gateway {
    pub address: String,
    pub token: String,
    http: reqwest::Client,
}

/// A request as its client signed it, before the gateway asks about it.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub host: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What is signed, and how.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    pub method: &'a str,
    pub target: &'a str,
    pub body: &'a [u8],
    pub now: i64,
}

impl TestApp {
    /// The service `orders` of an account, and a gateway that asks for it; options as at the command line.
    pub fn gateway(&self, owner: &str, options: &[&str]) -> Gateway {
        let routes = ["--route", "GET /v1/orders ListOrders", "--route", "GET /v1/orders/* GetOrder"];
        let service = ["service", "create", "--owner", owner, "--name", "orders", "--host", HOST];
        printed(self, &[&service[..], &routes].concat());
        self.another_gateway(owner, options)
    }

    /// Another gateway for the same service.
    pub fn another_gateway(&self, owner: &str, options: &[&str]) -> Gateway {
        let name = format!("gateway-{}", uuid::Uuid::new_v4());
        let token = ["gate", "token", "create", "--owner", owner, "--name", &name, "--service", "orders"];
        let token = printed(self, &[&token[..], options].concat());
        Gateway { address: self.address.clone(), token, http: reqwest::Client::new() }
    }
}

impl Client {
    /// A request to the service, signed with `AWS4-HMAC-SHA256` as the usual signers do.
    pub fn sign_aws(&self, wanted: Wanted<'_>) -> Request {
        self.sign_aws_with(wanted, &[("host", HOST)])
    }

    /// The same with other headers signed.
    pub fn sign_aws_with(&self, wanted: Wanted<'_>, headers: &[(&str, &str)]) -> Request {
        let key = KeyPair { secret_id: &self.secret_id, secret_key: &self.secret_key };
        let authorization = sign_aws_v4(&outgoing(&wanted, headers), key);
        let mut request = plain(&wanted);
        for (name, value) in headers {
            request.set(name, value);
        }
        request.set("x-amz-date", &aws_date(wanted.now));
        request.set("authorization", &authorization);
        request
    }

    /// A request that carries its signature in the query.
    pub fn presign_aws(&self, wanted: Wanted<'_>, seconds: u32) -> Request {
        let key = KeyPair { secret_id: &self.secret_id, secret_key: &self.secret_key };
        let query = presign_aws_v4(&outgoing(&wanted, &[("host", HOST)]), key, seconds);
        let path = wanted.target.split('?').next().unwrap();
        Request { target: format!("{path}?{query}"), ..plain(&wanted) }
    }
}

fn outgoing<'a>(wanted: &Wanted<'a>, headers: &'a [(&'a str, &'a str)]) -> OutgoingAws<'a> {
    OutgoingAws {
        method: wanted.method,
        target: wanted.target,
        headers,
        payload: wanted.body,
        timestamp: wanted.now,
        region: "eu-central-1",
        service: "execute-api",
        double_encode: true,
    }
}

fn plain(wanted: &Wanted<'_>) -> Request {
    Request {
        method: wanted.method.to_owned(),
        host: HOST.to_owned(),
        target: wanted.target.to_owned(),
        headers: vec![("host".to_owned(), HOST.to_owned())],
        body: wanted.body.to_vec(),
    }
}

impl Request {
    /// Gives a header another value, or adds it.
    pub fn set(&mut self, name: &str, value: &str) {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    /// The same request, changed.
    pub fn but(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut changed = self.clone();
        change(&mut changed);
        changed
    }

    /// The question about it: the gateway has hashed the body.
    pub fn question(&self) -> Value {
        let hash = HEXLOWER.encode(&Sha256::digest(&self.body));
        let mut question = self.question_without_body();
        question["body_sha256"] = json!(hash);
        question
    }

    /// The question of a gateway that sends the body along.
    pub fn question_with_body(&self) -> Value {
        let mut question = self.question_without_body();
        question["body"] = json!(BASE64.encode(&self.body));
        question
    }

    /// The question of a gateway that knows nothing about the body.
    pub fn question_without_body(&self) -> Value {
        json!({
            "method": self.method,
            "host": self.host,
            "target": self.target,
            "headers": self.headers,
            "source_ip": "192.0.2.7",
        })
    }
}

impl Gateway {
    /// The same gateway, asking another node.
    pub fn on(&self, address: &str) -> Self {
        Self { address: address.to_owned(), token: self.token.clone(), http: self.http.clone() }
    }

    /// The verdict about a request whose body the gateway has hashed.
    pub async fn verdict(&self, request: &Request) -> Value {
        self.ask(&request.question()).await
    }

    /// The verdict about a question.
    pub async fn ask(&self, question: &Value) -> Value {
        let answer = self.post(&question.to_string(), &[("x-camlock-gate", &self.token)]).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        serde_json::from_str(&answer.body).expect("a verdict")
    }

    /// Sends a question with whatever headers.
    pub async fn post(&self, text: &str, headers: &[(&str, &str)]) -> Answer {
        self.post_to("/gate/verify", text, headers).await
    }

    /// The same to another of the gate's addresses.
    pub async fn post_to(&self, route: &str, text: &str, headers: &[(&str, &str)]) -> Answer {
        let request = self.http.post(format!("{}{route}", self.address)).body(text.to_owned());
        self.send(request, headers).await
    }

    /// Asks as a proxy does, in headers.
    pub async fn forward(&self, request: &Request, more: &[(&str, &str)]) -> Answer {
        let mut sent = self.http.get(format!("{}/gate/forward-auth", self.address));
        for (name, value) in request.headers.iter().filter(|(name, _)| name != "host") {
            sent = sent.header(name, value);
        }
        let told = [
            ("x-camlock-gate", self.token.as_str()),
            ("x-original-method", &request.method),
            ("x-original-uri", &request.target),
            ("x-original-host", &request.host),
            ("x-original-source-ip", "192.0.2.7"),
        ];
        let kept: Vec<_> =
            told.into_iter().filter(|(name, _)| more.iter().all(|(own, _)| own != name)).collect();
        self.send(sent, &[kept, more.to_vec()].concat()).await
    }

    /// Asks as Envoy does, with the request's own method and path.
    pub async fn ext_authz(&self, request: &Request) -> Answer {
        let method = reqwest::Method::from_bytes(request.method.as_bytes()).unwrap();
        let address = format!("{}/gate/ext-authz{}", self.address, request.target);
        let mut sent = self.http.request(method, address).body(request.body.clone());
        for (name, value) in &request.headers {
            sent = sent.header(name, value);
        }
        self.send(sent, &[("x-camlock-gate", &self.token)]).await
    }

    async fn send(&self, request: reqwest::RequestBuilder, headers: &[(&str, &str)]) -> Answer {
        let sent = headers.iter().fold(request, |request, (name, value)| {
            if value.is_empty() { request } else { request.header(*name, *value) }
        });
        let response = sent.send().await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        Answer { status, headers, body: response.text().await.expect("a body") }
    }
}
