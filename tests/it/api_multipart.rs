//! Calls whose parameters come as `multipart/form-data`.

use crate::support::{Client, TestApp, code};
use serde_json::{Value, json};

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

/// The answer to a call whose body has this one part, headers and all.
async fn with_part(client: &Client, action: &str, part: &str) -> Value {
    let text = format!("--edge\r\n{part}\r\n--edge--\r\n");
    client.response(&client.sign_multipart(action, "edge", &text)).await
}

#[actix_web::test]
async fn a_list_with_a_name_twice_is_refused_as_in_a_json_body() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let uin = async |name: &str| client.call("cam", "AddUser", json!({ "Name": name })).await["Uin"].clone();
    let (alice, bob) = (uin("alice").await, uin("bob").await);
    let group = client.call("cam", "CreateGroup", json!({ "GroupName": "ops" })).await["GroupId"].clone();
    let add = async |info: &str| {
        app.wait(1);
        client.response(&client.sign_multipart("AddUserToGroup", "edge", &body(&[("Info", info)]))).await
    };

    for twice in [
        format!(r#"[{{"Uin":{alice},"Uin":{bob},"GroupId":{group}}}]"#),
        format!(r#"[{{"Uin":{alice},"\u0055in":{bob},"GroupId":{group}}}]"#),
        format!(r#"[{{"Uin":{alice},"GroupId":{group}}},{{"GroupId":{group},"Uin":{bob},"GroupId":1}}]"#),
        format!(r#"[[{{"Uin":{alice},"Uin":{bob}}}]]"#),
    ] {
        let answer = add(&twice).await;
        assert_eq!(code(&answer), "InvalidRequest", "{twice}: {answer}");
    }
    let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
    assert_eq!(code(&add(&deep).await), "InvalidRequest");
    let members = client.call("cam", "ListUsersForGroup", json!({ "GroupId": group })).await;
    assert_eq!(members["TotalNum"], 0, "{members}");
    assert_eq!(code(&add(&format!(r#"[{{"Uin":{alice},"GroupId":{group}}}]"#)).await), "");
}

#[actix_web::test]
async fn a_part_whose_name_can_be_read_in_two_ways_is_refused() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;

    for headers in [
        r#"Content-Disposition: form-data; name="Rp"; name="Keyword""#,
        r#"Content-Disposition: form-data; name="Keyword"; NAME="Rp""#,
        r#"Content-Disposition: form-data; filename="; name=Rp"; filename="a"; name="Keyword""#,
        r#"Content-Disposition: form-data; name="Keyword"; name*=UTF-8''Rp"#,
        r"Content-Disposition: form-data; name*=UTF-8''Keyword",
        r#"Content-Disposition: form-data; name="Keyword"#,
        r#"Content-Disposition: form-data; name=Keyword""#,
        r#"Content-Disposition: form-data; name="Keyword"x"#,
        r#"Content-Disposition: form-data; name="Key\word""#,
        r#"Content-Disposition: form-data; name = "Keyword""#,
        r#"Content-Disposition: form-data, name="Keyword""#,
        r#"Content-Disposition: attachment; name="Keyword""#,
        "Content-Disposition: form-data; name=\"Keyword\"\r\nContent-Disposition: form-data; name=\"Rp\"",
        "content-disposition: form-data; name=\"Keyword\"\r\nCONTENT-DISPOSITION: form-data; name=\"Rp\"",
        "Content-Disposition: form-data;\r\n name=\"Keyword\"",
        "Content-Disposition : form-data; name=\"Keyword\"",
        "Content-Disposition: form-data; name=\"Keyword\"\r\nContent-Transfer-Encoding: base64",
        "Content-Disposition: form-data; name=\"Keyword\"\r\nwhatever",
        r#"Content-Disposition: form-data; name="""#,
    ] {
        let answer = with_part(&client, "ListPolicies", &format!("{headers}\r\n\r\nx")).await;
        assert_eq!(code(&answer), "InvalidRequest", "{headers}: {answer}");
    }
    for headers in [
        r#"Content-Disposition: form-data; name="Keyword""#,
        r"content-disposition:form-data;name=Keyword",
        r#"Content-Disposition: Form-Data; filename="; name=Rp"; name="Keyword""#,
        r#"Content-Disposition: form-data; filename="a\"; name=\"Rp"; name="Keyword" "#,
        "Content-Type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; name=\"Keyword\"\r\nContent-Length: 6",
    ] {
        let answer = with_part(&client, "ListPolicies", &format!("{headers}\r\n\r\nQcloud")).await;
        assert_eq!(code(&answer), "", "{headers}: {answer}");
        assert!(answer["TotalNum"].as_i64().unwrap() > 1, "the keyword is read: {answer}");
    }
}

#[actix_web::test]
async fn a_body_with_something_outside_of_its_parts_is_refused() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let sound = body(&[("Keyword", "x")]);
    let hidden = body(&[("Keyword", "y")]).replace("edge", "other");

    for text in
        [format!("{hidden}{sound}"), format!("{sound}{hidden}"), format!("x{sound}"), format!("{sound}x")]
    {
        let answer = client.response(&client.sign_multipart("ListPolicies", "edge", &text)).await;
        assert_eq!(code(&answer), "InvalidRequest", "{text}: {answer}");
    }
    for text in [sound.clone(), format!("\r\n{sound}"), format!("{sound}\r\n"), sound.trim_end().to_owned()] {
        let answer = client.response(&client.sign_multipart("ListPolicies", "edge", &text)).await;
        assert_eq!(code(&answer), "", "{text}: {answer}");
    }
    for boundary in ["edge; boundary=other", "\"edge", "\"ed\"ge", "e dge", "edge x"] {
        let answer = client.response(&client.sign_multipart("ListPolicies", boundary, &sound)).await;
        assert_eq!(code(&answer), "InvalidRequest", "{boundary}: {answer}");
    }
    let quoted = client.response(&client.sign_multipart("ListPolicies", "\"edge\"", &sound)).await;
    assert_eq!(code(&quoted), "", "{quoted}");
}
