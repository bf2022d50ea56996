//! Every form that grants rights, and those beside them that do not.

use crate::grants::{HARMLESS, group, is_question, policy};
use crate::support::TestApp;
use crate::support::people::{Person, uin_in};

const DENYING: &str = r#"{"version":"2.0","statement":[{"effect":"deny","action":"cvm:*","resource":"*"}]}"#;
const MORE: &str = r#"{"version":"2.0","statement":[{"effect":"allow","action":"cvm:*","resource":"*"}]}"#;

/// An address and what is sent there.
type Form = (String, Vec<(&'static str, String)>);

struct Scene {
    user: String,
    crew: String,
    limiting: String,
    own: String,
    denying: String,
    unused: String,
}

impl Scene {
    async fn new(app: &TestApp, root: &Person) -> Self {
        Self {
            user: format!("/users/{}", app.sub_user(root, "dev-alice", &[]).await.uin),
            crew: group(root, "crew").await,
            limiting: group(root, "limiting").await,
            own: policy(app, root, "own", HARMLESS).await,
            denying: policy(app, root, "denying", DENYING).await,
            unused: policy(app, root, "unused", DENYING).await,
        }
    }

    /// In an order in which each does something.
    fn forms(&self) -> Vec<Form> {
        let Self { user, crew, limiting, own, denying, unused } = self;
        let uin = uin_in(user);
        let form = |address: String, fields: &[(&'static str, &str)]| -> Form {
            (address, fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect())
        };
        let new = |fields: &[(&'static str, &str)]| {
            form("/users/new".to_owned(), &[&[("kind", "sub_user")][..], fields].concat())
        };
        vec![
            new(&[("user_name", "a"), ("console_login", "1")]),
            new(&[("user_name", "b"), ("policy", "own")]),
            form(format!("{user}/permissions/attach"), &[("policy", own)]),
            form(format!("{user}/permissions/{own}/detach"), &[]),
            form(format!("/policies/{own}/attach"), &[("user", &uin), ("group", crew)]),
            form(format!("/policies/{own}/users/{uin}/detach"), &[]),
            form(format!("/policies/{own}/groups/{crew}/detach"), &[]),
            form(format!("{user}/groups/join"), &[("group", crew)]),
            form(format!("{user}/groups/{crew}/leave"), &[]),
            form(format!("/groups/{crew}/members/add"), &[("member", &uin)]),
            form(format!("/groups/{crew}/members/{uin}/remove"), &[]),
            form(format!("/groups/{crew}/permissions/attach"), &[("policy", own)]),
            form(format!("/groups/{crew}/permissions/{own}/detach"), &[]),
            form(format!("{user}/permissions/boundary"), &[("policy", own)]),
            form(format!("{user}/permissions/boundary/remove"), &[]),
            form("/policies/new".to_owned(), &[("name", "another"), ("document", HARMLESS)]),
            form(format!("/policies/{own}/edit"), &[("name", "own"), ("document", MORE)]),
            form(format!("/policies/{own}/versions/1/default"), &[]),
            form(format!("/policies/{unused}/delete"), &[("confirm", "unused")]),
            form(format!("/groups/{limiting}/permissions/attach"), &[("policy", denying)]),
            form(format!("/groups/{limiting}/members/add"), &[("member", &uin)]),
            form(format!("/groups/{limiting}/delete"), &[("confirm", "limiting")]),
            form("/settings/services/new".to_owned(), &[("name", "orders"), ("hosts", "a.example")]),
            form("/settings/services/orders/edit".to_owned(), &[("hosts", "b.example")]),
            form("/settings/gates/new".to_owned(), &[("name", "edge"), ("service", "orders")]),
            form("/settings/services/orders/delete".to_owned(), &[]),
            form("/canaries/new".to_owned(), &[("name", "wiki page")]),
            form(
                "/settings/webhooks/new".to_owned(),
                &[("name", "pager"), ("url", "https://1.1.1.1/"), ("event", "keys")],
            ),
        ]
    }
}

#[actix_web::test]
async fn every_granting_form_asks_for_a_code_once_the_window_is_over() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let scene = Scene::new(&app, &root).await;
    let newest = async || root.browser.get("/audit").await.attribute("tr[data-seq]", "data-seq");

    for (action, fields) in scene.forms() {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        app.wait(601);
        let before = newest().await;
        let asked = root.browser.submit("/me/security", &action, &fields).await;
        assert!(is_question(&asked), "{action} {fields:?}: {} {:?}", asked.status, asked.location());
        assert_eq!(newest().await, before, "{action} did something before the code came");

        let next = root.pass(&app, &asked.redirect()).await.redirect();

        assert!(!next.starts_with("/verify"), "{action}");
        let said = root.browser.open(&next).await;
        assert!(!said.body.contains("note bad"), "{action}: {:?}", said.text(".note"));
        assert_ne!(newest().await, before, "{action} did nothing");
    }
}

#[actix_web::test]
async fn console_access_and_resets_ask_for_a_code() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let security = format!("/users/{}/security", app.sub_user(&root, "dev-alice", &[]).await.uin);
    app.wait(601);
    let console = format!("{security}/console");
    root.browser.submit("/me/security", &console, &[("on", "0")]).await.redirect();

    let on = root.browser.submit("/me/security", &console, &[("on", "1")]).await;

    assert!(is_question(&on));
    for reset in ["reset-password", "reset-mfa"] {
        let asked = root.browser.submit("/me/security", &format!("{security}/{reset}"), &[]).await;
        assert!(is_question(&asked), "{reset}");
    }
}

#[actix_web::test]
async fn what_grants_nothing_asks_for_no_code() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = format!("/users/{}", app.sub_user(&root, "dev-alice", &[]).await.uin);
    let own = policy(&app, &root, "own", HARMLESS).await;
    app.wait(601);
    let edit = format!("/policies/{own}/edit");
    let forms: Vec<(String, Vec<(&str, &str)>)> = vec![
        ("/users/new".into(), vec![("kind", "sub_user"), ("user_name", "robot")]),
        (format!("{alice}/edit"), vec![("user_name", "dev-alice"), ("note", "moved")]),
        (format!("{alice}/security/console"), vec![("on", "0")]),
        ("/groups/new".into(), vec![("group_name", "crew")]),
        (edit, vec![("name", "renamed"), ("document", HARMLESS)]),
        (format!("/policies/{own}/delete"), vec![("confirm", "renamed")]),
    ];

    for (action, fields) in forms {
        let next = root.browser.submit("/me/security", &action, &fields).await.redirect();
        assert!(!next.starts_with("/verify"), "{action} asked");
    }
}
