//! The pages about groups.

use super::{Scene, scene};
use crate::chrome::Chrome;
use crate::support::TestApp;
use crate::sweep::Sweep;

#[actix_web::test]
async fn the_pages_about_groups_are_sound_in_every_width_and_colour() {
    let app = TestApp::spawn();
    let scene = scene(&app).await;

    Chrome::visit(&app, async |chrome| {
        let mut sweep = Sweep::new(chrome);
        chrome.sign_in(&app, &scene.root).await;
        let group = create(&mut sweep).await;
        members(&mut sweep, &group, &scene).await;
        permissions(&mut sweep, &group, &scene).await;
        change(&mut sweep, &group).await;
        sweep.end(19);
    })
    .await;
}

async fn create(sweep: &mut Sweep<'_>) -> String {
    let chrome = sweep.chrome;
    sweep.visit("/groups", "groups-none").await;
    sweep.visit("/groups/new", "group-new").await;
    chrome.press("Create group").await;
    sweep.look("group-new-with-error").await;
    chrome.fill("group_name", &"g".repeat(64)).await;
    chrome.fill("remark", &"r".repeat(128)).await;
    chrome.press("Create group").await;
    sweep.look("group-created").await;
    let path = chrome.path().await;
    path.split('/').take(3).collect::<Vec<_>>().join("/")
}

async fn members(sweep: &mut Sweep<'_>, group: &str, scene: &Scene) {
    let chrome = sweep.chrome;
    sweep.visit(&format!("{group}/members/add"), "group-add").await;
    chrome.press("Add users").await;
    sweep.look("group-add-with-error").await;
    for person in [&scene.long, &scene.alice.uin] {
        chrome.click(&format!("main input[value='{person}']")).await;
    }
    chrome.press("Add users").await;
    sweep.look("group-members").await;
    sweep.visit(&format!("{group}/members/add?q=nobody"), "group-add-none-found").await;
    sweep.visit("/groups", "groups").await;
    sweep.visit("/groups?q=nothing-of-the-kind", "groups-none-found").await;
    sweep.visit(&format!("/users/{}/groups", scene.long), "user-groups").await;
    sweep.visit(&format!("/users/{}/groups", scene.new), "user-groups-none").await;
    sweep.visit(&format!("/users/{}/groups/join", scene.new), "user-groups-join").await;
}

async fn permissions(sweep: &mut Sweep<'_>, group: &str, scene: &Scene) {
    let chrome = sweep.chrome;
    sweep.visit(&format!("{group}/permissions"), "group-permissions-none").await;
    sweep.visit(&format!("{group}/permissions/attach"), "group-attach").await;
    chrome.click("main input[name=policy]").await;
    chrome.press("Attach policies").await;
    sweep.look("group-permissions").await;
    sweep.visit(&format!("/users/{}/permissions", scene.alice.uin), "user-permissions-of-groups-too").await;
}

async fn change(sweep: &mut Sweep<'_>, group: &str) {
    let chrome = sweep.chrome;
    sweep.visit(&format!("{group}/edit"), "group-edit").await;
    chrome.fill("group_name", "").await;
    chrome.press("Save").await;
    sweep.look("group-edit-with-error").await;
    sweep.visit(&format!("{group}/delete"), "group-delete").await;
}
