//! Several users at once: what a page says of each of them is what happens, once, and nothing else.

use crate::support::people::Person;
use crate::support::{Answer, TestApp};
use camlock::store::{Conn, StoreError};
use diesel::connection::SimpleConnection;
use reqwest::StatusCode;
use serde_json::Value;

const POLICY: &str = "QcloudCollApiKeyReadOnlyAccess";
const DAY: i64 = 86_400;

pub fn address(deed: &str, uins: &[&str]) -> String {
    let uins: Vec<String> = uins.iter().map(|uin| format!("uin={uin}")).collect();
    format!("/users/selected/{deed}?{}", uins.join("&"))
}

/// The page with the value of the option that is called so.
pub async fn choosing(person: &Person, page: &str, field: &str, name: &str) -> String {
    let shown = person.browser.get(page).await;
    let values = shown.attributes("select option", "value");
    let at = shown.texts("select option").iter().position(|text| text == name).unwrap();
    format!("{page}&{field}={}", values[at])
}

/// Each user's name with what becomes of it.
pub fn fates(page: &Answer) -> Vec<(String, String)> {
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let names = page.texts("tr[data-uin] th > :first-child");
    names.into_iter().zip(page.attributes("tr[data-uin]", "data-fate")).collect()
}

pub fn pairs(fates: &[(&str, &str)]) -> Vec<(String, String)> {
    fates.iter().map(|(name, fate)| ((*name).to_owned(), (*fate).to_owned())).collect()
}

pub fn form_of(page: &Answer) -> String {
    page.attribute("main form[method=post]", "action").unwrap()
}

/// Sends the form of the page, with a code if one is asked for; gives the page that comes then.
async fn confirm(app: &TestApp, person: &Person, page: &Answer) -> Answer {
    let mut next = person.browser.send_form(page, &form_of(page), &[]).await.redirect();
    if next.starts_with("/verify?") {
        next = person.pass(app, &next).await.redirect();
    }
    person.browser.get(&next).await
}

#[actix_web::test]
async fn a_policy_goes_to_those_who_lack_it_and_each_has_an_event() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let (alice, bob) = (root.add_bare("alice", "").await, app.sub_user(&root, "bob", &[POLICY]).await.uin);
    root.create_key(&format!("/users/{alice}/keys")).await;
    let before = root.events("AttachUserPolicy").await;

    let page = choosing(&root, &address("attach", &[&alice, &bob, &root.uin]), "policy", POLICY).await;
    let asked = root.browser.get(&page).await;
    assert_eq!(fates(&asked), pairs(&[("alice", "due"), ("bob", "already"), ("root", "left-out")]));
    assert_eq!(asked.text("h1").unwrap(), format!("Attach {POLICY} to 1 user?"));
    assert_eq!(asked.text("tr[data-fate=due] .num").as_deref(), Some("1 of 2"));
    let done = confirm(&app, &root, &asked).await;

    assert_eq!(fates(&done), pairs(&[("alice", "already"), ("bob", "already"), ("root", "left-out")]));
    assert_eq!(done.text(".flash").unwrap(), format!("{POLICY} is attached to 1 user: alice."));
    assert_eq!(done.count("main form[method=post]"), 0, "nothing is left to do");
    assert_eq!(root.events("AttachUserPolicy").await, before + 1);
    let again = root.browser.send_form(&asked, &form_of(&asked), &[]).await.redirect();
    assert!(!again.starts_with("/verify?"), "{again}");
    assert_eq!(root.events("AttachUserPolicy").await, before + 1);
}

#[actix_web::test]
async fn whoever_may_not_attach_is_shown_why_and_can_send_nothing() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = root.add_bare("alice", "").await;
    let reader = app.signed_in(&root, "reader", &["QcloudCamReadOnlyAccess"]).await;

    let page = choosing(&reader, &address("attach", &[&alice]), "policy", POLICY).await;
    let asked = reader.browser.get(&page).await;
    let csrf = reader.browser.get("/me/security").await.csrf();
    let sent = reader.browser.post(&page, &csrf, &[("user", &alice)]).await.redirect();

    assert_eq!(fates(&asked), pairs(&[("alice", "left-out")]));
    assert!(asked.body.contains("do not allow cam:AttachUserPolicy"), "{}", asked.body);
    assert_eq!(asked.count("main form[method=post]"), 0);
    assert_eq!(fates(&reader.browser.get(&sent).await), pairs(&[("alice", "left-out")]));
    let bar = reader.browser.get("/users").await.texts("#selected button");
    assert_eq!(bar, ["Add to a group", "Export"]);
    let document = r#"{"version":"2.0","statement":[{"effect":"allow","action":["cam:ListUsers","cam:DisableApiKey"],"resource":"*"}]}"#;
    let fields = [("name", "lists-users"), ("document", document)];
    root.grant(&app, "/policies/new", "/policies/new", &fields).await.redirect();
    let clerk = app.signed_in(&root, "clerk", &["lists-users"]).await;
    let key = root.create_key(&format!("/users/{alice}/keys")).await;
    app.wait(100 * 86_400);
    clerk.sign_in(&app).await;
    let disables = clerk.browser.get(&format!("{}&days=1", address("disable-keys", &[&alice]))).await;
    assert_eq!((disables.status.as_u16(), disables.body.contains(&key)), (200, false), "{}", disables.body);
    let seen = clerk.browser.get(&address("attach", &[&alice])).await;
    assert_eq!((seen.status.as_u16(), seen.body.contains(POLICY)), (200, false), "{}", seen.body);
}

#[actix_web::test]
async fn a_group_takes_those_who_fit() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let (alice, bob) = (root.add_bare("alice", "").await, root.add_bare("bob", "").await);
    root.browser.submit("/groups/new", "/groups/new", &[("group_name", "crew")]).await.redirect();

    let page = choosing(&root, &address("join", &[&alice]), "group", "crew").await;
    let done = confirm(&app, &root, &root.browser.get(&page).await).await;
    assert_eq!(done.text(".flash").as_deref(), Some("1 user joined the group crew: alice."));
    let page = page.replace("join?", &format!("join?uin={bob}&uin={}&", root.uin));
    let asked = root.browser.get(&page).await;
    let done = confirm(&app, &root, &asked).await;

    assert_eq!(fates(&asked), pairs(&[("alice", "already"), ("bob", "due"), ("root", "left-out")]));
    assert_eq!(asked.text("h1").as_deref(), Some("Add 1 user to the group crew?"));
    assert_eq!(fates(&done), pairs(&[("alice", "already"), ("bob", "already"), ("root", "left-out")]));
    assert_eq!(root.events("AddUserToGroup").await, 2);
}

#[actix_web::test]
async fn mfa_is_required_of_the_chosen_from_their_next_page_on() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let bob = app.signed_in(&root, "bob", &[POLICY]).await;
    let alice = app.enrolled(&root, "alice", &[POLICY]).await;
    assert_eq!(bob.browser.get("/keys").await.status, StatusCode::OK);

    let asked = root.browser.get(&address("require-mfa", &[&bob.uin, &alice.uin])).await;
    let done = confirm(&app, &root, &asked).await;

    assert_eq!(done.text(".flash").as_deref(), Some("MFA is required of 2 users: alice, bob."));
    assert_eq!(fates(&done), pairs(&[("alice", "already"), ("bob", "already")]));
    assert_eq!(root.events("SetMfaFlag").await, 2);
    assert_eq!(bob.browser.get("/keys").await.redirect(), "/me/mfa/totp/new");
    assert_eq!(alice.browser.get("/keys").await.status, StatusCode::OK);
}

#[actix_web::test]
async fn stale_keys_are_disabled_and_those_that_somebody_wants_are_not() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let (alice, bob) = (root.add_bare("alice", "").await, root.add_bare("bob", "").await);
    let (of_alice, of_bob) = (format!("/users/{alice}/keys"), format!("/users/{bob}/keys"));
    let (old, wanted) = (root.create_key(&of_alice).await, root.create_key(&of_bob).await);
    app.wait(91 * DAY);
    root.sign_in(&app).await;
    let fresh = root.create_key(&of_alice).await;

    let page = address("disable-keys", &[&alice, &bob]);
    let asked = root.browser.get(&page).await;
    assert_eq!(fates(&asked), pairs(&[("alice", "due"), ("bob", "due")]));
    assert_eq!(
        asked.attributes("input[name=key]", "value"),
        [format!("{alice}/{old}"), format!("{bob}/{wanted}")]
    );
    assert_eq!(fates(&root.browser.get(&format!("{page}&days=92")).await)[0].1, "already");
    // Somebody wants the other one meanwhile.
    for deed in ["disable", "enable"] {
        root.browser.submit(&of_bob, &format!("{of_bob}/{wanted}/{deed}"), &[]).await.redirect();
    }
    let done = confirm(&app, &root, &asked).await;

    assert_eq!(done.text(".flash").as_deref(), Some("1 key is disabled."));
    assert_eq!(fates(&done), pairs(&[("alice", "already"), ("bob", "already")]));
    let status = |keys: Answer, id: String| {
        keys.attribute(&format!("tr[data-secret-id='{id}']"), "data-status").unwrap()
    };
    assert_eq!(status(root.browser.get(&of_alice).await, old), "disabled");
    assert_eq!(status(root.browser.get(&of_alice).await, fresh), "enabled");
    assert_eq!(status(root.browser.get(&of_bob).await, wanted), "enabled");
    assert_eq!(root.events("DisableApiKey").await, 2);
}

#[actix_web::test]
async fn an_administrator_leaves_roots_keys_alone() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let id = root.create_key(&format!("/users/{}/keys", root.uin)).await;
    app.wait(91 * DAY);
    let admin = {
        root.sign_in(&app).await;
        app.signed_in(&root, "admin", &["AdministratorAccess"]).await
    };

    let page = address("disable-keys", &[&root.uin]);
    let asked = admin.browser.get(&page).await;
    let csrf = admin.browser.get("/users").await.csrf();
    let key = format!("{}/{id}", root.uin);
    let sent = admin.browser.post(&page, &csrf, &[("key", &key)]).await.redirect();

    assert_eq!(fates(&asked), pairs(&[("root", "left-out")]));
    assert!(!asked.body.contains(&id));
    assert!(admin.browser.get(&sent).await.text(".flash").unwrap().starts_with("Nothing was done"));
    let keys = root.browser.get(&format!("/users/{}/keys", root.uin)).await;
    assert_eq!(keys.attribute("tr[data-secret-id]", "data-status").as_deref(), Some("enabled"));
}

#[actix_web::test]
async fn two_who_do_the_same_at_once_do_it_once() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let users = [root.add_bare("alice", "").await, root.add_bare("bob", "").await];
    let uins: Vec<&str> = users.iter().map(String::as_str).collect();
    let page = choosing(&root, &address("attach", &uins), "policy", POLICY).await;
    let before = root.events("AttachUserPolicy").await;
    // A code was given lately, so that neither is asked.
    let other = root.add_bare("carol", "").await;
    let single = format!("/users/{other}/permissions/attach");
    root.grant(&app, &single, &single, &[("policy", POLICY)]).await.redirect();

    let (one, two) = (root.browser.get(&page).await, root.browser.get(&page).await);
    let form = form_of(&one);
    let detach = format!("/users/{}/permissions", users[0]);
    let attach = format!("{detach}/attach");
    let csrf = one.csrf();
    let fields = [("policy", POLICY)];
    let answers = futures_util::future::join3(
        root.browser.send_form(&one, &form, &[]),
        root.browser.send_form(&two, &form, &[]),
        root.browser.post(&attach, &csrf, &fields),
    )
    .await;

    for answer in [&answers.0, &answers.1, &answers.2] {
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    }
    let now = fates(&root.browser.get(&page).await);
    assert_eq!(now, pairs(&[("alice", "already"), ("bob", "already")]));
    assert_eq!(root.events("AttachUserPolicy").await, before + 3);
}

/// Adds as many users as can be chosen with plain statements; gives their UINs.
fn hundred(app: &TestApp, root: &Person) -> Vec<String> {
    let owner = &root.uin;
    let uins: Vec<String> = (0..100).map(|number| format!("{}", 700_000_000_000_i64 + number)).collect();
    let mut text = "/* test */".to_owned();
    for (number, uin) in uins.iter().enumerate() {
        let uid = 800_000_000 + number;
        let made = format!(
            "INSERT INTO identities (uin) VALUES ({uin}); INSERT INTO users (uid, owner_uin, uin, kind, name, name_key, note, \
             phone, email, console_login, created_at, created_by) VALUES ({uid}, {owner}, {uin}, 'sub_user', 'u-{number}', \
             'u-{number}', '', '', '', FALSE, 0, {owner});"
        );
        text.extend([made]);
    }
    let run = |conn: &mut Conn| conn.batch_execute(&text).map_err(StoreError::from);
    app.app.store.write_now(run).unwrap();
    uins
}

#[actix_web::test]
async fn a_hundred_users_are_changed_at_once_each_with_its_event() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let uins = hundred(&app, &root);
    let uins: Vec<&str> = uins.iter().map(String::as_str).collect();

    let page = choosing(&root, &address("attach", &uins), "policy", POLICY).await;
    let asked = root.browser.get(&page).await;
    let began = std::time::Instant::now();
    let done = confirm(&app, &root, &asked).await;
    println!("a policy for 100 users, with the question: {:?}", began.elapsed());

    let told = done.text(".flash").unwrap();
    assert!(told.starts_with(&format!("{POLICY} is attached to 100 users: u-0, ")), "{told}");
    assert!(told.ends_with(" and 95 others."), "{told}");
    assert_eq!(done.count("tr[data-fate=already]"), 100);
    let likes = [("theme", "system"), ("density", "comfortable"), ("page_size", "100")];
    root.browser.submit("/me/preferences", "/me/preferences", &likes).await.redirect();
    assert_eq!(root.events("AttachUserPolicy").await, 100);
}

#[actix_web::test]
async fn a_key_that_is_disabled_with_others_and_alone_at_once_is_disabled_once() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let (alice, bob) = (root.add_bare("alice", "").await, root.add_bare("bob", "").await);
    let keys = format!("/users/{alice}/keys");
    let id = root.create_key(&keys).await;
    root.create_key(&format!("/users/{bob}/keys")).await;
    app.wait(91 * DAY);
    root.sign_in(&app).await;

    let asked = root.browser.get(&address("disable-keys", &[&alice, &bob])).await;
    let (form, csrf) = (form_of(&asked), asked.csrf());
    let alone = format!("{keys}/{id}/disable");
    let (together, single) = futures_util::future::join(
        root.browser.send_form(&asked, &form, &[]),
        root.browser.post(&alone, &csrf, &[]),
    )
    .await;

    assert_eq!((together.status, single.status), (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER));
    assert_eq!(root.events("DisableApiKey").await, 2);
    assert_eq!(
        root.browser.get(&keys).await.attribute("tr[data-secret-id]", "data-status").as_deref(),
        Some("disabled")
    );
}

#[actix_web::test]
async fn a_user_who_is_deleted_meanwhile_stops_nothing_that_can_be_done() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let (alice, bob) = (root.add_bare("alice", "").await, root.add_bare("bob", "").await);
    let page = choosing(&root, &address("attach", &[&alice, &bob]), "policy", POLICY).await;
    let asked = root.browser.get(&page).await;
    root.browser
        .submit(&format!("/users/{bob}/delete"), &format!("/users/{bob}/delete"), &[("confirm", "bob")])
        .await;

    let done = confirm(&app, &root, &asked).await;

    assert_eq!(fates(&done), pairs(&[("alice", "already")]));
    assert!(done.text(".facts").unwrap().contains("1 not in this account any more"));
}

#[actix_web::test]
async fn users_of_other_accounts_are_not_there() {
    let app = TestApp::spawn();
    let (root, rival) = (app.root().await, app.root_named("rival").await);
    let theirs = rival.add_bare("theirs", "").await;

    for deed in ["require-mfa", "disable-keys"] {
        let page = root.browser.get(&address(deed, &[&theirs])).await;
        assert_eq!(fates(&page), [], "{deed}");
        assert!(!page.body.contains("theirs"), "{deed}");
    }
    let csrf = root.browser.get("/users").await.csrf();
    let sent = root.browser.post(&address("require-mfa", &[&theirs]), &csrf, &[("user", &theirs)]).await;

    sent.redirect();
    assert_eq!(rival.events("SetMfaFlag").await + root.events("SetMfaFlag").await, 0);
}

#[actix_web::test]
async fn without_anybody_the_list_comes_back_and_more_than_a_hundred_are_refused() {
    let app = TestApp::spawn();
    let root = app.root().await;

    let next = root.browser.get("/users/selected/attach?list=%3Ftype%3Dsub_user%26evil%3D1").await.redirect();
    let many: Vec<String> = (0..101).map(|number| format!("{}", 100_000_000_100_i64 + number)).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();

    assert_eq!(next, "/users?type=sub_user");
    assert!(root.browser.get(&next).await.text(".flash").unwrap().starts_with("Nobody is chosen"));
    assert_eq!(root.browser.get(&address("require-mfa", &many)).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(root.browser.get(&address("require-mfa", &many[1..])).await.status, StatusCode::OK);
}

#[actix_web::test]
async fn the_list_is_exported_as_it_is_filtered_or_chosen() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let (alice, bob) = (root.add_bare("alice", "=1+1").await, root.add_bare("bob", "").await);
    root.create_key(&format!("/users/{bob}/keys")).await;

    let page = format!("{}&list=%3Fkey%3Dany", address("export", &[&alice]));
    let shown = root.browser.get(&page).await;
    assert_eq!(shown.attribute("#export-list input[name=filter]", "value").as_deref(), Some("?key=any"));
    let csrf = shown.csrf();
    let chosen = root.browser.post("/users/export", &csrf, &[("user", &alice), ("format", "csv")]).await;
    let listed = [("filter", "?key=any"), ("format", "json")];
    let listed = root.browser.post("/users/export", &csrf, &listed).await;
    let all = root.browser.post("/users/export", &csrf, &[("filter", ""), ("format", "csv")]).await;
    let bad = root.browser.post("/users/export", &csrf, &[("filter", "?key=x"), ("format", "csv")]).await;

    let lines: Vec<&str> = chosen.body.lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[1].starts_with(&format!("alice,{alice},Sub-user,'=1+1,off,off,0,,,")), "{}", lines[1]);
    let rows: Vec<Value> = serde_json::from_str(&listed.body).unwrap();
    assert_eq!(rows.iter().map(|row| row["user_name"].as_str().unwrap()).collect::<Vec<_>>(), ["bob"]);
    assert_eq!((rows[0]["keys"].as_str(), rows[0]["uin"].as_str()), (Some("1"), Some(bob.as_str())));
    assert_eq!(all.body.lines().count(), 4);
    assert!(all.headers["content-disposition"].to_str().unwrap().ends_with(".csv\""));
    assert!(bad.redirect().starts_with("/users"));
    assert_eq!(root.events("ExportUsers").await, 3);
}
