//! Codes of authenticator apps: the RFC's own examples, the window, and how people type them.

use camlock::domain::secret::TotpSeed;
use camlock::domain::totp::{Code, MalformedCode, grouped, matched_step, otpauth_url};
use url::Url;

/// RFC 6238, appendix B, SHA-1: the last six of its eight digits.
const EXAMPLES: [(i64, &str); 6] = [
    (59, "287082"),
    (1_111_111_109, "081804"),
    (1_111_111_111, "050471"),
    (1_234_567_890, "005924"),
    (2_000_000_000, "279037"),
    (20_000_000_000, "353130"),
];

fn seed() -> TotpSeed {
    TotpSeed::from_bytes(b"12345678901234567890").unwrap()
}

fn code(text: &str) -> Code {
    Code::parse(text).unwrap_or_else(|_| panic!("{text} is a code"))
}

#[test]
fn the_examples_of_the_rfc_match_their_step() {
    for (time, text) in EXAMPLES {
        assert_eq!(matched_step(&seed(), &code(text), time), Some(time / 30), "at {time}");
    }
}

#[test]
fn a_code_is_good_in_its_step_the_next_and_ten_seconds_before() {
    let (time, text) = EXAMPLES[3];
    let step = time / 30;
    let answer = |now| matched_step(&seed(), &code(text), now);

    assert_eq!(answer(step * 30 - 11), None);
    assert_eq!(answer(step * 30 - 10), Some(step));
    assert_eq!(answer(step * 30 - 1), Some(step));
    assert_eq!(answer(step * 30), Some(step));
    assert_eq!(answer(step * 30 + 59), Some(step));
    assert_eq!(answer(step * 30 + 60), None);
}

#[test]
fn a_wrong_code_another_seed_and_a_clock_before_1970_match_nothing() {
    let (time, text) = EXAMPLES[3];
    let other = TotpSeed::from_bytes(&[7; 20]).unwrap();

    assert_eq!(matched_step(&seed(), &code("005925"), time), None);
    assert_eq!(matched_step(&other, &code(text), time), None);
    assert_eq!(matched_step(&seed(), &code(text), -1), None);
    assert_eq!(matched_step(&seed(), &code(text), 0), None);
    for extreme in [i64::MIN, i64::MAX] {
        assert_eq!(matched_step(&seed(), &code(text), extreme), None);
    }
}

#[test]
fn a_code_may_be_typed_with_spaces_and_dashes() {
    let (time, _) = EXAMPLES[0];

    for text in ["287082", "287 082", " 28-70-82 ", "287\u{a0}082\r\n"] {
        assert_eq!(matched_step(&seed(), &code(text), time), Some(1), "{text:?}");
    }
}

#[test]
fn what_is_not_six_digits_is_malformed() {
    for text in
        ["", "28708", "2870822", "28708a", "+28708", "２８７０８２", "287.082", &"1".repeat(1_000_000)]
    {
        assert_eq!(Code::parse(text).err(), Some(MalformedCode));
    }
}

#[test]
fn the_link_for_the_app_names_both_and_survives_any_name() {
    for (account, issuer) in
        [("alice", "Camlock"), ("a:b@example.com", "Acme: Ops & Co?"), ("张三", "组织/#1")]
    {
        let link = otpauth_url(&seed(), account, issuer);
        let url = Url::parse(&link).unwrap();
        let value = |name: &str| url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();

        assert_eq!((url.scheme(), url.host_str()), ("otpauth", Some("totp")));
        assert_eq!(value("secret"), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(value("issuer"), issuer.replace(':', "-"));
        assert_eq!(
            (value("algorithm"), value("digits"), value("period")),
            ("SHA1".into(), "6".into(), "30".into())
        );
        assert_eq!(url.path().matches(':').count(), 1);
    }
}

#[test]
fn a_seed_is_shown_in_groups_of_four() {
    assert_eq!(grouped("GEZDGNBVGY").as_str(), "GEZD GNBV GY");
    assert_eq!(grouped("").as_str(), "");
}
