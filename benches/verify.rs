//! What a signed request costs: its signature, the key behind it, the decision of the policies.
//!
//! `cargo bench --bench verify`. Times drift with the machine: compare within one run.
#![expect(clippy::expect_used, reason = "a measurement may fail loudly")]

use camlock::app::App;
use camlock::app::keys::import::Import;
use camlock::app::signed::Called;
use camlock::clock::Clock;
use camlock::config::Config;
use camlock::domain::key::SecretId;
use camlock::domain::policy::{Attached, Context, Grants, Policy, Principal, Request};
use camlock::domain::replay::{Arrival, Origin, Use};
use camlock::domain::secret::{Password, SecretKey};
use camlock::domain::signature::{
    Allowances, Body, Incoming, KeyMaterial, KeyPair, Outgoing, parse, sign_tc3, verify,
};
use camlock::domain::source::Source;
use camlock::domain::user::UserName;
use camlock::passwords::{Cost, Passwords};
use camlock::random::Random;
use camlock::startup::{self, May, Surroundings};
use divan::{Bencher, black_box};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::runtime::Runtime;

const NOW: i64 = 1_795_435_200;
const SECRET_ID: &str = "AKID0000000000000000000000000000test";
const SECRET_KEY: &str = "bench0secret0bench0secret0bench0";

fn main() {
    divan::main();
}

/// A call of `GetUserAppId` as the Python SDK sends it, with a body of that many bytes.
struct Sample {
    headers: Vec<(&'static str, Vec<u8>)>,
    body: Vec<u8>,
}

impl Sample {
    fn new(secret_id: &str, secret_key: &str, length: usize) -> Self {
        let body = vec![b' '; length];
        let signed = [("content-type", "application/json"), ("host", "cam.example.com")];
        let outgoing = Outgoing {
            method: "POST",
            query: "",
            headers: &signed,
            payload: &body,
            timestamp: NOW,
            service: "cam",
        };
        let authorization = sign_tc3(&outgoing, KeyPair { secret_id, secret_key });
        let timestamp = NOW.to_string();
        let all = [
            ("host", "cam.example.com"),
            ("user-agent", "python-requests/2.32.3"),
            ("accept-encoding", "gzip, deflate"),
            ("accept", "*/*"),
            ("connection", "keep-alive"),
            ("content-type", "application/json"),
            ("x-tc-action", "GetUserAppId"),
            ("x-tc-requestclient", "SDK_PYTHON_3.1.195"),
            ("x-tc-timestamp", &timestamp),
            ("x-tc-version", "2019-01-16"),
            ("x-tc-language", "en-US"),
            ("authorization", &authorization),
        ];
        Self { headers: all.map(|(name, value)| (name, value.as_bytes().to_vec())).to_vec(), body }
    }

    fn headers(&self) -> Vec<(&str, &[u8])> {
        self.headers.iter().map(|(name, value)| (*name, value.as_slice())).collect()
    }
}

fn incoming<'a>(headers: &'a [(&'a str, &'a [u8])], body: &'a [u8]) -> Incoming<'a> {
    Incoming { method: "POST", path: "/", query: "", headers, body: Body::Bytes(body) }
}

/// Signature alone, the secret in hand.
#[divan::bench(args = [2, 1024])]
fn signature(bencher: Bencher<'_, '_>, length: usize) {
    let sample = Sample::new(SECRET_ID, SECRET_KEY, length);
    let headers = sample.headers();

    bencher.bench_local(|| {
        let claim = parse(&incoming(&headers, &sample.body), NOW).expect("a claim");
        verify(&claim, KeyMaterial::Secret(SECRET_KEY), Allowances::default()).expect("a right signature")
    });
}

/// Policies of one user: one that allows, the rest about other things, one with conditions.
fn policies(count: usize) -> Vec<Policy> {
    let other = r#"{"version":"2.0","statement":[{"effect":"allow","action":["cos:GetObject","cos:Put*"],
        "resource":"qcs::cos:ap-guangzhou:uid/1250000000:bucket/${uin}/*"}]}"#;
    let office = r#"{"version":"2.0","statement":[{"effect":"deny","action":"cam:Delete*","resource":"*",
        "condition":{"ip_not_equal":{"qcs:ip":["10.0.0.0/8","127.0.0.0/8"]}}}]}"#;
    let allowing = r#"{"version":"2.0","statement":[{"effect":"allow","action":"cam:*",
        "resource":"qcs::cam:::uin/*"}]}"#;
    let texts = std::iter::once(allowing).chain([office]).chain(std::iter::repeat(other));
    texts.take(count).map(Policy::stored).collect()
}

fn is_allowed(policies: &[Attached<'_>]) -> bool {
    let context = Context::new()
        .with("qcs:ip", "127.0.0.1")
        .with("qcs:mfa", "0")
        .with("qcs:current_time", "2026-11-23T12:00:00Z")
        .with("qcs:uin", "100000000001")
        .with("qcs:owner_uin", "100000000000");
    let request = Request {
        action: black_box("cam:DeleteUser"),
        resource: black_box("qcs::cam::uin/100000000000:uin/100000000002"),
        context: &context,
        caller: &Principal { uin: 100_000_000_001, owner_uin: 100_000_000_000, app_id: 1_250_000_000 },
        operation_level: false,
    };
    Grants { attached: policies, boundaries: &[] }.decide(&request).allowed
}

/// The decision alone, its circumstances included.
#[divan::bench(args = [2, 10, 200])]
fn decision(bencher: Bencher<'_, '_>, count: usize) {
    let policies = policies(count);
    let attached: Vec<_> = policies.iter().map(|policy| Attached { label: "bench", policy }).collect();
    assert!(is_allowed(&attached));

    bencher.bench_local(|| is_allowed(&attached));
}

/// Both, for a caller with two policies: what one call costs before anything is done.
#[divan::bench]
fn signature_and_decision(bencher: Bencher<'_, '_>) {
    let sample = Sample::new(SECRET_ID, SECRET_KEY, 2);
    let headers = sample.headers();
    let policies = policies(2);
    let attached: Vec<_> = policies.iter().map(|policy| Attached { label: "bench", policy }).collect();

    bencher.bench_local(|| {
        let claim = parse(&incoming(&headers, &sample.body), NOW).expect("a claim");
        let verified = verify(&claim, KeyMaterial::Secret(SECRET_KEY), Allowances::default());
        verified.is_ok() && is_allowed(&attached)
    });
}

/// The program's inside, with one root and one key of it, on SQLite.
struct House {
    app: App,
    runtime: Runtime,
    _folder: TempDir,
}

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data").display().to_string();
        let settings = [("CAMLOCK_DATA_DIR".to_owned(), data)];
        let config = Config::load(None, settings.into_iter()).expect("settings");
        let (clock, _) = Clock::controlled(NOW);
        let random = Random::system();
        let cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };
        let passwords = Passwords::new(cost, random.clone()).expect("password hashing");
        let app =
            startup::open(&config, Surroundings { clock, random, passwords }, May::Make).expect("an app");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(furnish(&app));
        Self { app, runtime, _folder: folder }
    }

    /// Whether the caller behind a request is known.
    fn knows(&self, sample: &Sample) -> bool {
        let headers = sample.headers();
        let source = Source { ip: "127.0.0.1".into(), user_agent: "bench".into(), request_id: "1".into() };
        let arrival = Arrival { at_ms: NOW * 1000, origin: Origin::of(&source.ip) };
        let call = Use { action: "GetUserAppId", is_change: false, arrival };
        let call = Called { used: &call, service: "cam", is_quarantine: false };
        let source = Arc::new(source);
        let claim =
            camlock::app::signed::claim(&self.app, &incoming(&headers, &sample.body)).expect("a claim");
        self.runtime.block_on(camlock::app::signed::authenticate(&self.app, &claim, call, source)).is_ok()
    }
}

async fn furnish(app: &App) {
    let name = UserName::parse("bench").expect("a name");
    let password = Password::parse("mulberry tram ninety violins").expect("a password");
    let root = camlock::app::operator::admin::create_root(app, "Bench Ltd".to_owned(), name, password)
        .await
        .expect("a root");
    let import = Import {
        owner: None,
        uin: root.uin,
        secret_id: SecretId::parse(SECRET_ID).expect("an id"),
        secret_key: SecretKey::parse(SECRET_KEY).expect("a secret"),
    };
    camlock::app::keys::import::import_key(app, import).await.expect("room for a key");
}

/// From bytes to the caller, staleness check included, for one request at a time.
#[divan::bench]
fn warm_key(bencher: Bencher<'_, '_>) {
    let house = House::new();
    let sample = Sample::new(SECRET_ID, SECRET_KEY, 2);
    assert!(house.knows(&sample));

    bencher.bench_local(|| house.knows(&sample));
}

/// The same with a signature by another secret.
#[divan::bench]
fn wrong_signature(bencher: Bencher<'_, '_>) {
    let house = House::new();
    let sample = Sample::new(SECRET_ID, "bench1secret1bench1secret1bench1", 2);
    assert!(!house.knows(&sample));

    bencher.bench_local(|| house.knows(&sample));
}
