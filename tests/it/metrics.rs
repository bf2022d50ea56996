//! Figures for whoever collects them: where they are told, to whom, and how many there can be.

use crate::support::TestApp;
use crate::support::process::{ask, camlock, free_port};
use reqwest::StatusCode;
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;

const TOKEN: &str = "collector-0123456789-abcdef";

/// A server that tells figures at an address of its own, and that address.
fn told() -> (TestApp, String) {
    let own = format!("127.0.0.1:{}", free_port());
    (TestApp::spawn_with(&[("CAMLOCK_METRICS__LISTEN", &own)]), own)
}

/// What is told.
async fn figures(own: &str) -> String {
    reqwest::get(format!("http://{own}/metrics")).await.unwrap().text().await.unwrap()
}

/// The lines that are no comment.
fn series(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.starts_with('#')).collect()
}

#[actix_web::test]
async fn nobody_is_told_figures_unless_the_operator_wants_it() {
    let app = TestApp::spawn();

    assert_eq!(app.browser().get("/metrics").await.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn figures_can_have_an_address_of_their_own_where_nothing_else_is() {
    let (app, own) = told();
    let response = reqwest::get(format!("http://{own}/metrics")).await.unwrap();

    assert_eq!(response.status(), 200);
    let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
    assert!(kind.starts_with("application/openmetrics-text; version=1.0.0"), "{kind}");
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert!(response.text().await.unwrap().ends_with("# EOF\n"));
    assert_eq!(app.browser().get("/metrics").await.status, StatusCode::NOT_FOUND);
    for path in ["/", "/login", "/healthz", "/gate/openapi.json"] {
        let status = reqwest::get(format!("http://{own}{path}")).await.unwrap().status();
        assert_eq!(status, 404, "{path}");
    }
}

#[actix_web::test]
async fn beside_the_console_figures_are_for_those_alone_who_show_the_token() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, format!("{TOKEN}\n")).unwrap();
    let app = TestApp::spawn_with(&[("CAMLOCK_METRICS__TOKEN_FILE", file.to_str().unwrap())]);
    let http = reqwest::Client::new();
    let status = async |shown: &[&str]| {
        let request = http.get(format!("{}/metrics", app.address));
        let request = shown.iter().fold(request, |request, value| request.header("authorization", *value));
        let response = request.send().await.unwrap();
        let (status, text) = (response.status().as_u16(), response.text().await.unwrap());
        assert!(status == 200 || text.is_empty(), "{text}");
        status
    };
    let right = format!("Bearer {TOKEN}");

    assert_eq!(status(&[&right]).await, 200);
    assert_eq!(status(&[&right.replace("Bearer", "bearer")]).await, 200);
    let longer = format!("{right}x");
    for wrong in [
        &[][..],
        &[right.as_str(), right.as_str()],
        &[TOKEN],
        &["Bearer "],
        &[longer.as_str()],
        &[&right[..right.len() - 1]],
    ] {
        assert_eq!(status(wrong).await, 401, "{wrong:?}");
    }
}

#[actix_web::test]
async fn a_token_file_that_holds_no_token_keeps_the_server_from_starting() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    for text in [None, Some(""), Some("short"), Some("two tokens that are long enough")] {
        if let Some(text) = text {
            std::fs::write(&file, text).unwrap();
        }
        let mut command = camlock(folder.path(), &["serve"]);
        let ended = command.env("CAMLOCK_METRICS__TOKEN_FILE", &file).output().unwrap();

        assert!(!ended.status.success(), "{text:?}");
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(said.contains("metrics.token_file") && said.contains(file.to_str().unwrap()), "{said}");
    }
}

#[actix_web::test]
async fn figures_tell_of_sign_ins_requests_the_database_and_the_program() {
    let (app, own) = told();
    let root = app.root().await;
    let fields = [("account", root.owner.as_str()), ("user_name", "root"), ("password", "wrong wrong wrong")];
    app.browser().submit("/login", "/login", &fields).await;
    app.browser().get(&format!("/users/{}", root.uin)).await;
    let text = figures(&own).await;

    for line in [
        "camlock_logins_total{step=\"password\",result=\"signed_in\"} 1",
        "camlock_logins_total{step=\"password\",result=\"refused\"} 1",
        "camlock_http_requests_total{route=\"/users/{uin}\",method=\"GET\",status=\"3xx\"} 1",
        "camlock_queue_length{queue=\"rate_limit\"} 0",
        "camlock_queue_length{queue=\"sign_in\"} 0",
        "camlock_build_info{version=\"0.1.0\"} 1",
        "camlock_log_lines_lost_total{} ",
        "camlock_schema_version{} 20",
        "process_start_time_seconds{} ",
        "camlock_db_wait_seconds_bucket",
        "camlock_db_query_duration_seconds_count ",
        "camlock_staleness_question_duration_seconds_count ",
    ] {
        assert!(text.lines().any(|told| told.starts_with(line)), "{line}\n{text}");
    }
    assert!(!text.contains(&root.uin), "{text}");
    let names: BTreeSet<&str> =
        series(&text).into_iter().map(|line| line.rsplit_once(' ').unwrap().0).collect();
    assert_eq!(names.len(), series(&text).len(), "no series is told twice");
}

/// Numbers that look random and are the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn word(&mut self) -> String {
        format!("{:x}", self.below(1 << 30))
    }

    fn head(&mut self) -> String {
        let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];
        let own = self.word().to_uppercase().replace(|c: char| c.is_ascii_digit(), "X");
        let at = usize::try_from(self.below(12)).unwrap();
        let method = methods.get(at).map_or(own, |known| (*known).to_owned());
        let path = match self.below(6) {
            0 => format!("/users/{}/{}", self.word(), self.word()),
            1 => format!("/gate/ext-authz/{}", self.word()),
            2 => format!("/static/{}", self.word()),
            3 => format!("/gate/{}?{}", self.word(), self.word()),
            _ => format!("/{}/{}", self.word(), self.word()),
        };
        format!("{method} {path} HTTP/1.1\r\nHost: {}.example\r\n", self.word())
    }
}

/// Sends that many requests over one connection, without waiting for answers; gives how many of them came.
fn flood(address: &str, chance: &mut Chance, count: usize) -> usize {
    let mut stream = TcpStream::connect(address).unwrap();
    let heads = (0..count).map(|sent| {
        let last = if sent + 1 == count { "Connection: close\r\n" } else { "" };
        format!("{}{last}\r\n", chance.head())
    });
    stream.write_all(heads.collect::<String>().as_bytes()).unwrap();
    let mut answers = Vec::new();
    let _ = stream.read_to_end(&mut answers);
    String::from_utf8_lossy(&answers).matches("HTTP/1.1 ").count()
}

#[actix_web::test]
async fn ten_thousand_random_requests_make_no_more_than_two_thousand_series() {
    let (app, own) = told();
    let address = app.address.strip_prefix("http://").unwrap().to_owned();
    let floods: Vec<_> = (1..=8)
        .map(|seed| {
            let address = address.clone();
            actix_web::rt::task::spawn_blocking(move || {
                let mut chance = Chance(seed);
                (0..50).map(|_| flood(&address, &mut chance, 25)).sum::<usize>()
            })
        })
        .collect();
    let mut answers = 0;
    for flood in floods {
        answers += flood.await.unwrap();
    }
    let text = ask(&own, "/metrics").unwrap();
    let told = series(&text);

    assert!(answers > 9_500, "{answers} were answered");
    assert!(told.len() <= 2_000, "{} series", told.len());
    let counted = told.iter().filter(|line| line.starts_with("camlock_http_requests_total"));
    let sum: usize = counted.map(|line| line.rsplit_once(' ').unwrap().1.parse::<usize>().unwrap()).sum();
    assert!((9_500..=10_100).contains(&sum), "{sum} were counted");
    for line in told.iter().filter(|line| line.contains("route=")) {
        let route = line.split('"').nth(1).unwrap();
        assert!(
            ["other", "/gate/ext-authz", "/static/{name}"].contains(&route),
            "{route} is no template of ours"
        );
    }
    assert!(!text.contains(".example"), "{text}");
}
