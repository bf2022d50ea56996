//! Lists of an account over the API, checks, password rules and where sub-users may sign in from.

use crate::settings::change;
use crate::support::TestApp;
use crate::support::api::code;
use crate::support::people::{PASSWORD, Person};
use reqwest::StatusCode;
use serde_json::{Value, json};

/// The names of an object's fields, sorted.
fn names(value: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

/// Signs in with a password; gives status and what is said, or where it leads.
async fn door(app: &TestApp, person: &Person, password: &str) -> (StatusCode, String) {
    let fields =
        [("account", person.owner.as_str()), ("user_name", person.name.as_str()), ("password", password)];
    let answer = app.browser().submit("/login", "/login", &fields).await;
    let said = answer.location().unwrap_or_else(|| answer.text(".error-summary").unwrap_or_default());
    (answer.status, said)
}

/// A root account with a key, two sub-users and a collaborator.
async fn account(app: &TestApp) -> (Person, Person, Person) {
    let root = app.root().await;
    let alice = app.signed_in(&root, "dev-alice", &[]).await;
    app.sub_user(&root, "bob", &[]).await;
    let guest = app.root_named("guest").await;
    let fields = [("kind", "collaborator"), ("user_name", "guest-here"), ("uin", guest.uin.as_str())];
    root.browser.submit("/users/new", "/users/new", &fields).await.redirect();
    (root, alice, guest)
}

#[actix_web::test]
async fn lists_tell_sub_users_and_collaborators_apart() {
    let app = TestApp::spawn();
    let (root, alice, guest) = account(&app).await;
    let client = app.key_of(&root).await;

    let users = client.call("cam", "ListUsers", json!({})).await;
    let collaborators = client.call("cam", "ListCollaborators", json!({ "Limit": "20" })).await;
    let beyond = client.call("cam", "ListCollaborators", json!({ "Offset": 1 })).await;
    let wanted = json!({ "FilterSubAccountUin": [alice.uin, guest.uin, root.uin, 1] });
    let described = client.call("cam", "DescribeSubAccounts", wanted).await;

    let fields = [
        "ConsoleLogin",
        "CountryCode",
        "CreateTime",
        "Email",
        "Name",
        "NickName",
        "PhoneNum",
        "Remark",
        "Uid",
        "Uin",
    ];
    assert_eq!(users["Data"].as_array().unwrap().len(), 2);
    assert_eq!(names(&users["Data"][0]), fields);
    assert_eq!(users["Data"][0]["Name"], "dev-alice");
    assert!(users["Data"][0]["CreateTime"].as_str().unwrap().starts_with("2026-11-23 12:"));
    assert_eq!(collaborators["TotalNum"], 1);
    assert_eq!(names(&collaborators["Data"][0]), fields);
    assert_eq!(collaborators["Data"][0]["Uin"].to_string(), guest.uin);
    assert_eq!((&beyond["TotalNum"], &beyond["Data"]), (&json!(1), &json!([])));
    let fields = ["CreateTime", "LastLoginIp", "LastLoginTime", "Name", "Remark", "Uid", "Uin", "UserType"];
    let described = described["SubAccounts"].as_array().unwrap();
    assert_eq!(described.len(), 2);
    assert_eq!(names(&described[0]), fields);
    assert_eq!((&described[0]["UserType"], &described[1]["UserType"]), (&json!(2), &json!(4)));
    assert_eq!(described[0]["LastLoginIp"], "127.0.0.1");
}

#[actix_web::test]
async fn who_never_signed_in_has_no_last_login_and_fifty_are_the_most() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let bob = app.sub_user(&root, "bob", &[]).await;
    let client = app.key_of(&root).await;

    let described =
        client.call("cam", "DescribeSubAccounts", json!({ "FilterSubAccountUin": [bob.uin] })).await;
    let many: Vec<i64> = (1..=51).collect();
    let too_many = client.call("cam", "DescribeSubAccounts", json!({ "FilterSubAccountUin": many })).await;

    assert_eq!(described["SubAccounts"][0]["LastLoginTime"], Value::Null);
    assert_eq!(described["SubAccounts"][0]["LastLoginIp"], "");
    assert_eq!(code(&too_many), "InvalidParameter");
}

#[actix_web::test]
async fn all_accounts_come_in_parts_that_a_marker_joins() {
    let app = TestApp::spawn();
    let (root, ..) = account(&app).await;
    let client = app.key_of(&root).await;
    let mut seen = Vec::new();
    let mut marker = String::new();

    for _ in 0..4 {
        let part = client.call("cam", "ListAccounts", json!({ "MaxItems": 1, "Marker": marker })).await;
        seen.push(part["Users"][0]["UserType"].as_str().unwrap().to_owned());
        marker = part["Marker"].as_str().unwrap().to_owned();
        assert_eq!(part["IsTruncated"], !marker.is_empty());
    }

    assert_eq!(marker, "");
    assert_eq!(seen, ["Owner", "SubUser", "SubUser", "Collaborator"]);
    let subs = client.call("cam", "ListAccounts", json!({ "UserType": "SubUser" })).await;
    assert_eq!(subs["Users"].as_array().unwrap().len(), 2);
    assert!(!names(&subs["Users"][0]).contains(&"NickName"));
    let none = client.call("cam", "ListAccounts", json!({ "UserType": "CICUser" })).await;
    assert_eq!((&none["Users"], &none["IsTruncated"]), (&json!([]), &json!(false)));
    for (body, expected) in [
        (json!({ "Marker": "xyz" }), "InvalidParameter.PaginationTokenInvalid"),
        (json!({ "MaxItems": 101 }), "InvalidParameter"),
        (json!({ "UserType": "Robot" }), "InvalidParameter"),
    ] {
        assert_eq!(code(&client.call("cam", "ListAccounts", body).await), expected);
    }
}

#[actix_web::test]
async fn the_summary_counts_what_there_is() {
    let app = TestApp::spawn();
    let (root, ..) = account(&app).await;
    let client = app.key_of(&root).await;

    let mut summary = client.call("cam", "GetAccountSummary", json!({})).await;

    summary.as_object_mut().unwrap().remove("RequestId");
    let expected = json!({
        "Policies": 0, "Roles": 0, "Idps": 0, "User": 3, "Group": 0, "Member": 0, "IdentityProviders": 0,
    });
    assert_eq!(summary, expected);
}

#[actix_web::test]
async fn a_login_flag_makes_a_user_enrol_and_only_others_take_it_off() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.signed_in(&root, "dev-alice", &["AdministratorAccess"]).await;
    let (client, own) = (app.key_of(&root).await, app.key_of(&alice).await);
    let on = json!({ "OpUin": alice.uin, "LoginFlag": { "Stoken": 1 } });

    let set = client.call("cam", "SetMfaFlag", on).await;

    assert_eq!(names(&set), ["RequestId"], "{set}");
    assert!(alice.browser.get("/users").await.redirect().contains("/me/mfa"));
    let flags = client.call("cam", "DescribeSafeAuthFlagColl", json!({ "SubUin": alice.uin })).await;
    assert_eq!((&flags["LoginFlag"]["Stoken"], &flags["ActionFlag"]["Stoken"]), (&json!(1), &json!(0)));
    assert_eq!(names(&flags), ["ActionFlag", "LoginFlag", "OffsiteFlag", "PromptTrust", "RequestId"]);
    let mine = own.call("cam", "DescribeSafeAuthFlag", json!({})).await;
    assert_eq!(mine["LoginFlag"], flags["LoginFlag"]);
    let intl = own.call("cam", "DescribeSafeAuthFlagIntl", json!({})).await;
    assert_eq!(names(&intl), ["ActionFlag", "LoginFlag", "OffsiteFlag", "RequestId"]);
    let off = own.call("cam", "SetMfaFlag", json!({ "LoginFlag": { "Stoken": 0 } })).await;
    assert_eq!(code(&off), "FailedOperation.UserUnbindNoPermission");
    client.call("cam", "SetMfaFlag", json!({ "OpUin": alice.uin, "LoginFlag": { "Stoken": 0 } })).await;
    assert_eq!(alice.browser.get("/users").await.status, StatusCode::OK);
}

#[actix_web::test]
async fn an_action_flag_asks_one_user_for_a_code_before_a_key_is_made() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.enrolled(&root, "dev-alice", &["AdministratorAccess"]).await;
    let client = app.key_of(&root).await;

    client.call("cam", "SetMfaFlag", json!({ "OpUin": alice.uin, "ActionFlag": { "Stoken": 1 } })).await;

    let asked = alice.browser.submit("/keys", "/keys", &[]).await.redirect();
    assert!(asked.starts_with("/verify"), "{asked}");
    assert!(!root.browser.submit("/keys", "/keys", &[]).await.redirect().starts_with("/verify"));
}

#[actix_web::test]
async fn methods_and_users_that_do_not_exist_have_their_codes() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;

    for (body, expected) in [
        (json!({ "LoginFlag": { "Phone": 1 } }), "FailedOperation.UserNotBindPhone"),
        (json!({ "ActionFlag": { "Wechat": 1 } }), "FailedOperation.UserNotBindWechat"),
        (json!({ "OpUin": 123_456, "LoginFlag": { "Stoken": 1 } }), "ResourceNotFound.UserNotExist"),
        (json!({ "LoginFlag": { "Mail": 1 } }), "UnknownParameter"),
        (json!({ "LoginFlag": 1 }), "InvalidParameter"),
    ] {
        assert_eq!(code(&client.call("cam", "SetMfaFlag", body).await), expected);
    }
    let missing = client.call("cam", "DescribeSafeAuthFlagColl", json!({ "SubUin": 123_456 })).await;
    assert_eq!(code(&missing), "ResourceNotFound.UserNotExist");
}

#[actix_web::test]
async fn password_rules_are_read_changed_and_hold_for_new_passwords() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let before = client.call("cam", "GetPasswordRules", json!({})).await;

    let rules = json!({ "Rules": { "MinimumLength": 16, "MustContain": "A1", "RetryPasswordLimit": 0 } });
    let changed = client.call("cam", "UpdatePasswordRules", rules).await;

    assert_eq!(names(&before), ["Modifier", "RequestId", "Rules", "UpdateTime"]);
    assert_eq!(before["Modifier"], root.uin.as_str());
    let defaults = json!({
        "MinimumLength": 12, "MustContain": "", "ForcePasswordChange": 0, "ReusePasswordLimit": 0,
        "RetryPasswordLimit": 0, "PasswordExpirationInvalidation": 2,
    });
    assert_eq!(before["Rules"], defaults);
    assert_eq!(code(&changed), "", "{changed}");
    let after = client.call("cam", "GetPasswordRules", json!({})).await;
    assert_eq!(
        (&after["Rules"]["MinimumLength"], &after["Rules"]["MustContain"]),
        (&json!(16), &json!("A1"))
    );
    let page = root.browser.get("/settings/security").await;
    assert_eq!(page.attribute("input[name=password_min_length]", "value").as_deref(), Some("16"));
    let wish = |password: &str| json!({ "Name": "jack", "ConsoleLogin": 1, "Password": password });
    let refused = client.call("cam", "AddUser", wish(PASSWORD)).await;
    assert_eq!(code(&refused), "InvalidParameter.PasswordViolatedRules");
    assert_eq!(refused["Error"]["Message"], "Use a capital letter and a digit in the password.");
    assert_eq!(code(&client.call("cam", "AddUser", wish("Mulberry tram 90 violins")).await), "");
    change(&app, &root, &[("password_min_length", "14")]).await;
    let kept = client.call("cam", "GetPasswordRules", json!({})).await;
    assert_eq!((&kept["Rules"]["MinimumLength"], &kept["Rules"]["MustContain"]), (&json!(14), &json!("A1")));
}

#[actix_web::test]
async fn rules_that_would_weaken_passwords_or_mean_nothing_are_refused() {
    let app = TestApp::spawn();
    let client = app.key_of(&app.root().await).await;

    for rules in [
        json!({ "MinimumLength": 8 }),
        json!({ "MustContain": "Az" }),
        json!({ "ReusePasswordLimit": 25 }),
        json!({ "PasswordExpirationInvalidation": 3 }),
    ] {
        let answer = client.call("cam", "UpdatePasswordRules", json!({ "Rules": rules })).await;
        assert_eq!(code(&answer), "InvalidParameter.PasswordRuleError", "{answer}");
    }
    let floor = client.call("cam", "UpdatePasswordRules", json!({ "Rules": { "MinimumLength": 0 } })).await;
    assert_eq!(code(&floor), "");
    let kept = client.call("cam", "GetPasswordRules", json!({})).await;
    assert_eq!(kept["Rules"]["MinimumLength"], 12);
}

#[actix_web::test]
async fn an_expired_password_has_to_be_changed_or_reset_as_the_rules_say() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "dev-alice", &["AdministratorAccess"]).await;
    let client = app.key_of(&root).await;
    client.call("cam", "UpdatePasswordRules", json!({ "Rules": { "ForcePasswordChange": 30 } })).await;
    app.wait(31 * 86_400);

    alice.sign_in(&app).await;
    let led = alice.browser.get("/users").await.redirect();
    let rules = json!({ "Rules": { "PasswordExpirationInvalidation": 1 } });
    client.call("cam", "UpdatePasswordRules", rules).await;
    let (status, said) = door(&app, &alice, PASSWORD).await;

    assert!(led.contains("/me/password"), "{led}");
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(said.contains("Your password has expired. Ask an administrator to reset it."), "{said}");
}

#[actix_web::test]
async fn former_passwords_do_not_come_back_while_a_rule_remembers_them() {
    let app = TestApp::spawn();
    let root = app.root().await;
    app.sub_user(&root, "dev-alice", &[]).await;
    let client = app.key_of(&root).await;
    client.call("cam", "UpdatePasswordRules", json!({ "Rules": { "ReusePasswordLimit": 2 } })).await;
    let set = async |password: &str| {
        let wish = json!({ "Name": "dev-alice", "Password": password });
        client.call("cam", "UpdateUser", wish).await
    };

    assert_eq!(code(&set("kettle orbit seventeen walruses").await), "");
    let back = set(PASSWORD).await;
    assert_eq!(code(&set("lantern eleven gravel choirs").await), "");
    let forgotten = set(PASSWORD).await;

    assert_eq!(code(&back), "InvalidParameter.PasswordViolatedRules");
    assert_eq!(back["Error"]["Message"], "This password was used before. Choose one that was not.");
    assert_eq!(code(&forgotten), "", "{forgotten}");
}

#[actix_web::test]
async fn a_retry_limit_closes_sign_in_for_an_hour_for_any_name() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "dev-alice", &[]).await;
    let mut nobody = alice.clone();
    nobody.name = "nobody".to_owned();
    let client = app.key_of(&root).await;
    client.call("cam", "UpdatePasswordRules", json!({ "Rules": { "RetryPasswordLimit": 2 } })).await;

    for person in [&alice, &nobody] {
        assert_eq!(door(&app, person, "wrong").await.0, StatusCode::UNAUTHORIZED);
        assert_eq!(door(&app, person, "wrong").await.0, StatusCode::UNAUTHORIZED);
        assert_eq!(door(&app, person, PASSWORD).await.0, StatusCode::TOO_MANY_REQUESTS);
    }
    app.wait(3601);
    assert_eq!(door(&app, &alice, PASSWORD).await.0, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn sub_users_sign_in_only_from_networks_that_the_rules_admit() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.signed_in(&root, "dev-alice", &["AdministratorAccess"]).await;
    let client = app.key_of(&root).await;
    let set = async |body: Value| client.call("cam", "CreateSubAccountLoginIpPolicy", body).await;

    let office = json!({ "IpPolicies": [{ "IP": "203.0.113.7/24", "Effect": "allow" }], "PolicyType": 1 });
    assert_eq!(code(&set(office).await), "");
    let (status, said) = door(&app, &alice, PASSWORD).await;
    let wrong = door(&app, &alice, "wrong").await;
    let there = alice.browser.get("/users").await.redirect();
    assert_eq!(code(&set(json!({ "DisablePolicy": 1 })).await), "");
    let open = door(&app, &alice, PASSWORD).await.0;

    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(said.contains("does not let you sign in from this network"), "{said}");
    assert_eq!(wrong.0, StatusCode::UNAUTHORIZED);
    assert!(there.starts_with("/login"), "{there}");
    assert_eq!(open, StatusCode::SEE_OTHER);
    assert_eq!(door(&app, &root, PASSWORD).await.0, StatusCode::SEE_OTHER);
    assert!(root.browser.get("/audit").await.body.contains("network not allowed"));
}

#[actix_web::test]
async fn rules_that_shut_their_author_out_or_make_no_sense_are_refused() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "dev-alice", &["AdministratorAccess"]).await;
    let client = app.key_of(&alice).await;
    let rule = |ip: &str, effect: &str| json!({ "IP": ip, "Effect": effect });
    let many: Vec<Value> = (0..11).map(|n| rule(&format!("192.0.2.{n}"), "deny")).collect();

    for (body, expected) in [
        (json!({ "IpPolicies": [rule("203.0.113.7", "allow")] }), "InvalidParameter.ParamError"),
        (json!({ "IpPolicies": [rule("127.0.0.0/8", "deny")] }), "InvalidParameter.ParamError"),
        (json!({ "IpPolicies": [rule("here", "deny")] }), "InvalidParameter.IPIllegal"),
        (json!({ "IpPolicies": [rule("192.0.2.1", "maybe")] }), "InvalidParameter.EffectError"),
        (
            json!({ "IpPolicies": [rule("192.0.2.0/24", "deny"), rule("192.0.2.9", "deny")] }),
            "InvalidParameter.IPRangeOverlapping",
        ),
        (json!({ "IpPolicies": many }), "FailedOperation.PolicyFull"),
        (json!({ "ApproverUin": ["20548499"] }), "InvalidParameter.AssitApproverTypeError"),
        (json!({}), "MissingParameter"),
    ] {
        let answer = client.call("cam", "CreateSubAccountLoginIpPolicy", body).await;
        assert_eq!(code(&answer), expected, "{answer}");
    }
    assert_eq!(door(&app, &alice, PASSWORD).await.0, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn without_a_policy_none_of_it_is_told() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let bob = app.sub_user(&root, "bob", &[]).await;
    let client = app.key_of(&bob).await;

    for (action, body) in [
        ("ListUsers", json!({})),
        ("DescribeSubAccounts", json!({ "FilterSubAccountUin": [bob.uin] })),
        ("ListCollaborators", json!({})),
        ("ListAccounts", json!({})),
        ("GetAccountSummary", json!({})),
        ("DescribeSafeAuthFlag", json!({})),
        ("DescribeSafeAuthFlagColl", json!({ "SubUin": root.uin })),
        ("DescribeSafeAuthFlagIntl", json!({})),
        ("SetMfaFlag", json!({ "LoginFlag": { "Stoken": 1 } })),
        ("GetPasswordRules", json!({})),
        ("UpdatePasswordRules", json!({ "Rules": {} })),
        ("CreateSubAccountLoginIpPolicy", json!({ "DisablePolicy": 1 })),
    ] {
        let answer = client.call("cam", action, body).await;
        assert_eq!(code(&answer), "AuthFailure.UnauthorizedOperation", "{action}: {answer}");
        assert!(answer["Error"]["Message"].as_str().unwrap().contains(&format!("cam:{action}")), "{answer}");
    }
}
