//! The way in: proven twice, slowed down when guessed, the same for known and unknown names.

use crate::support::people::PASSWORD;
use crate::support::{Answer, Browser, TestApp};
use reqwest::StatusCode;

async fn try_sign_in(browser: &Browser, account: &str, name: &str, password: &str) -> Answer {
    let fields = [("account", account), ("user_name", name), ("password", password)];
    browser.submit("/login", "/login", &fields).await
}

#[actix_web::test]
async fn root_signs_in_by_name_or_uin_with_a_code() {
    let app = TestApp::spawn();
    let root = app.root().await;

    for name in ["root", root.uin.as_str()] {
        let browser = app.browser();
        let next = try_sign_in(&browser, "", name, PASSWORD).await.redirect();
        assert!(next.starts_with("/login/verify"));
        assert_eq!(browser.get("/users").await.status, StatusCode::SEE_OTHER);
        let code = root.fresh_code(&app);
        browser.submit("/login/verify", "/login/verify", &[("code", &code)]).await.redirect();
        assert_eq!(browser.get("/users").await.status, StatusCode::OK);
    }
}

#[actix_web::test]
async fn unknown_names_and_wrong_passwords_look_the_same() {
    let app = TestApp::spawn();
    let root = app.root().await;
    app.sub_user(&root, "dev-alice", &[]).await;
    let closed = app.sub_user(&root, "closed", &[]).await;
    let security = format!("/users/{}/security", closed.uin);
    root.browser.submit(&security, &format!("{security}/console"), &[("on", "0")]).await.redirect();

    let mut seen = Vec::new();
    for (name, password) in
        [("dev-alice", "wrong password 123"), ("nobody", "wrong password 123"), ("closed", PASSWORD)]
    {
        let answer = try_sign_in(&app.browser(), &root.uin, name, password).await;
        let body = answer.body.replace(name, "NAME").replace(&answer.csrf(), "TOKEN");
        seen.push((answer.status, body));
    }

    assert_eq!(seen[0].0, StatusCode::UNAUTHORIZED);
    assert!(seen[0].1.contains("User name or password is not correct."));
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]));
}

#[actix_web::test]
async fn guessing_is_slowed_down_and_the_owners_browser_is_not_locked_out() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let stranger = app.browser();

    let mut last = StatusCode::OK;
    for _ in 0..8 {
        last = try_sign_in(&stranger, "", "root", "wrong password 123").await.status;
    }
    let token = root.browser.get("/users").await.csrf();
    root.browser.post("/logout", &token, &[]).await.redirect();
    let owner = try_sign_in(&root.browser, "", "root", PASSWORD).await;

    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    assert!(owner.redirect().starts_with("/login/verify"));
}

#[actix_web::test]
async fn guesses_that_shut_somebody_out_for_long_are_an_event_of_their_own() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let stranger = app.browser();
    let mut counts = Vec::new();
    for guesses in [5, 9] {
        for _ in 0..guesses {
            try_sign_in(&stranger, "", "root", "wrong password 123").await;
            app.wait(900);
        }
        root.sign_in(&app).await;
        let page = root.browser.get("/audit?event=LockOut").await;
        counts.push(page.count("tr[data-seq]"));
    }

    assert_eq!(counts[0], 0, "a few wrong passwords are one's own");
    assert!((1..=4).contains(&counts[1]), "{counts:?}");
}

#[actix_web::test]
async fn fifty_parallel_guesses_get_no_more_than_the_free_ones() {
    let app = TestApp::spawn();
    app.root().await;
    let stranger = app.browser();
    let csrf = stranger.get("/login").await.csrf();

    let fields = [("user_name", "root"), ("password", "wrong password 123")];
    let answers =
        futures_util::future::join_all((0..50).map(|_| stranger.post("/login", &csrf, &fields))).await;

    let looked_at = answers.iter().filter(|answer| answer.status == StatusCode::UNAUTHORIZED).count();
    assert!(looked_at <= 5, "{looked_at} guesses were looked at");
}

#[actix_web::test]
async fn a_recovery_code_signs_in_once_and_reveals_nothing() {
    let app = TestApp::spawn();
    let mut root = app.bare_root("root").await;
    root.sign_in(&app).await;
    let page = root.browser.seed_page("/me/mfa/totp/new").await;
    let seed = page.text("#totp-secret").unwrap();
    root.remember_seed(&seed);
    let code = root.fresh_code(&app);
    let fields = [("name", "Phone"), ("code", code.as_str())];
    let codes = root.browser.post("/me/mfa/totp/new", &page.csrf(), &fields).await.redirect();
    let codes = root.browser.get(&codes).await.texts("#recovery-codes li");
    assert_eq!(codes.len(), 10);

    let mut statuses = Vec::new();
    for _ in 0..2 {
        let browser = app.browser();
        try_sign_in(&browser, "", "root", PASSWORD).await.redirect();
        let typed = codes[0].to_lowercase();
        let answer = browser.submit("/login/recovery", "/login/recovery", &[("recovery_code", &typed)]).await;
        statuses.push(answer.status);
        if answer.status == StatusCode::SEE_OTHER {
            let keys = format!("/users/{}/keys", root.uin);
            browser.submit(&keys, &keys, &[]).await.redirect();
            let id = browser.get(&keys).await.attribute("tr[data-secret-id]", "data-secret-id").unwrap();
            let question = browser.submit(&keys, &format!("{keys}/{id}/reveal"), &[]).await.redirect();
            let answer = browser.submit(&question, "/verify", &[("code", &codes[1])]).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
    }

    assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::UNAUTHORIZED]);
}

#[actix_web::test]
async fn a_generated_password_must_be_changed_first() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let fields = [
        ("kind", "sub_user"),
        ("user_name", "dev-alice"),
        ("console_login", "1"),
        ("policy", "AdministratorAccess"),
    ];
    let created = root.grant(&app, "/users/new", "/users/new", &fields).await.redirect();
    root.browser.look_ahead(&created).await;
    let password = root.browser.get(&created).await.text("#initial-password").unwrap();
    assert!(root.browser.get(&created).await.text("#initial-password").is_none());

    let alice = app.browser();
    try_sign_in(&alice, &root.uin, "dev-alice", &password).await.redirect();
    assert_eq!(alice.get("/users").await.redirect(), "/me/password");
    let change = [("current_password", password.as_str()), ("new_password", PASSWORD)];
    alice.submit("/me/password", "/me/password", &change).await.redirect();

    assert_eq!(alice.get("/users").await.status, StatusCode::OK);
}

#[actix_web::test]
async fn whoever_got_a_chosen_password_from_the_form_as_it_stands_works_at_once() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let form = root.browser.get("/users/new").await;
    let ticked = form.ticked();
    let mut fields: Vec<(&str, &str)> =
        ticked.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    fields.extend([("user_name", "dev-alice"), ("password", PASSWORD)]);
    fields.push(("policy", "QcloudCollApiKeyReadOnlyAccess"));
    root.browser.post("/users/new", &form.csrf(), &fields).await.redirect();

    let alice = app.browser();
    let signed_in = try_sign_in(&alice, &root.uin, "dev-alice", PASSWORD).await;

    assert_eq!(signed_in.redirect(), "/");
    assert_eq!(alice.get("/").await.redirect(), "/keys");
    assert_eq!(alice.get("/keys").await.status, StatusCode::OK);
}

#[actix_web::test]
async fn signing_in_leads_back_with_the_query_but_without_a_dead_ticket() {
    let app = TestApp::spawn();
    let root = app.root().await;
    app.sub_user(&root, "dev-alice", &["AdministratorAccess"]).await;

    for (wanted, found) in [
        ("/users?q=dev&mfa=off", "/users?q=dev&mfa=off"),
        ("/audit?event=AddUser", "/audit?event=AddUser"),
        ("/verify?c=abc", "/verify"),
        ("/me/mfa/recovery?t=abc&then=def", "/me/mfa/recovery"),
    ] {
        let browser = app.browser();
        let login = browser.get(wanted).await.redirect();
        let next = browser.get(&login).await.attribute("[name=next]", "value").unwrap();
        let fields = [
            ("account", root.uin.as_str()),
            ("user_name", "dev-alice"),
            ("password", PASSWORD),
            ("next", &next),
        ];
        assert_eq!(browser.submit(&login, "/login", &fields).await.redirect(), found);
    }
}

#[actix_web::test]
async fn a_collaborator_signs_in_to_its_own_account_and_switches() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let partner = app.root_named("partner").await;
    let fields = [
        ("kind", "collaborator"),
        ("user_name", "partner-bo"),
        ("uin", partner.uin.as_str()),
        ("policy", "QcloudCollApiKeyReadOnlyAccess"),
    ];
    root.browser.submit("/users/new", "/users/new", &fields).await.redirect();

    let again = app.browser();
    try_sign_in(&again, &partner.uin, "partner", PASSWORD).await.redirect();
    let code = partner.fresh_code(&app);
    let next = again.submit("/login/verify", "/login/verify", &[("code", &code)]).await.redirect();
    assert_eq!(next, "/identity");
    again.submit("/identity", "/identity", &[("owner_uin", &root.uin)]).await.redirect();

    assert_eq!(again.get("/users").await.status, StatusCode::FORBIDDEN);
    assert_eq!(again.get("/keys").await.status, StatusCode::OK);
    again.submit("/identity", "/identity", &[("owner_uin", &partner.uin)]).await.redirect();
    assert_eq!(again.get("/users").await.status, StatusCode::OK);
    assert_eq!(
        again.submit("/identity", "/identity", &[("owner_uin", "100000000999")]).await.status,
        StatusCode::NOT_FOUND
    );
}

#[actix_web::test]
async fn where_to_go_next_is_never_another_site() {
    let app = TestApp::spawn();
    let root = app.root().await;
    app.sub_user(&root, "dev-alice", &[]).await;

    for next in [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
    ] {
        let fields = [
            ("account", root.uin.as_str()),
            ("user_name", "dev-alice"),
            ("password", PASSWORD),
            ("next", next),
        ];
        assert_eq!(app.browser().submit("/login", "/login", &fields).await.redirect(), "/");
    }
    let fields = [
        ("account", root.uin.as_str()),
        ("user_name", "dev-alice"),
        ("password", PASSWORD),
        ("next", "/me/sessions"),
    ];
    assert_eq!(app.browser().submit("/login", "/login", &fields).await.redirect(), "/me/sessions");
}

#[actix_web::test]
async fn no_sign_in_with_the_old_password_outlives_its_change() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.signed_in(&root, "dev-alice", &[]).await;
    let csrf = alice.browser.get("/me/password").await.csrf();
    let fields = [("current_password", PASSWORD), ("new_password", "seventeen quiet lanterns drift")];
    let mut doors = Vec::new();
    for _ in 0..12 {
        let browser = app.browser();
        let token = browser.get("/login").await.csrf();
        doors.push((browser, token));
    }
    let credentials = [("account", root.uin.as_str()), ("user_name", "dev-alice"), ("password", PASSWORD)];

    let old = futures_util::future::join_all(
        doors.iter().map(|(browser, token)| browser.post("/login", token, &credentials)),
    );
    let (changed, _) = tokio::join!(alice.browser.post("/me/password", &csrf, &fields), old);

    changed.redirect();
    for (browser, _) in &doors {
        assert_eq!(browser.get("/me/security").await.status, StatusCode::SEE_OTHER);
    }
}
