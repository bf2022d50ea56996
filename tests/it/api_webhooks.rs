//! Webhooks by signed calls: made, listed, changed, tried and deleted by the same deeds as on their pages.

use crate::support::people::Person;
use crate::support::receiver::{Manner, Receiver};
use crate::support::{Client, TestApp, code};
use crate::webhooks::{LIST, PRIVATE, is_signed};
use camlock::app::webhooks::outbox::deliver_due;
use serde_json::{Value, json};

const DENIED: &str = "AuthFailure.UnauthorizedOperation";
const ACTIONS: [&str; 7] = [
    "ListWebhooks",
    "ListWebhookDeliveries",
    "CreateWebhook",
    "UpdateWebhook",
    "DeleteWebhook",
    "TestWebhook",
    "RenewWebhookSecret",
];

/// The permission that policies are asked about for a call of that name.
fn permission_of(action: &str) -> &str {
    match action {
        "ListWebhookDeliveries" => "ListWebhooks",
        "TestWebhook" | "RenewWebhookSecret" => "UpdateWebhook",
        own => own,
    }
}

async fn call(client: &Client, action: &str, body: Value) -> Value {
    client.call("camlock", action, body).await
}

/// A webhook for keys at a receiver; gives what the answer has of it.
async fn made(client: &Client, receiver: &Receiver) -> Value {
    let body = json!({ "Name": "pager", "Url": receiver.url(), "Topics": ["keys"] });
    let answer = call(client, "CreateWebhook", body).await;
    assert_eq!(code(&answer), "", "{answer}");
    answer["Webhook"].clone()
}

async fn events(root: &Person, event: &str) -> usize {
    root.browser.get(&format!("/audit?event={event}")).await.count("tr[data-seq]")
}

/// The key of a sub-user who may do one thing, in that account.
async fn holder(app: &TestApp, root: &Person, action: &str) -> Client {
    let text = format!(
        r#"{{"version":"2.0","statement":[{{"effect":"allow","action":"camlock:{action}","resource":"*"}}]}}"#
    );
    let fields = [("name", action), ("document", text.as_str())];
    root.grant(app, "/policies/new", "/policies/new", &fields).await.redirect();
    app.key_of(&app.sub_user(root, &action.to_lowercase(), &[action]).await).await
}

#[actix_web::test]
async fn a_program_makes_a_webhook_hears_its_secret_once_and_messages_are_signed_with_it() {
    let app = TestApp::spawn_with(&[PRIVATE]);
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let receiver = Receiver::start(Manner::Answers(204)).await;

    let made = made(&client, &receiver).await;

    let (id, secret) = (made["WebhookId"].as_str().unwrap(), made["Secret"].as_str().unwrap());
    assert_eq!((&made["Topics"], &made["IsEnabled"]), (&json!(["keys"]), &json!(true)), "{made}");
    assert_eq!((&made["LastSentAt"], &made["StoppedFor"]), (&Value::Null, &Value::Null));
    root.create_key("/keys").await;
    deliver_due(&app.app).await.unwrap();
    let received = receiver.received();
    assert!(received.len() == 1 && is_signed(&received[0], secret), "{received:?}");
    let listed = call(&client, "ListWebhooks", json!({})).await;
    let row = &listed["Webhooks"][0];
    assert_eq!((&row["WebhookId"], &row["Url"]), (&json!(id), &json!(receiver.url())), "{listed}");
    assert_eq!((&row["LastResult"], &row["LastStatus"]), (&json!("taken"), &json!(204)), "{listed}");
    assert!(!listed.to_string().contains(secret.trim_start_matches("whsec_")), "shown once");
    let page = root.browser.get(LIST).await;
    assert_eq!(page.attributes("tr[data-webhook]", "data-webhook"), [id], "the page has it too");
    assert_eq!(events(&root, "CreateWebhook").await, 1);
}

#[actix_web::test]
async fn a_change_leaves_what_it_does_not_name_and_a_deleted_one_is_gone() {
    let app = TestApp::spawn_with(&[PRIVATE]);
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let receiver = Receiver::start(Manner::Answers(200)).await;
    let made = made(&client, &receiver).await;
    let id = &made["WebhookId"];
    let update = async |more: Value| {
        let mut body = json!({ "WebhookId": id });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        call(&client, "UpdateWebhook", body).await["Webhook"].clone()
    };

    let strict = app.node_with(&[("CAMLOCK_WEBHOOKS__ALLOW_PRIVATE", "false")]);
    let there = client.on(&strict.address);
    let moved = json!({ "WebhookId": id, "IsEnabled": false, "Url": "http://127.0.0.1:9/" });
    let refused = call(&there, "UpdateWebhook", moved).await;
    assert_eq!(code(&refused), "InvalidParameterValue", "{refused}");
    let off = call(&there, "UpdateWebhook", json!({ "WebhookId": id, "IsEnabled": false })).await;
    let off = off["Webhook"].clone();
    let renamed = update(json!({ "Name": "chat", "Topics": ["canaries", "locks"] })).await;

    assert_eq!((&off["Name"], &off["Url"]), (&made["Name"], &made["Url"]), "{off}");
    assert_eq!((&off["IsEnabled"], &renamed["IsEnabled"]), (&json!(false), &json!(false)));
    assert_eq!((&renamed["Name"], &renamed["Url"]), (&json!("chat"), &made["Url"]), "{renamed}");
    assert_eq!(renamed["Topics"], json!(["canaries", "locks"]));
    assert_eq!(renamed["Secret"], Value::Null, "the secret stays and is not told again");
    root.create_key("/keys").await;
    deliver_due(&app.app).await.unwrap();
    assert!(receiver.received().is_empty(), "it is off");
    assert_eq!(events(&root, "UpdateWebhook").await, 2);
    let deleted = call(&client, "DeleteWebhook", json!({ "WebhookId": id })).await;
    assert_eq!(code(&deleted), "", "{deleted}");
    assert_eq!(call(&client, "ListWebhooks", json!({})).await["Webhooks"], json!([]));
    for action in
        ["UpdateWebhook", "DeleteWebhook", "TestWebhook", "RenewWebhookSecret", "ListWebhookDeliveries"]
    {
        let again = call(&client, action, json!({ "WebhookId": id })).await;
        assert_eq!(code(&again), "ResourceNotFound", "{action}: {again}");
        assert!(again["Error"]["Message"].as_str().unwrap().contains(id.as_str().unwrap()), "{again}");
    }
    assert_eq!(events(&root, "DeleteWebhook").await, 1);
}

#[actix_web::test]
async fn a_test_says_at_once_what_became_of_it() {
    let app = TestApp::spawn_with(&[PRIVATE]);
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let receiver = Receiver::start(Manner::Answers(204)).await;
    let made = made(&client, &receiver).await;
    let test = async || {
        let answer = call(&client, "TestWebhook", json!({ "WebhookId": made["WebhookId"] })).await;
        answer["Test"].clone()
    };

    assert_eq!(test().await, json!({ "IsTaken": true, "Result": "taken", "Status": 204 }));
    receiver.change(Manner::Answers(503));
    assert_eq!(test().await, json!({ "IsTaken": false, "Result": "status", "Status": 503 }));
    receiver.change(Manner::HangsUp);
    assert_eq!(test().await, json!({ "IsTaken": false, "Result": "no_answer", "Status": null }));

    let received = receiver.received();
    assert_eq!((received.len(), &received[0].json()["type"]), (3, &json!("test")));
    assert!(is_signed(&received[0], made["Secret"].as_str().unwrap()));
    assert_eq!(events(&root, "TestWebhook").await, 3);
}

#[actix_web::test]
async fn each_takes_the_permission_of_its_page_and_nobody_reaches_another_accounts() {
    let app = TestApp::spawn_with(&[PRIVATE]);
    let (root, rival) = (app.root().await, app.root_named("rival").await);
    let receiver = Receiver::start(Manner::Answers(200)).await;
    let made = made(&app.key_of(&root).await, &receiver).await;
    let body = |action: &str| match action {
        "ListWebhooks" => json!({}),
        "CreateWebhook" => json!({ "Name": "second", "Url": receiver.url() }),
        _ => json!({ "WebhookId": made["WebhookId"] }),
    };

    for permission in ["ListWebhooks", "CreateWebhook", "UpdateWebhook"] {
        let client = holder(&app, &root, permission).await;
        for action in ACTIONS {
            let may = permission_of(action) == permission;
            let answer = call(&client, action, body(action)).await;
            assert_eq!(code(&answer), if may { "" } else { DENIED }, "{permission}, {action}: {answer}");
            assert!(
                action != "ListWebhooks" || !answer.to_string().contains("team=1"),
                "what comes after the host is for those who may change it: {answer}"
            );
        }
    }
    let theirs = app.key_of(&rival).await;
    assert_eq!(call(&theirs, "ListWebhooks", json!({})).await["Webhooks"], json!([]));
    for action in
        ["UpdateWebhook", "DeleteWebhook", "TestWebhook", "RenewWebhookSecret", "ListWebhookDeliveries"]
    {
        let answer = call(&theirs, action, body(action)).await;
        let missing = call(&theirs, action, json!({ "WebhookId": "0123456789abcdef" })).await;
        assert_eq!(code(&answer), "ResourceNotFound", "{action}: {answer}");
        assert_eq!(code(&missing), code(&answer), "as one that is not there");
    }
    assert_eq!(receiver.received().len(), 1, "of all tests one was allowed");
    let deleter = holder(&app, &root, "DeleteWebhook").await;
    assert_eq!(code(&call(&deleter, "DeleteWebhook", body("DeleteWebhook")).await), "");
}

#[actix_web::test]
async fn what_does_not_fit_has_a_code_and_a_sentence_in_either_language() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let new = |name: &str, url: &str| json!({ "Name": name, "Url": url });
    let good = "https://1.1.1.1/hook";
    assert_eq!(code(&call(&client, "CreateWebhook", new("pager", good)).await), "");

    for (body, expected) in [
        (json!({ "Url": good }), "MissingParameter"),
        (json!({ "Name": "chat" }), "MissingParameter"),
        (json!({ "Name": "chat", "Url": good, "Colour": "red" }), "UnknownParameter"),
        (json!({ "Name": "chat", "Url": good, "Topics": "keys" }), "InvalidParameter"),
        (json!({ "Name": "chat", "Url": good, "Topics": ["keys", "weather"] }), "InvalidParameterValue"),
        (new("pager", good), "InvalidParameterValue"),
        (new("chat", "http://1.1.1.1/"), "InvalidParameterValue"),
        (new("chat", "https://127.0.0.1/"), "InvalidParameterValue"),
        (new("chat", "https://no-such-name.invalid/"), "InvalidParameterValue"),
        (new("chat", "https://user:pass@1.1.1.1/"), "InvalidParameterValue"),
        (new("chat", "nowhere"), "InvalidParameterValue"),
    ] {
        let answer = call(&client, "CreateWebhook", body.clone()).await;
        let mut signed = client.sign("camlock", "CreateWebhook", &body);
        signed.set("x-tc-language", "zh-CN");
        let chinese = client.response(&signed).await;
        let text = chinese["Error"]["Message"].as_str().unwrap();
        assert_eq!((code(&answer), code(&chinese)), (expected, expected), "{body}: {answer}");
        assert!(text.chars().any(|c| matches!(c, '\u{4E00}'..='\u{9FFF}')), "{body}: {text}");
    }
    for number in 1..20 {
        let answer = call(&client, "CreateWebhook", new(&format!("pager {number}"), good)).await;
        assert_eq!(code(&answer), "", "{answer}");
    }
    let beyond = call(&client, "CreateWebhook", new("one more", good)).await;
    assert_eq!(code(&beyond), "OperationDenied.WebhookOverLimit", "{beyond}");
}

#[actix_web::test]
async fn the_same_signature_makes_one_webhook() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let body = json!({ "Name": "pager", "Url": "https://1.1.1.1/hook" });
    let signed = client.sign("camlock", "CreateWebhook", &body);

    let first = client.response(&signed).await;
    let second = client.response(&signed).await;

    assert_eq!((code(&first), code(&second)), ("", "RequestLimitExceeded"), "{first} {second}");
    let listed = call(&client, "ListWebhooks", json!({})).await;
    assert_eq!(listed["Webhooks"].as_array().map(Vec::len), Some(1), "{listed}");
}
