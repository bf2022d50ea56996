//! What real clients send and the server must take.

use camlock::domain::signature::{Allowances, Body, Incoming, Outgoing, explanations, parse, verify};

use super::sample::{ALL, NOW, SECRET_KEY, Sample};

#[test]
fn the_host_may_be_signed_with_or_without_its_port() {
    let sample = Sample::post("{}").with("Host", "127.0.0.1:8080");

    assert!(sample.clone().signed().sent().is_ok());
    assert!(sample.clone().signed_as("127.0.0.1").sent().is_ok());
    assert!(sample.signed_as("127.0.0.1:8081").sent().is_err());
}

#[test]
fn tccli_sends_and_signs_its_endpoint_as_the_host() {
    assert!(Sample::post("{}").with("Host", "http://127.0.0.1:18977").signed().sent().is_ok());
}

#[test]
fn ipv6_hosts_keep_their_brackets() {
    let sample = Sample::post("{}").with("Host", "[::1]:8080");

    assert!(sample.clone().signed_as("[::1]").sent().is_ok());
    assert!(sample.signed().sent().is_ok());
    assert!(Sample::post("{}").with("Host", "[::1]").signed().sent().is_ok());
}

#[test]
fn only_digits_after_a_colon_are_a_port() {
    for (host, bare) in [("http://cam", "http"), ("[::1]", "[:"), ("cam:", "cam"), ("cam:8o", "cam")] {
        let sample = Sample::post("{}").with("Host", host);

        assert!(sample.signed_as(bare).sent().is_err(), "{host}");
    }
}

#[test]
fn header_values_may_be_signed_raw_or_in_lower_case() {
    let sample = Sample::post("{}").with("X-TC-Action", "ListUsers").with("Host", "Cam.Example.Org:443");
    let raw =
        [("content-type", "application/json"), ("host", "Cam.Example.Org:443"), ("x-tc-action", "ListUsers")];
    let lower =
        [("content-type", "application/json"), ("host", "cam.example.org"), ("x-tc-action", "listusers")];

    assert!(sample.clone().signed_over(&raw).sent().is_ok());
    assert!(sample.signed_over(&lower).sent().is_ok());
}

#[test]
fn header_values_are_trimmed_and_names_in_any_case() {
    let signed = Sample::post("{}").signed();
    let padded = signed.with("CONTENT-TYPE", "  application/json\t");

    assert!(padded.sent().is_ok());
}

#[test]
fn a_long_header_value_in_capitals_is_lowered_whole() {
    let value = "Multipart/form-data; boundary=".to_owned() + &"X".repeat(200);
    let sample = Sample::post("--").with("Content-Type", &value);

    let lower = value.to_lowercase();
    let signed = sample.signed_over(&[("content-type", &lower), ("host", "cvm.tencentcloudapi.com")]);

    assert!(signed.sent().is_ok());
}

#[test]
fn tc3_takes_json_multipart_and_octets() {
    for content_type in ["application/json", "multipart/form-data; boundary=x", "application/octet-stream"] {
        assert!(Sample::post("x").with("Content-Type", content_type).signed().sent().is_ok());
    }
}

#[test]
fn a_raw_query_is_signed_as_sent() {
    for query in ["b=2&a=1", "a=%7e+x", "a='()!*~", "a=%2B&A=%2b", "Signature=x", ""] {
        assert!(Sample::get(query).signed().sent().is_ok(), "{query}");
    }
}

#[test]
fn an_unsigned_payload_needs_an_action_that_takes_it() {
    let outgoing = Sample { body: b"UNSIGNED-PAYLOAD".to_vec(), ..Sample::post("") }.signed();
    let sample =
        Sample { body: b"{\"A\":1}".to_vec(), ..outgoing }.with("X-TC-Content-SHA256", "UNSIGNED-PAYLOAD");

    let allowed = Allowances { unsigned_payload: true, ..Allowances::default() };

    assert!(sample.sent_at(NOW, Some(SECRET_KEY), allowed).is_ok());
    assert_eq!(sample.code(), "AuthFailure.SignatureFailure");
    assert!(sample.refusal().contains("UNSIGNED-PAYLOAD"));
}

#[test]
fn a_get_may_have_an_unsigned_payload_too() {
    let form = [("content-type", "application/x-www-form-urlencoded"), ("host", "cvm.tencentcloudapi.com")];
    let outgoing = Outgoing {
        method: "GET",
        query: "a=1",
        headers: &form,
        payload: b"UNSIGNED-PAYLOAD",
        timestamp: NOW,
        service: "cvm",
    };
    let sample = Sample::get("a=1").with("X-TC-Content-SHA256", "UNSIGNED-PAYLOAD").signed_by(&outgoing);

    assert!(sample.sent_at(NOW, Some(SECRET_KEY), ALL).is_ok());
    assert!(sample.sent().is_err());
}

#[test]
fn the_right_body_hash_in_a_header_is_fine() {
    let hash = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

    assert!(Sample::post("{}").with("X-TC-Content-SHA256", hash).signed().sent().is_ok());
}

#[test]
fn the_window_is_300_seconds_both_ways() {
    let sample = Sample::post("{}").signed();
    let is_ok = |now| sample.sent_at(now, Some(SECRET_KEY), ALL).is_ok();

    assert!(is_ok(NOW + 300) && is_ok(NOW - 300));
    assert!(!is_ok(NOW + 301) && !is_ok(NOW - 301));
}

#[test]
fn a_body_may_come_as_its_hash() {
    let sample = Sample::post("{}").signed();

    sample.seen(|incoming| {
        let body = Body::Sha256(parse(incoming, NOW).unwrap().body_sha256());
        let claim = parse(&Incoming { body, ..*incoming }, NOW).unwrap();

        assert!(verify(&claim, Some(SECRET_KEY), Allowances::default()).is_ok());
    });
}

#[test]
fn a_claim_tells_the_common_parameters() {
    let sample =
        Sample::post("{}").with("X-Tc-Action", "ListUsers").with("X-TC-Version", "2019-01-16").signed();

    sample.seen(|incoming| {
        let claim = parse(incoming, NOW).unwrap();

        assert_eq!(
            (claim.action(), claim.version(), claim.region()),
            (Some("ListUsers"), Some("2019-01-16"), None)
        );
        assert!(!claim.signs_action() && claim.nonce().is_none() && claim.parameters().is_none());
    });
}

#[test]
fn another_action_under_the_same_signature_has_the_same_digest() {
    let sample = Sample::post("{}").with("X-TC-Action", "ListUsers").signed();

    let first = sample.sent().unwrap();
    let second = sample.with("X-TC-Action", "DeleteUser").sent().unwrap();

    assert_eq!(first.digest(), second.digest());
}

#[test]
fn the_debugger_shows_each_spelling_once() {
    let count =
        |sample: Sample| sample.signed().seen(|incoming| explanations(&parse(incoming, NOW).unwrap()).len());

    assert_eq!(count(Sample::post("{}")), 1);
    assert_eq!(count(Sample::post("{}").with("Host", "127.0.0.1:80")), 2);
    assert_eq!(count(Sample::post("{}").with("Host", "Cam:80")), 4);
}
