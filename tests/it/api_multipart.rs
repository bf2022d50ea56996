//! Calls whose parameters come as `multipart/form-data`.

use crate::support::{TestApp, code};
use serde_json::json;

/// A body as the Python SDK writes it.
fn body(parts: &[(&str, &str)]) -> String {
    let part = |(name, value): &(&str, &str)| {
        format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    parts.iter().map(part).collect::<String>() + "--edge--\r\n"
}

#[actix_web::test]
async fn parameters_in_parts_are_those_of_json() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let id = client.secret_id.clone();

    let list = format!("[\"{id}\"]");
    for parts in [[("SecretIdList", list.as_str())], [("SecretIdList.0", id.as_str())]] {
        let signed = client.sign_multipart("GetSecurityLastUsed", "edge", &body(&parts));
        let answer = client.response(&signed).await;
        assert_eq!(answer["SecretIdLastUsedRows"][0]["SecretId"], id.as_str(), "{answer}");
    }
    let made = client.sign_multipart("CreateAccessKey", "edge", &body(&[("Description", "by parts")]));
    assert_eq!(
        code(&client.response(&made).await),
        "InvalidParameter.ParamError",
        "no blanks in a description"
    );
    app.wait(1);
    let made = client.sign_multipart("CreateAccessKey", "edge", &body(&[("Description", "parts")]));
    assert_eq!(code(&client.response(&made).await), "");
    let keys = client.call("cam", "ListAccessKeys", json!({})).await;
    assert_eq!(keys["AccessKeys"][1]["Description"], "parts", "{keys}");
}

#[actix_web::test]
async fn parts_that_cannot_be_read_are_refused_with_the_reason() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let sound = body(&[("TargetUin", "1")]);

    for (boundary, text, expected) in [
        ("", sound.clone(), "names no boundary"),
        ("edge", sound.replace("--edge--", ""), "do not end"),
        ("other", sound.clone(), "do not end"),
        ("edge", sound.replace("name=", "title="), "has no name"),
        ("edge", String::new(), "do not end"),
        ("edge", "--edge".to_owned(), "do not end"),
    ] {
        let answer = client.response(&client.sign_multipart("ListAccessKeys", boundary, &text)).await;
        assert_eq!(code(&answer), "InvalidRequest", "{answer}");
        assert!(answer["Error"]["Message"].as_str().unwrap().contains(expected), "{answer}");
    }
    let twice = body(&[("TargetUin", "1"), ("TargetUin", "1")]);
    let answer = client.response(&client.sign_multipart("ListAccessKeys", "edge", &twice)).await;
    assert_eq!(code(&answer), "InvalidParameter", "{answer}");
    let unknown = body(&[("Nonsense", "1")]);
    let answer = client.response(&client.sign_multipart("ListAccessKeys", "edge", &unknown)).await;
    assert_eq!(code(&answer), "UnknownParameter", "{answer}");
    let binary = client.sign_multipart("ListAccessKeys", "edge", &body(&[("TargetUin", "\u{0}")]));
    assert_eq!(code(&client.response(&binary).await), "InvalidParameter");
}
