//! The API as programs meet it: envelope, signatures, replay, limits, usage.

use crate::support::{TestApp, code};
use serde_json::json;

#[actix_web::test]
async fn a_signed_call_is_answered_in_the_envelope() {
    let app = TestApp::spawn();
    let root = app.bare_root("root").await;
    let client = app.key_of(&root).await;

    let answer = client.send(&client.sign("cam", "GetUserAppId", &json!({}))).await;

    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["content-type"], "application/json");
    let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(body["Response"]["Uin"], root.uin.as_str(), "{body}");
    assert_eq!(body["Response"]["RequestId"].as_str().unwrap().len(), 36);

    let identity = client.call("sts", "GetCallerIdentity", json!({})).await;
    assert_eq!(identity["UserId"], root.uin.as_str(), "{identity}");
    assert_eq!(code(&client.call("cam", "Dance", json!({})).await), "InvalidAction");
}

#[actix_web::test]
async fn the_consoles_root_stays_the_consoles() {
    let app = TestApp::spawn();
    let root = app.root().await;

    assert_eq!(root.browser.get("/").await.text("h1").as_deref(), Some("Overview"));
    assert_eq!(root.browser.get("/?action=x").await.text("h1").as_deref(), Some("Overview"));
}

#[actix_web::test]
async fn a_get_call_carries_its_parameters_flattened_in_the_query() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let query = format!("SecretIdList.0={}", client.secret_id);
    let mut signed = client.sign_get("cam", "GetSecurityLastUsed", &query);

    let answer = client.response(&signed).await;
    assert_eq!(answer["SecretIdLastUsedRows"][0]["SecretId"], client.secret_id.as_str(), "{answer}");

    signed.query = query.replace("AKID", "%41KID");
    assert_eq!(
        code(&client.response(&signed).await),
        "AuthFailure.SignatureFailure",
        "the raw query is signed"
    );
}

#[actix_web::test]
async fn a_truth_value_in_a_query_may_have_pythons_spelling() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let document = r#"{"version":"2.0","statement":{"effect":"allow","action":"*","resource":"*"}}"#;
    let body = json!({ "PolicyName": "ops", "PolicyDocument": document });
    let id = client.call("cam", "CreatePolicy", body).await["PolicyId"].to_string();

    for (spelling, expected) in
        [("False", ""), ("True", ""), ("false", ""), ("1", ""), ("TRUE", "InvalidParameter")]
    {
        let fields = [("PolicyId", id.as_str()), ("PolicyDocument", document), ("SetAsDefault", spelling)];
        let query = crate::support::browser::encoded(&fields);
        let answer = client.response(&client.sign_get("cam", "CreatePolicyVersion", &query)).await;
        assert_eq!(code(&answer), expected, "{spelling}: {answer}");
    }

    let listed = client.call("cam", "ListPolicyVersions", json!({ "PolicyId": id })).await;
    let versions = listed["Versions"].as_array().unwrap();
    let default = versions.iter().find(|version| version["IsDefaultVersion"] == 1).unwrap();
    assert_eq!(default["VersionId"], 5, "{listed}");
}

#[actix_web::test]
async fn every_changed_part_of_a_call_is_noticed() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let sound = client.sign("cam", "GetUserAppId", &json!({}));
    assert_eq!(code(&client.response(&sound).await), "");
    let authorization = sound.header("authorization").to_owned();
    let unknown = format!("AKID{}", "0".repeat(32));
    let flipped = |last: &str| if last == "0" { "1" } else { "0" };
    let (head, last) = authorization.split_at(authorization.len() - 1);
    let later = (app.now() + 1).to_string();
    let cases = [
        ("authorization", format!("{head}{}", flipped(last)), "AuthFailure.SignatureFailure"),
        ("authorization", authorization.replace("/cam/", "/cvm/"), "AuthFailure.SignatureFailure"),
        ("authorization", authorization.replace("/2026-", "/2025-"), "AuthFailure.InvalidAuthorization"),
        ("authorization", authorization.replace(&client.secret_id, &unknown), "AuthFailure.SecretIdNotFound"),
        ("authorization", authorization.replace(";host", ""), "AuthFailure.InvalidAuthorization"),
        ("authorization", "TC3-HMAC-SHA256 nonsense".to_owned(), "AuthFailure.InvalidAuthorization"),
        ("x-tc-timestamp", later, "AuthFailure.SignatureFailure"),
        ("x-tc-action", "ListAccessKeys".to_owned(), "AuthFailure.SignatureFailure"),
        ("x-tc-traceid", "another".to_owned(), "AuthFailure.SignatureFailure"),
        ("host", "elsewhere.example".to_owned(), "AuthFailure.SignatureFailure"),
        ("content-type", "application/json; charset=utf-8".to_owned(), "AuthFailure.SignatureFailure"),
        ("x-tc-token", "a token".to_owned(), "AuthFailure.TokenFailure"),
        ("x-tc-version", "2018-08-13".to_owned(), "NoSuchVersion"),
    ];
    for (name, value, expected) in cases {
        let mut changed = sound.clone();
        changed.set(name, &value);
        assert_eq!(code(&client.response(&changed).await), expected, "{name}: {value}");
    }
    let mut body = sound.clone();
    body.body = b"{ }".to_vec();
    assert_eq!(code(&client.response(&body).await), "AuthFailure.SignatureFailure");
    let mut query = sound.clone();
    query.query = "Action=GetUserAppId".to_owned();
    assert_eq!(code(&client.response(&query).await), "InvalidRequest");
}

#[actix_web::test]
async fn a_signature_is_good_for_five_minutes_either_way() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    for (skew, expected) in
        [(300, ""), (-300, ""), (301, "AuthFailure.SignatureExpire"), (-301, "AuthFailure.SignatureExpire")]
    {
        let signed = client.sign("cam", "GetUserAppId", &json!({}));
        app.wait(skew);
        let answer = client.response(&signed).await;
        assert_eq!(code(&answer), expected, "{skew}");
        app.wait(-skew);
    }
}

#[actix_web::test]
async fn messages_speak_the_callers_language_and_traces_come_back() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let mut signed = client.sign_plainly("cam", "Dance", &json!({}));
    signed.set("x-tc-traceid", "trace-7");

    let english = client.send(&signed).await;
    assert_eq!(english.headers["x-tc-traceid"], "trace-7");
    assert!(english.body.contains("does not exist"), "{}", english.body);
    signed.set("x-tc-language", "zh-CN");
    assert!(client.send(&signed).await.body.contains("不存在"));
}

#[actix_web::test]
async fn garbage_and_oversize_are_answered_in_the_envelope() {
    let app = TestApp::spawn_with(&[("CAMLOCK_SERVER__BODY_LIMIT_KIB", "64")]);
    let client = app.key_of(&app.bare_root("root").await).await;
    let mut large = client.sign("cam", "GetUserAppId", &json!({"a": "x".repeat(70_000)}));
    assert_eq!(code(&client.response(&large).await), "RequestSizeLimitExceeded");
    large.headers.clear();
    large.set("x-tc-action", "GetUserAppId");
    large.body = b"garbage".to_vec();
    let answer = client.send(&large).await;
    assert_eq!(answer.headers["content-type"], "application/json");
    assert!(answer.body.contains("MissingParameter") && answer.body.contains("RequestId"), "{}", answer.body);

    let list = client.sign("cam", "GetUserAppId", &json!([1]));
    assert_eq!(code(&client.response(&list).await), "InvalidRequest");
    let mut deep = json!({});
    for _ in 0..20 {
        deep = json!({ "a": deep });
    }
    assert_eq!(code(&client.call("cam", "GetUserAppId", deep).await), "InvalidRequest");
}

#[actix_web::test]
async fn a_wrong_signature_is_told_with_the_servers_time_and_the_skew() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let forged = app.client(&client.secret_id, "0123456789abcdefghijklmnopqrstuv");
    let signed = forged.sign("cam", "GetUserAppId", &json!({}));
    app.wait(7);

    let answer = client.response(&signed).await;

    assert_eq!(code(&answer), "AuthFailure.SignatureFailure");
    let text = answer["Error"]["Message"].as_str().unwrap();
    assert!(text.contains(&format!("7 seconds behind the server time {}", app.now())), "{text}");
    assert!(!text.contains(signed.header("authorization").rsplit('=').next().unwrap()), "no signature");
}

#[actix_web::test]
async fn a_body_with_a_content_encoding_is_refused() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.bare_root("root").await).await;
    let mut signed = client.sign("cam", "GetUserAppId", &json!({}));
    signed.set("content-encoding", "gzip");

    assert_eq!(code(&client.response(&signed).await), "InvalidRequest");
}
