//! The User List at any size: what a search finds, each filter in each order, and that lists know at once what was done.

use crate::support::people::Person;
use crate::support::process::operate;
use crate::support::{TestApp, Upgraded};
use camlock::app::keys::usage::flush_usage;
use camlock::app::operator::fill_in::fill_in;
use camlock::domain::key::SecretId;
use camlock::domain::secret::SecretKey;
use camlock::random::Random;
use camlock::store::{Conn, StoreError};
use diesel::RunQueryDsl;
use diesel::sql_types::BigInt;
use serde_json::json;
use std::fs;

async fn found(browser: &crate::support::Browser, query: &str) -> Vec<String> {
    browser.get(&format!("/users?{query}")).await.texts("tr[data-uin] th a")
}

fn number(app: &TestApp, sql: &str) -> i64 {
    #[derive(diesel::QueryableByName)]
    struct Found {
        #[diesel(sql_type = BigInt)]
        number: i64,
    }
    let ask = |conn: &mut Conn| {
        Ok::<_, StoreError>(diesel::sql_query(format!("/* test */ {sql}")).get_result::<Found>(conn)?)
    };
    app.app.store.read_now(ask).unwrap().number
}

/// Lines that are not what the tables say, by the words of the schema and not by those of the code.
fn wrong_lines(app: &TestApp) -> i64 {
    number(
        app,
        "SELECT COUNT(*) AS number FROM users u LEFT JOIN user_lines l ON l.uid = u.uid WHERE l.uid IS NULL \
         OR l.name_key <> u.name_key OR l.facet <> (CASE u.kind WHEN 'root' THEN 0 WHEN 'sub_user' THEN 32 ELSE 64 END) \
         + (CASE WHEN (SELECT COUNT(*) FROM totp_devices d WHERE d.uin = u.uin) > 0 THEN 16 ELSE 0 END) \
         + 4 * (SELECT COUNT(*) FROM api_keys k WHERE k.uid = u.uid) \
         + (SELECT COUNT(*) FROM api_keys k WHERE k.uid = u.uid AND k.status = 'enabled')",
    )
}

#[actix_web::test]
async fn one_and_two_letters_find_beginnings_and_three_are_found_anywhere() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let dev = root.add_bare("dev-alice", "Zebra crossing").await;
    root.add_bare("bob", "knows alice").await;
    root.add_bare("王安娜", "北京团队").await;

    for (text, names) in [
        ("d", &["dev-alice"][..]),
        ("al", &["dev-alice"]),
        ("LI", &[]),
        ("z", &["dev-alice"]),
        ("cr", &[]),
        ("ze", &["dev-alice"]),
        ("ice", &["bob", "dev-alice"]),
        ("ross", &["dev-alice"]),
        ("nows al", &["bob"]),
        ("王", &["王安娜"]),
        ("安", &[]),
        ("安娜", &["王安娜"]),
        ("京团", &["王安娜"]),
        ("1", &["bob", "dev-alice", "root", "王安娜"]),
        ("00", &[]),
        (&dev[6..], &["dev-alice"]),
    ] {
        assert_eq!(found(&root.browser, &format!("q={text}")).await, names, "{text}");
    }
    let hint = root.browser.get("/users").await.text("#q-hint").unwrap();
    assert!(hint.contains("1 or 2 letters") && hint.contains("in Chinese 2"), "{hint}");
}

#[actix_web::test]
async fn a_renamed_user_is_found_and_sorted_by_the_new_name_alone() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let uin = root.add_bare("aaron", "first").await;
    root.add_bare("bob", "").await;

    let edit = format!("/users/{uin}/edit");
    let fields = [("user_name", "zoe"), ("note", "second")];
    root.browser.submit(&edit, &edit, &fields).await.redirect();

    assert_eq!(found(&root.browser, "").await, ["bob", "root", "zoe"]);
    for (text, is_found) in [("a", false), ("aaron", false), ("firs", false), ("z", true), ("econd", true)] {
        assert_eq!(found(&root.browser, &format!("q={text}")).await == ["zoe"], is_found, "{text}");
    }
    assert_eq!(wrong_lines(&app), 0);
}

#[actix_web::test]
async fn each_order_is_kept_by_each_filter_in_both_directions_and_across_pages() {
    let app = TestApp::spawn();
    let root = app.root().await;
    for index in 0..60 {
        root.add_bare(&format!("user-{:02}", index * 37 % 60), if index % 2 == 0 { "even team" } else { "" })
            .await;
        app.wait(1);
    }
    // Keys, their use and apps, as bulk would leave them; triggers keep the lines.
    let first = number(&app, "SELECT MIN(uid) AS number FROM users WHERE kind = 'sub_user'");
    app.execute(&format!(
        "INSERT INTO api_keys (secret_id, uid, owner_uin, uin, slot, secret, status, created_at, created_by, changed_at, changed_by) \
         SELECT 'AKIDaaaaaaaaaaaaaaaaaaaaaaa' || u.uid, u.uid, u.owner_uin, u.uin, 1, u.name, \
         CASE WHEN u.uid % 4 = 0 THEN 'disabled' ELSE 'enabled' END, 0, 'x', 0, 'x' FROM users u WHERE u.uid >= {first} AND u.uid % 2 = 0")
        .replace("u.name, ", if app.database.is_sqlite() { "x'00', " } else { "'\\x00'::bytea, " }));
    app.execute(&format!("UPDATE user_lines SET last_used_at = 60 * (uid % 7) WHERE uid >= {first}"));
    assert_eq!(wrong_lines(&app), 0);

    for filter in [
        "",
        "key=any",
        "key=none",
        "key=enabled",
        "key=disabled&type=sub_user",
        "mfa=off",
        "q=user",
        "q=team&key=any",
        "q=u",
    ] {
        for (sort, column) in [
            ("name", "name_key"),
            ("created", "created_at, uid"),
            ("used", "last_used_at, uid"),
            ("keys", "(facet / 4) % 4, name_key"),
        ] {
            let up = walked(&root, &format!("{filter}&sort={sort}")).await;
            let mut down = walked(&root, &format!("{filter}&sort=-{sort}")).await;
            down.reverse();

            assert_eq!(up, down, "{filter} {sort}");
            let rank = number_of_rank(&app, column, &up);
            assert!(rank.is_sorted(), "{filter} {sort}: {up:?}");
        }
    }
    assert_eq!(walked(&root, "key=any&sort=created").await.len(), 30);
    assert_eq!(
        walked(&root, "q=team&key=any").await.len() + walked(&root, "q=team&key=none").await.len(),
        30
    );
}

/// Every name of a list, page after page, and that going back shows the same pages.
async fn walked(root: &Person, query: &str) -> Vec<String> {
    let mut pages: Vec<Vec<String>> = Vec::new();
    let mut next = Some(format!("/users?{query}"));
    let mut back = None;
    while let Some(path) = next {
        let page = root.browser.get(&path).await;
        pages.push(page.texts("tr[data-uin] th a"));
        next = page.attribute("a[rel=next]", "href");
        back = page.attribute("a[rel=prev]", "href");
    }
    if let Some(back) = back {
        assert_eq!(
            root.browser.get(&back).await.texts("tr[data-uin] th a"),
            pages[pages.len() - 2],
            "{query}"
        );
    }
    pages.concat()
}

/// Where each of some names stands when the database sorts the lines by hand.
fn number_of_rank(app: &TestApp, order: &str, names: &[String]) -> Vec<i64> {
    let rank = |name: &String| {
        number(
            app,
            &format!(
                "SELECT place AS number FROM (SELECT name_key, ROW_NUMBER() OVER (ORDER BY {order}) AS place \
                 FROM user_lines) AS ranked WHERE name_key = '{}'",
                name.to_lowercase()
            ),
        )
    };
    names.iter().map(rank).collect()
}

#[actix_web::test]
async fn the_heads_of_columns_sort_without_script_and_say_how_the_list_is_sorted() {
    let app = TestApp::spawn();
    let root = app.root().await;
    root.add_bare("alice", "").await;

    let first = root.browser.get("/users?q=a&type=sub_user").await;
    let by_keys = first.attribute("th[scope=col] a[href*='sort=-keys']", "href").unwrap();
    let sorted = root.browser.get(&by_keys).await;

    assert_eq!(first.text("th[aria-sort=ascending]").unwrap(), "User name");
    assert!(by_keys.contains("q=a") && by_keys.contains("type=sub_user"), "{by_keys}");
    assert_eq!(sorted.text("th[aria-sort=descending]").unwrap(), "API keys");
    assert_eq!(sorted.attribute("select[name=sort] option[selected]", "value").as_deref(), Some("-keys"));
    let orders = sorted.attributes("select[name=sort] option", "value");
    assert_eq!(orders.len(), 8);
    for order in orders {
        assert_eq!(root.browser.get(&format!("/users?sort={order}")).await.status, 200, "{order}");
    }
    assert_eq!(root.browser.get("/users?sort=shoe").await.status, 400);
    assert_eq!(root.browser.get("/users?sort=created&after=c:x:y").await.status, 400);
}

#[actix_web::test]
async fn a_change_of_keys_is_in_the_list_at_once_whichever_way_it_came() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let uin = root.add_bare("alice", "").await;
    let keys = format!("/users/{uin}/keys");
    let of_alice = async |query: &str| found(&root.browser, &format!("type=sub_user&{query}")).await.len();

    let id = root.create_key(&keys).await;
    assert_eq!(
        [of_alice("key=enabled").await, of_alice("key=disabled").await, of_alice("key=none").await],
        [1, 0, 0]
    );
    root.browser.submit(&keys, &format!("{keys}/{id}/disable"), &[]).await.redirect();
    assert_eq!([of_alice("key=enabled").await, of_alice("key=disabled").await], [0, 1]);
    root.browser.submit(&keys, &format!("{keys}/{id}/enable"), &[]).await.redirect();
    assert_eq!([of_alice("key=enabled").await, of_alice("key=disabled").await], [1, 0]);

    let client = app.key_of(&root).await;
    let made = client.call("cam", "CreateAccessKey", json!({"TargetUin": uin.parse::<i64>().unwrap()})).await;
    let other = made["AccessKey"]["AccessKeyId"].as_str().unwrap().to_owned();
    client
        .call(
            "cam",
            "UpdateAccessKey",
            json!({"AccessKeyId": other, "Status": "Inactive", "TargetUin": uin.parse::<i64>().unwrap()}),
        )
        .await;
    assert_eq!([of_alice("key=enabled").await, of_alice("key=disabled").await], [1, 1], "{made}");
    for id in [&id, &other] {
        client
            .call(
                "cam",
                "DeleteAccessKey",
                json!({"AccessKeyId": id, "TargetUin": uin.parse::<i64>().unwrap()}),
            )
            .await;
    }
    assert_eq!([of_alice("key=any").await, of_alice("key=none").await], [0, 1]);

    let random = Random::system();
    let id = SecretId::generate(&random).unwrap().to_string();
    fs::write(app.folder.path().join("secret"), SecretKey::generate(&random).unwrap().expose()).unwrap();
    let import = ["key", "import", "--uin", &uin, "--secret-id", &id, "--secret-key-file", "secret"];
    assert!(operate(&app, &import).status.success());
    assert_eq!(of_alice("key=enabled").await, 1);
    assert_eq!(wrong_lines(&app), 0);
}

#[actix_web::test]
async fn an_authenticator_app_is_in_the_lists_of_all_accounts_at_once() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let mut partner = app.bare_root("partner").await;
    partner.sign_in(&app).await;
    let fields = [("kind", "collaborator"), ("user_name", "bo"), ("uin", partner.uin.as_str())];
    root.browser.submit("/users/new", "/users/new", &fields).await.redirect();
    let mut alice = app.signed_in(&root, "alice", &[]).await;
    assert_eq!(found(&root.browser, "mfa=on").await, ["root"]);

    partner.enrol(&app).await;
    alice.enrol(&app).await;
    assert_eq!(found(&root.browser, "mfa=on").await, ["alice", "bo", "root"]);
    assert_eq!(found(&partner.browser, "mfa=on").await, ["partner"]);

    let security = format!("/users/{}/security", alice.uin);
    let question = root.browser.submit(&security, &format!("{security}/reset-mfa"), &[]).await.redirect();
    root.pass(&app, &question).await.redirect();
    assert_eq!(found(&root.browser, "mfa=off").await, ["alice"]);
    assert_eq!(wrong_lines(&app), 0);
}

#[actix_web::test]
async fn a_deleted_user_leaves_nothing_to_be_found_by() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let uin = root.add_bare("alice", "").await;
    let delete = format!("/users/{uin}/delete");

    root.browser.submit(&delete, &delete, &[("confirm", "alice")]).await.redirect();

    for table in ["user_lines", "user_starts", "user_terms"] {
        let left = format!("SELECT COUNT(*) AS number FROM {table} WHERE uid NOT IN (SELECT uid FROM users)");
        assert_eq!(number(&app, &left), 0, "{table}");
    }
    assert_eq!(number(&app, "SELECT COUNT(*) AS number FROM user_lines"), 1);
}

#[actix_web::test]
async fn the_last_use_of_a_users_keys_is_in_the_list_to_the_minute() {
    let app = TestApp::spawn();
    let root = app.root().await;
    root.add_bare("alice", "").await;
    let client = app.key_of(&root).await;
    assert!(root.browser.get("/users").await.texts("td[data-label='Last activity'] small").is_empty());

    client.call("cam", "GetUserAppId", json!({})).await;
    let used_at = app.now();
    flush_usage(&app.app).await.unwrap();
    let noted = number(&app, "SELECT MAX(last_used_at) AS number FROM user_lines");

    assert_eq!(noted, used_at - used_at % 60);
    assert_eq!(found(&root.browser, "sort=-used").await, ["root", "alice"]);
    assert_eq!(found(&root.browser, "sort=used").await, ["alice", "root"]);
}

#[actix_web::test]
async fn changes_of_one_user_at_once_leave_the_line_right() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let uins: Vec<String> = vec![root.add_bare("alice", "").await, root.add_bare("bob", "").await];
    let client = app.key_of(&root).await;
    let second = app.second_node();

    for _ in 0..6 {
        let calls = uins.iter().flat_map(|uin| [uin.clone(), uin.clone()]).map(|uin| {
            let client = &client;
            async move {
                let target = uin.parse::<i64>().unwrap();
                let made = client.call("cam", "CreateAccessKey", json!({"TargetUin": target})).await;
                if let Some(id) = made["AccessKey"]["AccessKeyId"].as_str() {
                    let change = json!({"TargetUin": target, "AccessKeyId": id, "Status": "Inactive"});
                    client.call("cam", "UpdateAccessKey", change).await;
                    client
                        .call("cam", "DeleteAccessKey", json!({"TargetUin": target, "AccessKeyId": id}))
                        .await;
                }
            }
        });
        futures_util::future::join_all(calls).await;
        assert_eq!(wrong_lines(&app), 0);
    }
    drop(second);
}

#[actix_web::test]
async fn an_older_database_is_listed_before_it_serves_and_searched_in_full_soon_after() {
    let old = Upgraded::open();
    let root = old.root().await;
    let alice = old["/users"]["alice"]["uin"].as_str().unwrap().to_owned();

    assert_eq!(wrong_lines(&old.app), 0);
    assert!(number(&old.app, "SELECT MAX(last_used_at) AS number FROM user_lines") > 0);
    // Beginnings are found by what earlier versions kept until they are kept themselves.
    old.app.execute("UPDATE user_lines SET is_searchable = FALSE");
    old.app.execute("DELETE FROM user_starts");
    let page = root.browser.get("/users?q=al").await;
    assert!(page.texts("tr[data-uin] th a").iter().any(|name| name.contains("alice")), "{}", page.body);
    assert!(page.body.contains("after its update"));

    while fill_in(&old.app.app).await.unwrap() {}

    let page = root.browser.get("/users?q=al").await;
    assert!(!page.body.contains("after its update"));
    assert!(page.texts("tr[data-uin] th a").iter().any(|name| name.contains("alice")), "{}", page.body);
    let part = &alice[4..];
    assert!(
        found(&root.browser, &format!("q={part}")).await.iter().any(|name| name.contains("alice")),
        "{part}"
    );
}
