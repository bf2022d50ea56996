//! The pages about policies, and the simulator.

use super::{Scene, scene};
use crate::chrome::Chrome;
use crate::support::TestApp;
use crate::sweep::Sweep;

#[actix_web::test]
async fn the_pages_about_policies_are_sound_in_every_width_and_colour() {
    let app = TestApp::spawn();
    let scene = scene(&app).await;

    Chrome::visit(&app, async |chrome| {
        let mut sweep = Sweep::new(chrome);
        chrome.sign_in(&app, &scene.root).await;
        sweep.visit("/policies?kind=custom", "policies-no-custom").await;
        let policy = create(&mut sweep).await;
        lists(&mut sweep).await;
        versions(&mut sweep, &policy).await;
        attached(&mut sweep, &policy, &scene).await;
        simulate(&mut sweep).await;
        sweep.end(22);
    })
    .await;
}

/// A document with a line that is longer than any window.
fn document(effect: &str) -> String {
    let resource = format!("qcs::cam::uin/100000000001:uin/{}", "1000000000001".repeat(20));
    format!(
        r#"{{
  "version": "2.0",
  "statement": [
    {{"effect": "{effect}", "action": ["cam:ListUsers", "cam:GetUser"], "resource": "*"}},
    {{"effect": "deny", "action": "cam:DeleteUser", "resource": ["{resource}"],
      "condition": {{"ip_equal": {{"qcs:ip": ["10.0.0.0/8", "192.168.0.0/16"]}}}}}}
  ]
}}"#
    )
}

async fn create(sweep: &mut Sweep<'_>) -> String {
    let chrome = sweep.chrome;
    sweep.visit("/policies/new", "policy-new").await;
    chrome.run("document.querySelector('#known').open = true").await;
    sweep.look("policy-new-actions").await;
    chrome.fill("document", &document("perhaps")).await;
    chrome.press("Create policy").await;
    sweep.look("policy-new-with-errors").await;
    chrome.fill("name", &"p".repeat(128)).await;
    chrome.fill("description", &"d".repeat(300)).await;
    chrome.fill("document", &document("allow")).await;
    chrome.press("Check").await;
    sweep.look("policy-new-checked").await;
    chrome.press("Create policy").await;
    sweep.look("policy-created").await;
    chrome.path().await
}

async fn lists(sweep: &mut Sweep<'_>) {
    sweep.visit("/policies", "policies").await;
    sweep.visit("/policies?q=nothing-of-the-kind", "policies-none-found").await;
    sweep.chrome.open("/policies?q=QcloudCamReadOnlyAccess").await;
    sweep.chrome.press("QcloudCamReadOnlyAccess").await;
    sweep.look("policy-preset").await;
}

async fn versions(sweep: &mut Sweep<'_>, policy: &str) {
    let chrome = sweep.chrome;
    sweep.visit(&format!("{policy}/edit"), "policy-edit").await;
    chrome.fill("document", &document("deny")).await;
    chrome.press("Save").await;
    sweep.look("policy-with-versions").await;
    sweep.visit(&format!("{policy}/versions/1"), "policy-version").await;
    sweep.visit(&format!("{policy}/diff?from=1"), "policy-diff").await;
    sweep.visit(&format!("{policy}/versions/1/delete"), "policy-version-delete").await;
    sweep.visit(&format!("{policy}/delete"), "policy-delete").await;
}

async fn attached(sweep: &mut Sweep<'_>, policy: &str, scene: &Scene) {
    let (chrome, long) = (sweep.chrome, &scene.long);
    sweep.visit(&format!("{policy}/attach?q=nobody-of-that-name"), "policy-attach-none-found").await;
    sweep.visit(&format!("{policy}/attach"), "policy-attach").await;
    chrome.press("Attach to users and groups").await;
    sweep.look("policy-attach-with-error").await;
    chrome.click(&format!("main input[value='{long}']")).await;
    chrome.press("Attach to users and groups").await;
    sweep.look("policy-attached").await;
    sweep.visit(&format!("{policy}/delete"), "policy-delete-while-attached").await;
    sweep.visit(&format!("/users/{long}/permissions"), "user-permissions-with-long-policy").await;
    sweep.visit(&format!("/users/{long}/permissions/boundary"), "user-boundary").await;
}

async fn simulate(sweep: &mut Sweep<'_>) {
    let chrome = sweep.chrome;
    sweep.visit("/policies/simulate", "simulate").await;
    chrome.press("Simulate").await;
    sweep.look("simulate-with-errors").await;
    chrome.fill("user", "dev-alice").await;
    chrome.fill("action", "cam:GetUser").await;
    chrome.fill("resource", "*").await;
    chrome.press("Simulate").await;
    sweep.look("simulate-verdict").await;
    sweep.visit("/who-can", "who-can").await;
    sweep.visit("/who-can?action=cam:GetUser&resource=*", "who-can-answer").await;
    sweep.visit("/jump?q=dev", "jump").await;
    sweep.visit("/jump?q=nothing-of-the-kind", "jump-none-found").await;
}
