//! Keys: the list, the questions before a change, calls, and the pages that show a secret once.

use super::album::Album;
use crate::settings::change;
use crate::support::TestApp;
use crate::support::people::{PASSWORD, Person};
use camlock::app::keys::usage::flush_usage;
use camlock::domain::user::Uin;
use camlock::store::StoreError;
use diesel::RunQueryDsl;
use serde_json::json;

#[actix_web::test]
async fn pages_about_keys_are_as_they_were() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.enrolled(&root, "dev-alice", &["QcloudCollApiKeyManageAccess"]).await;
    let list = format!("/users/{}/keys", alice.uin);
    let mut album = Album::of("keys", &app);

    album.open("list_empty", &root.browser, &list).await;
    album.open("own_empty", &alice.browser, "/keys").await;
    let one = root.create_key(&list).await;
    album.open("list", &root.browser, &list).await;
    album.open("own", &alice.browser, "/keys").await;
    questions(&mut album, &root, &list, &one).await;
    shown(&mut album, &app, &root, &list, &one).await;
    calls(&mut album, &app, &root, &alice).await;
    through_other_eyes(&mut album, &app, &root, &list).await;
    without_app(&mut album, &app, &root, &list).await;
    with_wait(&mut album, &app, &root, &list).await;
    shown_at_creation(&mut album, &app, &root).await;
    grown_old(&mut album, &app, &root, &list).await;
    album.close();
}

async fn questions(album: &mut Album, root: &Person, list: &str, id: &str) {
    let key = format!("{list}/{id}");
    album.open("disable", &root.browser, &format!("{key}/disable")).await;
    album.open("replace", &root.browser, &format!("{key}/replace")).await;
    album.open("rotations", &root.browser, "/rotations").await;
    album.open("delete_of_enabled", &root.browser, &format!("{key}/delete")).await;
    let note = "长".repeat(200);
    let refused = root.browser.submit(list, &format!("{key}/note"), &[("note", &note)]).await;
    album.keep("note_refused", &refused);
    root.browser.submit(list, &format!("{key}/note"), &[("note", "东京 build <server>")]).await.redirect();
    root.browser.submit(list, &format!("{key}/disable"), &[]).await.redirect();
    album.open("list_after_disabling", &root.browser, list).await;
    album.open("delete", &root.browser, &format!("{key}/delete")).await;
    album.send("delete_refused", root, &format!("{key}/delete"), &[("confirm", "????")]).await;
    album.open("records_none", &root.browser, &format!("{key}/records")).await;
    album.open("limits", &root.browser, &format!("{key}/limits")).await;
}

async fn shown(album: &mut Album, app: &TestApp, root: &Person, list: &str, id: &str) {
    let reveal = format!("{list}/{id}/reveal");
    let question = root.browser.submit(list, &reveal, &[]).await;
    album.keep("reveal", &question);
    let page = album.open("question", &root.browser, &question.redirect()).await;
    let wrong = root.browser.send_form(&page, "/verify", &[("code", "000000")]).await;
    album.keep("question_refused", &wrong);
    let next = root.pass(app, &question.redirect()).await.redirect();
    album.open("secret_of_disabled", &root.browser, &next).await;
    album.open("secret_again", &root.browser, &next).await;
    root.browser.submit(list, &format!("{list}/{id}/enable"), &[]).await.redirect();
    let secret = root.reveal(app, list, id).await;
    album.keep("secret", &secret);
    let spoil = format!(
        "UPDATE api_keys SET secret = (SELECT seed FROM totp_devices LIMIT 1) WHERE secret_id = '{id}'"
    );
    let operator = app.other_connection();
    operator.write_now(|conn| Ok::<_, StoreError>(diesel::sql_query(&spoil).execute(conn)?)).unwrap();
    let unreadable = root.reveal(app, list, id).await;
    album.keep("unreadable", &unreadable);
}

async fn calls(album: &mut Album, app: &TestApp, root: &Person, alice: &Person) {
    let list = format!("/users/{}/keys", alice.uin);
    let uin = |text: &str| Uin::parse(text).unwrap();
    let client = app.key_for(uin(&root.uin), uin(&alice.uin)).await;
    client.call("cam", "GetUserAppId", json!({})).await;
    app.wait(60);
    client.call("cam", "ListUsers", json!({})).await;
    flush_usage(&app.app).await.unwrap();
    album.open("list_full", &root.browser, &list).await;
    album.open("own_full", &alice.browser, "/keys").await;
    album.open("records", &root.browser, &format!("{list}/{}/records", client.secret_id)).await;
    let disable = format!("{list}/{}/disable", client.secret_id);
    album.open("disable_used", &root.browser, &disable).await;
    album.open("history", &root.browser, &format!("{list}/{}/history", client.secret_id)).await;
    tried_off(album, root, &list, &client.secret_id).await;
    let third = root.browser.submit(&list, &list, &[]).await;
    album.keep("third_refused", &third);
    root.browser.submit(&list, &disable, &[]).await.redirect();
    album.open("list_full_with_disabled", &root.browser, &list).await;
    album.open("api_without_key", &root.browser, "/help/api").await;
    let security = format!("/users/{}/security", alice.uin);
    album.open("security_with_app", &root.browser, &security).await;
    let reset = root.browser.submit(&security, &format!("{security}/reset-mfa"), &[]).await.redirect();
    album.open("question_of_reset_mfa", &root.browser, &reset).await;
}

async fn tried_off(album: &mut Album, root: &Person, list: &str, id: &str) {
    root.browser.submit(list, &format!("{list}/{id}/try-off"), &[]).await.redirect();
    album.open("list_with_trial", &root.browser, list).await;
    album.open("history_with_trial", &root.browser, &format!("{list}/{id}/history")).await;
    root.browser.submit(list, &format!("{list}/{id}/enable"), &[]).await.redirect();
}

async fn without_app(album: &mut Album, app: &TestApp, root: &Person, list: &str) {
    const NEW: &str = "/me/mfa/totp/new";
    let mut admin = app.signed_in(root, "admin", &["AdministratorAccess"]).await;
    let id = admin.secret_ids(list).await.swap_remove(0);
    album.open("security_of_root", &admin.browser, &format!("/users/{}/security", root.uin)).await;
    let asked = admin.browser.submit(list, &format!("{list}/{id}/reveal"), &[]).await;
    album.keep("reveal_without_app", &asked);
    let page = album.open("app_first", &admin.browser, &asked.redirect()).await;
    let seed = admin.browser.send_form(&page, NEW, &[("password", PASSWORD)]).await;
    album.keep("app_first_seed", &seed);
    admin.remember_seed(&seed.text("#totp-secret").unwrap());
    let code = admin.fresh_code(app);
    let done = admin.browser.send_form(&seed, NEW, &[("name", "Phone"), ("code", &code)]).await;
    album.open("app_first_codes", &admin.browser, &done.redirect()).await;
}

async fn with_wait(album: &mut Album, app: &TestApp, root: &Person, list: &str) {
    change(app, root, &[("grant_age_hours", "24"), ("step_up_window", "3")]).await;
    let admin = app.enrolled(root, "late-admin", &["AdministratorAccess"]).await;
    album.open("list_with_wait", &admin.browser, list).await;
    let id = root.create_key("/keys").await;
    album.open("own_of_root", &root.browser, "/keys").await;
    let question = root.browser.submit("/keys", &format!("/keys/{id}/reveal"), &[]).await.redirect();
    album.open("question_with_window", &root.browser, &question).await;
}

async fn grown_old(album: &mut Album, app: &TestApp, root: &Person, list: &str) {
    app.wait(91 * 86_400);
    root.sign_in(app).await;
    album.open("list_of_old_keys", &root.browser, list).await;
    for (name, wish) in [("question_of_enabling", "enable"), ("question_of_deleting", "delete")] {
        let id =
            root.browser.get(list).await.attribute("tr[data-status=disabled]", "data-secret-id").unwrap();
        let fields = [("confirm", &id[32..])];
        let question = root.browser.submit(list, &format!("{list}/{id}/{wish}"), &fields).await.redirect();
        album.open(name, &root.browser, &question).await;
    }
    let on = root.browser.get(list).await.attribute("tr[data-status=enabled]", "data-secret-id").unwrap();
    let question = root.browser.submit(list, &format!("{list}/{on}/try-off"), &[]).await.redirect();
    album.open("question_of_trial", &root.browser, &question).await;
    let id = root.browser.get(list).await.attribute("tr[data-status=disabled]", "data-secret-id").unwrap();
    let question = root.browser.submit(list, &format!("{list}/{id}/enable"), &[]).await.redirect();
    let page = root.browser.get(&question).await;
    for _ in 0..4 {
        root.browser.send_form(&page, "/verify", &[("code", "000000")]).await;
    }
    let locked = root.browser.send_form(&page, "/verify", &[("code", "000000")]).await;
    album.keep("question_locked", &locked);
}

async fn through_other_eyes(album: &mut Album, app: &TestApp, root: &Person, list: &str) {
    let reader = app.signed_in(root, "reader", &["QcloudCamReadOnlyAccess"]).await;
    album.open("reader_list", &reader.browser, list).await;
    album.open("reader_own", &reader.browser, "/keys").await;
    let nobody = app.signed_in(root, "nobody", &[]).await;
    album.open("own_denied", &nobody.browser, "/keys").await;
}

async fn shown_at_creation(album: &mut Album, app: &TestApp, root: &Person) {
    change(app, root, &[("secret_reveal", "once"), ("operation_protection", "1"), ("step_up_window", "3")])
        .await;
    album.open("list_with_window", &root.browser, "/keys").await;
    let made = root.browser.submit("/keys", "/keys", &[("note", "东京")]).await;
    album.keep("creation", &made);
    album.open("question_of_creation", &root.browser, &made.redirect()).await;
    let next = root.pass(app, &made.redirect()).await.redirect();
    album.open("created", &root.browser, &next).await;
    album.open("created_again", &root.browser, &next).await;
    album.open("own_shown_once", &root.browser, "/keys").await;
}
