//! One table of requests, through every proxy.

use super::{Protected, RECIPES, Recipe, caddy, envoy, haproxy, nginx, njs, traefik};
use crate::support::gate::{HOST, Request};
use crate::support::programs::{are_here, script};

/// Refused, whatever the words for it.
const REFUSED: [u16; 3] = [400, 401, 403];
const LONG: usize = 100_000;

#[actix_web::test]
async fn nginx_passes_what_is_signed_and_allowed_and_nothing_else() {
    through(&nginx::RECIPE).await;
}

#[actix_web::test]
async fn nginx_with_njs_passes_what_is_signed_and_allowed_and_nothing_else() {
    through(&njs::RECIPE).await;
}

#[actix_web::test]
async fn caddy_passes_what_is_signed_and_allowed_and_nothing_else() {
    through(&caddy::RECIPE).await;
}

#[actix_web::test]
async fn haproxy_passes_what_is_signed_and_allowed_and_nothing_else() {
    through(&haproxy::RECIPE).await;
}

#[actix_web::test]
async fn traefik_passes_what_is_signed_and_allowed_and_nothing_else() {
    through(&traefik::RECIPE).await;
}

#[actix_web::test]
async fn envoy_passes_what_is_signed_and_allowed_and_nothing_else() {
    through(&envoy::RECIPE).await;
}

async fn through(recipe: &'static Recipe) {
    assert!(RECIPES.iter().any(|known| known.name == recipe.name));
    if !recipe.is_here() {
        return;
    }
    let protected = Protected::by(recipe).await;
    protected.who_it_is_arrives();
    protected.bodies();
    protected.signers().await;
    protected.networks().await;
    protected.forgeries();
    protected.negatives().await;
    protected.copies();
    protected.changes().await;
    let token = protected.scene.gateway.token.to_lowercase();
    assert!(protected.service.seen().iter().all(|request| !request.contains(&token)), "the token arrives");
}

impl Protected {
    /// Exactly one question for each request.
    fn asked_once(&self, request: &Request) -> (u16, String) {
        let before = self.way.questions();
        let answer = self.send(request);
        assert_eq!(self.way.questions(), before + 1, "{}: {request:?}: {}", self.recipe.name, answer.1);
        answer
    }

    fn who_it_is_arrives(&self) {
        let get = self.scene.get("/v1/orders?a=1&b=2");
        let (status, answer) = self.asked_once(&get.but(|get| {
            get.set("X-Camlock-Uin", "100000000000");
            get.set("X-Camlock-User", "root");
            get.set("X-Camlock-Reason", "root");
        }));
        let name = self.recipe.name;
        assert_eq!(status, 200, "{name}: {answer}");
        assert!(answer.contains("get /v1/orders?a=1&b=2 http/1.1"), "{name}: {answer}");
        let head = &self.service.seen().pop().unwrap();
        for line in [
            format!("\r\nx-camlock-uin: {}\r\n", self.scene.uin),
            "\r\nx-camlock-user: reader\r\n".to_owned(),
            "\r\nx-camlock-action: orders:listorders\r\n".to_owned(),
            format!("\r\nhost: {HOST}\r\n"),
        ] {
            assert_eq!(head.matches(&line).count(), 1, "{name}: {line} in {head}");
        }
        for forged in ["100000000000\r\n", ": root", "x-camlock-gate"] {
            assert!(!head.contains(forged), "{name}: {forged} in {head}");
        }
    }

    fn bodies(&self) {
        let name = self.recipe.name;
        let post = self.scene.post("/v1/orders?number=1", br#"{"a": 1}"#);
        let (status, answer) = self.asked_once(&post);
        if self.recipe.shows_body {
            assert_eq!(status, 200, "{name}: {answer}");
            let request = self.service.seen().pop().unwrap();
            assert!(request.contains("x-camlock-coverage: verified\r\n"), "{name}: {request}");
            assert!(request.ends_with(r#"{"a": 1}"#), "{name}: {request}");
        } else {
            assert_eq!(status, 403, "{name}: {answer}");
            assert!(answer.contains("x-camlock-reason: body_not_covered\r\n"), "{name}: {answer}");
        }

        let empty = self.scene.post("/v1/orders?number=0", b"");
        let (status, answer) = self.send(&empty);
        assert!([200, 403].contains(&status), "{name}: an empty body: {answer}");

        let arrived = self.service.seen().len();
        let changed = self.scene.post("/v1/orders?number=2", br#"{"a": 1}"#);
        let (status, answer) = self.send(&changed.but(|post| post.body = br#"{"a": 2}"#.to_vec()));
        assert!(REFUSED.contains(&status), "{name}: a changed body: {answer}");
        let long = self.scene.post("/v1/orders?number=3", &vec![b'x'; LONG]);
        let (status, answer) = self.send(&long);
        assert_eq!(status, self.recipe.too_long, "{name}: {answer}");
        for piece in [1_000, LONG] {
            let status =
                self.send(&chunked(&self.scene.post("/v1/orders?number=4", &vec![b'x'; LONG]), piece)).0;
            assert!([401, 403, 411, 413].contains(&status), "{name}: {status} to a long body in pieces");
        }
        assert_eq!(self.service.seen().len(), arrived, "{name}: what is refused does not arrive");

        let pieces = self.scene.post("/v1/orders?number=5", &[b'x'; 5_000]);
        match self.send(&chunked(&pieces, 900)) {
            (200, _) => {
                assert!(self.recipe.shows_body && self.service.seen().pop().unwrap().ends_with("xxx"));
            }
            (status, answer) => assert!([403, 411].contains(&status), "{name}: {answer}"),
        }
        let changed = chunked(&pieces.but(|post| "/v1/orders?number=6".clone_into(&mut post.target)), 900);
        assert!([401, 403, 411].contains(&self.send(&changed).0), "{name}: pieces under another address");
    }

    async fn signers(&self) {
        let name = self.recipe.name;
        let written = if self.recipe.shows_body { 200 } else { 403 };
        assert_eq!(self.curl("/v1/orders?signer=curl", &[]).0, 200, "{name}: curl");
        let post = ["--request", "POST", "--data", r#"{"by": "curl"}"#];
        assert_eq!(self.curl("/v1/orders?signer=curl", &post).0, written, "{name}: curl posts");
        if are_here() {
            let mut command = script("sign_for_gate.py");
            command.env("CAMLOCK_SERVICE_HOST", HOST);
            let place = format!("127.0.0.1:{}", self.proxy.port);
            let said = self.scene.app.run_at(&place, command, &self.scene.key).await;
            assert_eq!(said, format!("get 200\npost {written}\npresigned 200\n"), "{name}: botocore");
        }
    }

    /// Policies see where a client is, and not where it says it is.
    async fn networks(&self) {
        let near = r#"{"version": "2.0", "statement": [{"effect": "allow", "action": "orders:GET", "resource": "*",
            "condition": {"ip_equal": {"qcs:ip": ["127.0.0.5/32"]}}}]}"#;
        self.scene.attach("near", near).await;
        let name = self.recipe.name;
        assert_eq!(self.curl("/v3/near", &["--interface", "127.0.0.5"]).0, 200, "{name}: from there");
        assert_eq!(self.curl("/v3/near", &[]).0, 403, "{name}: from elsewhere");
        for header in ["X-Forwarded-For", "X-Original-Source-Ip", "X-Real-Ip"] {
            let (status, answer) =
                self.send(&self.scene.get("/v3/near").but(|get| get.set(header, "127.0.0.5")));
            assert!(REFUSED.contains(&status), "{name}: {header} opens: {answer}");
        }
    }

    /// What a client says in a spelling that others take for ours does not arrive; nor does a gate token.
    fn forgeries(&self) {
        let own = format!("cgt_{}", "a".repeat(43));
        for (header, value) in [
            ("X_Camlock_Uin", "100000000000"),
            ("X.Camlock.Uin", "100000000000"),
            ("X_Camlock_Gate", &own),
            ("X-Camlock-Gate", &own),
            ("X-Original-Uri", "/v1/forged"),
            ("X-Forwarded-Uri", "/v1/forged"),
            ("X_Original_Uri", "/v1/forged"),
            ("X-Original-Body-Sha256", "100000000000"),
            ("Connection", "X-Camlock-Uin, X-Camlock-User"),
            ("Connection", "X-Camlock-Gate"),
            ("Connection", "X-Original-Uri, X-Original-Method, X-Original-Host"),
            ("Connection", "X-Forwarded-Uri, X-Forwarded-Method, X-Forwarded-Host, X-Forwarded-For"),
            ("Connection", "Authorization, X-Amz-Date, Host"),
        ] {
            let get = self.scene.get("/v2/orders").but(|get| get.set(header, value));
            let (status, answer) = self.send(&get);
            assert!(REFUSED.contains(&status), "{}: {header} opens: {answer}", self.recipe.name);
            let get = self.scene.get("/v1/orders?forged").but(|get| get.set(header, value));
            let (status, answer) = self.send(&get);
            if status == 200 {
                let head = self.service.seen().pop().unwrap();
                let is_ours = head.contains(&format!("x-camlock-uin: {}\r\n", self.scene.uin));
                let is_ours = is_ours && head.contains("x-camlock-user: reader\r\n");
                let folded = header.to_lowercase().replace(['_', '.'], "-");
                let is_believed = folded.starts_with("x-camlock") && head.contains(value);
                assert!(is_ours && !is_believed, "{}: {header}: {head}", self.recipe.name);
            } else {
                assert!(REFUSED.contains(&status), "{}: {header}: {answer}", self.recipe.name);
            }
        }
    }
}

fn chunked(request: &Request, piece: usize) -> Request {
    request.but(|post| {
        post.set("transfer-encoding", "chunked");
        let pieces = post
            .body
            .chunks(piece)
            .map(|part| [format!("{:x}\r\n", part.len()).as_bytes(), part, b"\r\n"].concat());
        post.body = pieces.chain([b"0\r\n\r\n".to_vec()]).collect::<Vec<_>>().concat();
    })
}
