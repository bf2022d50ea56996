//! How many policies, groups, members and collaborators an account has is kept and not counted, whatever is made or deleted.

use crate::support::api::Client;
use crate::support::{TestApp, Upgraded};
use camlock::app::operator::fill_in::fill_in;
use camlock::store::{Conn, StoreError};
use diesel::RunQueryDsl;
use diesel::sql_types::BigInt;
use futures_util::future::join_all;
use serde_json::{Value, json};

/// Numbers that are kept and differ from what there is.
fn wrong_counts(app: &TestApp) -> i64 {
    #[derive(diesel::QueryableByName)]
    struct Found {
        #[diesel(sql_type = BigInt)]
        number: i64,
    }
    let ask = "/* test */ SELECT COUNT(*) AS number FROM (SELECT owner_uin, sort, SUM(number) AS number FROM (\
               SELECT owner_uin, sort, number FROM account_counts \
               UNION ALL SELECT owner_uin, sort, number FROM account_count_changes \
               UNION ALL SELECT owner_uin, 'policies', -1 FROM policies \
               UNION ALL SELECT owner_uin, 'groups', -1 FROM user_groups \
               UNION ALL SELECT g.owner_uin, 'members', -1 FROM group_members m JOIN user_groups g ON g.id = m.group_id \
               UNION ALL SELECT owner_uin, 'collaborators', -1 FROM users WHERE kind = 'collaborator') AS kept \
               GROUP BY owner_uin, sort) AS sums WHERE number <> 0";
    let ask = |conn: &mut Conn| Ok::<_, StoreError>(diesel::sql_query(ask).get_result::<Found>(conn)?);
    app.app.store.read_now(ask).unwrap().number
}

async fn summary(client: &Client) -> [Value; 4] {
    let told = client.call("cam", "GetAccountSummary", json!({})).await;
    ["Policies", "User", "Group", "Member"].map(|name| told[name].clone())
}

#[actix_web::test]
async fn the_summary_follows_whatever_is_made_at_once_and_whatever_goes_with_something_else() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let mut uids = Vec::new();
    for name in ["alice", "bob", "carol"] {
        uids.push(client.call("cam", "AddUser", json!({"Name": name})).await["Uid"].clone());
    }
    let document =
        r#"{"version": "2.0", "statement": [{"effect": "allow", "action": "cam:GetUser", "resource": "*"}]}"#;
    let policy =
        client.call("cam", "CreatePolicy", json!({"PolicyName": "own", "PolicyDocument": document})).await;
    let groups = ["one", "two"].map(|name| client.call("cam", "CreateGroup", json!({"GroupName": name})));
    let groups: Vec<Value> =
        join_all(groups).await.into_iter().map(|group| group["GroupId"].clone()).collect();
    let _second = app.second_node();

    let each = groups.iter().flat_map(|group| uids.iter().map(move |uid| (group, uid)));
    let join = each.map(|(group, uid)| {
        client.call("cam", "AddUserToGroup", json!({"Info": [{"GroupId": group, "Uid": uid}]}))
    });
    join_all(join).await;
    let made = summary(&client).await;
    while fill_in(&app.app).await.unwrap() {}
    let folded = summary(&client).await;
    client.call("cam", "DeleteUser", json!({"Name": "alice", "Force": 1})).await;
    client.call("cam", "DeleteGroup", json!({"GroupId": groups[0]})).await;
    client.call("cam", "DeletePolicy", json!({"PolicyId": [policy["PolicyId"]]})).await;

    assert_eq!(made, [1, 3, 2, 6].map(Value::from));
    assert_eq!(folded, made);
    assert_eq!(summary(&client).await, [0, 2, 1, 2].map(Value::from));
    assert_eq!(wrong_counts(&app), 0);
    fill_in(&app.app).await.unwrap();
    assert_eq!(wrong_counts(&app), 0);
}

#[actix_web::test]
async fn collaborators_are_counted_as_they_come_and_go() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let other = app.root_named("other").await;
    let client = app.key_of(&root).await;
    let fields = [("kind", "collaborator"), ("uin", other.uin.as_str()), ("user_name", "guest")];
    let page = root.grant(&app, "/users/new", "/users/new", &fields).await.redirect();
    let there = client.call("cam", "ListCollaborators", json!({})).await;
    let delete = format!("{}/delete", page.split(['?', '#']).next().unwrap());

    root.browser.submit(&delete, &delete, &[("confirm", "guest")]).await.redirect();

    let gone = client.call("cam", "ListCollaborators", json!({})).await;
    assert_eq!((&there["TotalNum"], &gone["TotalNum"]), (&json!(1), &json!(0)), "{there} {gone}");
    assert_eq!(wrong_counts(&app), 0);
}

#[actix_web::test]
async fn an_older_database_is_counted_when_it_is_migrated() {
    let old = Upgraded::open();

    assert_eq!(wrong_counts(&old.app), 0);
    assert!(old.rows("account_counts") > 0);
    assert!(old.rows("audit_days") > 0);
}
