//! Canary keys look like disabled keys to whoever uses them, and tell their account who that is.

use crate::support::gate::{Gateway, Wanted};
use crate::support::people::Person;
use crate::support::{Client, TestApp, code};
use camlock::app::keys::import::{Import, import_key};
use camlock::domain::canary::Canary;
use camlock::domain::key::SecretId;
use camlock::domain::secret::SecretKey;
use camlock::domain::user::Uin;
use camlock::random::Random;
use camlock::store::{Conn, StoreError, canaries};
use diesel::RunQueryDsl;
use reqwest::StatusCode;
use serde_json::{Value, json};

const NEW: &str = "/canaries/new";
const GONE: &str = "AuthFailure.SecretIdNotFound";
const HOUR: i64 = 3_600;

/// A canary that somebody makes, in the hands of whoever finds it.
pub async fn canary(app: &TestApp, person: &Person, name: &str) -> Client {
    let shown = person.grant(app, NEW, NEW, &[("name", name)]).await.redirect();
    let page = person.browser.get(&shown).await;
    let text = |id: &str| page.text(id).unwrap_or_else(|| panic!("{id} in {}", page.body));
    app.client(&text("#secret-id"), &text("#secret-key"))
}

async fn disabled_key(app: &TestApp, root: &Person) -> Client {
    let key = app.key_of(root).await;
    let answer = key.call("camlock", "QuarantineKey", json!({})).await;
    assert_eq!(code(&answer), "", "{answer}");
    key
}

/// What a request is answered with, but for the ids of it and of the key.
fn settled(client: &Client, answer: &crate::support::Answer) -> String {
    let mut text = answer.body.replace(&client.secret_id, "KEY");
    for header in ["x-request-id", "x-camlock-request-id"] {
        if let Some(id) = answer.headers.get(header) {
            text = text.replace(id.to_str().unwrap(), "REQUEST");
        }
    }
    let mut names: Vec<String> = answer.headers.iter().map(|(name, _)| name.to_string()).collect();
    names.sort();
    let reason = answer.headers.get("x-camlock-reason").map(|value| value.to_str().unwrap().to_owned());
    format!("{} {reason:?} {names:?} {text}", answer.status)
}

/// What each face answers to a request with a pair, with another secret, and with a clock that is off.
async fn answers(app: &TestApp, [gateway, vending]: [&Gateway; 2], client: &Client) -> Vec<String> {
    let mut told = Vec::new();
    let forged = app.client(&client.secret_id, &"0".repeat(32));
    let late = client.with_clock_off_by(-1_000);
    for holder in [client, &forged, &late] {
        for action in ["ListUsers", "CreateAccessKey", "QuarantineKey", "Nonsense"] {
            let service = if action == "QuarantineKey" { "camlock" } else { "cam" };
            let answer = holder.send(&holder.sign(service, action, &json!({}))).await;
            told.push(settled(client, &answer));
        }
    }
    for (holder, now) in [(client, app.now()), (&forged, app.now()), (client, app.now() - 1_000)] {
        for method in ["GET", "POST"] {
            let request = || holder.sign_aws(Wanted { method, target: "/v1/orders", body: b"", now });
            let question = request().question().to_string();
            let verdict = gateway.post(&question, &[("x-camlock-gate", &gateway.token)]).await;
            told.push(settled(client, &verdict));
            told.push(settled(client, &gateway.forward(&request(), &[]).await));
            told.push(settled(client, &gateway.ext_authz(&request()).await));
        }
    }
    let day = camlock::domain::signature::aws_date(app.now())[..8].to_owned();
    let id = &client.secret_id;
    for (route, question) in [
        (
            "/gate/signing-key",
            json!({"access_key_id": id, "date": day, "region": "eu-central-1", "service": "s3"}),
        ),
        ("/gate/evaluate", json!({"access_key_id": id, "actions": ["orders:Get"], "resources": ["/v1"]})),
        ("/gate/opa", json!({"input": {"access_key_id": id, "action": "orders:Get"}})),
    ] {
        let text = question.to_string();
        told.push(settled(
            client,
            &vending.post_to(route, &text, &[("x-camlock-gate", &vending.token)]).await,
        ));
    }
    told
}

#[actix_web::test]
async fn every_face_answers_a_canary_as_it_answers_a_disabled_key() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let (canary, disabled) = (canary(&app, &root, "wiki").await, disabled_key(&app, &root).await);
    let options = ["--vend", "--region", "eu-central-1", "--scope-service", "s3"];
    let rival = app.root_named("rival").await;
    let gateway = app.gateway(&root.owner, &[]);
    let vending = app.another_gateway(&root.owner, &options);
    let foreign = app.gateway(&rival.owner, &[]);
    let foreign_vending = app.another_gateway(&rival.owner, &options);

    for gates in [[&gateway, &vending], [&foreign, &foreign_vending]] {
        let one = answers(&app, gates, &canary).await;
        let other = answers(&app, gates, &disabled).await;
        assert_eq!(one.len(), other.len());
        for (canary, disabled) in one.iter().zip(&other) {
            assert_eq!(canary, disabled);
        }
    }
    let verdict = gateway.verdict(&canary.sign_aws(get(&app))).await;
    assert_eq!(
        (&verdict["reason"], &verdict["allowed"]),
        (&json!("disabled_key"), &json!(false)),
        "{verdict}"
    );
}

fn get(app: &TestApp) -> Wanted<'static> {
    Wanted { method: "GET", target: "/v1/orders", body: b"", now: app.now() }
}

#[actix_web::test]
async fn every_use_is_told_with_its_address_client_and_whether_the_secret_was_known() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let canary = canary(&app, &root, "wiki page").await;
    let page = format!("/canaries/{}", canary.secret_id);
    let untouched = root.browser.get("/canaries").await;
    assert!(untouched.text("tr[data-canary]").unwrap().contains("Untouched"), "{}", untouched.body);
    let gateway = app.gateway(&root.owner, &[]);

    canary.call("cam", "ListUsers", json!({})).await;
    let forged = app.client(&canary.secret_id, &"0".repeat(32));
    assert_eq!(code(&forged.call("cam", "GetUser", json!({})).await), "AuthFailure.SignatureFailure");
    gateway.verdict(&canary.sign_aws(get(&app))).await;
    let asked = json!({"access_key_id": canary.secret_id, "actions": ["orders:Get"], "resources": ["/v1"]});
    gateway.post_to("/gate/evaluate", &asked.to_string(), &[("x-camlock-gate", &gateway.token)]).await;

    let list = root.browser.get("/canaries").await;
    let row = list.text("tr[data-canary]").unwrap();
    assert!(row.contains("Used") && row.contains('4'), "{row}");
    assert_eq!(list.count(".flash.bad"), 1);
    let shown = root.browser.get(&page).await;
    let mut proofs = shown.attributes("tr[data-proof]", "data-proof");
    proofs.sort();
    assert_eq!(proofs, ["named", "signed", "signed", "wrong_signature"]);
    for told in ["127.0.0.1", "192.0.2.7", "test program", "cam:ListUsers", "Gate", "API"] {
        assert!(shown.body.contains(told), "{told}: {}", shown.body);
    }
    assert!(!shown.body.contains(&canary.secret_key) && !list.body.contains(&canary.secret_key));
}

#[actix_web::test]
async fn a_flood_leaves_a_bounded_number_of_events_and_rows() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let canary = canary(&app, &root, "wiki page").await;
    let page = format!("/canaries/{}", canary.secret_id);
    let forged = app.client(&canary.secret_id, &"0".repeat(32));
    let gateway = app.gateway(&root.owner, &[]);

    for _ in 0..40 {
        forged.call("cam", "ListUsers", json!({})).await;
        canary.call("cam", "ListUsers", json!({})).await;
    }
    let shown = root.browser.get(&page).await;
    assert_eq!(shown.count("tr[data-proof]"), 50);
    assert!(shown.body.contains("Used 80 times"), "{}", shown.body);
    assert_eq!(root.events("TouchCanary").await, 1, "one event of an address and hour");
    for number in 0..40 {
        let mut question = canary.sign_aws(get(&app)).question();
        question["source_ip"] = json!(format!("198.51.100.{number}"));
        gateway.ask(&question).await;
    }
    root.browser.get(&page).await;
    assert_eq!(root.events("TouchCanary").await, 20, "however many addresses there are");
    app.wait(HOUR);
    root.sign_in(&app).await;
    canary.call("cam", "ListUsers", json!({})).await;
    root.browser.get(&page).await;

    assert_eq!(root.events("TouchCanary").await, 21, "and one more in the next hour");
    let log = root.browser.get("/audit").await;
    assert!(!log.body.contains(&canary.secret_id), "the log does not tell which SecretId is a canary");
}

#[actix_web::test]
async fn a_deleted_canary_is_no_key_on_any_node_and_its_record_and_id_stay() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let node = app.second_node();
    let canary = canary(&app, &root, "wiki page").await;
    let gateway = app.gateway(&root.owner, &[]);
    let there = gateway.on(&node.address);
    for gate in [&gateway, &there] {
        assert_eq!(gate.verdict(&canary.sign_aws(get(&app))).await["reason"], "disabled_key");
    }

    let delete = format!("/canaries/{}/delete", canary.secret_id);
    root.grant(&app, &delete, &delete, &[]).await.redirect();

    for gate in [&gateway, &there] {
        assert_eq!(gate.verdict(&canary.sign_aws(get(&app))).await["reason"], "unknown_key");
    }
    let list = root.browser.get("/canaries").await;
    assert!(list.text("tr[data-canary]").unwrap().contains("Deleted"), "{}", list.body);
    assert_eq!(root.browser.get(&delete).await.status, StatusCode::NOT_FOUND);
    assert!(import(&app, &root.uin, &canary.secret_id).await.is_err());
}

/// Takes a pair in as the command line does; gives what it says against it.
async fn import(app: &TestApp, uin: &str, id: &str) -> Result<(), String> {
    let import = Import {
        owner: None,
        uin: Uin::parse(uin).unwrap(),
        secret_id: SecretId::parse(id).unwrap(),
        secret_key: SecretKey::generate(&Random::system()).unwrap(),
    };
    import_key(&app.app, import).await.map(|_| ()).map_err(|failure| failure.to_string())
}

/// A canary that nobody was shown.
pub fn planted(owner: &str, id: &SecretId) -> Canary {
    Canary {
        secret_id: id.clone(),
        owner_uin: Uin::parse(owner).unwrap(),
        name: "planted".to_owned(),
        created_at: 1,
        created_by: "root".to_owned(),
        deleted_at: None,
        deleted_by: String::new(),
        touches: 0,
        touched_ms: 0,
    }
}

#[actix_web::test]
async fn no_secret_id_belongs_to_a_key_and_to_a_canary_whoever_is_first() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let canary = canary(&app, &root, "wiki page").await;
    let said = import(&app, &root.uin, &canary.secret_id).await.unwrap_err();
    assert!(said.contains("exists already"), "{said}");

    let owner = root.owner.clone();
    for round in 0..12 {
        let id = SecretId::generate(&Random::system()).unwrap();
        let row = planted(&owner, &id);
        let user = app.sub_user(&root, &format!("user-{round}"), &[]).await.uin;
        let plant = app.app.store.write(move |conn: &mut Conn| canaries::insert(conn, &row, b"x"));
        let (key, canary) = futures_util::future::join(import(&app, &user, id.as_str()), plant).await;
        assert!(key.is_ok() != canary.is_ok(), "{round}: {key:?} {canary:?}");
        if let Err(error) = &canary {
            assert!(matches!(error, StoreError::Duplicate(_)), "{error}");
        }
        if let Err(text) = &key {
            assert!(text.contains("exists already"), "{text}");
        }
    }
}

#[actix_web::test]
async fn who_may_not_list_canaries_does_not_find_them_and_no_report_counts_them() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let canary = canary(&app, &root, "wiki page").await;
    let disabled = disabled_key(&app, &root).await;
    let user = app.signed_in(&root, "auditor", &["AdministratorAccess"]).await;
    let admin = app.key_for(Uin::parse(&root.owner).unwrap(), Uin::parse(&user.uin).unwrap()).await;
    let rival = app.root_named("rival").await;

    for page in ["/users?q=", "/audit?target="] {
        let found = root.browser.get(&format!("{page}{}", canary.secret_id)).await;
        assert_eq!(found.count("tr[data-uin], tr[data-seq]"), 0, "{page}: {}", found.body);
    }
    assert!(!root.browser.get("/keys").await.body.contains(&canary.secret_id));
    let deletes = async |id: &str| admin.call("cam", "DeleteAccessKey", json!({ "AccessKeyId": id })).await;
    let last_used =
        async |id: &str| admin.call("cam", "GetSecurityLastUsed", json!({ "SecretIdList": [id] })).await;
    let same = |one: Value, other: Value, id: &str| {
        let settle = |value: Value| {
            let mut value = value;
            value["RequestId"] = json!("");
            value.to_string().replace(id, "KEY").replace(&disabled.secret_id, "KEY")
        };
        assert_eq!(settle(one), settle(other));
    };
    let id = &canary.secret_id;
    same(deletes(id).await, deletes(&disabled.secret_id).await, id);
    assert_eq!(code(&last_used(id).await), code(&last_used(&disabled.secret_id).await));
    let other = rival.browser.get(&format!("/canaries/{id}")).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
    assert_eq!(rival.browser.get("/canaries").await.count("tr[data-canary]"), 0);
    assert_eq!(code(&canary.call("cam", "ListUsers", json!({})).await), GONE);
}

#[actix_web::test]
async fn a_key_of_an_account_takes_no_part_in_its_canaries_however_many_uses_wait() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let (key, canary) = (app.key_of(&root).await, canary(&app, &root, "wiki page").await);
    for _ in 0..20 {
        canary.call("cam", "CreateAccessKey", json!({})).await;
    }

    assert_eq!(code(&key.call("cam", "GetUserAppId", json!({})).await), "");
    let count = |table: &str| {
        let statement = format!("/* test */ DELETE FROM {table} WHERE secret_id = '{}'", canary.secret_id);
        app.other_connection().write_now(move |conn: &mut Conn| {
            Ok::<_, StoreError>(diesel::sql_query(&statement).execute(conn)?)
        })
    };
    root.browser.get("/canaries").await;
    for table in ["key_records", "key_hours", "key_usage", "key_refusals"] {
        assert_eq!(count(table).unwrap(), 0, "{table}");
    }
}
