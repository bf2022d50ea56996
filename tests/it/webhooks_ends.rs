//! How sending ends: answers without an end, and servers that are stopped while they send.

use crate::support::people::Person;
use crate::support::process::{at_a_port, await_ready, signal};
use crate::support::receiver::{Manner, Receiver};
use crate::support::{TestApp, code};
use crate::webhooks::{Hook, PRIVATE, hook, told};
use camlock::app::webhooks::outbox::deliver_due;
use camlock::domain::webhook::{Delivery, State};
use camlock::store::{Conn, Store, StoreError, webhook_deliveries};
use diesel::Connection;
use diesel::connection::InstrumentationEvent;
use serde_json::json;
use std::collections::BTreeSet;
use std::process::{Child, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// What the machine holds of an answer that nobody reads, at most.
const IN_SOCKETS: usize = 32 * 1024 * 1024;
const SECOND: Duration = Duration::from_secs(1);

/// Answers that do not end, and what is made of each.
const ENDLESS: [(&str, &str, u64, &str); 8] = [
    ("HTTP/1.1 200 OK\r\ncontent-length: 9000000000\r\n\r\n", "xxxxxxxx", 0, "taken"),
    ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "1\r\nx\r\n", 0, "taken"),
    ("HTTP/1.1 500 No\r\n\r\n", "xxxxxxxx", 0, "status"),
    ("HTTP/1.1 200 OK\r\n", "x-more: yes\r\n", 0, "not_http"),
    ("HTTP/1.1 200 OK\r\nx-long: ", "xxxxxxxx", 0, "not_http"),
    ("HTTP/1.1 200 ", "OK OK OK ", 0, "not_http"),
    ("HTTP/1.1 200 OK\r\nx-slow: ", "x", 100, "no_answer"),
    ("", "HTTP/1.1 100 Continue\r\n\r\n", 100, "no_answer"),
];

#[actix_web::test]
async fn an_answer_without_an_end_ends_within_five_seconds_and_fills_no_memory() {
    let app = TestApp::spawn_with(&[PRIVATE]);
    let root = app.root().await;
    let client = app.key_of(&root).await;

    for (begins, goes_on, pause, expected) in ENDLESS {
        let receiver = Receiver::start(Manner::Endless { begins, goes_on, pause }).await;
        let new = json!({ "Name": format!("to {}", receiver.port), "Url": receiver.url() });
        let made = client.call("camlock", "CreateWebhook", new).await;
        let begun = Instant::now();

        let test = json!({ "WebhookId": made["Webhook"]["WebhookId"] });
        let answer = client.call("camlock", "TestWebhook", test).await;

        let took = begun.elapsed();
        assert_eq!(answer["Test"]["Result"], json!(expected), "{begins:?}: {answer}");
        assert!(took < 8 * SECOND && (expected == "no_answer" || took < 4 * SECOND), "{begins:?}: {took:?}");
        let sent = receiver.sent();
        assert!(sent < IN_SOCKETS, "{begins:?}: {sent} bytes were taken");
        tokio::time::sleep(SECOND / 4).await;
        assert!(receiver.sent() < sent + IN_SOCKETS, "{begins:?}: it is still read");
    }
}

#[actix_web::test]
async fn a_message_whose_answer_never_ends_has_failed_and_says_why() {
    let app = TestApp::spawn_with(&[PRIVATE]);
    let root = app.root().await;
    let head = Manner::Endless { begins: "HTTP/1.1 200 OK\r\n", goes_on: "x-more: yes\r\n", pause: 0 };
    let receiver = Receiver::start(head).await;
    let hook = hook(&app, &root, &receiver.url(), &["keys"]).await;
    root.create_key("/keys").await;

    deliver_due(&app.app).await.unwrap();

    let told = told(&root, &hook).await;
    assert_eq!(told[0].0, "waiting", "{told:?}");
    assert!(told[0].1.starts_with("The answer is no HTTP; next at"), "{told:?}");
}

/// A server of its own beside that of a test, on the same database.
struct Beside {
    child: Child,
    hook: Hook,
    receiver: Receiver,
    root: Person,
    app: TestApp,
}

impl Beside {
    async fn start(manner: Manner) -> Self {
        // People enrol in the past, so that both servers have one clock afterwards.
        let app = TestApp::spawn_behind(600, &[PRIVATE]);
        let root = app.root().await;
        let receiver = Receiver::start(manner).await;
        let hook = hook(&app, &root, &receiver.url(), &["keys"]).await;
        app.run_ahead(0);
        let (mut command, address) = at_a_port(app.folder.path());
        command
            .env("CAMLOCK_DATA_DIR", app.folder.path().join("data"))
            .env("CAMLOCK_DATABASE__URL", &app.database.url)
            .env(PRIVATE.0, PRIVATE.1);
        let child = command.spawn().unwrap();
        actix_web::rt::task::spawn_blocking(move || await_ready(&address)).await.unwrap();
        Self { child, hook, receiver, root, app }
    }

    /// Makes a key, and returns once the receiver has the message that tells of it.
    async fn send(&self) {
        self.root.create_key("/keys").await;
        let begun = Instant::now();
        while self.receiver.received().is_empty() {
            assert!(begun.elapsed() < 30 * SECOND, "nothing is sent");
            tokio::time::sleep(SECOND / 50).await;
        }
    }

    async fn end(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(begun.elapsed() < 25 * SECOND, "it does not end");
            tokio::time::sleep(SECOND / 50).await;
        }
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[actix_web::test]
async fn a_server_that_is_stopped_ends_what_it_sends_and_leaves_the_rest_to_others_at_once() {
    let mut beside = Beside::start(Manner::Waits(3_000)).await;
    beside.send().await;

    signal(&beside.child, "TERM");
    let begun = Instant::now();
    tokio::time::sleep(SECOND / 5).await;
    beside.root.create_key("/keys").await;
    let status = beside.end().await;

    let took = begun.elapsed();
    assert!(status.success() && took > 2 * SECOND && took < 12 * SECOND, "{status} {took:?}");
    let told_after = told(&beside.root, &beside.hook).await;
    let states: BTreeSet<&str> = told_after.iter().map(|(state, _)| state.as_str()).collect();
    assert_eq!(states, BTreeSet::from(["delivered", "waiting"]), "{told_after:?}");
    assert_eq!(beside.receiver.received().len(), 1, "it began nothing more");
    beside.receiver.change(Manner::Answers(200));
    deliver_due(&beside.app.app).await.unwrap();
    let received = beside.receiver.received();
    let ids: BTreeSet<&str> = received.iter().map(|message| message.header("webhook-id")).collect();
    assert_eq!((received.len(), ids.len()), (2, 2), "each once, and nobody waits for a lease to end");
}

#[actix_web::test]
async fn whoever_asks_twice_does_not_wait_for_messages() {
    let mut beside = Beside::start(Manner::Waits(4_500)).await;
    beside.send().await;

    signal(&beside.child, "TERM");
    tokio::time::sleep(SECOND / 2).await;
    let begun = Instant::now();
    signal(&beside.child, "TERM");
    let status = beside.end().await;

    assert!(status.success() && begun.elapsed() < 3 * SECOND, "{status} {:?}", begun.elapsed());
}

/// How many statements wrote messages while something was done over a connection of its own.
fn inserts(store: &Store, deliveries: Vec<Delivery>) -> usize {
    let count = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&count);
    let insert = move |conn: &mut Conn| {
        conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            let InstrumentationEvent::StartQuery { query, .. } = event else { return };
            let text = query.to_string();
            if text.starts_with("INSERT") && text.contains("webhook_deliveries") {
                seen.fetch_add(1, Ordering::SeqCst);
            }
        });
        webhook_deliveries::insert(conn, &deliveries)
    };
    store.write_now::<_, StoreError>(insert).unwrap();
    count.load(Ordering::SeqCst)
}

#[actix_web::test]
async fn what_several_webhooks_are_told_of_one_event_is_written_by_one_statement() {
    let app = TestApp::spawn_with(&[PRIVATE]);
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let receiver = Receiver::start(Manner::Answers(200)).await;
    for number in 0..3 {
        let body = json!({ "Name": format!("pager {number}"), "Url": receiver.url() });
        let made = client.call("camlock", "CreateWebhook", body).await;
        assert_eq!(code(&made), "", "{made}");
    }

    root.create_key("/keys").await;
    let delivery = |id: &str| Delivery {
        id: id.to_owned(),
        webhook_id: "none".to_owned(),
        seq: 0,
        event: "test".to_owned(),
        body: "{}".to_owned(),
        created_at: app.now(),
        state: State::Delivered,
        due_at: None,
        tries: 1,
        tried_at: None,
        answer: None,
    };
    let several = ["one", "two", "three"].map(delivery).to_vec();

    assert_eq!(inserts(&app.other_connection(), several), 1);
    deliver_due(&app.app).await.unwrap();
    let received = receiver.received();
    let ids: BTreeSet<&str> = received.iter().map(|message| message.header("webhook-id")).collect();
    assert_eq!((received.len(), ids.len()), (3, 3), "each has its own message");
}
