//! Tables keep their shape: with long texts, Chinese ones and everyday ones, in every width of a window.

use crate::chrome::Chrome;
use crate::pages::{Scene, scene};
use crate::support::{Browser, TestApp};

const WIDTHS: [u32; 8] = [720, 768, 900, 1024, 1120, 1280, 1440, 1920];

/// Cells that are squeezed, badges and operations that break, rows that are too high, texts cut off without their whole.
const FAULTS: &str = r"
    const faults = [], box = e => e.getBoundingClientRect(), all = (sel, from = document) => [...from.querySelectorAll(sel)];
    const shown = e => e.checkVisibility({ visibilityProperty: true }) && box(e).width > 2;
    const text = e => `“${e.innerText.trim().replace(/\s+/g, ' ').slice(0, 40)}”`;
    for (const cell of all('main .table :is(th, td)').filter(shown)) {
        const { width, height } = box(cell), name = `${cell.dataset.label ?? cell.className} ${text(cell)}`;
        if (width < 95 && height > 95) faults.push(`squeezed: ${name} is ${Math.round(width)} by ${Math.round(height)}`);
        if (cell.matches('.name, .elastic') && cell.innerText.trim() && width < 90) faults.push(`too narrow: ${name} is ${Math.round(width)}`);
    }
    for (const one of all('main .badge, main .table .btn, main .table .tag').filter(shown))
        if (box(one).height > 36) faults.push(`two lines: ${text(one)}`);
    for (const row of all('main .table.list tbody tr').filter(shown))
        if (box(row).height > 60) faults.push(`high: ${text(row)} is ${Math.round(box(row).height)}`);
    for (const e of all('main .table.list *').filter(e => shown(e) && getComputedStyle(e).textOverflow === 'ellipsis' && e.scrollWidth > e.clientWidth + 1))
        if (!e.closest('[title]') && !e.matches('.log *, small')) faults.push(`cut off without its whole: ${text(e)}`);
    for (const panel of all('main .panel').filter(e => e.scrollWidth > e.clientWidth + 1))
        faults.push(`scrolls sideways: ${panel.scrollWidth} in ${panel.clientWidth}`);
    if (document.documentElement.scrollWidth > innerWidth) faults.push(`page is ${document.documentElement.scrollWidth} wide`);
    return faults.slice(0, 12);";

#[actix_web::test]
async fn no_table_squeezes_its_cells_in_any_width() {
    let app = TestApp::spawn();
    let scene = scene(&app).await;
    let (group, key) = fill(&app, &scene).await;
    let root = &scene.root;
    app.key_of(root).await;
    app.sub_user(root, "administrator-without-an-app", &["AdministratorAccess"]).await;

    Chrome::visit(&app, async |chrome| {
        chrome.sign_in(&app, root).await;
        let policy = chrome.first_link("/policies?kind=custom", "main tr[data-policy-id] a").await;
        let long = &scene.long;
        let pages = [
            "/attention/root-keys".to_owned(),
            "/attention/administrators".to_owned(),
            "/users".to_owned(),
            "/groups".to_owned(),
            "/policies".to_owned(),
            "/audit".to_owned(),
            "/me/security".to_owned(),
            "/me/sessions".to_owned(),
            policy,
            group.clone(),
            format!("{group}/permissions"),
            format!("/users/selected/disable-keys?uin={long}&uin={}", scene.alice.uin),
            format!("/users/{long}/keys"),
            format!("/users/{long}/permissions"),
            format!("/users/{long}/groups"),
            format!("/users/{long}/activity"),
            format!("/users/{}/keys/{key}/records", scene.alice.uin),
            format!("/users/{}/keys/{key}/history", scene.alice.uin),
            format!("/users/{}/keys/{key}/disable", scene.alice.uin),
        ];
        let mut faults = Vec::new();
        for page in &pages {
            chrome.open(page).await;
            assert!(chrome.count("main .table tbody tr").await > 0, "{page} has no table");
            for width in WIDTHS {
                chrome.width(width).await;
                let found = chrome.list(FAULTS).await;
                faults.extend(found.into_iter().map(|fault| format!("{page} at {width}: {fault}")));
                chrome.picture(&format!("table{}-{width}", page.replace('/', "-"))).await;
            }
        }
        assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    })
    .await;
}

/// People, groups, policies and refusals as an account has them after a while; gives a group’s address and a key that was used.
async fn fill(app: &TestApp, scene: &Scene) -> (String, String) {
    let root = &scene.root.browser;
    for (name, note) in [
        ("chen.wei", "陈伟，平台组，负责上海与广州两个机房的发布工作和值班安排"),
        ("ci-deploy", "Deploys of the shop"),
    ] {
        let fields = [("kind", "sub_user"), ("user_name", name), ("note", note), ("console_login", "1")];
        root.submit("/users/new", "/users/new", &fields).await;
    }
    let group = group(root, "运维团队一二三四五六七八九十", "负责线上系统的运行维护").await;
    let other = group_of_long_names(root).await;
    let document =
        r#"{"version":"2.0","statement":[{"effect":"allow","action":"cam:ListUsers","resource":"*"}]}"#;
    for (name, description) in
        [("p".repeat(128), "d".repeat(300)), ("orders-readonly".to_owned(), "只读".to_owned())]
    {
        let fields = [("name", name.as_str()), ("description", &description), ("document", document)];
        root.submit("/policies/new", "/policies/new", &fields).await.redirect();
    }
    for group in [&group, &other] {
        let members = format!("{group}/members/add");
        root.submit(&members, &members, &[("member", &scene.long), ("member", &scene.alice.uin)])
            .await
            .redirect();
        attach(root, &format!("{group}/permissions/attach")).await;
    }
    attach(root, &format!("/users/{}/permissions/attach", scene.long)).await;
    (group, refuse(app, scene).await)
}

async fn group(root: &Browser, name: &str, remark: &str) -> String {
    let fields = [("group_name", name), ("remark", remark)];
    let page = root.submit("/groups/new", "/groups/new", &fields).await.redirect();
    page.split('/').take(3).collect::<Vec<_>>().join("/")
}

async fn group_of_long_names(root: &Browser) -> String {
    group(root, &"g".repeat(64), &"r".repeat(128)).await
}

/// The two policies of this account; they show no keys, so nothing is asked.
async fn attach(root: &Browser, page: &str) {
    let mut choices = Vec::new();
    for name in ["ppp", "orders"] {
        let found = root.get(&format!("{page}?q={name}")).await;
        choices.extend(found.attributes("input[name=policy]", "value"));
    }
    let fields: Vec<(&str, &str)> = choices.iter().map(|id| ("policy", id.as_str())).collect();
    let next = root.submit(page, page, &fields).await.redirect();
    assert!(!next.starts_with("/verify"), "{next}");
}

/// Wrong passwords and calls that are refused.
async fn refuse(app: &TestApp, scene: &Scene) -> String {
    let stranger = app.browser();
    for name in ["dev-alice", "nobody-of-this-name-at-all"] {
        let fields =
            [("account", scene.root.owner.as_str()), ("user_name", name), ("password", "not the password")];
        stranger.submit("/login", "/login", &fields).await;
    }
    let client = app.key_of(&scene.alice).await;
    for action in ["GetUserAppId", "Dance", "DeleteUser", "DescribeSafeAuthFlagCollection"] {
        client.call("cam", action, serde_json::json!({})).await;
    }
    client.secret_id.clone()
}

impl Chrome {
    /// Where the first link leads that fits.
    async fn first_link(&self, page: &str, selector: &str) -> String {
        self.open(page).await;
        self.attribute(selector, "href").await
    }
}
