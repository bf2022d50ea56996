//! Cookies that only look like ours are refused; those of others do no harm.

use crate::support::TestApp;
use crate::support::browser::is_session;
use crate::support::people::PASSWORD;
use crate::support::wire::status;
use actix_web::cookie::Key;
use actix_web::http::header::{COOKIE, HeaderMap, HeaderValue};
use camlock::config::PublicUrl;
use camlock::web::cookies::CookieNames;
use proptest::prelude::*;

/// Blanks and invisible marks that readers of cookies trim or that nobody sees.
const HIDDEN: [&str; 14] = [
    "\u{85}", "\u{a0}", "\u{1680}", "\u{2000}", "\u{200a}", "\u{2028}", "\u{2029}", "\u{202f}", "\u{205f}",
    "\u{3000}", "\u{200b}", "\u{feff}", "\u{ad}", "\"",
];

fn get(host: &str, cookies: &[Vec<u8>]) -> Vec<u8> {
    let mut request = format!("GET /login HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n").into_bytes();
    for cookie in cookies {
        request.extend_from_slice(b"Cookie: ");
        request.extend_from_slice(cookie);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    request
}

#[actix_web::test]
async fn a_cookie_that_only_looks_like_ours_is_refused() {
    let app = TestApp::spawn_with(&[("CAMLOCK_PUBLIC_URL", "https://camlock.test")]);
    app.bare_root("root").await;
    let refused = |cookies: &[Vec<u8>]| {
        let answer = app.exchange(get("camlock.test", cookies));
        assert_eq!(
            status(&answer),
            400,
            "{:?}",
            cookies.iter().map(|c| String::from_utf8_lossy(c)).collect::<Vec<_>>()
        );
    };

    for name in ["__Host-camlock", "__Host-camlock-form", "__Host-camlock-device", "__Host-camlock-account"] {
        for blank in HIDDEN {
            refused(&[format!("{blank}{name}=evil").into_bytes()]);
            refused(&[format!("{name}{blank}=evil").into_bytes()]);
            refused(&[format!("a=b; {blank}\u{2003}{name}=evil; c=d").into_bytes()]);
        }
        for odd in [
            name.replacen("__", "%5F%5f", 1),
            name.replace('H', "%48"),
            format!("%20{name}"),
            format!("%E2%80%80{name}"),
            format!("\u{2000}{}", name.to_lowercase()),
            format!("{}\u{2000}", name.to_uppercase()),
            name.replace('k', "\u{212a}"),
            format!("={name}"),
        ] {
            refused(&[format!("{odd}=evil").into_bytes()]);
        }
        refused(&[[b"\x85", name.as_bytes(), b"=evil"].concat()]);
        refused(&[[name.as_bytes(), b"\xa0=evil"].concat()]);
        refused(&[format!("{name}=a; {name}=b").into_bytes()]);
        refused(&[format!("{name}=a").into_bytes(), format!("x=y; {name}=b").into_bytes()]);
        refused(&[b"a=b".to_vec(), format!("\u{2000}{name}=b").into_bytes()]);
    }
}

#[actix_web::test]
async fn odd_cookies_of_others_sign_nobody_out() {
    let app = TestApp::spawn();
    app.bare_root("root").await;
    let fields = [("account", ""), ("user_name", "root"), ("password", PASSWORD)];
    let answer = app.browser().submit("/login", "/login", &fields).await;
    let set = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    let session = set.filter_map(|line| line.split(';').next()).find(|pair| is_session(pair)).unwrap();

    for odd in [
        "\u{2000}theme=dark",
        "Camlock=other",
        "camlock2=x",
        "%zz=1; bad=%",
        "name with blank=1",
        "=nameless",
        "lonely",
        "caf\u{e9}=1",
        "quoted=\"a\\\"b\"",
        "__Host-other=1",
        "x=\u{2000}camlock",
        "%63amlock2=1",
        "",
        ";;;",
    ] {
        for cookie in [format!("{odd}; {session}"), format!("{session}; {odd}")] {
            let request = format!(
                "GET /me/security HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: {cookie}\r\n\r\n"
            );
            assert_eq!(status(&app.exchange(request)), 200, "{cookie}");
        }
    }
    let bytes = [
        b"GET /me/security HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: a=\xff\xfe; ",
        session.as_bytes(),
        b"\r\n\r\n",
    ];
    assert_eq!(status(&app.exchange(bytes.concat())), 200, "bytes that are no text");
}

/// The names that the framework finds once the guard has let a request through; `None` when it has not.
fn seen(cookies: &[Vec<u8>]) -> Option<Vec<String>> {
    let mut headers = HeaderMap::new();
    for cookie in cookies {
        headers.append(COOKIE, HeaderValue::from_bytes(cookie).ok()?);
    }
    let url = PublicUrl::parse("https://camlock.test").unwrap();
    if !CookieNames::new(&url, &Key::from(&[7; 64])).admit(&mut headers) {
        return None;
    }
    let mut request = actix_web::test::TestRequest::default();
    for value in headers.get_all(COOKIE) {
        request = request.append_header((COOKIE, value.clone()));
    }
    let request = request.to_http_request();
    let found = request.cookies().map(|found| found.iter().map(|cookie| cookie.name().to_owned()).collect());
    Some(found.unwrap_or_default())
}

fn odd_spelling() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "__Host-camlock",
        "__Host-camlock-form",
        "__Host-camlock-device",
        "__Host-camlock-account",
    ]);
    let hidden = prop::collection::vec(prop::sample::select(HIDDEN.to_vec()), 0..3);
    (name, hidden.clone(), hidden, prop::collection::vec(any::<(bool, bool)>(), 22)).prop_map(
        |(name, before, after, letters)| {
            let spelled = name.chars().zip(letters).map(|(letter, (encode, _))| {
                if encode { format!("%{:02X}", u32::from(letter)) } else { letter.to_string() }
            });
            format!("{}{}{}", before.concat(), spelled.collect::<String>(), after.concat())
        },
    )
}

proptest! {
    #[test]
    fn no_odd_spelling_of_our_names_reaches_the_framework(name in odd_spelling()) {
        let is_ours = ["__Host-camlock", "__Host-camlock-form", "__Host-camlock-device", "__Host-camlock-account"].contains(&name.as_str());

        let found = seen(&[format!("{name}=x").into_bytes()]);

        prop_assert_eq!(found.is_some(), is_ours, "{:?}", name);
    }

    #[test]
    fn what_the_framework_sees_was_sent_under_our_very_name(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let planted = [&bytes[..], b"__Host-camlock=evil"].concat();

        for name in seen(std::slice::from_ref(&planted)).unwrap_or_default() {
            let pairs = planted.split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
            prop_assert!(pairs.into_iter().any(|pair| pair.starts_with(format!("{name}=").as_bytes())), "{:?}", planted);
        }
    }
}
