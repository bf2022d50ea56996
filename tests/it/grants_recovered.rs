//! The root of an account does not wait, except with an app that a recovery code led to.

use crate::grants::{recover, recovery_codes};
use crate::grants_age::Scene;
use crate::support::people::Person;

#[actix_web::test]
async fn an_app_enrolled_after_a_recovery_code_makes_root_wait() {
    let scene = Scene::new().await;
    let mut root = scene.root.clone();
    let codes = recovery_codes(&scene.app, &root).await;
    scene.assert_shown(&root, "before").await;
    recover(&scene.app, &mut root, &codes[0]).await;
    root.enrol_as(&scene.app, "New phone").await;

    scene.assert_hidden(&root, "the app enrolled by a recovery code").await;
    let mut further = root.clone();
    further.enrol_as(&scene.app, "Tablet").await;
    scene.assert_hidden(&further, "an app that this one led to").await;
    scene.assert_waits(further, "an app that this one led to").await;
}

#[actix_web::test]
async fn taking_every_app_away_after_a_recovery_code_does_not_make_the_next_one_older() {
    let scene = Scene::new().await;
    let mut root = scene.root.clone();
    let codes = recovery_codes(&scene.app, &root).await;
    recover(&scene.app, &mut root, &codes[0]).await;
    root.enrol_as(&scene.app, "New phone").await;
    for _ in 0..2 {
        let page = root.browser.get("/me/security").await;
        let removals = page.attributes("form[action$='/delete']", "action");
        let question = root.browser.post(&removals[0], &page.csrf(), &[]).await.redirect();
        root.pass(&scene.app, &question).await.redirect();
    }
    root = scene.back(Person::named(&scene.app, &root, (&root.uin, "root"))).await;
    root.enrol_as(&scene.app, "Clean").await;

    scene.assert_hidden(&root, "no app was there before").await;
}
