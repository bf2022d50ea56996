//! The box on every page that leads to whatever has a name or an id.

use crate::support::TestApp;
use crate::support::browser::Browser;
use reqwest::StatusCode;
use serde_json::json;

async fn found(browser: &Browser, text: &str) -> Vec<String> {
    let page = browser.get(&format!("/jump?q={text}")).await;
    assert_eq!(page.status, StatusCode::OK, "{text}");
    page.attributes(".jump-found a", "href")
}

#[actix_web::test]
async fn a_whole_id_opens_its_page_and_a_part_of_a_name_lists_what_has_it() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "billing-alice", &[]).await;
    let keys = format!("/users/{}/keys", alice.uin);
    let id = root.create_key(&keys).await;

    let to = |text: String| {
        let browser = &root.browser;
        async move { browser.get(&format!("/jump?q={text}")).await.location() }
    };
    assert_eq!(to(alice.uin.clone()).await.unwrap(), format!("/users/{}", alice.uin));
    assert_eq!(to(id.clone()).await.unwrap(), format!("{keys}/{id}/history"));
    let request = "0193a0d2-5c3e-7f00-8a11-2b3c4d5e6f70";
    assert_eq!(to(request.to_uppercase()).await.unwrap(), format!("/audit?request_id={request}"));

    assert_eq!(found(&root.browser, "billing").await, [format!("/users/{}", alice.uin)]);
    assert_eq!(
        found(&root.browser, &id[..8]).await,
        [format!("{keys}/{id}/history")],
        "the first 8 are enough"
    );
    assert!(found(&root.browser, &id[..7]).await.is_empty(), "7 are too few");
    let policies = found(&root.browser, "qcloudcam").await;
    assert!(policies.len() > 1 && policies.iter().all(|href| href.starts_with("/policies/")), "{policies:?}");
    let nothing = root.browser.get("/jump?q=%3Cscript%3E").await;
    assert!(nothing.text(".empty h2").unwrap().contains("<script>"));
    assert_eq!(root.browser.get("/users").await.attributes("header form.jump", "action"), ["/jump"]);
}

#[actix_web::test]
async fn a_key_that_is_deleted_leads_to_its_events() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let id = "AKIDaaaabbbbccccddddeeeeffffgggghhhh";
    let answer = root.browser.get(&format!("/jump?q={id}")).await;
    assert_eq!(answer.location().unwrap(), format!("/audit?target={id}"));
}

#[actix_web::test]
async fn what_policies_hide_is_not_found() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "alice", &[]).await;
    let id = root.create_key(&format!("/users/{}/keys", alice.uin)).await;
    let bob = app.signed_in(&root, "bob", &["QcloudCollApiKeyManageAccess"]).await;
    let own = bob.create_key("/keys").await;

    for text in [alice.uin.as_str(), "alice", &id, &id[..8], "Qcloud", "0193a0d2-5c3e-7f00-8a11-2b3c4d5e6f70"]
    {
        assert!(found(&bob.browser, text).await.is_empty(), "{text}");
    }
    let to_own = bob.browser.get(&format!("/jump?q={own}")).await;
    assert_eq!(to_own.location().unwrap(), format!("/keys/{own}/history"));
    assert_eq!(found(&bob.browser, &own[..8]).await, [format!("/keys/{own}/history")]);
}

#[actix_web::test]
async fn another_accounts_things_are_not_found() {
    let app = TestApp::spawn();
    let (root, other) = (app.root().await, app.root_named("globex").await);
    let alice = app.sub_user(&root, "alice", &[]).await;
    let id = root.create_key(&format!("/users/{}/keys", alice.uin)).await;
    for text in ["alice", alice.uin.as_str(), &id[..8]] {
        assert!(found(&other.browser, text).await.is_empty(), "{text}");
    }
    let events = other.browser.get(&format!("/jump?q={id}")).await;
    assert_eq!(
        events.location().unwrap(),
        format!("/audit?target={id}"),
        "as for an id that nobody ever had"
    );
}

#[actix_web::test]
async fn the_user_list_finds_who_holds_a_key_by_how_its_secret_id_begins() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "alice", &[]).await;
    let named = app.sub_user(&root, "AKIDfriend", &[]).await;
    let id = root.create_key(&format!("/users/{}/keys", alice.uin)).await;
    let rows = |text: String| {
        let browser = &root.browser;
        async move { browser.get(&format!("/users?q={text}")).await.attributes("tr[data-uin]", "data-uin") }
    };
    assert_eq!(rows(id[..8].to_owned()).await, [alice.uin.as_str()]);
    assert_eq!(rows(id[..20].to_owned()).await, [alice.uin.as_str()]);
    assert!(rows(id[..8].to_lowercase()).await.is_empty(), "letters of a SecretId are as they are");
    assert_eq!(rows("AKIDfrie".to_owned()).await, [named.uin.as_str()], "a name may begin like that");
}

#[actix_web::test]
async fn keys_that_the_reader_may_not_look_at_are_found_by_no_beginning_and_no_list_tells_their_ids() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "alice", &[]).await;
    let (programs, called) = (app.key_of(&root).await, app.key_of(&alice).await);
    let (of_root, of_alice) = (programs.secret_id.clone(), called.secret_id.clone());
    let bob = app.signed_in(&root, "bob", &["QcloudCamReadOnlyAccess"]).await;
    let sees = r#"{"version":"2.0","statement":[{"effect":"allow","action":["camlock:GetOverview","cam:ListUsers","cam:DeleteUser"],"resource":"*"}]}"#;
    programs.done("CreatePolicy", json!({ "PolicyName": "looker", "PolicyDocument": sees })).await;
    let carol = app.signed_in(&root, "carol", &["looker"]).await;
    let rows = async |browser: &Browser, text: &str| {
        browser.get(&format!("/users?q={text}")).await.attributes("tr[data-uin]", "data-uin")
    };
    let told = async |browser: &Browser, list: &str| {
        let page = browser.get(&format!("/attention/{list}")).await;
        assert_eq!((page.status, page.count("tbody tr")), (StatusCode::OK, 1), "{list}");
        [&of_root, &of_alice].map(|id| page.body.contains(id.as_str()))
    };

    assert_eq!(bob.browser.get(&format!("/users/{}/keys", root.uin)).await.status, StatusCode::FORBIDDEN);
    for text in [&of_root[..12], &of_root] {
        let page = bob.browser.get(&format!("/jump?q={text}")).await;
        let hrefs = page.attributes(".jump-found a", "href");
        assert!(hrefs.iter().all(|href| !href.contains("/keys/")), "{text}: {hrefs:?}");
        assert!(!page.body.contains("API key of root"), "{text}");
    }
    assert!(found(&bob.browser, &of_root[..12]).await.is_empty());
    let history = format!("/users/{}/keys/{of_alice}/history", alice.uin);
    assert_eq!(found(&bob.browser, &of_alice[..12]).await, [history]);

    assert!(rows(&bob.browser, &of_root[..12]).await.is_empty());
    assert_eq!(rows(&bob.browser, &of_alice[..12]).await, [alice.uin.as_str()]);
    assert_eq!(rows(&root.browser, &of_root[..12]).await, [root.uin.as_str()]);
    for id in [&of_root, &of_alice] {
        assert!(rows(&carol.browser, &id[..12]).await.is_empty());
        assert_eq!(rows(&carol.browser, id).await.len(), 1, "who has the whole of it is told whose it is");
    }

    assert_eq!(told(&root.browser, "root-keys").await, [true, false]);
    assert_eq!(told(&bob.browser, "root-keys").await, [false, false]);
    assert_eq!(told(&carol.browser, "root-keys").await, [false, false]);
    let keys = format!("/users/{}/keys", alice.uin);
    root.browser.submit(&keys, &format!("{keys}/{of_alice}/disable"), &[]).await.redirect();
    called.call("cam", "GetUserAppId", json!({})).await;
    assert_eq!(told(&bob.browser, "still-called").await, [false, true]);
    assert_eq!(told(&carol.browser, "still-called").await, [false, false]);
    let delete = format!("/users/{}/delete", alice.uin);
    for (person, is_whole) in [(&root, true), (&carol, false)] {
        let page = person.browser.get(&delete).await;
        assert_eq!((page.status, page.body.contains(&of_alice)), (StatusCode::OK, is_whole));
    }
    let list = carol.browser.get("/attention/root-keys").await;
    assert_eq!((list.count("tbody th a"), list.count("tr[data-secret-id]")), (0, 0));
}

#[actix_web::test]
async fn a_user_that_is_called_just_so_stands_first_however_many_the_text_finds() {
    let app = TestApp::spawn();
    let root = app.root().await;
    for number in 0..12 {
        app.sub_user(&root, &format!("a-zoe-{number}"), &[]).await;
    }
    let zoe = app.sub_user(&root, "zoe", &[]).await;

    let users = found(&root.browser, "zoe").await;

    assert_eq!(users[0], format!("/users/{}", zoe.uin), "{users:?}");
    assert_eq!(users.iter().filter(|href| **href == users[0]).count(), 1);
}
