//! The credential report by signed calls: what goes on belongs to a beginning that is in the log.

use crate::support::{Client, TestApp, code};
use serde_json::{Value, json};

#[actix_web::test]
async fn no_part_of_the_report_is_had_by_a_signed_call_without_its_event() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let reader = app.sub_user(&root, "reader", &["QcloudCamReadOnlyAccess"]).await;
    let stranger = app.key_of(&reader).await;
    let ask = |client: &Client, cursor: &str| {
        let (client, body) = (client.clone(), json!({ "Cursor": cursor, "Limit": 1 }));
        async move { client.call("camlock", "GetCredentialReport", body).await }
    };
    let is_refused = |answer: &Value| code(answer) == "InvalidParameterValue";

    for made_up in ["100000000000", "0", &root.uin, &format!("{}.{}", app.now(), root.uin)] {
        let answer = ask(&client, made_up).await;
        assert!(is_refused(&answer), "{made_up}: {answer}");
    }
    assert_eq!(root.events("GetCredentialReport").await, 0);
    let begun = ask(&client, "").await;
    let cursor = begun["NextCursor"].as_str().unwrap().to_owned();
    let (issued, mac) = cursor.rsplit_once('.').unwrap();
    let moved = format!("{}.100000000000.{mac}", issued.split_once('.').unwrap().0);
    let answers = [ask(&client, &moved).await, ask(&stranger, &cursor).await];
    let next = ask(&client, &cursor).await;
    app.wait(6 * 3_600 + 1);
    let late = ask(&client, &cursor).await;

    assert!(answers.iter().all(is_refused), "{answers:?}");
    assert_eq!((code(&next), next["Users"].as_array().unwrap().len()), ("", 1), "{next}");
    assert_ne!(next["Users"], begun["Users"]);
    assert!(is_refused(&late), "{late}");
    root.sign_in(&app).await;
    assert_eq!(root.events("GetCredentialReport").await, 1);
}
