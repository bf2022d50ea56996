//! One's own security, the account's settings, the log, refusals.

use super::{Scene, scene};
use crate::chrome::Chrome;
use crate::support::TestApp;
use crate::support::people::PASSWORD;
use crate::sweep::Sweep;

#[actix_web::test]
async fn the_pages_about_oneself_and_the_account_are_sound_in_every_width_and_colour() {
    let app = TestApp::spawn();
    let scene = scene(&app).await;

    Chrome::visit(&app, async |chrome| {
        let mut sweep = Sweep::new(chrome);
        chrome.sign_in(&app, &scene.root).await;
        settings(&mut sweep).await;
        log(&mut sweep).await;
        report(&mut sweep, &app, &scene).await;
        own_security(&mut sweep, &app, &scene).await;
        refusals(&mut sweep, &app, &scene).await;
        sweep.end(32);
    })
    .await;
}

async fn settings(sweep: &mut Sweep<'_>) {
    let chrome = sweep.chrome;
    sweep.visit("/settings/security", "settings-security").await;
    chrome.fill("step_up_window", "nonsense").await;
    chrome.fill("password_min_length", "3").await;
    chrome.press("Save settings").await;
    sweep.look("settings-security-with-errors").await;
    sweep.visit("/settings/security", "settings-security").await;
    chrome.fill("key_expiry_max_days", "90").await;
    chrome.press("Check").await;
    sweep.look("settings-security-checked").await;
}

async fn log(sweep: &mut Sweep<'_>) {
    sweep.visit("/audit", "audit").await;
    sweep.visit("/", "overview").await;
    sweep.visit("/attention/administrators", "attention-administrators").await;
    sweep.visit("/audit?result=refused&event=ShowSecretKey", "audit-filtered").await;
    sweep.visit("/audit?actor=nobody-of-that-name", "audit-with-error").await;
    sweep.visit("/audit?from=nonsense&to=2026-99-99", "audit-with-bad-days").await;
    sweep.visit("/audit?from=2020-01-01&to=2020-01-02", "audit-none-found").await;
    sweep.chrome.open("/audit").await;
    sweep.chrome.click("tr[data-seq] a").await;
    sweep.look("audit-event").await;
}

async fn report(sweep: &mut Sweep<'_>, app: &TestApp, scene: &Scene) {
    sweep.visit("/reports/credentials", "credential-report").await;
    sweep.chrome.press("Generate CSV").await;
    sweep.chrome.give_code(app, &scene.root).await;
    assert!(sweep.chrome.count("#first-rows tbody tr").await > 3);
    sweep.look("credential-report-ready").await;
}

async fn own_security(sweep: &mut Sweep<'_>, app: &TestApp, scene: &Scene) {
    let chrome = sweep.chrome;
    sweep.visit("/me/security", "me-security").await;
    sweep.visit("/me/sessions", "me-sessions").await;
    sweep.visit("/me/preferences", "me-preferences").await;
    sweep.visit("/me/password", "me-password").await;
    chrome.fill("current_password", "wrong").await;
    chrome.fill("new_password", "short").await;
    chrome.press("Change password").await;
    sweep.look("me-password-with-errors").await;
    sweep.visit("/me/mfa/totp/new", "verify-to-add-an-app").await;
    chrome.give_code(app, &scene.root).await;
    chrome.arrive("/me/mfa/totp/new").await;
    sweep.look("me-mfa-new").await;
    chrome.fill("code", "000000").await;
    chrome.press("Add authenticator app").await;
    sweep.look("me-mfa-new-with-error").await;
    chrome.open("/me/security").await;
    chrome.press("Replace recovery codes").await;
    sweep.look("verify-to-replace-codes").await;
    chrome.give_code(app, &scene.root).await;
    chrome.find("#recovery-codes").await;
    sweep.look("me-recovery-codes").await;
    chrome.driver.refresh().await.unwrap();
    sweep.look("me-recovery-codes-gone").await;
}

async fn refusals(sweep: &mut Sweep<'_>, app: &TestApp, scene: &Scene) {
    let chrome = sweep.chrome;
    sweep.visit("/nowhere", "error-404").await;
    chrome.open("/users").await;
    chrome.sign_out().await;
    chrome.sign_in(app, &scene.partner).await;
    sweep.visit("/identity", "identity").await;
    chrome.sign_out().await;
    chrome.sign_in(app, &scene.alice).await;
    sweep.visit("/keys", "keys-own-of-alice").await;
    sweep.visit("/settings/security", "settings-security-read-only").await;
    sweep.visit(&format!("/users/{}/keys", scene.long), "keys-read-only").await;
    sweep.visit("/users/new", "error-403-create-user").await;
    chrome.sign_out().await;
    newcomer(sweep, app, scene).await;
}

/// Somebody with nothing: no policy, no authenticator app, then the duty to have one.
async fn newcomer(sweep: &mut Sweep<'_>, app: &TestApp, scene: &Scene) {
    let chrome = sweep.chrome;
    chrome.open("/login").await;
    chrome.fill("account", &scene.root.uin).await;
    chrome.fill("user_name", "new").await;
    chrome.fill("password", PASSWORD).await;
    chrome.press("Sign in").await;
    sweep.visit("/keys", "error-403-own-keys").await;
    sweep.visit("/me/security", "me-security-bare").await;
    let fields = [
        ("secret_reveal", "step_up"),
        ("step_up_window", "0"),
        ("password_min_length", "12"),
        ("mfa_required", "1"),
    ];
    let root = &scene.root;
    let question = root.browser.submit("/settings/security", "/settings/security", &fields).await.redirect();
    root.pass(app, &question).await.redirect();
    sweep.visit("/me/security", "me-security-mfa-required").await;
    sweep.visit("/me/mfa/totp/new", "me-mfa-new-required").await;
}
