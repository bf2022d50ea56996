//! The official clients, unmodified: each tells the stories of `tests/clients` to a real server, which is then asked
//! whether they are true.

use crate::support::people::Person;
use crate::support::programs::{are_here, script};
use crate::support::{Client, TestApp};
use camlock::domain::audit::{EventCursor, EventFilter};
use camlock::domain::user::Uin;
use camlock::startup;
use camlock::store::audit;

/// A server that programs of this machine can call, its root and root's key.
pub struct Stage {
    pub app: TestApp,
    pub root: Person,
    key: Client,
}

impl Stage {
    /// People are made in the past, since an authenticator app needs its time.
    pub async fn set(settings: &[(&str, &str)]) -> Self {
        let app = TestApp::spawn_behind(600, settings);
        let root = app.root().await;
        let key = app.key_of(&root).await;
        actix_web::rt::spawn(startup::keep_usage(app.app.clone()));
        Self { app, root, key }
    }

    /// Lets a client tell chapters of its story, now; gives what it printed.
    pub async fn tell(&self, client: &str, chapters: &[&str]) -> String {
        self.app.run_ahead(0);
        self.tell_late(client, chapters).await
    }

    /// The same by the clock as it is.
    pub async fn tell_late(&self, client: &str, chapters: &[&str]) -> String {
        let mut command = script(client);
        command.args(chapters).env("CAMLOCK_ROOT", &self.root.uin);
        let said = self.app.run(command, &self.key).await;
        assert_eq!(said.lines().last(), Some(format!("told {}", chapters.join(" ")).as_str()), "{said}");
        said
    }

    /// How often each of these events is in the log of the account.
    pub fn ensure_logged(&self, expected: &[(&str, usize)]) {
        let owner = Uin::parse(&self.root.uin).unwrap();
        let read = |conn: &mut _| {
            audit::page(
                conn,
                owner,
                &EventFilter::default(),
                camlock::domain::paging::Slice { cursor: EventCursor::Newer(0), size: 10_000 },
            )
        };
        let events = self.app.app.store.read_now(read).unwrap();
        for (name, times) in expected {
            let found = events.iter().filter(|event| event.event == *name).count();
            assert_eq!(found, *times, "{name}");
        }
    }
}

/// Keys work, stop working and are gone, as their holder sees it and as the console and the log show it.
async fn keys(client: &str) {
    if !are_here() {
        return;
    }
    let stage = Stage::set(&[]).await;

    let said = stage.tell(client, &["who", "keys"]).await;

    let left: Vec<&str> =
        said.lines().find_map(|line| line.strip_prefix("left ")).unwrap().split(' ').collect();
    let [uin, disabled, _, deleted] = left[..] else { panic!("{said}") };
    let page = stage.root.browser.get(&format!("/users/{uin}/keys")).await;
    assert_eq!(page.attributes("tr[data-secret-id]", "data-secret-id"), [disabled]);
    assert_eq!(page.attribute("tr[data-secret-id]", "data-status").as_deref(), Some("disabled"));
    assert!(!page.body.contains(deleted));
    stage.ensure_logged(&[
        ("AddUser", 1),
        ("CreateAccessKey", 2),
        ("UpdateAccessKey", 4),
        ("DeleteAccessKey", 1),
    ]);
}

/// Users, policies and groups come, count and go.
async fn people(client: &str) {
    if !are_here() {
        return;
    }
    let stage = Stage::set(&[]).await;

    stage.tell(client, &["users", "policies", "groups"]).await;

    stage.ensure_logged(&[
        ("AddUser", 3),
        ("UpdateUser", 1),
        ("DeleteUser", 1),
        ("CreatePolicy", 2),
        ("UpdatePolicy", 1),
        ("CreatePolicyVersion", 1),
        ("DeletePolicyVersion", 1),
        ("DeletePolicy", 1),
        ("AttachUserPolicy", 1),
        ("DetachUserPolicy", 1),
        ("CreateGroup", 1),
        ("AddUserToGroup", 1),
        ("RemoveUserFromGroup", 1),
        ("AttachGroupPolicy", 1),
        ("DetachGroupPolicy", 1),
        ("DeleteGroup", 1),
    ]);
    let users = stage.root.browser.get("/users").await.body;
    assert!(users.contains("bob") && users.contains("carol") && !users.contains("dev-alice"));
}

/// Wrong pairs and wrong clocks are refused by their own codes, and change nothing.
async fn refusals(client: &str) {
    if !are_here() {
        return;
    }
    let stage = Stage::set(&[]).await;

    stage.tell(client, &["strangers"]).await;
    stage.app.run_ahead(400);
    stage.tell_late(client, &["late"]).await;

    stage.ensure_logged(&[("AddUser", 0)]);
}

#[actix_web::test]
async fn keys_live_and_die_for_the_python_sdk() {
    keys("with_python.py").await;
}

#[actix_web::test]
async fn users_policies_and_groups_count_for_the_python_sdk() {
    people("with_python.py").await;
}

#[actix_web::test]
async fn wrong_pairs_and_clocks_have_their_own_codes_for_the_python_sdk() {
    refusals("with_python.py").await;
}

#[actix_web::test]
async fn keys_live_and_die_for_tccli() {
    keys("with_tccli.py").await;
}

#[actix_web::test]
async fn users_policies_and_groups_count_for_tccli() {
    people("with_tccli.py").await;
}

#[actix_web::test]
async fn wrong_pairs_and_clocks_have_their_own_codes_for_tccli() {
    refusals("with_tccli.py").await;
}

#[actix_web::test]
async fn keys_live_and_die_for_the_node_sdk() {
    keys("with_node.js").await;
}

#[actix_web::test]
async fn users_policies_and_groups_count_for_the_node_sdk() {
    people("with_node.js").await;
}

#[actix_web::test]
async fn wrong_pairs_and_clocks_have_their_own_codes_for_the_node_sdk() {
    refusals("with_node.js").await;
}
