//! The pages about users.

use super::{Scene, scene};
use crate::chrome::Chrome;
use crate::support::TestApp;
use crate::sweep::Sweep;

#[actix_web::test]
async fn the_pages_about_users_are_sound_in_every_width_and_colour() {
    let app = TestApp::spawn();
    let lonely = app.root_named("lonely").await;
    let scene = scene(&app).await;

    Chrome::visit(&app, async |chrome| {
        let mut sweep = Sweep::new(chrome);
        chrome.sign_in(&app, &lonely).await;
        sweep.visit("/users", "users-of-a-new-account").await;
        chrome.sign_out().await;
        chrome.sign_in(&app, &scene.root).await;
        list(&mut sweep).await;
        selection(&mut sweep, &scene).await;
        create(&mut sweep).await;
        details(&mut sweep, &scene).await;
        change(&mut sweep, &scene).await;
        sweep.end(25);
    })
    .await;
}

async fn list(sweep: &mut Sweep<'_>) {
    sweep.visit("/users", "users").await;
    sweep.visit("/users?q=nobody", "users-none-found").await;
    sweep.visit("/users?type=sub_user&mfa=on&key=any", "users-filtered").await;
    sweep.chrome.click(".usermenu summary").await;
    sweep.look("users-with-menu-open").await;
    sweep.chrome.open("/users").await;
    sweep.chrome.width(360).await;
    sweep.chrome.click(".navmenu summary").await;
    sweep.look("users-with-navigation-open").await;
    sweep.chrome.open("/users").await;
    sweep.chrome.click("tbody tr:last-child .rowmenu > summary").await;
    sweep.look("users-with-menu-of-a-row-open").await;
}

/// What is done to several users at once, and the filters of the list.
async fn selection(sweep: &mut Sweep<'_>, scene: &Scene) {
    let chosen = format!("uin={}&uin={}&uin={}", scene.long, scene.alice.uin, scene.root.uin);
    let group = [("group_name", "crew")];
    scene.root.browser.submit("/groups/new", "/groups/new", &group).await.redirect();
    let chrome = sweep.chrome;
    let attach = format!("/users/selected/attach?{chosen}");
    sweep.visit(&attach, "selection-attach").await;
    let policies = scene.root.browser.get(&attach).await.attributes("select option", "value");
    sweep.visit(&format!("{attach}&policy={}", policies[1]), "selection-attach-judged").await;
    sweep.visit(&format!("/users/selected/join?{chosen}"), "selection-join").await;
    sweep.visit(&format!("/users/selected/require-mfa?{chosen}"), "selection-require-mfa").await;
    sweep.visit(&format!("/users/selected/disable-keys?{chosen}"), "selection-keys").await;
    sweep.visit(&format!("/users/selected/export?{chosen}"), "selection-export").await;
    let filter = [("name", "Without an app"), ("filter", "?mfa=off")];
    scene.root.browser.submit("/users", "/users/filters", &filter).await.redirect();
    chrome.open("/users?type=sub_user&q=d").await;
    chrome.click(".keep summary").await;
    chrome.click("tr[data-uin] .pick input").await;
    sweep.look("users-ticked").await;
}

async fn create(sweep: &mut Sweep<'_>) {
    let chrome = sweep.chrome;
    sweep.visit("/users/new", "user-new").await;
    chrome.fill("user_name", "no such name!").await;
    chrome.fill("email", "nonsense").await;
    chrome.fill("password", "short").await;
    chrome.press("Create user").await;
    sweep.look("user-new-with-errors").await;
    chrome.open("/users/new").await;
    chrome.pick("kind", "sub_user").await;
    chrome.fill("user_name", "fresh").await;
    chrome.press("Create user").await;
    sweep.look("user-initial-password").await;
    chrome.press("Done").await;
    sweep.look("user-created").await;
}

async fn details(sweep: &mut Sweep<'_>, scene: &Scene) {
    let people =
        [("long", &scene.long), ("alice", &scene.alice.uin), ("new", &scene.new), ("root", &scene.root.uin)];
    for (name, uin) in people.into_iter().chain([("collaborator", &scene.partner.uin)]) {
        for tab in ["permissions", "security", "activity"] {
            sweep.visit(&format!("/users/{uin}/{tab}"), &format!("user-{tab}-of-{name}")).await;
        }
    }
}

async fn change(sweep: &mut Sweep<'_>, scene: &Scene) {
    let (chrome, long, new) = (sweep.chrome, &scene.long, &scene.new);
    sweep.visit(&format!("/users/{long}/edit"), "user-edit").await;
    chrome.fill("user_name", "dev-alice").await;
    chrome.press("Save").await;
    sweep.look("user-edit-with-error").await;
    sweep.visit(&format!("/users/{long}/permissions/attach"), "user-attach").await;
    chrome.press("Attach policies").await;
    sweep.look("user-attach-with-error").await;
    sweep.visit(&format!("/users/{long}/permissions/attach?q=nothing"), "user-attach-none-found").await;
    sweep.visit(&format!("/users/{long}/delete"), "user-delete-blocked-by-keys").await;
    sweep.visit(&format!("/users/{new}/delete"), "user-delete").await;
    chrome.press("Delete user").await;
    sweep.look("user-delete-with-error").await;
    chrome.open(&format!("/users/{new}/security")).await;
    chrome.press("Reset password").await;
    sweep.look("verify-to-reset-a-password").await;
}
