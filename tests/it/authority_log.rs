//! What was touched is forgotten, and nothing else: the log that says so has to name every row that a verdict rests on.

use crate::canaries::planted;
use crate::support::TestApp;
use crate::support::api::{Client, code};
use camlock::domain::authority::{News, Touched};
use camlock::domain::key::SecretId;
use camlock::domain::user::{Uid, Uin};
use camlock::store::{Conn, Store, StoreError, authority, canaries};
use diesel::RunQueryDsl;
use diesel::sql_types::Text;
use serde_json::{Value, json};

#[derive(diesel::QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

fn run(store: &Store, statement: &str) -> usize {
    let ran =
        store.write_now(|conn: &mut Conn| Ok::<_, StoreError>(diesel::sql_query(statement).execute(conn)?));
    ran.unwrap_or_else(|error| panic!("{statement}: {error}"))
}

fn news(store: &Store, since: i64) -> News {
    store.read_now(|conn: &mut Conn| authority::news(conn, since)).expect("news").1
}

/// What a statement touches, as nodes are told of it.
fn touched_by(store: &Store, statement: &str) -> Option<Vec<Touched>> {
    let since = news(store, 0).until;
    run(store, statement);
    news(store, since).touched
}

async fn user_with_key(root: &Client, name: &str) -> Value {
    root.call("cam", "AddUser", json!({"Name": name, "UseApi": 1})).await
}

fn uid(user: &Value) -> Uid {
    Uid(user["Uid"].as_i64().unwrap())
}

#[actix_web::test]
async fn every_row_that_decides_is_named_by_what_touches_it() {
    let app = TestApp::spawn();
    let owner = app.bare_root("root").await;
    let root = app.key_of(&owner).await;
    let dev = user_with_key(&root, "dev").await;
    let store = app.other_connection();
    let account_uin = Uin(owner.uin.parse().unwrap());
    let (uid, key) = (uid(&dev), SecretId::parse(dev["SecretId"].as_str().unwrap()).unwrap());
    let one = |thing: Touched| Some(vec![thing]);

    let statement = |table: &str, column: &str, which: String| {
        format!("UPDATE {table} SET {column} = {column} WHERE {which}")
    };
    let dev_row = format!("uid = {}", uid.0);
    assert_eq!(touched_by(&store, &statement("users", "note", dev_row.clone())), one(Touched::User(uid)));
    assert_eq!(
        touched_by(&store, &statement("api_keys", "status", dev_row.clone())),
        one(Touched::Key(key.clone()))
    );
    let account = format!("owner_uin = {}", owner.uin);
    for rule in ["signature_v1", "key_expiry_max_days", "key_idle_default_days"] {
        let touched = touched_by(&store, &statement("accounts", rule, account.clone()));
        assert_eq!(touched, one(Touched::Account(account_uin)));
    }
    assert_eq!(touched_by(&store, &statement("accounts", "user_count", account)), Some(Vec::new()));

    let group = root.call("cam", "CreateGroup", json!({"GroupName": "g"})).await["GroupId"].as_i64().unwrap();
    let group_named = one(Touched::read("group", &group.to_string()));
    let joins =
        format!("INSERT INTO group_members (group_id, uid, created_at) VALUES ({group}, {}, 1)", uid.0);
    assert_eq!(touched_by(&store, &joins), one(Touched::User(uid)));
    let gets = format!(
        "INSERT INTO group_policies (group_id, policy_id, created_at, created_by) VALUES ({group}, 1, 1, '')"
    );
    assert_eq!(touched_by(&store, &gets), group_named);
    assert_eq!(
        touched_by(&store, &format!("UPDATE user_groups SET name = 'h' WHERE id = {group}")),
        group_named
    );
    assert_eq!(
        touched_by(&store, "UPDATE policies SET document = document WHERE id = 1"),
        one(Touched::read("policy", "1"))
    );
    let attach = format!(
        "INSERT INTO policy_attachments (uid, policy_id, created_at, created_by) VALUES ({}, 1, 1, '')",
        uid.0
    );
    assert_eq!(touched_by(&store, &attach), one(Touched::User(uid)));
    assert_eq!(
        touched_by(&store, &format!("DELETE FROM policy_attachments WHERE uid = {}", uid.0)),
        one(Touched::User(uid))
    );
    let bound = format!("INSERT INTO user_boundaries (uid, policy_id) VALUES ({}, 1)", uid.0);
    assert_eq!(touched_by(&store, &bound), one(Touched::User(uid)));
    let service =
        format!("INSERT INTO services VALUES (1, {0}, 'orders', '[]', '[]', 0, 1, '', 1, '')", owner.uin);
    assert_eq!(touched_by(&store, &service), one(Touched::Gateways(account_uin)));
    let both = touched_by(&store, &format!("UPDATE services SET owner_uin = {} WHERE id = 1", owner.uin));
    assert_eq!(both, one(Touched::Gateways(account_uin)));
}

#[actix_web::test]
async fn every_column_of_the_tables_that_decide_is_told_of_but_those_that_decide_nothing() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;
    app.key_of(&root).await;
    let store = app.other_connection();
    let canary = planted(&root.owner, &SecretId::parse(&format!("AKID{}", "c".repeat(32))).unwrap());
    store.write_now(|conn: &mut Conn| canaries::insert(conn, &canary, b"sealed")).unwrap();
    let decide_nothing = [
        "accounts.user_count",
        "users.last_activity_at",
        "users.has_looks",
        "canaries.name",
        "canaries.created_at",
        "canaries.created_by",
        "canaries.deleted_by",
        "canaries.touches",
        "canaries.touched_ms",
    ];
    for table in ["accounts", "users", "api_keys", "policies", "canaries"] {
        let ask = if app.database.is_sqlite() {
            format!("SELECT name FROM pragma_table_info('{table}')")
        } else {
            format!(
                "SELECT column_name::text AS name FROM information_schema.columns \
                 WHERE table_name = '{table}' AND table_schema = current_schema()"
            )
        };
        let columns = store
            .read_now(|conn: &mut Conn| Ok::<_, StoreError>(diesel::sql_query(ask).load::<Named>(conn)?));
        for Named { name } in columns.unwrap() {
            let touched = touched_by(&store, &format!("UPDATE {table} SET {name} = {name}"));
            let is_told = touched != Some(Vec::new());
            let place = format!("{table}.{name}");
            assert_eq!(is_told, !decide_nothing.contains(&place.as_str()), "{place}");
        }
    }
}

#[actix_web::test]
async fn a_log_that_does_not_reach_back_or_has_too_much_to_tell_makes_everything_forgotten() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;
    app.key_of(&root).await;
    let store = app.other_connection();
    let touch = || run(&store, "UPDATE policies SET description = description WHERE id = 1");
    let first = news(&store, 0).until;
    touch();
    assert!(news(&store, first).touched.is_some());
    assert_eq!(news(&store, first + 1).touched, None, "a number that never was");
    assert_eq!(news(&store, i64::MAX).touched, None, "a number from after this database");

    run(&store, &format!("DELETE FROM authority_log WHERE number <= {first}"));
    assert_eq!(news(&store, first).touched, None, "pruned");

    let since = news(&store, 0).until;
    let many = "INSERT INTO policies (id, owner_uin, name, description, document, created_at, updated_at, created_by) \
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500) \
                SELECT 900000 + i, 1, 'p' || i, '', '{}', 1, 1, '' FROM n";
    assert_eq!(run(&store, many), 1500);
    let told = news(&store, since);
    let is_everything = told.touched.as_ref().is_none_or(|touched| touched.contains(&Touched::Everything));
    assert!(is_everything, "{told:?}");

    for _ in 0..3 {
        touch();
    }
    let swept = store.write_now(|conn: &mut Conn| authority::sweep(conn));
    swept.unwrap();
    let before = news(&store, 0).until;
    touch();
    assert!(news(&store, before).touched.is_some(), "the newest entries stay");
}

#[actix_web::test]
async fn a_change_of_one_user_leaves_the_key_of_another_in_memory() {
    let app = TestApp::spawn();
    let root = app.key_of(&app.bare_root("root").await).await;
    let (one, two) = (user_with_key(&root, "one").await, user_with_key(&root, "two").await);
    let client =
        |user: &Value| app.client(user["SecretId"].as_str().unwrap(), user["SecretKey"].as_str().unwrap());
    let (first, second) = (client(&one), client(&two));
    let operator = app.other_connection();
    let who =
        |client: Client| async move { code(&client.call("cam", "GetUserAppId", json!({})).await).to_owned() };
    assert_eq!((who(first.clone()).await, who(second.clone()).await), (String::new(), String::new()));

    // The rows go where no server can find them: whoever is still known needs none.
    let hide = format!(
        "UPDATE api_keys SET secret_id = 'AKID' || substr(secret_id, 5, 31) || '-' WHERE uid = {}",
        uid(&two).0
    );
    let quietly = |statement: String| {
        operator
            .write_now(|conn: &mut Conn| {
                if !app.database.is_sqlite() {
                    diesel::sql_query("SET LOCAL session_replication_role = replica").execute(conn)?;
                }
                diesel::sql_query(statement.clone()).execute(conn)?;
                Ok::<_, StoreError>(())
            })
            .unwrap();
    };
    if app.database.is_sqlite() {
        run(&operator, "DROP TRIGGER api_keys_update_counts");
        run(&operator, &format!("DELETE FROM key_lines WHERE uid = {}", uid(&two).0));
    }
    quietly(hide);
    run(&operator, &format!("UPDATE users SET note = 'changed' WHERE uid = {}", uid(&one).0));

    assert_eq!(who(first).await, "");
    assert_eq!(who(second.clone()).await, "", "it was remembered");
    run(&operator, &format!("UPDATE users SET note = 'changed' WHERE uid = {}", uid(&two).0));
    assert_eq!(who(second).await, "AuthFailure.SecretIdNotFound", "now it was not");
}
