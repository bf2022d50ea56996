//! The ways in: setup, sign-in, second step, errors for strangers.

use crate::chrome::Chrome;
use crate::support::TestApp;
use crate::support::people::{PASSWORD, Person};
use crate::sweep::Sweep;
use camlock::app::account::setup::new_setup_token;

#[actix_web::test]
async fn the_pages_on_the_way_in_are_sound_in_every_width_and_colour() {
    let app = TestApp::spawn();

    Chrome::visit(&app, async |chrome| {
        let mut sweep = Sweep::new(chrome);
        let root = setup(&mut sweep, &app).await;
        sign_in(&mut sweep).await;
        second_step(&mut sweep, &app, &root).await;
        sweep.visit("/nowhere", "error-404-stranger").await;
        app.bare_root("partner").await;
        sweep.visit("/login", "login-of-two-accounts").await;
        sweep.end(17);
    })
    .await;
}

async fn setup(sweep: &mut Sweep<'_>, app: &TestApp) -> Person {
    let chrome = sweep.chrome;
    let mut root = Person::stranger(app);
    sweep.visit("/setup", "setup-closed").await;
    let address = format!("/setup?token={}", new_setup_token(&app.app).unwrap());
    sweep.visit(&address, "setup").await;
    chrome.press("Create root account").await;
    sweep.look("setup-with-errors").await;
    root.remember_seed(&chrome.find("#totp-secret").await.prop("textContent").await.unwrap().unwrap());
    chrome.fill("account_name", "Acme").await;
    chrome.fill("user_name", "root").await;
    chrome.fill("password", PASSWORD).await;
    chrome.fill("code", &root.code(app)).await;
    chrome.press("Create root account").await;
    let recovery = chrome.path().await;
    sweep.look("setup-recovery-codes").await;
    sweep.visit(&recovery, "setup-recovery-codes-gone").await;
    sweep.visit(&address, "setup-done").await;
    root
}

async fn sign_in(sweep: &mut Sweep<'_>) {
    let chrome = sweep.chrome;
    sweep.visit("/login", "login").await;
    chrome.press("Sign in").await;
    sweep.look("login-empty").await;
    chrome.fill("user_name", "root").await;
    chrome.fill("password", "not the password").await;
    chrome.press("Sign in").await;
    sweep.look("login-refused").await;
    chrome.open("/login").await;
    chrome.click("details summary").await;
    sweep.look("login-with-help-open").await;
}

async fn second_step(sweep: &mut Sweep<'_>, app: &TestApp, root: &Person) {
    let chrome = sweep.chrome;
    chrome.fill("user_name", "root").await;
    chrome.fill("password", PASSWORD).await;
    chrome.press("Sign in").await;
    chrome.arrive("/login/verify").await;
    sweep.look("login-verify").await;
    for _ in 0..2 {
        chrome.fill("code", "000000").await;
        chrome.press("Confirm").await;
    }
    sweep.look("login-verify-refused-twice").await;
    chrome.press("Use a recovery code").await;
    sweep.look("login-recovery").await;
    chrome.fill("recovery_code", "nonsense").await;
    chrome.press("Sign in").await;
    sweep.look("login-recovery-refused").await;
    chrome.press("Use the authenticator app instead").await;
    chrome.give_code(app, root).await;
    chrome.sign_out().await;
    sweep.look("login-signed-out").await;
}
