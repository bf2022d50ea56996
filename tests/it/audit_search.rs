//! The log asked in words: keys, people, policies, groups, requests; and what an event shows.

use crate::support::people::Person;
use crate::support::{Answer, TestApp};
use camlock::domain::audit::EventName;
use camlock::domain::audit::words::{EventGroup, WORDS};
use camlock::store::{StoreError, dialect};
use diesel::RunQueryDsl;
use reqwest::StatusCode;

/// The events of the rows, newest first.
fn events(page: &Answer) -> Vec<String> {
    page.texts("tr[data-seq] td[data-label=What] small")
}

async fn found(person: &Person, query: &str) -> Vec<String> {
    let page = person.browser.get(&format!("/audit?{query}")).await;
    assert_eq!(page.status, StatusCode::OK, "{query}: {:?}", page.text("[role=alert]"));
    events(&page)
}

const POLICY: &str =
    r#"{"version":"2.0","statement":[{"effect":"allow","action":"cam:GetUser","resource":"*"}]}"#;

async fn policy(app: &TestApp, root: &Person, name: &str) -> String {
    let fields = [("name", name), ("description", "first"), ("document", POLICY)];
    root.grant(app, "/policies/new", "/policies/new", &fields).await.redirect()
}

#[test]
fn every_event_has_words_and_every_word_an_event() {
    let mut named: Vec<&str> = WORDS.iter().map(|words| words.name.as_str()).collect();
    let mut known = EventName::ALL.map(EventName::as_str).to_vec();
    named.sort_unstable();
    known.sort_unstable();

    assert_eq!(named, known);
    assert!(WORDS.iter().all(|words| EventGroup::ALL.contains(&words.group) && !words.done.is_empty()));
}

#[actix_web::test]
async fn a_key_is_found_by_its_whole_secret_id_and_by_its_beginning() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "dev-alice", &[]).await;
    let keys = format!("/users/{}/keys", alice.uin);
    let (one, other) = (root.create_key(&keys).await, root.create_key(&keys).await);
    root.browser.submit(&keys, &format!("{keys}/{one}/disable"), &[]).await.redirect();
    root.browser.submit(&keys, &format!("{keys}/{one}/delete"), &[("confirm", &one[32..])]).await.redirect();

    let whole = found(&root, &format!("target={one}")).await;
    let part = found(&root, &format!("target={}", &one[..12])).await;
    let short = root.browser.get(&format!("/audit?target={}", &one[..6])).await;

    assert_eq!(whole, ["DeleteApiKey", "DisableApiKey", "CreateApiKey"]);
    assert_eq!(part, whole);
    assert_eq!(found(&root, &format!("target={other}")).await, ["CreateApiKey"]);
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(short.text(".error-summary").unwrap().contains("first 8 characters"));
}

#[actix_web::test]
async fn each_key_links_to_its_history_for_whoever_reads_the_log() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let bob = app.signed_in(&root, "bob", &["QcloudCollApiKeyManageAccess"]).await;
    let id = bob.create_key("/keys").await;
    let link = format!("a[href='/audit?target={id}']");
    let history = format!("/users/{}/keys/{id}/history", bob.uin);

    let list = root.browser.get(&format!("/users/{}/keys", bob.uin)).await;
    let for_root = root.browser.get(&history).await;
    let for_bob = bob.browser.get(&format!("/keys/{id}/history")).await;

    assert!(list.text(&format!("a[href='{history}']")).unwrap().starts_with("History"));
    assert_eq!(for_root.count(&link), 1);
    assert_eq!((for_bob.status, for_bob.count(&link)), (StatusCode::OK, 0));
}

#[actix_web::test]
async fn people_are_found_by_a_part_of_their_name_as_actor_and_as_target() {
    let app = TestApp::spawn();
    let root = app.root().await;
    app.signed_in(&root, "dev-alice", &[]).await;
    app.signed_in(&root, "dev-bob", &[]).await;

    assert_eq!(found(&root, "actor=LICE").await, ["SignIn"]);
    assert_eq!(found(&root, "actor=dev&event=SignIn").await.len(), 2);
    assert_eq!(found(&root, "target=bob").await, ["SignIn", "AddUser"]);
    let unknown = root.browser.get("/audit?actor=nobody").await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[actix_web::test]
async fn a_deleted_user_is_found_by_its_last_name() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.signed_in(&root, "dev-alice", &["ReadOnlyAccess"]).await;
    let page = format!("/users/{}/delete", alice.uin);
    root.browser.submit(&page, &page, &[("confirm", "dev-alice")]).await.redirect();

    assert_eq!(
        found(&root, "target=dev-alice").await,
        ["DeleteUser", "SignIn", "AttachUserPolicy", "AddUser"]
    );
    assert_eq!(found(&root, "actor=dev-alice").await, ["SignIn"]);
}

#[actix_web::test]
async fn policies_and_groups_are_found_by_name_wherever_they_stand() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "dev-alice", &[]).await;
    policy(&app, &root, "deploy-own-keys").await;
    let group =
        root.grant(&app, "/groups/new", "/groups/new", &[("group_name", "night shift")]).await.redirect();
    let group = group.split(['?', '#']).next().unwrap().to_owned();
    let attach = format!("{group}/permissions/attach");
    root.grant(&app, &attach, &attach, &[("policy", "deploy-own-keys")]).await.redirect();
    let add = format!("{group}/members/add");
    root.grant(&app, &add, &add, &[("member", &alice.uin)]).await.redirect();

    assert_eq!(found(&root, "target=own-keys").await, ["AttachGroupPolicy", "CreatePolicy"]);
    assert_eq!(found(&root, "target=night").await, ["AddUserToGroup", "AttachGroupPolicy", "CreateGroup"]);
    assert_eq!(found(&root, "target=%22night%22").await, [""; 0]);
}

#[actix_web::test]
async fn events_are_chosen_by_group_and_shown_in_words() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let keys = format!("/users/{}/keys", root.uin);
    let id = root.create_key(&keys).await;
    root.browser.submit(&keys, &format!("{keys}/{id}/disable"), &[]).await.redirect();
    app.browser()
        .submit("/login", "/login", &[("user_name", "root"), ("password", "wrong password of nobody")])
        .await;

    let page = root.browser.get("/audit?event=keys").await;
    let refused = root.browser.get("/audit?result=refused").await;

    assert_eq!(events(&page), ["DisableApiKey", "CreateApiKey"]);
    assert_eq!(page.texts("tr[data-seq] td[data-label=What] > span"), ["Disabled a key", "Created a key"]);
    assert_eq!(page.count("#field-event optgroup"), EventGroup::ALL.len());
    assert_eq!(refused.texts("tr[data-seq] td[data-label=What] > span"), ["Tried to sign in"]);
    assert_eq!(refused.text("td[data-label=Result] .badge").as_deref(), Some("Refused"));
    assert_eq!(refused.text("td[data-label=Result] small").as_deref(), Some("wrong name or password"));
}

#[actix_web::test]
async fn everything_of_one_request_is_found_by_its_id() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "dev-alice", &["ReadOnlyAccess"]).await;
    let page = root.browser.get(&format!("/audit?target={}&event=AddUser", alice.uin)).await;
    let address = page.attribute("tr[data-seq] th a", "href").unwrap();
    let id = root.browser.get(&address).await.text("#event-request-id").unwrap();

    let by_field = found(&root, &format!("request_id={}", id.to_uppercase())).await;
    let half = root.browser.get(&format!("/audit?request_id={}", &id[..8])).await;

    assert_eq!(by_field, ["AttachUserPolicy", "AddUser"]);
    assert_eq!(found(&root, &format!("target={id}")).await, by_field);
    assert_eq!(half.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[actix_web::test]
async fn actors_and_targets_lead_to_their_own_events() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "dev-alice", &[]).await;
    let id = root.create_key(&format!("/users/{}/keys", alice.uin)).await;

    let row = root.browser.get("/audit?event=CreateApiKey").await;

    assert_eq!(row.attributes("td[data-label=Who] a", "href"), [format!("/audit?actor={}", root.uin)]);
    assert_eq!(
        row.attributes("td[data-label=Target] a", "href"),
        [format!("/audit?target={}", alice.uin), format!("/audit?target={id}")]
    );
}

#[actix_web::test]
async fn a_changed_policy_shows_what_was_before_and_nothing_that_stayed() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let address = policy(&app, &root, "deploy-own-keys").await;
    let edit = format!("{address}/edit");
    let fields = [("name", "deploy-own-keys"), ("description", "second"), ("document", POLICY)];
    root.grant(&app, &edit, &edit, &fields).await.redirect();
    let row = root.browser.get("/audit?event=UpdatePolicy").await;

    let page = root.browser.get(&row.attribute("th a", "href").unwrap()).await;

    assert_eq!(page.attributes("tr[data-change]", "data-change"), ["description"]);
    assert_eq!(page.texts("tr[data-change] td"), ["first", "second"]);
    assert_eq!(page.text("#event-target").as_deref(), Some("deploy-own-keys"));
    assert!(!page.body.contains("no further details"));
}

#[actix_web::test]
async fn a_changed_user_and_changed_settings_show_only_what_differs() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "dev-alice", &[]).await;
    let edit = format!("/users/{}/edit", alice.uin);
    root.browser
        .submit(&edit, &edit, &[("user_name", "dev-alice"), ("note", "nightly jobs")])
        .await
        .redirect();
    root.browser
        .submit("/me/preferences", "/me/preferences", &[("theme", "dark"), ("density", "comfortable")])
        .await;
    let changes = async |event: &str| {
        let row = root.browser.get(&format!("/audit?event={event}")).await;
        let page = root.browser.get(&row.attribute("th a", "href").unwrap()).await;
        page.texts("tr[data-change] th, tr[data-change] td")
    };

    assert_eq!(changes("UpdateUser").await, ["Note", "none", "nightly jobs"]);
    assert_eq!(changes("UpdatePreferences").await.first().map(String::as_str), Some("Theme"));
}

/// What a database says about how it reads.
#[derive(diesel::QueryableByName)]
struct Plan {
    #[diesel(sql_type = diesel::sql_types::Text)]
    detail: String,
}

#[actix_web::test]
async fn no_search_of_the_log_reads_all_of_it() {
    let app = TestApp::spawn();
    if std::env::var("TEST_DATABASE_URL").is_ok() {
        return;
    }
    let [thing, first] = app
        .app
        .store
        .read_now(|conn| Ok::<_, StoreError>([dialect::last_of_target(conn), dialect::first_of_target(conn)]))
        .unwrap();
    let of_groups = "event IN ('AttachGroupPolicy', 'DetachGroupPolicy')";
    let ways = [
        ("actor_uin = 1".to_owned(), "audit_events_actor"),
        ("actor_uin = 0 AND actor = 'operator'".to_owned(), "audit_events_itself"),
        ("target_uin = 1".to_owned(), "audit_events_target"),
        ("event = 'SignIn'".to_owned(), "audit_events_event"),
        ("result = 'refused'".to_owned(), "audit_events_result"),
        (format!("{thing} = 'a'"), "audit_events_thing"),
        (format!("{of_groups} AND {first} = 'a'"), "audit_events_group"),
        ("request_id = 'x'".to_owned(), "audit_events_request"),
        ("ip = '192.0.2.1'".to_owned(), "audit_events_ip"),
    ];

    let in_a_range = ways.clone().map(|(way, index)| (format!("{way} AND seq > 1 AND seq < 9"), index));
    for (way, index) in ways.into_iter().chain(in_a_range) {
        let query = format!(
            "EXPLAIN QUERY PLAN SELECT seq FROM audit_events WHERE owner_uin = 1 AND {way} ORDER BY seq DESC LIMIT 51"
        );
        let plan: Vec<Plan> = app
            .app
            .store
            .read_now(move |conn| Ok::<_, StoreError>(diesel::sql_query(query).load(conn)?))
            .unwrap();
        assert!(plan.iter().any(|step| step.detail.contains(index)), "{way}: {:?}", plan[0].detail);
    }
}
