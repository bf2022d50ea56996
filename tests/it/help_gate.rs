//! How to protect a service: a recipe for each proxy, with this server's address.

use crate::support::TestApp;
use crate::support::process::free_port;

const PROXIES: [&str; 6] = ["nginx", "nginx-njs", "caddy", "haproxy", "traefik", "envoy"];

#[actix_web::test]
async fn every_recipe_asks_this_server_and_names_what_it_can_do() {
    let app = TestApp::spawn();
    let root = app.root().await;

    for proxy in PROXIES {
        let page = root.browser.get(&format!("/help/gate?proxy={proxy}")).await;
        assert_eq!(page.text("#gate-place").as_deref(), Some(app.host()));
        let recipe = page.text("#file-0").unwrap() + &page.text("#file-1").unwrap_or_default();
        let port = app.host().rsplit(':').next().unwrap();
        assert!(recipe.contains(port), "{proxy} asks {}", app.host());
        assert!(!recipe.contains("127.0.0.1:8080") && !recipe.contains("port_value: 8080"), "{proxy}");
        assert!(page.text("#commands").unwrap().contains(&format!("--owner {} --name orders", root.uin)));
        assert_eq!(page.texts("tr[data-proxy]").len(), PROXIES.len());
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
