//! Groups: the list, members, permissions, and the questions before a change.

use super::album::Album;
use crate::support::TestApp;
use crate::support::people::Person;

#[actix_web::test]
async fn pages_about_groups_are_as_they_were() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let mut album = Album::of("groups", &app);

    album.open("list_empty", &root.browser, "/groups").await;
    album.open("new", &root.browser, "/groups/new").await;
    let remark = "长".repeat(129);
    album.send("new_refused", &root, "/groups/new", &[("group_name", ""), ("remark", &remark)]).await;
    let fields = [("group_name", "运维 operators <b>"), ("remark", "on call, nights; 周末")];
    let made = album.send("created", &root, "/groups/new", &fields).await;
    let group = made.redirect().trim_end_matches("/members").to_owned();
    album.open("landing", &root.browser, &group).await;
    album.open("members_none", &root.browser, &format!("{group}/members")).await;
    album.open("add_none", &root.browser, &format!("{group}/members/add")).await;
    album.open("permissions_none", &root.browser, &format!("{group}/permissions")).await;
    let alice = app.sub_user(&root, "dev-alice", &[]).await;
    app.sub_user(&root, "bob", &[]).await;
    album.open("add", &root.browser, &format!("{group}/members/add")).await;
    album.open("add_nothing_found", &root.browser, &format!("{group}/members/add?q=nobody")).await;
    album.send("add_refused", &root, &format!("{group}/members/add"), &[]).await;
    album.open("attach", &root.browser, &format!("{group}/permissions/attach?q=cam")).await;
    album.send("attach_refused", &root, &format!("{group}/permissions/attach"), &[]).await;
    filled(&mut album, &app, &root, (&group, &alice.uin)).await;
    refusals(&mut album, &root, &group).await;
    let reader = app.signed_in(&root, "reader", &["QcloudCamReadOnlyAccess"]).await;
    album.open("reader_list", &reader.browser, "/groups").await;
    album.open("reader_members", &reader.browser, &format!("{group}/members")).await;
    album.open("reader_permissions", &reader.browser, &format!("{group}/permissions")).await;
    paged(&mut album, &root).await;
    album.close();
}

async fn paged(album: &mut Album, root: &Person) {
    let csrf = root.browser.get("/groups").await.csrf();
    for number in 0..55 {
        let name = format!("group-{number:02}");
        root.browser.post("/groups/new", &csrf, &[("group_name", &name)]).await.redirect();
    }
    for (first, second, list) in
        [("page_one", "page_two", "/groups"), ("log_page_one", "log_page_two", "/audit?event=groups")]
    {
        let page = album.open(first, &root.browser, list).await;
        let next = page.attribute("a[rel=next]", "href").unwrap();
        let next =
            if next.starts_with('?') { format!("{}{next}", list.split('?').next().unwrap()) } else { next };
        album.open(second, &root.browser, &next).await;
    }
}

async fn filled(album: &mut Album, app: &TestApp, root: &Person, (group, alice): (&str, &str)) {
    let (add, attach) = (format!("{group}/members/add"), format!("{group}/permissions/attach"));
    root.grant(app, &add, &add, &[("member", alice)]).await.redirect();
    root.grant(app, &attach, &attach, &[("policy", "ReadOnlyAccess")]).await.redirect();
    root.browser.submit("/groups/new", "/groups/new", &[("group_name", "Auditors")]).await.redirect();
    album.open("list", &root.browser, "/groups").await;
    album.open("list_search", &root.browser, "/groups?q=audit").await;
    album.open("list_nothing_found", &root.browser, "/groups?q=%3Cb%3Enone").await;
    album.open("members", &root.browser, &format!("{group}/members")).await;
    album.open("member_remove", &root.browser, &format!("{group}/members/{alice}/remove")).await;
    let page = album.open("permissions", &root.browser, &format!("{group}/permissions")).await;
    let detach = page.attribute("a[href$='/detach']", "href").unwrap();
    album.open("detach", &root.browser, &detach).await;
    let id = group.trim_start_matches("/groups/");
    album.open("groups_of_user", &root.browser, &format!("/users/{alice}/groups")).await;
    album.open("join", &root.browser, &format!("/users/{alice}/groups/join")).await;
    album.send("join_refused", root, &format!("/users/{alice}/groups/join"), &[]).await;
    album.open("leave", &root.browser, &format!("/users/{alice}/groups/{id}/leave")).await;
    album.open("permissions_of_user", &root.browser, &format!("/users/{alice}/permissions")).await;
}

async fn refusals(album: &mut Album, root: &Person, group: &str) {
    album.open("edit", &root.browser, &format!("{group}/edit")).await;
    let fields = [("group_name", "auditors"), ("remark", "")];
    album.send("edit_refused", root, &format!("{group}/edit"), &fields).await;
    album.open("delete", &root.browser, &format!("{group}/delete")).await;
    album.send("delete_refused", root, &format!("{group}/delete"), &[("confirm", "no")]).await;
}
