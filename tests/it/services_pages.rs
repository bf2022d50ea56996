//! The pages of services and gate tokens: made, changed, taken away, by whoever may and after a code.

use crate::grants::is_question;
use crate::support::TestApp;
use crate::support::people::Person;
use reqwest::StatusCode;

const NEW: &str = "/settings/services/new";
const EDIT: &str = "/settings/services/orders/edit";
const TOKEN: &str = "/settings/gates/new";

async fn service(app: &TestApp, root: &Person, name: &str) {
    let host = format!("{name}.example.com");
    let fields = [("name", name), ("hosts", &*host), ("routes", "GET /v1/* ListOrders")];
    root.grant(app, NEW, NEW, &fields).await.redirect();
}

#[actix_web::test]
async fn a_service_is_made_changed_and_deleted() {
    let app = TestApp::spawn();
    let root = app.root().await;
    service(&app, &root, "orders").await;
    let list = root.browser.get("/settings/services").await;
    assert_eq!(list.attributes("tr[data-service]", "data-service"), ["orders"]);

    let form = root.browser.get(EDIT).await;
    assert_eq!(form.text("#field-hosts").unwrap().trim(), "orders.example.com");
    let fields = [("hosts", "a.example\r\n\r\nb.example:8443"), ("routes", ""), ("body_limit", "10")];
    let saved = root.grant(&app, EDIT, EDIT, &fields).await.redirect();
    assert_eq!(saved, "/settings/services/orders");
    let page = root.browser.get(&saved).await;
    assert!(page.text(".facts").unwrap().contains("b.example:8443"), "{}", page.body);
    assert!(
        page.text(".facts").unwrap().contains("Body limit 10 bytes")
            && page.body.contains("No gate token names this service")
    );

    let delete = "/settings/services/orders/delete";
    root.grant(&app, delete, delete, &[]).await.redirect();

    assert_eq!(root.browser.get("/settings/services/orders").await.status, StatusCode::NOT_FOUND);
    assert_eq!(root.browser.get("/settings/services").await.count("tr[data-service]"), 0);
}

#[actix_web::test]
async fn a_service_has_tabs_with_addresses_and_counts() {
    const PAGE: &str = "/settings/services/orders";
    let app = TestApp::spawn();
    let root = app.root().await;
    service(&app, &root, "orders").await;
    service(&app, &root, "billing").await;
    for (name, service) in [("edge", "orders"), ("edge-2", "orders"), ("other", "billing")] {
        let fields = [("name", name), ("service", service)];
        root.grant(&app, TOKEN, TOKEN, &fields).await.redirect();
    }
    root.browser.submit("/settings/gates", "/settings/gates/edge-2/revoke", &[]).await.redirect();
    let policy = r#"{"version":"2.0","statement":[{"effect":"allow","action":"camlock:ListServices","resource":"*"}]}"#;
    let fields = [("name", "lists-services"), ("document", policy)];
    root.grant(&app, "/policies/new", "/policies/new", &fields).await.redirect();
    let reader = app.signed_in(&root, "reader", &["lists-services"]).await;

    let traffic = root.browser.get(PAGE).await;
    let routes = root.browser.get(&format!("{PAGE}/routes")).await;
    let tokens = root.browser.get(&format!("{PAGE}/tokens")).await;

    let tabs = [PAGE.to_owned(), format!("{PAGE}/routes"), format!("{PAGE}/tokens")];
    for (page, tab) in [&traffic, &routes, &tokens].into_iter().zip(&tabs) {
        assert_eq!(page.attributes(".tabs a", "href"), tabs);
        assert_eq!(page.attributes(".tabs a[aria-current=page]", "href"), [tab.as_str()]);
        assert_eq!(page.texts(".tabs .n"), ["1", "1"], "living tokens count");
        assert!(page.text(".facts").unwrap().contains("orders.example.com"), "{}", page.body);
    }
    assert_eq!(routes.texts("#routes tbody code"), ["GET /v1/*", "orders:ListOrders"]);
    let named = ["edge", "edge-2"].map(str::to_owned);
    assert_eq!(tokens.attributes("tr[data-gate-token]", "data-gate-token"), named);
    let new = root.browser.get(&tokens.attribute("main .panel-head a.btn", "href").unwrap()).await;
    assert_eq!(new.attributes("input[name=service][checked]", "value"), ["orders"]);
    let for_reader = reader.browser.get(PAGE).await;
    assert_eq!(for_reader.attributes(".tabs a", "href"), tabs[..2]);
    let hidden = reader.browser.get(&format!("{PAGE}/tokens")).await;
    assert_eq!(hidden.status, StatusCode::FORBIDDEN);
}

#[actix_web::test]
async fn what_does_not_fit_comes_back_with_every_fault_and_what_was_typed() {
    let app = TestApp::spawn();
    let root = app.root().await;
    service(&app, &root, "orders").await;

    let fields = [("name", "cam"), ("hosts", "*.example"), ("routes", "GET /v1 Get"), ("body_limit", "-1")];
    let answer = root.browser.submit(NEW, NEW, &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.count(".error-summary li"), 4);
    assert_eq!(answer.text("#field-routes").unwrap().trim(), "GET /v1 Get");

    let twice = [("name", "orders"), ("hosts", "other.example")];
    let answer = root.browser.submit(NEW, NEW, &twice).await;
    assert!(answer.text(".error-summary").unwrap().contains("has a service of that name"));
    let answer = root.browser.submit(EDIT, EDIT, &[("hosts", "")]).await;
    assert!(answer.text(".error-summary").unwrap().contains("Name at least one host"));
    let answer = root.browser.submit(TOKEN, TOKEN, &[("name", "edge 1"), ("vend", "1")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.count("#field-vend input[name=vend][checked]"), 1);
}

#[actix_web::test]
async fn a_gate_token_is_shown_once_and_revoked() {
    let app = TestApp::spawn();
    let root = app.root().await;
    service(&app, &root, "orders").await;

    let fields = [
        ("name", "edge"),
        ("service", "orders"),
        ("coverage", "claimed"),
        ("replay", "off"),
        ("headers", "original"),
    ];
    let shown = root.grant(&app, TOKEN, TOKEN, &fields).await.redirect();
    let page = root.browser.get(&shown).await;
    let token = page.text("#gate-token").unwrap();
    assert!(token.starts_with("cgt_"), "{token}");
    assert!(root.browser.get(&shown).await.text("#gate-token").is_none(), "a second look");
    let list = root.browser.get("/settings/gates").await;
    let row = list.text("tr[data-gate-token=edge]").unwrap();
    assert!(row.contains("claimed") && row.contains("replay off") && row.contains("Never"), "{row}");
    assert!(!list.body.contains(&token));

    let revoke = "/settings/gates/edge/revoke";
    assert_eq!(root.browser.get(revoke).await.status, StatusCode::OK);
    root.browser.submit("/settings/gates", revoke, &[]).await.redirect();

    assert!(
        root.browser
            .get("/settings/gates")
            .await
            .text("tr[data-gate-token=edge]")
            .unwrap()
            .contains("Revoked")
    );
    assert_eq!(root.browser.submit("/settings/gates", revoke, &[]).await.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn what_lets_more_through_asks_for_a_code_and_revoking_does_not() {
    let app = TestApp::spawn();
    let root = app.root().await;
    service(&app, &root, "orders").await;
    let token = [("name", "edge"), ("service", "orders")];
    root.grant(&app, TOKEN, TOKEN, &token).await.redirect();
    let forms: [(&str, &[(&str, &str)]); 4] = [
        (NEW, &[("name", "billing"), ("hosts", "billing.example.com")]),
        (EDIT, &[("hosts", "orders.example.com")]),
        (TOKEN, &[("name", "edge-2"), ("service", "orders")]),
        ("/settings/services/orders/delete", &[]),
    ];

    for (action, fields) in forms {
        app.wait(601);
        let asked = root.browser.submit("/me/security", action, fields).await;
        assert!(is_question(&asked), "{action}: {} {:?}", asked.status, asked.location());
    }
    let revoked = root.browser.submit("/me/security", "/settings/gates/edge/revoke", &[]).await;
    assert!(!is_question(&revoked), "{:?}", revoked.location());
}

#[actix_web::test]
async fn another_account_s_services_and_tokens_look_like_none() {
    let app = TestApp::spawn();
    let root = app.root().await;
    service(&app, &root, "orders").await;
    root.grant(&app, TOKEN, TOKEN, &[("name", "edge"), ("service", "orders")]).await.redirect();
    let stranger = app.root_named("stranger").await;

    for path in
        ["/settings/services/orders", EDIT, "/settings/services/orders/delete", "/settings/gates/edge/revoke"]
    {
        let foreign = stranger.browser.get(path).await;
        let missing = stranger.browser.get(&path.replace("orders", "absent").replace("edge", "none")).await;
        assert_eq!(
            (foreign.status, missing.status),
            (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND),
            "{path}"
        );
    }
    for (action, fields) in [
        (EDIT, vec![("hosts", "a.example")]),
        ("/settings/services/orders/delete", vec![]),
        ("/settings/gates/edge/revoke", vec![]),
    ] {
        let answer = stranger.browser.submit("/me/security", action, &fields).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{action}");
    }
    let answer = stranger.browser.submit(TOKEN, TOKEN, &[("name", "mine"), ("service", "orders")]).await;
    assert!(answer.text(".error-summary").unwrap().contains("no service `orders`"), "{}", answer.body);
    for list in ["/settings/services", "/settings/gates"] {
        let page = stranger.browser.get(list).await;
        assert!(!page.body.contains("orders") && !page.body.contains("edge"), "{list}");
    }
    service(&app, &stranger, "orders").await;
    assert_eq!(root.browser.get("/settings/services").await.count("tr[data-service]"), 1);
}
