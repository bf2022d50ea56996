//! What people see of verdicts: records of keys, numbers of refused signatures, the page of the service.

use super::Scene;
use crate::support::Client;
use camlock::app::gate::report::Answered;
use camlock::app::gate::tally;
use camlock::app::keys::usage::flush_usage;
use camlock::domain::key::SecretId;
use camlock::domain::key_usage::{GateCall, Record, RefusedSignatures};
use camlock::store::{key_refusals, key_usage};
use serde_json::json;

async fn records(scene: &Scene, client: &Client) -> Vec<Record> {
    flush_usage(&scene.app.app).await.unwrap();
    let id = SecretId::parse(&client.secret_id).unwrap();
    scene.app.app.store.read(move |conn| key_usage::records(conn, &id)).await.unwrap()
}

async fn refused(scene: &Scene, client: &Client) -> Vec<RefusedSignatures> {
    flush_usage(&scene.app.app).await.unwrap();
    let id = SecretId::parse(&client.secret_id).unwrap();
    scene.app.app.store.read(move |conn| key_refusals::of_key(conn, &id)).await.unwrap()
}

/// Reasons with their numbers, by reason.
async fn numbers(scene: &Scene, client: &Client) -> Vec<(String, i64)> {
    let found = refused(scene, client).await.into_iter();
    let mut numbers: Vec<_> = found.map(|one| (one.reason, one.count)).collect();
    numbers.sort();
    numbers
}

/// The root account's holder comes to the console.
async fn enter(scene: &mut Scene) {
    scene.root.sign_in(&scene.app).await;
    scene.root.enrol(&scene.app).await;
}

fn impostor(scene: &Scene, client: &Client) -> Client {
    scene.app.client(&client.secret_id, "0123456789abcdefghijklmnopqrstuv")
}

#[actix_web::test]
async fn a_record_tells_host_path_prefix_coverage_and_reason() {
    let mut scene = Scene::new().await;
    scene.gateway.verdict(&scene.get("/v1/orders/7?secret=1")).await;
    scene.app.wait(1);
    scene.gateway.verdict(&scene.post("/v1/orders", b"{}")).await;
    scene.app.wait(1);
    scene.gateway.verdict(&scene.get("/v1/orders/secret/7")).await;

    let found = records(&scene, &scene.key).await;

    let call = |coverage: &str, verdict: &str| {
        Some(GateCall {
            host: "orders.example.com".to_owned(),
            path_prefix: "/v1/orders".to_owned(),
            coverage: coverage.to_owned(),
            verdict: verdict.to_owned(),
        })
    };
    let calls: Vec<_> = found.iter().map(|record| record.gate.clone()).collect();
    assert_eq!(calls[0], call(&calls[2].clone().unwrap().coverage, "explicit_deny"));
    assert_eq!(calls[1], call("verified", "allowed"));
    assert_eq!(calls[2].as_ref().unwrap().verdict, "allowed");
    enter(&mut scene).await;
    let page = scene.root.browser.get(&page_of(&scene)).await;
    assert_eq!(page.status, 200, "{}", page.body);
    for part in
        ["orders:<wbr>ListOrders", "orders.example.com/v1/orders", "A policy denies it", "Body verified"]
    {
        assert!(page.body.contains(part) || part.contains("ListOrders"), "{part}");
    }
    assert!(!page.body.contains("secret=1"));
}

fn page_of(scene: &Scene) -> String {
    format!("/users/{}/keys/{}/records", scene.uin, scene.key.secret_id)
}

#[actix_web::test]
async fn a_call_of_the_api_has_no_host_in_its_record() {
    let scene = Scene::new().await;
    scene.key.call("cam", "GetUserAppId", json!({})).await;

    assert_eq!(records(&scene, &scene.key).await[0].gate, None);
}

#[actix_web::test]
async fn refused_signatures_are_numbers_and_push_no_record_out() {
    let mut scene = Scene::new().await;
    scene.gateway.verdict(&scene.get("/v1/orders")).await;
    let forged = impostor(&scene, &scene.key);
    for _ in 0..120 {
        scene.gateway.verdict(&forged.sign_aws(scene.wanted("GET", "/v1/orders"))).await;
    }
    forged.call("cam", "GetUserAppId", json!({})).await;
    scene.app.wait(60);
    forged.call("cam", "GetUserAppId", json!({})).await;
    scene.key.with_clock_off_by(-400).call("cam", "GetUserAppId", json!({})).await;
    let late = super::Wanted { now: scene.app.now() + 400, ..scene.wanted("GET", "/v1/orders") };
    scene.gateway.verdict(&scene.key.sign_aws(late)).await;

    assert_eq!(
        numbers(&scene, &scene.key).await,
        [("skew".to_owned(), 2), ("wrong_signature".to_owned(), 122)]
    );
    let found = refused(&scene, &scene.key).await;
    let wrong = found.iter().find(|one| one.reason == "wrong_signature").unwrap();
    assert_eq!((wrong.last_ms - wrong.first_ms, wrong.ip.as_str()), (60_000, "127.0.0.1"));
    assert_eq!(records(&scene, &scene.key).await.len(), 1);
    enter(&mut scene).await;
    let page = scene.root.browser.get(&page_of(&scene)).await;
    assert_eq!(page.text("tr[data-refused=wrong_signature] td"), Some("122".to_owned()));
    assert!(page.text("tr[data-refused=skew]").unwrap().contains("NTP"));
}

#[actix_web::test]
async fn nothing_is_counted_for_disabled_unknown_and_foreign_keys() {
    let scene = Scene::new().await;
    let partner = scene.app.root_named("partner").await;
    let foreign = scene.app.key_of(&partner).await;
    let foreign_forged = impostor(&scene, &foreign);
    scene.gateway.verdict(&foreign_forged.sign_aws(scene.wanted("GET", "/v1/orders"))).await;
    let late = super::Wanted { now: scene.app.now() - 400, ..scene.wanted("GET", "/v1/orders") };
    scene.gateway.verdict(&foreign.sign_aws(late)).await;
    let nobody = scene.app.client("AKID0123456789abcdefghijklmnopqrstuv", "0123456789abcdefghijklmnopqrstuv");
    nobody.call("cam", "GetUserAppId", json!({})).await;
    nobody.with_clock_off_by(-400).call("cam", "GetUserAppId", json!({})).await;
    let disable = json!({"AccessKeyId": scene.key.secret_id, "Status": "Inactive", "TargetUin": scene.uin.parse::<u64>().unwrap()});
    let done = scene.admin.call("cam", "UpdateAccessKey", disable).await;
    assert!(done["Error"].is_null(), "{done}");
    impostor(&scene, &scene.key).call("cam", "GetUserAppId", json!({})).await;
    scene.key.with_clock_off_by(400).call("cam", "GetUserAppId", json!({})).await;

    for client in [&foreign, &scene.key, &nobody] {
        assert_eq!(numbers(&scene, client).await, []);
    }
}

#[actix_web::test]
async fn numbers_of_refused_signatures_go_with_the_key() {
    let scene = Scene::new().await;
    impostor(&scene, &scene.key).call("cam", "GetUserAppId", json!({})).await;
    assert_eq!(numbers(&scene, &scene.key).await.len(), 1);

    let delete = json!({"AccessKeyId": scene.key.secret_id, "TargetUin": scene.uin.parse::<u64>().unwrap()});
    let done = scene.admin.call("cam", "DeleteAccessKey", delete).await;
    assert!(done["Error"].is_null(), "{done}");

    assert_eq!(numbers(&scene, &scene.key).await, []);
}

#[actix_web::test]
async fn the_page_of_a_service_tells_hours_and_the_newest_refusals_with_why() {
    let mut scene = Scene::new().await;
    for _ in 0..3 {
        scene.gateway.verdict(&scene.get("/v1/orders")).await;
    }
    scene.app.wait(3_600);
    scene.gateway.verdict(&scene.get("/v1/orders/secret?token=ungiven")).await;
    scene.app.wait(1);
    scene.gateway.verdict(&impostor(&scene, &scene.key).sign_aws(scene.wanted("GET", "/v1/orders"))).await;
    enter(&mut scene).await;

    let page = scene.root.browser.get("/settings/services/orders").await;

    assert_eq!((page.count(".lane .b-ok"), page.count(".lane .b-bad")), (1, 1));
    assert!(page.text(".twin caption").unwrap().starts_with("3 allowed, 2 refused."));
    assert_eq!(page.texts(".twin tbody td"), ["0", "2", "3", "0"]);
    assert_eq!(page.attributes("tr[data-reason]", "data-reason"), ["wrong_signature", "explicit_deny"]);
    let wrong = page.text("tr[data-reason=wrong_signature]").unwrap();
    assert!(wrong.contains("somebody unknown") && wrong.contains(&scene.key.secret_id), "{wrong}");
    let denied = page.text("tr[data-reason=explicit_deny]").unwrap();
    assert!(denied.contains("reader") && denied.contains("GET /v1/orders/secret"), "{denied}");
    assert!(denied.contains("Statement 2 of readers"), "{denied}");
    assert!(!page.body.contains("ungiven"));
    let asked =
        page.attribute("tr[data-reason=explicit_deny] a[href^='/policies/simulate']", "href").unwrap();
    let simulated = scene.root.browser.get(&asked).await;
    assert_eq!(simulated.attribute("#verdict", "data-allowed"), Some("false".to_owned()));
    assert_eq!(simulated.text("#decided-by"), Some("Statement 2 of readers, line 3".to_owned()));
}

#[actix_web::test]
async fn fifty_refusals_of_a_service_are_kept_for_all_nodes_and_a_restart() {
    let scene = Scene::new().await;
    for number in 0..70 {
        scene.app.wait(1);
        scene.gateway.verdict(&scene.get(&format!("/v2/{number}"))).await;
        if number % 30 == 0 {
            tally::flush(&scene.app.app).await.unwrap();
        }
    }
    tally::flush(&scene.app.app).await.unwrap();

    let node = scene.app.restarted().await;
    let report = camlock::app::gate::report::report;
    let by = camlock::app::change::steward::Operator::of(&node.app, owner(&scene)).await.unwrap();
    let found = report(&node.app, &by, "orders").await.unwrap();

    assert_eq!(found.refused.len(), 50);
    assert_eq!((found.refused[0].path.as_str(), found.refused[49].path.as_str()), ("/v2/69", "/v2/20"));
    assert_eq!(found.hours.last(), Some(&Answered { allowed: 0, refused: 70 }));
    scene.app.wait(36 * 86_400);
    camlock::app::session::sweep(&scene.app.app).await.unwrap();
    assert_eq!(report(&node.app, &by, "orders").await.unwrap().refused, []);
}

fn owner(scene: &Scene) -> camlock::domain::user::Uin {
    camlock::domain::user::Uin::parse(&scene.root.owner).unwrap()
}

#[actix_web::test]
async fn whoever_may_list_services_alone_sees_no_names_and_no_ids() {
    let mut scene = Scene::new().await;
    scene.gateway.verdict(&scene.get("/v1/orders/secret")).await;
    scene.app.wait(1);
    scene.gateway.verdict(&impostor(&scene, &scene.key).sign_aws(scene.wanted("GET", "/v1/orders"))).await;
    let document = r#"{"version":"2.0","statement":[{"effect":"allow","action":"camlock:ListServices","resource":"*"}]}"#;
    let policy = json!({"PolicyName": "lists", "PolicyDocument": document});
    scene.admin.call("cam", "CreatePolicy", policy).await;
    enter(&mut scene).await;
    let lister = scene.app.signed_in(&scene.root, "lister", &["lists"]).await;

    let page = lister.browser.get("/settings/services/orders").await;

    assert_eq!(page.count("tr[data-reason]"), 2, "{}", page.status);
    let rows = page.texts("tr[data-reason]").join(" ");
    assert!(rows.contains("A user of this account"), "{rows}");
    for hidden in [&scene.key.secret_id, "/policies/simulate", &format!("/users/{}", scene.uin)] {
        assert!(!page.body.contains(hidden), "{hidden}");
    }
}

#[actix_web::test]
async fn a_database_that_is_gone_for_a_while_loses_no_numbers() {
    let mut scene = Scene::new().await;
    impostor(&scene, &scene.key).call("cam", "GetUserAppId", json!({})).await;
    scene.gateway.verdict(&scene.get("/v2")).await;
    scene.app.other_connection().write(|conn| rename(conn, "key_refusals", "gone")).await.unwrap();
    scene.app.other_connection().write(|conn| rename(conn, "service_refusals", "away")).await.unwrap();
    assert!(flush_usage(&scene.app.app).await.is_err());
    assert!(tally::flush(&scene.app.app).await.is_err());
    impostor(&scene, &scene.key).call("cam", "GetUserAppId", json!({})).await;
    scene.app.other_connection().write(|conn| rename(conn, "gone", "key_refusals")).await.unwrap();
    scene.app.other_connection().write(|conn| rename(conn, "away", "service_refusals")).await.unwrap();

    assert_eq!(numbers(&scene, &scene.key).await, [("wrong_signature".to_owned(), 2)]);
    enter(&mut scene).await;
    let page = scene.root.browser.get("/settings/services/orders").await;
    assert_eq!(page.attributes("tr[data-reason]", "data-reason"), ["no_policy"]);
}

fn rename(conn: &mut camlock::store::Conn, from: &str, to: &str) -> Result<(), camlock::store::StoreError> {
    use diesel::RunQueryDsl as _;
    diesel::sql_query(format!("ALTER TABLE {from} RENAME TO {to}")).execute(conn)?;
    Ok(())
}

#[actix_web::test]
async fn the_calls_of_a_deleted_key_are_counted_under_its_id_without_a_word_of_the_client_and_the_service() {
    let mut scene = Scene::new().await;
    scene.gateway.verdict(&scene.get("/v1/orders")).await;
    scene.disable().await;
    let uin: i64 = scene.uin.parse().unwrap();
    scene.change("DeleteAccessKey", json!({"AccessKeyId": scene.key.secret_id, "TargetUin": uin})).await;
    for _ in 0..3 {
        scene.gateway.verdict(&scene.get("/v1/orders")).await;
    }
    enter(&mut scene).await;

    let page = scene.root.browser.get(&page_of(&scene).replace("/records", "/history")).await;

    assert_eq!(
        page.attribute("tr[data-still]", "data-still").as_deref(),
        Some("192.0.2.0/24"),
        "{}",
        page.body
    );
    let row = page.texts("tr[data-still] th, tr[data-still] td");
    assert_eq!(row[..5], ["Not told", "192.0.2.0/24", "Not known", "Key deleted", "3"], "{row:?}");
}
