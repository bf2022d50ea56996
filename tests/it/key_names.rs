//! What may be done to keys goes by several names in policies; a deny of one of them is a deny.

use crate::api_policies::create;
use crate::support::people::Person;
use crate::support::{Client, TestApp, code};
use serde_json::{Value, json};

const DENIED: &str = "AuthFailure.UnauthorizedOperation";

struct House {
    app: TestApp,
    root: Client,
    alice: Person,
    bob: Person,
    program: Client,
}

impl House {
    async fn new() -> Self {
        let app = TestApp::spawn();
        let person = app.root().await;
        let root = app.key_of(&person).await;
        let alice = app.enrolled(&person, "alice", &["QcloudCamFullAccess"]).await;
        let bob = app.sub_user(&person, "bob", &[]).await;
        let program = app.key_of(&alice).await;
        Self { app, root, alice, bob, program }
    }

    /// Attaches a policy to Alice that denies an action on everything.
    async fn deny(&self, action: &str) {
        let document = json!({"version": "2.0", "statement": [
            {"effect": "deny", "action": action, "resource": "*"}
        ]});
        let id = create(&self.root, &action.replace(':', "-"), &document.to_string()).await;
        self.app.wait(1);
        let attach = json!({"PolicyId": id, "AttachUin": self.alice.uin});
        assert_eq!(code(&self.root.call("cam", "AttachUserPolicy", attach).await), "");
    }

    async fn program(&self, action: &str, body: Value) -> String {
        code(&self.program.call("cam", action, body).await).to_owned()
    }
}

#[actix_web::test]
async fn a_deny_of_the_consoles_names_stops_programs_too() {
    let house = House::new().await;
    let bobs = house.app.key_of(&house.bob).await;
    let bob = |more: Value| {
        let mut body = json!({"TargetUin": house.bob.uin, "AccessKeyId": bobs.secret_id});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    house.deny("cam:CreateCollApiKey").await;
    house.deny("cam:DisableApiKey").await;
    house.deny("cam:DeleteApiKey").await;
    house.deny("cam:CreateApiKey").await;

    assert_eq!(house.program("CreateAccessKey", json!({})).await, DENIED);
    assert_eq!(house.program("CreateAccessKey", json!({"TargetUin": house.bob.uin})).await, DENIED);
    assert_eq!(house.program("UpdateAccessKey", bob(json!({"Status": "Inactive"}))).await, DENIED);
    assert_eq!(house.program("DeleteAccessKey", bob(json!({}))).await, DENIED);
    assert_eq!(house.program("AddUser", json!({"Name": "carl", "UseApi": 1})).await, DENIED);
    assert_eq!(
        house.program("DeleteUser", json!({"Name": "bob", "Force": 1})).await,
        "UnauthorizedOperation.DeleteApiKey"
    );
    assert_eq!(house.program("ListAccessKeys", json!({"TargetUin": house.bob.uin})).await, "");
    assert_eq!(code(&bobs.call("cam", "GetUserAppId", json!({})).await), "");
}

#[actix_web::test]
async fn a_deny_of_the_apis_names_stops_people_too() {
    let house = House::new().await;
    house.deny("cam:CreateAccessKey").await;
    let browser = &house.alice.browser;

    for keys in ["/keys".to_owned(), format!("/users/{}/keys", house.bob.uin)] {
        let page = browser.get(&keys).await;
        assert_eq!(page.status, 200, "{}", page.body);
        assert_eq!(page.count(&format!("form[action='{keys}']")), 0, "no Create Key");
        let answer = browser.post(&keys, &page.csrf(), &[]).await;
        assert_eq!(answer.status, 403);
        assert!(answer.body.contains("cam:CreateAccessKey"), "{}", answer.body);
    }
    assert_eq!(house.program("CreateAccessKey", json!({})).await, DENIED);
}

#[actix_web::test]
async fn ones_own_keys_under_ones_own_name_are_ones_own_all_the_same() {
    let house = House::new().await;
    house.deny("cam:CreateCollApiKey").await;
    let keys = format!("/users/{}/keys", house.alice.uin);

    let page = house.alice.browser.get(&keys).await;
    let answer = house.alice.browser.post(&keys, &page.csrf(), &[]).await;

    assert_eq!(answer.status, 403);
}
