//! The S3 gateway versitygw asks by its own protocol, on a socket.

use super::Scene;
use super::figures::questions;
use crate::support::app::Node;
use crate::support::process::free_port;
use camlock::domain::signature::{KeyPair, OutgoingAws, aws_date, sign_aws_v4, signing_key};
use camlock::domain::user::Uin;
use data_encoding::BASE64;
use serde_json::{Value, json};

const OPTIONS: [&str; 5] = ["--vend", "--region", "us-east-1", "--scope-service", "s3"];
const DERIVE: &str = "/private/derive-signing-key";
const EVALUATE: &str = "/private/evaluate-policy";
const IDENTITY: &str = "/private/resolve-identity";

/// A node with the socket, and the key with which the gateway signs.
struct Store {
    scene: Scene,
    /// Runs as long as it is held.
    _node: Node,
    secret_id: String,
    secret_key: String,
    http: reqwest::Client,
    _folder: tempfile::TempDir,
}

impl Store {
    async fn new() -> Self {
        Self::with(&[]).await
    }

    /// With more settings of the node.
    async fn with(more: &[(&str, &str)]) -> Self {
        let scene = Scene::with(&OPTIONS).await;
        let peer = scene.change("AddUser", json!({"Name": "s3-gateway"})).await["Uin"].to_string();
        let parse = |text: &str| Uin::parse(text).unwrap();
        let key = scene.app.key_for(parse(&scene.root.owner), parse(&peer)).await;
        let folder = tempfile::tempdir().unwrap();
        let (socket, token) = (folder.path().join("s3.sock"), folder.path().join("token"));
        std::fs::write(&token, format!("{}\n", scene.gateway.token)).unwrap();
        let socket_at = format!("unix:{}", socket.display());
        let settings = [
            ("CAMLOCK_GATE__VERSITYGW_SOCKET", socket_at.as_str()),
            ("CAMLOCK_GATE__VERSITYGW_TOKEN_FILE", token.to_str().unwrap()),
            ("CAMLOCK_GATE__VERSITYGW_SECRET_ID", &key.secret_id),
        ];
        let node = scene.app.node_with(&[&settings[..], more].concat());
        let http = reqwest::Client::builder().unix_socket(socket).build().unwrap();
        let (secret_id, secret_key) = (key.secret_id.clone(), key.secret_key.clone());
        Self { scene, _node: node, secret_id, secret_key, http, _folder: folder }
    }

    async fn ask(&self, route: &str, question: &Value) -> (u16, Value) {
        let text = question.to_string();
        self.send(route, &text, &[("authorization", &self.authorization(route, text.as_bytes()))]).await
    }

    fn authorization(&self, route: &str, body: &[u8]) -> String {
        let key = KeyPair { secret_id: &self.secret_id, secret_key: &self.secret_key };
        sign_aws_v4(&self.outgoing(route, body, "iam"), key)
    }

    fn outgoing<'a>(&self, route: &'a str, body: &'a [u8], service: &'a str) -> OutgoingAws<'a> {
        OutgoingAws {
            method: "POST",
            target: route,
            headers: &[("host", "iam")],
            payload: body,
            timestamp: self.scene.app.now(),
            region: "us-east-1",
            service,
            double_encode: true,
        }
    }

    async fn send(&self, route: &str, text: &str, headers: &[(&str, &str)]) -> (u16, Value) {
        let request = self.http.post(format!("http://iam{route}")).body(text.to_owned());
        let request = request.header("x-amz-date", aws_date(self.scene.app.now()));
        let sent = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let response = sent.send().await.expect("an answer");
        assert_eq!(response.headers()["x-vgw-private-protocol"], "1");
        let status = response.status().as_u16();
        (status, serde_json::from_str(&response.text().await.unwrap()).unwrap_or_default())
    }

    fn derivation(&self) -> Value {
        let day = aws_date(self.scene.app.now())[..8].to_owned();
        json!({"accessKeyId": self.scene.key.secret_id, "date": day, "region": "us-east-1", "service": "s3"})
    }

    fn reader(&self) -> String {
        format!("arn:aws:iam::{}:user/reader", self.scene.root.owner)
    }
}

#[actix_web::test]
async fn the_s3_gateway_gets_signing_keys_decisions_and_names() {
    let store = Store::new().await;
    let scene = &store.scene;

    let (status, derived) = store.ask(DERIVE, &store.derivation()).await;
    let day = aws_date(scene.app.now())[..8].to_owned();
    let right = signing_key(&scene.key.secret_key, &day, "us-east-1", "s3");
    assert_eq!((status, &derived["derivedKey"]), (200, &json!(BASE64.encode(right.expose()))));
    assert_eq!(derived["principalArn"], store.reader());

    let question = json!({
        "accessKeyId": scene.key.secret_id,
        "actions": ["orders:GetOrder", "orders:DeleteObject"],
        "resources": ["arn:aws:s3:::bucket/a b", "arn:aws:s3:::v1/orders/secret"],
        "condition": {"aws:SourceIp": ["192.0.2.1"], "s3:prefix": ["a"]},
        "region": "us-east-1", "service": "s3",
    });
    let (status, evaluated) = store.ask(EVALUATE, &question).await;
    assert_eq!(status, 200, "{evaluated}");
    assert_eq!(evaluated["decisions"], json!([["allow", "no_match"], ["deny", "deny"]]));

    let ids = json!({"accessKeyIds": ["AKIDnobody", scene.key.secret_id, scene.admin.secret_id]});
    let (_, found) = store.ask(IDENTITY, &ids).await;
    assert_eq!(found["identities"][0], json!({"found": false}));
    let reader = json!({"found": true, "kind": "user", "principalArn": store.reader()});
    assert_eq!(found["identities"][1], reader);
    let root = format!("arn:aws:iam::{}:root", scene.root.owner);
    assert_eq!(found["identities"][2]["principalArn"], root);

    let (_, version) = store.ask("/private/version", &json!({})).await;
    assert_eq!((&version["protocol"], &version["accountId"]), (&json!(1), &json!(scene.root.owner)));
    let named = json!({"principals": [store.reader(), root, "arn:aws:iam::1:user/reader", "nobody"]});
    let (_, named) = store.ask("/private/resolve-principals", &named).await;
    assert_eq!(named["invalid"], json!(["arn:aws:iam::1:user/reader", "nobody"]));
}

#[actix_web::test]
async fn a_disabled_or_unknown_key_is_no_identity_for_the_s3_gateway() {
    let store = Store::new().await;
    assert_eq!(store.ask(DERIVE, &store.derivation()).await.0, 200);
    store.scene.disable().await;
    let mut unknown = store.derivation();
    unknown["accessKeyId"] = json!("AKIDnobody");
    for question in [store.derivation(), unknown] {
        let (status, answer) = store.ask(DERIVE, &question).await;
        assert_eq!((status, answer["code"].as_str()), (403, Some("NoSuchIdentity")), "{answer}");
    }
    let mut session = store.derivation();
    session["sessionToken"] = json!("x");
    assert_eq!(store.ask(DERIVE, &session).await.1["code"], "InvalidToken");
    assert_eq!(store.ask(DERIVE, &json!({"date": 1})).await.1["code"], "BadRequest");
    let mut region = store.derivation();
    region["region"] = json!("eu-central-1");
    let (status, answer) = store.ask(DERIVE, &region).await;
    assert_eq!((status, answer["code"].as_str()), (403, None));
}

#[actix_web::test]
async fn on_the_socket_only_the_key_that_the_operator_named_speaks_and_signs_all_of_it() {
    let store = Store::new().await;
    let text = store.derivation().to_string();
    let right = store.authorization(DERIVE, text.as_bytes());
    let scene = &store.scene;
    let other = KeyPair { secret_id: &scene.admin.secret_id, secret_key: &scene.admin.secret_key };
    let own = KeyPair { secret_id: &store.secret_id, secret_key: &store.secret_key };
    let wrong = KeyPair { secret_id: &store.secret_id, secret_key: &scene.admin.secret_key };
    let cases = [
        ("of another body", store.authorization(DERIVE, b"{}")),
        ("of another route", store.authorization(EVALUATE, text.as_bytes())),
        ("by another key", sign_aws_v4(&store.outgoing(DERIVE, text.as_bytes(), "iam"), other)),
        ("with a wrong secret", sign_aws_v4(&store.outgoing(DERIVE, text.as_bytes(), "iam"), wrong)),
        ("for another service", sign_aws_v4(&store.outgoing(DERIVE, text.as_bytes(), "s3"), own)),
    ];
    assert_eq!(store.send(DERIVE, &text, &[("authorization", &right)]).await.0, 200);
    for (case, authorization) in cases {
        let (status, answer) = store.send(DERIVE, &text, &[("authorization", &authorization)]).await;
        assert_eq!(status, 403, "{case}: {answer}");
        assert!(answer["derivedKey"].is_null() && answer["code"].is_null(), "{case}: {answer}");
    }
    assert_eq!(store.send(DERIVE, &text, &[]).await.0, 403);
    let versions = [("x-vgw-private-protocol", "one"), ("authorization", &right)];
    assert_eq!(store.send(DERIVE, &text, &versions).await.0, 400);
    let elsewhere = scene.gateway.post_to(DERIVE, &text, &[("authorization", &right)]).await;
    assert_eq!(elsewhere.status, 404);
}

#[actix_web::test]
async fn a_revoked_gate_token_closes_the_socket() {
    let store = Store::new().await;
    assert_eq!(store.ask(DERIVE, &store.derivation()).await.0, 200);
    store.scene.revoke_token();
    let (status, answer) = store.ask(DERIVE, &store.derivation()).await;
    assert_eq!(status, 403, "{answer}");
}

#[actix_web::test]
async fn questions_on_the_socket_are_counted_by_route_and_outcome() {
    let own = format!("127.0.0.1:{}", free_port());
    let store = Store::with(&[("CAMLOCK_METRICS__LISTEN", &own)]).await;
    let mut unknown = store.derivation();
    unknown["accessKeyId"] = json!("AKIDnobody");
    store.ask(DERIVE, &store.derivation()).await;
    store.ask(DERIVE, &unknown).await;
    store.ask(EVALUATE, &json!({"actions": 1})).await;
    store.send(IDENTITY, "{}", &[]).await;
    store.ask("/private/nothing", &json!({})).await;

    let text = reqwest::get(format!("http://{own}/metrics")).await.unwrap().text().await.unwrap();

    let mut told = questions(&text);
    told.sort_unstable();
    assert_eq!(
        told,
        [
            r#"{route="/private/derive-signing-key",outcome="answered"} 1"#,
            r#"{route="/private/derive-signing-key",outcome="refused"} 1"#,
            r#"{route="/private/evaluate-policy",outcome="malformed"} 1"#,
            r#"{route="/private/resolve-identity",outcome="not_admitted"} 1"#,
            r#"{route="other",outcome="refused"} 1"#,
        ]
    );
}
