//! What people see of themselves and of their account: security, sessions, settings, the log, and help with the API.

use super::album::Album;
use crate::settings::change;
use crate::support::TestApp;
use crate::support::people::{PASSWORD, Person};
use serde_json::json;

#[actix_web::test]
async fn pages_of_ones_own_are_as_they_were() {
    let app = TestApp::spawn_with(&[("CAMLOCK_API__UTC_OFFSET", "+08:00")]);
    let mut root = app.bare_root("root").await;
    root.sign_in(&app).await;
    let mut album = Album::of("own", &app);

    factors(&mut album, &app, &mut root).await;
    me(&mut album, &app, &root).await;
    accounts(&mut album, &app, &root).await;
    settings(&mut album, &app, &root).await;
    services(&mut album, &app, &root).await;
    canaries(&mut album, &app, &root).await;
    webhooks(&mut album, &app, &root).await;
    log(&mut album, &root).await;
    help(&mut album, &app, &root).await;
    album.close();
}

async fn factors(album: &mut Album, app: &TestApp, root: &mut Person) {
    const NEW: &str = "/me/mfa/totp/new";
    album.open("security_without_app", &root.browser, "/me/security").await;
    let page = album.open("app_password", &root.browser, NEW).await;
    let wrong = root.browser.send_form(&page, NEW, &[("password", "wrong")]).await;
    album.keep("app_password_refused", &wrong);
    let seed = root.browser.send_form(&page, NEW, &[("password", PASSWORD)]).await;
    album.keep("app_seed", &seed);
    root.remember_seed(&seed.text("#totp-secret").unwrap());
    let refused = root.browser.send_form(&seed, NEW, &[("name", "东京"), ("code", "12")]).await;
    album.keep("app_code_refused", &refused);
    let code = root.fresh_code(app);
    let done = root.browser.send_form(&seed, NEW, &[("name", "Ada’s phone 手机"), ("code", &code)]).await;
    album.keep("app_added", &done);
    album.open("recovery_codes", &root.browser, &done.redirect()).await;
    album.open("recovery_codes_again", &root.browser, &done.redirect()).await;
    album.open("security", &root.browser, "/me/security").await;
    let question = root.browser.submit("/me/security", "/me/mfa/recovery", &[]).await.redirect();
    album.open("question_of_recovery", &root.browser, &question).await;
    let question = root.browser.open(NEW).await;
    album.keep("question_of_second_app", &question);
    let device = root.browser.get("/me/security").await.attribute("[data-device]", "data-device").unwrap();
    let remove = root.browser.submit("/me/security", &format!("/me/mfa/totp/{device}/delete"), &[]).await;
    album.keep("app_removal", &remove);
    album.open("question_of_removal", &root.browser, &remove.redirect()).await;
}

async fn me(album: &mut Album, app: &TestApp, root: &Person) {
    album.open("password", &root.browser, "/me/password").await;
    let fields = [("current_password", "wrong"), ("new_password", "root root root")];
    album.send("password_refused", root, "/me/password", &fields).await;
    let fields = [("current_password", PASSWORD), ("new_password", "walnut lantern sixty harbours")];
    let answer = album.send("password_question", root, "/me/password", &fields).await;
    album.open("question_of_password", &root.browser, &answer.redirect()).await;
    album.open("sessions_one", &root.browser, "/me/sessions").await;
    let mut elsewhere = root.clone();
    elsewhere.browser = app.browser();
    elsewhere.sign_in(app).await;
    album.open("sessions", &root.browser, "/me/sessions").await;
    album.open("preferences", &root.browser, "/me/preferences").await;
    album
        .send("preferences_refused", root, "/me/preferences", &[("theme", "pink"), ("density", "none")])
        .await;
    let fields = [("theme", "dark"), ("density", "compact")];
    root.browser.submit("/me/preferences", "/me/preferences", &fields).await.redirect();
    album.open("preferences_saved", &root.browser, "/me/preferences").await;
}

async fn accounts(album: &mut Album, app: &TestApp, root: &Person) {
    let partner = app.root_named("partner").await;
    let policy = ("policy", "QcloudCamReadOnlyAccess");
    let fields = [("kind", "collaborator"), ("user_name", "bo"), ("uin", partner.uin.as_str()), policy];
    root.grant(app, "/users/new", "/users/new", &fields).await.redirect();
    album.open("identity", &partner.browser, "/identity").await;
    let tab = partner.browser.get("/users/new").await;
    let switched = partner.browser.submit("/identity", "/identity", &[("owner_uin", &root.uin)]).await;
    album.keep("identity_switched", &switched);
    album.open("list_after_switching", &partner.browser, "/users").await;
    let fields = [("kind", "sub_user"), ("user_name", "ghost")];
    let stale = partner.browser.send_form(&tab, "/users/new", &fields).await;
    album.keep("form_of_another_account", &stale);
    album.open("settings_read_only", &partner.browser, "/settings/security").await;
    let nobody = app.signed_in(root, "nobody", &[]).await;
    album.open("security_without_rights", &nobody.browser, "/me/security").await;
}

async fn services(album: &mut Album, app: &TestApp, root: &Person) {
    const SERVICE: &str = "/settings/services/new";
    const TOKEN: &str = "/settings/gates/new";
    album.open("services_none", &root.browser, "/settings/services").await;
    album.open("tokens_none", &root.browser, "/settings/gates").await;
    album.open("system", &root.browser, "/settings/system").await;
    album.open("service_new", &root.browser, SERVICE).await;
    let fields = [("name", "Orders"), ("hosts", "*.example"), ("routes", "GET"), ("body_limit", "-1")];
    album.send("service_refused", root, SERVICE, &fields).await;
    let fields = [("name", "orders"), ("hosts", "orders.example.com"), ("routes", "GET /v1/* ListOrders")];
    root.grant(app, SERVICE, SERVICE, &fields).await.redirect();
    album.open("services", &root.browser, "/settings/services").await;
    album.open("service", &root.browser, "/settings/services/orders").await;
    album.open("service_routes", &root.browser, "/settings/services/orders/routes").await;
    album.open("service_tokens_none", &root.browser, "/settings/services/orders/tokens").await;
    album.open("service_edit", &root.browser, "/settings/services/orders/edit").await;
    album.open("token_new", &root.browser, TOKEN).await;
    album.send("token_refused", root, TOKEN, &[("name", "edge 1"), ("vend", "1")]).await;
    let fields = [("name", "edge"), ("service", "orders")];
    let shown = root.grant(app, TOKEN, TOKEN, &fields).await.redirect();
    album.open("token_created", &root.browser, &shown).await;
    album.open("token_again", &root.browser, &shown).await;
    album.open("tokens", &root.browser, "/settings/gates").await;
    album.open("service_tokens", &root.browser, "/settings/services/orders/tokens").await;
    album.open("token_revoke", &root.browser, "/settings/gates/edge/revoke").await;
    let revoke = "/settings/gates/edge/revoke";
    root.browser.submit("/settings/gates", revoke, &[]).await.redirect();
    album.open("tokens_revoked", &root.browser, "/settings/gates").await;
    album.open("service_delete", &root.browser, "/settings/services/orders/delete").await;
}

async fn canaries(album: &mut Album, app: &TestApp, root: &Person) {
    const NEW: &str = "/canaries/new";
    album.open("canaries_none", &root.browser, "/canaries").await;
    album.open("canary_new", &root.browser, NEW).await;
    album.send("canary_refused", root, NEW, &[("name", "")]).await;
    let shown = root.grant(app, NEW, NEW, &[("name", "Wiki page on deploys")]).await.redirect();
    let page = album.open("canary_created", &root.browser, &shown).await;
    let (id, secret) = (page.text("#secret-id").unwrap(), page.text("#secret-key").unwrap());
    album.open("canary_untouched", &root.browser, &format!("/canaries/{id}")).await;
    app.client(&id, &secret).call("cam", "ListUsers", json!({})).await;
    album.open("canaries", &root.browser, "/canaries").await;
    album.open("canary", &root.browser, &format!("/canaries/{id}")).await;
    album.open("canary_delete", &root.browser, &format!("/canaries/{id}/delete")).await;
}

async fn webhooks(album: &mut Album, app: &TestApp, root: &Person) {
    const NEW: &str = "/settings/webhooks/new";
    album.open("webhooks_none", &root.browser, "/settings/webhooks").await;
    album.open("webhook_new", &root.browser, NEW).await;
    album.send("webhook_refused", root, NEW, &[("name", ""), ("url", "https://127.1/")]).await;
    let fields = [("name", "Pager"), ("url", "https://1.1.1.1/hook"), ("event", "keys"), ("enabled", "1")];
    let shown = root.grant(app, NEW, NEW, &fields).await.redirect();
    album.open("webhook_created", &root.browser, &shown).await;
    album.open("webhook_again", &root.browser, &shown).await;
    let list = album.open("webhooks", &root.browser, "/settings/webhooks").await;
    let page = format!("/settings/webhooks/{}", list.attribute("tr[data-webhook]", "data-webhook").unwrap());
    root.create_key("/keys").await;
    album.open("webhook", &root.browser, &page).await;
    let renew = format!("{page}/renew");
    album.open("webhook_renew", &root.browser, &renew).await;
    let shown = root.grant(app, &renew, &renew, &[]).await.redirect();
    album.open("webhook_renewed", &root.browser, &shown).await;
    album.open("webhook_with_two_secrets", &root.browser, &page).await;
    album.open("webhook_edit", &root.browser, &format!("{page}/edit")).await;
    album.open("webhook_delete", &root.browser, &format!("{page}/delete")).await;
    album.open("notices", &root.browser, "/notices").await;
    album.open("notices_bad", &root.browser, "/notices?level=bad").await;
    album.open("notices_past", &root.browser, "/notices?older=1").await;
}

async fn settings(album: &mut Album, app: &TestApp, root: &Person) {
    album.open("settings", &root.browser, "/settings/security").await;
    let fields = [
        ("secret_reveal", "never"),
        ("step_up_window", "16"),
        ("grant_window_minutes", "x"),
        ("grant_age_hours", "-1"),
        ("password_min_length", "8"),
    ];
    album.send("settings_refused", root, "/settings/security", &fields).await;
    let fields = [("secret_reveal", "once"), ("step_up_window", "3"), ("password_min_length", "12")];
    let asked = album.send("settings_question", root, "/settings/security", &fields).await;
    album.open("question_of_settings", &root.browser, &asked.redirect()).await;
    change(app, root, &[("key_expiry_max_days", "90")]).await;
    album.open("settings_keys_beyond", &root.browser, "/settings/security/keys").await;
    change(app, root, &[("mfa_required", "1"), ("key_expiry_max_days", "0")]).await;
    album.open("settings_changed", &root.browser, "/settings/security").await;
    album.open("security_keeps_last_app", &root.browser, "/me/security").await;
    let late = app.sub_user(root, "late", &[]).await;
    late.sign_in(app).await;
    album.open("security_on_duty", &late.browser, "/me/security").await;
    album.open("app_on_duty", &late.browser, "/me/mfa/totp/new").await;
    album.open("elsewhere_on_duty", &late.browser, "/keys").await;
}

async fn log(album: &mut Album, root: &Person) {
    album.open("log", &root.browser, "/audit").await;
    album.open("log_filtered", &root.browser, "/audit?event=users&result=allowed&actor=root").await;
    album.open("log_nothing_matches", &root.browser, "/audit?event=groups&result=refused").await;
    let day = "/audit?event=groups&from=2026-11-23&to=2026-11-23";
    album.open("log_nothing_that_day", &root.browser, day).await;
    album
        .open("log_nothing_found", &root.browser, "/audit?actor=stranger&from=2026-11-23&to=2026-11-23")
        .await;
    album
        .open(
            "log_refused",
            &root.browser,
            "/audit?from=x&to=y&event=none&result=maybe&target=AKI&actor=1&request_id=z",
        )
        .await;
    let fields = [("theme", "dark"), ("density", "compact")];
    root.browser.submit("/me/preferences", "/me/preferences", &fields).await.redirect();
    for (name, event) in [
        ("event_with_changes", "UpdateAccountSettings"),
        ("event_without_changes", "UpdatePreferences"),
        ("event_of_user", "AddUser"),
        ("event_of_policy", "AttachUserPolicy"),
        ("event_of_collaborator", "AddCollaborator"),
        ("event_of_app", "AddMfaDevice"),
        ("event_of_verification", "StepUp"),
        ("event_of_sign_in", "SignIn"),
        ("event_of_command", "CreateAccount"),
    ] {
        let page = root.browser.get(&format!("/audit?event={event}")).await;
        let seq = page.attribute("tr[data-seq]", "data-seq").unwrap();
        album.open(name, &root.browser, &format!("/audit/{seq}")).await;
    }
}

async fn help(album: &mut Album, app: &TestApp, root: &Person) {
    album.open("api_without_key", &root.browser, "/help/api").await;
    let client = app.key_of(root).await;
    for (name, tool) in [
        ("api_tccli", "tccli"),
        ("api_python", "python"),
        ("api_node", "node"),
        ("api_go", "go"),
        ("api_java", "java"),
        ("api_php", "php"),
        ("api_curl", "curl"),
    ] {
        album.open(name, &root.browser, &format!("/help/api?tool={tool}")).await;
    }
    for (name, proxy) in [
        ("gate_nginx", "nginx"),
        ("gate_nginx_njs", "nginx-njs"),
        ("gate_caddy", "caddy"),
        ("gate_haproxy", "haproxy"),
        ("gate_traefik", "traefik"),
    ] {
        album.open(name, &root.browser, &format!("/help/gate?proxy={proxy}")).await;
    }
    let document =
        r#"{"version":"2.0","statement":[{"effect":"allow","action":"camlock:GetOverview","resource":"*"}]}"#;
    root.browser
        .submit("/policies/new", "/policies/new", &[("name", "sees"), ("document", document)])
        .await
        .redirect();
    let seer = app.signed_in(root, "seer", &["sees"]).await;
    album.open("overview", &seer.browser, "/").await;
    album.open("attention", &root.browser, "/attention/old").await;
    album.open("report", &root.browser, "/reports/credentials").await;
    album.open("debugger", &root.browser, "/help/api/debug").await;
    album
        .send("debugger_refused", root, "/help/api/debug", &[("method", "POST"), ("headers", "nothing")])
        .await;
    let signed = client.sign_plainly("cam", "GetUserAppId", &json!({}));
    let lines: Vec<String> = signed.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let headers = lines.join("\n");
    let fields = [("method", "POST"), ("headers", headers.as_str()), ("body", "{}")];
    album.send("debugger_fits", root, "/help/api/debug", &fields).await;
    app.wait(1_000);
    let fields = [("method", "POST"), ("headers", headers.as_str()), ("body", "{\"a\": 1}")];
    album.send("debugger_differs", root, "/help/api/debug", &fields).await;
}
