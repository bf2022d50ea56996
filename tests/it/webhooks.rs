//! Webhooks: what happens to keys is told, signed, once it has happened, and again until it arrives.

use crate::support::people::Person;
use crate::support::receiver::{Manner, Received, Receiver};
use crate::support::{Answer, TestApp};
use camlock::app::webhooks::outbox::deliver_due;
use camlock::store::{Conn, StoreError};
use data_encoding::BASE64;
use diesel::connection::SimpleConnection;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::StatusCode;
use sha2::Sha256;

pub const NEW: &str = "/settings/webhooks/new";
pub const LIST: &str = "/settings/webhooks";
pub const PRIVATE: (&str, &str) = ("CAMLOCK_WEBHOOKS__ALLOW_PRIVATE", "true");
const DAY: i64 = 86_400;

/// A webhook that somebody made: the address of its page, and its secret.
pub struct Hook {
    pub page: String,
    pub secret: String,
}

pub async fn hook(app: &TestApp, person: &Person, url: &str, topics: &[&str]) -> Hook {
    let mut fields = vec![("name", "pager"), ("url", url), ("enabled", "1")];
    fields.extend(topics.iter().map(|topic| ("event", *topic)));
    let shown = person.grant(app, NEW, NEW, &fields).await.redirect();
    let secret = person.browser.get(&shown).await.text("#webhook-secret").expect("a secret");
    let list = person.browser.get(LIST).await;
    let id = list.attributes("tr[data-webhook]", "data-webhook").pop().expect("a webhook");
    Hook { page: format!("{LIST}/{id}"), secret }
}

async fn scene(manner: Manner) -> (TestApp, Person, Receiver, Hook) {
    let app = TestApp::spawn_with(&[PRIVATE]);
    let root = app.root().await;
    let receiver = Receiver::start(manner).await;
    let hook = hook(&app, &root, &receiver.url(), &["keys"]).await;
    (app, root, receiver, hook)
}

async fn deliver(app: &TestApp) {
    deliver_due(&app.app).await.expect("a working database");
}

/// What stands on the page of a webhook about its messages: state and words, newest first.
pub async fn told(person: &Person, hook: &Hook) -> Vec<(String, String)> {
    let page = person.browser.get(&hook.page).await;
    let states = page.attributes("tr[data-delivery]", "data-state");
    let words = page.texts("tr[data-delivery] td[data-label=State] small");
    let words = words.into_iter().chain(std::iter::repeat(String::new()));
    states.into_iter().zip(words).collect()
}

/// Checks as a receiver does, with nothing of ours: one of the signatures fits.
pub fn is_signed(received: &Received, secret: &str) -> bool {
    let key = BASE64.decode(secret.strip_prefix("whsec_").unwrap().as_bytes()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    let (id, at) = (received.header("webhook-id"), received.header("webhook-timestamp"));
    mac.update(format!("{id}.{at}.{}", received.body).as_bytes());
    let expected = format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes()));
    received.header("webhook-signature").split(' ').any(|signature| signature == expected)
}

#[actix_web::test]
async fn what_happened_to_a_key_is_told_signed_and_without_a_secret() {
    let (app, root, receiver, hook) = scene(Manner::Answers(204)).await;

    let id = root.create_key("/keys").await;
    deliver(&app).await;

    let received = receiver.received();
    assert_eq!(received.len(), 1, "{received:?}");
    let message = &received[0];
    assert_eq!(message.line, "POST /hook?team=1 HTTP/1.1");
    assert_eq!(message.header("host"), format!("127.0.0.1:{}", receiver.port));
    assert_eq!(message.header("content-type"), "application/json");
    assert!(is_signed(message, &hook.secret), "{message:?}");
    assert!(!is_signed(&Received { body: format!("{} ", message.body), ..message.clone() }, &hook.secret));
    assert_eq!(message.header("webhook-timestamp"), app.now().to_string());
    let body = message.json();
    let data = &body["data"];
    assert_eq!(body["type"], "keys.CreateApiKey");
    assert_eq!(data["words"], "Created a key");
    assert_eq!(data["target"]["name"], format!("root / {id}"));
    assert_eq!(data["actor"]["uin"], root.uin.as_str());
    assert_eq!(data["ip"], "127.0.0.1");
    let log = root.browser.get(&format!("/audit/{}", data["number"])).await;
    assert!(
        log.body.contains(&id) && log.body.contains(data["request_id"].as_str().unwrap()),
        "{}",
        log.body
    );
    assert_eq!(told(&root, &hook).await, [("delivered".to_owned(), "Answered 204".to_owned())]);
    deliver(&app).await;
    assert_eq!(receiver.received().len(), 1, "once");
}

#[actix_web::test]
async fn only_what_was_chosen_of_ones_own_account_is_told() {
    let (app, root, receiver, hook) = scene(Manner::Answers(200)).await;
    let rival = app.root_named("rival").await;

    rival.create_key("/keys").await;
    root.browser.submit("/groups/new", "/groups/new", &[("group_name", "developers")]).await.redirect();
    let canary = [("name", "wiki page")];
    root.grant(&app, "/canaries/new", "/canaries/new", &canary).await.redirect();
    deliver(&app).await;

    assert!(receiver.received().is_empty(), "{:?}", receiver.received());
    assert_eq!(rival.browser.get(&hook.page).await.status, StatusCode::NOT_FOUND);
    let delete = format!("{}/delete", hook.page);
    assert_eq!(rival.browser.submit("/keys", &delete, &[]).await.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn what_was_refused_is_told_to_nobody() {
    let (app, root, receiver, _) = scene(Manner::Answers(200)).await;
    let id = root.create_key("/keys").await;
    deliver(&app).await;

    // A key that is enabled is not deleted, and a third one is not made.
    root.browser.submit("/keys", &format!("/keys/{id}/delete"), &[("confirm", &id[32..])]).await;
    root.create_key("/keys").await;
    root.browser.submit("/keys", "/keys", &[]).await;
    deliver(&app).await;

    assert_eq!(receiver.received().len(), 2, "{:?}", receiver.received());
}

#[actix_web::test]
async fn what_cannot_be_told_is_not_done() {
    let (app, root, _, _) = scene(Manner::Answers(200)).await;
    let id = root.create_key("/keys").await;
    let csrf = root.browser.get("/keys").await.csrf();
    let gone = |conn: &mut Conn| {
        let change = "ALTER TABLE webhook_deliveries RENAME COLUMN body TO away";
        conn.batch_execute(change).map_err(StoreError::from)
    };
    app.app.store.write_now(gone).unwrap();

    let answer = root.browser.post(&format!("/keys/{id}/disable"), &csrf, &[]).await;

    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    let list = root.browser.get("/keys").await;
    assert_eq!(list.attribute("tr[data-secret-id]", "data-status").as_deref(), Some("enabled"));
}

#[actix_web::test]
async fn a_message_that_fails_comes_again_under_the_same_id_with_growing_pauses() {
    let (app, root, receiver, hook) = scene(Manner::Answers(500)).await;
    root.create_key("/keys").await;

    deliver(&app).await;
    let told_once = told(&root, &hook).await;
    deliver(&app).await;
    assert_eq!(receiver.received().len(), 1, "not before its time");
    receiver.change(Manner::HangsUp);
    app.wait(6);
    deliver(&app).await;
    receiver.change(Manner::Answers(200));
    app.wait(29);
    deliver(&app).await;
    assert_eq!(receiver.received().len(), 2, "the second pause is longer");
    app.wait(7);
    deliver(&app).await;

    assert_eq!(told_once[0].0, "waiting");
    assert!(told_once[0].1.starts_with("Answered 500; next at 23 Nov 2026"), "{told_once:?}");
    let received = receiver.received();
    assert_eq!(received.len(), 3);
    assert!(received.iter().all(|message| is_signed(message, &hook.secret)));
    assert!(received.iter().all(|message| message.header("webhook-id") == received[0].header("webhook-id")));
    assert_ne!(received[0].header("webhook-timestamp"), received[2].header("webhook-timestamp"));
    assert_eq!(told(&root, &hook).await, [("delivered".to_owned(), "Answered 200".to_owned())]);
}

#[actix_web::test]
async fn a_message_that_never_arrives_is_given_up_and_the_log_says_so() {
    let (app, root, receiver, hook) = scene(Manner::Answers(500)).await;
    root.create_key("/keys").await;

    for pause in [0, 6, 36, 144, 720, 4_320, 25_920, 103_680] {
        app.wait(pause);
        deliver(&app).await;
    }

    assert_eq!(receiver.received().len(), 8);
    root.sign_in(&app).await;
    assert_eq!(told(&root, &hook).await, [("given_up".to_owned(), "Answered 500".to_owned())]);
    assert_eq!(root.browser.get("/audit?event=GiveUpDelivery").await.count("tr[data-seq]"), 1);
    app.wait(DAY);
    deliver(&app).await;
    assert_eq!(receiver.received().len(), 8);
}

#[actix_web::test]
async fn a_receiver_that_is_gone_or_takes_nothing_for_days_is_told_nothing_more() {
    let (app, root, receiver, hook) = scene(Manner::Answers(410)).await;
    let id = root.create_key("/keys").await;

    deliver(&app).await;

    let page = root.browser.get(&hook.page).await;
    assert!(page.body.contains("answered 410"), "{}", page.body);
    let log = root.browser.get("/audit?event=StopWebhook").await;
    assert_eq!(log.texts("tr[data-seq] td[data-label=Who]"), ["camlock"]);
    root.browser.submit("/keys", &format!("/keys/{id}/disable"), &[]).await.redirect();
    deliver(&app).await;
    assert_eq!(receiver.received().len(), 1);

    let edit = format!("{}/edit", hook.page);
    let url = receiver.url();
    let fields = [("name", "pager"), ("url", url.as_str()), ("event", "keys"), ("enabled", "1")];
    assert_eq!(root.grant(&app, &edit, &edit, &fields).await.redirect(), hook.page);
    receiver.change(Manner::Answers(503));
    root.browser.submit("/keys", &format!("/keys/{id}/enable"), &[]).await.redirect();
    deliver(&app).await;
    for verb in ["disable", "enable", "disable", "enable", "disable"] {
        app.wait(DAY);
        root.sign_in(&app).await;
        assert!(!root.browser.get(&hook.page).await.body.contains("nothing has arrived for 5 days"));
        // Saved again as it is, it has not begun to work.
        assert_eq!(root.grant(&app, &edit, &edit, &fields).await.redirect(), hook.page);
        root.browser.submit("/keys", &format!("/keys/{id}/{verb}"), &[]).await.redirect();
        deliver(&app).await;
    }
    let page = root.browser.get(&hook.page).await;
    assert!(page.body.contains("nothing has arrived for 5 days"), "{}", page.body);
    assert_eq!(root.browser.get("/audit?event=StopWebhook").await.count("tr[data-seq]"), 2);
    let renamed = [("name", "chat"), ("url", url.as_str()), ("event", "keys")];
    assert_eq!(root.grant(&app, &edit, &edit, &renamed).await.redirect(), hook.page);
    let page = root.browser.get(&hook.page).await;
    assert!(
        page.body.contains("nothing has arrived for 5 days"),
        "it is off for that reason still: {}",
        page.body
    );
}

#[actix_web::test]
async fn a_deleted_webhook_is_told_nothing_not_even_what_waits() {
    let (app, root, receiver, hook) = scene(Manner::Answers(500)).await;
    root.create_key("/keys").await;
    deliver(&app).await;
    root.create_key("/keys").await;

    let delete = format!("{}/delete", hook.page);
    let asked = root.browser.get(&delete).await;
    assert!(asked.body.contains("Delete the webhook pager?"), "{}", asked.body);
    root.grant(&app, &delete, &delete, &[]).await.redirect();
    app.wait(10);
    deliver(&app).await;

    assert_eq!(receiver.received().len(), 1);
    assert_eq!(root.browser.get(&hook.page).await.status, StatusCode::NOT_FOUND);
    assert_eq!(root.browser.get(LIST).await.count("tr[data-webhook]"), 0);
}

#[actix_web::test]
async fn a_disabled_webhook_is_told_nothing_of_what_happened_meanwhile() {
    let (app, root, receiver, hook) = scene(Manner::Answers(200)).await;
    let edit = format!("{}/edit", hook.page);
    let url = receiver.url();
    let fields = [("name", "pager"), ("url", url.as_str()), ("event", "keys")];

    root.create_key("/keys").await;
    root.grant(&app, &edit, &edit, &fields).await.redirect();
    root.create_key("/keys").await;
    deliver(&app).await;

    assert!(receiver.received().is_empty());
    assert_eq!(told(&root, &hook).await.len(), 1);
    assert_eq!(told(&root, &hook).await[0].0, "dropped");
    let test = root.browser.submit(&hook.page, &format!("{}/test", hook.page), &[]).await;
    assert_eq!(test.redirect(), hook.page);
    assert_eq!(receiver.received().len(), 1, "a test goes out all the same");
}

#[actix_web::test]
async fn a_test_says_at_once_what_became_of_it() {
    let (app, root, receiver, hook) = scene(Manner::Answers(200)).await;
    let test = async || {
        root.browser.submit(&hook.page, &format!("{}/test", hook.page), &[]).await.redirect();
        root.browser.get(&hook.page).await.text(".flash").unwrap_or_default()
    };

    assert_eq!(test().await, "Test: Answered 200.");
    receiver.change(Manner::Answers(302));
    assert_eq!(test().await, "Test: Answered 302; redirects are not followed.");
    receiver.change(Manner::Babbles);
    assert_eq!(test().await, "Test: The answer is no HTTP.");
    receiver.change(Manner::HangsUp);
    assert_eq!(test().await, "Test: No answer within 5 seconds.");

    let received = receiver.received();
    assert_eq!(received.len(), 4, "nobody followed the redirect");
    assert_eq!(received[0].json()["type"], "test");
    assert!(is_signed(&received[0], &hook.secret));
    app.wait(60);
    deliver(&app).await;
    assert_eq!(receiver.received().len(), 4, "a test is not tried again");
}

#[actix_web::test]
async fn the_secret_is_shown_once_and_stands_nowhere_else() {
    let (_app, root, _receiver, hook) = scene(Manner::Answers(200)).await;
    let pages = [LIST.to_owned(), hook.page.clone(), format!("{}/edit", hook.page), "/audit".to_owned()];
    let key = hook.secret.trim_start_matches("whsec_");

    assert_eq!(BASE64.decode(key.as_bytes()).unwrap().len(), 32);
    for page in pages {
        let shown: Answer = root.browser.get(&page).await;
        assert_eq!(shown.status, StatusCode::OK, "{page}");
        assert!(!shown.body.contains(key), "{page}");
    }
}

#[actix_web::test]
async fn what_comes_after_the_host_of_an_address_is_in_no_log_and_for_those_alone_who_may_change_it() {
    let (app, root, receiver, hook) = scene(Manner::Answers(200)).await;
    let url = receiver.url().replace("/hook?team=1", "/hush-hush?key=sesame");
    let edit = format!("{}/edit", hook.page);
    let fields = [("name", "pager"), ("url", url.as_str()), ("event", "keys"), ("enabled", "1")];
    root.grant(&app, &edit, &edit, &fields).await.redirect();
    let reader = app.signed_in(&root, "reader", &["QcloudCamReadOnlyAccess"]).await;

    let log = root.browser.get("/audit?event=UpdateWebhook").await;
    let event = root.browser.get(&log.attribute("tr[data-seq] th a", "href").unwrap()).await;

    let told = event.text("tr[data-change=url] td[data-label=After]").unwrap();
    assert!(told.starts_with("http://127.0.0.1:") && told.contains("/… ("), "{told}");
    assert!(!event.body.contains("hush"), "{}", event.body);
    for page in [LIST, hook.page.as_str()] {
        let seen = reader.browser.get(page).await;
        assert!(seen.body.contains("pager") && !seen.body.contains("hush"), "{page}: {}", seen.body);
    }
    assert!(root.browser.get(&hook.page).await.body.contains("hush-hush?key=sesame"));
}

#[actix_web::test]
async fn one_webhook_with_very_many_messages_leaves_places_to_others() {
    let (app, _root, receiver, slow) = scene(Manner::Answers(500)).await;
    let id = slow.page.rsplit('/').next().unwrap();
    let rows: Vec<String> = (0..450)
        .map(|number| {
            format!(
                "INSERT INTO webhook_deliveries (id, webhook_id, seq, event, body, created_at, state, due_at, tries, result) \
                 VALUES ('old-{number}', '{id}', 1, 'CreateApiKey', '{{}}', {0}, 'waiting', {0}, 0, '');",
                app.now() - 60
            )
        })
        .collect();
    let fill = |conn: &mut Conn| {
        conn.batch_execute(&format!("/* test */ {}", rows.concat())).map_err(StoreError::from)
    };
    app.app.store.write_now(fill).unwrap();
    let other = app.root_named("other").await;
    let quick = Receiver::start(Manner::Answers(200)).await;
    hook(&app, &other, &quick.url(), &["keys"]).await;
    other.create_key("/keys").await;

    deliver(&app).await;

    assert_eq!((receiver.received().len(), quick.received().len()), (4, 1));
}
