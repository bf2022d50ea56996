//! Ending a session wins against everything that gives it another id at the same moment.

use crate::support::TestApp;
use crate::support::browser::{encoded, is_session};
use crate::support::people::{PASSWORD, Person};
use camlock::app::caller::Caller;
use camlock::app::users::named::update_named_user;
use camlock::domain::source::Source;
use camlock::domain::user::Uin;
use camlock::store::{StoreError, dialect, sessions};
use reqwest::{Method, StatusCode};
use std::sync::mpsc;

const ROUNDS: usize = 12;

fn sessions_of(app: &TestApp, person: &Person) -> usize {
    let (uin, now) = (Uin::parse(&person.uin).unwrap(), app.now());
    app.app.store.read_now(|conn| sessions::of_identity(conn, uin, now)).unwrap().len()
}

/// Keeps everything that begins, renames or ends this person's sessions waiting until the sender is dropped.
fn hold_identity(app: &TestApp, person: &Person) -> mpsc::Sender<()> {
    let (release, released) = mpsc::channel::<()>();
    let (held, holding) = mpsc::channel::<()>();
    let (store, uin) = (app.other_connection(), Uin::parse(&person.uin).unwrap());
    std::thread::spawn(move || {
        let blocked = store.write_now(|conn| {
            dialect::lock_identity(conn, uin)?;
            held.send(()).unwrap();
            let _ = released.recv();
            Ok::<_, StoreError>(())
        });
        blocked.unwrap();
    });
    holding.recv().unwrap();
    release
}

async fn collaborator(app: &TestApp) -> (Person, Person) {
    let acme = app.root_named("acme").await;
    let partner = app.root_named("globex").await;
    let fields = [("kind", "collaborator"), ("uin", partner.uin.as_str()), ("user_name", "partner")];
    acme.browser.submit("/users/new", "/users/new", &fields).await.redirect();
    (acme, partner)
}

#[actix_web::test]
async fn signing_out_wins_against_a_switch_of_account() {
    let app = TestApp::spawn();
    let (acme, partner) = collaborator(&app).await;

    for round in 0..ROUNDS {
        let browser = partner.browser.clone();
        let page = browser.open("/identity").await;
        let held = hold_identity(&app, &partner);
        let owner = [("owner_uin", acme.uin.as_str())];
        let switching = async {
            if round % 2 == 1 {
                tokio::time::sleep(std::time::Duration::from_millis(30)).await;
            }
            browser.send_form(&page, "/identity", &owner).await
        };
        let leaving = async {
            if round % 2 == 0 {
                tokio::time::sleep(std::time::Duration::from_millis(30)).await;
            }
            browser.send_form(&page, "/logout", &[]).await
        };
        let letting = async {
            tokio::time::sleep(std::time::Duration::from_millis(150)).await;
            drop(held);
        };
        let (_, left, ()) = tokio::join!(switching, leaving, letting);

        assert_eq!(left.redirect(), "/login?signed_out=1");
        assert_eq!(sessions_of(&app, &partner), 0, "round {round}");
        partner.sign_in(&app).await;
    }
}

#[actix_web::test]
async fn signing_out_wins_against_a_passed_verification() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let id = root.create_key(&keys).await;

    for round in 0..ROUNDS {
        let question = root.browser.submit(&keys, &format!("{keys}/{id}/reveal"), &[]).await.redirect();
        let page = root.browser.get(&question).await;
        let code = root.fresh_code(&app);
        let typed = [("code", code.as_str())];
        let held = hold_identity(&app, &root);
        let passing = root.browser.send_form(&page, "/verify", &typed);
        let leaving = async {
            tokio::time::sleep(std::time::Duration::from_millis(30)).await;
            root.browser.send_form(&page, "/logout", &[]).await
        };
        let letting = async {
            tokio::time::sleep(std::time::Duration::from_millis(150)).await;
            drop(held);
        };
        let (_, left, ()) = tokio::join!(passing, leaving, letting);

        assert_eq!(left.redirect(), "/login?signed_out=1");
        assert_eq!(sessions_of(&app, &root), 0, "round {round}");
        root.sign_in(&app).await;
    }
}

#[actix_web::test]
async fn signing_out_with_the_cookie_from_before_a_switch_ends_the_session_and_opens_nothing_else() {
    let app = TestApp::spawn();
    let (acme, partner) = collaborator(&app).await;
    let fields = [("account", partner.uin.as_str()), ("user_name", "globex"), ("password", PASSWORD)];
    let browser = app.browser();
    browser.submit("/login", "/login", &fields).await.redirect();
    let code = [("code", &*partner.fresh_code(&app))];
    let signed_in = browser.submit("/login/verify", "/login/verify", &code).await;
    let cookies = signed_in.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap());
    let cookie = cookies.filter_map(|cookie| cookie.split(';').next()).find(|it| is_session(it));
    let old = [("cookie", cookie.unwrap()), ("sec-fetch-site", "same-origin")];
    let page = browser.open("/identity").await;
    browser.send_form(&page, "/identity", &[("owner_uin", &acme.uin)]).await.redirect();
    let stale = app.browser();

    let looked = stale.send(Method::GET, "/users", None, &old).await;
    let body = |csrf: &str| Some(encoded(&[("csrf", csrf)]));
    let forged = stale.send(Method::POST, "/logout", body("AAAA"), &old).await;
    let before = sessions_of(&app, &partner);
    let left = stale.send(Method::POST, "/logout", body(&page.csrf()), &old).await;

    assert_eq!(looked.redirect(), "/login?next=%2Fusers");
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    assert_eq!(left.redirect(), "/login?signed_out=1");
    assert_eq!((before, sessions_of(&app, &partner)), (2, 1));
    assert_eq!(browser.get("/users").await.status, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn ending_a_session_wins_against_a_switch_of_account() {
    let app = TestApp::spawn();
    let (acme, partner) = collaborator(&app).await;
    let mut other = partner.clone();
    for round in 0..ROUNDS {
        other.browser = app.browser();
        other.sign_in(&app).await;
        let page = other.browser.open("/identity").await;
        let list = partner.browser.get("/me/sessions").await;
        let end = list.attributes("form[action$='/end']", "action");
        let own = partner_session(&app, &partner);
        let end = end
            .into_iter()
            .filter(|action| action.starts_with("/me/sessions/"))
            .find(|action| !action.contains("others") && !own.iter().any(|name| action.contains(name)))
            .unwrap();
        let owner = [("owner_uin", acme.uin.as_str())];
        let held = hold_identity(&app, &partner);
        let switching = other.browser.send_form(&page, "/identity", &owner);
        let ending = partner.browser.send_form(&list, &end, &[]);
        let letting = async {
            tokio::time::sleep(std::time::Duration::from_millis(150)).await;
            drop(held);
        };
        let (_, ended, ()) = tokio::join!(switching, ending, letting);

        assert_eq!(ended.redirect(), "/me/sessions");
        assert_eq!(sessions_of(&app, &partner), 1, "round {round}");
        assert_eq!(partner.browser.get("/users").await.status, StatusCode::OK);
    }
}

/// The name of the oldest session: the one that does the ending.
fn partner_session(app: &TestApp, partner: &Person) -> Option<String> {
    let (uin, now) = (Uin::parse(&partner.uin).unwrap(), app.now());
    let mut found = app.app.store.read_now(|conn| sessions::of_identity(conn, uin, now)).unwrap();
    found.sort_by_key(|session| session.created_at);
    found.first().map(camlock::app::session::public_name)
}

#[actix_web::test]
async fn ending_the_others_leaves_the_session_that_is_renamed_meanwhile() {
    let app = TestApp::spawn();
    let (acme, partner) = collaborator(&app).await;
    let page = partner.browser.open("/identity").await;
    let csrf = partner.browser.get("/me/sessions").await.csrf();
    let held = hold_identity(&app, &partner);
    let owner = [("owner_uin", acme.uin.as_str())];

    let switching = partner.browser.send_form(&page, "/identity", &owner);
    let ending = async {
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
        partner.browser.post("/me/sessions/others/end", &csrf, &[]).await
    };
    let letting = async {
        tokio::time::sleep(std::time::Duration::from_millis(150)).await;
        drop(held);
    };
    tokio::join!(switching, ending, letting);

    assert_eq!(sessions_of(&app, &partner), 1);
}

#[actix_web::test]
async fn a_half_sign_in_that_a_reset_ended_never_becomes_a_session() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.enrolled(&root, "dev-alice", &[]).await;
    let mut thief = alice.clone();
    thief.browser = app.browser();
    let fields = [("account", root.uin.as_str()), ("user_name", "dev-alice"), ("password", PASSWORD)];
    thief.browser.submit("/login", "/login", &fields).await.redirect();
    let page = thief.browser.get("/login/verify").await;
    let code = alice.fresh_code(&app);
    let (store, uin) = (app.other_connection(), Uin::parse(&alice.uin).unwrap());
    let (begun, beginning) = mpsc::channel::<()>();

    let reset = std::thread::spawn(move || {
        store
            .write_now(|conn| {
                dialect::lock_identity(conn, uin)?;
                begun.send(()).unwrap();
                std::thread::sleep(std::time::Duration::from_millis(200));
                sessions::delete_others(conn, uin, "").map(|_| ())
            })
            .unwrap();
    });
    beginning.recv().unwrap();
    let answer = thief.browser.send_form(&page, "/login/verify", &[("code", &code)]).await;
    reset.join().unwrap();

    assert!(
        !answer
            .headers
            .get_all("set-cookie")
            .iter()
            .any(|cookie| cookie.to_str().unwrap().starts_with("camlock_device"))
    );
    assert_eq!(sessions_of(&app, &alice), 0);
    assert_eq!(thief.browser.get("/me/security").await.status, StatusCode::SEE_OTHER);
}

async fn caller_of(app: &TestApp, person: &Person) -> Caller {
    let (uin, now) = (Uin::parse(&person.uin).unwrap(), app.now());
    let session = app.app.store.read_now(|conn| sessions::of_identity(conn, uin, now)).unwrap().remove(0);
    let source = Source { ip: "127.0.0.1".into(), user_agent: String::new(), request_id: "test".into() };
    camlock::app::session::person::caller(&app.app, session.id_hash, source).await.unwrap()
}

#[actix_web::test]
async fn keeping_somebody_out_over_the_api_wins_against_a_renamed_session() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.enrolled(&root, "dev-alice", &["QcloudCollApiKeyReadOnlyAccess"]).await;
    let id = root.create_key(&format!("/users/{}/keys", alice.uin)).await;
    let question = alice.browser.submit("/keys", &format!("/keys/{id}/reveal"), &[]).await.redirect();
    let page = alice.browser.get(&question).await;
    let code = alice.fresh_code(&app);
    let typed = [("code", code.as_str())];
    let caller = caller_of(&app, &root).await;
    let held = hold_identity(&app, &alice);

    let passing = alice.browser.send_form(&page, "/verify", &typed);
    let closing = async {
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
        let changes =
            camlock::app::users::named::Changes { console_login: Some(false), ..Default::default() };
        update_named_user(&app.app, &caller, "dev-alice".to_owned(), changes).await
    };
    let letting = async {
        tokio::time::sleep(std::time::Duration::from_millis(150)).await;
        drop(held);
    };
    let (_, closed, ()) = tokio::join!(passing, closing, letting);

    closed.unwrap();
    assert_eq!(sessions_of(&app, &alice), 0);
}
