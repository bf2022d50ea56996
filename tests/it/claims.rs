//! Claim links: looked at by anybody, opened by one browser, used once, and ended by whatever ends what they hand over.

use crate::support::people::{PASSWORD, Person, uin_in};
use crate::support::{Answer, Browser, TestApp};
use camlock::web::routes::ENDPOINTS;
use futures_util::future::join_all;
use reqwest::{Method, StatusCode};

const DAY: i64 = 86_400;

/// Makes a key of a user at that page and gives the path of its claim link, with its SecretId.
pub async fn key_link(app: &TestApp, maker: &Person, keys: &str) -> (String, String) {
    let page = handed(app, maker, keys, &[("delivery", "claim")]).await;
    (link_in(&page), page.text("#secret-id").unwrap())
}

/// The page with what is to be sent.
async fn handed(app: &TestApp, maker: &Person, keys: &str, fields: &[(&str, &str)]) -> Answer {
    let asked = maker.browser.submit(keys, keys, fields).await.redirect();
    assert!(asked.starts_with("/verify?"), "a fresh code is asked for, window or not: {asked}");
    let address = maker.pass(app, &asked).await.redirect();
    let page = maker.browser.get(&address).await;
    assert_eq!(page.status, StatusCode::OK, "{address}: {}", page.body);
    page
}

/// Makes a sub-user who chooses the password by a link; gives the path of the link, and the UIN.
pub async fn password_link(app: &TestApp, maker: &Person, name: &str) -> (String, String) {
    let fields = [
        ("kind", "sub_user"),
        ("user_name", name),
        ("console_login", "1"),
        ("claim_link", "1"),
        ("hours", "24"),
    ];
    let address = maker.grant(app, "/users/new", "/users/new", &fields).await.redirect();
    let page = maker.browser.get(&address).await;
    assert_eq!(page.status, StatusCode::OK, "{address}: {}", page.body);
    (link_in(&page), uin_in(&address))
}

fn link_in(page: &Answer) -> String {
    let link = page.text("#claim-url").expect("a claim link");
    link[link.find("/claim?t=").expect("the page of claims")..].to_owned()
}

pub fn token_of(link: &str) -> &str {
    link.split_once("t=").unwrap().1
}

/// Presses the button, on a page that was shown to this browser.
pub async fn open(browser: &Browser, link: &str) -> Answer {
    // The form's token is the same on every page of signed-out people, so one comes from the sign-in page.
    let csrf = browser.get("/login").await.csrf();
    browser.post("/claim", &csrf, &[("t", token_of(link))]).await
}

/// What a link says that opens nothing, without the request's number.
async fn words(app: &TestApp, link: &str) -> [(StatusCode, String); 2] {
    let browser = app.browser();
    let told = |answer: Answer| {
        let id = answer.text("#request-id").unwrap_or_default();
        (answer.status, answer.body.replace(&id, "ID"))
    };
    // Links that open nothing have to wait for each other.
    app.wait(20);
    let looked = told(browser.get(link).await);
    app.wait(20);
    [looked, told(open(&browser, link).await)]
}

#[actix_web::test]
async fn whatever_looks_at_a_link_leaves_it_as_it_is_and_the_button_shows_the_pair_once() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let uin = app.sub_user(&root, "builder", &[]).await.uin;
    let (link, id) = key_link(&app, &root, &format!("/users/{uin}/keys")).await;
    for _ in 0..5 {
        let preview = app.browser();
        assert_eq!(preview.get(&link).await.status, StatusCode::OK);
        assert_eq!(preview.head(&link).await.status, StatusCode::OK);
        preview.send(Method::GET, &link, None, &[("purpose", "prefetch")]).await;
    }
    let browser = app.browser();
    let shown = browser.get(&link).await;
    assert!(!shown.body.contains(&id) && !shown.body.contains("builder"), "a preview learns nothing");

    let next = browser.post("/claim", &shown.csrf(), &[("t", token_of(&link))]).await.redirect();

    assert!(!next.contains(token_of(&link)), "the token has left the address");
    browser.look_ahead(&next).await;
    let page = browser.get(&next).await;
    assert_eq!(page.headers["cache-control"], "no-store");
    let client = app.client(&page.text("#secret-id").unwrap(), &page.text("#secret-key").unwrap());
    assert_eq!((client.secret_id.as_str(), client.who().await.as_str()), (id.as_str(), ""));
    assert_eq!(browser.get(&next).await.status, StatusCode::GONE);
    assert_eq!(open(&browser, &link).await.status, StatusCode::GONE);
    for (event, told) in [("CreateClaimLink", 1), ("OpenClaimLink", 2), ("ShowSecretKey", 1)] {
        let log = root.browser.get(&format!("/audit?event={event}")).await;
        assert_eq!(log.count("tr[data-seq]"), told, "{event}: {}", log.body);
    }
    let listed = root.browser.get(&format!("/users/{uin}/security")).await;
    assert_eq!(listed.texts("[data-claim] .badge"), ["Used"]);
    assert!(listed.body.contains("test browser"), "from where and by what it was opened is told");
}

#[actix_web::test]
async fn of_ten_browsers_at_once_one_opens_a_link_and_keeps_it() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let (link, _) = key_link(&app, &root, "/keys").await;
    let browsers: Vec<Browser> = (0..10).map(|_| app.browser()).collect();

    let answers = join_all(browsers.iter().map(|browser| open(browser, &link))).await;

    let opened: Vec<usize> = (0..10).filter(|at| answers[*at].status == StatusCode::SEE_OTHER).collect();
    assert_eq!(opened.len(), 1, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    assert!(answers.iter().all(|answer| [303, 410].contains(&answer.status.as_u16())));
    let mine = &browsers[opened[0]];
    let next = open(mine, &link).await.redirect();
    let other = &browsers[(opened[0] + 1) % 10];
    assert_eq!(other.get(&next).await.status, StatusCode::GONE, "the way on belongs to the first browser");
    let pages = join_all((0..5).map(|_| mine.get(&next))).await;
    assert_eq!(pages.iter().filter(|page| page.text("#secret-key").is_some()).count(), 1);
}

#[actix_web::test]
async fn the_receiver_of_a_link_chooses_the_first_password_and_nobody_else_had_one() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let (link, uin) = password_link(&app, &root, "newcomer").await;
    let newcomer = Person::named(&app, &root, (&uin, "newcomer"));
    let early = newcomer
        .browser
        .submit(
            "/login",
            "/login",
            &[("user_name", "newcomer"), ("account", &root.uin), ("password", PASSWORD)],
        )
        .await;
    assert_eq!(early.status, StatusCode::UNAUTHORIZED);
    let browser = &newcomer.browser;

    let form = open(browser, &link).await.redirect();
    assert_eq!(app.browser().get(&form).await.status, StatusCode::GONE, "another browser does not choose it");
    let weak = browser.submit(&form, &form, &[("password", "newcomer1234")]).await;
    let chosen = browser.submit(&form, &form, &[("password", PASSWORD)]).await;

    assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(weak.count("#field-password[aria-invalid]"), 1);
    assert_eq!(chosen.redirect(), format!("/login?account={}", root.uin));
    newcomer.sign_in(&app).await;
    assert_eq!(browser.get("/me/security").await.status, StatusCode::OK);
    let again = browser.post(&form, &weak.csrf(), &[("password", "another tram ninety violins")]).await;
    assert_eq!(again.status, StatusCode::GONE);
    assert_eq!(app.browser().get(&link).await.status, StatusCode::GONE);
    let log = root.browser.get("/audit?event=ChangePassword").await;
    assert_eq!(log.count("tr[data-seq]"), 1, "{}", log.body);
}

#[actix_web::test]
async fn a_link_that_is_over_says_no_more_than_one_that_never_was() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let wrong = words(&app, "/claim?t=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").await;
    assert!(wrong.iter().all(|(status, _)| *status == StatusCode::GONE), "{wrong:?}");
    assert_eq!(wrong[0].1, wrong[1].1);
    let mut links = Vec::new();
    for (name, after) in [("a", 0), ("b", 1), ("c", 2), ("d", 3), ("e", 4)] {
        let (link, uin) = password_link(&app, &root, &format!("user-{name}")).await;
        let page = format!("/users/{uin}/security");
        match after {
            0 => {
                let listed = root.browser.get(&page).await;
                let id = listed.attribute("[data-claim]", "data-claim").unwrap();
                let action = format!("/users/{uin}/claims/{id}/revoke");
                root.browser.submit(&page, &action, &[]).await.redirect();
            }
            1 => {
                let action = format!("/users/{uin}/delete");
                let fields = [("confirm", "user-b")];
                root.browser.submit(&action, &action, &fields).await.redirect();
            }
            2 => {
                let action = format!("/users/{uin}/security/console");
                root.browser.submit(&action, &action, &[("on", "0")]).await.redirect();
            }
            3 => {
                let action = format!("/users/{uin}/security/reset-password");
                let asked = root.browser.submit(&page, &action, &[]).await.redirect();
                root.pass(&app, &asked).await.redirect();
            }
            _ => {}
        }
        links.push((link, uin));
    }
    let (last, last_uin) = links.pop().unwrap();
    let keys = format!("/users/{last_uin}/keys");
    let (off, id) = key_link(&app, &root, &keys).await;
    root.browser.submit(&keys, &format!("{keys}/{id}/disable"), &[]).await.redirect();
    links.push((off, id));
    for (link, _) in links {
        assert_eq!(words(&app, &link).await, wrong, "{link}");
    }

    app.wait(3 * DAY);
    assert_eq!(words(&app, &last).await, wrong);

    let mut root = root;
    root.browser = app.browser();
    root.sign_in(&app).await;
    let listed = root.browser.get(&format!("/users/{last_uin}/security")).await;
    assert!(listed.body.contains("Nobody opened it until"), "{}", listed.body);
    let log = root.browser.get("/audit?event=OpenClaimLink").await;
    assert_eq!(log.count("tr[data-seq]"), 1, "links that are gone belong to nobody: {}", log.body);
}

#[actix_web::test]
async fn guesses_at_links_have_to_wait_and_good_links_elsewhere_do_not() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let (link, _) = key_link(&app, &root, "/keys").await;
    let guesser = app.browser();
    for _ in 0..15 {
        guesser.get("/claim?t=guess").await;
    }

    assert_eq!(guesser.get("/claim?t=guess").await.status, StatusCode::TOO_MANY_REQUESTS);
    app.wait(20);

    assert_eq!(app.browser().get(&link).await.status, StatusCode::OK);
}

#[actix_web::test]
async fn only_a_new_key_is_handed_over_by_whoever_may_after_waiting_as_for_a_secret() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let id = root.create_key("/keys").await;
    let makes_links = |path: &str| path.ends_with("/keys") || path == "/users/new";
    for endpoint in
        ENDPOINTS.iter().filter(|endpoint| endpoint.method == "POST" && !makes_links(endpoint.path))
    {
        if endpoint.path.starts_with("/keys/{secret_id}") {
            let action = endpoint.path.replace("{secret_id}", &id);
            root.browser.submit("/keys", &action, &[("delivery", "claim"), ("to", "age1")]).await;
        }
    }
    let page = root.browser.get(&format!("/users/{}/security", root.uin)).await;
    assert_eq!(page.count("[data-claim]"), 0, "nothing was made for a key that was there");

    let keeper = app.enrolled(&root, "keeper", &["QcloudCamFullAccess"]).await;
    let plain = app.enrolled(&root, "plain", &["QcloudCollApiKeyManageAccess"]).await;
    let wanted = [("delivery", "claim")];
    let denied = plain.browser.submit("/keys", "/keys", &wanted).await;
    assert_eq!(denied.status, StatusCode::FORBIDDEN, "{}", denied.body);
    assert!(denied.body.contains("camlock:CreateClaimLink"));
    assert_eq!(plain.browser.get("/keys").await.count("input[name=delivery]"), 0);
    let keys = format!("/users/{}/keys", plain.uin);
    let early = keeper.browser.submit(&keys, &keys, &wanted).await;
    assert_eq!(
        early.status,
        StatusCode::FORBIDDEN,
        "an app that was just added does not hand over others' keys"
    );
    app.execute("UPDATE totp_devices SET granted_at = granted_at - 200000");
    key_link(&app, &keeper, &keys).await;
}

#[actix_web::test]
async fn what_does_not_fit_comes_back_as_it_was_typed() {
    let app = TestApp::spawn();
    let root = app.root().await;
    for (field, fields) in [
        ("to", [("delivery", "sealed"), ("to", "age1nonsense")]),
        ("to", [("delivery", "sealed"), ("to", "ssh-rsa AAAAB3NzaC1yc2E")]),
        ("to", [("delivery", "claim"), ("to", "age1nonsense")]),
        ("hours", [("delivery", "claim"), ("hours", "73")]),
        ("delivery", [("delivery", "link"), ("hours", "0")]),
        ("delivery", [("delivery", "Claim"), ("to", "")]),
    ] {
        let refused = root.browser.submit("/keys", "/keys", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
        assert_eq!(refused.count(&format!("#field-{field}[aria-invalid]")), 1, "{fields:?}");
        assert_eq!(refused.count("details.hand-over[open]"), 1);
    }
    assert!(root.secret_ids("/keys").await.is_empty());
}
