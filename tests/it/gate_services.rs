//! What is a service, a host, a route and a gate token.

use camlock::domain::gate::host::{Host, MalformedHost};
use camlock::domain::gate::method::Method;
use camlock::domain::gate::route::{MalformedRoute, Route, Routes, RoutesRefusal};
use camlock::domain::gate::service::{BodyLimit, Hosts, HostsRefusal, ServiceName, ServiceNameRefusal};
use camlock::domain::gate::token::GateToken;
use camlock::domain::gate::written::{WrittenOptions, WrittenService, WrittenToken};
use camlock::domain::user::Uin;
use camlock::random::Random;

fn method(name: &str) -> Method {
    Method::parse(name).unwrap()
}

fn host(text: &str) -> Host {
    Host::parse(text).unwrap()
}

#[test]
fn a_service_is_called_by_small_letters_and_not_like_what_policies_know() {
    for name in ["orders", "a1", "order-desk-2", &"a".repeat(32)] {
        assert_eq!(ServiceName::parse(name).unwrap().as_str(), name);
    }
    for name in ["", "a", "1a", "-ab", "Orders", "or ders", "or_ders", "ördere", "or:ders", &"a".repeat(33)]
    {
        assert_eq!(ServiceName::parse(name), Err(ServiceNameRefusal::Malformed), "{name}");
    }
    for name in ["cam", "sts", "account", "tag", "camlock", "name", "permid", "qcs"] {
        assert_eq!(ServiceName::parse(name), Err(ServiceNameRefusal::Reserved), "{name}");
    }
}

#[test]
fn policies_speak_of_a_service_by_action_and_path() {
    let orders = ServiceName::parse("orders").unwrap();

    assert_eq!(orders.action("ListOrders"), "orders:ListOrders");
    let resource = orders.resource_of(Uin(100_000_000_001), "/v1/orders/7");
    assert_eq!(resource, "qcs::orders::uin/100000000001:/v1/orders/7");
}

#[test]
fn a_host_has_one_spelling() {
    for (text, spelling) in [
        ("orders.example.com", "orders.example.com"),
        ("Orders.Example.COM:8443", "orders.example.com:8443"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("order_desk", "order_desk"),
        ("127.0.0.1:80", "127.0.0.1:80"),
        ("[2001:DB8:0::1]", "[2001:db8::1]"),
        ("[::1]:443", "[::1]:443"),
    ] {
        assert_eq!(host(text).to_string(), spelling);
    }
}

#[test]
fn what_could_be_two_hosts_or_none_is_refused() {
    for text in [
        "",
        ".",
        "a.",
        ".a",
        "a..b",
        "-a.b",
        "a-.b",
        "a b",
        "a/b",
        "a@b",
        "a:0",
        "a:080",
        "a:+80",
        "a:65536",
        "a:",
        "a:1:2",
        "http://a",
        "1.2.3",
        "1.2.3.256",
        "01.2.3.4",
        "a.7",
        "::1",
        "[::1",
        "[::1]x",
        "[1.2.3.4]",
        "a%2e",
        &"a".repeat(64),
        &"a.".repeat(130),
    ] {
        assert!(matches!(Host::parse(text), Err(MalformedHost::Unreadable(_))), "{text}");
    }
    assert!(matches!(Host::parse("*.example.com"), Err(MalformedHost::Wildcard(_))));
    assert!(matches!(Host::parse("bücher.example"), Err(MalformedHost::NotAscii(_))));
}

#[test]
fn a_host_without_a_port_stands_for_all_of_them() {
    assert!(host("a.example").covers(&host("A.example:8443")));
    assert!(!host("a.example:443").covers(&host("a.example")));
    assert!(!host("a.example:443").covers(&host("a.example:8443")));
    assert!(!host("a.example").covers(&host("b.a.example")));
    assert!(host("a.example:443").overlaps(&host("a.example")));
    assert!(!host("a.example:443").overlaps(&host("a.example:8443")));
}

#[test]
fn a_service_has_some_hosts_each_once() {
    let none: [&str; 0] = [];
    assert_eq!(Hosts::parse(&none).err(), Some(HostsRefusal::None));
    assert_eq!(Hosts::parse(&["a.example", "A.example"]).err(), Some(HostsRefusal::Twice(host("a.example"))));
    let many: Vec<String> = (0..17).map(|number| format!("a{number}.example")).collect();
    assert!(Hosts::parse(&many[..16]).is_ok());
    assert_eq!(Hosts::parse(&many).err(), Some(HostsRefusal::TooMany));
}

#[test]
fn the_first_route_that_fits_names_the_action() {
    let routes = Routes::parse(&[
        "GET /v1/orders/* GetOrder",
        "GET /v1/orders ListOrders",
        "any /v1/orders/*/lines/** Lines",
        "GET /v1/orders/*/lines/** Never",
        "POST / Root",
        "GET /files/ Folder",
    ])
    .unwrap();

    for (name, path, action) in [
        ("GET", "/v1/orders/7", "GetOrder"),
        ("GET", "/v1/orders", "ListOrders"),
        ("GET", "/v1/orders/", "GET"),
        ("HEAD", "/v1/orders/7", "HEAD"),
        ("GET", "/v1/orders/7/lines", "GET"),
        ("GET", "/v1/orders/7/lines/", "Lines"),
        ("DELETE", "/v1/orders/7/lines/1/2", "Lines"),
        ("DELETE", "/v1/orders//lines/1", "DELETE"),
        ("POST", "/", "Root"),
        ("POST", "/x", "POST"),
        ("GET", "/files/", "Folder"),
        ("GET", "/files", "GET"),
        ("GET", "/V1/orders", "GET"),
    ] {
        assert_eq!(routes.action_of(method(name), path), action, "{name} {path}");
    }
    assert_eq!(routes.texts()[2], "ANY /v1/orders/*/lines/** Lines");
}

#[test]
fn a_route_is_not_called_like_a_method() {
    for name in ["GET", "Get", "patch", "Search", "UPDATE", "Purge", "any"] {
        let route = Route::parse(&format!("POST /v1 {name}"));
        assert_eq!(route, Err(MalformedRoute::ActionIsMethod(name.to_owned())));
    }
    assert!(Method::parse("get").is_err() && Method::parse("LISTORDERS").is_err());
}

#[test]
fn a_route_is_written_in_one_way() {
    for path in
        ["/", "/a", "/a/", "/*", "/**", "/a/*/b/**", "/a%20b", "/a:b@c", "/%E4%BD%A0", "/a-._~!$&'()+,="]
    {
        let text = format!("GET {path} Read2");
        assert_eq!(Route::parse(&text).map(|route| route.to_string()), Ok(text));
    }
    for path in [
        "a", "*", "//", "/a//b", "/**/a", "/a*", "/***", "/.", "/a/../b", "/a%2fb", "/a%2Fb", "/%5C", "/%2E",
        "/%41", "/%e4", "/%00", "/%7F", "/%3B", "/%4", "/a;b", "/a?b", "/a#b", "/ä", "/%3A", "/\"",
    ] {
        let parsed = Route::parse(&format!("GET {path} Read2"));
        assert!(matches!(parsed, Err(MalformedRoute::Pattern(_))), "{path}");
    }
    for text in ["", "GET /a", "GET /a One two", "/a One"] {
        assert!(matches!(Route::parse(text), Err(MalformedRoute::Unreadable(_))), "{text}");
    }
    assert!(matches!(Route::parse("get /a Read2"), Err(MalformedRoute::Method(_))));
    for name in ["R", "2Read", "Re-ad", "Re:ad", "Re*", "Läs", &"a".repeat(65)] {
        assert!(matches!(Route::parse(&format!("GET /a {name}")), Err(MalformedRoute::Action(_))), "{name}");
    }
    let many = vec!["GET /a Read2"; 201];
    assert!(Routes::parse(&many[..200]).is_ok());
    assert_eq!(Routes::parse(&many), Err(RoutesRefusal::TooMany));
}

#[test]
fn a_body_limit_is_ten_mebibytes_at_most() {
    assert_eq!(BodyLimit::default().bytes(), 1_048_576);
    assert_eq!(BodyLimit::new(0).map(BodyLimit::bytes), Ok(0));
    assert_eq!(BodyLimit::new(10_485_760).map(BodyLimit::bytes), Ok(10_485_760));
    assert!(BodyLimit::new(-1).is_err() && BodyLimit::new(10_485_761).is_err());
}

#[test]
fn a_written_service_is_told_everything_that_does_not_fit() {
    let written = WrittenService {
        name: "Orders".to_owned(),
        hosts: vec!["*".to_owned()],
        routes: vec!["GET".to_owned()],
        body_limit: "-1".to_owned(),
    };

    let faults = written.read().unwrap_err();

    let fields: Vec<&str> = faults.iter().map(|fault| fault.field).collect();
    assert_eq!(fields, ["name", "hosts", "routes", "body_limit"]);
}

#[test]
fn a_gate_token_has_one_shape_and_is_kept_as_a_digest() {
    let token = GateToken::generate(&Random::system()).unwrap();
    let text = token.expose();

    assert_eq!((text.len(), &text[..4]), (47, "cgt_"));
    assert_eq!(GateToken::parse(text).unwrap().digest(), token.digest());
    assert_eq!(token.digest().as_str().len(), 64);
    for wrong in
        [&text[..46], &format!("{text}a"), &text[4..], &text.replace("cgt_", "CGT_"), &format!(" {text}")]
    {
        assert!(GateToken::parse(wrong).is_err(), "{wrong}");
    }
    assert!(GateToken::parse(&format!("cgt_{}", "=".repeat(43))).is_err());
}

#[test]
fn keys_are_handed_out_only_for_regions_and_services_that_are_named() {
    let texts = |name: &str| vec![name.to_owned()];
    let written = |options| WrittenToken { name: "edge".to_owned(), services: texts("orders"), options };

    let open = WrittenOptions { vend: true, regions: texts("eu-1"), ..WrittenOptions::default() };
    assert_eq!(written(open.clone()).read().unwrap_err()[0].field, "vend");
    let named = WrittenOptions { scope_services: texts("s3"), ..open };
    let plan = written(named.clone()).read().unwrap();
    assert!(plan.options.vend);
    assert_eq!(WrittenOptions::of(&plan.options).read().unwrap(), plan.options);
    let odd = WrittenOptions { regions: texts("eu/1"), coverage: "some".to_owned(), ..named };
    let fields: Vec<&str> = written(odd).read().unwrap_err().iter().map(|fault| fault.field).collect();
    assert_eq!(fields, ["coverage", "regions"]);
}
