//! Servers on one database know of each other.

use crate::support::TestApp;

#[actix_web::test]
async fn a_server_tells_that_it_runs_until_it_has_stopped() {
    let app = TestApp::spawn();
    let node = app.second_node();
    assert!(app.app.running_nodes().unwrap().is_empty());

    for _ in 0..2 {
        app.app.report_running().await.unwrap();
        node.app.report_running().await.unwrap();
    }
    let running = app.app.running_nodes().unwrap();
    assert_eq!(running.len(), 2);
    assert_eq!(running[0].version, env!("CARGO_PKG_VERSION"));

    node.app.report_stopped().await.unwrap();
    assert_eq!(app.app.running_nodes().unwrap().len(), 1);
    app.wait(31);
    assert!(app.app.running_nodes().unwrap().is_empty(), "a server that was killed counts for half a minute");
}
