//! Several instances on one machine, and one instance under several names.

use crate::support::browser::{encoded, is_session};
use crate::support::people::PASSWORD;
use crate::support::{Browser, TestApp};
use reqwest::{Method, StatusCode};

/// The names of the cookies that signing in sets.
async fn cookie_names(app: &TestApp, browser: &Browser) -> Vec<String> {
    app.bare_root("root").await;
    let page = browser.get("/login").await;
    let fields = [("user_name", "root"), ("password", PASSWORD)];
    let signed_in = browser.post("/login", &page.csrf(), &fields).await;
    assert_eq!(signed_in.status, StatusCode::SEE_OTHER);
    let set = page.headers.get_all("set-cookie").iter().chain(signed_in.headers.get_all("set-cookie"));
    set.map(|cookie| cookie.to_str().unwrap().split('=').next().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn two_instances_on_one_host_do_not_sign_each_others_people_out() {
    let (one, two) = (TestApp::spawn(), TestApp::spawn());
    // Browsers send the cookies of a host to all its ports, as this one does.
    let browser = one.browser();
    let mut other = browser.clone();
    other.address.clone_from(&two.address);

    let (here, there) = (cookie_names(&one, &browser).await, cookie_names(&two, &other).await);

    assert!(!here.is_empty() && here.iter().all(|name| !there.contains(name)), "{here:?} {there:?}");
    for _ in 0..2 {
        assert_eq!(browser.get("/me/security").await.status, StatusCode::OK);
        assert_eq!(other.get("/me/security").await.status, StatusCode::OK);
    }
    let page = other.get("/me/security").await;
    other.post("/logout", &page.csrf(), &[]).await.redirect();
    assert_eq!(browser.get("/me/security").await.status, StatusCode::OK);
    assert_eq!(other.get("/me/security").await.status, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn at_the_usual_port_the_names_have_no_number() {
    for (url, name) in [("https://camlock.test", "__Host-camlock"), ("http://camlock.test", "camlock")] {
        let app = TestApp::spawn_with(&[("CAMLOCK_PUBLIC_URL", url)]);
        app.bare_root("root").await;
        let page = app.browser().get("/login").await;
        let form = page.headers["set-cookie"].to_str().unwrap().split('=').next().unwrap().to_owned();
        assert_eq!(form, format!("{name}-form"));
    }
    let app = TestApp::spawn_with(&[("CAMLOCK_PUBLIC_URL", "https://camlock.test:8443")]);
    app.bare_root("root").await;
    let page = app.browser().get("/login").await;
    assert!(page.headers["set-cookie"].to_str().unwrap().starts_with("__Host-camlock-8443-form="));
}

#[actix_web::test]
async fn a_former_name_sent_twice_or_in_disguise_is_refused_too() {
    let app = TestApp::spawn();
    app.bare_root("root").await;
    for cookie in ["camlock=a; camlock=b", "%63amlock=a", "camlock-form=a; camlock-form=b"] {
        let answer = app.browser().send(Method::GET, "/login", None, &[("cookie", cookie)]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{cookie}");
    }
    let answer =
        app.browser().send(Method::GET, "/login", None, &[("cookie", "camlock=of-another-instance")]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(is_session("camlock-8080=x") && !is_session("camlock-8080-account=x"));
}

/// What a form is answered that a browser sends from a page under another name of this server.
async fn sent_by_another_name(app: &TestApp, headers: &[(&str, &str)]) -> (StatusCode, String) {
    let browser = app.browser();
    let csrf = browser.get("/login").await.csrf();
    let body = encoded(&[("csrf", &csrf), ("user_name", "root"), ("password", PASSWORD)]);
    let answer = browser.send(Method::POST, "/login", Some(body), headers).await;
    (answer.status, answer.body)
}

#[actix_web::test]
async fn another_name_in_the_address_bar_is_told_apart_from_another_site() {
    let app = TestApp::spawn_with(&[("CAMLOCK_PUBLIC_URL", "https://camlock.test:8443")]);
    app.bare_root("root").await;
    let expected = "This server expects to be opened as https://camlock.test:8443 (public_url)";

    for headers in [
        &[("sec-fetch-site", "same-origin"), ("origin", "http://10.0.0.5:8080")][..],
        &[("host", "10.0.0.5:8080"), ("origin", "http://10.0.0.5:8080")],
        &[("host", "Camlock.lan"), ("origin", "https://camlock.LAN")],
    ] {
        let (status, page) = sent_by_another_name(&app, headers).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        assert!(page.contains(expected), "{headers:?}: {page}");
        assert!(!page.contains("10.0.0.5") && !page.to_lowercase().contains("camlock.lan"));
    }
    for headers in [
        &[("host", "camlock.test:8443"), ("origin", "https://evil.example")][..],
        &[("sec-fetch-site", "cross-site"), ("host", "evil.example"), ("origin", "https://evil.example")],
        &[("origin", "null")],
    ] {
        let (status, page) = sent_by_another_name(&app, headers).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        assert!(page.contains("Another site sent this request") && !page.contains("public_url"), "{page}");
    }
}
