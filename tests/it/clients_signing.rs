//! The ways in which official clients sign and send, beyond the usual one.

use crate::clients::Stage;
use crate::support::programs::are_here;

/// Errors have the codes of the clients' tables and texts in the language asked for.
async fn is_told_what_is_wrong(client: &str, chapters: &[&str]) {
    if are_here() {
        Stage::set(&[]).await.tell(client, chapters).await;
    }
}

/// Parameters of every kind arrive in a query, texts and lists in form parts.
async fn sends_queries_and_forms(client: &str) {
    if are_here() {
        let stage = Stage::set(&[]).await;
        stage.tell(client, &["by_get", "multipart"]).await;
        stage.ensure_logged(&[("AddUser", 2), ("AddUserToGroup", 1), ("CreatePolicyVersion", 2)]);
    }
}

/// Both old schemes, by POST and by GET, once root's account takes them.
async fn uses_old_signatures(client: &str) {
    if !are_here() {
        return;
    }
    let stage = Stage::set(&[]).await;
    let fields = [
        ("secret_reveal", "step_up"),
        ("step_up_window", "0"),
        ("password_min_length", "12"),
        ("signature_v1", "1"),
    ];
    let browser = &stage.root.browser;
    let question = browser.submit("/settings/security", "/settings/security", &fields).await.redirect();
    stage.root.pass(&stage.app, &question).await.redirect();

    stage.tell(client, &["old_signatures"]).await;

    stage.ensure_logged(&[("AddUser", 4), ("AddUserToGroup", 4), ("CreatePolicyVersion", 8)]);
}

/// Two calls of an action in a second, two more a second later, and no more.
async fn is_slowed_down(client: &str) {
    if are_here() {
        Stage::set(&[("CAMLOCK_API__READS_PER_SECOND", "2")]).await.tell(client, &["hurry"]).await;
    }
}

#[actix_web::test]
async fn the_python_sdk_is_told_what_is_wrong_in_its_language() {
    is_told_what_is_wrong("with_python.py", &["generic", "languages", "unusual", "old_signatures_off"]).await;
}

#[actix_web::test]
async fn tccli_is_told_what_is_wrong_in_its_language() {
    is_told_what_is_wrong("with_tccli.py", &["languages"]).await;
}

#[actix_web::test]
async fn the_node_sdk_is_told_what_is_wrong_in_its_language() {
    is_told_what_is_wrong("with_node.js", &["generic", "languages"]).await;
}

#[actix_web::test]
async fn the_python_sdk_sends_queries_and_forms() {
    sends_queries_and_forms("with_python.py").await;
}

#[actix_web::test]
async fn the_node_sdk_sends_queries_and_forms() {
    sends_queries_and_forms("with_node.js").await;
}

#[actix_web::test]
async fn the_python_sdk_uses_old_signatures_where_the_account_takes_them() {
    uses_old_signatures("with_python.py").await;
}

#[actix_web::test]
async fn the_node_sdk_uses_old_signatures_where_the_account_takes_them() {
    uses_old_signatures("with_node.js").await;
}

#[actix_web::test]
async fn the_python_sdk_is_slowed_down() {
    is_slowed_down("with_python.py").await;
}

#[actix_web::test]
async fn tccli_is_slowed_down() {
    is_slowed_down("with_tccli.py").await;
}

#[actix_web::test]
async fn the_node_sdk_is_slowed_down() {
    is_slowed_down("with_node.js").await;
}
