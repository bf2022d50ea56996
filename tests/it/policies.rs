//! Policy pages: the editor, versions, attachments, boundaries, and the simulator.

use crate::support::people::Person;
use crate::support::{Answer, TestApp};
use reqwest::StatusCode;

const LIST_USERS: &str = r#"{
  "version": "2.0",
  "statement": [
    {"effect": "allow", "action": ["cam:ListUsers"], "resource": "*"}
  ]
}"#;

/// Creates a policy on its page; gives its address.
async fn create(person: &Person, name: &str, document: &str) -> String {
    let fields = [("name", name), ("description", "for a test"), ("document", document)];
    person.browser.submit("/policies/new", "/policies/new", &fields).await.redirect()
}

async fn save(person: &Person, policy: &str, name: &str, document: &str) -> Answer {
    let edit = format!("{policy}/edit");
    let fields = [("name", name), ("description", "for a test"), ("document", document)];
    person.browser.submit(&edit, &edit, &fields).await
}

async fn attach(person: &Person, uin: &str, policy: &str) {
    let page = format!("/users/{uin}/permissions/attach");
    person.browser.submit(&page, &page, &[("policy", policy)]).await.redirect();
}

fn simulation(user: &str, action: &str, context: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs([("user", user), ("action", action), ("resource", "*"), ("context", context)]);
    format!("/policies/simulate?{}", query.finish())
}

async fn verdict(person: &Person, user: &str, action: &str) -> Option<String> {
    person.browser.get(&simulation(user, action, "")).await.attribute("#verdict", "data-allowed")
}

#[actix_web::test]
async fn a_created_policy_takes_effect_once_attached_and_no_longer_once_detached() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let user = app.signed_in(&root, "alice", &[]).await;
    let policy = create(&root, "list-users", LIST_USERS).await;
    assert_eq!(user.browser.get("/users").await.status, StatusCode::FORBIDDEN);

    attach(&root, &user.uin, "list-users").await;
    assert_eq!(user.browser.get("/users").await.status, StatusCode::OK);

    let page = root.browser.get(&policy).await;
    assert!(page.texts("tr th").contains(&"alice".to_owned()));
    let detach = format!("{policy}/users/{}/detach", user.uin);
    root.browser.post(&detach, &page.csrf(), &[]).await.redirect();
    assert_eq!(user.browser.get("/users").await.status, StatusCode::FORBIDDEN);
}

#[actix_web::test]
async fn check_lists_problems_by_line_and_saves_nothing() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let faulty = LIST_USERS.replace(
        "\"resource\": \"*\"",
        "\"resource\": \"*\",\r\n \"condition\": {\"string_equals_\": {\"qcs:ip\": \"a\"}}",
    );
    let fields = [("name", "faulty"), ("document", faulty.as_str()), ("check", "1")];

    let answer = root.browser.submit("/policies/new", "/policies/new", &fields).await;

    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        answer.text(".error-summary a[href='#line-5']").as_deref(),
        Some("line 5: There is no operator `string_equals_`.")
    );
    assert_eq!(answer.text(".error-summary code").as_deref(), Some("InvalidParameter.ConditionTypeError"));
    assert_eq!(answer.count("li#line-5.marked"), 1);
    assert!(answer.text("textarea[name=document]").unwrap().contains("string_equals_"));
    let without_check = [("name", "faulty"), ("document", faulty.as_str())];
    let refused = root.browser.submit("/policies/new", "/policies/new", &without_check).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);

    let sound = [("name", "sound"), ("document", LIST_USERS), ("check", "1")];
    let answer = root.browser.submit("/policies/new", "/policies/new", &sound).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.body.contains("No problems found"));
    assert!(answer.body.contains("Allows cam:ListUsers on every resource."));
    assert_eq!(root.browser.get("/policies?kind=custom").await.count("tr[data-policy-id]"), 0);
}

#[actix_web::test]
async fn saving_makes_a_new_version_that_decides_and_a_sixth_one_is_refused() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let user = app.signed_in(&root, "alice", &[]).await;
    let policy = create(&root, "changing", LIST_USERS).await;
    attach(&root, &user.uin, "changing").await;

    for action in ["cam:GetUser", "cam:GetGroup", "cam:GetPolicy", "cam:ListGroups"] {
        save(&root, &policy, "changing", &LIST_USERS.replace("cam:ListUsers", action)).await.redirect();
    }
    assert_eq!(user.browser.get("/users").await.status, StatusCode::FORBIDDEN);
    let sixth =
        save(&root, &policy, "changing", &LIST_USERS.replace("cam:ListUsers", "cam:ListPolicies")).await;
    assert_eq!(sixth.status, StatusCode::CONFLICT);
    assert!(sixth.text(".error-summary").unwrap().contains("five versions"));

    let csrf = root.browser.get(&policy).await.csrf();
    root.browser.post(&format!("{policy}/versions/1/default"), &csrf, &[]).await.redirect();
    assert_eq!(user.browser.get("/users").await.status, StatusCode::OK);
    let refused = root.browser.post(&format!("{policy}/versions/1/delete"), &csrf, &[]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    root.browser.post(&format!("{policy}/versions/2/delete"), &csrf, &[]).await.redirect();
    save(&root, &policy, "changing", &LIST_USERS.replace("cam:ListUsers", "cam:ListPolicies"))
        .await
        .redirect();
    assert_eq!(
        root.browser.get(&policy).await.texts("tr[data-version] th"),
        ["Version 6", "Version 5", "Version 4", "Version 3", "Version 1"]
    );
}

#[actix_web::test]
async fn two_versions_are_compared_line_by_line() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let policy = create(&root, "changing", LIST_USERS).await;
    save(&root, &policy, "changing", &LIST_USERS.replace("allow", "deny")).await.redirect();

    let page = root.browser.get(&format!("{policy}/diff?from=1&to=2")).await;

    assert_eq!(page.count("li.added"), 1);
    assert_eq!(page.count("li.removed"), 1);
    assert!(page.text("li.added").unwrap().contains("deny"));
    assert_eq!(page.count("li.same"), 5);
    let same = root.browser.get(&format!("{policy}/diff?from=2&to=2")).await;
    assert!(same.body.contains("The two are the same."));
    assert_eq!(root.browser.get(&format!("{policy}/diff?from=9")).await.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn an_edit_without_a_change_makes_no_version() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let policy = create(&root, "steady", LIST_USERS).await;

    save(&root, &policy, "steady", &LIST_USERS.replace('\n', "\r\n")).await.redirect();
    save(&root, &policy, "renamed", LIST_USERS).await.redirect();

    let page = root.browser.get(&policy).await;
    assert_eq!(page.count("tr[data-version]"), 1);
    assert_eq!(page.text("h1").as_deref(), Some("renamed"));
}

#[actix_web::test]
async fn a_policy_is_deleted_by_its_name_and_only_when_nobody_has_it() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let user = app.sub_user(&root, "alice", &[]).await;
    let policy = create(&root, "doomed", LIST_USERS).await;
    attach(&root, &user.uin, "doomed").await;
    let (page, confirm) = (format!("{policy}/delete"), [("confirm", "doomed")]);
    let csrf = root.browser.get(&policy).await.csrf();

    let attached = root.browser.post(&page, &csrf, &confirm).await;
    assert_eq!(attached.status, StatusCode::CONFLICT);
    assert!(attached.text(".error-summary").unwrap().contains("Detach it first"));

    root.browser.post(&format!("{policy}/users/{}/detach", user.uin), &csrf, &[]).await.redirect();
    let mistyped = root.browser.post(&page, &csrf, &[("confirm", "Doomed")]).await;
    assert_eq!(mistyped.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(root.browser.post(&page, &csrf, &confirm).await.redirect(), "/policies");
    assert_eq!(root.browser.get(&policy).await.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn presets_are_shown_and_stay_as_they_are() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let page = root.browser.get("/policies/1").await;
    let csrf = page.csrf();

    assert_eq!(page.text("h1").as_deref(), Some("AdministratorAccess"));
    assert!(page.body.contains("Allows every action on every resource."));
    assert!(!page.body.contains("/policies/1/edit") && !page.body.contains("/policies/1/delete"));
    for path in ["/policies/1/edit", "/policies/1/delete"] {
        assert_eq!(root.browser.get(path).await.status, StatusCode::CONFLICT, "{path}");
        assert_eq!(root.browser.post(path, &csrf, &[]).await.status, StatusCode::CONFLICT, "{path}");
    }
    let copy = root.browser.get("/policies/new?from=596171").await;
    assert!(copy.text("textarea[name=document]").unwrap().contains("cam:QueryCollApiKey"));
}

#[actix_web::test]
async fn the_list_is_searched_filtered_and_paged() {
    let app = TestApp::spawn();
    let root = app.root().await;
    for number in 0..51 {
        create(&root, &format!("numbered-{number:02}"), LIST_USERS).await;
    }
    let names = |answer: Answer| answer.texts("tr[data-policy-id] th a");

    assert_eq!(names(root.browser.get("/policies?q=READONLY&kind=preset").await).len(), 3);
    assert_eq!(names(root.browser.get("/policies?kind=custom").await).len(), 50);
    assert_eq!(names(root.browser.get("/policies?kind=custom&page=2").await), ["numbered-50"]);
    assert_eq!(root.browser.get("/policies?kind=custom&page=3").await.redirect(), "/policies?kind=custom");
    assert_eq!(root.browser.get("/policies?kind=other").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(root.browser.get("/policies?page=0").await.status, StatusCode::BAD_REQUEST);
}

#[actix_web::test]
async fn the_simulator_agrees_with_what_really_happens() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let user = app.signed_in(&root, "alice", &["QcloudCamReadOnlyAccess"]).await;
    let deny = LIST_USERS.replace("allow", "deny").replace("ListUsers", "ListPolicies");
    let policy = create(&root, "no-policies", &deny).await;
    attach(&root, &user.uin, "no-policies").await;

    for (page, action) in [
        ("/users", "cam:ListUsers"),
        ("/policies", "cam:ListPolicies"),
        ("/policies/new", "cam:CreatePolicy"),
    ] {
        let is_allowed = user.browser.get(page).await.status == StatusCode::OK;
        let said = verdict(&root, "ALICE", action).await;
        assert_eq!(said, Some(is_allowed.to_string()), "{action}");
        assert_eq!(verdict(&root, &user.uin, action).await, said);
    }
    let denied = root.browser.get(&simulation("alice", "cam:ListPolicies", "")).await;
    assert_eq!(denied.text("#decided-by").as_deref(), Some("Statement 1 of no-policies, line 4"));
    assert_eq!(denied.attribute("#decided-by a", "href"), Some(format!("{policy}#line-4")));
    let refusal = user.browser.get("/policies").await;
    assert!(refusal.body.contains("Statement 1 of no-policies denies it."));
    assert_eq!(refusal.text("#denied-action").as_deref(), Some("cam:ListPolicies"));
    assert_eq!(verdict(&root, &root.uin, "cam:DeleteUser").await.as_deref(), Some("true"));
}

#[actix_web::test]
async fn the_simulator_reads_a_context_and_says_what_it_could_not_evaluate() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let user = app.sub_user(&root, "alice", &[]).await;
    let within = LIST_USERS
        .replace("\"resource\"", "\"condition\": {\"ip_equal\": {\"qcs:ip\": \"10.0.0.0/8\"}}, \"resource\"");
    create(&root, "within", &within).await;
    attach(&root, &user.uin, "within").await;
    let asked = |context: &str| simulation("alice", "cam:ListUsers", context);

    let inside = root.browser.get(&asked("qcs:ip=10.1.2.3")).await;
    let outside = root.browser.get(&asked("qcs:ip=192.0.2.1\nqcs:mfa=1")).await;
    let unreadable = root.browser.get(&asked("qcs:ip=nowhere")).await;
    let malformed = root.browser.get(&asked("qcs:mfa=1\nqcs:ip")).await;
    let unknown = root.browser.get(&simulation("bob", "cam:ListUsers", "")).await;

    assert_eq!(inside.attribute("#verdict", "data-allowed").as_deref(), Some("true"));
    assert_eq!(outside.attribute("#verdict", "data-allowed").as_deref(), Some("false"));
    assert_eq!(unreadable.attribute("#verdict", "data-allowed").as_deref(), Some("false"));
    assert!(unreadable.text("#unevaluable").unwrap().contains("ip_equal qcs:ip"));
    assert_eq!(malformed.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(malformed.text(".error-summary").unwrap().contains("Line 2"));
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[actix_web::test]
async fn a_boundary_narrows_what_a_user_may_until_it_is_removed() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let user = app.signed_in(&root, "alice", &["AdministratorAccess"]).await;
    let policy = create(&root, "limit", LIST_USERS).await;
    let tab = format!("/users/{}/permissions", user.uin);
    let page = format!("{tab}/boundary");

    root.browser
        .submit(&page, &page, &[("policy", policy.trim_start_matches("/policies/"))])
        .await
        .redirect();

    assert!(root.browser.get(&tab).await.text("#boundary").unwrap().contains("limit"));
    assert_eq!(user.browser.get("/users").await.status, StatusCode::OK);
    let refused = user.browser.get("/policies").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body.contains("The permission boundary limit does not allow it."));
    let simulated = root.browser.get(&simulation("alice", "cam:ListPolicies", "")).await;
    assert_eq!(simulated.attribute("#decided-by a", "href"), Some(policy.clone()));
    let csrf = root.browser.get(&tab).await.csrf();
    let deleted = root.browser.post(&format!("{policy}/delete"), &csrf, &[("confirm", "limit")]).await;
    assert_eq!(deleted.status, StatusCode::CONFLICT);

    root.grant(&app, &tab, &format!("{page}/remove"), &[]).await.redirect();
    assert_eq!(user.browser.get("/policies").await.status, StatusCode::OK);
    let roots = format!("/users/{}/permissions/boundary", root.uin);
    assert_eq!(root.browser.get(&roots).await.status, StatusCode::CONFLICT);
}

#[actix_web::test]
async fn policies_and_users_of_another_account_are_not_found() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let rival = app.root_named("rival").await;
    let policy = create(&root, "ours", LIST_USERS).await;
    let id = policy.trim_start_matches("/policies/");
    let user = app.sub_user(&root, "alice", &[]).await;
    let theirs = app.sub_user(&rival, "bob", &[]).await;
    let csrf = rival.browser.get("/me/security").await.csrf();

    for path in ["", "/edit", "/delete", "/diff", "/versions/1", "/versions/1/delete"] {
        let status = rival.browser.get(&format!("{policy}{path}")).await.status;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["/edit", "/delete", "/versions/1/default", "/versions/1/delete"] {
        let status =
            rival.browser.post(&format!("{policy}{path}"), &csrf, &[("confirm", "ours")]).await.status;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
    let copied = rival.browser.get(&format!("/policies/new?from={id}")).await;
    assert_eq!(copied.status, StatusCode::NOT_FOUND);
    let bound = format!("/users/{}/permissions/boundary", theirs.uin);
    let answer = rival.browser.post(&bound, &csrf, &[("policy", id)]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let asked = rival.browser.get(&simulation(&user.uin, "cam:ListUsers", "")).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!rival.browser.get("/policies").await.body.contains("ours"));
}

#[actix_web::test]
async fn names_descriptions_and_documents_are_escaped() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let evil = "<script>alert(1)</script>";
    let document =
        LIST_USERS.replace("\"*\"", "\"qcs::cam::uin/1:uin/</textarea><script>alert(1)</script>\"");
    let fields = [("name", evil), ("description", evil), ("document", evil)];
    let refused = root.browser.submit("/policies/new", "/policies/new", &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);

    let fields = [("name", "escaped"), ("description", evil), ("document", document.as_str())];
    let policy = root.browser.submit("/policies/new", "/policies/new", &fields).await.redirect();
    save(&root, &policy, "escaped", &document.replace("ListUsers", "GetUser")).await.redirect();
    let mut pages = vec![refused];
    for path in ["", "/edit", "/delete", "/diff", "/versions/1"] {
        pages.push(root.browser.get(&format!("{policy}{path}")).await);
    }
    pages.push(root.browser.get("/policies").await);
    pages.push(root.browser.get(&simulation(evil, evil, evil)).await);

    for page in pages {
        assert!(!page.body.contains(evil), "{}", page.body);
    }
}
