//! Properties, against the naive reference and under every small change.

use std::collections::{BTreeMap, BTreeSet};

use camlock::domain::signature::{
    Body, Incoming, KeyPair, Outgoing, Scheme, explain, parameters, parse, sign_tc3, utc_date, verify,
};
use proptest::prelude::*;

use super::naive;
use super::sample::{ALL, Sample};

const DAY: time::format_description::StaticFormatDescription =
    time::macros::format_description!("[year]-[month]-[day]");

/// Everything that goes into a TC3 request.
#[derive(Clone, Debug)]
struct Drawn {
    secret: String,
    service: String,
    host: String,
    is_get: bool,
    query: String,
    body: Vec<u8>,
    more: BTreeMap<String, String>,
    timestamp: i64,
}

prop_compose! {
    fn drawn()(
        secret in "\\PC{0,90}",
        service in "[!-+--.0-~]{1,20}",
        host in "[a-zA-Z0-9.-]{1,30}(:[0-9]{1,5})?",
        is_get in any::<bool>(),
        query in "[!-~]{0,80}",
        body in prop::collection::vec(any::<u8>(), 0..400),
        more in prop::collection::btree_map("x-[a-z0-9-]{1,12}", "([!-~]([ -~]{0,100}[!-~])?)?", 0..4),
        timestamp in 1_000_000_000_i64..9_999_999_999,
    ) -> Drawn {
        let more = more.into_iter().filter(|(name, _)| !name.starts_with("x-tc-")).collect();
        Drawn { secret, service, host, is_get, query, body, more, timestamp }
    }
}

impl Drawn {
    fn method(&self) -> &'static str {
        if self.is_get { "GET" } else { "POST" }
    }

    fn headers(&self) -> Vec<(String, String)> {
        let content_type = if self.is_get { "application/x-www-form-urlencoded" } else { "application/json" };
        let mut headers = self.more.clone();
        headers.insert("content-type".into(), content_type.into());
        headers.insert("host".into(), self.host.clone());
        headers.into_iter().collect()
    }

    fn query(&self) -> &str {
        if self.is_get { &self.query } else { "" }
    }

    fn payload(&self) -> &[u8] {
        if self.is_get { b"" } else { &self.body }
    }

    /// The request with these headers signed by the reference.
    fn signed(&self, headers: &[(String, String)]) -> Sample {
        let canonical = naive::canonical(self.method(), self.query(), headers, self.payload());
        let (date, scope) = (naive_date(self.timestamp), (self.service.as_str(), self.timestamp));
        let authorization = naive::authorization(&canonical, ("AKIDa", &self.secret), &date, scope);
        let sent = self.headers().into_iter().map(|(name, value)| (name, value.into_bytes())).collect();
        let sample = Sample {
            method: self.method(),
            path: "/".into(),
            query: self.query().into(),
            headers: sent,
            body: self.payload().to_vec(),
        };
        sample.with("Authorization", &authorization).with("X-TC-Timestamp", &self.timestamp.to_string())
    }

    fn accepts(&self, sample: &Sample) -> bool {
        sample.seen(|incoming| {
            let Ok(claim) = parse(incoming, self.timestamp) else {
                return false;
            };
            let secret = (claim.secret_id() == "AKIDa").then_some(self.secret.as_str());
            verify(&claim, secret, ALL).is_ok()
        })
    }
}

fn naive_date(timestamp: i64) -> String {
    time::OffsetDateTime::from_unix_timestamp(timestamp).unwrap().format(DAY).unwrap()
}

fn flipped(bytes: &[u8], place: prop::sample::Index) -> Vec<u8> {
    let place = place.index(bytes.len());
    bytes.iter().enumerate().map(|(at, byte)| if at == place { byte ^ 1 } else { *byte }).collect()
}

proptest! {
    #[test]
    fn what_the_reference_signs_verifies(drawn in drawn()) {
        prop_assert!(drawn.accepts(&drawn.signed(&drawn.headers())));
    }

    #[test]
    fn lower_case_values_and_bare_hosts_verify(drawn in drawn()) {
        let lower = drawn.headers().into_iter().map(|(name, value)| (name, value.to_ascii_lowercase()));
        let bare = |(name, value): (String, String)| {
            let bare = value.split(':').next().map(str::to_owned);
            if name == "host" { (name, bare.unwrap_or_default()) } else { (name, value) }
        };

        prop_assert!(drawn.accepts(&drawn.signed(&lower.clone().collect::<Vec<_>>())));
        prop_assert!(drawn.accepts(&drawn.signed(&lower.map(bare).collect::<Vec<_>>())));
    }

    #[test]
    fn the_signer_and_the_explanation_agree_with_the_reference(drawn in drawn()) {
        let headers = drawn.headers();
        let sample = drawn.signed(&headers);
        let pairs: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let outgoing = Outgoing {
            method: drawn.method(),
            query: drawn.query(),
            headers: &pairs,
            payload: drawn.payload(),
            timestamp: drawn.timestamp,
            service: &drawn.service,
        };

        let ours = sign_tc3(&outgoing, KeyPair { secret_id: "AKIDa", secret_key: &drawn.secret });

        prop_assert_eq!(ours, sample.value("Authorization"));
        let shown = sample.seen(|incoming| explain(&parse(incoming, drawn.timestamp).unwrap()));
        let canonical = naive::canonical(drawn.method(), drawn.query(), &headers, drawn.payload());
        prop_assert_eq!(shown.canonical_request.unwrap(), canonical);
    }

    #[test]
    fn any_changed_byte_is_refused(drawn in drawn(), place in any::<prop::sample::Index>()) {
        let sample = drawn.signed(&drawn.headers());
        let mut changed = vec![sample.clone().with("X-TC-Timestamp", &(drawn.timestamp + 1).to_string())];
        if !sample.body.is_empty() {
            changed.push(Sample { body: flipped(&sample.body, place), ..sample.clone() });
        }
        if let Ok(query) = String::from_utf8(flipped(format!("{}&", sample.query).as_bytes(), place)) {
            changed.push(Sample { query, ..sample.clone() });
        }
        for name in sample.headers.iter().map(|(name, _)| name).filter(|name| *name != "X-TC-Timestamp") {
            let value = sample.value(name);
            let value = if value.is_empty() { "@".to_owned() } else { value };
            let value = String::from_utf8(flipped(value.as_bytes(), place)).unwrap();
            changed.push(sample.clone().with(name, &value));
        }
        for sample in changed {
            prop_assert!(!drawn.accepts(&sample), "{:?}", sample);
        }
        let secret = format!("{}x", drawn.secret);
        prop_assert!(sample.sent_at(drawn.timestamp, Some(&secret), ALL).is_err());
        prop_assert!(sample.sent_at(drawn.timestamp, None, ALL).is_err());
    }

    #[test]
    fn anything_at_all_is_answered(
        header in "(TC3-HMAC-SHA256 )?\\PC{0,60}",
        value in prop::collection::vec(any::<u8>(), 0..60),
        query in any::<String>(),
        body in prop::collection::vec(any::<u8>(), 0..60),
        now in any::<i64>(),
    ) {
        let credentials: &[(&str, &[u8])] = &[("authorization", header.as_bytes()), ("host", &value)];
        for headers in [credentials, &[("host", &value)], &[("content-type", b"application/x-www-form-urlencoded")]] {
            for method in ["GET", "POST"] {
                let incoming = Incoming { method, path: &query, query: &query, headers, body: Body::Bytes(&body) };
                let alone = [Incoming { query: "", ..incoming }, Incoming { body: Body::Bytes(b""), ..incoming }];

                prop_assert!(alone.iter().all(|incoming| parse(incoming, now).is_err()));
            }
        }
    }

    #[test]
    fn dates_agree_with_the_library(timestamp in 0_i64..253_402_300_800) {
        prop_assert_eq!(utc_date(timestamp), naive_date(timestamp));
    }

    #[test]
    fn forms_come_back_decoded(pairs in prop::collection::vec(("[^\0]{1,8}", "[^\0]{0,8}"), 0..6)) {
        let pair = |(name, value): &(String, String)| format!("{}={}", naive::encoded(name), naive::encoded(value));
        let text = pairs.iter().map(pair).collect::<Vec<_>>().join("&");

        let back = parameters(&text).unwrap();

        prop_assert_eq!(back.into_iter().map(|(n, v)| (n.into_owned(), v.into_owned())).collect::<Vec<_>>(), pairs);
    }

    #[test]
    fn v1_agrees_with_the_reference(
        more in prop::collection::btree_map("[A-Za-z][A-Za-z0-9.]{0,9}9", "[^\0&]{0,12}", 0..6),
        sha256 in any::<bool>(),
        secret in "\\PC{0,90}",
        is_get in any::<bool>(),
    ) {
        let (method, host) = (if is_get { "GET" } else { "POST" }, "cam.local:8080");
        let mut parameters: Vec<(String, String)> = more.into_iter().collect();
        for (name, value) in [("SecretId", "AKIDa"), ("Timestamp", "1551113065"), ("Nonce", "1")] {
            parameters.push((name.into(), value.into()));
        }
        if sha256 {
            parameters.push(("SignatureMethod".into(), "HmacSHA256".into()));
        }
        let signature = naive::v1(sha256, &secret, (method, host), &parameters);
        parameters.push(("Signature".into(), signature));
        let pair = |(name, value): &(String, String)| format!("{name}={}", naive::encoded(value));
        let text = parameters.iter().map(pair).collect::<Vec<_>>().join("&");
        let sample = if is_get { Sample::get(&text) } else { Sample::post(&text) };
        let sample = sample.with("Host", host).with("Content-Type", "application/x-www-form-urlencoded");

        let verified = sample.sent_at(1_551_113_065, Some(&secret), ALL);

        let expected = if sha256 { Scheme::HmacSha256 } else { Scheme::HmacSha1 };
        prop_assert_eq!(verified.map(|verified| verified.scheme()), Ok(expected));
        let other = format!("{secret}x");
        prop_assert!(sample.sent_at(1_551_113_065, Some(&other), ALL).is_err());
    }

    #[test]
    fn two_sets_of_v1_parameters_never_share_a_string_to_sign(
        sets in prop::collection::vec(prop::collection::btree_map("[ab]", "[ab&=]{0,6}", 1..3), 2..60),
    ) {
        let common = "Nonce=1&SecretId=AKIDa&Timestamp=1551113065&Signature=AAAAAAAAAAAAAAAAAAAAAAAAAAA%3D";
        let mut seen = BTreeMap::new();
        for set in sets.into_iter().collect::<BTreeSet<_>>() {
            let pair = |(name, value): (&String, &String)| format!("{name}={}", naive::encoded(value));
            let query = set.iter().map(pair).collect::<Vec<_>>().join("&") + "&" + common;
            let shown = Sample::get(&query)
                .seen(|incoming| parse(incoming, 1_551_113_065).map(|claim| explain(&claim).string_to_sign));
            if let Ok(text) = shown {
                prop_assert_eq!(seen.insert(text, set.clone()), None, "{:?}", set);
            }
        }
    }
}

#[test]
fn a_claim_is_worth_nothing_without_verify() {
    let sample = Sample::post("{}").signed();

    let refused =
        sample.seen(|incoming| verify(&parse(incoming, super::sample::NOW).unwrap(), Some(""), ALL).is_err());

    assert!(refused);
}
