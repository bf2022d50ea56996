//! How times are written on pages: by how long ago it was only where that counts, and always with the exact time beside it.

use crate::support::TestApp;
use crate::support::people::Person;
use camlock::app::keys::usage::flush_usage;
use camlock::clock::{Precision, ago, iso, listed, parse, said};
use serde_json::json;

/// What a page says of a time, and its title and `datetime`.
async fn told(person: &Person, page: &str, selector: &str) -> [String; 3] {
    let page = person.browser.get(page).await;
    let attribute = |name| page.attribute(selector, name).unwrap();
    [page.text(selector).unwrap(), attribute("title"), attribute("datetime")]
}

fn exact(at: i64) -> [String; 2] {
    [said(&iso(at), Precision::Minute), iso(at)]
}

#[actix_web::test]
async fn a_last_use_within_a_day_is_said_by_how_long_ago_it_was() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    client.call("cam", "GetUserAppId", json!({})).await;
    flush_usage(&app.app).await.unwrap();
    let used_at = app.now();
    let [title, datetime] = exact(used_at);
    let of_key = "td[data-label='Last used'] > time";
    let of_user = format!("tr[data-uin='{}'] td[data-label='Last activity'] small time", root.uin);

    for (passed, wanted) in [(12, "12 s ago"), (340, "5 min ago")] {
        app.wait(used_at + passed - app.now());
        assert_eq!(told(&root, "/keys", of_key).await, [wanted, &title, &datetime]);
        let in_list = told(&root, "/users", &of_user).await;
        // The list knows a use to the minute.
        assert_eq!(in_list[0], ago(parse(&in_list[2]).unwrap(), app.now()));
    }
    app.wait(3 * 3_600);
    root.sign_in(&app).await;
    assert_eq!(told(&root, "/users", &of_user).await[0], "3 h ago");
    app.wait(86_400);
    root.sign_in(&app).await;
    assert_eq!(
        told(&root, "/keys", of_key).await,
        [listed(used_at, app.now(), Precision::Minute), title, datetime]
    );
}

#[actix_web::test]
async fn the_last_activity_of_a_person_and_of_a_session_is_said_so_too() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.signed_in(&root, "dev-alice", &[]).await;
    let seen_at = app.now();
    let other = Person::known(&app, (&alice.owner, &alice.uin, &alice.name));
    other.sign_in(&app).await;
    app.wait(180);
    let selector = format!("tr[data-uin='{}'] td[data-label='Last activity'] > time", alice.uin);

    let in_list = told(&root, "/users", &selector).await;
    let of_session = told(&alice, "/me/sessions", "td[data-label='Last active'] time").await;

    let [title, datetime] = exact(seen_at);
    assert_eq!(in_list, ["3 min ago", &title, &datetime]);
    assert_eq!(of_session, in_list);
}

#[actix_web::test]
async fn other_times_of_a_list_leave_out_the_year_that_it_is() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "dev-alice", &[]).await;
    let made_at = app.now();
    let selector = format!("tr[data-uin='{}'] td[data-label=Created] time", alice.uin);
    let [title, datetime] = exact(made_at);

    app.wait(60);
    let this_year = told(&root, "/users", &selector).await;
    app.wait(366 * 86_400);
    root.sign_in(&app).await;
    let later = told(&root, "/users", &selector).await;

    let year = format!(" {}", &iso(made_at)[..4]);
    assert_eq!(this_year, [title.replace(&year, ""), title.clone(), datetime.clone()]);
    assert_eq!(later, [title.clone(), title, datetime]);
}
