//! What was called with keys, judged under every name by which policies allow it, and with keys that are gone.

use crate::impact::{call, group, policy, rows, send, summary};
use crate::support::TestApp;
use crate::support::api::Client;
use crate::support::gate::{Gateway, printed};
use crate::support::people::Person;
use serde_json::json;

const ALL: &str = r#"{"version":"2.0","statement":[{"effect":"allow","action":"orders:*","resource":"*"}]}"#;
const NO_DELETES: &str =
    r#"{"version":"2.0","statement":[{"effect":"deny","action":"orders:DELETE","resource":"*"}]}"#;
/// The id of the preset `QcloudCollApiKeyManageAccess`.
const OWN_KEYS: &str = "596172";

async fn refusal(client: &Client, target: &Person) -> String {
    let body = json!({"TargetUin": target.uin.parse::<u64>().unwrap()});
    let answer = client.call("cam", "ListAccessKeys", body).await;
    answer["Error"]["Code"].as_str().unwrap_or_default().to_owned()
}

struct OwnKeys {
    app: TestApp,
    root: Person,
    bob: Person,
    dora: Person,
    client: Client,
}

/// Dora may manage her own keys under the console's names, and has listed them by the API.
async fn own_keys() -> OwnKeys {
    let app = TestApp::spawn();
    let root = app.root().await;
    let bob = app.sub_user(&root, "bob", &[]).await;
    let dora = app.sub_user(&root, "dora", &["QcloudCollApiKeyManageAccess"]).await;
    let client = app.key_of(&dora).await;
    client.done("ListAccessKeys", json!({})).await;
    OwnKeys { app, root, bob, dora, client }
}

#[actix_web::test]
async fn detaching_the_policy_behind_a_call_that_lists_own_keys_is_a_loss() {
    let OwnKeys { app: _app, root, dora, client, .. } = own_keys().await;
    let detach = format!("/users/{}/permissions/{OWN_KEYS}/detach", dora.uin);

    let page = root.browser.get(&detach).await;

    assert_eq!(summary(&page), "1 user loses what made 1 call in 35 days.");
    assert!(rows(&page, "dora")[0].contains("Loses cam:ListAccessKeys"), "{:?}", rows(&page, "dora"));
    root.browser.submit(&detach, &detach, &[]).await.redirect();
    assert!(refusal(&client, &dora).await.contains("Unauthorized"), "it is lost");
}

#[actix_web::test]
async fn a_draft_from_listing_own_keys_lists_nobody_elses() {
    let OwnKeys { app: _app, root, bob, dora, client } = own_keys().await;

    let used = root.browser.get(&format!("/users/{}/permissions/used", dora.uin)).await;

    let draft = used.text("#draft-document").unwrap();
    assert!(draft.contains("cam:QueryCollApiKey"), "{draft}");
    assert!(!draft.contains("ListAccessKeys") && !draft.contains("\"*\""), "{draft}");
    let idle = used.text("#idle").unwrap();
    assert!(idle.contains("cam:CreateCollApiKey") && !idle.contains("cam:QueryCollApiKey"), "{idle}");
    let drafted = policy(&root, "drafted", &draft).await;
    send(&root, &format!("/users/{}/permissions/attach", dora.uin), "policy", &drafted).await;
    let detach = format!("/users/{}/permissions/{OWN_KEYS}/detach", dora.uin);
    assert_eq!(summary(&root.browser.get(&detach).await), "Nothing that was called in 35 days is lost.");
    root.browser.submit(&detach, &detach, &[]).await.redirect();
    client.done("ListAccessKeys", json!({})).await;
    assert!(refusal(&client, &bob).await.contains("Unauthorized"));
}

#[actix_web::test]
async fn a_draft_of_calls_whose_resource_is_not_kept_names_what_is_allowed() {
    let OwnKeys { app, root, bob, dora, client, .. } = own_keys().await;
    let narrow = json!({"version": "2.0", "statement": [{"effect": "allow", "action": "cam:GetUser",
        "resource": format!("qcs::cam::uin/{}:uin/{}", root.uin, bob.uin)}]});
    let narrow = policy(&root, "looks-at-bob", &narrow.to_string()).await;
    send(&root, &format!("/users/{}/permissions/attach", dora.uin), "policy", &narrow).await;
    app.wait(1);
    client.done("GetUser", json!({"Name": "bob"})).await;
    let page = format!("/users/{}/permissions/used", dora.uin);

    let draft = root.browser.get(&page).await.text("#draft-document").unwrap();
    let detach = format!("/users/{}/permissions/{narrow}/detach", dora.uin);
    root.browser.submit(&detach, &detach, &[]).await.redirect();
    let after = root.browser.get(&page).await;

    assert!(draft.contains("cam:GetUser") && draft.contains(&format!(":uin/{}", bob.uin)), "{draft}");
    assert!(!draft.contains("\"*\""), "{draft}");
    assert!(!after.text("#draft-document").unwrap().contains("cam:GetUser"), "no more than is allowed now");
    assert!(after.body.contains("1 call to the API is not allowed any more"), "{}", after.body);
}

#[actix_web::test]
async fn simulator_and_who_can_know_both_names_of_listing_own_keys() {
    let OwnKeys { app, root, bob, dora, .. } = own_keys().await;
    let resource = |of: &Person| format!("qcs::cam::uin/{}:uin/{}", root.uin, of.uin);
    let simulate = async |action: &str, of: &Person| {
        let page = format!("/policies/simulate?user=dora&action={action}&resource={}&context=", resource(of));
        root.browser.get(&page).await
    };

    let own = simulate("cam:ListAccessKeys", &dora).await;
    assert_eq!(own.attribute("#verdict", "data-allowed").unwrap(), "true");
    assert!(own.text("#decided-as").unwrap().contains("cam:QueryCollApiKey"));
    let disabling = simulate("cam:UpdateAccessKey", &dora).await;
    assert_eq!(disabling.attribute("#verdict", "data-allowed").unwrap(), "true");
    let of_bob = simulate("cam:ListAccessKeys", &bob).await;
    assert_eq!(of_bob.attribute("#verdict", "data-allowed").unwrap(), "false");

    let asked = format!("/who-can?action=cam:ListAccessKeys&resource={}&ip=", resource(&dora));
    let page = root.browser.get(&asked).await;
    assert_eq!(page.attributes("#who-can tr[data-uin]", "data-uin"), [root.uin.clone(), dora.uin.clone()]);
    let (owner, resource) = (root.uin.as_str(), resource(&dora));
    let lines = printed(
        &app,
        &["who-can", "--owner", owner, "--action", "cam:ListAccessKeys", "--resource", &resource],
    );
    assert!(lines.lines().any(|line| line.starts_with(&format!("{}\tdora\t", dora.uin))), "{lines}");
}

#[actix_web::test]
async fn a_denied_name_of_the_api_denies_the_page_of_keys_in_the_simulator_as_well() {
    let OwnKeys { app: _app, root, dora, .. } = own_keys().await;
    let deny =
        r#"{"version":"2.0","statement":[{"effect":"deny","action":"cam:ListAccessKeys","resource":"*"}]}"#;
    let deny = policy(&root, "no-lists", deny).await;
    send(&root, &format!("/users/{}/permissions/attach", dora.uin), "policy", &deny).await;
    let resource = format!("qcs::cam::uin/{}:uin/{}", root.uin, dora.uin);

    let page = root
        .browser
        .get(&format!("/policies/simulate?user=dora&action=cam:QueryCollApiKey&resource={resource}"))
        .await;

    assert_eq!(page.attribute("#verdict", "data-allowed").unwrap(), "false");
    assert!(page.text("#decided-by").unwrap().contains("no-lists"));
}

#[actix_web::test]
async fn calls_that_no_policy_is_asked_about_are_kept_drafted_by_nothing_and_open_to_everybody() {
    let OwnKeys { root, bob, app, .. } = own_keys().await;
    let client = app.key_of(&bob).await;
    for (service, action) in [("sts", "GetCallerIdentity"), ("cam", "GetUserAppId"), ("tag", "GetResources")]
    {
        let answer = client.call(service, action, json!({})).await;
        assert!(answer["Error"].is_null(), "{action}: {answer}");
    }
    let all = policy(&root, "orders-all", ALL).await;
    send(&root, &format!("/users/{}/permissions/attach", bob.uin), "policy", &all).await;

    let page = root.browser.get(&format!("/users/{}/permissions/{all}/detach", bob.uin)).await;
    let used = root.browser.get(&format!("/users/{}/permissions/used", bob.uin)).await;
    let simulated =
        root.browser.get("/policies/simulate?user=bob&action=sts:GetCallerIdentity&resource=*").await;
    let who = root.browser.get("/who-can?action=sts:GetCallerIdentity&resource=*").await;

    assert!(rows(&page, "bob")[0].contains("Keeps 3 kinds of calls"), "{:?}", rows(&page, "bob"));
    assert_eq!(used.count("#draft-document"), 0);
    assert!(!used.body.contains("not allowed any more"));
    assert_eq!(simulated.attribute("#verdict", "data-allowed").unwrap(), "true");
    assert!(who.text(&format!("tr[data-uin=\"{}\"]", bob.uin)).unwrap().contains("No policy is asked"));
}

struct Orders {
    app: TestApp,
    root: Person,
    alice: Person,
    gateway: Gateway,
    client: Client,
    all: String,
}

/// Alice may do all with orders, and has deleted one.
async fn orders() -> Orders {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "alice", &[]).await;
    let all = policy(&root, "orders-all", ALL).await;
    let gateway = app.gateway(&root.uin, &[]);
    let client = app.key_of(&alice).await;
    Orders { app, root, alice, gateway, client, all }
}

#[actix_web::test]
async fn calls_with_a_deleted_key_count_as_before() {
    let Orders { app, root, alice, gateway, client, all } = orders().await;
    send(&root, &format!("/users/{}/permissions/attach", alice.uin), "policy", &all).await;
    call(&app, &gateway, &client, "DELETE", "/v1/orders/7").await;
    let admin = app.key_of(&root).await;
    let uin = alice.uin.parse::<u64>().unwrap();
    for _ in 0..2 {
        // One of them was never used.
        let key = app.key_of(&alice).await;
        admin.done("DeleteAccessKey", json!({"AccessKeyId": key.secret_id, "TargetUin": uin})).await;
        app.wait(1);
    }
    admin.done("DeleteAccessKey", json!({"AccessKeyId": client.secret_id, "TargetUin": uin})).await;

    let page = root.browser.get(&format!("/users/{}/permissions/{all}/detach", alice.uin)).await;
    let used = root.browser.get(&format!("/users/{}/permissions/used", alice.uin)).await;

    assert_eq!(summary(&page), "1 user loses what made 1 call in 35 days.");
    assert!(!page.body.contains("called nothing"));
    assert!(used.text("#draft-document").unwrap_or_default().contains("orders:DELETE"), "{}", used.body);
}

#[actix_web::test]
async fn deleting_a_group_says_what_each_of_its_users_loses() {
    let Orders { app, root, alice, gateway, client, all } = orders().await;
    let workers = group(&root, "workers").await;
    send(&root, &format!("/groups/{workers}/permissions/attach"), "policy", &all).await;
    send(&root, &format!("/users/{}/groups/join", alice.uin), "group", &workers).await;
    call(&app, &gateway, &client, "DELETE", "/v1/orders/7").await;
    let delete = format!("/groups/{workers}/delete");

    let page = root.browser.get(&delete).await;
    let again = root.browser.submit(&delete, &delete, &[("confirm", "other")]).await;

    for page in [&page, &again] {
        assert_eq!(summary(page), "1 user loses what made 1 call in 35 days.");
        assert!(rows(page, "alice")[0].contains("Loses orders:DELETE /v1/orders"), "{}", page.body);
    }
}

#[actix_web::test]
async fn checking_a_policy_that_denies_says_what_it_takes_and_attaches_nothing() {
    let Orders { app, root, alice, gateway, client, all } = orders().await;
    send(&root, &format!("/users/{}/permissions/attach", alice.uin), "policy", &all).await;
    call(&app, &gateway, &client, "DELETE", "/v1/orders/7").await;
    let (denies, workers, bans) = (
        policy(&root, "no-deletes", NO_DELETES).await,
        group(&root, "workers").await,
        group(&root, "bans").await,
    );
    send(&root, &format!("/users/{}/groups/join", alice.uin), "group", &workers).await;
    send(&root, &format!("/groups/{bans}/permissions/attach"), "policy", &denies).await;

    for (page, field, chosen) in [
        (format!("/users/{}/permissions/attach", alice.uin), "policy", &denies),
        (format!("/groups/{workers}/permissions/attach"), "policy", &denies),
        (format!("/policies/{denies}/attach"), "user", &alice.uin),
        (format!("/policies/{denies}/attach"), "group", &workers),
        (format!("/users/{}/groups/join", alice.uin), "group", &bans),
    ] {
        let checked = root.browser.submit(&page, &page, &[(field, chosen), ("check", "1")]).await;
        assert_eq!(summary(&checked), "1 user loses what made 1 call in 35 days.", "{page} {field}");
        assert!(rows(&checked, "alice")[0].contains("Loses orders:DELETE"), "{page} {field}");
        assert_eq!(checked.count("input[type=checkbox][checked]"), 1, "{page}: the choice is still ticked");
    }
    call(&app, &gateway, &client, "DELETE", "/v1/orders/8").await;
}
