//! Groups: created within the limits, filled and emptied, each change in the log, each limit held.

use crate::support::people::{PASSWORD, Person};
use crate::support::{Answer, TestApp};
use camlock::domain::group::{MAX_GROUPS_PER_USER, MAX_MEMBERS};
use reqwest::StatusCode;

/// Creates a group and gives its address.
async fn group(root: &Person, name: &str) -> String {
    root.browser.submit("/groups/new", "/groups/new", &[("group_name", name)]).await.redirect()
}

async fn add(root: &Person, group: &str, uins: &[&str]) -> Answer {
    let address = format!("{group}/members/add");
    let fields: Vec<(&str, &str)> = uins.iter().map(|uin| ("member", *uin)).collect();
    root.browser.submit(group, &address, &fields).await
}

async fn members(root: &Person, group: &str) -> Vec<String> {
    root.browser.get(&format!("{group}/members")).await.texts("tr[data-uin] th a")
}

/// A sub-user without console access, which is cheap to make.
async fn bare_user(root: &Person, csrf: &str, name: &str) -> String {
    let fields = [("kind", "sub_user"), ("user_name", name)];
    let to = root.browser.post("/users/new", csrf, &fields).await.redirect();
    crate::support::people::uin_in(&to)
}

#[actix_web::test]
async fn a_group_is_created_found_renamed_and_deleted_each_in_the_log() {
    let app = TestApp::spawn();
    let root = app.root().await;

    let developers = group(&root, "Developers").await;
    group(&root, "Auditors").await;
    assert_eq!(root.browser.get("/groups").await.texts("tr[data-group-id] th a"), ["Auditors", "Developers"]);
    let fields = [("group_name", "Platform"), ("remark", "Berlin team")];
    root.browser.submit(&developers, &format!("{developers}/edit"), &fields).await.redirect();
    let found = root.browser.get("/groups?q=BERLIN").await;
    assert_eq!(found.count("tr[data-group-id]"), 1);
    assert_eq!(found.text("tr[data-group-id] th a").as_deref(), Some("Platform"));
    let delete = format!("{developers}/delete");
    let wrong = root.browser.submit(&delete, &delete, &[("confirm", "Developers")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text("#confirm-error").unwrap().contains("Platform"));
    root.browser.submit(&delete, &delete, &[("confirm", "Platform")]).await.redirect();

    assert_eq!(root.browser.get(&developers).await.status, StatusCode::NOT_FOUND);
    for (event, count) in [("CreateGroup", 2), ("UpdateGroup", 1), ("DeleteGroup", 1)] {
        assert_eq!(root.events(event).await, count, "{event}");
    }
}

#[actix_web::test]
async fn a_group_name_is_wanted_short_and_unique_without_case() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let developers = group(&root, "Entwickler Ä").await;
    let other = group(&root, "Other").await;
    let long = "x".repeat(65);

    for name in ["", "   ", "entwickler ä", "ENTWICKLER Ä", "a\u{7}b", &long] {
        let fields = [("group_name", name), ("remark", "kept")];
        let answer = root.browser.submit("/groups/new", "/groups/new", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(answer.text("#group_name-error").is_some(), "{name}");
        assert_eq!(answer.attribute("[name=remark]", "value").as_deref(), Some("kept"));
    }
    let answer =
        root.browser.submit(&other, &format!("{other}/edit"), &[("group_name", "entwickler ä")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [("group_name", "ENTWICKLER Ä")];
    root.browser.submit(&developers, &format!("{developers}/edit"), &fields).await.redirect();
    assert_eq!(root.browser.get("/groups").await.count("tr[data-group-id]"), 2);
}

#[actix_web::test]
async fn users_are_added_and_removed_from_both_sides() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "alice", &[]).await;
    let bob = app.sub_user(&root, "bob", &[]).await;
    let developers = group(&root, "Developers").await;
    let id = developers.trim_start_matches("/groups/").to_owned();

    assert_eq!(add(&root, &developers, &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    add(&root, &developers, &[&alice.uin, &alice.uin]).await.redirect();
    let bobs = format!("/users/{}/groups", bob.uin);
    root.browser.submit(&bobs, &format!("{bobs}/join"), &[("group", &id)]).await.redirect();
    assert_eq!(members(&root, &developers).await, ["alice", "bob"]);
    assert_eq!(root.browser.get(&bobs).await.text("tr[data-group-id] th a").as_deref(), Some("Developers"));
    let choices = root.browser.get(&format!("{developers}/members/add")).await;
    assert_eq!(choices.count("input[name=member]"), 0);

    root.browser.submit(&bobs, &format!("{bobs}/{id}/leave"), &[]).await.redirect();
    let twice = root.browser.submit(&bobs, &format!("{bobs}/{id}/leave"), &[]).await;
    assert_eq!(twice.status, StatusCode::NOT_FOUND);
    let remove = format!("{developers}/members/{}/remove", alice.uin);
    root.browser.submit(&developers, &remove, &[]).await.redirect();
    assert!(members(&root, &developers).await.is_empty());
    assert_eq!(root.events("AddUserToGroup").await, 2);
    assert_eq!(root.events("RemoveUserFromGroup").await, 2);
}

#[actix_web::test]
async fn neither_root_nor_a_stranger_is_put_into_a_group() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let rival = app.root_named("rival").await;
    let stranger = app.sub_user(&rival, "stranger", &[]).await;
    let alice = app.sub_user(&root, "alice", &[]).await;
    let developers = group(&root, "Developers").await;
    let theirs = group(&rival, "Theirs").await;

    for (uin, status) in [
        (root.uin.as_str(), StatusCode::CONFLICT),
        (stranger.uin.as_str(), StatusCode::UNPROCESSABLE_ENTITY),
        ("nobody", StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let answer = add(&root, &developers, &[&alice.uin, uin]).await;
        assert_eq!(answer.status, status, "{uin}");
        assert!(members(&root, &developers).await.is_empty(), "all or none");
    }
    let id = theirs.trim_start_matches("/groups/").to_owned();
    let groups = format!("/users/{}/groups", alice.uin);
    let answer = root.browser.submit(&groups, &format!("{groups}/join"), &[("group", &id)]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(members(&rival, &theirs).await.is_empty());
}

#[actix_web::test]
async fn the_limits_of_a_group_and_of_a_user_hold() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let csrf = root.browser.get("/me/security").await.csrf();
    let mut uins = Vec::new();
    for number in 0..=MAX_MEMBERS {
        uins.push(bare_user(&root, &csrf, &format!("user-{number}")).await);
    }
    let names: Vec<&str> = uins.iter().map(String::as_str).collect();
    let developers = group(&root, "Developers").await;

    let answer = add(&root, &developers, &names).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "101 at once");
    add(&root, &developers, &names[..MAX_MEMBERS]).await.redirect();
    let answer = add(&root, &developers, &names[MAX_MEMBERS..]).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.text(".error-summary").unwrap().contains("at most 100 users"));
    assert_eq!(members(&root, &developers).await.len(), MAX_MEMBERS);
    for number in 1..=MAX_GROUPS_PER_USER {
        let next = group(&root, &format!("group-{number}")).await;
        let answer = add(&root, &next, &names[..1]).await;
        let is_full = number == MAX_GROUPS_PER_USER;
        assert_eq!(answer.status == StatusCode::CONFLICT, is_full, "group {number}: {}", answer.status);
    }
    let page = root.browser.get(&format!("/users/{}/groups", uins[0])).await;
    assert_eq!(page.count("tr[data-group-id]"), MAX_GROUPS_PER_USER);
    assert_eq!(page.attribute("main .panel-head .btn", "aria-disabled").as_deref(), Some("true"));
}

#[actix_web::test]
async fn a_group_never_holds_more_than_it_may_when_many_add_at_once() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let csrf = root.browser.get("/me/security").await.csrf();
    let mut uins = Vec::new();
    for number in 0..MAX_MEMBERS + 5 {
        uins.push(bare_user(&root, &csrf, &format!("user-{number}")).await);
    }
    let developers = group(&root, "Developers").await;
    let (most, rest) = uins.split_at(MAX_MEMBERS - 2);
    let most: Vec<&str> = most.iter().map(String::as_str).collect();
    add(&root, &developers, &most).await.redirect();

    let address = format!("{developers}/members/add");
    let tries = rest.iter().map(|uin| {
        let (browser, csrf, address) = (root.browser.clone(), csrf.clone(), address.clone());
        async move { browser.post(&address, &csrf, &[("member", uin)]).await.status }
    });
    let done: Vec<StatusCode> = futures_util::future::join_all(tries).await;

    assert_eq!(done.iter().filter(|status| **status == StatusCode::SEE_OTHER).count(), 2);
    assert_eq!(members(&root, &developers).await.len(), MAX_MEMBERS);
}

#[actix_web::test]
async fn policies_of_a_group_hold_for_its_users_from_the_next_request_on() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.signed_in(&root, "alice", &[]).await;
    let readers = group(&root, "Readers").await;
    let permissions = format!("{readers}/permissions");
    let attach = format!("{permissions}/attach");

    let none = root.browser.submit(&attach, &attach, &[]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let unknown = root.browser.submit(&attach, &attach, &[("policy", "Nothing")]).await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [("policy", "QcloudCamReadOnlyAccess"), ("policy", "596171")];
    root.browser.submit(&attach, &attach, &fields).await.redirect();
    assert_eq!(root.browser.get(&permissions).await.count("tr[data-policy-id]"), 2);
    assert_eq!(alice.browser.get("/groups").await.status, StatusCode::FORBIDDEN);
    add(&root, &readers, &[&alice.uin]).await.redirect();
    assert_eq!(alice.browser.get("/groups").await.status, StatusCode::OK);
    assert_eq!(alice.browser.get("/keys").await.status, StatusCode::OK);

    root.browser.submit(&permissions, &format!("{permissions}/596170/detach"), &[]).await.redirect();
    assert_eq!(alice.browser.get("/groups").await.status, StatusCode::FORBIDDEN);
    let delete = format!("{readers}/delete");
    root.browser.submit(&delete, &delete, &[("confirm", "Readers")]).await.redirect();
    assert_eq!(alice.browser.get("/keys").await.status, StatusCode::FORBIDDEN);
    assert_eq!(root.events("AttachGroupPolicy").await, 2);
    assert_eq!(root.events("DetachGroupPolicy").await, 1);
}

#[actix_web::test]
async fn a_deleted_user_leaves_its_groups() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "alice", &[]).await;
    let developers = group(&root, "Developers").await;
    add(&root, &developers, &[&alice.uin]).await.redirect();

    let delete = format!("/users/{}/delete", alice.uin);
    root.browser.submit(&delete, &delete, &[("confirm", "alice")]).await.redirect();

    assert!(members(&root, &developers).await.is_empty());
    let fields = [("account", root.uin.as_str()), ("user_name", "alice"), ("password", PASSWORD)];
    let answer = alice.browser.submit("/login", "/login", &fields).await;
    assert_ne!(answer.status, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn a_reader_sees_groups_and_no_control() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let reader = app.signed_in(&root, "reader", &["QcloudCamReadOnlyAccess"]).await;
    let developers = group(&root, "Developers").await;
    add(&root, &developers, &[&reader.uin]).await.redirect();
    let attach = format!("{developers}/permissions/attach");
    root.browser.submit(&attach, &attach, &[("policy", "ReadOnlyAccess")]).await.redirect();

    for path in [
        "/groups".to_owned(),
        format!("{developers}/members"),
        format!("{developers}/permissions"),
        format!("/users/{}/groups", reader.uin),
    ] {
        let page = reader.browser.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        for absent in
            ["/new", "/edit\"", "/delete\"", "/add\"", "/remove", "/attach", "/detach", "/join", "/leave"]
        {
            assert!(!page.body.contains(absent), "{path} holds {absent}");
        }
    }
}
