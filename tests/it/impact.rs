//! What a change of policies takes away, of what was really called: said before it is made.

use crate::support::api::Client;
use crate::support::gate::{Gateway, Wanted, printed};
use crate::support::people::Person;
use crate::support::{Answer, TestApp};
use reqwest::StatusCode;

const READS: &str =
    r#"{"version":"2.0","statement":[{"effect":"allow","action":"orders:ListOrders","resource":"*"}]}"#;
const ALL: &str = r#"{"version":"2.0","statement":[{"effect":"allow","action":"orders:*","resource":"*"}]}"#;

pub async fn policy(root: &Person, name: &str, document: &str) -> String {
    let fields = [("name", name), ("description", ""), ("document", document)];
    let page = root.browser.submit("/policies/new", "/policies/new", &fields).await.redirect();
    page.rsplit('/').next().unwrap().to_owned()
}

pub async fn group(root: &Person, name: &str) -> String {
    let page =
        root.browser.submit("/groups/new", "/groups/new", &[("group_name", name), ("remark", "")]).await;
    page.redirect().split('/').nth(2).unwrap().to_owned()
}

pub async fn send(root: &Person, page: &str, field: &str, value: &str) {
    root.browser.submit(page, page, &[(field, value)]).await.redirect();
}

pub async fn call(app: &TestApp, gateway: &Gateway, client: &Client, method: &str, target: &str) {
    app.wait(1);
    let request = client.sign_aws(Wanted { method, target, body: b"", now: app.now() });
    let verdict = gateway.verdict(&request).await;
    assert_eq!(verdict["allowed"], true, "{method} {target}: {verdict}");
}

/// The rows about one user: fate, and the text of what was called.
pub fn rows(page: &Answer, user: &str) -> Vec<String> {
    page.texts(&format!("#impact tr[data-user=\"{user}\"]"))
        .iter()
        .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

pub fn summary(page: &Answer) -> String {
    page.text("#impact-summary").unwrap_or_default().trim().to_owned()
}

struct Orders {
    app: TestApp,
    root: Person,
    alice: Person,
    gateway: Gateway,
    client: Client,
    all: String,
    readers: String,
}

/// Alice may do all with orders, and read them through a group as well.
async fn orders() -> Orders {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "alice", &[]).await;
    let (all, reads) = (policy(&root, "orders-all", ALL).await, policy(&root, "orders-reads", READS).await);
    let readers = group(&root, "readers").await;
    send(&root, &format!("/users/{}/permissions/attach", alice.uin), "policy", &all).await;
    send(&root, &format!("/groups/{readers}/permissions/attach"), "policy", &reads).await;
    send(&root, &format!("/users/{}/groups/join", alice.uin), "group", &readers).await;
    let gateway = app.gateway(&root.uin, &[]);
    let client = app.key_of(&alice).await;
    Orders { app, root, alice, gateway, client, all, readers }
}

#[actix_web::test]
async fn detaching_says_what_is_lost_of_what_was_called_and_what_stays_through_a_group() {
    let Orders { app, root, alice, gateway, client, all, .. } = orders().await;
    call(&app, &gateway, &client, "DELETE", "/v1/orders/7").await;
    call(&app, &gateway, &client, "DELETE", "/v1/orders/8").await;
    call(&app, &gateway, &client, "GET", "/v1/orders").await;

    let page = root.browser.get(&format!("/users/{}/permissions/{all}/detach", alice.uin)).await;

    assert_eq!(summary(&page), "1 user loses what made 2 calls in 35 days.");
    let rows = rows(&page, "alice");
    assert!(
        rows[0].contains("Loses") && rows[0].contains("orders:DELETE /v1/orders") && rows[0].contains(" 2 "),
        "{rows:?}"
    );
    assert!(rows[1].contains("Keeps") && rows[1].contains("through group readers: orders-reads"), "{rows:?}");
    assert_eq!(rows.len(), 2);
    let whole = root.browser.get(&format!("/policies/{all}/users/{}/detach", alice.uin)).await;
    assert_eq!(summary(&whole), summary(&page), "the same from the policy's page");
}

#[actix_web::test]
async fn what_nobody_called_is_not_counted_as_a_loss() {
    let Orders { app, root, alice, gateway, client, all, readers } = orders().await;
    let detach = format!("/users/{}/permissions/{all}/detach", alice.uin);
    let idle = root.browser.get(&detach).await;
    assert_eq!(summary(&idle), "Nothing that was called in 35 days is lost.");
    assert!(idle.body.contains("1 user called nothing in 35 days."));

    call(&app, &gateway, &client, "GET", "/v1/orders").await;

    assert_eq!(summary(&root.browser.get(&detach).await), "Nothing that was called in 35 days is lost.");
    let leave = root.browser.get(&format!("/users/{}/groups/{readers}/leave", alice.uin)).await;
    assert!(rows(&leave, "alice")[0].contains("through orders-all"), "{:?}", rows(&leave, "alice"));
}

#[actix_web::test]
async fn use_older_than_35_days_does_not_count() {
    let Orders { app, root, alice, gateway, client, all, .. } = orders().await;
    call(&app, &gateway, &client, "DELETE", "/v1/orders/7").await;
    let detach = format!("/users/{}/permissions/{all}/detach", alice.uin);
    assert_eq!(summary(&root.browser.get(&detach).await), "1 user loses what made 1 call in 35 days.");

    app.wait(37 * 86_400);
    root.sign_in(&app).await;

    let page = root.browser.get(&detach).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(summary(&page), "Nothing that was called in 35 days is lost.");
}

#[actix_web::test]
async fn a_group_losing_a_policy_names_each_member_who_used_it() {
    let Orders { app, root, alice, gateway, client, all, readers } = orders().await;
    call(&app, &gateway, &client, "GET", "/v1/orders").await;
    let detach = format!("/users/{}/permissions/{all}/detach", alice.uin);
    root.browser.submit(&detach, &detach, &[]).await.redirect();
    let reads = root.browser.get(&format!("/groups/{readers}/permissions")).await;
    let reads = reads.attribute("tr[data-policy-id]", "data-policy-id").unwrap();

    for address in [
        format!("/groups/{readers}/permissions/{reads}/detach"),
        format!("/policies/{reads}/groups/{readers}/detach"),
        format!("/groups/{readers}/members/{}/remove", alice.uin),
    ] {
        let page = root.browser.get(&address).await;
        assert!(
            rows(&page, "alice")[0].contains("Loses orders:ListOrders /v1/orders"),
            "{address}: {}",
            summary(&page)
        );
    }
}

#[actix_web::test]
async fn checking_a_text_or_a_boundary_says_what_it_takes_and_changes_nothing() {
    let Orders { app, root, alice, gateway, client, all, .. } = orders().await;
    call(&app, &gateway, &client, "DELETE", "/v1/orders/7").await;
    let narrow = r#"{"version":"2.0","statement":[{"effect":"allow","action":"orders:*","resource":"qcs::orders::uin/OWNER:/v1/orders/7"}]}"#
        .replace("OWNER", &root.uin);
    let edit = format!("/policies/{all}/edit");

    let fields = [("name", "orders-all"), ("description", ""), ("document", narrow.as_str()), ("check", "1")];
    let checked = root.browser.submit(&edit, &edit, &fields).await;
    assert_eq!(checked.status, StatusCode::OK);
    assert!(
        rows(&checked, "alice")[0].contains("May lose orders:DELETE /v1/orders"),
        "{:?}",
        rows(&checked, "alice")
    );

    let boundary = format!("/users/{}/permissions/boundary", alice.uin);
    let reads = policy(&root, "only-reads", READS).await;
    let bounded = root.browser.submit(&boundary, &boundary, &[("policy", &reads), ("check", "1")]).await;
    assert!(rows(&bounded, "alice")[0].contains("Loses orders:DELETE /v1/orders"), "{}", summary(&bounded));
    call(&app, &gateway, &client, "DELETE", "/v1/orders/9").await;
}

#[actix_web::test]
async fn checking_a_choice_of_members_or_groups_says_what_they_gain_and_adds_nobody() {
    let Orders { app, root, alice, gateway, client, all, readers } = orders().await;
    call(&app, &gateway, &client, "DELETE", "/v1/orders/7").await;
    let writers = group(&root, "writers").await;
    send(&root, &format!("/groups/{writers}/permissions/attach"), "policy", &all).await;
    let detach = format!("/users/{}/permissions/{all}/detach", alice.uin);
    root.browser.submit(&detach, &detach, &[]).await.redirect();

    let join = format!("/users/{}/groups/join", alice.uin);
    let joining = root.browser.submit(&join, &join, &[("group", &writers), ("check", "1")]).await;
    let add = format!("/groups/{writers}/members/add");
    let adding = root.browser.submit(&add, &add, &[("member", &alice.uin), ("check", "1")]).await;

    for page in [&joining, &adding] {
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert_eq!(
            summary(page),
            "Nothing that was called in 35 days is lost, and something becomes possible."
        );
        let rows = rows(page, "alice");
        assert!(rows[0].contains("Gains") && rows[0].contains("orders:DELETE /v1/orders"), "{rows:?}");
        assert!(page.body.contains("Given by the groups: the policy orders-all."), "{}", page.body);
        assert_eq!(page.count("input[type=checkbox][checked]"), 1, "the choice is still ticked");
    }
    let none = root.browser.submit(&join, &join, &[("check", "1")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let groups = root.browser.get(&format!("/users/{}/groups", alice.uin)).await;
    assert!(groups.body.contains("readers") && !groups.body.contains("writers"), "{readers}");
    root.browser.submit(&join, &join, &[("group", &writers)]).await.redirect();
    call(&app, &gateway, &client, "DELETE", "/v1/orders/8").await;
}

#[actix_web::test]
async fn calls_of_others_are_shown_only_to_who_may_see_their_keys() {
    let Orders { app, root, alice, gateway, client, all, .. } = orders().await;
    call(&app, &gateway, &client, "DELETE", "/v1/orders/7").await;
    let detach = r#"{"version":"2.0","statement":[{"effect":"allow","action":["cam:DetachUserPolicy","cam:GetUser"],"resource":"*"}]}"#;
    policy(&root, "detacher", detach).await;
    let bob = app.signed_in(&root, "bob", &["detacher"]).await;

    let page = bob.browser.get(&format!("/users/{}/permissions/{all}/detach", alice.uin)).await;

    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(summary(&page), "What is lost is not shown to you.");
    assert!(!page.body.contains("orders:DELETE") && page.body.contains("cam:QueryApiKey"));
}

#[actix_web::test]
async fn the_draft_of_least_privilege_allows_what_was_called_and_opens_in_the_editor() {
    let Orders { app, root, alice, gateway, client, readers, .. } = orders().await;
    let page = format!("/users/{}/permissions/used", alice.uin);
    let idle = root.browser.get(&page).await;
    assert_eq!(idle.count("#draft-document"), 0, "nothing was called yet");
    call(&app, &gateway, &client, "GET", "/v1/orders").await;
    call(&app, &gateway, &client, "DELETE", "/v1/orders/7").await;

    let found = root.browser.get(&page).await;
    let document = found.text("#draft-document").unwrap();
    for part in ["orders:ListOrders", "orders:DELETE", "/v1/orders\""] {
        assert!(document.contains(part), "{part} in {document}");
    }
    assert!(!document.contains("orders:*") && !document.contains("\"*\""), "{document}");
    assert_eq!(
        found.attribute("form[action=\"/policies/new\"] input[name=document]", "value").unwrap(),
        document
    );
    let editor =
        root.browser.submit(&page, "/policies/new", &[("document", &document), ("check", "1")]).await;
    assert_eq!(editor.status, StatusCode::OK);
    assert!(editor.body.contains("No problems found"), "the editor has it, checked");

    let drafted = policy(&root, "drafted", &document).await;
    let strict = format!("/users/{}/permissions/boundary", alice.uin);
    root.browser.submit(&strict, &strict, &[("policy", &drafted)]).await.redirect();
    call(&app, &gateway, &client, "GET", "/v1/orders").await;
    call(&app, &gateway, &client, "DELETE", "/v1/orders/8").await;
    app.wait(1);
    let request =
        client.sign_aws(Wanted { method: "PUT", target: "/v1/orders/8", body: b"", now: app.now() });
    assert_eq!(gateway.verdict(&request).await["reason"], "boundary", "nothing of other actions");

    let group = root.browser.get(&format!("/groups/{readers}/permissions/used")).await;
    assert!(
        group.text("#draft-document").unwrap().contains("orders:DELETE"),
        "what the users of the group called"
    );
}

#[actix_web::test]
async fn allowed_actions_that_nobody_called_are_listed_by_statement() {
    let Orders { app, root, alice, gateway, client, .. } = orders().await;
    let wide = r#"{"version":"2.0","statement":[{"effect":"allow","action":["orders:ListOrders","cos:GetObject"],"resource":"*"}]}"#;
    let wide = policy(&root, "wide", wide).await;
    send(&root, &format!("/users/{}/permissions/attach", alice.uin), "policy", &wide).await;
    call(&app, &gateway, &client, "GET", "/v1/orders").await;

    let page = root.browser.get(&format!("/users/{}/permissions/used", alice.uin)).await;

    let idle = page.text("#idle").unwrap();
    assert!(idle.contains("wide") && idle.contains("cos:GetObject"), "{idle}");
    assert!(!idle.contains("orders:ListOrders"), "{idle}");
}

#[actix_web::test]
async fn who_can_names_the_users_and_the_statement_on_the_page_and_at_the_command_line() {
    let Orders { app, root, alice, .. } = orders().await;
    app.sub_user(&root, "bob", &[]).await;
    let asked = "/who-can?action=orders:DELETE&resource=qcs::orders::uin/1:/v1/orders&ip=";

    let page = root.browser.get(&asked.replace("uin/1", &format!("uin/{}", root.uin))).await;

    assert_eq!(page.attributes("#who-can tr[data-uin]", "data-uin"), [root.uin.clone(), alice.uin.clone()]);
    assert!(
        page.text(&format!("tr[data-uin=\"{}\"]", alice.uin)).unwrap().contains("Statement 1 of orders-all")
    );
    assert!(page.body.contains("These are all users of the account."));
    let resource = format!("qcs::orders::uin/{}:/v1/orders", root.uin);
    let printed = printed(
        &app,
        &["who-can", "--owner", &root.uin, "--action", "orders:ListOrders", "--resource", &resource],
    );
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines.len(), 2, "{printed}");
    assert!(lines[1].starts_with(&format!("{}\talice\tsub_user\t", alice.uin)), "{printed}");
}

#[actix_web::test]
async fn who_can_says_what_is_no_question_and_goes_on_after_a_part() {
    let app = TestApp::spawn();
    let root = app.root().await;
    app.sub_user(&root, "bob", &["AdministratorAccess"]).await;
    let asked = |more: &str| format!("/who-can?action=cam:GetUser&resource=*{more}");

    let wrong = root.browser.get("/who-can?action=GetUser&resource=*").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text(".error-summary").unwrap().contains("is not an action"));
    assert_eq!(root.browser.get(&asked("&ip=nowhere")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let all = root.browser.get(&asked("")).await;
    assert_eq!(all.count("#who-can tr[data-uin]"), 2);
    let rest = root.browser.get(&asked(&format!("&after={}", root.uin))).await;
    assert_eq!(rest.count("#who-can tr[data-uin]"), 1, "root came before");
}
