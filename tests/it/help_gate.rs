//! How to protect a service: a recipe for each proxy, with this server's address.

use crate::support::TestApp;
use crate::support::process::free_port;

/// A proxy, the coverage that its row tells, the options of its gate token, and its files.
type Shown = (&'static str, &'static str, &'static str, &'static [&'static str]);

const PROXIES: [Shown; 6] = [
    ("nginx", "claimed", "", &["nginx.conf"]),
    ("nginx-njs", "verified", "", &["nginx-njs.conf", "nginx-njs.js"]),
    ("caddy", "claimed", " --headers forwarded", &["Caddyfile"]),
    ("haproxy", "verified", "", &["haproxy.cfg", "haproxy-gate.lua"]),
    ("traefik", "verified", " --headers forwarded", &["traefik.yml", "traefik-orders.yml"]),
    ("envoy", "verified", "", &["envoy.yaml"]),
];

/// A shipped file as it asks the gate there.
fn shipped(file: &str, host: &str) -> String {
    let text = std::fs::read_to_string(format!("{}/deploy/gate/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let (name, port) = host.rsplit_once(':').unwrap();
    let apart = format!("address: \"{name}\", port_value: {port}");
    let text = text.replace("address: 127.0.0.1, port_value: 8080", &apart).replace("127.0.0.1:8080", host);
    text.trim().to_owned()
}

#[actix_web::test]
async fn every_recipe_asks_this_server_and_names_what_it_can_do() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let port = app.host().rsplit(':').next().unwrap();

    for (proxy, coverage, options, files) in PROXIES {
        let page = root.browser.get(&format!("/help/gate?proxy={proxy}")).await;
        assert_eq!(page.text("#gate-place").as_deref(), Some(app.host()));
        for (at, file) in files.iter().enumerate() {
            assert_eq!(
                page.text(&format!("#file-{at}")).unwrap(),
                shipped(file, app.host()),
                "{proxy}: {file}"
            );
        }
        assert_eq!(page.count(&format!("#file-{}", files.len())), 0, "{proxy}");
        let all: String = page.texts("pre[id^=file-]").concat();
        assert!(all.contains(port) && !all.contains("127.0.0.1:8080"), "{proxy} asks {}", app.host());
        let commands = page.text("#commands").unwrap();
        let token = format!("token create --owner {} --name {proxy} --service orders{options}", root.uin);
        assert!(commands.ends_with(&token), "{proxy}: {commands}");
        assert!(commands.contains(&format!("--owner {} --name orders", root.uin)));
        assert_eq!(page.texts("tr[data-proxy]").len(), PROXIES.len());
        let cell =
            |label: &str| page.text(&format!("tr[data-proxy={proxy}] td[data-label='{label}']")).unwrap();
        assert_eq!(cell("Coverage"), coverage, "{proxy}");
        assert!(cell("Least safe version").contains('.'), "{proxy}");
        assert_eq!(cell("Bodies").contains("not shown"), coverage == "claimed", "{proxy}");
        let selected = page.attribute("tr[data-proxy] a[aria-current]", "href");
        assert_eq!(selected, Some(format!("/help/gate?proxy={proxy}")));
    }
    let njs = root.browser.get("/help/gate").await.text("tr[data-proxy=nginx-njs]").unwrap();
    assert!(njs.contains("verified") && njs.contains("0.7.9"), "{njs}");
}

#[actix_web::test]
async fn the_recipes_ask_where_the_gate_listens_by_itself() {
    let address = format!("127.0.0.1:{}", free_port());
    let app = TestApp::spawn_with(&[("CAMLOCK_GATE__LISTEN", &address)]);
    let page = app.root().await.browser.get("/help/gate").await;

    assert_eq!(page.text("#gate-place"), Some(address.clone()));
    assert!(page.text("#file-0").unwrap().contains(&format!("server {address};")));
}

#[actix_web::test]
async fn services_and_gate_tokens_lead_there() {
    let app = TestApp::spawn();
    let root = app.root().await;

    for page in ["/settings/services", "/settings/gates", "/help/api"] {
        let page = root.browser.get(page).await;
        assert!(page.body.contains("href=\"/help/gate\""), "{}", page.body);
    }
}
