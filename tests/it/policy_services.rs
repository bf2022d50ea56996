//! What *Check*, the simulator and the editor know of the account's services.

use crate::support::people::Person;
use crate::support::{Answer, TestApp};
use reqwest::StatusCode;

const NEW: &str = "/settings/services/new";

async fn with_services(app: &TestApp, root: &Person) {
    let routes = "GET /v1/orders ListOrders\nGET /v1/orders/* GetOrder\nPOST /v1/orders CreateOrder\nHEAD /v1/both Both\nPUT /v1/both Both";
    let fields = [("name", "orders"), ("hosts", "orders.example.com"), ("routes", routes)];
    root.grant(app, NEW, NEW, &fields).await.redirect();
}

async fn checked(root: &Person, document: &str) -> Answer {
    let fields = [("name", "looked-at"), ("document", document), ("check", "1")];
    root.browser.submit("/policies/new", "/policies/new", &fields).await
}

fn document(effect: &str, action: &str, resource: &str) -> String {
    format!(
        r#"{{"version":"2.0","statement":[{{"effect":"{effect}","action":["{action}"],"resource":["{resource}"]}}]}}"#
    )
}

#[actix_web::test]
async fn check_knows_the_actions_of_services_and_warns_of_others() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let before = checked(&root, &document("allow", "order:Foo", "*")).await;
    assert_eq!(before.count("#advice"), 0, "an account without services says nothing of others");
    with_services(&app, &root).await;

    for known in [
        "orders:ListOrders",
        "orders:listorders",
        "orders:GET",
        "orders:PROPFIND",
        "orders:*",
        "orders:Get*",
        "cam:GetUser",
    ] {
        assert_eq!(checked(&root, &document("allow", known, "*")).await.count("#advice"), 0, "{known}");
    }
    for (unknown, said) in [
        ("orders:ListOrder", "Did you mean `orders:ListOrders`?"),
        ("orders:Refund", "neither a route of orders nor an HTTP method"),
        ("order:GET", "no service `order`, so it allows nothing here. Did you mean `orders`?"),
        ("cam:ListUser", "Did you mean `cam:ListUsers`?"),
    ] {
        let page = checked(&root, &document("allow", unknown, "*")).await;
        let told = page.text("#advice").unwrap_or_default();
        assert!(told.contains(said), "{unknown}: {told}");
    }
}

#[actix_web::test]
async fn check_says_what_a_path_covers_and_what_a_slash_at_the_end_leaves_out() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let on = |path: &str| format!("qcs::orders::uin/{}:{path}", root.owner);

    let slash = checked(&root, &document("deny", "*", &on("/v1/orders/"))).await;
    let bare = checked(&root, &document("deny", "*", &on("/v1/orders"))).await;
    let all = checked(&root, &document("deny", "*", &on("/"))).await;
    let allowed = checked(&root, &document("allow", "orders:GET", &on("/v1/orders/"))).await;

    let told = slash.text("#advice").unwrap();
    assert!(told.contains("not `/v1/orders` itself") && told.contains("line 1"), "{told}");
    for page in [&bare, &all, &allowed] {
        assert_eq!(page.count("#advice"), 0);
        assert!(page.text("ul.rows p").unwrap().contains("A resource covers what lies beneath it."));
    }
    let other = checked(&root, &document("deny", "cam:GetUser", "*")).await;
    assert!(!other.text("ul.rows p").unwrap().contains("beneath"));
}

#[actix_web::test]
async fn the_simulator_offers_actions_of_services_and_doubts_others() {
    let app = TestApp::spawn();
    let root = app.root().await;
    with_services(&app, &root).await;
    let stranger = app.root_named("stranger").await;

    let page = root.browser.get("/policies/simulate").await;
    let actions = page.attributes("#known-actions option", "value");
    for action in ["orders:ListOrders", "orders:GET", "orders:DELETE", "cam:GetUser"] {
        assert!(actions.contains(&action.to_owned()), "{action}");
    }
    let resources = page.attributes("#known-resources option", "value");
    assert!(resources.contains(&format!("qcs::orders::uin/{}:/v1/orders", root.owner)), "{resources:?}");
    let foreign = stranger.browser.get("/policies/simulate").await;
    assert!(!foreign.body.contains("orders"));

    let asked = async |action: &str| {
        let page = format!("/policies/simulate?user=root&action={action}&resource=*");
        root.browser.get(&page).await.text("#doubt").unwrap_or_default()
    };
    assert!(asked("orders:Refund").await.contains("neither a route"));
    assert!(asked("billing:GET").await.contains("no service `billing`"));
    assert_eq!(asked("orders:GetOrder").await, "");
    assert_eq!(asked("cam:GetUser").await, "");
}

#[actix_web::test]
async fn documents_to_begin_with_are_sound_and_do_what_they_say() {
    let app = TestApp::spawn();
    let root = app.root().await;
    assert_eq!(root.browser.get("/policies/new").await.count("select[name=template]"), 0);
    with_services(&app, &root).await;
    assert_eq!(root.browser.get("/policies/new").await.count("select[name=template] option"), 3);
    let mut made = Vec::new();
    for template in ["read-only", "path-prefix", "network"] {
        let page = root.browser.get(&format!("/policies/new?service=orders&template={template}")).await;
        let document = page.text("#field-document").unwrap();
        let checked = checked(&root, &document).await;
        assert_eq!(checked.text("#checked-h").as_deref(), Some("No problems found"), "{document}");
        let fields = [("name", template), ("document", document.as_str())];
        root.grant(&app, "/policies/new", "/policies/new", &fields).await.redirect();
        app.sub_user(&root, &format!("user-{template}"), &[template]).await;
        made.push(document);
    }
    let may = async |user: &str, action: &str, path: &str, ip: &str| {
        let resource = format!("qcs::orders::uin/{}:{path}", root.owner);
        let page = format!(
            "/policies/simulate?user=user-{user}&action=orders:{action}&resource={resource}&context=qcs:ip%3D{ip}"
        );
        root.browser.get(&page).await.attribute("#verdict", "data-allowed").unwrap() == "true"
    };

    let here = "10.1.2.3";
    for read in ["GET", "HEAD", "ListOrders", "GetOrder"] {
        assert!(may("read-only", read, "/v1/x", here).await, "{read}: {}", made[0]);
    }
    for write in ["POST", "DELETE", "CreateOrder", "Both"] {
        assert!(!may("read-only", write, "/v1/x", here).await, "{write}");
    }
    assert!(may("path-prefix", "POST", "/v1/orders/7", here).await);
    assert!(!may("path-prefix", "GET", "/v1/ordersx", here).await);
    assert!(may("network", "POST", "/v2", here).await);
    assert!(!may("network", "POST", "/v2", "192.0.2.7").await);
}

#[actix_web::test]
async fn a_document_for_a_service_that_is_not_there_is_not_found() {
    let app = TestApp::spawn();
    let root = app.root().await;
    with_services(&app, &root).await;
    let stranger = app.root_named("stranger").await;

    for address in ["?service=orders&template=all", "?service=absent&template=network", "?template=network"] {
        let answer = root.browser.get(&format!("/policies/new{address}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{address}");
    }
    let foreign = stranger.browser.get("/policies/new?service=orders&template=network").await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn the_editor_offers_the_actions_that_the_simulator_offers_and_all_of_a_service_at_once() {
    let app = TestApp::spawn();
    let root = app.root().await;
    with_services(&app, &root).await;
    let made = [("name", "kept"), ("document", &document("allow", "orders:GET", "*"))];
    let policy = root.grant(&app, "/policies/new", "/policies/new", &made).await.redirect();
    let simulator = root.browser.get("/policies/simulate").await;
    let offered = simulator.attributes("#known-actions option", "value");

    for page in ["/policies/new".to_owned(), format!("{policy}/edit")] {
        let page = root.browser.get(&page).await;
        let listed = page.texts("#known li");
        assert_eq!(listed, page.attributes("#known-actions option", "value"));
        assert_eq!(&listed[..2], ["orders:*", "cam:*"]);
        assert_eq!(listed[2..], offered);
        assert_eq!(page.attribute("#known-action", "name"), None, "it is not sent");
    }
    let page = checked(&root, &document("allow", "orders:GET", "*")).await;
    assert!(page.texts("#known li").contains(&"orders:ListOrders".to_owned()));
}
