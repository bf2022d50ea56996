//! A page that was made in one account does nothing in another.

use crate::support::people::Person;
use crate::support::{Answer, TestApp};
use reqwest::StatusCode;

/// Root of Globex, who may do everything in Acme too, and acts in Globex at first.
async fn collaborator(app: &TestApp) -> (Person, Person) {
    let acme = app.root_named("acme").await;
    let globex = app.root_named("globex").await;
    let fields = [
        ("kind", "collaborator"),
        ("uin", globex.uin.as_str()),
        ("policy", "AdministratorAccess"),
        ("user_name", "partner"),
    ];
    acme.grant(app, "/users/new", "/users/new", &fields).await.redirect();
    (acme, globex)
}

async fn switch(person: &Person, owner: &str) {
    let page = person.browser.open("/identity").await;
    person.browser.send_form(&page, "/identity", &[("owner_uin", owner)]).await.redirect();
}

fn ensure_told(answer: &Answer, account: &str) {
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.body);
    assert_eq!(answer.text("h1"), Some(format!("You now act in {account}")));
    let ways: Vec<_> = answer.attributes("main a", "href");
    assert!(ways.contains(&"/".to_owned()) && ways.contains(&"/identity".to_owned()), "{ways:?}");
}

#[actix_web::test]
async fn a_stale_tab_makes_nothing_in_the_account_that_was_switched_to() {
    let app = TestApp::spawn();
    let (acme, partner) = collaborator(&app).await;
    let mut tabs = Vec::new();
    for (address, action) in [
        ("/users/new", "/users/new"),
        ("/policies/new", "/policies/new"),
        ("/groups/new", "/groups/new"),
        ("/keys", "/keys"),
    ] {
        tabs.push((partner.browser.get(address).await, action));
    }

    switch(&partner, &acme.uin).await;

    for (tab, action) in &tabs {
        let fields =
            [("kind", "sub_user"), ("user_name", "ghost"), ("group_name", "ghosts"), ("name", "ghost")];
        ensure_told(&partner.browser.send_form(tab, action, &fields).await, "acme Ltd");
    }
    assert_eq!(acme.browser.get("/users?q=ghost").await.count("tr[data-uin]"), 0);
    assert!(partner.secret_ids("/keys").await.is_empty());
    switch(&partner, &partner.uin).await;
    let answer = partner
        .browser
        .send_form(&tabs[0].0, "/users/new", &[("kind", "sub_user"), ("user_name", "here")])
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "the tab works again where it was made");
}

#[actix_web::test]
async fn a_verification_that_was_asked_in_one_account_is_not_answered_in_another() {
    let app = TestApp::spawn();
    let (acme, partner) = collaborator(&app).await;
    let keys = format!("/users/{}/keys", app.sub_user(&partner, "dev-alice", &[]).await.uin);
    let id = partner.create_key(&keys).await;
    let question = partner.browser.submit(&keys, &format!("{keys}/{id}/reveal"), &[]).await.redirect();
    let page = partner.browser.get(&question).await;

    switch(&partner, &acme.uin).await;
    let code = partner.fresh_code(&app);
    let stale = partner.browser.send_form(&page, "/verify", &[("code", &code)]).await;
    let fresh = partner.browser.get(&question).await;

    ensure_told(&stale, "acme Ltd");
    assert_eq!(fresh.redirect(), "/");
}

#[actix_web::test]
async fn a_ticket_of_one_account_opens_nothing_in_another() {
    let app = TestApp::spawn();
    let (acme, partner) = collaborator(&app).await;
    let keys = format!("/users/{}/keys", app.sub_user(&partner, "dev-alice", &[]).await.uin);
    let id = partner.create_key(&keys).await;
    let ticket = partner.reveal_ticket(&app, &keys, &id).await;

    switch(&partner, &acme.uin).await;

    let answer = partner.browser.get(&ticket).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(answer.text("#secret-key").is_none());
}

#[actix_web::test]
async fn signing_out_works_from_a_stale_tab() {
    let app = TestApp::spawn();
    let (acme, partner) = collaborator(&app).await;
    let tab = partner.browser.get("/users").await;
    switch(&partner, &acme.uin).await;

    let answer = partner.browser.send_form(&tab, "/logout", &[]).await;

    assert_eq!(answer.redirect(), "/login?signed_out=1");
    assert_eq!(partner.browser.get("/users").await.status, StatusCode::SEE_OTHER);
}
