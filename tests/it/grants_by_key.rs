//! Whatever way a leaked key takes to give an accomplice others' secrets, it waits a day.

use crate::grants::{HARMLESS, group, policy};
use crate::grants_age::{ADMIN, DAY, DENY, Scene};
use crate::support::people::Person;
use serde_json::{Value, json};

const EVERYTHING: &str = r#"{"version":"2.0","statement":[{"effect":"allow","action":"*","resource":"*"}]}"#;

/// What was there a year before the key leaked.
struct Old {
    accomplice: Person,
    uid: i64,
    harmless: String,
    deny: String,
    crew: String,
    limiting: String,
}

impl Old {
    async fn new(scene: &Scene, policies: &[&str]) -> Self {
        let (app, root) = (&scene.app, &scene.root);
        let (harmless, deny) =
            (policy(app, root, "harmless", HARMLESS).await, policy(app, root, "deny", DENY).await);
        let accomplice = app.enrolled(root, "accomplice", policies).await;
        let user = scene.call("GetUser", json!({ "Name": "accomplice" })).await;
        let uid = user["Uid"].as_i64().unwrap();
        let (crew, limiting) = (group(root, "crew").await, group(root, "limiting").await);
        Self { accomplice, uid, harmless, deny, crew, limiting }
    }

    fn uin(&self) -> i64 {
        number(&self.accomplice.uin)
    }
}

fn number(text: &str) -> i64 {
    text.parse().unwrap()
}

/// Sends a form of root's and gives the code that it asks for.
async fn give(scene: &Scene, page: String, field: (&str, &str)) {
    let next = scene.root.grant(&scene.app, "/users", &page, &[field]).await.redirect();
    assert!(!next.starts_with("/verify"), "{page}");
}

/// A year passes, the key makes one call, the accomplice signs in.
async fn assert_waits(scene: &Scene, old: Old, (action, body): (&str, Value)) {
    scene.app.wait(365 * DAY);
    scene.call(action, body).await;
    let accomplice = scene.back(old.accomplice).await;
    scene.assert_waits(accomplice, action).await;
}

#[actix_web::test]
async fn a_policy_attached() {
    let scene = Scene::new().await;
    let old = Old::new(&scene, &[]).await;

    let call = ("AttachUserPolicy", json!({ "AttachUin": old.uin(), "PolicyId": ADMIN }));

    assert_waits(&scene, old, call).await;
}

#[actix_web::test]
async fn a_group_joined() {
    let scene = Scene::new().await;
    let old = Old::new(&scene, &[]).await;
    give(&scene, format!("/groups/{}/permissions/attach", old.crew), ("policy", "1")).await;

    let pair = json!({ "Uid": old.uid, "GroupId": number(&old.crew) });

    assert_waits(&scene, old, ("AddUserToGroup", json!({ "Info": [pair] }))).await;
}

#[actix_web::test]
async fn a_policy_attached_to_a_group() {
    let scene = Scene::new().await;
    let old = Old::new(&scene, &[]).await;
    give(&scene, format!("/groups/{}/members/add", old.crew), ("member", &old.accomplice.uin)).await;

    let body = json!({ "AttachGroupId": number(&old.crew), "PolicyId": ADMIN });

    assert_waits(&scene, old, ("AttachGroupPolicy", body)).await;
}

#[actix_web::test]
async fn a_new_version_of_a_policy() {
    let scene = Scene::new().await;
    let old = Old::new(&scene, &["harmless"]).await;

    let id = number(&old.harmless);
    let body = json!({ "PolicyId": id, "PolicyDocument": EVERYTHING, "SetAsDefault": true });

    assert_waits(&scene, old, ("CreatePolicyVersion", body)).await;
}

#[actix_web::test]
async fn another_text_of_a_policy() {
    let scene = Scene::new().await;
    let old = Old::new(&scene, &["harmless"]).await;

    let body = json!({ "PolicyId": number(&old.harmless), "PolicyDocument": EVERYTHING });

    assert_waits(&scene, old, ("UpdatePolicy", body)).await;
}

#[actix_web::test]
async fn an_old_version_that_decides_again() {
    let scene = Scene::new().await;
    let old = Old::new(&scene, &["harmless"]).await;
    let edit = [("name", "harmless"), ("document", EVERYTHING)];
    let address = format!("/policies/{}/edit", old.harmless);
    scene.root.grant(&scene.app, "/users", &address, &edit).await.redirect();
    give(&scene, format!("/policies/{}/versions/1/default", old.harmless), ("x", "")).await;

    let body = json!({ "PolicyId": number(&old.harmless), "VersionId": 2 });

    assert_waits(&scene, old, ("SetDefaultPolicyVersion", body)).await;
}

#[actix_web::test]
async fn a_boundary_removed() {
    let scene = Scene::new().await;
    let old = Old::new(&scene, &["AdministratorAccess"]).await;
    let page = format!("/users/{}/permissions/boundary", old.accomplice.uin);
    give(&scene, page, ("policy", &old.harmless)).await;

    let call = ("DeleteUserPermissionsBoundary", json!({ "TargetUin": old.uin() }));

    assert_waits(&scene, old, call).await;
}

#[actix_web::test]
async fn a_wider_boundary() {
    let scene = Scene::new().await;
    let old = Old::new(&scene, &["AdministratorAccess"]).await;
    let page = format!("/users/{}/permissions/boundary", old.accomplice.uin);
    give(&scene, page, ("policy", &old.harmless)).await;

    let call = ("PutUserPermissionsBoundary", json!({ "TargetUin": old.uin(), "PolicyId": ADMIN }));

    assert_waits(&scene, old, call).await;
}

#[actix_web::test]
async fn a_boundary_that_says_more() {
    let scene = Scene::new().await;
    let old = Old::new(&scene, &["AdministratorAccess"]).await;
    let page = format!("/users/{}/permissions/boundary", old.accomplice.uin);
    give(&scene, page, ("policy", &old.harmless)).await;

    let body = json!({ "PolicyId": number(&old.harmless), "PolicyDocument": EVERYTHING });

    assert_waits(&scene, old, ("UpdatePolicy", body)).await;
}

#[actix_web::test]
async fn console_access() {
    let scene = Scene::new().await;
    let old = Old::new(&scene, &["AdministratorAccess"]).await;
    let page = format!("/users/{}/security/console", old.accomplice.uin);
    scene.root.browser.submit("/users", &page, &[("on", "0")]).await.redirect();

    assert_waits(&scene, old, ("UpdateUser", json!({ "Name": "accomplice", "ConsoleLogin": 1 }))).await;
}

async fn denied_itself(scene: &Scene) -> Old {
    let old = Old::new(scene, &["AdministratorAccess"]).await;
    let page = format!("/users/{}/permissions/attach", old.accomplice.uin);
    give(scene, page, ("policy", &old.deny)).await;
    old
}

async fn denied_by_a_group(scene: &Scene) -> Old {
    let old = Old::new(scene, &["AdministratorAccess"]).await;
    give(scene, format!("/groups/{}/permissions/attach", old.limiting), ("policy", &old.deny)).await;
    give(scene, format!("/groups/{}/members/add", old.limiting), ("member", &old.accomplice.uin)).await;
    old
}

#[actix_web::test]
async fn a_deny_detached() {
    let scene = Scene::new().await;
    let old = denied_itself(&scene).await;

    let body = json!({ "DetachUin": old.uin(), "PolicyId": number(&old.deny) });

    assert_waits(&scene, old, ("DetachUserPolicy", body)).await;
}

#[actix_web::test]
async fn a_deny_deleted() {
    let scene = Scene::new().await;
    let old = denied_itself(&scene).await;

    let body = json!({ "PolicyId": [number(&old.deny)] });

    assert_waits(&scene, old, ("DeletePolicy", body)).await;
}

#[actix_web::test]
async fn a_deny_rewritten() {
    let scene = Scene::new().await;
    let old = denied_itself(&scene).await;

    let body = json!({ "PolicyId": number(&old.deny), "PolicyDocument": HARMLESS });

    assert_waits(&scene, old, ("UpdatePolicy", body)).await;
}

#[actix_web::test]
async fn a_deny_rewritten_and_then_detached() {
    let scene = Scene::new().await;
    let old = denied_itself(&scene).await;
    let (uin, deny) = (old.uin(), number(&old.deny));
    scene.app.wait(365 * DAY);
    scene.call("UpdatePolicy", json!({ "PolicyId": deny, "PolicyDocument": HARMLESS })).await;
    scene.call("DetachUserPolicy", json!({ "DetachUin": uin, "PolicyId": deny })).await;
    let accomplice = scene.back(old.accomplice).await;

    scene.assert_waits(accomplice, "rewritten and detached").await;
}

#[actix_web::test]
async fn a_group_with_a_deny_left() {
    let scene = Scene::new().await;
    let old = denied_by_a_group(&scene).await;

    let pair = json!({ "Uid": old.uid, "GroupId": number(&old.limiting) });

    assert_waits(&scene, old, ("RemoveUserFromGroup", json!({ "Info": [pair] }))).await;
}

#[actix_web::test]
async fn a_deny_detached_from_a_group() {
    let scene = Scene::new().await;
    let old = denied_by_a_group(&scene).await;

    let body = json!({ "DetachGroupId": number(&old.limiting), "PolicyId": number(&old.deny) });

    assert_waits(&scene, old, ("DetachGroupPolicy", body)).await;
}

#[actix_web::test]
async fn a_group_with_a_deny_deleted() {
    let scene = Scene::new().await;
    let old = denied_by_a_group(&scene).await;

    let body = json!({ "GroupId": number(&old.limiting) });

    assert_waits(&scene, old, ("DeleteGroup", body)).await;
}
