//! `camlock admin unlock`: one person, a network, or everybody.

use crate::support::TestApp;
use crate::support::people::PASSWORD;
use crate::support::visitors::BEHIND_PROXY;
use camlock::app::operator::admin::{Locked, operator_unlock};
use camlock::domain::network::Network;
use reqwest::StatusCode;
use std::process::{Command, Output};

const WRONG: &str = "wrong password 123";

fn unlock(app: &TestApp, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_camlock"))
        .args(["admin", "unlock"])
        .args(arguments)
        .current_dir(app.folder.path())
        .env_clear()
        .env("CAMLOCK_DATA_DIR", app.folder.path().join("data"))
        .env("CAMLOCK_DATABASE__URL", &app.database.url)
        .output()
        .unwrap()
}

fn works(app: &TestApp, arguments: &[&str]) {
    let output = unlock(app, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

async fn guess(app: &TestApp, ip: &str, name: &str, times: usize) {
    for _ in 0..times {
        app.visitor(ip).sign_in(("", name), WRONG).await;
    }
}

/// Many guesses at as many names, by one browser.
async fn spray(app: &TestApp, ip: &str) {
    let visitor = app.visitor(ip);
    let csrf = visitor.token().await;
    for n in 0..205 {
        let name = format!("nobody{n}");
        visitor.post("/login", &csrf, &[("user_name", &name), ("password", WRONG)]).await;
    }
}

async fn root_from(app: &TestApp, ip: &str) -> StatusCode {
    app.visitor(ip).sign_in(("", "root"), PASSWORD).await.status
}

#[actix_web::test]
async fn one_person_is_let_in_again_whatever_name_was_typed() {
    let app = TestApp::spawn_with(BEHIND_PROXY);
    let root = app.bare_root("root").await;
    guess(&app, "203.0.113.1", "root", 4).await;
    guess(&app, "203.0.113.1", &root.uin, 4).await;
    let before = root_from(&app, "203.0.113.1").await;

    works(&app, &["--uin", &root.uin]);

    assert_eq!(before, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(root_from(&app, "203.0.113.1").await, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn a_network_is_let_in_again_by_an_address_in_it_and_no_other_is() {
    let app = TestApp::spawn_with(BEHIND_PROXY);
    app.bare_root("root").await;
    spray(&app, "203.0.113.1").await;
    spray(&app, "198.51.100.1").await;
    guess(&app, "203.0.113.1", "root", 1).await;
    let before = root_from(&app, "203.0.113.9").await;

    works(&app, &["--network", "203.0.113.0/24"]);

    assert_eq!(before, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(root_from(&app, "203.0.113.9").await, StatusCode::SEE_OTHER);
    assert_eq!(root_from(&app, "198.51.100.9").await, StatusCode::TOO_MANY_REQUESTS);
    works(&app, &["--network", "198.51.100.77"]);
    assert_eq!(root_from(&app, "198.51.100.9").await, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn an_ipv6_site_is_let_in_again_with_everything_in_it() {
    let app = TestApp::spawn_with(BEHIND_PROXY);
    app.bare_root("root").await;
    spray(&app, "2001:db8:1:2::1").await;
    guess(&app, "2001:db8:1:3::1", "root", 7).await;

    works(&app, &["--network", "2001:db8:1::/48"]);

    assert_eq!(root_from(&app, "2001:db8:1:2::9").await, StatusCode::SEE_OTHER);
    assert_eq!(root_from(&app, "2001:db8:1:3::9").await, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn counters_of_an_earlier_version_are_found_by_their_names_and_those_of_other_networks_stay() {
    let app = TestApp::spawn_with(BEHIND_PROXY);
    app.bare_root("root").await;
    let unlock = async |text| {
        let network = Network::parse(text).unwrap();
        operator_unlock(&app.app, Locked::Network(network)).await.unwrap();
    };
    guess(&app, "203.0.113.1", "root", 7).await;
    guess(&app, "198.51.100.1", "root", 7).await;
    app.execute("UPDATE throttles SET place = NULL WHERE bucket LIKE 'user+network:%'");
    guess(&app, "2001:db8:1:2::1", "root", 5).await;
    let before = [root_from(&app, "203.0.113.1").await, root_from(&app, "2001:db8:1:2::1").await];

    unlock("203.0.113.0/24").await;
    unlock("2001:db8:1::/48").await;

    assert_eq!(before, [StatusCode::TOO_MANY_REQUESTS; 2]);
    assert_eq!(root_from(&app, "203.0.113.1").await, StatusCode::SEE_OTHER);
    assert_eq!(root_from(&app, "2001:db8:1:2::1").await, StatusCode::SEE_OTHER);
    assert_eq!(root_from(&app, "198.51.100.1").await, StatusCode::TOO_MANY_REQUESTS);
}

#[actix_web::test]
async fn everybody_is_let_in_again() {
    let app = TestApp::spawn_with(BEHIND_PROXY);
    app.bare_root("root").await;
    for ip in ["203.0.113.1", "198.51.100.1"] {
        spray(&app, ip).await;
        guess(&app, ip, "root", 7).await;
    }

    works(&app, &["--all"]);

    for ip in ["203.0.113.1", "198.51.100.1"] {
        assert_eq!(root_from(&app, ip).await, StatusCode::SEE_OTHER);
    }
}

#[actix_web::test]
async fn whom_to_unlock_is_said_once_and_clearly() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;

    for arguments in
        [&[][..], &["--all", "--uin", &root.uin], &["--network", "10.0.0.0/8"], &["--network", "here"]]
    {
        assert!(!unlock(&app, arguments).status.success(), "{arguments:?}");
    }
    let wide = String::from_utf8_lossy(&unlock(&app, &["--network", "10.0.0.0/8"]).stderr).into_owned();
    assert!(wide.contains("--all"), "{wide}");
}
