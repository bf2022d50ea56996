//! Error pages, inside the console and outside it.

use super::album::Album;
use crate::support::TestApp;
use crate::support::browser::encoded;
use reqwest::Method;

#[actix_web::test]
async fn error_pages_are_as_they_were() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let mut album = Album::of("errors", &app);
    let stranger = app.browser();
    let nobody = app.signed_in(&root, "nobody", &[]).await;

    album.open("not_found", &root.browser, "/nowhere").await;
    album.open("not_found_outside", &stranger, "/nowhere").await;
    album.open("no_such_user", &root.browser, "/users/100000000999/keys").await;
    album.open("no_such_event", &root.browser, "/audit/999999").await;
    album.open("denied", &nobody.browser, "/users").await;
    album.open("denied_own_keys", &nobody.browser, "/keys").await;
    album.open("no_static_file", &root.browser, "/static/none.css").await;
    album.open("nothing_to_verify", &root.browser, "/verify?c=none").await;
    album.open("health", &stranger, "/healthz").await;
    album.open("readiness", &stranger, "/readyz").await;

    let csrf = root.browser.get("/users").await.csrf();
    album.keep("method_not_allowed", &root.browser.post("/users", &csrf, &[]).await);
    album.keep("method_not_allowed_outside", &stranger.send(Method::DELETE, "/login", None, &[]).await);
    album.keep("stale_form", &root.browser.post("/groups/new", "guess", &[("group_name", "x")]).await);
    album.keep("door_without_token", &stranger.post("/login", "", &[("user_name", "x")]).await);
    let form = encoded(&[("csrf", csrf.as_str()), ("group_name", "x")]);
    let own = ("sec-fetch-site", "same-origin");
    for (name, body, headers) in [
        ("no_form", "{}".to_owned(), vec![own, ("content-type", "application/json")]),
        ("field_twice", format!("{form}&group_name=y"), vec![own]),
        ("too_large", format!("{form}&remark={}", "x".repeat(600_000)), vec![own]),
    ] {
        let answer = root.browser.send(Method::POST, "/groups/new", Some(body), &headers).await;
        album.keep(name, &answer);
    }
    // At the door: inside the console it is chance whether the page knows who asks.
    for (name, headers) in [
        ("cross_site", vec![("sec-fetch-site", "cross-site")]),
        ("unknown_origin", vec![]),
        ("other_origin", vec![("origin", "https://elsewhere.test")]),
        ("other_name", vec![own, ("origin", "https://camlock.test")]),
    ] {
        album.keep(name, &stranger.send(Method::POST, "/login", Some(form.clone()), &headers).await);
    }
    album.close();
}
