//! Webhooks and what is around them: slow receivers, other nodes, certificates, and addresses where nothing is sent.

use crate::support::receiver::{Manner, Receiver};
use crate::support::{TestApp, code};
use crate::webhooks::{LIST, NEW, PRIVATE, hook, told};
use camlock::app::webhooks::outbox::{deliver_due, start_due};
use reqwest::StatusCode;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

#[actix_web::test]
async fn a_receiver_that_drips_is_left_after_five_seconds_and_keeps_nobody_waiting() {
    let app = TestApp::spawn_with(&[PRIVATE]);
    let (root, rival) = (app.root().await, app.root_named("rival").await);
    let (slow, quick) = (Receiver::start(Manner::Drips).await, Receiver::start(Manner::Answers(200)).await);
    let slow_hook = hook(&app, &root, &slow.url(), &["keys"]).await;
    hook(&app, &rival, &quick.url(), &["keys"]).await;
    root.create_key("/keys").await;

    let begun = Instant::now();
    let rounds = start_due(&app.app).await.unwrap();
    rival.create_key("/keys").await;
    deliver_due(&app.app).await.unwrap();
    let quick_after = begun.elapsed();
    for round in rounds {
        round.await.unwrap();
    }
    let slow_after = begun.elapsed();

    assert_eq!(quick.received().len(), 1);
    assert!(quick_after < Duration::from_secs(4), "{quick_after:?}");
    assert!(slow_after >= Duration::from_secs(5) && slow_after < Duration::from_secs(9), "{slow_after:?}");
    let page = root.browser.get(&slow_hook.page).await;
    assert!(page.body.contains("No answer within 5 seconds; next at"), "{}", page.body);
}

#[actix_web::test]
async fn of_an_answer_only_a_short_head_is_read() {
    let app = TestApp::spawn_with(&[PRIVATE]);
    let root = app.root().await;
    let receiver = Receiver::start(Manner::Floods).await;
    let hook = hook(&app, &root, &receiver.url(), &["keys"]).await;
    let test = async || {
        root.browser.submit(&hook.page, &format!("{}/test", hook.page), &[]).await.redirect();
        root.browser.get(&hook.page).await.text(".flash").unwrap_or_default()
    };

    assert_eq!(test().await, "Test: Answered 200.", "the body is nobody's business");
    receiver.change(Manner::FloodsHead);
    assert_eq!(test().await, "Test: The answer is no HTTP.");
}

#[actix_web::test]
async fn two_nodes_send_each_message_once() {
    let app = TestApp::spawn_with(&[PRIVATE]);
    let root = app.root().await;
    let node = app.second_node();
    let receiver = Receiver::start(Manner::Answers(200)).await;
    hook(&app, &root, &receiver.url(), &["keys"]).await;
    let id = root.create_key("/keys").await;
    for _ in 0..6 {
        root.browser.submit("/keys", &format!("/keys/{id}/disable"), &[]).await.redirect();
        root.browser.submit("/keys", &format!("/keys/{id}/enable"), &[]).await.redirect();
    }

    for _ in 0..6 {
        let (one, other) = tokio::join!(deliver_due(&app.app), deliver_due(&node.app));
        one.and(other).unwrap();
    }

    let received = receiver.received();
    let ids: BTreeSet<&str> = received.iter().map(|message| message.header("webhook-id")).collect();
    assert_eq!((received.len(), ids.len()), (13, 13));
}

#[actix_web::test]
async fn a_signed_call_that_reaches_two_nodes_at_once_sends_one_test() {
    let app = TestApp::spawn_with(&[PRIVATE]);
    let root = app.root().await;
    let node = app.second_node();
    let here = app.key_of(&root).await;
    let there = here.on(&node.address);
    // Slow enough that both calls are there before the first one knows what became of it.
    let receiver = Receiver::start(Manner::Waits(500)).await;
    let hook = hook(&app, &root, &receiver.url(), &["keys"]).await;
    let body = json!({ "WebhookId": hook.page.rsplit('/').next() });

    for round in 1..=3 {
        let signed = here.sign("camlock", "TestWebhook", &body);
        let (one, two) = tokio::join!(here.response(&signed), there.response(&signed));

        let codes = BTreeSet::from([code(&one), code(&two)]);
        assert_eq!(codes, BTreeSet::from(["", "RequestLimitExceeded"]), "{one} {two}");
        assert_eq!((receiver.received().len(), root.events("TestWebhook").await), (round, round));
    }
    let late = here.response(&here.sign("camlock", "TestWebhook", &body)).await;
    assert_eq!(late["Test"]["IsTaken"], true, "another signature is another test: {late}");
}

#[actix_web::test]
async fn a_test_whose_server_died_is_sent_once_more_by_another_and_no_further() {
    let app = TestApp::spawn_with(&[PRIVATE]);
    let root = app.root().await;
    let receiver = Receiver::start(Manner::Answers(500)).await;
    let hook = hook(&app, &root, &receiver.url(), &["keys"]).await;
    root.browser.submit(&hook.page, &format!("{}/test", hook.page), &[]).await.redirect();
    app.wait(61);
    deliver_due(&app.app).await.unwrap();
    assert_eq!(receiver.received().len(), 1, "what was settled is not sent again");
    // As it stands while it is under way.
    app.execute(&format!(
        "UPDATE webhook_deliveries SET state = 'waiting', due_at = {}, status = NULL, result = ''",
        app.now() + 60
    ));
    deliver_due(&app.app).await.unwrap();
    assert_eq!(receiver.received().len(), 1, "its server may be sending it");

    for _ in 0..3 {
        app.wait(100_000);
        deliver_due(&app.app).await.unwrap();
    }

    let received = receiver.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].header("webhook-id"), received[1].header("webhook-id"));
    root.sign_in(&app).await;
    assert_eq!(told(&root, &hook).await, [("given_up".to_owned(), "Answered 500".to_owned())]);
    assert_eq!(root.events("GiveUpDelivery").await, 0, "nobody waits for it");
}

/// What the form says against an address; nothing where it is taken.
async fn refusal(app: &TestApp, url: &str) -> Option<String> {
    let root = app.root_named(&format!("root{}", uuid::Uuid::new_v4().simple())).await;
    let fields = [("name", "pager"), ("url", url), ("event", "keys"), ("enabled", "1")];
    let answer = root.grant(app, NEW, NEW, &fields).await;
    if answer.status == StatusCode::SEE_OTHER {
        return None;
    }
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
    Some(answer.text("#url-error").unwrap_or_default())
}

#[actix_web::test]
async fn an_address_inside_is_refused_as_one_that_is_not_there() {
    let app = TestApp::spawn();

    let inside = refusal(&app, "https://localhost/hook").await.unwrap();
    let unknown = refusal(&app, "https://no-such-name.invalid/hook").await.unwrap();
    let literal = refusal(&app, "https://127.1/hook").await.unwrap();

    assert!(inside.contains("Nothing is sent to this address"), "{inside}");
    assert_eq!((&inside, &literal), (&unknown, &unknown), "nobody learns which it is");
    assert_eq!(refusal(&app, "https://1.1.1.1/hook").await, None);
    assert!(refusal(&app, "http://1.1.1.1/hook").await.unwrap().contains("https"));
}

#[actix_web::test]
async fn an_address_is_judged_again_at_each_sending() {
    let app = TestApp::spawn_with(&[PRIVATE]);
    let root = app.root().await;
    let receiver = Receiver::start(Manner::Answers(200)).await;
    let url = format!("http://localhost:{}/", receiver.port);
    let hook = hook(&app, &root, &url, &["keys"]).await;
    root.create_key("/keys").await;
    // The operator has changed his mind.
    let strict = app.node_with(&[("CAMLOCK_WEBHOOKS__ALLOW_PRIVATE", "false")]);

    deliver_due(&strict.app).await.unwrap();

    assert!(receiver.received().is_empty());
    let page = root.browser.get(&hook.page).await;
    assert!(page.body.contains("Could not connect; next at"), "{}", page.body);
    app.wait(61);
    deliver_due(&app.app).await.unwrap();
    assert_eq!(receiver.received().len(), 1, "a name that leads to this machine, where that is allowed");
}

/// A certificate for `localhost` by an authority of one's own.
fn certificates(folder: &Path) {
    let run = |arguments: &str| {
        let ran = Command::new("openssl")
            .args(arguments.split(' '))
            .current_dir(folder)
            .output()
            .expect("openssl, which makes certificates for this test");
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    run(&format!("req -x509 {key} -keyout ca.key -out ca.pem -days 3650 -subj /CN=test-authority"));
    run(&format!("req -new {key} -keyout own.key -out own.csr -subj /CN=localhost"));
    std::fs::write(folder.join("own.ext"), "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n")
        .unwrap();
    run(
        "x509 -req -in own.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 -extfile own.ext -out own.pem",
    );
}

fn acceptor(folder: &Path) -> TlsAcceptor {
    let chain = CertificateDer::pem_file_iter(folder.join("own.pem")).unwrap();
    let chain: Vec<_> = chain.map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_file(folder.join("own.key")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

#[actix_web::test]
async fn a_receiver_proves_its_name_by_an_authority_that_is_trusted() {
    let folder = tempfile::tempdir().unwrap();
    certificates(folder.path());
    let ca = folder.path().join("ca.pem");
    let settings = [PRIVATE, ("CAMLOCK_WEBHOOKS__CA_FILE", ca.to_str().unwrap())];
    let receiver = Receiver::start_with(Manner::Answers(200), Some(acceptor(folder.path()))).await;
    let answers = async |settings: &[(&str, &str)], host: &str| {
        let app = TestApp::spawn_with(settings);
        let root = app.root().await;
        let hook = hook(&app, &root, &format!("https://{host}:{}/", receiver.port), &["keys"]).await;
        root.browser.submit(&hook.page, &format!("{}/test", hook.page), &[]).await.redirect();
        root.browser.get(&hook.page).await.text(".flash").unwrap_or_default()
    };

    assert_eq!(answers(&settings, "localhost").await, "Test: Answered 200.");
    assert_eq!(answers(&[PRIVATE], "localhost").await, "Test: Could not connect.", "an unknown authority");
    assert_eq!(answers(&settings, "127.0.0.1").await, "Test: Could not connect.", "another name");
    assert_eq!(receiver.received().len(), 1);
}

#[actix_web::test]
async fn an_account_has_at_most_twenty_webhooks_and_each_name_once() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let make = async |name: &str| {
        let fields = [("name", name), ("url", "https://1.1.1.1/"), ("event", "keys")];
        root.grant(&app, NEW, NEW, &fields).await.status
    };

    for number in 0..19 {
        assert_eq!(make(&format!("pager {number}")).await, StatusCode::SEE_OTHER);
    }

    assert_eq!(make("pager 1").await, StatusCode::UNPROCESSABLE_ENTITY, "each name once");
    assert_eq!(make("pager 19").await, StatusCode::SEE_OTHER);
    assert_eq!(make("one more").await, StatusCode::CONFLICT, "twenty at most");
    assert_eq!(root.browser.get(LIST).await.count("tr[data-webhook]"), 20);
}
