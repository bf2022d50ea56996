//! Filters that a person saves, how many rows a page has, and of how many a list says it shows some.

use crate::support::people::Person;
use crate::support::{Answer, TestApp};
use camlock::store::{Conn, StoreError};
use diesel::connection::SimpleConnection;
use reqwest::StatusCode;

async fn save(person: &Person, list: &str, name: &str, filter: &str) -> Answer {
    let fields = [("name", name), ("filter", filter)];
    let next = person.browser.submit(list, &format!("{list}/filters"), &fields).await.redirect();
    person.browser.get(&next).await
}

fn saved(page: &Answer) -> Vec<(String, String)> {
    page.texts(".fchip.free a").into_iter().zip(page.attributes(".fchip.free a", "href")).collect()
}

/// Adds users with plain statements, as many as a test of size wants.
fn crowd(app: &TestApp, root: &Person, numbers: std::ops::Range<i64>) {
    let owner = &root.uin;
    let mut text = "/* test */".to_owned();
    let count = numbers.end - numbers.start;
    for number in numbers {
        let (uid, uin) = (800_000_000 + number, 700_000_000_000 + number);
        let identity = format!("INSERT INTO identities (uin) VALUES ({uin});");
        let user = format!(
            "INSERT INTO users (uid, owner_uin, uin, kind, name, name_key, note, phone, email, console_login, created_at, \
             created_by) VALUES ({uid}, {owner}, {uin}, 'sub_user', 'u-{number}', 'u-{number}', '', '', '', FALSE, 0, {owner});"
        );
        text.extend([identity, user]);
    }
    let counted = format!("UPDATE accounts SET user_count = user_count + {count} WHERE owner_uin = {owner};");
    text.extend([counted]);
    let run = |conn: &mut Conn| conn.batch_execute(&text).map_err(StoreError::from);
    app.app.store.write_now(run).unwrap();
}

async fn range(person: &Person, query: &str) -> String {
    person.browser.get(&format!("/users{query}")).await.text(".pager > span").unwrap()
}

#[actix_web::test]
async fn a_filter_is_saved_used_and_deleted() {
    let app = TestApp::spawn();
    let root = app.root().await;

    let page = save(&root, "/users", "No app", "?type=sub_user&mfa=off&after=x&evil=1").await;

    assert_eq!(page.text(".flash").as_deref(), Some("The filter is saved."));
    assert_eq!(saved(&page), [("No app".to_owned(), "/users?type=sub_user&mfa=off".to_owned())]);
    assert_eq!(page.attribute(".fchip.free a", "aria-current").as_deref(), Some("true"));
    assert_eq!(page.count(".keep"), 0, "it is saved already");
    let page = save(&root, "/users", "no APP", "?key=none").await;
    assert_eq!(saved(&page), [("no APP".to_owned(), "/users?key=none".to_owned())]);
    let fields = [("name", "No app"), ("filter", "?key=none")];
    let next = root.browser.submit("/users", "/users/filters/delete", &fields).await.redirect();
    assert_eq!(next, "/users?key=none");
    let page = root.browser.get(&next).await;
    assert_eq!((saved(&page), page.count(".keep")), (Vec::new(), 1));
    let log = root.browser.get("/audit?event=SaveFilter").await;
    assert_eq!(log.count("tr[data-seq]"), 2);
    assert_eq!(root.browser.get("/audit?event=DeleteFilter").await.count("tr[data-seq]"), 1);
}

#[actix_web::test]
async fn ten_filters_can_be_saved_for_a_list_and_each_person_has_its_own() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let admin = app.signed_in(&root, "admin", &["AdministratorAccess"]).await;
    for number in 0..10 {
        save(&root, "/users", &format!("filter {number}"), "?key=none").await;
    }

    let page = save(&root, "/users", "one more", "?key=any").await;
    assert!(page.text(".flash").unwrap().starts_with("10 filters are saved"));
    let log = save(&root, "/audit", "Refused", "?result=refused&older=3").await;

    assert_eq!(saved(&page).len(), 10);
    assert_eq!(saved(&log), [("Refused".to_owned(), "/audit?result=refused".to_owned())]);
    assert_eq!(saved(&admin.browser.get("/users").await), []);
    for (name, filter) in [("", "?key=any"), (" ", "?key=any"), ("x", ""), ("x", "?evil=1")] {
        let page = save(&admin, "/users", name, filter).await;
        assert_eq!((page.count(".flash.bad"), saved(&page)), (1, Vec::new()), "{name:?} {filter:?}");
    }
}

#[actix_web::test]
async fn each_filter_in_force_can_be_left_out_by_itself() {
    let app = TestApp::spawn();
    let root = app.root().await;

    let users = root.browser.get("/users?q=ro&mfa=on&sort=-name").await;
    let log = root.browser.get("/audit?event=SignIn&result=allowed&newer=1").await;

    assert_eq!(users.texts(".fchip:not(.free)"), ["Search: ro", "MFA: on"]);
    assert_eq!(
        users.attributes(".fchip:not(.free)", "href"),
        ["/users?mfa=on&sort=-name", "/users?q=ro&sort=-name"]
    );
    assert_eq!(log.texts(".fchip:not(.free)"), ["Event: Signed in", "Result: allowed"]);
    assert_eq!(log.attributes(".fchip:not(.free)", "href"), ["/audit?result=allowed", "/audit?event=SignIn"]);
    assert_eq!(root.browser.get("/users").await.count(".chips"), 0);
}

#[actix_web::test]
async fn a_page_has_as_many_rows_as_the_person_likes_and_says_of_how_many() {
    let app = TestApp::spawn();
    let root = app.root().await;
    crowd(&app, &root, 0..60);
    assert_eq!(range(&root, "").await, "1–50 of 61");

    let likes = [("theme", "system"), ("density", "comfortable"), ("page_size", "25")];
    root.browser.submit("/me/preferences", "/me/preferences", &likes).await.redirect();
    let page = root.browser.get("/users").await;

    assert_eq!(page.text(".pager > span").as_deref(), Some("1–25 of 61"));
    let next = page.attribute("a[rel=next]", "href").unwrap();
    let page = root.browser.get(&next).await;
    assert_eq!(page.text(".pager > span").as_deref(), Some("25 on this page, 61 in all"));
    let page = root.browser.get(&page.attribute("a[rel=next]", "href").unwrap()).await;
    assert_eq!(page.text(".pager > span").as_deref(), Some("51–61 of 61"));
    assert_eq!(range(&root, "?type=sub_user").await, "1–25 of 60");
    assert_eq!(range(&root, "?type=root").await, "1–1 of 1");
    let likes = [("theme", "system"), ("density", "comfortable"), ("page_size", "26")];
    let refused = root.browser.submit("/me/preferences", "/me/preferences", &likes).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[actix_web::test]
async fn of_many_that_a_filter_finds_it_is_said_that_there_are_more() {
    let app = TestApp::spawn();
    let root = app.root().await;
    crowd(&app, &root, 0..1_000);

    assert_eq!(range(&root, "?type=sub_user").await, "1–50 of 1,000");
    crowd(&app, &root, 1_000..1_001);

    assert_eq!(range(&root, "?type=sub_user").await, "1–50 of more than 1,000");
    assert_eq!(range(&root, "").await, "1–50 of 1,002");
}

/// Chooses how many rows a page has with the pager of a list; gives where that leads.
async fn choose_rows(person: &Person, list: &str, size: &str) -> Answer {
    let page = person.browser.get(list).await;
    let back = page.attribute(".sizes [name=back]", "value").unwrap();
    let fields = [("back", back.as_str()), ("page_size", size)];
    person.browser.post("/me/preferences/rows", &page.csrf(), &fields).await
}

fn rows_chosen(page: &Answer) -> Vec<String> {
    page.texts(".sizes [aria-pressed=true]")
}

#[actix_web::test]
async fn the_pager_sets_how_many_rows_a_page_has_and_keeps_filter_and_order() {
    let app = TestApp::spawn();
    let root = app.root().await;
    crowd(&app, &root, 0..60);
    let list = "/users?type=sub_user&sort=-name";
    let page = root.browser.get(list).await;
    let second = page.attribute("a[rel=next]", "href").unwrap();

    let next = choose_rows(&root, &second, "25").await.redirect();
    let shorter = root.browser.get(&next).await;

    assert_eq!(
        (page.texts(".sizes button"), rows_chosen(&page)),
        (vec!["25".into(), "50".into(), "100".into()], vec!["50".to_owned()])
    );
    assert_eq!(next, list);
    assert_eq!(
        (range(&root, "?type=sub_user").await.as_str(), rows_chosen(&shorter)),
        ("1–25 of 60", vec!["25".to_owned()])
    );
    assert_eq!(root.browser.get("/audit?event=UpdatePreferences").await.count("tr[data-seq]"), 1);
    assert_eq!(choose_rows(&root, list, "25").await.redirect(), list);
    assert_eq!(
        root.browser.get("/audit?event=UpdatePreferences").await.count("tr[data-seq]"),
        1,
        "nothing changed"
    );
    assert_eq!(choose_rows(&root, list, "26").await.status, StatusCode::BAD_REQUEST);
}

#[actix_web::test]
async fn the_choice_of_rows_leads_to_pages_of_this_console_only() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let csrf = root.browser.get("/users").await.csrf();

    for back in ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example/", ""] {
        let fields = [("back", back), ("page_size", "100")];
        let answer = root.browser.post("/me/preferences/rows", &csrf, &fields).await;
        assert_eq!(answer.redirect(), "/me/preferences", "{back}");
    }
}

#[actix_web::test]
async fn groups_and_policies_have_as_many_rows_as_the_person_likes() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let document =
        r#"{"version":"2.0","statement":[{"effect":"allow","action":"cam:GetUser","resource":"*"}]}"#;
    for number in 10..36 {
        let name = format!("shift-{number}");
        root.grant(&app, "/groups/new", "/groups/new", &[("group_name", &name)]).await.redirect();
        let fields = [("name", name.as_str()), ("description", ""), ("document", document)];
        root.grant(&app, "/policies/new", "/policies/new", &fields).await.redirect();
    }

    for (list, row) in
        [("/groups?q=shift", "tr[data-group-id]"), ("/policies?kind=custom", "tr[data-policy-id]")]
    {
        let whole = root.browser.get(list).await;
        assert_eq!(
            (whole.count(row), whole.text(".pager > span").as_deref()),
            (26, Some("1–26 of 26")),
            "{list}"
        );

        let next = choose_rows(&root, list, "25").await.redirect();
        let first = root.browser.get(&next).await;
        let second = root.browser.get(&first.attribute("a[rel=next]", "href").unwrap()).await;

        assert_eq!(next, list);
        assert_eq!((first.count(row), first.text(".pager > span").as_deref()), (25, Some("1–25 of 26")));
        assert_eq!((second.count(row), second.text(".pager > span").as_deref()), (1, Some("26–26 of 26")));
        assert_eq!(choose_rows(&root, list, "50").await.redirect(), list);
    }
}
