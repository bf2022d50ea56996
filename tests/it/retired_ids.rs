//! A deleted SecretId never belongs to a key again.

use crate::support::people::Person;
use crate::support::{TestApp, Upgraded, code};
use camlock::app::keys::import::Import;
use camlock::app::keys::import::import_key;
use camlock::app::operator::fill_in::fill_in;
use camlock::domain::key::SecretId;
use camlock::domain::secret::SecretKey;
use camlock::domain::user::Uin;
use camlock::random::Random;
use serde_json::json;

/// Takes the pair in as the command line does; gives what it says against it.
async fn import(app: &TestApp, uin: &str, id: &str) -> Result<(), String> {
    let import = Import {
        owner: None,
        uin: Uin::parse(uin).unwrap(),
        secret_id: SecretId::parse(id).unwrap(),
        secret_key: SecretKey::generate(&Random::system()).unwrap(),
    };
    import_key(&app.app, import).await.map(|_| ()).map_err(|failure| failure.to_string())
}

async fn delete_in_console(root: &Person, keys: &str, id: &str) {
    root.browser.submit(keys, &format!("{keys}/{id}/disable"), &[]).await.redirect();
    root.browser.submit(keys, &format!("{keys}/{id}/delete"), &[("confirm", &id[32..])]).await.redirect();
}

#[actix_web::test]
async fn whichever_way_a_key_was_deleted_its_id_is_never_taken_in_again() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let alice = app.sub_user(&root, "alice", &[]).await;
    let uin: i64 = alice.uin.parse().unwrap();
    let keys = format!("/users/{}/keys", alice.uin);

    let in_console = root.create_key(&keys).await;
    delete_in_console(&root, &keys, &in_console).await;
    let over_the_api = root.create_key(&keys).await;
    client.done("DeleteAccessKey", json!({ "AccessKeyId": over_the_api, "TargetUin": uin })).await;
    let with_its_user = root.create_key(&keys).await;
    client.done("DeleteUser", json!({ "Name": "alice", "Force": 1 })).await;

    for id in [in_console, over_the_api, with_its_user] {
        let said = import(&app, &root.uin, &id).await.unwrap_err();
        assert!(said.contains("deleted"), "{id}: {said}");
        assert_eq!(
            code(&app.client(&id, &client.secret_key).call("cam", "GetUserAppId", json!({})).await),
            "AuthFailure.SecretIdNotFound"
        );
    }
    let never_seen = SecretId::generate(&Random::system()).unwrap();
    import(&app, &root.uin, never_seen.as_str()).await.unwrap();
}

#[actix_web::test]
async fn an_imported_key_is_retired_with_its_deletion_too() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", root.uin);
    let id = SecretId::generate(&Random::system()).unwrap();

    import(&app, &root.uin, id.as_str()).await.unwrap();
    delete_in_console(&root, &keys, id.as_str()).await;

    assert!(import(&app, &root.uin, id.as_str()).await.is_err());
    assert_eq!(root.secret_ids(&keys).await, Vec::<String>::new());
}

#[actix_web::test]
async fn ids_that_an_older_version_deleted_are_refused_before_and_after_the_log_was_read() {
    let old = Upgraded::open();
    let root = old.text("/accounts/acme/owner_uin");
    let ids: Vec<&str> =
        old["/deleted_secret_ids"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();

    for round in ["before", "after"] {
        for id in &ids {
            let said = import(&old.app, root, id).await.unwrap_err();
            assert!(said.contains("deleted"), "{round} {id}: {said}");
        }
        while fill_in(&old.app.app).await.unwrap() {}
    }
    assert_eq!(old.rows("retired_ids"), i64::try_from(ids.len()).unwrap());
}

#[actix_web::test]
async fn what_a_node_of_an_older_version_deletes_meanwhile_is_retired_as_well() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", root.uin);
    let id = root.create_key(&keys).await;
    delete_in_console(&root, &keys, &id).await;
    // Such a node writes the event and knows no table of digests.
    app.app
        .store
        .write_now(|conn| {
            diesel::RunQueryDsl::execute(diesel::sql_query("DELETE FROM retired_ids"), conn)?;
            Ok::<_, camlock::store::StoreError>(())
        })
        .unwrap();

    assert!(import(&app, &root.uin, &id).await.is_err());
    while fill_in(&app.app).await.unwrap() {}
    assert!(import(&app, &root.uin, &id).await.is_err());
}
