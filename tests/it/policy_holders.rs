//! Who has a policy, and where a user's policies come from: said on every page about it, with the way on.

use crate::support::TestApp;
use crate::support::people::Person;
use reqwest::StatusCode;

const READ_ONLY: &str = "ReadOnlyAccess";

/// Creates a group with these users and policies; gives its id.
async fn group(app: &TestApp, root: &Person, name: &str, uins: &[&str], policies: &[&str]) -> String {
    let address = root.browser.submit("/groups/new", "/groups/new", &[("group_name", name)]).await.redirect();
    let (add, attach) = (format!("{address}/members/add"), format!("{address}/permissions/attach"));
    let members: Vec<(&str, &str)> = uins.iter().map(|uin| ("member", *uin)).collect();
    root.browser.submit(&address, &add, &members).await.redirect();
    let policies: Vec<(&str, &str)> = policies.iter().map(|policy| ("policy", *policy)).collect();
    root.grant(app, &attach, &attach, &policies).await.redirect();
    address.trim_start_matches("/groups/").to_owned()
}

/// The address of a policy, as the list links it.
async fn policy(root: &Person, name: &str) -> String {
    let list = root.browser.get(&format!("/policies?q={name}")).await;
    let place = list.texts("tbody th a").iter().position(|text| text == name).unwrap();
    list.attributes("tbody th a", "href").swap_remove(place)
}

#[actix_web::test]
async fn the_permissions_of_a_user_say_where_each_comes_from_and_link_there() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "alice", &[READ_ONLY]).await;
    let id = group(&app, &root, "Operators", &[&alice.uin], &[READ_ONLY, "QcloudCamFullAccess"]).await;
    let (both, inherited) = (policy(&root, READ_ONLY).await, policy(&root, "QcloudCamFullAccess").await);

    let page = root.browser.get(&format!("/users/{}/permissions", alice.uin)).await;

    let row = |address: &str| format!("tr[data-policy-id=\"{}\"]", address.trim_start_matches("/policies/"));
    assert!(page.body.contains("1 attached, 1 from groups"), "{}", page.body);
    let sources = page.texts(&format!("{} [data-label=From] li", row(&both)));
    assert_eq!(sources, ["Attached directly", "Group Operators"]);
    assert_eq!(page.count(&format!("{} a[href$='/detach']", row(&both))), 1);
    assert_eq!(page.texts(&format!("{} [data-label=From] li", row(&inherited))), ["Group Operators"]);
    assert_eq!(
        page.count(&format!("{} form", row(&inherited))),
        0,
        "it is detached from the group, not here"
    );
    let link = page.attribute(&format!("{} th a", row(&inherited)), "href");
    assert_eq!(link.as_deref(), Some(inherited.as_str()));
    let link = page.attribute(&format!("{} [data-label=From] a", row(&inherited)), "href").unwrap();
    assert_eq!(link, format!("/groups/{id}/permissions"));
    let group = root.browser.get(&link).await;
    assert_eq!(group.attribute(&format!("{} th a", row(&both)), "href").as_deref(), Some(both.as_str()));
}

#[actix_web::test]
async fn who_may_not_see_policies_of_groups_is_told_that_there_may_be_some() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let document = r#"{"version": "2.0", "statement": [
        {"effect": "allow", "action": ["cam:ListAttachedUserPolicies"], "resource": "*"}]}"#;
    let fields = [("name", "half"), ("description", ""), ("document", document)];
    root.browser.submit("/policies/new", "/policies/new", &fields).await.redirect();
    let half = app.signed_in(&root, "half", &["half"]).await;
    group(&app, &root, "Operators", &[&half.uin], &["QcloudCollApiKeyReadOnlyAccess"]).await;

    let page = half.browser.get(&format!("/users/{}/permissions", half.uin)).await;

    assert_eq!(page.texts("tr[data-policy-id] th"), ["half"]);
    assert!(page.body.contains("cam:ListAttachedUserAllPolicies"));
    assert!(!page.body.contains("Operators"));
    assert_eq!(page.count("tbody a"), 0, "no link to a page that would be refused");
}

#[actix_web::test]
async fn a_policy_is_attached_to_users_and_groups_from_its_own_page_all_or_none() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "alice", &[]).await;
    let bob = app.sub_user(&root, "bob", &[]).await;
    let id = group(&app, &root, "Operators", &[&bob.uin], &["QcloudCamFullAccess"]).await;
    let policy = policy(&root, READ_ONLY).await;
    let attach = format!("{policy}/attach");
    let page = root.browser.get(&policy).await;
    assert!(page.body.contains(&format!("href=\"{attach}\"")));

    for fields in [
        &[][..],
        &[("user", alice.uin.as_str()), ("user", "100000009999")],
        &[("user", alice.uin.as_str()), ("group", "999999")],
        &[("user", alice.uin.as_str()), ("user", root.uin.as_str())],
    ] {
        let answer = root.browser.submit(&attach, &attach, fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
        assert!(answer.text("#holder-error").is_some());
        let ticked = answer.attribute(&format!("input[value=\"{}\"]", alice.uin), "checked");
        assert_eq!(ticked.is_some(), !fields.is_empty(), "what was chosen stays");
        assert_eq!(root.browser.get(&policy).await.count("form[action$='/detach']"), 0, "none of them");
    }
    let found = root.browser.get(&format!("{attach}?q=ali")).await;
    assert_eq!(found.texts("main .check input").len(), 1);
    let fields = [("user", alice.uin.as_str()), ("group", id.as_str())];
    root.browser.submit(&attach, &attach, &fields).await.redirect();

    let page = root.browser.get(&policy).await;
    assert!(page.texts("tbody th").ends_with(&["alice".to_owned(), "Operators".to_owned()]));
    let left = root.browser.get(&attach).await;
    assert_eq!(left.count("input[name=group]"), 0);
    assert_eq!(left.attribute("input[name=user]", "value").as_deref(), Some(bob.uin.as_str()));
    for event in ["AttachUserPolicy", "AttachGroupPolicy"] {
        let log = root.browser.get(&format!("/audit?event={event}")).await;
        assert!(log.texts("[data-label=Target]").iter().any(|text| text.contains(READ_ONLY)), "{event}");
    }
}

#[actix_web::test]
async fn who_may_attach_to_one_user_only_is_offered_that_user() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "alice", &[]).await;
    let bob = app.sub_user(&root, "bob", &[]).await;
    let document = format!(
        r#"{{"version": "2.0", "statement": [
            {{"effect": "allow", "action": "cam:AttachUserPolicy",
              "resource": "qcs::cam::uin/{}:uin/{}"}}]}}"#,
        root.uin, alice.uin
    );
    let fields = [("name", "narrow"), ("description", ""), ("document", document.as_str())];
    root.browser.submit("/policies/new", "/policies/new", &fields).await.redirect();
    let narrow = app.signed_in(&root, "narrow", &["narrow", "QcloudCamReadOnlyAccess"]).await;
    let attach = format!("{}/attach", policy(&root, READ_ONLY).await);

    let page = narrow.browser.get(&attach).await;
    let refused = narrow.browser.post(&attach, &page.csrf(), &[("user", &bob.uin)]).await;
    let taken = narrow.browser.post(&attach, &page.csrf(), &[("user", &alice.uin)]).await;

    assert_eq!(page.count("main .check input"), 1);
    assert_eq!(page.attribute("main .check input", "value").as_deref(), Some(alice.uin.as_str()));
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(taken.status, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn a_policy_whose_name_looks_like_the_id_of_another_is_not_taken_for_it() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let user = app.sub_user(&root, "alice", &[]).await;
    let meant = policy(&root, READ_ONLY).await.trim_start_matches("/policies/").to_owned();
    let wide = r#"{"version": "2.0", "statement": [{"effect": "allow", "action": "*", "resource": "*"}]}"#;
    let fields = [("name", meant.as_str()), ("document", wide)];
    root.browser.submit("/policies/new", "/policies/new", &fields).await.redirect();
    let permissions = format!("/users/{}/permissions", user.uin);
    let id = group(&app, &root, "Readers", &[&user.uin], &[&meant]).await;

    for form in ["attach", "boundary"] {
        let address = format!("{permissions}/{form}");
        root.browser.submit(&address, &address, &[("policy", &meant)]).await.redirect();
    }

    for page in [permissions, format!("/groups/{id}/permissions")] {
        let names = root.browser.get(&page).await.texts("tbody th a");
        assert_eq!(names, [READ_ONLY], "{page}");
    }
    let boundary = root.browser.get(&format!("/users/{}/permissions", user.uin)).await;
    assert!(boundary.body.matches(READ_ONLY).count() >= 2, "as a boundary too");
}
