//! What takes rights away, or gives them, asks first and says what changes; the form alone works as before.

use crate::support::people::Person;
use crate::support::{Answer, TestApp};
use reqwest::StatusCode;

const DOCUMENT: &str = r#"{"version":"2.0","statement":[
  {"effect":"allow","action":"cam:ListUsers","resource":"*"},
  {"effect":"deny","action":"cam:GetUser","resource":"*"}]}"#;

async fn policy(root: &Person, name: &str) -> String {
    let fields = [("name", name), ("description", ""), ("document", DOCUMENT)];
    let page = root.browser.submit("/policies/new", "/policies/new", &fields).await.redirect();
    page.rsplit('/').next().unwrap().to_owned()
}

async fn group(root: &Person, name: &str) -> String {
    let fields = [("group_name", name), ("remark", "")];
    let page = root.browser.submit("/groups/new", "/groups/new", &fields).await.redirect();
    page.split('/').nth(2).unwrap().to_owned()
}

async fn send(root: &Person, page: &str, field: &str, value: &str) {
    root.browser.submit(page, page, &[(field, value)]).await.redirect();
}

/// Follows the link from a page to the question, which must say something, and sends its form.
async fn confirm(root: &Person, from: &str, address: &str) -> (String, Answer) {
    let list = root.browser.get(from).await;
    assert_eq!(list.count(&format!("main a[href=\"{address}\"]")), 1, "no link to {address} on {from}");
    assert_eq!(list.count(&format!("main form[action=\"{address}\"]")), 0, "{from} acts without a question");
    let question = root.browser.get(address).await;
    assert_eq!(question.status, StatusCode::OK, "{address}");
    let effects = question.text("#effects").unwrap();
    let names = question.attributes(&format!("form[action=\"{address}\"] input"), "name");
    let values = question.attributes(&format!("form[action=\"{address}\"] input"), "value");
    let fields: Vec<(&str, &str)> = names
        .iter()
        .zip(&values)
        .filter(|(name, _)| *name != "csrf")
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    (effects, root.browser.post(address, &question.csrf(), &fields).await)
}

#[actix_web::test]
async fn detaching_from_a_user_says_what_is_lost_and_what_stays() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let bob = app.sub_user(&root, "bob", &[]).await;
    let (id, developers) = (policy(&root, "readers").await, group(&root, "Developers").await);
    send(&root, &format!("/users/{}/permissions/attach", bob.uin), "policy", &id).await;
    send(&root, &format!("/groups/{developers}/permissions/attach"), "policy", &id).await;
    send(&root, &format!("/users/{}/groups/join", bob.uin), "group", &developers).await;
    let list = format!("/users/{}/permissions", bob.uin);

    let (effects, done) = confirm(&root, &list, &format!("{list}/{id}/detach")).await;

    for part in ["bob loses", "readers", "denied no longer", "Developers"] {
        assert!(effects.contains(part), "{part} in {effects}");
    }
    assert_eq!(done.redirect(), list);
    assert_eq!(root.browser.get(&list).await.count(&format!("a[href=\"{list}/{id}/detach\"]")), 0);
}

#[actix_web::test]
async fn detaching_from_a_policys_own_page_asks_too() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let bob = app.sub_user(&root, "bob", &[]).await;
    let (id, developers) = (policy(&root, "readers").await, group(&root, "Developers").await);
    send(&root, &format!("/users/{}/permissions/attach", bob.uin), "policy", &id).await;
    send(&root, &format!("/groups/{developers}/permissions/attach"), "policy", &id).await;
    let page = format!("/policies/{id}");

    let (of_user, user) = confirm(&root, &page, &format!("{page}/users/{}/detach", bob.uin)).await;
    let (of_group, group) = confirm(&root, &page, &format!("{page}/groups/{developers}/detach")).await;

    assert!(of_user.contains("bob loses") && of_group.contains("lose"), "{of_user} {of_group}");
    assert_eq!((user.redirect(), group.redirect()), (page.clone(), page));
}

#[actix_web::test]
async fn leaving_a_group_says_which_policies_go_from_both_sides() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let (alice, bob) = (app.sub_user(&root, "alice", &[]).await, app.sub_user(&root, "bob", &[]).await);
    let (id, developers) = (policy(&root, "readers").await, group(&root, "Developers").await);
    send(&root, &format!("/groups/{developers}/permissions/attach"), "policy", &id).await;
    for person in [&alice, &bob] {
        send(&root, &format!("/users/{}/groups/join", person.uin), "group", &developers).await;
    }
    let (of_alice, of_group) =
        (format!("/users/{}/groups", alice.uin), format!("/groups/{developers}/members"));

    let (left, _) = confirm(&root, &of_alice, &format!("{of_alice}/{developers}/leave")).await;
    let (removed, _) = confirm(&root, &of_group, &format!("{of_group}/{}/remove", bob.uin)).await;

    assert!(left.contains("alice loses") && left.contains("readers"), "{left}");
    assert!(removed.contains("bob loses") && removed.contains("readers"), "{removed}");
    assert_eq!(root.browser.get(&of_group).await.count("tr[data-uin]"), 0);
}

#[actix_web::test]
async fn a_boundary_a_default_version_and_console_access_ask_first() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let bob = app.sub_user(&root, "bob", &[]).await;
    let id = policy(&root, "readers").await;
    let boundary = format!("/users/{}/permissions/boundary", bob.uin);
    send(&root, &boundary, "policy", &id).await;
    let changed = DOCUMENT.replace("GetUser", "DeleteUser");
    let fields = [("name", "readers"), ("description", ""), ("document", changed.as_str())];
    root.browser
        .submit(&format!("/policies/{id}/edit"), &format!("/policies/{id}/edit"), &fields)
        .await
        .redirect();

    let permissions = format!("/users/{}/permissions", bob.uin);
    let (removed, _) = confirm(&root, &permissions, &format!("{boundary}/remove")).await;
    let (default, _) =
        confirm(&root, &format!("/policies/{id}"), &format!("/policies/{id}/versions/1/default")).await;
    let security = format!("/users/{}/security", bob.uin);
    let (stopped, _) = confirm(&root, &security, &format!("{security}/console")).await;

    assert!(removed.contains("Everything that the policies of bob allow"), "{removed}");
    assert!(default.contains("1 added, 1 removed"), "{default}");
    assert!(stopped.contains("bob cannot sign in"), "{stopped}");
    assert!(root.browser.get(&security).await.body.contains("Allow console access"));
}

#[actix_web::test]
async fn a_question_about_others_is_not_shown_to_whoever_may_not_act() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let reader = app.signed_in(&root, "reader", &["QcloudCamReadOnlyAccess"]).await;
    let id = policy(&root, "readers").await;

    for address in [
        format!("/users/{}/permissions/{id}/detach", reader.uin),
        format!("/users/{}/permissions/boundary/remove", reader.uin),
        format!("/users/{}/security/console", reader.uin),
        format!("/policies/{id}/versions/1/default"),
    ] {
        assert_eq!(reader.browser.get(&address).await.status, StatusCode::FORBIDDEN, "{address}");
    }
}
