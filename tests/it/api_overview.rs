//! A program reads what the overview shows: the same figures and the same lines.

use crate::overview::{Scene, told};
use crate::support::code;
use serde_json::{Value, json};

fn texts<'a>(rows: &'a Value, name: &str) -> Vec<&'a str> {
    rows.as_array().unwrap().iter().map(|row| row[name].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn a_program_reads_the_same_figures_and_lines_as_the_page_shows() {
    let scene = Scene::new().await;
    let admin = scene.app.key_of(&scene.root).await;
    scene.wait_days(31).await;
    scene.call(3).await;
    // The call that asks is a use of its key.
    admin.call("cam", "GetUserAppId", json!({})).await;

    let answer = admin.call("camlock", "GetOverview", json!({})).await;

    assert_eq!(code(&answer), "", "{answer}");
    let (seen, page) = (&answer["Overview"], scene.root.browser.get("/").await);
    let rows = told(&page);
    assert!(!rows.is_empty());
    let attention = &seen["Attention"];
    let titles: Vec<&str> = rows.iter().map(|row| row.title.split_once(": ").unwrap().1).collect();
    assert_eq!(texts(attention, "Title"), titles);
    // How far the clock of PostgreSQL is ahead is another number each time.
    let settled =
        |(path, text): (&str, &str)| if path == "/settings/system" { String::new() } else { text.to_owned() };
    let evidence = texts(attention, "Path").into_iter().zip(texts(attention, "Evidence")).map(settled);
    let shown = rows.iter().map(|row| settled((row.href.as_str(), row.evidence.as_str())));
    assert_eq!(evidence.collect::<Vec<_>>(), shown.collect::<Vec<_>>());
    assert_eq!(texts(attention, "Level"), rows.iter().map(|row| row.level.as_str()).collect::<Vec<_>>());
    assert_eq!(texts(attention, "Path"), rows.iter().map(|row| row.href.as_str()).collect::<Vec<_>>());
    assert!(texts(attention, "What").contains(&"root-keys"), "{attention}");
    assert_eq!(seen["Keys"], json!({ "Enabled": 2, "Disabled": 0 }));
    assert_eq!((&seen["Users"], &seen["IsComplete"]), (&json!(2), &json!(true)));
    assert!(seen["Calls"]["Accepted"].as_i64().unwrap() >= 3, "{}", seen["Calls"]);
    assert_eq!(seen["Days"].as_array().unwrap().len(), 35);
    let operations = texts(&seen["Operations"], "Event");
    assert!(operations.contains(&"AddUser"), "{operations:?}");
    assert_eq!(operations.len(), page.count(".two-lines [data-seq]"));
    assert!(texts(&seen["Steps"], "Step").contains(&"require-mfa"));
    assert!(seen["Server"]["Database"].is_string(), "{seen}");
}

#[actix_web::test]
async fn who_may_not_see_the_overview_reads_none_and_nobody_reads_more_than_the_page_tells() {
    let scene = Scene::new().await;
    assert_eq!(
        code(&scene.client.call("camlock", "GetOverview", json!({})).await),
        "AuthFailure.UnauthorizedOperation"
    );
    let text =
        r#"{"version":"2.0","statement":[{"effect":"allow","action":"camlock:GetOverview","resource":"*"}]}"#;
    let fields = [("name", "watcher"), ("document", text)];
    scene.root.grant(&scene.app, "/policies/new", "/policies/new", &fields).await.redirect();
    let watcher = scene.app.key_of(&scene.app.sub_user(&scene.root, "watcher", &["watcher"]).await).await;

    let answer = watcher.call("camlock", "GetOverview", json!({})).await;

    assert_eq!(code(&answer), "", "{answer}");
    let seen = &answer["Overview"];
    assert_eq!((&seen["Operations"], &seen["Server"]), (&Value::Null, &Value::Null), "{seen}");
    let named = watcher.call("camlock", "GetOverview", json!({ "Owner": 1 })).await;
    assert_eq!(code(&named), "UnknownParameter");
}
