//! Every page of the console in each of its states, seen in all widths and colours.

mod canaries;
mod claims;
mod doors;
mod forced_colours;
mod groups;
mod help;
mod keys;
mod own;
mod policies;
mod services;
mod users;
mod webhooks;
mod without_scripts;

use crate::support::TestApp;
use crate::support::people::{Person, uin_in};

/// An account with people and keys in all states, and texts that are as long as they may be.
pub struct Scene {
    pub root: Person,
    /// Has one enabled and one disabled key, a long name and long facts.
    pub long: String,
    pub long_keys: Vec<String>,
    /// Has one enabled key, policies and an authenticator app.
    pub alice: Person,
    /// Has nothing yet.
    pub new: String,
    /// The collaborator here, root of an account of its own.
    pub partner: Person,
}

pub async fn scene(app: &TestApp) -> Scene {
    let root = app.root().await;
    let alice = app.enrolled(&root, "dev-alice", &["QcloudCollApiKeyManageAccess", "ReadOnlyAccess"]).await;
    root.create_key(&format!("/users/{}/keys", alice.uin)).await;
    let new = app.sub_user(&root, "new", &[]).await.uin;
    let long = long_user(&root).await;
    let long_keys = long_keys(&root, &long).await;
    let partner = app.root_named("partner").await;
    let fields = [
        ("kind", "collaborator"),
        ("user_name", "bo"),
        ("uin", partner.uin.as_str()),
        ("policy", "QcloudCollApiKeyReadOnlyAccess"),
    ];
    root.browser.submit("/users/new", "/users/new", &fields).await.redirect();
    Scene { root, long, long_keys, alice, new, partner }
}

async fn long_user(root: &Person) -> String {
    let (name, note) = ("w".repeat(64), "Note-".repeat(25));
    let email = format!("{}@example.com", "m".repeat(100));
    let fields = [
        ("kind", "sub_user"),
        ("user_name", name.as_str()),
        ("note", note.as_str()),
        ("phone", "+86 138 0013 8000 - 1234567890"),
        ("email", email.as_str()),
    ];
    uin_in(&root.browser.submit("/users/new", "/users/new", &fields).await.redirect())
}

async fn long_keys(root: &Person, uin: &str) -> Vec<String> {
    let list = format!("/users/{uin}/keys");
    let note = "continuous-integration-".repeat(5);
    let mut ids = Vec::new();
    for _ in 0..2 {
        let id = root.create_key(&list).await;
        root.browser.submit(&list, &format!("{list}/{id}/note"), &[("note", &note)]).await.redirect();
        ids.push(id);
    }
    root.browser.submit(&list, &format!("{list}/{}/disable", ids[1]), &[]).await.redirect();
    ids
}
