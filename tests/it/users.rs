//! Users: found by what people remember, added and edited within the rules, deleted without leftovers.

use crate::support::people::{PASSWORD, uin_in};
use crate::support::{Answer, TestApp};
use reqwest::StatusCode;

async fn found(browser: &crate::support::Browser, query: &str) -> Vec<String> {
    browser.get(&format!("/users?{query}")).await.texts("tr[data-uin] th a")
}

#[actix_web::test]
async fn a_search_finds_by_name_uin_secret_id_note_phone_and_email() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let fields = [
        ("kind", "sub_user"),
        ("user_name", "Dev-Alice"),
        ("note", "ci runner, Berlin"),
        ("phone", "+86 138-0013 8000"),
        ("email", "alice@example.com"),
    ];
    let uin = uin_in(&root.browser.submit("/users/new", "/users/new", &fields).await.redirect());
    app.sub_user(&root, "bob", &[]).await;
    let id = root.create_key(&format!("/users/{uin}/keys")).await;

    for text in [
        "dev-alice",
        "ALICE",
        "lice",
        "berlin",
        "ci run",
        "13800138000",
        "%2B86+138",
        "0013",
        "example.com",
        uin.as_str(),
        id.as_str(),
        &id[..8],
    ] {
        assert_eq!(found(&root.browser, &format!("q={text}")).await, ["Dev-Alice"], "{text}");
    }
    for text in ["carol", "%25", "_", "100000000999", &id[..7], &id.to_lowercase(), "'"] {
        assert!(found(&root.browser, &format!("q={text}")).await.is_empty(), "{text}");
    }
}

#[actix_web::test]
async fn digits_with_dashes_and_blanks_are_found_as_they_are_written() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let users = [
        ("job-2024-11", "since 2024-11-05", ""),
        ("ops-x", "INC 47 11", ""),
        ("zed", "tel 12 34", ""),
        ("caller", "", "+86 202-411"),
    ];
    for (name, note, phone) in users {
        let fields = [("kind", "sub_user"), ("user_name", name), ("note", note), ("phone", phone)];
        root.browser.submit("/users/new", "/users/new", &fields).await.redirect();
    }
    let wanted: [(&str, &[&str]); 7] = [
        ("2024-11", &["caller", "job-2024-11"]),
        ("2024-11-05", &["job-2024-11"]),
        ("11-05", &["job-2024-11"]),
        ("47+11", &["ops-x"]),
        ("12+34", &["zed"]),
        ("202411", &["caller"]),
        ("4-1", &["job-2024-11"]),
    ];
    for (text, names) in wanted {
        let mut names = names.to_vec();
        names.sort_unstable();
        assert_eq!(found(&root.browser, &format!("q={text}")).await, names, "{text}");
    }
    assert!(root.browser.get("/jump?q=2024-11-05").await.body.contains("job-2024-11"));
}

#[actix_web::test]
async fn a_search_never_leaves_the_account() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let rival = app.root_named("rival").await;
    let theirs = app.sub_user(&rival, "dev-alice", &[]).await;
    let id = rival.create_key(&format!("/users/{}/keys", theirs.uin)).await;

    for text in ["dev-alice", theirs.uin.as_str(), id.as_str()] {
        assert!(found(&root.browser, &format!("q={text}")).await.is_empty(), "{text}");
    }
}

#[actix_web::test]
async fn filters_narrow_the_list() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let partner = app.root_named("partner").await;
    let fields = [("kind", "collaborator"), ("user_name", "bo"), ("uin", partner.uin.as_str())];
    root.browser.submit("/users/new", "/users/new", &fields).await.redirect();
    let alice = app.sub_user(&root, "alice", &[]).await;
    app.sub_user(&root, "carol", &[]).await;
    let keys = format!("/users/{}/keys", alice.uin);
    let id = root.create_key(&keys).await;
    root.browser.submit(&keys, &format!("{keys}/{id}/disable"), &[]).await.redirect();

    assert_eq!(found(&root.browser, "").await, ["alice", "bo", "carol", "root"]);
    assert_eq!(found(&root.browser, "type=collaborator").await, ["bo"]);
    assert_eq!(found(&root.browser, "type=sub_user").await, ["alice", "carol"]);
    assert_eq!(found(&root.browser, "mfa=on").await, ["bo", "root"]);
    assert_eq!(found(&root.browser, "mfa=off").await, ["alice", "carol"]);
    assert_eq!(found(&root.browser, "key=any").await, ["alice"]);
    assert_eq!(found(&root.browser, "key=disabled").await, ["alice"]);
    assert!(found(&root.browser, "key=enabled").await.is_empty());
    assert_eq!(found(&root.browser, "key=none&type=sub_user").await, ["carol"]);
}

#[actix_web::test]
async fn pages_follow_each_other_in_both_directions_without_gaps() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let csrf = root.browser.get("/users/new").await.csrf();
    for number in 0..120 {
        let name = format!("user-{number:03}");
        root.browser
            .post("/users/new", &csrf, &[("kind", "sub_user"), ("user_name", &name)])
            .await
            .redirect();
    }

    let mut pages: Vec<Vec<String>> = Vec::new();
    let mut next = Some("/users".to_owned());
    let mut last: Option<Answer> = None;
    while let Some(path) = next {
        let page = root.browser.get(&path).await;
        pages.push(page.texts("tr[data-uin] th a"));
        next = page
            .attribute("a[rel=next]", "href")
            .map(|href| if href.starts_with('?') { format!("/users{href}") } else { href });
        last = Some(page);
    }
    let back = last.unwrap().attribute("a[rel=prev]", "href").unwrap();
    let back = if back.starts_with('?') { format!("/users{back}") } else { back };

    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [50, 50, 21]);
    let all = pages.concat();
    assert!(all.is_sorted_by_key(|name| name.to_lowercase()) && all.len() == 121);
    assert_eq!(root.browser.get(&back).await.texts("tr[data-uin] th a"), pages[1]);
}

#[actix_web::test]
async fn a_user_with_keys_is_not_deleted_and_the_keys_are_named() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.signed_in(&root, "dev-alice", &["QcloudCollApiKeyManageAccess"]).await;
    let keys = format!("/users/{}/keys", alice.uin);
    let id = root.create_key(&keys).await;
    let delete = format!("/users/{}/delete", alice.uin);

    let refused = root.browser.submit(&keys, &delete, &[("confirm", "dev-alice")]).await;
    root.browser.submit(&keys, &format!("{keys}/{id}/disable"), &[]).await.redirect();
    root.browser.submit(&keys, &format!("{keys}/{id}/delete"), &[("confirm", &id[32..])]).await.redirect();
    let unconfirmed = root.browser.submit(&delete, &delete, &[("confirm", "somebody")]).await;
    root.browser.submit(&delete, &delete, &[("confirm", "dev-alice")]).await.redirect();

    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.body.contains(&id));
    assert_eq!(unconfirmed.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(root.browser.open(&format!("/users/{}", alice.uin)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(alice.browser.get("/keys").await.status, StatusCode::SEE_OTHER);
    let again = app.sub_user(&root, "dev-alice", &[]).await;
    assert_ne!(again.uin, alice.uin, "a UIN is never given twice");
}

#[actix_web::test]
async fn fields_that_do_not_fit_come_back_as_they_were_typed() {
    let app = TestApp::spawn();
    let root = app.root().await;
    app.sub_user(&root, "taken", &[]).await;
    let long = "x".repeat(300);

    for (field, value) in [
        ("user_name", ""),
        ("user_name", "TAKEN"),
        ("user_name", &long),
        ("user_name", "a b"),
        ("note", &long),
        ("phone", "call me"),
        ("email", "nowhere"),
        ("password", "short"),
    ] {
        let mut fields = vec![("kind", "sub_user"), ("console_login", "1")];
        for (name, good) in [
            ("user_name", "dev-alice"),
            ("note", "a note"),
            ("phone", "123"),
            ("email", "a@b.example"),
            ("password", PASSWORD),
        ] {
            fields.push((name, if name == field { value } else { good }));
        }
        let answer = root.browser.submit("/users/new", "/users/new", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}={value}");
        assert!(answer.text(&format!("#{field}-error")).is_some(), "{field}={value}");
        let kept = if field == "note" { "email" } else { "note" };
        assert!(answer.attribute(&format!("[name={kept}]"), "value").is_some_and(|text| !text.is_empty()));
        assert!(!answer.body.contains(PASSWORD));
    }
    assert!(found(&root.browser, "q=dev-alice").await.is_empty());
}

#[actix_web::test]
async fn everything_that_does_not_fit_is_said_at_once() {
    let app = TestApp::spawn();
    let root = app.root().await;

    for (fields, expected) in [
        (
            vec![
                ("kind", "sub_user"),
                ("console_login", "1"),
                ("user_name", "a b"),
                ("email", "nowhere"),
                ("password", "short"),
                ("uin", root.uin.as_str()),
            ],
            vec!["#field-user_name", "#field-email", "#field-password", "#field-uin"],
        ),
        (
            vec![("kind", "collaborator"), ("user_name", ""), ("password", PASSWORD), ("uin", "1")],
            vec!["#field-user_name", "#field-password", "#field-uin"],
        ),
        (
            vec![
                ("kind", "sub_user"),
                ("user_name", "dev-alice"),
                ("password", PASSWORD),
                ("phone", "call me"),
            ],
            vec!["#field-phone", "#field-console_login"],
        ),
    ] {
        let answer = root.browser.submit("/users/new", "/users/new", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answer.attributes(".error-summary a", "href"), expected);
    }
}

#[actix_web::test]
async fn a_collaborator_must_be_another_existing_root() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let partner = app.root_named("partner").await;
    let alice = app.sub_user(&partner, "alice", &[]).await;

    for uin in ["", "abc", "100000000999", root.uin.as_str(), alice.uin.as_str()] {
        let fields = [("kind", "collaborator"), ("user_name", "bo"), ("uin", uin)];
        let answer = root.browser.submit("/users/new", "/users/new", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{uin}");
        assert!(answer.text("#uin-error").is_some(), "{uin}");
    }
    let fields = [("kind", "collaborator"), ("user_name", "bo"), ("uin", partner.uin.as_str())];
    root.browser.submit("/users/new", "/users/new", &fields).await.redirect();
    let twice = [("kind", "collaborator"), ("user_name", "bo2"), ("uin", partner.uin.as_str())];
    assert_eq!(
        root.browser.submit("/users/new", "/users/new", &twice).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

#[actix_web::test]
async fn nobody_gives_more_than_it_may_attach() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let maker = app.signed_in(&root, "maker", &["QcloudCamReadOnlyAccess"]).await;
    let csrf = maker.browser.get("/users").await.csrf();

    let fields = [("kind", "sub_user"), ("user_name", "puppet"), ("policy", "AdministratorAccess")];
    let answer = maker.browser.post("/users/new", &csrf, &fields).await;

    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(found(&root.browser, "q=puppet").await.is_empty());
}

#[actix_web::test]
async fn a_reset_password_and_mfa_end_sessions_and_let_the_user_start_again() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.enrolled(&root, "dev-alice", &["QcloudCollApiKeyReadOnlyAccess"]).await;
    let security = format!("/users/{}/security", alice.uin);

    let question = root.browser.submit(&security, &format!("{security}/reset-mfa"), &[]).await.redirect();
    assert_eq!(alice.browser.get("/keys").await.status, StatusCode::OK);
    root.pass(&app, &question).await.redirect();
    assert_eq!(alice.browser.get("/keys").await.status, StatusCode::SEE_OTHER);
    let question =
        root.browser.submit(&security, &format!("{security}/reset-password"), &[]).await.redirect();
    let shown = root.pass(&app, &question).await.redirect();
    let password = root.browser.get(&shown).await.text("#initial-password").unwrap();

    let fields =
        [("account", root.uin.as_str()), ("user_name", "dev-alice"), ("password", password.as_str())];
    assert_eq!(alice.browser.submit("/login", "/login", &fields).await.redirect(), "/");
    assert_eq!(alice.browser.get("/keys").await.redirect(), "/me/password");
}

#[actix_web::test]
async fn a_row_offers_what_the_reader_may_open_of_that_user() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.signed_in(&root, "dev-alice", &["QcloudCamReadOnlyAccess"]).await;
    let page = format!("/users/{}", alice.uin);
    let row = format!("tr[data-uin='{}'] td.ops", alice.uin);
    let tabs = ["permissions", "groups", "security", "activity"].map(|tab| format!("{page}/{tab}"));

    let by_root = root.browser.get("/users").await;
    let by_alice = alice.browser.get("/users").await;

    assert_eq!(by_root.texts(&format!("{row} > a")), ["API keys"]);
    assert_eq!(
        by_root.texts(&format!("{row} details a")),
        ["Permissions", "Groups", "Security", "Activity", "Edit"]
    );
    assert_eq!(by_root.attribute(&format!("{row} summary"), "aria-label").unwrap(), "More for dev-alice");
    assert_eq!(by_alice.attributes(&format!("{row} details a"), "href"), tabs, "and nothing to edit");
    for address in by_root.attributes(&format!("{row} a"), "href") {
        assert_eq!(root.browser.get(&address).await.status, StatusCode::OK, "{address}");
    }
}
