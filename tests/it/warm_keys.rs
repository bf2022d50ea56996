//! Keys that are kept in memory after their first call: what the database says counts all the same, at once, everywhere.

use crate::support::TestApp;
use crate::support::api::code;
use camlock::store::{Conn, Store, StoreError};
use diesel::RunQueryDsl;
use reqwest::StatusCode;
use serde_json::json;

const GONE: &str = "AuthFailure.SecretIdNotFound";
const AWAY: &str = "ServiceUnavailable";
const DENIED: &str = "AuthFailure.UnauthorizedOperation";

/// Runs a statement as an operator would, past every server.
fn run(store: &Store, statement: &str) -> usize {
    let ran =
        store.write_now(|conn: &mut Conn| Ok::<_, StoreError>(diesel::sql_query(statement).execute(conn)?));
    ran.unwrap_or_else(|error| panic!("{statement}: {error}"))
}

#[actix_web::test]
async fn whoever_disables_a_key_in_the_database_is_obeyed_by_the_next_call() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;
    let (client, other) = (app.key_of(&root).await, app.key_of(&root).await);
    let operator = app.other_connection();

    for _ in 0..20 {
        assert_eq!(client.who().await, "");
        assert_eq!(other.who().await, "");
        run(
            &operator,
            &format!("UPDATE api_keys SET status = 'disabled' WHERE secret_id = '{}'", client.secret_id),
        );
        assert_eq!(client.who().await, GONE);
        assert_eq!(other.who().await, "");
        run(&operator, "UPDATE api_keys SET status = 'enabled'");
    }
}

#[actix_web::test]
async fn every_table_that_decides_makes_nodes_read_anew() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;
    let client = app.key_of(&root).await;
    let user = client.call("cam", "AddUser", json!({"Name": "dev", "UseApi": 1})).await;
    let found = client.call("cam", "ListPolicies", json!({"Keyword": "QcloudCamReadOnlyAccess"})).await;
    let policy = &found["List"][0]["PolicyId"];
    let group = client.call("cam", "CreateGroup", json!({"GroupName": "g"})).await["GroupId"].clone();
    let member = json!({"Info": [{"Uid": user["Uid"], "GroupId": group}]});
    client.call("cam", "AddUserToGroup", member).await;
    client.call("cam", "AttachUserPolicy", json!({"PolicyId": policy, "AttachUin": user["Uin"]})).await;
    client.call("cam", "AttachGroupPolicy", json!({"PolicyId": policy, "AttachGroupId": group})).await;
    let bound = json!({"PolicyId": policy, "TargetUin": user["Uin"]});
    client.call("cam", "PutUserPermissionsBoundary", bound).await;
    let operator = app.other_connection();
    let standing = || {
        let ask = |conn: &mut Conn| camlock::store::sequences::standing(conn);
        operator.read_now(ask).expect("a standing").authority
    };

    for (table, column) in [
        ("accounts", "name"),
        ("users", "kind"),
        ("api_keys", "status"),
        ("policies", "document"),
        ("policy_attachments", "created_by"),
        ("user_groups", "name"),
        ("group_members", "created_at"),
        ("group_policies", "created_by"),
        ("user_boundaries", "policy_id"),
    ] {
        let before = standing();
        assert!(run(&operator, &format!("UPDATE {table} SET {column} = {column}")) > 0, "{table}");
        assert!(standing() > before, "UPDATE {table}");
    }
    let before = standing();
    run(&operator, "UPDATE users SET last_activity_at = 1");
    assert_eq!(standing(), before, "a visit changes nothing that a key may do");
    for table in ["user_boundaries", "group_policies", "group_members", "policy_attachments", "user_groups"] {
        let before = standing();
        assert!(run(&operator, &format!("DELETE FROM {table}")) > 0, "{table}");
        assert!(standing() > before, "DELETE {table}");
    }
}

#[actix_web::test]
async fn services_and_gate_tokens_make_nodes_read_anew_and_the_use_of_a_token_does_not() {
    let app = TestApp::spawn();
    let owner = app.bare_root("root").await.uin;
    let operator = app.other_connection();
    let standing = || {
        let ask = |conn: &mut Conn| camlock::store::sequences::standing(conn);
        operator.read_now(ask).expect("a standing").authority
    };
    let service = format!("INSERT INTO services VALUES (1, {owner}, 'orders', '[]', '[]', 0, 1, '', 1, '')");
    let token =
        format!("INSERT INTO gate_tokens VALUES (1, 'd', {owner}, 'edge', '{{}}', 1, '', NULL, NULL)");

    for statement in [
        service.as_str(),
        token.as_str(),
        "INSERT INTO gate_token_services VALUES (1, 1)",
        "UPDATE services SET hosts = hosts",
        "UPDATE gate_tokens SET revoked_at = 1",
        "UPDATE gate_token_services SET service_id = service_id",
        "DELETE FROM gate_token_services",
        "DELETE FROM services",
    ] {
        let before = standing();
        assert_eq!(run(&operator, statement), 1, "{statement}");
        assert!(standing() > before, "{statement}");
    }
    let before = standing();
    run(&operator, "UPDATE gate_tokens SET last_used_at = 1");
    assert_eq!(standing(), before);
    run(&operator, "DELETE FROM gate_tokens");
    assert!(standing() > before);
}

#[actix_web::test]
async fn a_key_disabled_on_one_node_is_refused_on_the_other_at_once() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;
    let (keeper, here) = (app.key_of(&root).await, app.key_of(&root).await);
    let node = app.second_node();
    let there = here.on(&node.address);
    let set = |status: &'static str| {
        let body = json!({"AccessKeyId": here.secret_id, "Status": status});
        async { assert_eq!(code(&keeper.call("cam", "UpdateAccessKey", body).await), "") }
    };

    for _ in 0..50 {
        assert_eq!((here.who().await.as_str(), there.who().await.as_str()), ("", ""));
        set("Inactive").await;
        assert_eq!((there.who().await.as_str(), here.who().await.as_str()), (GONE, GONE));
        set("Active").await;
    }
}

#[actix_web::test]
async fn a_policy_taken_away_on_one_node_no_longer_allows_on_the_other() {
    let app = TestApp::spawn();
    let root = app.key_of(&app.bare_root("root").await).await;
    let node = app.second_node();
    let user = root.call("cam", "AddUser", json!({"Name": "dev", "UseApi": 1})).await;
    let dev = app.client(user["SecretId"].as_str().unwrap(), user["SecretKey"].as_str().unwrap());
    let dev = dev.on(&node.address);
    let found = root.call("cam", "ListPolicies", json!({"Keyword": "QcloudCamReadOnlyAccess"})).await;
    let policy = &found["List"][0]["PolicyId"];

    for _ in 0..10 {
        assert_eq!(code(&dev.call("cam", "ListUsers", json!({})).await), DENIED);
        let attach = json!({"PolicyId": policy, "AttachUin": user["Uin"]});
        assert_eq!(code(&root.call("cam", "AttachUserPolicy", attach).await), "");
        assert_eq!(code(&dev.call("cam", "ListUsers", json!({})).await), "");
        let detach = json!({"PolicyId": policy, "DetachUin": user["Uin"]});
        assert_eq!(code(&root.call("cam", "DetachUserPolicy", detach).await), "");
    }
}

#[actix_web::test]
async fn an_id_that_nobody_had_works_as_soon_as_somebody_has_it() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;
    let client = app.key_of(&root).await;
    let operator = app.other_connection();
    let renamed = format!("AKID{}", "x".repeat(32));
    let early = app.client(&renamed, &client.secret_key);

    assert_eq!(early.who().await, GONE);
    assert_eq!(early.who().await, GONE);
    run(&operator, &format!("UPDATE api_keys SET note = 'x' WHERE secret_id = '{}'", client.secret_id));
    assert_eq!(early.who().await, GONE);
    assert_eq!(app.key_of(&root).await.who().await, "");
}

#[actix_web::test]
async fn a_change_seen_by_one_node_serves_no_read_on_another() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let node = app.second_node();
    let there = client.on(&node.address);
    assert_eq!(there.who().await, "", "the other node knows the key already");

    let change = client.sign_plainly("cam", "CreateAccessKey", &json!({}));
    assert_eq!(code(&client.response(&change).await), "");
    let mut read = change.clone();
    read.set("x-tc-action", "ListAccessKeys");
    app.wait(3);

    assert_eq!(code(&there.response(&read).await), "RequestLimitExceeded");
    assert_eq!(code(&there.response(&change).await), "RequestLimitExceeded");
    assert_eq!(there.who().await, "");
}

#[actix_web::test]
async fn nothing_is_allowed_from_memory_while_the_database_does_not_answer() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let operator = app.other_connection();
    assert_eq!(client.who().await, "");

    run(&operator, "ALTER TABLE sequences RENAME TO away");
    assert_eq!(client.who().await, AWAY);
    assert_eq!(client.who().await, AWAY);
    run(&operator, "ALTER TABLE away RENAME TO sequences");

    assert_eq!(client.who().await, "");
}

#[actix_web::test]
async fn a_connection_that_was_cut_costs_no_call_and_what_came_over_it_is_forgotten() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    if app.database.is_sqlite() {
        return;
    }
    let operator = app.other_connection();
    let cut = || {
        let others = "application_name = current_setting('application_name') AND pid <> pg_backend_pid()";
        run(&operator, &format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"));
    };
    for _ in 0..5 {
        assert_eq!(client.who().await, "");
        cut();
    }

    // As after a fail-over to a copy that is behind: the same number, and yet other rows.
    assert_eq!(client.who().await, "");
    let disable = |conn: &mut Conn| {
        diesel::sql_query("SET LOCAL session_replication_role = replica").execute(conn)?;
        diesel::sql_query("UPDATE api_keys SET status = 'disabled'").execute(conn)?;
        Ok::<_, StoreError>(())
    };
    operator.write_now(disable).unwrap();
    cut();
    assert_eq!(client.who().await, GONE);
}

#[actix_web::test]
async fn a_database_file_that_was_moved_allows_nothing() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    if !app.database.is_sqlite() {
        return;
    }
    let file = app.database.url.trim_start_matches("sqlite://").to_owned();
    let ready = async || reqwest::get(format!("{}/readyz", app.address)).await.unwrap().status();
    assert_eq!((client.who().await.as_str(), ready().await), ("", StatusCode::OK));

    std::fs::rename(&file, format!("{file}.away")).unwrap();
    assert_eq!((client.who().await.as_str(), ready().await), (AWAY, StatusCode::SERVICE_UNAVAILABLE));
    std::fs::copy(format!("{file}.away"), &file).unwrap();
    assert_eq!(client.who().await, AWAY, "another file of the same name");
    std::fs::rename(format!("{file}.away"), &file).unwrap();

    assert_eq!((client.who().await.as_str(), ready().await), ("", StatusCode::OK));
}
