//! The 40 published cases of AWS Signature V4, in the header and in the query: taken as they are, refused when one byte is
//! another.

use camlock::domain::signature::{Coverage, Scheme};

use super::sigv4_case::{Case, Request, cases};

/// The cases that can be taken: three use temporary credentials.
fn taken() -> impl Iterator<Item = Case> {
    cases().into_iter().filter(|case| !case.has_token())
}

fn both(case: &Case) -> [(&'static str, Request); 2] {
    [("header", case.in_header()), ("query", case.in_query())]
}

#[test]
fn there_are_40_cases_and_three_of_them_have_a_session_token() {
    assert_eq!((cases().len(), taken().count()), (40, 37));
}

#[test]
fn every_case_is_taken_in_the_header_and_in_the_query() {
    for case in taken() {
        for (form, request) in both(&case) {
            let verified =
                case.verdict(&request).unwrap_or_else(|error| panic!("{} {form}: {error}", case.name));

            let expected = if form == "header" { Coverage::Verified } else { Coverage::None };
            assert_eq!((verified.scheme(), verified.coverage()), (Scheme::AwsV4, expected), "{}", case.name);
            assert_eq!((verified.secret_id(), verified.nonce()), (case.key_id.as_str(), None));
            assert!(verified.signs_action());
        }
    }
}

#[test]
fn every_case_has_the_published_canonical_request_and_string_to_sign() {
    for case in taken() {
        for (form, request) in both(&case) {
            let (canonical, to_sign) = case.canonical(&request);

            // The canonical request of one case has another date than its request.
            let is_dated_otherwise = case.name == "double-encode-path";
            if let Some(published) =
                case.text(&format!("{form}-canonical-request.txt")).filter(|_| !is_dated_otherwise)
            {
                assert_eq!(canonical, published.trim_end(), "{} {form}", case.name);
            }
            if let Some(published) = case.text(&format!("{form}-string-to-sign.txt")) {
                assert_eq!(to_sign, published.trim_end(), "{} {form}", case.name);
            }
        }
    }
}

#[test]
fn temporary_credentials_are_refused_by_name() {
    let with_token: Vec<Case> = cases().into_iter().filter(Case::has_token).collect();
    assert_eq!(with_token.len(), 3);
    for case in with_token {
        for (form, request) in both(&case) {
            assert_eq!(case.verdict(&request).unwrap_err().reason(), "session_token", "{} {form}", case.name);
        }
    }
}

/// What a changed byte may be and still mean the same: the letter case of a header's name (RFC 9110 §5.1), and that of the
/// hexadecimal digits after a `%` in the query, which the scheme spells anew.
fn means_the_same(before: &Request, after: &Request) -> bool {
    let names = |request: &Request| -> Vec<String> {
        request.headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect()
    };
    let values = |request: &Request| -> Vec<Vec<u8>> {
        request.headers.iter().map(|(_, value)| value.clone()).collect()
    };
    let spelt = |query: &str| {
        let mut pieces = query.split('%').map(str::to_owned).collect::<Vec<_>>();
        pieces.iter_mut().skip(1).for_each(|piece| piece[..2].make_ascii_uppercase());
        pieces.join("%")
    };
    let is_spelt_well =
        after.query.split('%').skip(1).all(|piece| piece.is_char_boundary(2) && piece.len() > 1);
    names(before) == names(after)
        && values(before) == values(after)
        && before.method == after.method
        && before.path == after.path
        && before.body == after.body
        && is_spelt_well
        && spelt(&before.query) == spelt(&after.query)
}

/// The bytes with one of them changed, for each of them.
fn changed(bytes: &[u8], mask: u8) -> impl Iterator<Item = Vec<u8>> {
    (0..bytes.len()).map(move |at| {
        let mut changed = bytes.to_vec();
        changed[at] ^= mask;
        changed
    })
}

fn changed_text(text: &str, mask: u8) -> impl Iterator<Item = String> {
    changed(text.as_bytes(), mask).filter_map(|bytes| String::from_utf8(bytes).ok())
}

/// Every request that differs in one byte, by this mask.
fn mutants(request: &Request, mask: u8) -> Vec<Request> {
    let mut found = Vec::new();
    let of = |change: &dyn Fn(&mut Request)| {
        let mut mutant = request.clone();
        change(&mut mutant);
        mutant
    };
    found.extend(changed_text(&request.method, mask).map(|text| of(&|r| r.method.clone_from(&text))));
    found.extend(changed_text(&request.path, mask).map(|text| of(&|r| r.path.clone_from(&text))));
    found.extend(changed_text(&request.query, mask).map(|text| of(&|r| r.query.clone_from(&text))));
    found.extend(changed(&request.body, mask).map(|bytes| of(&|r| r.body.clone_from(&bytes))));
    for (at, (name, value)) in request.headers.iter().enumerate() {
        found.extend(changed_text(name, mask).map(|text| of(&|r| r.headers[at].0.clone_from(&text))));
        found.extend(changed(value, mask).map(|bytes| of(&|r| r.headers[at].1.clone_from(&bytes))));
    }
    found.push(of(&|r| r.body.push(b' ')));
    found
}

#[test]
fn a_request_with_one_byte_changed_is_refused() {
    let (mut tried, mut same) = (0, 0);
    for case in taken() {
        for (form, request) in both(&case) {
            for mutant in [1, 32].into_iter().flat_map(|mask| mutants(&request, mask)) {
                let is_same = means_the_same(&request, &mutant);
                let verdict = case.verdict(&mutant);

                assert_eq!(verdict.is_ok(), is_same, "{} {form}: {}", case.name, mutant.shown());
                tried += 1;
                same += usize::from(is_same);
            }
        }
    }
    assert!(tried > 40_000 && same * 10 < tried, "{tried} tried, {same} mean the same");
}
