//! The one search field of the log, what it combines with, and the questions that are often asked.

use crate::support::TestApp;
use crate::support::people::Person;
use camlock::clock::{day, named_day};
use reqwest::StatusCode;

async fn found(person: &Person, query: &str) -> Vec<String> {
    let page = person.browser.get(&format!("/audit?{query}")).await;
    assert_eq!(page.status, StatusCode::OK, "{query}: {:?}", page.text("[role=alert]"));
    page.texts("tr[data-seq] td[data-label=What] small")
}

#[actix_web::test]
async fn one_field_finds_by_what_its_text_looks_like() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.signed_in(&root, "dev-alice", &[]).await;
    let id = root.create_key(&format!("/users/{}/keys", alice.uin)).await;
    let row = root.browser.get("/audit?event=CreateApiKey").await;
    let event = root.browser.get(&row.attribute("th a", "href").unwrap()).await;
    let request = event.text("#event-request-id").unwrap();
    let of_alice = ["CreateApiKey", "SignIn", "AddUser"];

    for of_key in [id.as_str(), &id[..12], &request, "createapikey"] {
        assert_eq!(found(&root, &format!("q={of_key}")).await, ["CreateApiKey"], "{of_key}");
    }
    for name in [alice.uin.as_str(), "dev-alice", "LICE", "%22dev-alice%22"] {
        assert_eq!(found(&root, &format!("q={name}")).await, of_alice, "{name}");
    }
    let addresses = root.browser.get("/audit").await.texts("tr[data-seq] td[data-label=From]");
    let from_here = addresses.iter().filter(|address| *address == "127.0.0.1").count();
    assert_eq!(found(&root, "q=127.0.0.1").await.len(), from_here);
    for nothing in ["192.0.2.7", "::1", "%22CreateApiKey%22", "nobody"] {
        assert_eq!(found(&root, &format!("q={nothing}")).await, [""; 0], "{nothing}");
    }
    let short = root.browser.get(&format!("/audit?q={}", &id[..6])).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(short.attribute(".error-summary a", "href").as_deref(), Some("#field-q"));
}

#[actix_web::test]
async fn the_field_combines_with_the_filters() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.signed_in(&root, "dev-alice", &[]).await;
    let bob = app.sub_user(&root, "dev-bob", &[]).await;
    let id = root.create_key(&format!("/users/{}/keys", alice.uin)).await;
    root.create_key(&format!("/users/{}/keys", bob.uin)).await;
    let row = root.browser.get(&format!("/audit?q={id}")).await;
    let event = root.browser.get(&row.attribute("th a", "href").unwrap()).await;
    let request = event.text("#event-request-id").unwrap();
    let keys_of_alice = [
        "q=dev-alice&event=keys".to_owned(),
        format!("q={}&target={id}", root.uin),
        "q=CreateApiKey&target=dev-alice".to_owned(),
        format!("q=127.0.0.1&target={}", &id[..12]),
        format!("q=127.0.0.1&event=keys&target={}&actor=root", alice.uin),
        "q=dev-alice&actor=root&result=allowed&event=CreateApiKey".to_owned(),
        format!("q={request}&target=dev-alice"),
        format!("q=dev-alice&request_id={request}"),
        format!("q={request}&request_id={request}"),
    ];

    for query in keys_of_alice {
        assert_eq!(found(&root, &query).await, ["CreateApiKey"], "{query}");
    }
    for query in [
        format!("q={request}&target=dev-bob"),
        format!("q=dev-bob&request_id={request}"),
        format!("q=dev-bob&target={id}"),
        format!("q=192.0.2.7&target={id}"),
        "q=dev-alice&result=refused".to_owned(),
    ] {
        assert_eq!(found(&root, &query).await, [""; 0], "{query}");
    }
    let other = "0193a0d2-5c3e-7f00-8a11-2b3c4d5e6f70";
    for query in ["q=SignIn&event=keys".to_owned(), format!("q={request}&request_id={other}")] {
        let page = root.browser.get(&format!("/audit?{query}")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
    }
}

#[actix_web::test]
async fn what_fits_is_listed_page_by_page_whatever_way_leads_to_it() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", root.uin);
    let id = root.create_key(&keys).await;
    let csrf = root.browser.get(&keys).await.csrf();
    for _ in 0..15 {
        for deed in ["disable", "enable"] {
            root.browser.post(&format!("{keys}/{id}/{deed}"), &csrf, &[]).await.redirect();
        }
    }
    let rows = [("back", ""), ("page_size", "25")];
    root.browser.post("/me/preferences/rows", &csrf, &rows).await.redirect();

    for query in [format!("q={}&event=keys", root.uin), format!("q=127.0.0.1&target={id}")] {
        let first = root.browser.get(&format!("/audit?{query}")).await;
        let address = first.attribute("a[rel=next]", "href").unwrap();
        let second = root.browser.get(&format!("/audit{address}")).await;
        let numbers = [first, second].map(|page| page.attributes("tr[data-seq]", "data-seq"));
        assert_eq!(numbers.each_ref().map(Vec::len), [25, 6], "{query}");
        assert!(numbers[0].iter().all(|number| !numbers[1].contains(number)), "{query}");
    }
}

#[actix_web::test]
async fn questions_that_are_often_asked_are_links() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let reader = app.enrolled(&root, "reader", &["QcloudCamReadOnlyAccess"]).await;
    root.create_key(&format!("/users/{}/keys", root.uin)).await;
    app.browser()
        .submit("/login", "/login", &[("user_name", "root"), ("password", "wrong password of nobody")])
        .await;

    let page = root.browser.get("/audit").await;
    let links = page.attributes("nav[aria-label='Often asked'] a", "href");
    let names = page.texts("nav[aria-label='Often asked'] a");
    let for_reader = reader.browser.get("/audit").await;

    assert_eq!(
        names,
        ["Sign-ins refused today", "Keys, last 7 days", "SecretKeys shown", "Policies", "By root"]
    );
    let mut counts = Vec::new();
    for (link, name) in links.iter().zip(&names) {
        let page = root.browser.get(link).await;
        assert_eq!(page.texts("nav[aria-label='Often asked'] [aria-current=true]"), [name.as_str()]);
        counts.push(page.count("tr[data-seq]"));
    }
    assert_eq!(counts[..4], [1, 1, 0, 1]);
    let mine = for_reader.attributes("nav[aria-label='Often asked'] a", "href").pop();
    assert_eq!(mine, Some(format!("/audit?actor={}", reader.uin)));
}

#[actix_web::test]
async fn a_row_of_the_log_says_when_who_what_to_whom_and_from_where() {
    let app = TestApp::spawn();
    let root = app.root().await;
    root.create_key("/keys").await;
    let made_at = app.now();

    let log = root.browser.get("/audit?event=CreateApiKey").await;
    let all = root.browser.get("/audit").await;
    app.wait(86_400);
    root.sign_in(&app).await;
    let later = root.browser.get("/audit?event=CreateApiKey").await;

    assert_eq!(log.texts("thead th"), ["Time", "Who", "What", "Target", "From", "Result"]);
    assert_eq!(log.attributes("tr[data-seq] td", "data-label"), ["Who", "What", "Target", "From", "Result"]);
    assert_eq!(log.texts("tr.day th"), [format!("Today, {}", day(made_at))]);
    assert_eq!(later.texts("tr.day th"), [named_day(made_at)]);
    assert_eq!(log.texts("td[data-label=From]"), ["127.0.0.1"]);
    assert_eq!(log.texts("td[data-label=Who] small"), ["127.0.0.1"], "where the address has no column");
    assert!(all.texts("td[data-label=From]").contains(&"this server".to_owned()), "{}", all.body);
}

#[actix_web::test]
async fn two_requests_at_once_are_not_asked_for() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let ids = ["019fd4d7-0000-7000-8000-000000000001", "019fd4d7-0000-7000-8000-000000000002"];

    let page = root.browser.get(&format!("/audit?request_id={}&target={}", ids[0], ids[1])).await;

    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text("#target-error").unwrap().contains("Leave one of the two out"), "{}", page.body);
}

#[actix_web::test]
async fn filters_that_are_seldom_wanted_are_folded_until_they_are_in_force() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let is_open =
        async |query: &str| root.browser.get(&format!("/audit{query}")).await.count("details.more[open]");
    let page = root.browser.get("/audit").await;
    let today = page.attribute("nav[aria-label=Range] a", "href").unwrap();

    for folded in ["", "?q=root", "?event=keys&result=refused", today.as_str()] {
        assert_eq!(is_open(folded).await, 0, "{folded}");
    }
    for open in ["?actor=root", "?target=root", "?from=2020-01-01", "?to=2020-01-01", "?result=maybe"] {
        assert_eq!(is_open(open).await, 1, "{open}");
    }
}
