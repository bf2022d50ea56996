//! The secret of a webhook renewed: shown once, and for a day messages are signed with the former one too.

use crate::support::people::Person;
use crate::support::receiver::{Manner, Received, Receiver};
use crate::support::{Answer, Client, TestApp, code};
use crate::webhooks::{Hook, LIST, PRIVATE, hook, is_signed};
use camlock::app::session::sweep;
use camlock::app::webhooks::outbox::deliver_due;
use camlock::store::{Conn, StoreError};
use data_encoding::BASE64;
use diesel::sql_types::BigInt;
use diesel::{QueryableByName, RunQueryDsl};
use serde_json::{Value, json};

const DAY: i64 = 86_400;

struct Scene {
    app: TestApp,
    root: Person,
    receiver: Receiver,
    hook: Hook,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::spawn_with(&[PRIVATE]);
        let root = app.root().await;
        let receiver = Receiver::start(Manner::Answers(204)).await;
        let hook = hook(&app, &root, &receiver.url(), &["keys"]).await;
        Self { app, root, receiver, hook }
    }

    /// The address of the page that shows the new secret once.
    async fn renew(&self) -> String {
        let renew = format!("{}/renew", self.hook.page);
        self.root.grant(&self.app, &renew, &renew, &[]).await.redirect()
    }

    async fn renewed(&self) -> String {
        let page = self.root.browser.get(&self.renew().await).await;
        page.text("#webhook-secret").unwrap_or_else(|| panic!("no secret: {}", page.body))
    }

    /// A message that is sent now.
    async fn message(&self) -> Received {
        self.root.browser.submit(&self.hook.page, &format!("{}/test", self.hook.page), &[]).await.redirect();
        self.receiver.received().pop().expect("a message")
    }

    async fn page(&self) -> Answer {
        self.root.browser.get(&self.hook.page).await
    }

    fn id(&self) -> &str {
        self.hook.page.rsplit('/').next().unwrap()
    }
}

/// How many signatures a message has.
fn signatures(message: &Received) -> usize {
    message.header("webhook-signature").split(' ').count()
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Former secrets that are kept.
fn kept(app: &TestApp) -> i64 {
    let count = |conn: &mut Conn| {
        let asked = "/* test */ SELECT COUNT(*) AS count FROM webhooks WHERE former_secret IS NOT NULL";
        Ok::<_, StoreError>(diesel::sql_query(asked).get_result::<Count>(conn)?.count)
    };
    app.app.store.write_now(count).unwrap()
}

#[actix_web::test]
async fn a_renewed_secret_is_shown_once_and_for_a_day_the_former_one_signs_too() {
    let scene = Scene::new().await;
    let shown = scene.renew().await;
    let renewed_at = scene.app.now();
    let page = scene.root.browser.get(&shown).await;
    let new = page.text("#webhook-secret").unwrap();

    let message = scene.message().await;

    assert_ne!(new, scene.hook.secret);
    assert_eq!(BASE64.decode(new.strip_prefix("whsec_").unwrap().as_bytes()).unwrap().len(), 32);
    assert!(is_signed(&message, &new) && is_signed(&message, &scene.hook.secret), "{message:?}");
    assert_eq!(signatures(&message), 2);
    assert_eq!(scene.root.browser.get(&shown).await.redirect(), LIST, "once");
    assert!(scene.page().await.body.contains("with the former one too"));
    assert_eq!(scene.root.events("RenewWebhookSecret").await, 1);
    for page in [scene.page().await, scene.root.browser.get("/audit").await] {
        assert!(!page.body.contains(new.trim_start_matches("whsec_")), "{}", page.body);
    }

    scene.app.wait(renewed_at + DAY - 61 - scene.app.now());
    scene.root.sign_in(&scene.app).await;
    scene.app.wait(renewed_at + DAY - 1 - scene.app.now());
    assert_eq!(signatures(&scene.message().await), 2, "to the last second");
    sweep(&scene.app.app).await.unwrap();
    assert_eq!(kept(&scene.app), 1);
    scene.app.wait(1);
    let message = scene.message().await;
    assert!(is_signed(&message, &new) && !is_signed(&message, &scene.hook.secret), "{message:?}");
    assert_eq!(signatures(&message), 1);
    assert!(!scene.page().await.body.contains("with the former one too"));
    sweep(&scene.app.app).await.unwrap();
    assert_eq!(kept(&scene.app), 0, "deleted");
}

#[actix_web::test]
async fn what_is_sent_by_itself_has_both_signatures_on_every_node() {
    let scene = Scene::new().await;
    let new = scene.renewed().await;
    let node = scene.app.second_node();

    scene.root.create_key("/keys").await;
    deliver_due(&node.app).await.unwrap();

    let message = scene.receiver.received().pop().expect("a message");
    assert!(is_signed(&message, &new) && is_signed(&message, &scene.hook.secret), "{message:?}");
}

#[actix_web::test]
async fn renewed_again_the_one_from_before_the_first_signs_no_more() {
    let scene = Scene::new().await;
    let (first, second) = (scene.renewed().await, scene.renewed().await);

    let message = scene.message().await;

    assert!(is_signed(&message, &first) && is_signed(&message, &second), "{message:?}");
    assert!(!is_signed(&message, &scene.hook.secret), "{message:?}");
    assert!(
        scene.root.browser.get(&format!("{}/renew", scene.hook.page)).await.body.contains("no more at once")
    );
}

#[actix_web::test]
async fn renewing_asks_for_a_code_and_a_form_that_is_sent_twice_renews_once() {
    let scene = Scene::new().await;
    let renew = format!("{}/renew", scene.hook.page);
    scene.app.wait(601);
    let asked = scene.root.browser.submit(&renew, &renew, &[]).await.redirect();
    assert!(asked.starts_with("/verify?"), "{asked}");
    assert_eq!(signatures(&scene.message().await), 1, "nothing is done before the code");
    scene.root.pass(&scene.app, &asked).await.redirect();
    assert_eq!(scene.root.events("RenewWebhookSecret").await, 1);

    let page = scene.root.browser.get(&renew).await;
    let (one, two) = (
        scene.root.browser.send_form(&page, &renew, &[]).await,
        scene.root.browser.send_form(&page, &renew, &[]).await,
    );

    assert_eq!(one.redirect(), two.redirect());
    assert_eq!(scene.root.events("RenewWebhookSecret").await, 2);
}

async fn call(client: &Client, action: &str, id: &str) -> Value {
    client.call("camlock", action, json!({ "WebhookId": id })).await
}

#[actix_web::test]
async fn a_program_renews_a_secret_once_for_a_signature_and_hears_until_when_the_former_one_signs() {
    let scene = Scene::new().await;
    let client = scene.app.key_of(&scene.root).await;
    let node = scene.app.second_node();
    let signed = client.sign("camlock", "RenewWebhookSecret", &json!({ "WebhookId": scene.id() }));

    let there = client.on(&node.address);
    let (one, two) = tokio::join!(client.response(&signed), there.response(&signed));

    let codes = [code(&one), code(&two)];
    assert!(codes.contains(&"") && codes.contains(&"RequestLimitExceeded"), "{one} {two}");
    let told = if codes[0].is_empty() { &one["Webhook"] } else { &two["Webhook"] };
    let new = told["Secret"].as_str().unwrap();
    let until = told["FormerSecretUntil"].as_str().unwrap().to_owned();
    let message = scene.message().await;
    assert!(is_signed(&message, new) && is_signed(&message, &scene.hook.secret), "{message:?}");
    let listed = client.call("camlock", "ListWebhooks", json!({})).await;
    assert_eq!(listed["Webhooks"][0]["FormerSecretUntil"], json!(until));
    assert!(!listed.to_string().contains(new.trim_start_matches("whsec_")));
    scene.app.wait(DAY);
    let listed = client.call("camlock", "ListWebhooks", json!({})).await;
    assert_eq!(listed["Webhooks"][0]["FormerSecretUntil"], Value::Null);
    assert_eq!(code(&call(&client, "RenewWebhookSecret", "0123456789abcdef").await), "ResourceNotFound");
}

#[actix_web::test]
async fn a_program_reads_what_became_of_the_newest_messages() {
    let scene = Scene::new().await;
    let client = scene.app.key_of(&scene.root).await;
    deliver_due(&scene.app.app).await.unwrap();
    scene.app.wait(1);
    scene.message().await;
    scene.receiver.change(Manner::Answers(503));
    scene.app.wait(1);
    scene.root.create_key("/keys").await;
    deliver_due(&scene.app.app).await.unwrap();

    let told = call(&client, "ListWebhookDeliveries", scene.id()).await;

    let [newest, test, imported] = told["Deliveries"].as_array().unwrap().as_slice() else {
        panic!("{told}")
    };
    let received = scene.receiver.received();
    let ids: Vec<&str> = received.iter().map(|message| message.header("webhook-id")).collect();
    assert_eq!(
        [&imported["MessageId"], &test["MessageId"], &newest["MessageId"]],
        [ids[0], ids[1], ids[2]],
        "{told}"
    );
    assert_eq!(
        [&test["Event"], &test["State"], &test["Result"], &test["Status"], &test["Number"], &test["DueAt"]],
        [&json!("test"), &json!("delivered"), &json!("taken"), &json!(204), &Value::Null, &Value::Null]
    );
    assert_eq!(
        [&newest["Event"], &newest["State"], &newest["Result"], &newest["Status"], &newest["Tries"]],
        [&json!("CreateApiKey"), &json!("waiting"), &json!("status"), &json!(503), &json!(1)]
    );
    assert_eq!(newest["Number"], received[2].json()["data"]["number"]);
    assert!(newest["DueAt"].is_string() && newest["TriedAt"].is_string(), "{newest}");
    let rows = scene.page().await.attributes("tr[data-delivery]", "data-delivery");
    assert_eq!(rows, [ids[2], ids[1], ids[0]], "as on the page");
    let rival = scene.app.root_named("rival").await;
    let theirs = scene.app.key_of(&rival).await;
    assert_eq!(code(&call(&theirs, "ListWebhookDeliveries", scene.id()).await), "ResourceNotFound");
}
