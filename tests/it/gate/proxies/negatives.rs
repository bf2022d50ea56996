//! One list of requests that no proxy may pass, and what each is told for it.

use super::Protected;
use crate::gate::Scene;
use crate::gate::verdicts::tc3;
use crate::support::gate::{HOST, Request, Wanted};
use serde_json::json;

const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// A status and a reason.
type Said = (u16, &'static str);

/// Refused by whoever looks first, in words of its own.
const BY_ANYBODY: Said = (400, "");
/// For a host of nobody: Caddy says 200 to it by itself.
const NOT_OURS: Said = (200, "");
const WRONG: Said = (401, "wrong_signature");
const SKEW: Said = (401, "skew");
const UNKNOWN: Said = (401, "unknown_key");
const TWICE: Said = (400, "doubled_credentials");

/// A request that is refused.
struct Negative {
    told: &'static str,
    request: Request,
    said: Said,
    /// The same where the proxy shows no body.
    unseen: Said,
}

impl Negative {
    fn new(told: &'static str, request: Request, said: Said) -> Self {
        Self { told, request, said, unseen: said }
    }

    /// A body that the proxy does not show is covered by nothing, whatever is in it.
    fn write(told: &'static str, request: Request, said: Said) -> Self {
        Self { unseen: (403, "body_not_covered"), ..Self::new(told, request, said) }
    }
}

fn signatures(scene: &Scene) -> Vec<Negative> {
    let get = scene.get("/v1/orders");
    let presigned = scene.key.presign_aws(scene.wanted("GET", "/v1/orders"), 60);
    let authorization = get.headers.iter().find(|(name, _)| name == "authorization").unwrap().1.clone();
    let last = if authorization.ends_with('0') { "1" } else { "0" };
    let broken = format!("{}{last}", &authorization[..authorization.len() - 1]);
    let again =
        |name: &str, value: &str| get.but(|get| get.headers.push((name.to_owned(), value.to_owned())));
    let signed_more =
        scene.key.sign_aws_with(scene.wanted("GET", "/v1/orders"), &[("host", HOST), ("x-order", "7")]);
    let new = Negative::new;
    vec![
        new("no signature", get.but(|get| get.headers.truncate(1)), (401, "missing_credentials")),
        new("a wrong signature", get.but(|get| get.set("authorization", &broken)), WRONG),
        new("two signatures", again("authorization", &authorization), BY_ANYBODY),
        new("two dates", again("x-amz-date", "20200101T000000Z"), BY_ANYBODY),
        new("two hosts", again("host", "else.example"), BY_ANYBODY),
        new(
            "a signature in header and query",
            presigned.but(|get| get.set("authorization", &authorization)),
            TWICE,
        ),
        new(
            "a parameter twice",
            presigned.but(|get| get.target += "&X-Amz-Expires=604800"),
            (400, "doubled_parameter"),
        ),
        new("a longer life", presigned.but(|get| get.target = get.target.replace("=60&", "=600&")), WRONG),
        new(
            "a host that is not signed",
            scene.key.sign_aws_with(scene.wanted("GET", "/v1/orders"), &[("x-order", "7")]),
            (401, "unsigned_header"),
        ),
        new("another value of a signed header", signed_more.but(|get| get.set("x-order", "8")), WRONG),
        new(
            "without a signed header",
            signed_more.but(|get| get.headers.retain(|(name, _)| name != "x-order")),
            (401, "signed_header_missing"),
        ),
        new("an action that is not signed", tc3(scene, &[]), (401, "action_not_signed")),
        new("a session token", get.but(|get| get.set("x-amz-security-token", "t")), (401, "session_token")),
    ]
}

fn times(scene: &Scene) -> Vec<Negative> {
    let wanted = |seconds| Wanted { now: scene.app.now() + seconds, ..scene.wanted("GET", "/v1/orders") };
    let new = Negative::new;
    vec![
        new("of the past", scene.key.sign_aws(wanted(-400)), SKEW),
        new("of the future", scene.key.sign_aws(wanted(400)), SKEW),
        new("an address that has ended", scene.key.presign_aws(wanted(-70), 60), (401, "expired_presigned")),
        new("an address of later", scene.key.presign_aws(wanted(400), 60), (401, "not_yet_valid")),
    ]
}

/// Who asks for what, and where.
async fn places(scene: &Scene) -> Vec<Negative> {
    let get = |target: &str| scene.get(target);
    let to = |target: &'static str| move |get: &mut Request| target.clone_into(&mut get.target);
    let new = Negative::new;
    let elsewhere = |host| scene.key.sign_aws_with(scene.wanted("GET", "/v1/orders"), &[("host", host)]);
    let rival = scene.app.key_of(&scene.app.bare_root("rival").await).await;
    let nobody = scene.app.client("AKID00000000000000000000000000000000", "x");
    let mut all = vec![
        new("of another host", elsewhere("else.example.com").but(|get| get.set("host", HOST)), WRONG),
        new("another host", get("/v1/orders").but(|get| get.set("host", "else.example.com")), NOT_OURS),
        new("a service that the token does not name", elsewhere("bills.example.com"), NOT_OURS),
        new("another path", get("/v1/orders").but(to("/v1/orders/7")), WRONG),
        new("another method", get("/v1/orders").but(|get| "HEAD".clone_into(&mut get.method)), WRONG),
        new(
            "a method that writes",
            get("/v1/orders").but(|get| "DELETE".clone_into(&mut get.method)),
            BY_ANYBODY,
        ),
        new("a swapped query", get("/v1/orders?a=1").but(to("/v1/orders?a=2")), WRONG),
        new("a longer query", get("/v1/orders?a=1").but(to("/v1/orders?a=1&b=2")), WRONG),
        new("no query", get("/v1/orders?a=1").but(to("/v1/orders")), WRONG),
        new("a key of another account", rival.sign_aws(scene.wanted("GET", "/v1/orders")), UNKNOWN),
        new("a key of nobody", nobody.sign_aws(scene.wanted("GET", "/v1/orders")), UNKNOWN),
        new("no policy", get("/v2/orders"), (403, "no_policy")),
        new("a deny", get("/v1/orders/secret"), (403, "explicit_deny")),
    ];
    for target in [
        "/v1//orders",
        "/v1/x/../orders",
        "/v1/%2e/orders",
        "/v1/orders%2fsecret",
        "/v1/orders%5csecret",
        "/v1/orders//x/../secret",
        "/v1/orders;a=b/secret",
        "/v1/orders%00",
        "/v1/%6frders",
        "/v1/orders#x",
        "http://orders.example.com/v1/orders",
    ] {
        all.push(new(target, get(target), BY_ANYBODY));
    }
    all
}

fn bodies(scene: &Scene) -> Vec<Negative> {
    let post = |number| scene.post(&format!("/v1/orders?negative={number}"), br#"{"amount": 100}"#);
    let hashed = |number, hash| {
        let target = format!("/v1/orders?negative={number}");
        let signed = [("host", HOST), ("x-amz-content-sha256", hash)];
        scene.key.sign_aws_with(scene.wanted("POST", &target), &signed)
    };
    let write = Negative::write;
    let beside_nothing = scene.post("/v1/orders?negative=7", b"").but(|post| {
        post.set("content-length", "0");
        post.set("transfer-encoding", "chunked");
        post.body = b"2\r\n{}\r\n0\r\n\r\n".to_vec();
    });
    vec![
        write("another body", post(1).but(|post| post.body[11] = b'9'), WRONG),
        write("the beginning of a body", post(2).but(|post| post.body.truncate(14)), WRONG),
        write("more than the body", post(3).but(|post| post.body.push(b' ')), WRONG),
        Negative::new("a body in pieces beside a length of 0", beside_nothing, BY_ANYBODY),
        write("a body where none is signed", hashed(4, EMPTY).but(|post| post.body = b"{}".to_vec()), {
            (401, "body_mismatch")
        }),
        Negative::new("a body that nobody signed", hashed(5, "UNSIGNED-PAYLOAD"), {
            (403, "body_not_covered")
        }),
        Negative::new("a body in signed pieces", hashed(6, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"), {
            (403, "streaming_body")
        }),
    ]
}

impl Protected {
    /// Sends all of the list; nothing of it arrives.
    pub async fn negatives(&self) {
        let scene = &self.scene;
        let all = [signatures(scene), times(scene), places(scene).await, bodies(scene)];
        let arrived = self.service.seen().len();
        let wrong: Vec<String> = all.iter().flatten().filter_map(|one| self.differs(one)).collect();
        let name = self.recipe.name;
        assert!(wrong.is_empty(), "{name}: {}", wrong.join("\n"));
        assert_eq!(self.service.seen().len(), arrived, "{name}: what is refused arrived");
    }

    /// What came instead of the refusal, if something else did.
    fn differs(&self, negative: &Negative) -> Option<String> {
        let (wanted, reason) = if self.recipe.shows_body { negative.said } else { negative.unseen };
        let (status, answer) = self.send(&negative.request);
        let is_right = if reason.is_empty() {
            (400..500).contains(&status) || (status == wanted && answer.ends_with("\r\n\r\n"))
        } else {
            // Some know 403 and not 400.
            let is_usual = status == wanted || (wanted == 400 && status == 403);
            is_usual && answer.contains(&format!("x-camlock-reason: {reason}\r\n"))
        };
        (!is_right).then(|| format!("{}: {answer}", negative.told))
    }

    fn refuses(&self, told: &'static str, request: &Request, said: Said) {
        assert_eq!(self.differs(&Negative::new(told, request.clone(), said)), None, "{}", self.recipe.name);
    }

    /// A write passes once, where writes pass.
    pub fn copies(&self) {
        let post = self.scene.post("/v1/orders?copied", b"{}");
        let said = if self.recipe.shows_body {
            assert_eq!(self.send(&post).0, 200, "{}", self.recipe.name);
            (401, "replayed")
        } else {
            (403, "body_not_covered")
        };
        self.refuses("a copy", &post, said);
    }

    /// Each change counts for the next request. Afterwards nobody is left.
    pub async fn changes(&self) {
        let (scene, name) = (&self.scene, self.recipe.name);
        let uin: i64 = scene.uin.parse().unwrap();
        let passes = |told: &str| assert_eq!(self.send(&scene.get("/v1/orders")).0, 200, "{name}: {told}");
        let refused = |told: &'static str, said: Said| self.refuses(told, &scene.get("/v1/orders"), said);
        let key =
            |status: &str| json!({"AccessKeyId": scene.key.secret_id, "TargetUin": uin, "Status": status});
        passes("at first");
        scene.change("DetachUserPolicy", json!({"PolicyId": scene.policy, "DetachUin": uin})).await;
        refused("a policy that was taken away", (403, "no_policy"));
        scene.change("AttachUserPolicy", json!({"PolicyId": scene.policy, "AttachUin": uin})).await;
        passes("with the policy again");
        scene.disable().await;
        refused("a disabled key", (401, "disabled_key"));
        scene.change("UpdateAccessKey", key("Active")).await;
        passes("enabled again");
        scene.disable().await;
        scene.change("DeleteAccessKey", json!({"AccessKeyId": scene.key.secret_id, "TargetUin": uin})).await;
        refused("a deleted key", UNKNOWN);
        scene.change("DeleteUser", json!({"Name": "reader", "Force": 1})).await;
        refused("a deleted user", UNKNOWN);
        let roots = || self.send(&scene.admin.sign_aws(scene.wanted("GET", "/v1/orders")));
        assert_eq!(roots().0, 200, "{name}: root");
        let arrived = self.service.seen().len();
        scene.revoke_token();
        let (status, answer) = roots();
        assert!([401, 403, 503].contains(&status), "{name}: a revoked gate token: {answer}");
        assert_eq!(self.service.seen().len(), arrived, "{name}: a revoked gate token");
    }
}
