//! The ways in which official clients sign and send, beyond the usual one.

use crate::clients::Stage;
use crate::support::programs::are_here;

/// Lets root's account take the old signatures.
async fn take_old_signatures(stage: &Stage) {
    let fields = [
        ("secret_reveal", "step_up"),
        ("step_up_window", "0"),
        ("password_min_length", "12"),
        ("signature_v1", "1"),
    ];
    let browser = &stage.root.browser;
    let question = browser.submit("/settings/security", "/settings/security", &fields).await.redirect();
    stage.root.pass(&stage.app, &question).await.redirect();
}

#[actix_web::test]
async fn the_python_sdk_is_told_what_is_wrong_in_its_language() {
    if are_here() {
        Stage::set(&[])
            .await
            .tell("with_python.py", &["generic", "languages", "unusual", "old_signatures_off"])
            .await;
    }
}

#[actix_web::test]
async fn the_python_sdk_may_send_everything_by_get() {
    if are_here() {
        let stage = Stage::set(&[]).await;
        stage.tell("with_python.py", &["by_get"]).await;
        stage.ensure_logged(&[("AddUser", 1), ("CreatePolicyVersion", 2)]);
    }
}

#[actix_web::test]
async fn the_python_sdk_may_use_old_signatures_where_the_account_takes_them() {
    if are_here() {
        let stage = Stage::set(&[]).await;
        take_old_signatures(&stage).await;
        stage.tell("with_python.py", &["old_signatures"]).await;
        stage.ensure_logged(&[("AddUser", 4), ("CreatePolicyVersion", 8)]);
    }
}

#[actix_web::test]
async fn the_python_sdk_is_slowed_down() {
    if are_here() {
        let stage = Stage::set(&[("CAMLOCK_API__REQUESTS_PER_SECOND", "4")]).await;
        stage.tell("with_python.py", &["hurry"]).await;
    }
}

#[actix_web::test]
async fn tccli_is_told_what_is_wrong_in_its_language_and_slowed_down() {
    if are_here() {
        let stage = Stage::set(&[("CAMLOCK_API__REQUESTS_PER_SECOND", "4")]).await;
        stage.tell("with_tccli.py", &["languages", "hurry"]).await;
    }
}
