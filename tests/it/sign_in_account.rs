//! Which account a person signs in to: handed out, remembered, and named when it may be missing.

use crate::support::people::PASSWORD;
use crate::support::{Answer, Browser, TestApp};
use reqwest::StatusCode;

fn account_in(page: &Answer) -> Option<String> {
    page.attribute("input[name=account]", "value")
}

async fn try_without_account(browser: &Browser, name: &str, password: &str) -> Answer {
    browser.submit("/login", "/login", &[("account", ""), ("user_name", name), ("password", password)]).await
}

#[actix_web::test]
async fn the_hand_out_carries_the_account_and_the_sign_in_page_honours_it() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let fields = [("kind", "sub_user"), ("user_name", "bob"), ("console_login", "1")];
    let created = root.browser.submit("/users/new", "/users/new", &fields).await.redirect();

    let hand_out = root.browser.get(&created).await.text("#sign-in-address").unwrap();
    let page = app
        .browser()
        .get(hand_out.split_once("/login").map(|(_, tail)| format!("/login{tail}")).unwrap().as_str())
        .await;

    assert!(hand_out.ends_with(&format!("/login?account={}", root.uin)), "{hand_out}");
    assert_eq!(account_in(&page).as_deref(), Some(root.uin.as_str()));
}

#[actix_web::test]
async fn an_account_that_is_none_is_not_filled_in() {
    let app = TestApp::spawn();
    app.root().await;
    app.bare_root("partner").await;

    for asked in ["", "1", "abc", "100000000001%22%3E%3Cscript%3E", "1000000000011"] {
        let page = app.browser().get(&format!("/login?account={asked}")).await;

        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(account_in(&page).unwrap_or_default(), "", "{asked}");
        assert!(!page.body.contains("<script>"));
    }
}

#[actix_web::test]
async fn the_browser_remembers_the_account_that_it_signed_in_to_last() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let bob = app.signed_in(&root, "bob", &[]).await;
    app.bare_root("partner").await;
    bob.browser.submit("/me/security", "/logout", &[]).await.redirect();

    let page = bob.browser.get("/login").await;

    assert_eq!(account_in(&page).as_deref(), Some(root.uin.as_str()));
    assert_eq!(account_in(&app.browser().get("/login").await).as_deref(), Some(""));
}

#[actix_web::test]
async fn a_wrong_sign_in_without_account_says_that_it_may_be_missing_and_nothing_else() {
    let app = TestApp::spawn();
    let root = app.root().await;
    app.sub_user(&root, "bob", &[]).await;
    let alone = try_without_account(&app.browser(), "bob", "not the password").await;
    app.bare_root("partner").await;

    let right_pair = try_without_account(&app.browser(), "bob", PASSWORD).await;
    let nobody = try_without_account(&app.browser(), "nobody", PASSWORD).await;
    let fields = [("account", root.uin.as_str()), ("user_name", "bob"), ("password", "not the password")];
    let named = app.browser().submit("/login", "/login", &fields).await;

    for refused in [&right_pair, &nobody] {
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
        assert!(refused.text(".error-summary").unwrap().contains("account UIN is missing"));
    }
    assert_eq!(right_pair.text(".error-summary"), nobody.text(".error-summary"));
    for refused in [&alone, &named] {
        assert!(!refused.text(".error-summary").unwrap().contains("missing"), "{}", refused.body);
    }
}

#[actix_web::test]
async fn fields_for_a_code_have_the_focus() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let id = root.create_key("/keys").await;
    let question = root.browser.submit("/keys", &format!("/keys/{id}/reveal"), &[]).await.redirect();
    let stranger = app.browser();
    let fields = [("user_name", "root"), ("password", PASSWORD)];
    let next = stranger.submit("/login", "/login", &fields).await.redirect();

    let (asked, signing_in) = (root.browser.get(&question).await, stranger.get(&next).await);

    for page in [asked, signing_in, stranger.get("/login/recovery").await] {
        assert_eq!(page.count("main input[autofocus]"), 1, "{}", page.body);
    }
}
