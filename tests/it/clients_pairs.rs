//! The official SDKs at full speed: no pauses, default settings.

use crate::clients::Stage;
use crate::support::programs::are_here;

const DEFAULTS: [(&str, &str); 2] =
    [("CAMLOCK_API__READS_PER_SECOND", "200"), ("CAMLOCK_API__CHANGES_PER_SECOND", "20")];

/// Each pair of calls with equal parameters ten times, by a clock that is right, slow and fast.
async fn pairs(client: &str) {
    if !are_here() {
        return;
    }
    for ahead in [0, 200, -200] {
        let stage = Stage::set(&DEFAULTS).await;
        stage.app.run_ahead(ahead);
        stage.tell_late(client, &["pairs"]).await;
    }
}

#[actix_web::test]
async fn the_python_sdk_makes_pairs_of_calls_with_equal_parameters() {
    pairs("with_python.py").await;
}

#[actix_web::test]
async fn the_node_sdk_makes_pairs_of_calls_with_equal_parameters() {
    pairs("with_node.js").await;
}
