//! Users: the list, the pages of each kind of user, and the questions before something changes.

use super::album::Album;
use crate::support::TestApp;
use crate::support::people::{Person, uin_in};

/// As long as a name may be.
pub const LONG_NAME: &str = "an-exceptionally-long-name.of@some+program=that_nobody,types-ever";

async fn add(app: &TestApp, root: &Person, fields: &[(&str, &str)]) -> String {
    root.grant(app, "/users/new", "/users/new", fields).await.redirect()
}

/// A user with everything filled in, one with a long name and no console, and a collaborator.
async fn three(app: &TestApp, root: &Person) -> [String; 3] {
    let partner = app.root_named("partner").await;
    let alice = [
        ("kind", "sub_user"),
        ("user_name", "dev-alice"),
        ("note", "Ada’s team, 东京 <b>"),
        ("phone", "+49 30 1234"),
        ("email", "alice@example.com"),
        ("console_login", "1"),
        ("password", "walnut lantern sixty harbours"),
        ("policy", "ReadOnlyAccess"),
    ];
    let robot = [("kind", "sub_user"), ("user_name", &LONG_NAME[..64]), ("note", "夜间构建")];
    let bo = [("kind", "collaborator"), ("user_name", "bo"), ("uin", partner.uin.as_str())];
    [
        uin_in(&add(app, root, &alice).await),
        uin_in(&add(app, root, &robot).await),
        uin_in(&add(app, root, &bo).await),
    ]
}

#[actix_web::test]
async fn pages_about_users_are_as_they_were() {
    let app = TestApp::spawn_with(&[("CAMLOCK_LIMITS__USERS_PER_ACCOUNT", "5")]);
    let root = app.root().await;
    let mut album = Album::of("users", &app);

    album.open("list_of_root_alone", &root.browser, "/users").await;
    creation(&mut album, &app, &root).await;
    let [alice, robot, bo] = three(&app, &root).await;
    lists(&mut album, &root).await;
    for (name, address) in [
        ("permissions", format!("/users/{alice}/permissions")),
        ("groups_none", format!("/users/{alice}/groups")),
        ("groups_none_to_join", format!("/users/{alice}/groups/join")),
        ("security", format!("/users/{alice}/security")),
        ("security_without_console", format!("/users/{robot}/security")),
        ("security_of_collaborator", format!("/users/{bo}/security")),
        ("permissions_none", format!("/users/{robot}/permissions")),
        ("permissions_of_root", format!("/users/{}/permissions", root.uin)),
        ("groups_of_root", format!("/users/{}/groups", root.uin)),
        ("security_of_root", format!("/users/{}/security", root.uin)),
        ("activity", format!("/users/{alice}/activity")),
        ("landing", format!("/users/{alice}")),
        ("edit", format!("/users/{alice}/edit")),
        ("attach", format!("/users/{alice}/permissions/attach")),
        ("attach_search", format!("/users/{alice}/permissions/attach?q=readonly")),
        ("attach_nothing_found", format!("/users/{alice}/permissions/attach?q=%E5%8C%97")),
        ("detach", format!("/users/{alice}/permissions/1/detach")),
        ("selected_attach", format!("/users/selected/attach?uin={alice}&list=%3Fmfa%3Doff")),
        ("selected_attach_judged", format!("/users/selected/attach?uin={alice}&uin={robot}&policy=1")),
        ("selected_join_nothing", format!("/users/selected/join?uin={alice}")),
        ("selected_require_mfa", format!("/users/selected/require-mfa?uin={alice}&uin={bo}")),
        ("selected_disable_keys", format!("/users/selected/disable-keys?uin={alice}")),
        ("selected_export", format!("/users/selected/export?uin={alice}&list=%3Fmfa%3Doff")),
        ("stop_console", format!("/users/{alice}/security/console")),
        ("boundary", format!("/users/{alice}/permissions/boundary")),
        ("delete", format!("/users/{alice}/delete")),
        ("delete_collaborator", format!("/users/{bo}/delete")),
    ] {
        album.open(name, &root.browser, &address).await;
    }
    refusals(&mut album, &root, &alice).await;
    changes(&mut album, &app, &root, &alice).await;
    let security = format!("/users/{robot}/security");
    root.grant(&app, &security, &format!("{security}/console"), &[("on", "1")]).await.redirect();
    album.open("security_without_password", &root.browser, &security).await;
    through_other_eyes(&mut album, &app, &root, (&alice, &robot)).await;
    album.open("list_full", &root.browser, "/users").await;
    album.send("full_refused", &root, "/users/new", &[("kind", "sub_user"), ("user_name", "sixth")]).await;
    album.close();
}

async fn creation(album: &mut Album, app: &TestApp, root: &Person) {
    album.open("new", &root.browser, "/users/new").await;
    let note = "长".repeat(129);
    let fields = [
        ("kind", "sub_user"),
        ("user_name", "100000000001"),
        ("note", note.as_str()),
        ("phone", "call me"),
        ("email", "nobody"),
        ("console_login", "1"),
        ("password", "short"),
    ];
    album.send("new_refused", root, "/users/new", &fields).await;
    let fields = [("kind", "collaborator"), ("user_name", "root"), ("uin", "123")];
    album.send("new_collaborator_refused", root, "/users/new", &fields).await;
    let fields = [("kind", "sub_user"), ("user_name", "paul"), ("console_login", "1")];
    let created = add(app, root, &fields).await;
    album.open("created", &root.browser, &created).await;
    album.open("created_again", &root.browser, &created).await;
}

async fn lists(album: &mut Album, root: &Person) {
    album.open("list", &root.browser, "/users").await;
    album.open("list_filtered", &root.browser, "/users?q=a&type=sub_user&mfa=off&key=none").await;
    album.open("list_nothing_found", &root.browser, "/users?q=nobody%3Cb%3E").await;
    album.open("list_nothing_filtered", &root.browser, "/users?key=any").await;
}

async fn refusals(album: &mut Album, root: &Person, alice: &str) {
    let fields = [("user_name", "root"), ("note", "ok"), ("phone", "x"), ("email", "@")];
    album.send("edit_refused", root, &format!("/users/{alice}/edit"), &fields).await;
    let page = format!("/users/{alice}/delete");
    album.send("delete_refused", root, &page, &[("confirm", "somebody")]).await;
    album.send("attach_refused", root, &format!("/users/{alice}/permissions/attach"), &[]).await;
    album
        .send("boundary_refused", root, &format!("/users/{alice}/permissions/boundary"), &[("policy", "")])
        .await;
}

async fn changes(album: &mut Album, app: &TestApp, root: &Person, alice: &str) {
    let boundary = format!("/users/{alice}/permissions/boundary");
    let preset = root.browser.get(&boundary).await.attributes("#field-policy option", "value");
    root.grant(app, &boundary, &boundary, &[("policy", &preset[1])]).await.redirect();
    album.open("permissions_with_boundary", &root.browser, &format!("/users/{alice}/permissions")).await;
    album.open("boundary_change", &root.browser, &boundary).await;
    album.open("boundary_remove", &root.browser, &format!("{boundary}/remove")).await;

    let page = format!("/users/{alice}/security");
    let reset = format!("{page}/reset-password");
    let question = root.browser.submit(&page, &reset, &[]).await.redirect();
    album.open("question_of_reset", &root.browser, &question).await;
    let shown = root.pass(app, &question).await.redirect();
    album.open("reset_password", &root.browser, &shown).await;
    let attach = format!("/users/{alice}/permissions/attach");
    let risky = album.send("risky_grant", root, &attach, &[("policy", "AdministratorAccess")]).await;
    album.open("question_of_risky_grant", &root.browser, &risky.redirect()).await;

    root.create_key(&format!("/users/{alice}/keys")).await;
    album.open("security_with_key", &root.browser, &page).await;
    album.open("delete_with_key", &root.browser, &format!("/users/{alice}/delete")).await;
    let console = format!("{page}/console");
    album.send("console_refused", root, &console, &[]).await;
    let confirm = root.browser.get(&console).await;
    let answer = root.browser.send_form(&confirm, &console, &[]).await;
    album.keep("console_stopped", &answer);
    album.open("security_after_stop", &root.browser, &page).await;
}

async fn through_other_eyes(album: &mut Album, app: &TestApp, root: &Person, (alice, robot): (&str, &str)) {
    let reader = app.signed_in(root, "reader", &["QcloudCamReadOnlyAccess"]).await;
    for (name, address) in [
        ("reader_list", "/users".to_owned()),
        ("reader_permissions", format!("/users/{alice}/permissions")),
        ("reader_permissions_none", format!("/users/{robot}/permissions")),
        ("reader_security", format!("/users/{alice}/security")),
        ("reader_activity", format!("/users/{alice}/activity")),
        ("reader_own_security", format!("/users/{}/security", reader.uin)),
        ("reader_new", "/users/new".to_owned()),
    ] {
        album.open(name, &reader.browser, &address).await;
    }
}
