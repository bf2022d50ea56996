//! What comes faster than the rate waits its turn.

use crate::support::{Client, TestApp, code};
use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const REFUSED: &str = "RequestLimitExceeded";

async fn codes(client: &Client, action: &str, bodies: impl Iterator<Item = Value>) -> Vec<String> {
    let answers = join_all(bodies.map(|body| client.call("cam", action, body))).await;
    answers.iter().map(|answer| code(answer).to_owned()).collect()
}

fn count(codes: &[String], wanted: &str) -> usize {
    codes.iter().filter(|code| *code == wanted).count()
}

fn at(reads: &str, changes: &str) -> TestApp {
    TestApp::spawn_with(&[
        ("CAMLOCK_API__READS_PER_SECOND", reads),
        ("CAMLOCK_API__CHANGES_PER_SECOND", changes),
    ])
}

#[actix_web::test]
async fn a_plain_loop_is_never_refused_at_the_default_rates() {
    let app = at("200", "20");
    let client = app.key_of(&app.bare_root("root").await).await;

    for number in 0..45 {
        let added = client.call("cam", "AddUser", json!({ "Name": format!("user-{number}") })).await;
        assert_eq!(code(&added), "", "{added}");
        let keys = client.call("cam", "ListAccessKeys", json!({"TargetUin": added["Uin"]})).await;
        assert_eq!(code(&keys), "", "{keys}");
    }
}

#[actix_web::test]
async fn a_seconds_worth_comes_at_once_as_much_waits_and_the_rest_is_refused() {
    let app = at("20", "20");
    let client = app.key_of(&app.bare_root("root").await).await;
    let began = Instant::now();

    let codes = codes(&client, "GetUserAppId", (0..100).map(|_| json!({}))).await;

    assert!(count(&codes, "") >= 40, "{codes:?}");
    assert!(count(&codes, REFUSED) >= 20, "{codes:?}");
    assert_eq!(count(&codes, "") + count(&codes, REFUSED), 100);
    assert!(began.elapsed() > Duration::from_millis(700), "those who waited took their time");
}

#[actix_web::test]
async fn each_action_and_each_identity_has_a_pace_of_its_own() {
    let app = at("1", "1");
    let client = app.key_of(&app.bare_root("root").await).await;
    let other = app.key_of(&app.bare_root("other").await).await;
    let crowd = async {
        codes(&client, "GetUserAppId", (0..30).map(|_| json!({}))).await;
        Instant::now()
    };
    let rest = async {
        actix_web::rt::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(code(&client.call("cam", "ListAccessKeys", json!({})).await), "");
        assert_eq!(code(&other.call("cam", "GetUserAppId", json!({})).await), "");
        Instant::now()
    };

    let (crowd, rest) = join(crowd, rest).await;

    assert!(rest < crowd, "others did not wait for the crowd");
}

#[actix_web::test]
async fn of_a_key_that_is_disabled_while_its_calls_wait_none_is_carried_out() {
    let app = at("20", "10");
    let root = app.bare_root("root").await;
    let (client, other) = (app.key_of(&root).await, app.key_of(&root).await);
    let group = |number: usize| json!({ "GroupName": format!("g{number}") });
    // The first ten use up what may come at once.
    let first = codes(&client, "CreateGroup", (0..10).map(group)).await;
    assert_eq!(count(&first, ""), 10, "{first:?}");
    let crowd = codes(&client, "CreateGroup", (10..18).map(group));
    let disable = async {
        actix_web::rt::time::sleep(Duration::from_millis(250)).await;
        let body = json!({"AccessKeyId": client.secret_id, "Status": "Inactive"});
        let answer = other.call("cam", "UpdateAccessKey", body).await;
        assert_eq!(code(&answer), "");
        other.call("cam", "ListGroups", json!({})).await["TotalNum"].as_u64().unwrap()
    };

    let (codes, made_before) = join(crowd, disable).await;

    assert!(count(&codes, "AuthFailure.SecretIdNotFound") > 0, "{codes:?}");
    let made = other.call("cam", "ListGroups", json!({})).await["TotalNum"].as_u64().unwrap();
    assert_eq!(made, made_before, "nothing was made after the key was disabled");
}

#[actix_web::test]
async fn who_goes_away_leaves_the_queue() {
    let app = at("2", "2");
    let client = app.key_of(&app.bare_root("root").await).await;
    codes(&client, "GetUserAppId", (0..2).map(|_| json!({}))).await;
    let crowd = codes(&client, "GetUserAppId", (0..2).map(|_| json!({})));
    assert!(actix_web::rt::time::timeout(Duration::from_millis(60), crowd).await.is_err(), "they wait");
    actix_web::rt::time::sleep(Duration::from_millis(250)).await;

    let answer = client.call("cam", "GetUserAppId", json!({})).await;

    assert_eq!(code(&answer), "", "there is room in the queue again");
}

#[actix_web::test]
async fn the_former_names_of_the_rates_stay_valid() {
    let app = TestApp::spawn_with(&[
        ("CAMLOCK_API__READS_PER_SECOND", "7"),
        ("CAMLOCK_API__REQUESTS_PER_SECOND", "3"),
    ]);
    let variables = |names: &[(&str, &str)]| {
        let owned: Vec<_> = names.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        camlock::config::Config::load(None, owned.into_iter()).unwrap()
    };
    drop(app);

    let old =
        variables(&[("CAMLOCK_API__REQUESTS_PER_SECOND", "3"), ("CAMLOCK_API__KEY_WRITES_PER_SECOND", "2")]);
    assert_eq!((old.api.reads_per_second, old.api.changes_per_second), (3, 2));
    assert_eq!(old.warnings().len(), 2, "{:?}", old.warnings());
    assert!(old.warnings()[0].contains("reads_per_second"), "{:?}", old.warnings());

    let both = [("CAMLOCK_API__READS_PER_SECOND", "7"), ("CAMLOCK_API__REQUESTS_PER_SECOND", "3")];
    for order in [[0, 1], [1, 0]] {
        let given = order.map(|index: usize| both[index]);
        assert_eq!(variables(&given).api.reads_per_second, 7, "the new name wins");
    }
}
