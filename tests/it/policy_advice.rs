//! *Check* that looks twice, the simulator's near misses, and refusals that say why.

use crate::support::people::Person;
use crate::support::{Answer, TestApp};
use camlock::domain::permission::known::{KNOWN, SERVICES};
use camlock::domain::permission::{in_policies, needs_no_policy};
use camlock::domain::policy::advice;
use reqwest::StatusCode;

fn document(effect: &str, action: &str, more: &str) -> String {
    format!(
        r#"{{"version":"2.0","statement":[{{"effect":"{effect}","action":["{action}"],"resource":"*"{more}}}]}}"#
    )
}

fn advice_on(action: &str) -> Vec<String> {
    advice::of(&document("allow", action, ""), &[]).into_iter().map(|advice| advice.text).collect()
}

async fn checked(root: &Person, document: &str) -> Answer {
    let fields = [("name", "looked-at"), ("document", document), ("check", "1")];
    root.browser.submit("/policies/new", "/policies/new", &fields).await
}

async fn policy(app: &TestApp, root: &Person, (name, document): (&str, &str)) -> String {
    let fields = [("name", name), ("document", document)];
    let made = root.grant(app, "/policies/new", "/policies/new", &fields).await.redirect();
    made.split(['?', '#']).next().unwrap().to_owned()
}

#[test]
fn every_action_of_the_program_is_a_known_one() {
    let sources = ["src/domain/permission.rs", "src/app/keys/access_keys.rs", "src/api/actions/sts.rs"];
    for source in sources {
        let text = std::fs::read_to_string(format!("{}/{source}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        for piece in
            text.split('"').filter(|piece| SERVICES.iter().any(|s| piece.starts_with(&format!("{s}:"))))
        {
            assert!(needs_no_policy(piece) || KNOWN.contains(&in_policies(piece)), "{source}: {piece}");
        }
    }
    for action in camlock::api::actions::all() {
        let name = format!("{}:{}", action.service.as_str(), action.name);
        assert!(needs_no_policy(&name) || KNOWN.contains(&in_policies(&name)), "{name}");
    }
}

#[test]
fn an_action_that_does_not_exist_is_told_with_the_one_that_was_meant() {
    for (written, meant) in [
        ("cam:ListUser", "`cam:ListUsers`?"),
        ("cam:GetUsr", "`cam:GetUser`?"),
        ("name/cam:ListPolicys", "`cam:ListPolicies`?"),
        ("cam:QueryKeyBySecretId", "`account:QueryKeyBySecretId`?"),
        ("sts:GetCallerIdentiy", "`sts:GetCallerIdentity`?"),
    ] {
        let told = advice_on(written);
        assert!(told.len() == 1 && told[0].contains(meant), "{written}: {told:?}");
    }
    for (written, said) in [("sts:Nope", "no action `sts:Nope`"), ("cam:Lisst*", "fits no action")] {
        let told = advice_on(written);
        assert!(
            told.len() == 1 && told[0].contains(said) && !told[0].contains("mean"),
            "{written}: {told:?}"
        );
    }
}

#[test]
fn what_exists_and_what_belongs_to_others_is_not_judged() {
    for written in
        ["cam:ListUsers", "cam:listusers", "cam:List*", "cos:GetObjekt", "orders:*", "cam:*Key", "*:GetUser"]
    {
        assert_eq!(advice_on(written), [""; 0], "{written}");
    }
    assert_eq!(advice::of(&document("deny", "*", ""), &[]), []);
    assert_eq!(advice::of("no policy", &[]), []);
}

#[test]
fn grants_of_everything_are_told() {
    for written in ["*", "*:*", "cam:*", "account:*"] {
        assert!(advice_on(written)[0].contains("on every resource"), "{written}");
    }
}

#[actix_web::test]
async fn check_warns_by_line_and_the_policy_can_be_saved_all_the_same() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let slip = document("allow", "cam:ListUser", "");

    let page = checked(&root, &slip).await;
    let sound = checked(&root, &document("allow", "cam:ListUsers", "")).await;

    assert_eq!(page.status, StatusCode::OK);
    let told = page.text("#advice").unwrap();
    assert!(told.contains("line 1") && told.contains("Did you mean `cam:ListUsers`?"), "{told}");
    assert_ne!(page.text("#checked-h").as_deref(), Some("No problems found"));
    assert_eq!((sound.count("#advice"), sound.text("#checked-h").as_deref()), (0, Some("No problems found")));
    policy(&app, &root, ("slipped", &slip)).await;
}

#[actix_web::test]
async fn sentences_write_conditions_out() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let said = async |condition: &str| {
        let more = format!(r#","condition":{condition}"#);
        checked(&root, &document("allow", "cos:GetObject", &more)).await.text("ul.rows p").unwrap()
    };

    assert_eq!(
        said(r#"{"ip_equal":{"qcs:ip":["10.0.0.0/8","192.168.0.0/16"]}}"#).await,
        "Allows cos:GetObject on every resource, only from 10.0.0.0/8 or 192.168.0.0/16."
    );
    let two = said(r#"{"ip_not_equal":{"qcs:ip":"10.9.0.0/16"},"date_less_than":{"qcs:current_time":"2027-01-01T00:00:00Z"}}"#).await;
    assert!(two.contains("not from 10.9.0.0/16") && two.contains("only until 2027-01-01T00:00:00Z"), "{two}");
    let other = said(r#"{"string_equal_if_exist":{"qcs:request_tag/team":"ops"}}"#).await;
    assert!(other.contains("only if qcs:request_tag/team is ops"), "{other}");
}

#[actix_web::test]
async fn the_simulator_names_what_came_near_and_the_part_that_failed() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let bound = document("allow", "cos:GetObject", r#","condition":{"ip_equal":{"qcs:ip":"10.0.0.0/8"}}"#);
    let address = policy(&app, &root, ("cos-readers", &bound)).await;
    let other = r#"{"version":"2.0","statement":[{"effect":"allow","action":"cos:GetObject","resource":"qcs::cos::uin/1:other"}]}"#;
    policy(&app, &root, ("cos-other", other)).await;
    app.sub_user(&root, "alice", &["cos-readers", "cos-other"]).await;
    let question = "/policies/simulate?user=alice&action=cos:GetObject&resource=*&context=";

    let refused = root.browser.get(&format!("{question}qcs:ip%3D192.168.1.1")).await;
    let allowed = root.browser.get(&format!("{question}qcs:ip%3D10.1.1.1")).await;

    let near = refused.texts("#near li");
    assert!(near[0].contains("cos-readers") && near[0].contains("ip_equal qcs:ip (10.0.0.0/8)"), "{near:?}");
    assert!(near[0].contains("192.168.1.1"), "{near:?}");
    assert!(near[1].contains("cos-other") && near[1].contains("resources"), "{near:?}");
    assert_eq!(refused.attributes("#near a", "href")[0], format!("{address}#line-1"));
    assert_eq!(
        (allowed.attribute("#verdict", "data-allowed").as_deref(), allowed.count("#near")),
        (Some("true"), 0)
    );
}

#[actix_web::test]
async fn near_misses_are_told_to_those_who_may_read_the_policy() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let bound = document("allow", "cos:GetObject", r#","condition":{"ip_equal":{"qcs:ip":"10.0.0.0/8"}}"#);
    policy(&app, &root, ("cos-readers", &bound)).await;
    policy(&app, &root, ("lookers", &document("allow", "cam:ListAttachedUserPolicies", ""))).await;
    app.sub_user(&root, "alice", &["cos-readers"]).await;
    let carol = app.signed_in(&root, "carol", &["lookers"]).await;
    let question =
        "/policies/simulate?user=alice&action=cos:GetObject&resource=*&context=qcs:ip%3D192.168.1.1";

    let page = carol.browser.get(question).await;

    assert_eq!(page.attribute("#verdict", "data-allowed").as_deref(), Some("false"));
    assert!(!page.body.contains("10.0.0.0/8"));
}

#[actix_web::test]
async fn the_simulator_offers_users_actions_and_resources() {
    let app = TestApp::spawn();
    let root = app.root().await;
    app.sub_user(&root, "alice", &[]).await;

    let page = root.browser.get("/policies/simulate").await;

    let offered = async |field: &str| {
        let list = page.attribute(&format!("#field-{field}"), "list").unwrap();
        page.attributes(&format!("datalist#{list} option"), "value")
    };
    assert!(offered("user").await.contains(&"alice".to_owned()));
    assert!(offered("action").await.contains(&"cam:ListUsers".to_owned()));
    assert!(offered("resource").await.contains(&"*".to_owned()));
}

async fn bounded(app: &TestApp, root: &Person, uin: &str, policy: &str) {
    let page = format!("/users/{uin}/permissions/boundary");
    root.grant(app, &page, &page, &[("policy", policy)]).await.redirect();
}

#[actix_web::test]
async fn a_refusal_says_whether_nothing_allows_it_or_what_denies_it() {
    let app = TestApp::spawn();
    let root = app.root().await;
    policy(&app, &root, ("no-groups", &document("deny", "cam:ListGroups", ""))).await;
    policy(&app, &root, ("only-users", &document("allow", "cam:ListUsers", ""))).await;
    let nothing = app.signed_in(&root, "alice", &[]).await;
    let denied = app.signed_in(&root, "bob", &["ReadOnlyAccess", "no-groups"]).await;
    let limited = app.signed_in(&root, "carol", &["ReadOnlyAccess"]).await;
    bounded(&app, &root, &limited.uin, "only-users").await;
    let why = async |person: &Person| person.browser.get("/groups").await.text("[role=alert] p").unwrap();

    assert_eq!(why(&nothing).await, "No policy attached to you allows this.");
    let told = why(&denied).await;
    assert!(told.contains("denies this") && told.contains("no-groups"), "{told}");
    let told = why(&limited).await;
    assert!(told.contains("permission boundary") && told.contains("only-users"), "{told}");
}

#[actix_web::test]
async fn the_keys_page_says_that_the_boundary_hides_the_secret() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let own =
        r#"{"version":"2.0","statement":[{"effect":"allow","action":"cam:*CollApiKey","resource":"*"}]}"#;
    policy(&app, &root, ("only-own", own)).await;
    let carol = app.signed_in(&root, "carol", &["QcloudCollApiKeyManageAccess"]).await;
    bounded(&app, &root, &carol.uin, "only-own").await;
    carol.create_key("/keys").await;

    let told = carol.browser.get("/keys").await.text("#why-hidden").unwrap();

    assert!(told.contains("boundary") && told.contains("only-own"), "{told}");
    assert!(!told.contains("a policy must allow"), "{told}");
}
