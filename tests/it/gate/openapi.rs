//! The gate answers as its own description says: asked by schemathesis, which makes requests up from it.

use super::Scene;
use crate::support::programs;
use std::process::Command;

#[actix_web::test]
async fn the_gate_answers_what_its_description_says() {
    const PROGRAM: &str = "schema/bin/schemathesis";
    if !programs::is_here(PROGRAM) {
        return;
    }
    let scene = Scene::of_the_present(&[]).await;
    let mut command = Command::new(programs::folder().join(PROGRAM));
    command
        .current_dir(scene.app.folder.path())
        .arg("run")
        .arg(format!("{}/gate/openapi.json", scene.app.address))
        .args(["--header", &format!("X-Camlock-Gate: {}", scene.gateway.token)])
        .args(["--checks", "all", "--exclude-checks", NOT_FOR_A_GATE])
        .args(["--phases", "examples,coverage,fuzzing", "--max-examples", "20"])
        .args(["--seed", "1", "--request-timeout", "10", "--no-shrink", "--no-color"]);
    let said = scene.app.run(command, &scene.key).await;

    let numbers: Vec<&str> = said.lines().filter(|line| line.contains(" generated, ")).collect();
    let [numbers] = numbers[..] else { panic!("{said}") };
    let count = |word: &str| {
        let part = numbers.split(", ").find_map(|part| part.trim().strip_suffix(word));
        part.map_or(0, |count| count.parse::<usize>().unwrap())
    };
    assert!(count(" generated") > 500, "{numbers}");
    assert_eq!(count(" passed"), count(" generated"), "{said}");
}

/// Whether a request is allowed, no description says.
const NOT_FOR_A_GATE: &str = "positive_data_acceptance";
