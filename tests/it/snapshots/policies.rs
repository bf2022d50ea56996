//! Policies: the list, the editor, versions, who has them, and the simulator.

use super::album::Album;
use crate::support::TestApp;
use crate::support::people::Person;

const DOCUMENT: &str = r#"{
  "version": "2.0",
  "statement": [
    {"effect": "allow", "action": ["cam:ListUsers", "cam:GetUser"], "resource": "*"},
    {"effect": "deny", "action": "cam:DeleteUser", "resource": "qcs::cam::*:uin/*",
     "condition": {"ip_equal": {"qcs:ip": ["10.0.0.0/8"]}}}
  ]
}"#;
const FAULTY: &str = "{\"version\": \"2.0\",\n \"statement\": [\n  {\"effect\": \"maybe\", \"action\": 7}]}";
const NO_LISTS: &str = r#"{"version":"2.0","statement":[
    {"effect":"allow","action":["cam:*","account:*"],"resource":"*"},
    {"effect":"deny","action":["cam:List*","cam:DescribeSubAccounts"],"resource":"*"}]}"#;
const ODD: &str =
    r#"{"version":"2.0","statement":[{"effect":"allow","action":"cam:ListUser","resource":"*"}]}"#;

#[actix_web::test]
async fn pages_about_policies_are_as_they_were() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let mut album = Album::of("policies", &app);

    album.open("list", &root.browser, "/policies").await;
    album.open("list_no_custom", &root.browser, "/policies?kind=custom").await;
    album.open("list_nothing_found", &root.browser, "/policies?q=%3Cb%3E&kind=preset").await;
    let found = album.open("list_search", &root.browser, "/policies?q=ReadOnly").await;
    let preset = found.attribute("tbody th a", "href").unwrap();
    album.open("preset", &root.browser, &preset).await;
    album
        .open(
            "copy",
            &root.browser,
            &format!("/policies/new?from={}", preset.trim_start_matches("/policies/")),
        )
        .await;
    let policy = editor(&mut album, &app, &root).await;
    let alice = app.sub_user(&root, "dev-alice", &[]).await;
    versions(&mut album, &app, &root, &policy).await;
    holders(&mut album, &app, &root, (&policy, &alice.uin)).await;
    simulator(&mut album, &root, &alice.uin).await;
    let reader = app.signed_in(&root, "reader", &["QcloudCamReadOnlyAccess"]).await;
    album.open("reader_list", &reader.browser, "/policies?kind=custom").await;
    album.open("reader_detail", &reader.browser, &policy).await;
    for action in ["cam:GetUser", "cam:GetPolicy", "cam:ListGroups"] {
        let (edit, document) = (format!("{policy}/edit"), DOCUMENT.replace("cam:GetUser", action));
        let fields = [("name", "readers"), ("description", "looks"), ("document", document.as_str())];
        root.grant(&app, &edit, &edit, &fields).await.redirect();
    }
    album.open("detail_full", &root.browser, &policy).await;
    let fields = [("name", "readers"), ("description", "looks"), ("document", ODD)];
    album.send("sixth_refused", &root, &format!("{policy}/edit"), &fields).await;
    without_lists(&mut album, &app, &root, (&policy, &alice.uin)).await;
    album.close();
}

/// Whoever may do everything but list: pages whose way up is no link.
async fn without_lists(album: &mut Album, app: &TestApp, root: &Person, (policy, alice): (&str, &str)) {
    let fields = [("name", "no-lists"), ("description", ""), ("document", NO_LISTS)];
    root.grant(app, "/policies/new", "/policies/new", &fields).await.redirect();
    let narrow = app.signed_in(root, "narrow", &["no-lists"]).await;
    let page = root.browser.get("/groups").await.attribute("tbody th a", "href").unwrap();
    for (name, address) in [
        ("narrow_home", "/".to_owned()),
        ("narrow_list", "/policies".to_owned()),
        ("narrow_new_user", "/users/new".to_owned()),
        ("narrow_new_group", "/groups/new".to_owned()),
        ("narrow_new_policy", "/policies/new".to_owned()),
        ("narrow_detail", policy.to_owned()),
        ("narrow_attach", format!("{policy}/attach")),
        ("narrow_user", format!("/users/{alice}/security")),
        ("narrow_user_permissions", format!("/users/{alice}/permissions")),
        ("narrow_user_attach", format!("/users/{alice}/permissions/attach")),
        ("narrow_user_edit", format!("/users/{alice}/edit")),
        ("narrow_user_delete", format!("/users/{alice}/delete")),
        ("narrow_user_keys", format!("/users/{alice}/keys")),
        ("narrow_group", format!("{page}/members")),
        ("narrow_group_delete", format!("{page}/delete")),
    ] {
        album.open(name, &narrow.browser, &address).await;
    }
}

async fn editor(album: &mut Album, app: &TestApp, root: &Person) -> String {
    album.open("new", &root.browser, "/policies/new").await;
    let fields = [("name", "readers"), ("description", "东京 <b>"), ("document", DOCUMENT), ("check", "1")];
    album.send("checked", root, "/policies/new", &fields).await;
    let fields = [("name", "odd"), ("description", ""), ("document", ODD), ("check", "1")];
    album.send("checked_with_advice", root, "/policies/new", &fields).await;
    let fields = [("name", "no spaces"), ("description", ""), ("document", FAULTY)];
    album.send("new_refused", root, "/policies/new", &fields).await;
    let fields = [("name", "readers"), ("description", "东京 <b>"), ("document", DOCUMENT)];
    let policy = root.grant(app, "/policies/new", "/policies/new", &fields).await.redirect();
    album.open("created", &root.browser, &policy).await;
    album.open("edit", &root.browser, &format!("{policy}/edit")).await;
    let fields = [("name", "readers"), ("description", ""), ("document", "")];
    album.send("edit_refused", root, &format!("{policy}/edit"), &fields).await;
    policy
}

async fn versions(album: &mut Album, app: &TestApp, root: &Person, policy: &str) {
    let edit = format!("{policy}/edit");
    let document = DOCUMENT.replace("cam:GetUser", "cam:GetGroup");
    let fields = [("name", "readers"), ("description", "looks"), ("document", document.as_str())];
    root.grant(app, &edit, &edit, &fields).await.redirect();
    for (name, address) in [
        ("detail", policy.to_owned()),
        ("version", format!("{policy}/versions/1")),
        ("version_default", format!("{policy}/versions/2")),
        ("version_of_preset", "/policies/1/versions/1".to_owned()),
        ("diff", format!("{policy}/diff")),
        ("diff_chosen", format!("{policy}/diff?from=2&to=2")),
        ("make_default", format!("{policy}/versions/1/default")),
        ("delete_version", format!("{policy}/versions/1/delete")),
        ("delete_version_default", format!("{policy}/versions/2/delete")),
        ("delete", format!("{policy}/delete")),
    ] {
        album.open(name, &root.browser, &address).await;
    }
    album.send("delete_refused", root, &format!("{policy}/delete"), &[("confirm", "no")]).await;
}

async fn holders(album: &mut Album, app: &TestApp, root: &Person, (policy, alice): (&str, &str)) {
    let made = root.browser.submit("/groups/new", "/groups/new", &[("group_name", "运维")]).await.redirect();
    let group = made.split('/').nth(2).unwrap();
    let attach = format!("{policy}/attach");
    let chooser = album.open("attach", &root.browser, &attach).await;
    album.open("attach_search", &root.browser, &format!("{attach}?q=alice")).await;
    album.send("attach_refused", root, &attach, &[]).await;
    let boxes = chooser.attributes("main input[type=checkbox]", "name");
    let values = chooser.attributes("main input[type=checkbox]", "value");
    let both: Vec<(&str, &str)> = boxes
        .iter()
        .zip(&values)
        .filter(|(_, value)| value.as_str() == alice || value.as_str() == group)
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    root.grant(app, &attach, &attach, &both).await.redirect();
    album.open("detail_attached", &root.browser, policy).await;
    album.open("detach_user", &root.browser, &format!("{policy}/users/{alice}/detach")).await;
    album.open("detach_group", &root.browser, &format!("{policy}/groups/{group}/detach")).await;
    album.open("delete_in_use", &root.browser, &format!("{policy}/delete")).await;
    let boundary = format!("/users/{alice}/permissions/boundary");
    let id = policy.trim_start_matches("/policies/");
    root.grant(app, &boundary, &boundary, &[("policy", id)]).await.redirect();
    album.open("delete_of_boundary", &root.browser, &format!("{policy}/delete")).await;
    album.open("list_custom", &root.browser, "/policies?kind=custom").await;
}

fn question(user: &str, action: &str, resource: &str, context: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs([("user", user), ("action", action), ("resource", resource), ("context", context)]);
    format!("/policies/simulate?{}", query.finish())
}

async fn simulator(album: &mut Album, root: &Person, alice: &str) {
    album.open("simulate", &root.browser, "/policies/simulate").await;
    album.open("jump", &root.browser, "/jump?q=QcloudCam").await;
    album.open("who_can", &root.browser, "/who-can?action=cam:ListUsers&resource=*").await;
    album.open("least", &root.browser, &format!("/users/{alice}/permissions/used")).await;
    let one = format!("qcs::cam::uin/{}:uin/{alice}", root.uin);
    for (name, address) in [
        ("simulate_allow", question("dev-alice", "cam:ListUsers", "*", "")),
        ("simulate_deny", question(alice, "cam:DeleteUser", &one, "qcs:ip=10.1.2.3")),
        ("simulate_unevaluable", question("dev-alice", "cam:DeleteUser", &one, "qcs:ip=nowhere")),
        ("simulate_root", question("root", "cam:CreateUser", "*", "")),
        ("simulate_near", question("dev-alice", "cam:ListUsers", &one, "")),
        ("simulate_boundary", question("dev-alice", "cam:CreateUser", "*", "")),
        ("simulate_refused", question("nobody", "nothing", "here", "what")),
    ] {
        album.open(name, &root.browser, &address).await;
    }
}
