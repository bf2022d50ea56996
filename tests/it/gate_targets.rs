//! Paths that a proxy or a service could take for other paths, each with where that went wrong.

use camlock::domain::gate::target::Target;

fn is_refused(target: &str) {
    assert!(Target::parse(target).is_err(), "{target}");
}

#[test]
fn a_path_in_its_normal_form_is_taken_as_it_is() {
    for (target, path, query) in [
        ("/", "/", ""),
        ("/v1/orders", "/v1/orders", ""),
        ("/v1/orders/", "/v1/orders/", ""),
        ("/v1/orders?a=1&b=%2F..%2f;//", "/v1/orders", "a=1&b=%2F..%2f;//"),
        ("/a.b/..c/...", "/a.b/..c/...", ""),
        ("/a:b@c/!$&'()*+,=~", "/a:b@c/!$&'()*+,=~", ""),
        ("/%E8%AE%A2%E5%8D%95/%20%25", "/%E8%AE%A2%E5%8D%95/%20%25", ""),
        ("/a?", "/a", ""),
    ] {
        let read = Target::parse(target).unwrap();
        assert_eq!((read.path(), read.query()), (path, query), "{target}");
    }
}

/// CVE-2026-63177, CVE-2026-34908, ingress-nginx#8644, Authelia GHSA-68wm: the location was matched on one path, and another
/// one reached the service.
#[test]
fn slashes_that_are_merged_and_segments_that_are_removed_are_refused() {
    for target in ["//", "/a//b", "//a", "/a//", "/./a", "/a/.", "/a/..", "/a/../b", "/..", "/a//b/../c"] {
        is_refused(target);
    }
}

#[test]
fn encoded_slashes_dots_and_zeros_are_refused_in_every_spelling() {
    for part in
        ["%2f", "%2F", "%5c", "%5C", "%2e", "%2E", "%2e%2e", ".%2E", "%00", "%0a", "%0A", "%7F", "%3b", "%3B"]
    {
        is_refused(&format!("/a/{part}/b"));
        is_refused(&format!("/a/x{part}"));
    }
    assert!(Target::parse("/a/%252f").is_ok(), "a percent sign that is meant");
}

#[test]
fn letters_have_one_spelling() {
    for target in ["/%61", "/%7E", "/%7e", "/%e8%ae%a2", "/%2D", "/%3A", "/%40", "/%", "/%4", "/%zz", "/%+1"]
    {
        is_refused(target);
    }
}

#[test]
fn what_is_no_path_of_an_origin_form_is_refused() {
    for target in [
        "",
        "a",
        "*",
        "http://x/a",
        "/a#b",
        "/a?b#c",
        "/a\\b",
        "/a;b",
        "/a b",
        "/é",
        "/a?b c",
        "/a?é",
        "/\u{0}",
    ] {
        is_refused(target);
    }
    is_refused(&format!("/{}", "a".repeat(8192)));
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    for target in ["/%C3", "/%C3%28", "/%FF", "/%ED%A0%80", "/%C0%AF", "/%E0%80%AF"] {
        is_refused(target);
    }
}
