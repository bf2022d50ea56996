//! Signatures as a client computes them, test vectors A to E: requests, keys and the parts of their signatures.

use camlock::domain::signature::{
    Explanation, KeyPair, Outgoing, OutgoingV1, Scheme, explain, parse, sign_tc3, sign_v1,
};

use super::sample::{ALL, NOW, SECRET_ID, SECRET_KEY, Sample};

const BODY: &str =
    r#"{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"#;
const JSON: &str = "application/json; charset=utf-8";
const A: &str = "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168";
const B: &str = "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f";
const C: &str = "5da7a33f6993f0614b047e5df4582db9e9bf4672ba50567dba16c6ccf174c474";
const D: &str = "EliP9YW3pW28FpsEdkXt/+WcGeI=";
const E: &str = "A8uy2/o7WBZXYCTWEFpMrVGhGBVlEGIOioeqRM+fzFs=";

fn authorization(scope_date: &str, signed_headers: &str, signature: &str) -> String {
    let credential = format!("{SECRET_ID}/{scope_date}/cvm/tc3_request");
    format!("TC3-HMAC-SHA256 Credential={credential}, SignedHeaders={signed_headers}, Signature={signature}")
}

fn vector_a() -> Sample {
    let authorization = authorization("2019-02-25", "content-type;host", A);
    let sample = Sample::post(BODY).with("Content-Type", JSON).with("Authorization", &authorization);
    sample.with("X-TC-Timestamp", "1551113065").with("X-TC-Action", "DescribeInstances")
}

fn vector_c() -> Sample {
    let authorization = authorization("2018-10-09", "content-type;host", C);
    Sample::get("Limit=10&Offset=0")
        .with("Authorization", &authorization)
        .with("X-TC-Timestamp", "1539084154")
}

fn explained(sample: &Sample, now: i64) -> Explanation {
    sample.seen(|incoming| explain(&parse(incoming, now).unwrap()))
}

#[test]
fn vector_a_verifies() {
    let verified = vector_a().sent().unwrap();

    assert_eq!((verified.secret_id(), verified.timestamp()), (SECRET_ID, NOW));
}

#[test]
fn vector_a_has_the_published_canonical_request() {
    let explanation = explained(&vector_a(), NOW);

    let canonical = explanation.canonical_request.unwrap();
    assert!(canonical.ends_with("35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064"));
    let hash = "5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031";
    assert_eq!(explanation.canonical_request_sha256.as_deref(), Some(hash));
    let expected = format!("TC3-HMAC-SHA256\n1551113065\n2019-02-25/cvm/tc3_request\n{hash}");
    assert_eq!(explanation.string_to_sign, expected);
}

#[test]
fn vector_b_verifies_with_the_action_signed_in_lower_case() {
    let authorization = authorization("2019-02-25", "content-type;host;x-tc-action", B);
    let sample = vector_a().with("Authorization", &authorization);

    let verified = sample.sent_at(NOW, Some("********************************"), ALL);

    assert!(verified.is_ok());
    sample.seen(|incoming| assert!(parse(incoming, NOW).unwrap().signs_action()));
}

#[test]
fn vector_c_verifies() {
    assert!(vector_c().sent_at(1_539_084_154, Some(SECRET_KEY), ALL).is_ok());
    let hash = "91c9c192c14460df6c1ffc69e34e6c5e90708de2a6d282cccf957dbf1aa7f3a7";
    assert_eq!(explained(&vector_c(), 1_539_084_154).canonical_request_sha256.as_deref(), Some(hash));
}

#[test]
fn the_signer_makes_vectors_a_and_c() {
    let key = KeyPair { secret_id: SECRET_ID, secret_key: SECRET_KEY };
    let host = ("host", "cvm.tencentcloudapi.com");
    let (json, form) =
        ([("content-type", JSON), host], [("content-type", "application/x-www-form-urlencoded"), host]);

    let a = Outgoing {
        method: "POST",
        query: "",
        headers: &json,
        payload: BODY.as_bytes(),
        timestamp: NOW,
        service: "cvm",
    };
    let c = Outgoing {
        method: "GET",
        query: "Limit=10&Offset=0",
        headers: &form,
        payload: b"",
        timestamp: 1_539_084_154,
        ..a
    };

    assert_eq!(sign_tc3(&a, key), authorization("2019-02-25", "content-type;host", A));
    assert_eq!(sign_tc3(&c, key), authorization("2018-10-09", "content-type;host", C));
}

const V1_QUERY: &str = "Action=DescribeInstances&InstanceIds.0=ins-09dx96dg&Limit=20&Nonce=11886&Offset=0\
    &Region=ap-guangzhou&SecretId=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE&Timestamp=1465185768&Version=2017-03-12";

fn vector_v1(signature: &str, method: &str) -> Sample {
    let signature = signature.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    Sample::get(&format!("Signature={signature}&{V1_QUERY}{method}")).without("Content-Type")
}

#[test]
fn vectors_d_and_e_verify() {
    for (sample, scheme) in [
        (vector_v1(D, ""), Scheme::HmacSha1),
        (vector_v1(D, "").with("Host", "cvm.tencentcloudapi.com:8080"), Scheme::HmacSha1),
        (vector_v1(E, "&SignatureMethod=HmacSHA256"), Scheme::HmacSha256),
    ] {
        let verified = sample.sent_at(1_465_185_768, Some(SECRET_KEY), ALL).unwrap();

        assert_eq!((verified.scheme(), verified.nonce()), (scheme, Some(11886)));
    }
}

#[test]
fn the_signer_makes_vectors_d_and_e() {
    let mut parameters: Vec<(&str, &str)> =
        V1_QUERY.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let sign = |parameters: &[(&str, &str)], scheme| {
        sign_v1(
            &OutgoingV1 { method: "GET", host: "cvm.tencentcloudapi.com", parameters, scheme },
            SECRET_KEY,
        )
    };

    assert_eq!(sign(&parameters, Scheme::HmacSha1), D);
    parameters.push(("SignatureMethod", "HmacSHA256"));
    assert_eq!(sign(&parameters, Scheme::HmacSha256), E);
}
