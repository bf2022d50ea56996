//! The number beside Overview in the navigation of every page: how many things can do harm now.

use crate::canaries::canary;
use crate::overview::{Scene, rows};
use crate::support::Browser;
use reqwest::StatusCode;
use serde_json::json;

/// The number in the navigation of a page; 0 where there is none.
async fn shown(browser: &Browser, page: &str) -> usize {
    let page = browser.get(page).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let Some(text) = page.text(".side a[href='/'] .n") else { return 0 };
    text.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

/// What the overview itself says.
async fn bad(browser: &Browser) -> usize {
    rows(browser).await.iter().filter(|row| row.level == "bad").count()
}

#[actix_web::test]
async fn every_page_says_how_many_things_can_do_harm_and_nothing_where_none_can() {
    let scene = Scene::new().await;
    let browser = &scene.root.browser;
    let before = bad(browser).await;
    assert_eq!(shown(browser, "/users").await, before);

    let key = scene.app.key_of(&scene.root).await;
    key.call("cam", "GetUserAppId", json!({})).await;
    canary(&scene.app, &scene.root, "wiki").await.call("cam", "GetUserAppId", json!({})).await;
    browser.get("/canaries").await;
    assert_eq!(bad(browser).await, before + 2, "the overview counts each time it is opened");
    for page in ["/users", "/audit", "/me/security", "/help/api", "/policies"] {
        assert_eq!(shown(browser, page).await, before + 2, "{page}");
    }
    let missing = browser.get("/users/1").await;
    assert_eq!((missing.status, missing.count(".side a[href='/'] .n")), (StatusCode::NOT_FOUND, 1));

    let list = "/keys";
    browser.submit(list, &format!("{list}/{}/disable", key.secret_id), &[]).await.redirect();
    scene.app.wait(10);
    assert_eq!(shown(browser, "/users").await, before + 1, "never older than ten seconds");
}

#[actix_web::test]
async fn each_sees_the_number_of_what_they_may_see_of_their_own_account() {
    let scene = Scene::new().await;
    let (app, root) = (&scene.app, &scene.root);
    canary(app, root, "wiki").await.call("cam", "GetUserAppId", json!({})).await;
    root.browser.get("/canaries").await;
    let text = r#"{"version":"2.0","statement":[{"effect":"allow","action":["camlock:GetOverview","cam:ListUsers"],"resource":"*"}]}"#;
    root.grant(app, "/policies/new", "/policies/new", &[("name", "watcher"), ("document", text)])
        .await
        .redirect();
    let watcher = app.signed_in(root, "watcher", &["watcher"]).await;
    let reader = app.signed_in(root, "reader", &["QcloudCollApiKeyReadOnlyAccess"]).await;
    let other = app.root_named("other").await;
    // What was counted before they had an authenticator app is not shown any more.
    app.wait(10);

    assert!(shown(&root.browser, "/users").await >= 1);
    assert_eq!(shown(&watcher.browser, "/users").await, bad(&watcher.browser).await);
    assert_eq!(shown(&watcher.browser, "/users").await, 0, "neither canaries nor servers are theirs to see");
    assert_eq!(shown(&reader.browser, "/keys").await, 0);
    assert_eq!(shown(&other.browser, "/users").await, bad(&other.browser).await);
    assert!(bad(&other.browser).await < bad(&root.browser).await);
}
