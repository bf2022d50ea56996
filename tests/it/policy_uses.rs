//! How many users a policy is attached to is kept and not counted, whatever is attached, detached or deleted.

use crate::support::people::uin_in;
use crate::support::{TestApp, Upgraded};
use camlock::app::operator::fill_in::fill_in;
use camlock::store::{Conn, StoreError};
use diesel::RunQueryDsl;
use diesel::sql_types::BigInt;
use futures_util::future::join_all;
use serde_json::json;

/// What is kept beside what there is: account, policy, users and boundaries of each policy where they differ.
fn wrong_uses(app: &TestApp) -> i64 {
    #[derive(diesel::QueryableByName)]
    struct Found {
        #[diesel(sql_type = BigInt)]
        number: i64,
    }
    let ask = "/* test */ SELECT CAST(SUM(number) AS BIGINT) AS number FROM (SELECT COUNT(*) AS number FROM (SELECT owner_uin, policy_id, SUM(users) AS users, SUM(boundaries) AS boundaries FROM (\
               SELECT owner_uin, policy_id, users, boundaries FROM policy_uses \
               UNION ALL SELECT owner_uin, policy_id, users, boundaries FROM policy_use_changes \
               UNION ALL SELECT u.owner_uin, a.policy_id, -1, 0 FROM policy_attachments a JOIN users u ON u.uid = a.uid \
               UNION ALL SELECT u.owner_uin, b.policy_id, 0, -1 FROM user_boundaries b JOIN users u ON u.uid = b.uid) AS kept \
               GROUP BY owner_uin, policy_id) AS sums WHERE users <> 0 OR boundaries <> 0 \
               UNION ALL SELECT COUNT(*) FROM policy_holders h \
               FULL JOIN (SELECT u.owner_uin, a.policy_id, a.uid FROM policy_attachments a JOIN users u ON u.uid = a.uid) AS t \
               ON t.owner_uin = h.owner_uin AND t.policy_id = h.policy_id AND t.uid = h.uid \
               WHERE h.uid IS NULL OR t.uid IS NULL) AS faults";
    let ask = |conn: &mut Conn| Ok::<_, StoreError>(diesel::sql_query(ask).get_result::<Found>(conn)?);
    app.app.store.read_now(ask).unwrap().number
}

#[actix_web::test]
async fn what_is_attached_at_once_on_two_nodes_is_all_counted() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let mut uins = Vec::new();
    for name in ["alice", "bob", "carol", "dave"] {
        let fields = [("kind", "sub_user"), ("user_name", name)];
        uins.push(uin_in(&root.browser.submit("/users/new", "/users/new", &fields).await.redirect()));
    }
    let policies = [("QcloudCamReadOnlyAccess", 2), ("AdministratorAccess", 1)];
    let each = || uins.iter().flat_map(|uin| policies.map(|(_, id)| (uin.parse::<i64>().unwrap(), id)));
    let _second = app.second_node();

    let attach = each()
        .map(|(uin, id)| client.call("cam", "AttachUserPolicy", json!({"PolicyId": id, "AttachUin": uin})));
    join_all(attach).await;
    assert_eq!(wrong_uses(&app), 0);
    while fill_in(&app.app).await.unwrap() {}
    assert_eq!(wrong_uses(&app), 0);
    let listed = client.call("cam", "ListPolicies", json!({"Keyword": "AdministratorAccess"})).await;
    assert_eq!(listed["List"][0]["Attachments"], 4, "{listed}");

    let detach = each()
        .take(3)
        .map(|(uin, id)| client.call("cam", "DetachUserPolicy", json!({"PolicyId": id, "DetachUin": uin})));
    join_all(detach).await;
    let delete = format!("/users/{}/delete", uins[3]);
    root.browser.submit(&delete, &delete, &[("confirm", "dave")]).await.redirect();
    fill_in(&app.app).await.unwrap();

    assert_eq!(wrong_uses(&app), 0);
    let listed = client.call("cam", "ListPolicies", json!({"Keyword": "AdministratorAccess"})).await;
    assert_eq!(listed["List"][0]["Attachments"], 2, "{listed}");
}

#[actix_web::test]
async fn an_older_database_is_counted_once_when_it_is_migrated() {
    let old = Upgraded::open();

    assert_eq!(wrong_uses(&old.app), 0);
    assert!(old.rows("policy_uses") > 0);
    assert!(old.rows("policy_holders") > 0);
}

#[actix_web::test]
async fn whom_a_policy_is_attached_to_comes_fifty_at_a_time_on_the_page_and_as_asked_over_the_api() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    for number in 0..51 {
        let fields = [("kind", "sub_user"), ("user_name", &format!("user-{number:02}") as &str)];
        let uin = uin_in(&root.browser.submit("/users/new", "/users/new", &fields).await.redirect());
        let attach = json!({"PolicyId": 2, "AttachUin": uin.parse::<i64>().unwrap()});
        client.call("cam", "AttachUserPolicy", attach).await;
    }

    let first = root.browser.get("/policies/2").await;
    let next = first.attribute("a[rel=next]", "href").unwrap();
    let second = root.browser.get(next.split('#').next().unwrap()).await;
    let part = client.call("cam", "ListEntitiesForPolicy", json!({"PolicyId": 2, "Page": 6, "Rp": 10})).await;
    let choices = root.browser.get("/policies/2/attach").await;

    assert_eq!(first.count("a[aria-label^='Detach from']"), 50);
    assert_eq!(second.texts("section[aria-labelledby=holders-h] tbody th"), ["user-50"]);
    assert_eq!((&part["TotalNum"], &part["List"][0]["Name"]), (&json!(51), &json!("user-50")), "{part}");
    assert!(!choices.body.contains("user-49"), "who has it is not offered");
}
