//! Hand-over: what is to be sent, and the pages of whoever gets a claim link.

use crate::chrome::Chrome;
use crate::support::TestApp;
use crate::support::people::{Person, uin_in};
use crate::sweep::Sweep;

#[actix_web::test]
async fn the_pages_of_the_hand_over_are_sound_in_every_width_and_colour() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let name = "w".repeat(64);
    let fields =
        [("kind", "sub_user"), ("user_name", name.as_str()), ("console_login", "1"), ("claim_link", "1")];
    let address = root.grant(&app, "/users/new", "/users/new", &fields).await.redirect();
    let link = root.browser.get(&address).await.text("#claim-url").unwrap();
    let link = &link[link.find("/claim?t=").unwrap()..];
    let invitation = invitation(&app, &root).await;

    Chrome::visit(&app, async |chrome| {
        let mut sweep = Sweep::new(chrome);
        sweep.visit("/claim?t=guess", "claim-closed").await;
        sweep.visit(link, "claim").await;
        chrome.press("Open in this browser").await;
        sweep.look("claim-password").await;
        chrome.press("Save and go to sign-in").await;
        sweep.look("claim-password-with-error").await;
        let link = hand_over(&mut sweep, &app, &root).await;
        sweep.visit(&format!("/users/{}/security", uin_in(&address)), "user-security-with-claim-link").await;
        sweep.visit("/claims", "claim-links").await;
        sweep.visit(&invitation, "invitation").await;
        sweep.visit("/invitation?t=guess", "invitation-closed").await;
        chrome.sign_out().await;
        chrome.open(&link).await;
        chrome.press("Open in this browser").await;
        sweep.look("claim-key").await;
        sweep.end(10);
    })
    .await;
}

/// Invites a collaborator; gives the path of the link.
async fn invitation(app: &TestApp, root: &Person) -> String {
    let name = "i".repeat(64);
    let fields = [
        ("kind", "collaborator"),
        ("user_name", name.as_str()),
        ("invite", "1"),
        ("policy", "AdministratorAccess"),
    ];
    let asked = root.browser.submit("/users/new", "/users/new", &fields).await.redirect();
    let address = root.pass(app, &asked).await.redirect();
    let link = root.browser.get(&address).await.text("#claim-url").unwrap();
    link[link.find("/invitation?t=").unwrap()..].to_owned()
}

/// Makes a key for a claim link, gives its path, and one for a public key.
async fn hand_over(sweep: &mut Sweep<'_>, app: &TestApp, root: &Person) -> String {
    let chrome = sweep.chrome;
    chrome.sign_in(app, root).await;
    chrome.open("/keys").await;
    chrome.click("details.hand-over summary").await;
    sweep.look("keys-hand-over").await;
    chrome.fill("to", "nonsense").await;
    chrome.press("Create Key").await;
    sweep.look("keys-hand-over-with-error").await;
    chrome.open("/keys").await;
    chrome.click("details.hand-over summary").await;
    chrome.pick("delivery", "claim").await;
    chrome.press("Create Key").await;
    chrome.give_code(app, root).await;
    sweep.look("handed-claim-link").await;
    let link = chrome.find("#claim-url").await.prop("textContent").await.unwrap().unwrap();
    chrome.press("Done").await;
    chrome.click("details.hand-over summary").await;
    chrome.fill("to", "age1axm4mmvth49fg4luwrqcs7kxvcak43440hj6mts0524ntrsuvvfqakwkdw").await;
    chrome.press("Create Key").await;
    chrome.give_code(app, root).await;
    sweep.look("handed-sealed").await;
    link[link.find("/claim?t=").unwrap()..].to_owned()
}
