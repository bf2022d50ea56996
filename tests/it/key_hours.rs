//! Who called with a key, by hour, and what was done with it, by day: numbers that no caller can make grow without bound.

use crate::support::TestApp;
use crate::support::api::{Client, code};
use camlock::app::keys::usage::flush_usage;
use camlock::domain::key::SecretId;
use camlock::domain::key_hours::{
    ALLOWED, Caller, Counted, Deed, Done, KEPT_DAYS, MOST_IN_A_DAY, MOST_IN_AN_HOUR, OTHER,
};
use camlock::store::{Conn, StoreError, key_hours};
use diesel::RunQueryDsl;
use serde_json::json;

fn id_of(client: &Client) -> SecretId {
    SecretId::parse(&client.secret_id).unwrap()
}

async fn callers(app: &TestApp, client: &Client) -> Vec<(Caller, i64)> {
    flush_usage(&app.app).await.unwrap();
    let id = id_of(client);
    app.app.store.read(move |conn| key_hours::callers(conn, &id, 0)).await.unwrap()
}

async fn deeds(app: &TestApp, client: &Client) -> Vec<(Deed, Done)> {
    flush_usage(&app.app).await.unwrap();
    let id = id_of(client);
    app.app.store.read(move |conn| key_hours::deeds(conn, &id, 0)).await.unwrap()
}

fn calls(callers: &[(Caller, i64)], outcome: &str) -> i64 {
    callers.iter().filter(|(caller, _)| caller.outcome == outcome).map(|(_, calls)| calls).sum()
}

#[actix_web::test]
async fn calls_are_counted_by_client_network_and_outcome() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    for _ in 0..3 {
        client.call("cam", "GetUserAppId", json!({})).await;
    }
    client.call("cam", "GetUser", json!({"Name": "nobody"})).await;
    let forger = app.client(&client.secret_id, &"x".repeat(32));
    assert_eq!(code(&forger.call("cam", "GetUserAppId", json!({})).await), "AuthFailure.SignatureFailure");
    let holder = app.key_of(&root).await;
    let off = json!({"AccessKeyId": client.secret_id, "Status": "Inactive"});
    assert_eq!(code(&holder.call("cam", "UpdateAccessKey", off).await), "");
    client.call("cam", "GetUserAppId", json!({})).await;

    let found = callers(&app, &client).await;
    assert_eq!(calls(&found, ALLOWED), 3);
    assert_eq!(calls(&found, "ResourceNotFound.UserNotExist"), 1);
    assert_eq!(calls(&found, "disabled_key"), 1);
    let forged: Vec<_> = found.iter().filter(|(caller, _)| caller.client.is_empty()).collect();
    assert_eq!(forged.len(), 1, "who did not prove to hold the key says nothing of the client: {found:?}");
    assert!(found.iter().all(|(caller, _)| caller.network == "127.0.0.0/24" && caller.hour % 3600 == 0));
    assert!(found.iter().any(|(caller, _)| caller.client == "test"), "{found:?}");

    let done = deeds(&app, &client).await;
    assert_eq!(done.len(), 1, "only what was carried out: {done:?}");
    assert_eq!((done[0].0.service.as_str(), done[0].0.action.as_str()), ("cam", "GetUserAppId"));
    assert_eq!(done[0].1, Done { allowed: 3, last_at: app.now() });

    let page = root.browser.get(&format!("/keys/{}/records", client.secret_id)).await;
    let row = page.body.split("<tr data-client=\"test\"").nth(1).unwrap();
    assert!(
        row.contains("127.0.0.0/24")
            && page.body.contains("<small class=\"mono\">disabled_key</small>")
            && page.body.contains("counted as <code>other</code>")
    );
}

#[actix_web::test]
async fn nobody_fills_the_numbers_of_a_key_on_however_many_nodes_it_is_tried() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let id = id_of(&client);
    let (one, two) = (app.other_connection(), app.other_connection());
    let batch = |from: usize| {
        let mut counted = Counted::default();
        for number in from..from + 50 {
            let caller = Caller {
                hour: 3_600,
                service: "cam".to_owned(),
                network: "203.0.113.0/24".to_owned(),
                client: format!("client/{number}"),
                outcome: ALLOWED.to_owned(),
            };
            counted.callers.insert(caller, 2);
        }
        for number in from * 8..from * 8 + 400 {
            let deed = Deed {
                day: 86_400,
                service: "orders".to_owned(),
                action: format!("Action{number}"),
                resource: String::new(),
            };
            counted.deeds.insert(deed, Done { allowed: 1, last_at: 5 });
        }
        counted
    };
    let add = |store: &camlock::store::Store, from: usize| {
        let (store, id, counted) = (store.clone(), id.clone(), batch(from));
        std::thread::spawn(move || {
            let added = store.write_now(|conn: &mut Conn| key_hours::add(conn, &id, &counted));
            added.unwrap();
        })
    };
    for from in [0, 100] {
        let both = [add(&one, from), add(&two, from + 50)];
        for thread in both {
            thread.join().unwrap();
        }
    }

    let found = callers(&app, &client).await;
    assert!(found.len() <= MOST_IN_AN_HOUR, "{} rows", found.len());
    assert_eq!(calls(&found, ALLOWED), 400, "none is lost");
    assert!(found.iter().any(|(caller, _)| caller.client == OTHER));
    let done = deeds(&app, &client).await;
    assert!(done.len() <= MOST_IN_A_DAY, "{} rows", done.len());
    assert_eq!(done.iter().map(|(_, done)| done.allowed).sum::<i64>(), 1_600);
    assert!(done.iter().any(|(deed, _)| deed.action == OTHER));
}

#[actix_web::test]
async fn what_cannot_be_written_is_kept_and_counted_once() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let store = app.other_connection();
    let run = |statement: &'static str| {
        let ran = store
            .write_now(|conn: &mut Conn| Ok::<_, StoreError>(diesel::sql_query(statement).execute(conn)?));
        ran.unwrap();
    };
    client.call("cam", "GetUserAppId", json!({})).await;
    run("ALTER TABLE key_hours RENAME TO away");
    assert!(flush_usage(&app.app).await.is_err());
    client.call("cam", "GetUserAppId", json!({})).await;
    assert!(flush_usage(&app.app).await.is_err());
    run("ALTER TABLE away RENAME TO key_hours");

    assert_eq!(calls(&callers(&app, &client).await, ALLOWED), 2);
    assert_eq!(calls(&callers(&app, &client).await, ALLOWED), 2, "a second time adds nothing");
    assert_eq!(deeds(&app, &client).await[0].1.allowed, 2);
}

#[actix_web::test]
async fn the_numbers_outlive_the_key_and_go_after_35_days() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;
    let (client, keeper) = (app.key_of(&root).await, app.key_of(&root).await);
    client.call("cam", "GetUserAppId", json!({})).await;
    flush_usage(&app.app).await.unwrap();
    assert_eq!(
        code(&keeper.call("cam", "DeleteAccessKey", json!({"AccessKeyId": client.secret_id})).await),
        ""
    );

    assert_eq!(calls(&callers(&app, &client).await, ALLOWED), 1);
    app.wait((KEPT_DAYS - 1) * 86_400);
    camlock::app::session::sweep(&app.app).await.unwrap();
    assert_eq!(calls(&callers(&app, &client).await, ALLOWED), 1);
    app.wait(2 * 86_400);
    camlock::app::session::sweep(&app.app).await.unwrap();
    assert!(callers(&app, &client).await.is_empty() && deeds(&app, &client).await.is_empty());
}

#[actix_web::test]
async fn many_keys_at_once_are_written_in_parts_and_none_is_left_out() {
    let app = TestApp::spawn();
    let root = app.key_of(&app.bare_root("root").await).await;
    let mut clients = Vec::new();
    for number in 0..40 {
        let user = root.call("cam", "AddUser", json!({"Name": format!("u{number}"), "UseApi": 1})).await;
        clients.push(app.client(user["SecretId"].as_str().unwrap(), user["SecretKey"].as_str().unwrap()));
    }
    for client in &clients {
        for _ in 0..2 {
            client.call("cam", "GetUserAppId", json!({})).await;
        }
    }
    for client in &clients {
        assert_eq!(calls(&callers(&app, client).await, ALLOWED), 2);
    }
}
