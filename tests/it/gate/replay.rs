//! A write once per signature: on all nodes, and after a restart.

use super::Scene;
use serde_json::json;
use std::time::Instant;

#[actix_web::test]
async fn a_write_is_allowed_once_and_its_copy_is_told_a_second_later() {
    let scene = Scene::new().await;
    let post = scene.post("/v1/orders", b"{}");

    let first = scene.gateway.verdict(&post).await;
    let begun = Instant::now();
    let copy = scene.gateway.verdict(&post).await;

    assert_eq!(first["allowed"], true, "{first}");
    assert_eq!((&copy["reason"], &copy["status"]), (&json!("replayed"), &json!(401)));
    assert!(begun.elapsed().as_millis() > 500, "the copy waits until another second signs anew");
}

#[actix_web::test]
async fn another_node_and_a_restarted_one_know_the_copy() {
    let scene = Scene::new().await;
    let other = scene.app.second_node();
    let post = scene.post("/v1/orders", b"{}");
    assert_eq!(scene.gateway.verdict(&post).await["allowed"], true);

    let there = scene.gateway.on(&other.address).verdict(&post).await;
    let restarted = scene.app.restarted().await;
    let later = scene.gateway.on(&restarted.address).verdict(&post).await;

    assert_eq!(there["reason"], "replayed", "{there}");
    assert_eq!(later["reason"], "replayed", "{later}");
}

#[actix_web::test]
async fn of_many_copies_at_once_one_is_allowed() {
    let scene = Scene::new().await;
    let other = scene.app.second_node();
    let post = scene.post("/v1/orders", b"{}");
    let gateways = [scene.gateway.on(&scene.app.address), scene.gateway.on(&other.address)];

    let asked = (0..20).map(|at| gateways[at % 2].verdict(&post));
    let verdicts = futures_util::future::join_all(asked).await;

    let allowed = verdicts.iter().filter(|verdict| verdict["allowed"] == true).count();
    assert_eq!(allowed, 1, "{verdicts:?}");
    assert!(verdicts.iter().all(|verdict| verdict["allowed"] == true || verdict["reason"] == "replayed"));
}

#[actix_web::test]
async fn writes_that_share_a_commit_have_each_a_verdict_of_their_own() {
    let scene = Scene::new().await;
    let other = scene.app.second_node();
    let gateways = [scene.gateway.on(&scene.app.address), scene.gateway.on(&other.address)];
    let writes: Vec<_> =
        (0..40).map(|at| scene.post("/v1/orders", format!("{{\"order\":{at}}}").as_bytes())).collect();
    assert_eq!(gateways[0].verdict(&writes[7]).await["allowed"], true);

    let asked = writes.iter().flat_map(|write| gateways.iter().map(|gateway| gateway.verdict(write)));
    let verdicts = futures_util::future::join_all(asked).await;

    for (at, pair) in verdicts.chunks(2).enumerate() {
        let allowed = pair.iter().filter(|verdict| verdict["allowed"] == true).count();
        let replayed = pair.iter().filter(|verdict| verdict["reason"] == "replayed").count();
        assert_eq!((allowed, replayed), if at == 7 { (0, 2) } else { (1, 1) }, "{at}: {pair:?}");
    }
}

#[actix_web::test]
async fn reads_are_repeated_as_they_like_unless_the_token_says_otherwise() {
    let scene = Scene::new().await;
    let strict = scene.app.another_gateway(&scene.root.owner, &["--replay", "all"]);
    let open = scene.app.another_gateway(&scene.root.owner, &["--replay", "off"]);
    let (get, post) = (scene.get("/v1/orders"), scene.post("/v1/orders", b"{}"));

    for _ in 0..3 {
        assert_eq!(scene.gateway.verdict(&get).await["allowed"], true);
        assert_eq!(open.verdict(&post).await["allowed"], true);
    }
    assert_eq!(strict.verdict(&get).await["allowed"], true);
    assert_eq!(strict.verdict(&get).await["reason"], "replayed");
}

#[actix_web::test]
async fn a_presigned_write_is_good_once_for_as_long_as_it_is_good() {
    let scene = Scene::new().await;
    let gateway = scene.app.another_gateway(&scene.root.owner, &["--coverage", "none"]);
    let post = scene.key.presign_aws(scene.wanted("POST", "/v1/orders"), 604_800);
    assert_eq!(gateway.verdict(&post).await["allowed"], true);

    scene.app.wait(3 * 86_400);
    camlock::app::session::sweep(&scene.app.app).await.unwrap();

    assert_eq!(gateway.verdict(&post).await["reason"], "replayed");
}
