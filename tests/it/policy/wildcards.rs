//! The wildcard matcher, against a slow one that is plainly right.

use camlock::domain::policy::Pattern;
use proptest::prelude::*;

use super::model::glob;

#[test]
fn pieces_may_not_overlap() {
    assert!(!Pattern::new("a*a").matches("a"));
    assert!(!Pattern::new("ab*ba").matches("aba"));
    assert!(!Pattern::new("*ab*b").matches("ab"));
    assert!(Pattern::new("ab*ba").matches("abba"));
}

#[test]
fn two_hundred_stars_on_ten_kilobytes_end() {
    let text = "a".repeat(10_240);
    let failing = format!("{}b", "*a".repeat(200));
    let failing_inside = format!("{}*b*", "*a".repeat(200));
    let fitting = format!("{}*", "*a".repeat(200));

    for _ in 0..20 {
        assert!(!Pattern::new(&failing).matches(&text));
        assert!(!Pattern::new(&failing_inside).matches(&text));
        assert!(Pattern::new(&fitting).matches(&text));
    }
}

#[test]
fn long_pieces_that_almost_fit_end() {
    let text = "a".repeat(10_240);
    let piece = format!("*{}b", "a".repeat(500));

    for _ in 0..20 {
        assert!(!Pattern::new(&piece.repeat(20)).matches(&text));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_matcher_agrees_with_the_model(pattern in "[ab*é]{0,8}", text in "[abé]{0,10}") {
        prop_assert_eq!(Pattern::new(&pattern).matches(&text), glob(&pattern, &text));
    }
}
