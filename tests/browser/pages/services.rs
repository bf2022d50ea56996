//! Services, their gate tokens, what became of requests, and the records of keys at services.

use super::{Scene, scene};
use crate::chrome::Chrome;
use crate::support::TestApp;
use crate::support::gate::{HOST, Wanted};
use crate::support::people::uin_in;
use crate::sweep::Sweep;
use camlock::domain::user::Uin;

/// A service that was asked about for some hours, by users with long names; gives the records of a key.
async fn asked_about(app: &TestApp, scene: &Scene) -> String {
    let root = &scene.root;
    let gateway = app.gateway(&root.owner, &[]);
    let fields = [
        ("kind", "sub_user"),
        ("user_name", "订单服务机器人一二三四五六七八九十甲乙丙丁"),
        ("policy", "AdministratorAccess"),
    ];
    let made = root.grant(app, "/users/new", "/users/new", &fields).await.redirect();
    let parse = |text: &str| Uin::parse(text).unwrap();
    let key = app.key_for(parse(&root.owner), parse(&uin_in(&made))).await;
    let poor = app.key_for(parse(&root.owner), parse(&scene.new)).await;
    let forged = app.client(&key.secret_id, "0123456789abcdefghijklmnopqrstuv");
    let long = format!("/v1/orders/{}", "%E8%AE%A2%E5%8D%95".repeat(20));
    for hour in 0..3 {
        for target in ["/v1/orders", "/v1/orders/7", &long, "/v1//x"] {
            let wanted = Wanted { method: "GET", target, body: b"", now: app.now() };
            let clients = [&key, &poor, &forged];
            for client in clients.iter().take(1 + hour) {
                gateway.verdict(&client.sign_aws(wanted)).await;
            }
        }
        let late = Wanted { method: "DELETE", target: "/v1/orders", body: b"", now: app.now() - 1_000 };
        gateway.verdict(&key.sign_aws_with(late, &[("host", HOST)])).await;
        app.wait(1_200);
    }
    format!("/users/{}/keys/{}/records", uin_in(&made), key.secret_id)
}

#[actix_web::test]
async fn the_pages_of_services_are_sound_in_every_width_and_colour() {
    let app = TestApp::spawn();
    let mut scene = scene(&app).await;
    let records = asked_about(&app, &scene).await;
    scene.root.browser = app.browser();

    Chrome::visit(&app, async |chrome| {
        let mut sweep = Sweep::new(chrome);
        chrome.sign_in(&app, &scene.root).await;
        sweep.visit("/settings/services", "services").await;
        sweep.visit("/settings/services/orders", "service").await;
        assert!(chrome.count(".lane rect").await > 1 && chrome.count("tr[data-reason]").await > 5);
        chrome.click(".twin summary").await;
        chrome.click(".refusals details summary").await;
        sweep.look("service-opened").await;
        sweep.visit("/settings/services/orders/routes", "service-routes").await;
        sweep.visit("/settings/services/orders/tokens", "service-tokens").await;
        sweep.visit(&records, "records-at-a-service").await;
        assert!(chrome.count("tr[data-refused]").await > 1);
        sweep.visit("/settings/services/new", "service-new").await;
        chrome.press("Make service").await;
        sweep.look("service-new-with-errors").await;
        sweep.visit("/settings/services/orders/edit", "service-edit").await;
        sweep.visit("/settings/services/orders/delete", "service-delete").await;
        sweep.visit("/settings/gates", "gate-tokens").await;
        sweep.visit("/settings/gates/new", "gate-token-new").await;
        chrome.press("Make gate token").await;
        sweep.look("gate-token-new-with-errors").await;
        sweep.visit("/policies/new?service=orders&template=read-only", "policy-to-begin-with").await;
        sweep.end(14);
    })
    .await;
}
