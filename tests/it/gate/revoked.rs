//! The commit is the revocation, also at the gate; and without a database there is no verdict.

use super::Scene;
use crate::support::TestApp;
use crate::support::gate::Gateway;
use crate::support::line::Proxied;
use futures_util::future::join_all;
use serde_json::json;
use std::cell::Cell;
use std::time::{Duration, Instant};

const ROUNDS: usize = 125;

/// Asks without a pause until told to stop; fails when a verdict that began after a revocation was in force says yes.
async fn ask_on(scene: &Scene, gateway: &Gateway, state: &State) {
    while !state.is_over.get() {
        let (was_off, epoch) = (state.is_off.get(), state.epoch.get());
        let request = scene.get("/v1/orders");
        let verdict = gateway.verdict(&request).await;
        if was_off && state.is_off.get() && state.epoch.get() == epoch {
            assert_eq!(verdict["reason"], "disabled_key", "a late verdict: {verdict}");
            state.refused.set(state.refused.get() + 1);
        }
    }
}

#[derive(Default)]
struct State {
    is_off: Cell<bool>,
    epoch: Cell<usize>,
    is_over: Cell<bool>,
    refused: Cell<usize>,
}

#[actix_web::test]
async fn no_verdict_that_begins_after_disabling_says_yes_on_either_node() {
    let scene = Scene::new().await;
    let node = scene.app.second_node();
    let gateways = [scene.gateway.on(&scene.app.address), scene.gateway.on(&node.address)];
    let state = State::default();
    let askers = (0..4).map(|at| ask_on(&scene, &gateways[at % 2], &state));
    let switch = async {
        let uin: i64 = scene.uin.parse().unwrap();
        for _ in 0..ROUNDS {
            for (status, is_off) in [("Inactive", true), ("Active", false)] {
                state.is_off.set(false);
                let body = json!({"AccessKeyId": scene.key.secret_id, "TargetUin": uin, "Status": status});
                let answer = scene.admin.call("cam", "UpdateAccessKey", body).await;
                assert!(answer["Error"].is_null(), "{answer}");
                state.epoch.set(state.epoch.get() + 1);
                state.is_off.set(is_off);
                if is_off {
                    let asked = gateways
                        .iter()
                        .map(|gateway| async { gateway.verdict(&scene.get("/v1/orders")).await });
                    for verdict in join_all(asked).await {
                        assert_eq!(verdict["reason"], "disabled_key", "{verdict}");
                    }
                }
            }
        }
        state.is_over.set(true);
    };

    futures_util::future::join(join_all(askers), switch).await;

    assert!(state.refused.get() > 0);
}

#[actix_web::test]
async fn without_a_database_the_gate_says_503_within_three_seconds() {
    let Some(line) = Proxied::new() else { return };
    let scene = Scene::on(TestApp::spawn_through(line.port), &[]).await;
    let get = scene.get("/v1/orders");
    assert_eq!(scene.gateway.verdict(&get).await["allowed"], true);

    line.silence();
    let begun = Instant::now();
    let text = get.question().to_string();
    let (json, status) = futures_util::future::join(
        scene.gateway.post(&text, &[("x-camlock-gate", &scene.gateway.token)]),
        scene.gateway.forward(&get, &[]),
    )
    .await;

    assert_eq!((json.status.as_u16(), status.status.as_u16()), (503, 503), "{}", json.body);
    assert!(json.body.contains("unavailable"));
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
}
