//! The old parameter signatures.

use camlock::domain::language::Language;
use camlock::domain::signature::{Allowances, OutgoingV1, Scheme, parse, sign_v1};

use super::naive::encoded;
use super::sample::{ALL, NOW, SECRET_ID, SECRET_KEY, Sample};

const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

/// The common parameters and these, signed for a host.
fn form(method: &'static str, more: &[(&str, &str)], host: &str) -> String {
    let (now, common) =
        (NOW.to_string(), [("Action", "ListUsers"), ("SecretId", SECRET_ID), ("Version", "2019-01-16")]);
    let mut parameters = [&common, more].concat();
    for needed in [("Timestamp", now.as_str()), ("Nonce", "9223372036854775807")] {
        if !more.iter().any(|(name, _)| *name == needed.0) {
            parameters.push(needed);
        }
    }
    let is_sha256 = more.contains(&("SignatureMethod", "HmacSHA256"));
    let scheme = if is_sha256 { Scheme::HmacSha256 } else { Scheme::HmacSha1 };
    let signature = sign_v1(&OutgoingV1 { method, host, parameters: &parameters, scheme }, SECRET_KEY);
    parameters.push(("Signature", &signature));
    parameters.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&")
}

fn get(more: &[(&str, &str)]) -> Sample {
    Sample::get(&form("GET", more, "cvm.tencentcloudapi.com")).without("Content-Type")
}

fn post(more: &[(&str, &str)]) -> Sample {
    Sample::post(&form("POST", more, "cvm.tencentcloudapi.com")).with("Content-Type", FORM)
}

fn code(sample: &Sample) -> &'static str {
    sample.sent_at(NOW, Some(SECRET_KEY), ALL).unwrap_err().code()
}

fn is_ok(sample: &Sample) -> bool {
    sample.sent_at(NOW, Some(SECRET_KEY), ALL).is_ok()
}

#[test]
fn both_digests_and_methods_verify() {
    for more in [&[][..], &[("SignatureMethod", "HmacSHA1")], &[("SignatureMethod", "HmacSHA256")]] {
        assert!(is_ok(&get(more)) && is_ok(&post(more)));
    }
}

#[test]
fn values_are_signed_decoded() {
    let more =
        [("Remark", "a b+c%20 &/?=é\u{1F511}"), ("Info.12.Id", "1"), ("Info.2.Id", "2"), ("Empty", "")];

    assert!(is_ok(&get(&more)) && is_ok(&post(&more)));
    let plus = Sample { query: get(&more).query.replace("%20", "+"), ..get(&more) };
    assert!(is_ok(&plus));
}

#[test]
fn the_host_may_be_signed_without_its_port() {
    let sample = Sample::post(&form("POST", &[], "cam.local")).with("Content-Type", FORM);

    assert!(is_ok(&sample.clone().with("Host", "cam.local:8080")));
    assert!(!is_ok(&sample.with("Host", "cam.other:8080")));
}

#[test]
fn an_account_that_did_not_ask_for_v1_refuses_it() {
    let refusal = get(&[]).sent().unwrap_err();

    assert_eq!(refusal.code(), "AuthFailure.SignatureFailure");
    assert!(refusal.message(Language::EnUs).contains("Use TC3-HMAC-SHA256"));
}

#[test]
fn a_wrong_secret_and_an_unknown_id_are_refused() {
    let sent = |secret| get(&[]).sent_at(NOW, secret, ALL).unwrap_err().code();

    assert_eq!(sent(Some("another")), "AuthFailure.SignatureFailure");
    assert_eq!(sent(None), "AuthFailure.SecretIdNotFound");
    let off = get(&[]).sent_at(NOW, None, Allowances::default()).unwrap_err().code();
    assert_eq!(off, "AuthFailure.SecretIdNotFound");
}

#[test]
fn changed_parameters_are_refused() {
    let changed = |from, to| Sample { query: get(&[]).query.replace(from, to), ..get(&[]) };

    assert_eq!(code(&changed("ListUsers", "AddUser")), "AuthFailure.SignatureFailure");
    assert_eq!(code(&changed("Action=ListUsers", "action=ListUsers")), "AuthFailure.SignatureFailure");
    assert_eq!(
        code(&changed("Action=ListUsers", "Action=ListUsers&Limit=1")),
        "AuthFailure.SignatureFailure"
    );
}

#[test]
fn missing_parameters_are_named() {
    for name in ["SecretId", "Timestamp", "Nonce"] {
        let renamed = Sample { query: get(&[]).query.replace(&format!("{name}="), "Other="), ..get(&[]) };

        assert_eq!(code(&renamed), "MissingParameter");
        let refusal = renamed.sent().unwrap_err();
        assert!(refusal.to_string().contains(name));
    }
}

#[test]
fn doubled_parameters_are_refused() {
    for more in ["&Action=ListUsers", "&Signature=x", "&%41ction=AddUser"] {
        let query = get(&[]).query + more;

        assert_eq!(code(&Sample { query, ..get(&[]) }), "InvalidRequest", "{more}");
    }
}

#[test]
fn odd_values_are_refused() {
    for (more, expected) in [
        (("Nonce", "-1"), "InvalidParameterValue"),
        (("Nonce", "+1"), "InvalidParameterValue"),
        (("Nonce", ""), "InvalidParameterValue"),
        (("Nonce", "18446744073709551616"), "InvalidParameterValue"),
        (("SignatureMethod", "HmacMD5"), "InvalidParameterValue"),
        (("Timestamp", "1551112064"), "AuthFailure.SignatureExpire"),
        (("Timestamp", "x"), "InvalidParameterValue"),
    ] {
        assert_eq!(code(&get(&[more])), expected, "{more:?}");
    }
}

#[test]
fn a_signature_that_is_not_base64_is_a_signature_failure() {
    let sample = Sample { query: get(&[]).query.replace("Signature=", "Signature=x"), ..get(&[]) };

    assert_eq!(code(&sample), "AuthFailure.SignatureFailure");
}

#[test]
fn values_that_could_be_read_as_parameters_are_refused() {
    assert_eq!(code(&get(&[("Remark", "a&Uin=1")])), "AuthFailure.SignatureFailure");
    assert!(is_ok(&get(&[("Remark", "a&b"), ("Other", "a=1 & b=2")])));
}

#[test]
fn broken_forms_are_refused() {
    for broken in ["%", "%4", "%zz", "%ff", "a%00b", "%+1"] {
        let query = format!("{}&Remark={broken}", get(&[]).query);

        assert_eq!(code(&Sample { query, ..get(&[]) }), "InvalidRequest", "{broken}");
    }
    let body = [post(&[]).body, b"&a=\xff".to_vec()].concat();
    assert_eq!(code(&Sample { body, ..post(&[]) }), "InvalidRequest");
}

#[test]
fn a_form_has_no_query_and_at_most_a_megabyte() {
    assert_eq!(code(&Sample { query: "a=1".into(), ..post(&[]) }), "InvalidRequest");
    let body = [post(&[]).body, b"&".repeat(1024 * 1024)].concat();
    assert_eq!(code(&Sample { body, ..post(&[]) }), "RequestSizeLimitExceeded");
    let body = [post(&[]).body, b"&a".repeat(10_001)].concat();
    assert_eq!(code(&Sample { body, ..post(&[]) }), "InvalidRequest");
}

#[test]
fn a_claim_tells_its_parameters_and_nonce() {
    post(&[("Limit", "2")]).seen(|incoming| {
        let claim = parse(incoming, NOW).unwrap();

        assert_eq!((claim.action(), claim.nonce()), (Some("ListUsers"), Some(9_223_372_036_854_775_807)));
        let parameters = claim.parameters().unwrap();
        assert!(parameters.iter().any(|(name, value)| name == "Limit" && value == "2"));
        assert!(!parameters.iter().any(|(name, _)| name == "Signature"));
    });
}
