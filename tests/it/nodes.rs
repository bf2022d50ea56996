//! Servers on one database know of each other.

use crate::support::TestApp;
use crate::support::process::{camlock, started, stop, text};
use camlock::app::operator::nodes::{report_running, report_stopped, running_nodes};
use std::time::Duration;

#[actix_web::test]
async fn a_server_tells_that_it_runs_until_it_has_stopped() {
    let app = TestApp::spawn();
    let node = app.second_node();
    assert!(running_nodes(&app.app).unwrap().is_empty());

    for _ in 0..2 {
        report_running(&app.app).await.unwrap();
        report_running(&node.app).await.unwrap();
    }
    let running = running_nodes(&app.app).unwrap();
    assert_eq!(running.len(), 2);
    assert_eq!(running[0].version, env!("CARGO_PKG_VERSION"));

    report_stopped(&node.app).await.unwrap();
    assert_eq!(running_nodes(&app.app).unwrap().len(), 1);
    app.wait(31);
    assert!(running_nodes(&app.app).unwrap().is_empty(), "a server that was killed counts for half a minute");
}

#[test]
fn doctor_tells_when_two_nodes_meet_plain_http() {
    let folder = tempfile::tempdir().unwrap();
    let (one, _) = started(&mut camlock(folder.path(), &["serve"]));
    let (two, _) = started(&mut camlock(folder.path(), &["serve"]));
    let copied = || {
        let said = text(&camlock(folder.path(), &["doctor"]).output().unwrap().stdout);
        said.lines().find(|line| line.contains("copied requests")).unwrap_or_default().to_owned()
    };
    let told = |wanted: &str| {
        for _ in 0..100 {
            if copied().contains(wanted) {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("not {wanted}: {}", copied());
    };

    told("2 nodes run and public_url is plain HTTP");
    stop(two);
    told("one node");
    stop(one);
}
