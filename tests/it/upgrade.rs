//! A database that an older version left behind: it starts, migrates, and everything in it works on.

use crate::support::people::{PASSWORD, Person};
use crate::support::{Browser, Upgraded, code};
use camlock::app::session::sweep;
use camlock::store::migrations;
use reqwest::StatusCode;
use serde_json::{Value, json};

#[actix_web::test]
async fn no_row_is_lost() {
    let old = Upgraded::open();

    assert!(old.app.app.store.read_now(migrations::is_current).unwrap());
    for table in [
        "accounts",
        "api_keys",
        "audit_events",
        "group_members",
        "group_policies",
        "identities",
        "key_records",
        "key_usage",
        "policy_attachments",
        "policy_versions",
        "recovery_codes",
        "sessions",
        "totp_devices",
        "user_boundaries",
        "user_groups",
        "users",
    ] {
        assert_eq!(old.rows(table), old["/counts"][table].as_i64().unwrap(), "{table}");
    }
    let second = old.app.second_node();
    assert_eq!(old.session("root").get("/readyz").await.status, StatusCode::OK);
    assert_eq!(Browser::new(&second.address).get("/readyz").await.status, StatusCode::OK);
}

#[actix_web::test]
async fn its_keys_sign_as_before_and_deleted_ones_do_not() {
    let old = Upgraded::open();

    for (name, key) in old["/keys"].as_object().unwrap() {
        let answer = old.key(name).call("cam", "GetUserAppId", json!({})).await;
        if key["status"] == "enabled" {
            assert_eq!(
                (&answer["Uin"], &answer["OwnerUin"]),
                (&key["uin"], &key["owner_uin"]),
                "{name}: {answer}"
            );
        } else {
            assert_eq!(code(&answer), "AuthFailure.SecretIdNotFound", "{name}");
        }
    }
    for id in old["/deleted_secret_ids"].as_array().unwrap() {
        let client = old.app.client(id.as_str().unwrap(), old.text("/keys/root/secret_key"));
        let answer = client.call("cam", "GetUserAppId", json!({})).await;
        assert_eq!(code(&answer), "AuthFailure.SecretIdNotFound");
    }
    let fresh = old.key("root").call("cam", "CreateAccessKey", json!({})).await;
    assert!(fresh["AccessKey"]["SecretAccessKey"].is_string(), "{fresh}");
}

#[actix_web::test]
async fn its_records_are_listed_and_refused_signatures_are_counted_beside_them() {
    let old = Upgraded::open();
    let key = old.key("ci_bot");
    let page = format!("/users/{}/keys/{}/records", old.text("/keys/ci_bot/uin"), key.secret_id);
    let before = old.session("root").get(&page).await;
    assert!(before.count("tr[data-request-id]") > 0, "{}: {}", before.status, before.body);
    assert_eq!(before.count("tr[data-refused]"), 0);

    let forged = old.app.client(&key.secret_id, "0123456789abcdefghijklmnopqrstuv");
    forged.call("cam", "GetUserAppId", json!({})).await;

    let after = old.session("root").get(&page).await;
    assert_eq!(after.attributes("tr[data-refused]", "data-refused"), ["wrong_signature"]);
    assert_eq!(after.count("tr[data-request-id]"), before.count("tr[data-request-id]"));
}

#[actix_web::test]
async fn its_sessions_stay_signed_in() {
    let old = Upgraded::open();

    for (name, page) in [
        ("root", "/users"),
        ("alice", "/users"),
        ("bob", "/keys"),
        ("grace", "/users"),
        ("globex_in_acme", "/users"),
        ("recovering_root", "/me/security"),
    ] {
        let answer = old.session(name).get(page).await;
        assert_eq!(answer.status, StatusCode::OK, "{name}: {:?}", answer.location());
    }
    let half = old.session("half_alice");
    assert!(half.get("/users").await.redirect().starts_with("/login"));
    let code = old.person("alice").fresh_code(&old.app);
    half.submit("/login/verify", "/login/verify", &[("code", &code)]).await.redirect();
    assert_eq!(half.get("/users").await.status, StatusCode::OK);
    let csrf = half.get("/users/new").await.csrf();
    half.post("/logout", &csrf, &[]).await.redirect();
    assert!(half.get("/users").await.redirect().starts_with("/login"));
}

#[actix_web::test]
async fn its_people_sign_in_with_their_passwords_apps_and_recovery_codes() {
    let old = Upgraded::open();
    let root = old.person("root");

    for person in [&root, &old.person("alice"), &old.person("bob")] {
        person.sign_in(&old.app).await;
        let page = person.browser.get("/me/security").await;
        assert_eq!(page.status, StatusCode::OK, "{}", person.name);
    }

    for (recovery, expected) in [
        (&old["/accounts/acme/recovery_code_used"], StatusCode::UNAUTHORIZED),
        (&old["/accounts/acme/recovery_codes_unused/0"], StatusCode::SEE_OTHER),
    ] {
        let browser = old.app.browser();
        let fields = [("account", root.owner.as_str()), ("user_name", "root"), ("password", PASSWORD)];
        browser.submit("/login", "/login", &fields).await.redirect();
        let fields = [("recovery_code", recovery.as_str().unwrap())];
        assert_eq!(browser.submit("/login/recovery", "/login/recovery", &fields).await.status, expected);
    }
}

#[actix_web::test]
async fn its_policies_groups_and_boundaries_decide() {
    let old = Upgraded::open();
    let refused = "AuthFailure.UnauthorizedOperation";
    let bot =
        async |action: &str, body: Value| code(&old.key("ci_bot").call("cam", action, body).await).to_owned();
    let alice = async |action: &str, body: Value| {
        code(&old.key("alice_enabled").call("cam", action, body).await).to_owned()
    };
    let collaborator = async |action: &str, body: Value| {
        code(&old.key("collaborator").call("cam", action, body).await).to_owned()
    };

    // The second of three versions is in force.
    assert_eq!(bot("GetUser", json!({ "Name": "bob" })).await, "");
    assert_eq!(bot("ListUsers", json!({})).await, refused);
    assert_eq!(bot("ListGroups", json!({})).await, refused);
    assert_eq!(alice("ListUsers", json!({})).await, "");
    assert_eq!(alice("DeleteUser", json!({ "Name": "frank" })).await, refused);
    assert_eq!(collaborator("ListUsers", json!({})).await, "");
    assert_eq!(collaborator("AddUser", json!({ "Name": "new" })).await, refused);
    let root = old.key("root");
    let versions =
        root.call("cam", "ListPolicyVersions", json!({ "PolicyId": old["/policies/readers"] })).await;
    assert_eq!(versions["Versions"].as_array().unwrap().len(), 3, "{versions}");
    let dave: i64 = old.text("/users/dave/uin").parse().unwrap();
    let bound = root.call("cam", "GetUserPermissionBoundary", json!({ "TargetUin": dave })).await;
    assert_eq!(bound["PolicyName"], "bounds", "{bound}");
    let group = root.call("cam", "GetGroup", json!({ "GroupId": old["/groups/Developers"] })).await;
    assert_eq!(group["GroupNum"], 2, "{group}");
}

#[actix_web::test]
async fn its_settings_are_shown_as_they_were() {
    let old = Upgraded::open();
    let root = old.root().await;

    let page = root.browser.get("/settings/security").await;
    let value = |field: &str| page.attribute(&format!("input[name={field}]"), "value");
    assert_eq!(value("step_up_window").as_deref(), Some("3"));
    assert_eq!(value("password_min_length").as_deref(), Some("14"));
    let ticked: Vec<String> = page.ticked().into_iter().map(|(name, _)| name).collect();
    assert!(ticked.contains(&"signature_v1".to_owned()), "{ticked:?}");
    assert!(!ticked.contains(&"mfa_required".to_owned()), "{ticked:?}");
    let rules = old.key("globex_root_imported").call("cam", "GetPasswordRules", json!({})).await;
    let rules = &rules["Rules"];
    assert_eq!((&rules["MinimumLength"], &rules["ReusePasswordLimit"]), (&json!(16), &json!(3)), "{rules}");
    let theme = old.session("alice").get("/me/preferences").await;
    assert!(theme.attribute("input[name=theme][value=dark]", "checked").is_some());
}

#[actix_web::test]
async fn its_log_is_listed_and_its_secrets_are_shown_after_a_check() {
    let old = Upgraded::open();
    let root = old.root().await;

    for (event, rows) in [("DeleteApiKey", 3), ("DeleteAccessKey", 1), ("CreateAccount", 0)] {
        let log = root.browser.get(&format!("/audit?event={event}")).await;
        assert_eq!(log.count("tr[data-seq]"), rows, "{event}");
    }
    assert_eq!(root.browser.get("/audit").await.count("tr[data-seq]"), 50);
    let keys = format!("/users/{}/keys", old.text("/users/alice/uin"));
    // Past the window that the last check opened.
    old.app.wait(300);
    let shown = root.reveal(&old.app, &keys, old.text("/keys/alice_enabled/secret_id")).await;
    assert_eq!(shown.text("#secret-key").as_deref(), Some(old.text("/keys/alice_enabled/secret_key")));
    let records = format!("{keys}/{}/records", old.text("/keys/alice_enabled/secret_id"));
    assert!(root.browser.get(&records).await.body.contains("GetUserAppId"));
}

#[actix_web::test]
async fn names_that_no_rule_allows_today_sign_in_and_are_edited_in_other_fields() {
    let old = Upgraded::open();
    let root = old.root().await;
    let program = old.key("root");

    for (at, user) in old["/odd_names"].as_array().unwrap().iter().enumerate() {
        let (name, uin) = (user["name"].as_str().unwrap(), user["uin"].as_str().unwrap());
        let person = Person::known(&old.app, (&root.owner, uin, name));
        person.sign_in(&old.app).await;
        assert_eq!(person.browser.get("/users").await.status, StatusCode::OK, "{name}");

        let edit = format!("/users/{uin}/edit");
        let form = root.browser.get(&edit).await;
        let kept = |field: &str| form.attribute(&format!("input[name={field}]"), "value").unwrap_or_default();
        let (note, phone) = (kept("note"), format!("+49 30 {at}"));
        let fields = [("user_name", name), ("note", note.as_str()), ("phone", phone.as_str())];
        assert_eq!(root.browser.post(&edit, &form.csrf(), &fields).await.redirect(), format!("/users/{uin}"));
        let found = program.call("cam", "GetUser", json!({ "Name": name })).await;
        assert_eq!(
            (&found["Uin"].to_string(), &found["PhoneNum"]),
            (&uin.to_owned(), &json!(phone)),
            "{found}"
        );
        let changed = program.call("cam", "UpdateUser", json!({ "Name": name, "Remark": "plain" })).await;
        assert_eq!(code(&changed), "", "{name}: {changed}");
    }
    let group = json!({ "GroupId": old["/groups/odd"], "Remark": "plain" });
    assert_eq!(code(&program.call("cam", "UpdateGroup", group).await), "");
}

#[actix_web::test]
async fn what_was_on_its_way_is_finished_or_asked_anew_but_breaks_nothing() {
    let old = Upgraded::open();
    let shown_once = [("root", "root_reveal_ticket"), ("root", "root_initial_password")];

    for (who, what) in [("alice", "alice_question")].into_iter().chain(shown_once) {
        let answer = old.session(who).get(old.text(&format!("/pending/{what}"))).await;
        assert!(!answer.status.is_server_error(), "{what}: {}", answer.body);
    }
    let enrolling = old.session("bob").get("/me/mfa/totp/new").await;
    assert_eq!(enrolling.status, StatusCode::OK, "{}", enrolling.body);
    sweep(&old.app.app).await.unwrap();
}

#[actix_web::test]
async fn a_wait_that_a_clock_which_was_ahead_left_behind_is_void() {
    let old = Upgraded::open();
    let fields = [
        ("account", old.text("/accounts/acme/owner_uin")),
        ("user_name", "frank"),
        ("password", old.text("/users/frank/password")),
    ];

    let answer = old.app.browser().submit("/login", "/login", &fields).await;

    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
}
