//! The pages without scripts: nothing is too wide, nothing lies over anything, no control is dead.

use super::scene;
use crate::chrome::Chrome;
use crate::support::TestApp;

const DEAD_CONTROLS: &str = "
    return [...document.querySelectorAll('.js-only, button[type=button]:not([aria-disabled])')]
        .filter(e => e.checkVisibility({ visibilityProperty: true }) && e.innerText.trim() !== '')
        .map(e => 'dead: ' + (e.ariaLabel || e.innerText));";

#[actix_web::test]
async fn without_scripts_no_page_is_broken_and_no_control_is_dead() {
    let app = TestApp::spawn();
    let scene = scene(&app).await;
    let (long, alice) = (&scene.long, &scene.alice.uin);
    let key = &scene.long_keys[0];

    Chrome::visit(&app, async |chrome| {
        chrome.without_scripts().await;
        let mut faults = Vec::new();
        look(chrome, "/login", &mut faults).await;
        chrome.sign_in(&app, &scene.root).await;
        let users = ["permissions", "groups", "security", "activity", "keys", "edit", "delete", "permissions/attach"];
        let mut paths: Vec<String> = users.iter().map(|tab| format!("/users/{long}/{tab}")).collect();
        paths.extend([format!("/users/{alice}/keys"), format!("/users/{long}/keys/{key}/disable")]);
        paths.push(format!("/users/{long}/keys/{key}/records"));
        paths.push(format!("/users/selected/disable-keys?uin={long}&uin={alice}"));
        let fixed = "/ /attention/old /users /users/new /keys /audit /audit/3 /groups /policies /policies/new /policies/simulate /who-can /jump \
            /settings/security /settings/security/keys /settings/security/idle-keys /claims /settings/services /settings/services/new /reports/credentials /canaries /canaries/new /notices /settings/webhooks /settings/webhooks/new /settings/gates /settings/gates/new /me/security /me/password /me/sessions \
            /me/preferences /me/mfa/totp/new /help/api?tool=curl /help/api?tool=java /help/api/debug /nowhere";
        paths.extend(fixed.split_whitespace().map(str::to_owned));
        for path in &paths {
            look(chrome, path, &mut faults).await;
        }
        chrome.open(&format!("/users/{alice}/keys")).await;
        chrome.click("form[action$='/reveal'] button").await;
        chrome.give_code(&app, &scene.root).await;
        see(chrome, "the secret page", &mut faults).await;
        assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    })
    .await;
}

async fn look(chrome: &Chrome, path: &str, faults: &mut Vec<String>) {
    chrome.open(path).await;
    see(chrome, path, faults).await;
}

async fn see(chrome: &Chrome, name: &str, faults: &mut Vec<String>) {
    for width in [320, 1280] {
        let mut found = chrome.layout_faults(width).await;
        found.extend(chrome.list(DEAD_CONTROLS).await);
        faults.extend(found.into_iter().map(|fault| format!("{name} at {width}: {fault}")));
        chrome.picture(&format!("no-js-{width}{}", name.replace(['/', ' '], "-"))).await;
    }
    chrome.width(1280).await;
    chrome.ensure_quiet_console().await;
}
