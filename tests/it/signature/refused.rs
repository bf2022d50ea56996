//! What the server must refuse, and what it says.

use camlock::domain::language::Language;
use camlock::domain::signature::{Allowances, KeyPair, Outgoing, sign_tc3};

use super::naive;
use super::sample::{NOW, SECRET_ID, SECRET_KEY, Sample};

fn signed() -> Sample {
    Sample::post("{\"A\":1}").with("X-TC-Action", "ListUsers").signed()
}

/// The signed request with one piece of its `Authorization` header exchanged.
fn rewritten(from: &str, to: &str) -> Sample {
    let authorization = signed().value("Authorization");
    assert!(authorization.contains(from), "{from}");
    signed().with("Authorization", &authorization.replacen(from, to, 1))
}

#[test]
fn an_unsigned_request_is_told_so() {
    assert_eq!(Sample::post("{}").code(), "MissingParameter");
    assert_eq!(Sample::get("Action=ListUsers").code(), "MissingParameter");
}

#[test]
fn a_header_outside_the_grammar_is_refused_by_part() {
    for (from, to, named) in [
        ("TC3-HMAC-SHA256", "TC3-HMAC-SHA1", "begin with TC3-HMAC-SHA256"),
        ("TC3-HMAC-SHA256", "tc3-hmac-sha256", "begin with TC3-HMAC-SHA256"),
        ("Credential=", "credential=", "`Credential`"),
        ("Credential=AKID", "Credential=AKID.", "`SecretId`"),
        ("Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", "Credential=", "`SecretId`"),
        ("/2019-02-25/", "/2019-2-25/", "`Date`"),
        ("/cvm/", "//", "`Service`"),
        ("/tc3_request", "/tc4_request", "`Credential` must end"),
        ("/tc3_request", "/tc3_request/x", "`Credential` must end"),
        ("content-type;host", "host;content-type", "`SignedHeaders`"),
        ("content-type;host", "content-type;host;host", "`SignedHeaders`"),
        ("content-type;host", "Content-Type;host", "`SignedHeaders`"),
        ("content-type;host", "content-type;host;", "`SignedHeaders`"),
        ("content-type;host", "content-type;h ost", "`SignedHeaders`"),
        ("content-type;host", "content-type", "contain `host`"),
        ("content-type;host", "host", "contain `content-type`"),
        ("Signature=", "Signature=0", "`Signature`"),
        ("Signature=", "Signature=,Signature=", "`Signature`"),
        (", SignedHeaders=content-type;host", "", "`SignedHeaders`"),
    ] {
        let sample = rewritten(from, to);

        assert_eq!(sample.code(), "AuthFailure.InvalidAuthorization", "{to}");
        assert!(sample.refusal().contains(named), "{to}: {}", sample.refusal());
    }
}

#[test]
fn upper_case_hex_is_not_another_spelling_of_a_signature() {
    let authorization = signed().value("Authorization");
    let (before, signature) = authorization.split_once("Signature=").unwrap();

    let sample = signed().with("Authorization", &format!("{before}Signature={}", signature.to_uppercase()));

    assert_eq!(sample.code(), "AuthFailure.InvalidAuthorization");
}

#[test]
fn skipped_foreign_long_and_doubled_authorization_is_refused() {
    let doubled = signed().also("authorization", &signed().value("Authorization"));
    for sample in [
        signed().with("Authorization", "SKIP"),
        signed().with("Authorization", ""),
        signed().with("Authorization", "Bearer abc"),
        signed().with("Authorization", &format!("{}{}", signed().value("Authorization"), "0".repeat(1024))),
        signed().with("Authorization", "TC3-HMAC-SHA256 Credential=é"),
        doubled,
    ] {
        assert_eq!(sample.code(), "AuthFailure.InvalidAuthorization");
    }
}

#[test]
fn the_time_is_told_with_both_clocks_and_the_skew() {
    let refusal = signed().sent_at(NOW + 400, Some(SECRET_KEY), Allowances::default()).unwrap_err();

    assert_eq!(refusal.code(), "AuthFailure.SignatureExpire");
    let text = refusal.message(Language::EnUs);
    assert!(text.contains(&NOW.to_string()) && text.contains(&(NOW + 400).to_string()));
    assert!(text.contains("400 seconds behind"));
    assert!(refusal.message(Language::ZhCn).contains("慢 400 秒"));
}

#[test]
fn odd_timestamps_are_refused() {
    for (value, code) in [
        ("1551113065000", "AuthFailure.SignatureExpire"),
        ("155111306", "AuthFailure.SignatureExpire"),
        ("01551113065", "AuthFailure.SignatureExpire"),
        ("0", "AuthFailure.SignatureExpire"),
        ("+551113065", "InvalidParameterValue"),
        ("-155111306", "InvalidParameterValue"),
        ("1551113065.0", "InvalidParameterValue"),
        ("99999999999999999999", "InvalidParameterValue"),
        ("", "InvalidParameterValue"),
    ] {
        assert_eq!(signed().with("X-TC-Timestamp", value).code(), code, "{value}");
    }
    assert_eq!(signed().without("X-TC-Timestamp").code(), "MissingParameter");
    assert_eq!(signed().also("X-TC-Timestamp", "1551113065").code(), "InvalidRequest");
}

#[test]
fn the_scope_date_is_the_utc_date_of_the_timestamp() {
    let sample = rewritten("/2019-02-25/", "/2019-02-26/");

    assert_eq!(sample.code(), "AuthFailure.InvalidAuthorization");
    assert!(sample.refusal().contains("2019-02-26") && sample.refusal().contains("2019-02-25"));
}

#[test]
fn what_the_signature_does_not_cover_is_refused() {
    let method = |method| Sample { method, ..signed() };
    let cases = [
        (Sample { query: "Action=DeleteUser".into(), ..signed() }, "InvalidRequest"),
        (Sample { body: b"{}".to_vec(), ..Sample::get("a=1").signed() }, "InvalidRequest"),
        (Sample::get("a= b").signed(), "InvalidRequest"),
        (Sample::get("a=\nb").signed(), "InvalidRequest"),
        (method("PUT"), "UnsupportedProtocol"),
        (method("HEAD"), "UnsupportedProtocol"),
        (method("post"), "UnsupportedProtocol"),
    ];
    for (sample, code) in cases {
        assert_eq!(sample.code(), code, "{sample:?}");
    }
}

#[test]
fn content_types_of_the_other_scheme_are_refused() {
    let form = Sample::post("a=1").with("Content-Type", "application/x-www-form-urlencoded").signed();
    let json = Sample::get("a=1").with("Content-Type", "application/json").signed();

    assert_eq!((form.code(), json.code()), ("InvalidRequest", "InvalidRequest"));
}

#[test]
fn every_signed_header_occurs_once() {
    let absent = rewritten("content-type;host", "content-type;host;x-tc-trace");
    let repeated = signed().also("content-type", "application/json");
    let two_hosts = signed().also("Host", "cvm.tencentcloudapi.com");

    assert!(absent.refusal().contains("no such header"));
    assert_eq!(absent.code(), "AuthFailure.InvalidAuthorization");
    assert!(repeated.sent().is_err() && two_hosts.sent().is_err());
}

#[test]
fn doubled_common_headers_are_refused() {
    for name in ["X-TC-Action", "X-TC-Version", "X-TC-Region", "X-TC-Token", "X-TC-Content-SHA256"] {
        let sample = signed().with(name, "x").also(name, "x");

        assert_eq!(sample.code(), "InvalidRequest", "{name}");
    }
}

#[test]
fn line_breaks_cannot_enter_the_canonical_request() {
    let sample = Sample::post("{}").with("X-TC-Trace", "a\nb:c").signed_over(&[
        ("content-type", "application/json"),
        ("host", "cvm.tencentcloudapi.com"),
        ("x-tc-trace", "a\nb:c"),
    ]);

    assert_eq!(sample.code(), "AuthFailure.InvalidAuthorization");
}

#[test]
fn a_body_hash_header_that_does_not_fit_is_told_with_the_hash_received() {
    let sample = signed().with("X-TC-Content-SHA256", &"0".repeat(64));

    assert_eq!(sample.code(), "AuthFailure.SignatureFailure");
    assert!(sample.refusal().starts_with("The body differs"));
    assert_eq!(signed().with("X-TC-Content-SHA256", "STREAMING").code(), "InvalidParameterValue");
}

#[test]
fn an_unknown_id_is_not_found_even_with_the_stand_in_secret() {
    let unknown = |sample: Sample| sample.sent_at(NOW, None, Allowances::default()).unwrap_err();

    assert_eq!(unknown(signed()).code(), "AuthFailure.SecretIdNotFound");
    let authorization = sign_tc3(
        &Outgoing {
            method: "POST",
            query: "",
            headers: &[("content-type", "application/json"), ("host", "cvm.tencentcloudapi.com")],
            payload: b"{}",
            timestamp: NOW,
            service: "cvm",
        },
        KeyPair { secret_id: "AKIDx", secret_key: &"0".repeat(32) },
    );
    let forged =
        Sample::post("{}").with("Authorization", &authorization).with("X-TC-Timestamp", "1551113065");
    assert_eq!(unknown(forged).code(), "AuthFailure.SecretIdNotFound");
}

#[test]
fn a_mismatch_names_the_part_that_differs() {
    let json = [("content-type", "application/json"), ("host", "cvm.tencentcloudapi.com")];
    let form = [("content-type", "application/x-www-form-urlencoded"), ("host", "cvm.tencentcloudapi.com")];
    let post =
        Outgoing { method: "POST", query: "", headers: &json, payload: b"", timestamp: NOW, service: "cvm" };
    let get = Outgoing { method: "GET", headers: &form, ..post };
    let unsigned = Outgoing { payload: b"UNSIGNED-PAYLOAD", ..post };

    for (sample, named) in [
        (Sample::post("{}").signed_by(&post), "The body differs"),
        (Sample::post("{}").signed_by(&unsigned), "The body hash differs"),
        (Sample::get("a=1").signed_by(&get), "The query differs"),
        (Sample { body: b"{}".to_vec(), ..signed() }, "body SHA-256 44136fa355b3678a"),
        (rewritten("/cvm/", "/cam/"), "scope 2019-02-25/cam/tc3_request"),
        (signed().with("Host", "cam.example.org"), "host cam.example.org"),
    ] {
        assert_eq!(sample.code(), "AuthFailure.SignatureFailure");
        assert!(sample.refusal().contains(named), "{}", sample.refusal());
    }
}

#[test]
fn a_client_that_signs_its_real_path_is_told_so() {
    let headers = [("content-type", "application/json"), ("host", "cvm.tencentcloudapi.com")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let canonical = naive::canonical("POST", "", &headers, b"{}").replacen("\n/\n", "\n/v3/\n", 1);
    let authorization = naive::authorization(&canonical, (SECRET_ID, SECRET_KEY), "2019-02-25", ("cvm", NOW));
    let sample = Sample { path: "/v3/".into(), ..Sample::post("{}") }
        .with("Authorization", &authorization)
        .with("X-TC-Timestamp", &NOW.to_string());

    assert!(sample.refusal().contains("The path differs"));
}

#[test]
fn a_refusal_never_tells_the_expected_signature() {
    let (_, expected) = signed()
        .value("Authorization")
        .split_once("Signature=")
        .map(|(a, b)| (a.len(), b.to_owned()))
        .unwrap();
    let authorization = signed().value("Authorization").replace(&expected, &"0".repeat(64));

    let refusal = signed().with("Authorization", &authorization).sent().unwrap_err();

    assert_eq!(refusal.code(), "AuthFailure.SignatureFailure");
    for text in [refusal.message(Language::EnUs), refusal.message(Language::ZhCn), format!("{refusal:?}")] {
        assert!(!text.contains(&expected) && !text.contains(SECRET_KEY));
    }
}

#[test]
fn requests_beyond_the_documented_sizes_are_refused() {
    assert_eq!(Sample::get(&"a".repeat(32 * 1024 + 1)).signed().code(), "RequestSizeLimitExceeded");
    assert_eq!(Sample::post(&"a".repeat(10 * 1024 * 1024 + 1)).signed().code(), "RequestSizeLimitExceeded");
}
