//! Where people arrive, and that no page leads back to itself.

use crate::support::TestApp;
use reqwest::StatusCode;

#[actix_web::test]
async fn a_user_without_rights_lands_on_a_page_that_says_so() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let bob = app.signed_in(&root, "bob", &[]).await;

    let start = bob.browser.get("/").await.redirect();
    let page = bob.browser.get(&start).await;

    assert_eq!((start.as_str(), page.status), ("/me/security", StatusCode::OK));
    assert!(page.text("#no-rights").unwrap().contains("no permissions"), "{}", page.body);
    assert!(root.browser.get("/me/security").await.text("#no-rights").is_none());
}

#[actix_web::test]
async fn everybody_begins_at_a_page_that_opens() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let auditor = app.signed_in(&root, "auditor", &["QcloudCamReadOnlyAccess"]).await;
    assert_eq!(auditor.browser.get("/").await.text("h1").as_deref(), Some("Overview"));

    for (name, policy, start) in [
        ("nobody", None, "/me/security"),
        ("reader", Some("QcloudCollApiKeyReadOnlyAccess"), "/keys"),
        ("manager", Some("QcloudCollApiKeyManageAccess"), "/keys"),
    ] {
        let policies: Vec<&str> = policy.into_iter().collect();
        let person = app.signed_in(&root, name, &policies).await;

        let first = person.browser.get("/").await.redirect();

        assert_eq!(first, start, "{name}");
        assert_eq!(person.browser.get(&first).await.status, StatusCode::OK, "{name}");
    }
}

#[actix_web::test]
async fn the_navigation_shows_only_what_opens_and_ones_own_security_to_all() {
    let app = TestApp::spawn();
    let root = app.root().await;

    for (name, policies) in [
        ("nobody", &[][..]),
        ("reader", &["QcloudCollApiKeyReadOnlyAccess"]),
        ("auditor", &["QcloudCamReadOnlyAccess"]),
        ("administrator", &["AdministratorAccess"]),
    ] {
        let person = app.signed_in(&root, name, policies).await;

        let links = person.browser.get("/me/security").await.attributes(".side a", "href");

        assert!(links.contains(&"/me/security".to_owned()), "{name}: {links:?}");
        for link in &links {
            assert_eq!(person.browser.get(link).await.status, StatusCode::OK, "{name} at {link}");
        }
        let own_keys = person.browser.get("/keys").await.status == StatusCode::OK;
        assert_eq!(links.contains(&"/keys".to_owned()), own_keys, "{name}: {links:?}");
    }
}

#[actix_web::test]
async fn whoever_has_a_password_to_change_first_sees_no_links_that_do_not_open() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let fields = [
        ("kind", "sub_user"),
        ("user_name", "bob"),
        ("console_login", "1"),
        ("must_change_password", "1"),
        ("password", crate::support::people::PASSWORD),
        ("policy", "QcloudCamReadOnlyAccess"),
    ];
    let uin = crate::support::people::uin_in(
        &root.browser.submit("/users/new", "/users/new", &fields).await.redirect(),
    );
    let bob = crate::support::people::Person::named(&app, &root, (&uin, "bob"));
    bob.sign_in(&app).await;

    let links = bob.browser.get("/me/security").await.attributes(".side a", "href");

    assert_eq!(links, ["/me/security"]);
}

#[actix_web::test]
async fn the_way_back_of_a_refusal_never_leads_to_the_page_that_refused() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let bob = app.signed_in(&root, "bob", &[]).await;

    for path in ["/users", "/keys", "/policies", "/audit", "/groups", "/settings/security", "/nowhere"] {
        let refused = bob.browser.get(path).await;
        let back = refused.attribute("#way-back", "href").unwrap();

        assert!(refused.status.is_client_error(), "{path}: {}", refused.status);
        assert_ne!(back, path);
        assert_eq!(bob.browser.open(&back).await.status, StatusCode::OK, "{path} leads to {back}");
    }
}

#[actix_web::test]
async fn controls_that_one_may_not_use_are_absent() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let reader = app.signed_in(&root, "own-reader", &["QcloudCollApiKeyReadOnlyAccess"]).await;
    root.create_key(&format!("/users/{}/keys", reader.uin)).await;

    let page = reader.browser.get("/keys").await;

    assert!(page.body.contains("/reveal"));
    for absent in
        ["Create Key", "/disable", "/enable", "/delete", "/note", "href=\"/users\"", "href=\"/audit\""]
    {
        assert!(!page.body.contains(absent), "the page holds {absent}");
    }
}
