//! Ways round the wait: through a user that had no way in, and through the right to give rights.

use crate::grants::policy;
use crate::grants_age::{DAY, Scene};
use crate::support::people::{PASSWORD, Person};
use reqwest::StatusCode;
use serde_json::json;

/// A user for programs, its key, and the console opened to it by a leaked key: with or without a console before.
async fn taken_over(scene: &mut Scene, name: &str, has_console: bool) -> (Person, String) {
    scene.root.browser = scene.app.browser();
    scene.root.sign_in(&scene.app).await;
    let user = json!({ "Name": name, "ConsoleLogin": i32::from(has_console), "NeedResetPassword": 0 });
    let uin = scene.call("AddUser", user).await["Uin"].to_string();
    let id = scene.root.create_key(&format!("/users/{uin}/keys")).await;
    scene.app.wait(2 * DAY);
    let open = json!({ "Name": name, "ConsoleLogin": 1, "Password": PASSWORD, "NeedResetPassword": 0 });
    scene.call("UpdateUser", open).await;
    let policies = scene.call("ListPolicies", json!({ "Keyword": "QcloudCollApiKeyReadOnlyAccess" })).await;
    let policy = policies["List"][0]["PolicyId"].clone();
    scene
        .call("AttachUserPolicy", json!({ "AttachUin": uin.parse::<i64>().unwrap(), "PolicyId": policy }))
        .await;
    let mut thief = Person::named(&scene.app, &scene.root, (&uin, name));
    thief.sign_in(&scene.app).await;
    thief.enrol(&scene.app).await;
    (thief, id)
}

#[actix_web::test]
async fn a_leaked_key_that_opens_the_console_to_a_user_does_not_show_its_keys() {
    let mut scene = Scene::new().await;
    for (name, has_console) in [("svc", false), ("carol", true)] {
        let (mut thief, id) = taken_over(&mut scene, name, has_console).await;

        let asked = thief.browser.submit("/keys", &format!("/keys/{id}/reveal"), &[]).await;
        assert_eq!(asked.status, StatusCode::FORBIDDEN, "{name}: {}", asked.body);
        assert!(asked.body.contains(" UTC on: "), "{}", asked.body);

        scene.app.wait(DAY);
        thief = scene.back(thief).await;
        let shown = thief.reveal(&scene.app, "/keys", &id).await;
        assert!(shown.text("#secret-key").is_some(), "{name}: shown a day later");
    }
}

#[actix_web::test]
async fn who_is_made_with_console_and_key_by_a_program_shows_it_at_once() {
    let scene = Scene::new().await;
    let user = json!({ "Name": "dev", "ConsoleLogin": 1, "Password": PASSWORD, "NeedResetPassword": 0 });
    let uin = scene.call("AddUser", user).await["Uin"].to_string();
    let id = scene.root.create_key(&format!("/users/{uin}/keys")).await;
    let policies = scene.call("ListPolicies", json!({ "Keyword": "QcloudCollApiKeyReadOnlyAccess" })).await;
    let policy = policies["List"][0]["PolicyId"].clone();
    scene
        .call("AttachUserPolicy", json!({ "AttachUin": uin.parse::<i64>().unwrap(), "PolicyId": policy }))
        .await;
    let mut dev = Person::named(&scene.app, &scene.root, (&uin, "dev"));
    dev.sign_in(&scene.app).await;
    dev.enrol(&scene.app).await;

    let shown = dev.reveal(&scene.app, "/keys", &id).await;

    assert!(shown.text("#secret-key").is_some(), "{}", shown.body);
}

#[actix_web::test]
async fn the_right_to_give_rights_asks_for_a_code_of_its_own_in_the_window() {
    let scene = Scene::new().await;
    let accomplice = scene.app.sub_user(&scene.root, "accomplice", &[]).await;
    let attach = format!("/users/{}/permissions/attach", accomplice.uin);
    for (number, action) in [
        "cam:AttachUserPolicy",
        "cam:UpdateUser",
        "cam:AddUserToGroup",
        "cam:SetDefaultPolicyVersion",
        "cam:*",
    ]
    .into_iter()
    .enumerate()
    {
        let document = format!(
            r#"{{"version":"2.0","statement":[{{"effect":"allow","action":"{action}","resource":"*"}}]}}"#
        );
        let id = policy(&scene.app, &scene.root, &format!("giver-{number}"), &document).await;

        let asked = scene.root.browser.submit("/users", &attach, &[("policy", &id)]).await.redirect();

        assert!(asked.starts_with("/verify?c="), "{action}: {asked}");
    }
    let id = policy(
        &scene.app,
        &scene.root,
        "reader",
        r#"{"version":"2.0","statement":[{"effect":"allow","action":"cam:ListUsers","resource":"*"}]}"#,
    )
    .await;
    let done = scene.root.browser.submit("/users", &attach, &[("policy", &id)]).await.redirect();
    assert!(!done.starts_with("/verify"), "what gives nothing on goes through: {done}");
}
