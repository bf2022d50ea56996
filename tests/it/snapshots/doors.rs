//! Before anybody is signed in: set-up, and the ways through the door.

use super::album::Album;
use crate::grants::recovery_codes;
use crate::support::TestApp;
use crate::support::people::{PASSWORD, Person, uin_in};
use camlock::app::account::setup::new_setup_token;

#[actix_web::test]
async fn pages_at_the_door_are_as_they_were() {
    let app = TestApp::spawn();
    let mut album = Album::of("doors", &app);

    let root = setup(&mut album, &app).await;
    sign_in(&mut album, &app, &root).await;
    recovery(&mut album, &app, &root).await;
    duties(&mut album, &app, &root).await;
    late(&mut album, &app, &root).await;
    album.close();
}

async fn setup(album: &mut Album, app: &TestApp) -> Person {
    let mut root = Person::stranger(app);
    album.open("setup_closed", &root.browser, "/setup?token=guess").await;
    album.open("start_before_setup", &root.browser, "/").await;
    let token = new_setup_token(&app.app).unwrap();
    let form = album.open("setup", &root.browser, &format!("/setup?token={token}")).await;
    root.remember_seed(&form.text("#totp-secret").unwrap());
    let fields = [
        ("token", token.as_str()),
        ("account_name", ""),
        ("user_name", "a b"),
        ("password", "short"),
        ("code", "1"),
    ];
    let refused = root.browser.post("/setup", &form.csrf(), &fields).await;
    album.keep("setup_refused", &refused);
    let code = root.code(app);
    let fields = [
        ("token", token.as_str()),
        ("account_name", "北京 & Söhne <Ltd>"),
        ("user_name", "root"),
        ("password", PASSWORD),
        ("code", &code),
    ];
    let done = root.browser.post("/setup", &form.csrf(), &fields).await;
    album.keep("setup_done", &done);
    let codes = album.open("setup_recovery", &root.browser, &done.redirect()).await;
    album.open("setup_recovery_again", &root.browser, &done.redirect()).await;
    album.open("setup_over", &app.browser(), &format!("/setup?token={token}")).await;
    root.uin = codes.text("#account-uin").unwrap();
    root.owner.clone_from(&root.uin);
    album.open("first_page", &root.browser, "/users").await;
    root
}

/// The same person at a browser that was never here.
fn elsewhere(app: &TestApp, person: &Person) -> Person {
    let mut elsewhere = person.clone();
    elsewhere.browser = app.browser();
    elsewhere
}

async fn sign_in(album: &mut Album, app: &TestApp, root: &Person) {
    let stranger = elsewhere(app, root);
    album.open("login", &stranger.browser, "/login?next=%2Fusers").await;
    album.open("login_with_account", &stranger.browser, &format!("/login?account={}", root.uin)).await;
    album.open("page_without_sign_in", &stranger.browser, "/users?q=a").await;
    let fields = [("account", "12"), ("user_name", "root"), ("password", "wrong")];
    album.send("login_refused", &stranger, "/login", &fields).await;
    album.send("login_empty", &stranger, "/login", &[]).await;
    let fields = [("user_name", "root"), ("password", PASSWORD)];
    album.send("login_first_step", &stranger, "/login", &fields).await;
    album.open("second_step", &stranger.browser, "/login/verify").await;
    album.send("second_step_refused", &stranger, "/login/verify", &[("code", "000000")]).await;
    for _ in 0..2 {
        stranger.browser.submit("/login/verify", "/login/verify", &[("code", "000000")]).await;
    }
    album.open("second_step_later", &stranger.browser, "/login/verify").await;
    let code = root.fresh_code(app);
    album.send("second_step_done", &stranger, "/login/verify", &[("code", &code)]).await;
    let csrf = stranger.browser.get("/users").await.csrf();
    let out = stranger.browser.post("/logout", &csrf, &[]).await;
    album.keep("signed_out", &out);
    album.open("login_after_sign_out", &stranger.browser, &out.redirect()).await;
}

async fn recovery(album: &mut Album, app: &TestApp, root: &Person) {
    let codes = recovery_codes(app, root).await;
    let lost = elsewhere(app, root);
    let fields = [("user_name", "root"), ("password", PASSWORD)];
    lost.browser.submit("/login", "/login", &fields).await.redirect();
    album.open("recovery", &lost.browser, "/login/recovery").await;
    album.send("recovery_refused", &lost, "/login/recovery", &[("recovery_code", "nonsense")]).await;
    let fields = [("recovery_code", codes[0].as_str())];
    album.send("recovery_done", &lost, "/login/recovery", &fields).await;
    album.open("security_after_recovery", &lost.browser, "/me/security").await;
    album.open("app_after_recovery", &lost.browser, "/me/mfa/totp/new").await;
    album.open("login_of_ended_session", &root.browser, &root.browser.get("/users").await.redirect()).await;
    root.sign_in(app).await;
}

async fn duties(album: &mut Album, app: &TestApp, root: &Person) {
    let fields = [("kind", "sub_user"), ("user_name", "paul"), ("console_login", "1")];
    let created = root.grant(app, "/users/new", "/users/new", &fields).await.redirect();
    let password = root.browser.get(&created).await.text("#initial-password").unwrap();
    let mut paul = Person::named(app, root, (&uin_in(&created), "paul"));
    paul.browser = app.browser();
    let fields = [("account", root.uin.as_str()), ("user_name", "paul"), ("password", &password)];
    album.send("login_with_initial_password", &paul, "/login", &fields).await;
    album.open("password_on_duty", &paul.browser, "/me/password").await;
    album.open("security_on_duty", &paul.browser, "/me/security").await;
    album.open("elsewhere_on_duty", &paul.browser, "/users").await;
}

async fn late(album: &mut Album, app: &TestApp, root: &Person) {
    let csrf = root.browser.get("/groups/new").await.csrf();
    app.wait(31 * 60);
    let fields = [("group_name", "运维"), ("remark", "late")];
    let sent = root.browser.post("/groups/new", &csrf, &fields).await;
    album.keep("form_after_the_session", &sent);
    let login = album.open("login_with_kept_form", &root.browser, &sent.redirect()).await;
    let next = login.attribute("input[name=next]", "value").unwrap();
    let fields = [("user_name", "root"), ("password", PASSWORD), ("next", &next)];
    let verify = root.browser.post("/login", &login.csrf(), &fields).await.redirect();
    let page = root.browser.get(&verify).await;
    let code = root.fresh_code(app);
    let on = root.browser.post("/login/verify", &page.csrf(), &[("code", &code), ("next", &next)]).await;
    album.open("form_that_is_back", &root.browser, &on.redirect()).await;
    for _ in 0..12 {
        let fields = [("user_name", "root"), ("password", "wrong")];
        app.browser().submit("/login", "/login", &fields).await;
    }
    let stranger = elsewhere(app, root);
    album.send("login_throttled", &stranger, "/login", &[("user_name", "root"), ("password", "wrong")]).await;
}
