//! `camlock service …` and `camlock gate token …`, as the operator types them, beside a running server.

use crate::support::TestApp;
use crate::support::process::operate;
use camlock::domain::gate::gateway::Gateway;
use camlock::domain::gate::host::Host;
use camlock::domain::gate::method::Method;
use camlock::domain::gate::token::GateToken;
use camlock::store::{Conn, gate_tokens};
use serde_json::{Value, json};
use std::process::Output;

/// What the commands of one account print.
struct Operator<'a> {
    app: &'a TestApp,
    owner: String,
}

impl<'a> Operator<'a> {
    async fn new(app: &'a TestApp) -> Self {
        Self { app, owner: app.bare_root("root").await.uin }
    }

    /// A line such as `service list --json`, with the account put in.
    fn run(&self, words: &str, more: &[&str]) -> Output {
        let words = words.split(' ').chain(["--owner", &self.owner]).chain(more.iter().copied());
        operate(self.app, &words.collect::<Vec<_>>())
    }

    fn says(&self, words: &str, more: &[&str]) -> String {
        let output = self.run(words, more);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn prints(&self, words: &str, more: &[&str]) -> Value {
        serde_json::from_str(&self.says(words, more)).unwrap()
    }

    fn is_refused(&self, words: &str, more: &[&str]) -> String {
        let output = self.run(words, more);
        assert!(!output.status.success() && output.stdout.is_empty(), "{words}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// What the gate finds by a token.
    fn gateway(&self, token: &str) -> Option<Gateway> {
        let digest = GateToken::parse(token.trim_end()).unwrap().digest();
        self.app.app.store.read_now(|conn: &mut Conn| gate_tokens::by_digest(conn, &digest)).unwrap()
    }
}

const ORDERS: [&str; 4] = ["--host", "orders.example.com", "--route", "GET /v1/orders/* ListOrders"];

#[actix_web::test]
async fn a_service_is_made_listed_changed_and_deleted() {
    let app = TestApp::spawn();
    let operator = Operator::new(&app).await;

    let made = operator.prints("service create --name orders", &ORDERS);
    let more = ["--host", "Desk.example:8443", "--host", "[::1]", "--body-limit", "0"];
    operator.prints("service create --name desk-2", &more);
    let changed = operator.prints("service edit --name orders --body-limit 10", &[]);
    let bare = operator.prints("service edit --name orders --no-routes --host a.example", &[]);
    let table = operator.says("service list", &[]);
    let listed = operator.prints("service list --json", &[]);

    assert_eq!(made["hosts"], json!(["orders.example.com"]));
    assert_eq!((&made["name"], &made["body_limit"]), (&json!("orders"), &json!(1_048_576)));
    assert_eq!((&changed["body_limit"], &changed["routes"]), (&json!(10), &made["routes"]));
    assert_eq!((&bare["routes"], &bare["hosts"]), (&json!([]), &json!(["a.example"])));
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines[0].starts_with("NAME    HOSTS"), "{table}");
    assert!(lines[1].starts_with("desk-2  desk.example:8443 [::1]  0"), "{table}");
    assert_eq!(listed[1]["name"], "orders");
    assert!(operator.says("service delete --name orders", &[]).contains("deleted"));
    assert_eq!(operator.prints("service list --json", &[]).as_array().unwrap().len(), 1);
    assert!(operator.is_refused("service delete --name orders", &[]).contains("no service"));
}

#[actix_web::test]
async fn a_service_that_does_not_fit_is_refused_with_what_to_do() {
    let app = TestApp::spawn();
    let operator = Operator::new(&app).await;
    operator.prints("service create --name orders", &ORDERS);

    let refused =
        |name: &str, more: &[&str]| operator.is_refused(&format!("service create --name {name}"), more);

    assert!(refused("orders", &ORDERS).contains("has a service of that name"));
    assert!(refused("cam", &ORDERS).contains("omething else"));
    assert!(refused("Orders", &ORDERS).contains("small letters"));
    assert!(refused("desk", &["--host", "*.example"]).contains("many hosts"));
    assert!(refused("desk", &["--host", "a.b", "--route", "GET /a Get"]).contains("HTTP method"));
    assert!(refused("desk", &["--host", "a.b", "--body-limit", "10485761"]).contains("10485760"));
    let nobody = operate(&app, &["service", "list", "--owner", "100000000999"]);
    assert!(String::from_utf8_lossy(&nobody.stderr).contains("no account"));
}

#[actix_web::test]
async fn a_gate_token_is_printed_once_and_leads_to_its_services() {
    let app = TestApp::spawn();
    let operator = Operator::new(&app).await;
    operator.prints("service create --name orders", &ORDERS);
    operator.prints("service create --name desk --host desk.example", &[]);

    let printed = operator.says("gate token create --name edge --service orders --service desk", &[]);

    assert_eq!(printed.lines().count(), 1);
    let gateway = operator.gateway(&printed).unwrap();
    assert_eq!(
        (gateway.token.name.as_str(), gateway.token.owner_uin.to_string()),
        ("edge", operator.owner.clone())
    );
    let service = gateway.service_of(&Host::parse("orders.example.com:8443").unwrap()).unwrap();
    let action = service.plan.routes.action_of(Method::parse("GET").unwrap(), "/v1/orders/7");
    assert_eq!(service.plan.name.action(action), "orders:ListOrders");
    assert!(gateway.service_of(&Host::parse("other.example.com").unwrap()).is_none());
    let listed = operator.prints("gate token list --json", &[]);
    assert_eq!(listed[0]["options"]["coverage"], "verified");
    let table = operator.says("gate token list", &[]);
    assert!(table.contains("edge  desk orders"), "{table}");
    let log = app.app.store.read_now(|conn: &mut Conn| kept_texts(conn)).unwrap();
    assert!(!format!("{listed}{table}{log}").contains(printed.trim_end()));
    assert!(log.contains("CreateGateToken") && log.contains("CreateService"));
}

#[actix_web::test]
async fn a_revoked_token_leads_to_nothing_and_leaves_its_name_free() {
    let app = TestApp::spawn();
    let operator = Operator::new(&app).await;
    operator.prints("service create --name orders", &ORDERS);
    let create = "gate token create --name edge --service orders";
    let first = operator.says(create, &[]);
    assert!(operator.is_refused(create, &[]).contains("of that name"));

    operator.says("gate token revoke --name edge", &[]);

    assert!(operator.gateway(&first).is_none());
    assert!(operator.is_refused("gate token revoke --name edge", &[]).contains("no gate token"));
    let second = operator.says(create, &[]);
    assert!(operator.gateway(&second).is_some() && operator.gateway(&first).is_none());
    assert_eq!(operator.prints("gate token list --json", &[]).as_array().unwrap().len(), 2);
}

#[actix_web::test]
async fn a_token_without_services_answers_nothing() {
    let app = TestApp::spawn();
    let operator = Operator::new(&app).await;
    operator.prints("service create --name orders", &ORDERS);
    let token = operator.says("gate token create --name edge --service orders", &[]);

    operator.says("service delete --name orders", &[]);
    operator.prints("service create --name orders", &ORDERS);

    let gateway = operator.gateway(&token).unwrap();
    assert!(gateway.service_of(&Host::parse("orders.example.com").unwrap()).is_none());
    assert_eq!(operator.prints("gate token list --json", &[])[0]["services"], json!([]));
}

#[actix_web::test]
async fn a_host_belongs_to_one_service_of_a_token() {
    let app = TestApp::spawn();
    let operator = Operator::new(&app).await;
    operator.prints("service create --name orders", &ORDERS);
    operator.prints("service create --name desk --host orders.example.com:8443 --host desk.example", &[]);
    let both = "gate token create --name edge --service orders --service desk";

    assert!(operator.is_refused(both, &[]).contains("belongs to one service"));
    let narrowed = operator.says(both, &["--host", "desk.example"]);
    let gateway = operator.gateway(&narrowed).unwrap();
    assert!(gateway.service_of(&Host::parse("orders.example.com").unwrap()).is_none());
    assert!(gateway.service_of(&Host::parse("desk.example").unwrap()).is_some());
    let edit = "service edit --name orders --host desk.example";
    assert!(operator.is_refused(edit, &[]).contains("belongs to one service"));
    let listed = operator.prints("service list --json", &[]);
    assert_eq!(listed[1]["hosts"], json!(["orders.example.com"]));
}

#[actix_web::test]
async fn the_options_of_a_token_are_kept_and_wrong_ones_refused() {
    let app = TestApp::spawn();
    let operator = Operator::new(&app).await;
    operator.prints("service create --name orders", &ORDERS);
    let create = |more: &str| format!("gate token create --name edge --service orders {more}");

    for (more, told) in [
        ("--coverage some", "none of the choices"),
        ("--vend --region eu-1", "Name the regions"),
        ("--host other.example", "none of the services"),
        ("--region eu/1", "stands in no scope"),
        ("--service billing", "no service `billing`"),
        ("--service orders", "each service once"),
    ] {
        assert!(operator.is_refused(&create(more), &[]).contains(told), "{more}");
    }
    let options = "--headers forwarded --coverage claimed --replay all --single-encoding --region eu-1 --scope-service s3 \
                   --unsigned-action --vend --host orders.example.com:443";
    operator.says(&create(options), &[]);

    let expected = json!({
        "hosts": ["orders.example.com:443"], "headers": "forwarded", "coverage": "claimed", "replay": "all",
        "single_encoding": true, "regions": ["eu-1"], "scope_services": ["s3"], "unsigned_action": true, "vend": true,
    });
    assert_eq!(operator.prints("gate token list --json", &[])[0]["options"], expected);
}

#[actix_web::test]
async fn another_account_has_other_services_and_tokens() {
    let app = TestApp::spawn();
    let operator = Operator::new(&app).await;
    operator.prints("service create --name orders", &ORDERS);
    operator.says("gate token create --name edge --service orders", &[]);
    let other = Operator { app: &app, owner: app.bare_root("partner").await.uin };

    assert_eq!(other.prints("service list --json", &[]), json!([]));
    assert!(other.is_refused("gate token create --name edge --service orders", &[]).contains("no service"));
    assert!(other.is_refused("gate token revoke --name edge", &[]).contains("no gate token"));
    assert!(other.is_refused("service edit --name orders --host a.example", &[]).contains("no service"));
    other.prints("service create --name orders --host orders.example.com", &[]);
}

#[actix_web::test]
async fn a_use_of_a_token_is_noted_and_a_later_one_stays() {
    let app = TestApp::spawn();
    let operator = Operator::new(&app).await;
    operator.prints("service create --name orders", &ORDERS);
    let token = operator.says("gate token create --name edge --service orders", &[]);
    let id = operator.gateway(&token).unwrap().token.id;

    for at in [1_700_000_000, 1_600_000_000] {
        app.app.store.write_now(|conn: &mut Conn| gate_tokens::note_use(conn, id, at)).unwrap();
    }

    assert_eq!(operator.gateway(&token).unwrap().token.last_used_at, Some(1_700_000_000));
    assert!(operator.says("gate token list", &[]).contains("14 Nov 2023"));
}

/// Events and tokens, as the database has them.
fn kept_texts(conn: &mut Conn) -> Result<String, camlock::store::StoreError> {
    use diesel::prelude::*;
    #[derive(QueryableByName)]
    struct Text {
        #[diesel(sql_type = diesel::sql_types::Text)]
        text: String,
    }
    let sql = "SELECT event || target || detail AS text FROM audit_events UNION ALL \
               SELECT digest || name || options FROM gate_tokens";
    let rows: Vec<Text> = diesel::sql_query(sql).load(conn)?;
    Ok(rows.into_iter().map(|row| row.text).collect())
}
