//! Addresses that browsers, robots, password managers and researchers try everywhere.

use crate::support::TestApp;
use reqwest::StatusCode;

#[actix_web::test]
async fn what_everybody_asks_for_is_answered() {
    let app = TestApp::spawn_with(&[("CAMLOCK_SERVER__SECURITY_CONTACT", "security@example.com")]);
    app.bare_root("root").await;
    let browser = app.browser();

    let icon = browser.get("/favicon.ico").await;
    assert_eq!(icon.status, StatusCode::FOUND);
    assert_eq!(browser.get(&icon.location().unwrap()).await.headers["content-type"], "image/svg+xml");

    let password = browser.get("/.well-known/change-password").await;
    assert_eq!((password.status, password.location().as_deref()), (StatusCode::FOUND, Some("/me/password")));
    assert_eq!(browser.get("/me/password").await.redirect(), "/login?next=%2Fme%2Fpassword");

    let robots = browser.get("/robots.txt").await;
    assert_eq!((robots.status, robots.body.as_str()), (StatusCode::OK, "User-agent: *\nDisallow: /\n"));

    let security = browser.get("/.well-known/security.txt").await;
    assert_eq!(security.status, StatusCode::OK);
    assert_eq!(security.headers["content-type"], "text/plain; charset=utf-8");
    assert!(security.body.contains("Contact: mailto:security@example.com\n"), "{}", security.body);
    assert!(security.body.contains("Expires: 2027-05-22T12:00:00Z\n"), "{}", security.body);
    assert!(security.body.contains(&format!("Canonical: {}/.well-known/security.txt\n", app.address)));
    for path in ["/favicon.ico", "/robots.txt", "/.well-known/change-password", "/.well-known/security.txt"] {
        let head = browser.head(path).await;
        assert!(!head.status.is_client_error() && head.body.is_empty(), "{path}: {}", head.status);
    }
}

#[actix_web::test]
async fn without_a_contact_the_file_says_so() {
    let app = TestApp::spawn();
    let security = app.browser().get("/.well-known/security.txt").await;
    assert_eq!(security.status, StatusCode::OK);
    assert!(security.body.contains("named no contact") && !security.body.contains("Contact:"));
}
