//! Hand-over: what is to be sent, and what whoever gets a link sees.

use super::album::Album;
use crate::support::people::{PASSWORD, Person, uin_in};
use crate::support::{Answer, TestApp};

#[actix_web::test]
async fn pages_of_the_hand_over_are_as_they_were() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let mut album = Album::of("claims", &app);

    let security = password(&mut album, &app, &root).await;
    key(&mut album, &app, &root).await;
    invitation(&mut album, &app, &root).await;
    app.wait(3 * 86_400);
    let mut later = root.clone();
    later.browser = app.browser();
    later.sign_in(&app).await;
    album.open("listed_when_over", &later.browser, &security).await;
    album.close();
}

fn link_in(page: &Answer) -> String {
    let link = page.text("#claim-url").unwrap();
    link[link.find("/claim?t=").unwrap()..].to_owned()
}

async fn password(album: &mut Album, app: &TestApp, root: &Person) -> String {
    let mut uin = String::new();
    let mut link = String::new();
    for (name, snapshot) in [("unused", "handed_unused"), ("newcomer", "handed_password")] {
        // The list of links goes by the second.
        app.wait(1);
        let fields = [("kind", "sub_user"), ("user_name", name), ("console_login", "1"), ("claim_link", "1")];
        let address = root.grant(app, "/users/new", "/users/new", &fields).await.redirect();
        link = link_in(&album.open(snapshot, &root.browser, &address).await);
        let made = uin_in(&address);
        if name == "newcomer" {
            album.open("listed_open", &root.browser, &format!("/users/{made}/security")).await;
            album.open("handed_again", &root.browser, &address).await;
        } else {
            uin = made;
        }
    }
    let wrong = [("user_name", "x"), ("claim_link", "1"), ("hours", "99"), ("password", PASSWORD)];
    album.send("new_user_refused", root, "/users/new", &wrong).await;
    let browser = app.browser();
    let page = album.open("look_at_password", &browser, &link).await;
    let token = link.split_once("t=").unwrap().1;
    let opened = browser.post("/claim", &page.csrf(), &[("t", token)]).await;
    album.keep("open_password", &opened);
    let form = opened.redirect();
    let shown = album.open("choose_password", &browser, &form).await;
    let weak = browser.post(&form, &shown.csrf(), &[("password", "short")]).await;
    album.keep("choose_password_refused", &weak);
    let chosen = browser.post(&form, &shown.csrf(), &[("password", PASSWORD)]).await;
    album.keep("password_chosen", &chosen);
    album.open("closed", &browser, &link).await;
    format!("/users/{uin}/security")
}

async fn invitation(album: &mut Album, app: &TestApp, root: &Person) {
    album.open("invitation_closed", &root.browser, "/invitation?t=guess").await;
    let wish = [
        ("kind", "collaborator"),
        ("user_name", "partner"),
        ("invite", "1"),
        ("policy", "QcloudCamReadOnlyAccess"),
    ];
    let asked = root.browser.submit("/users/new", "/users/new", &wish).await.redirect();
    let address = root.pass(app, &asked).await.redirect();
    let page = album.open("handed_invitation", &root.browser, &address).await;
    let link = page.text("#claim-url").unwrap();
    album.open("invitation", &root.browser, &link[link.find("/invitation?t=").unwrap()..]).await;
    album.open("list", &root.browser, "/claims").await;
}

async fn key(album: &mut Album, app: &TestApp, root: &Person) {
    app.wait(1);
    let refused = root.browser.submit("/keys", "/keys", &[("delivery", "sealed"), ("to", "age1")]).await;
    album.keep("key_refused", &refused);
    let asked = root.browser.submit("/keys", "/keys", &[("delivery", "claim"), ("hours", "1")]).await;
    album.open("key_question", &root.browser, &asked.redirect()).await;
    let address = root.pass(app, &asked.redirect()).await.redirect();
    let link = link_in(&album.open("handed_key", &root.browser, &address).await);
    let browser = app.browser();
    let page = album.open("look_at_key", &browser, &link).await;
    let opened = browser.post("/claim", &page.csrf(), &[("t", link.split_once("t=").unwrap().1)]).await;
    album.keep("open_key", &opened);
    album.open("key", &browser, &opened.redirect()).await;
    album.open("key_again", &browser, &opened.redirect()).await;
    let to = "age1axm4mmvth49fg4luwrqcs7kxvcak43440hj6mts0524ntrsuvvfqakwkdw";
    let asked = root.browser.submit("/keys", "/keys", &[("to", to)]).await.redirect();
    let address = root.pass(app, &asked).await.redirect();
    album.open("handed_sealed", &root.browser, &address).await;
    let guesser = app.browser();
    for _ in 0..15 {
        guesser.get("/claim?t=guess").await;
    }
    album.open("too_many", &guesser, "/claim?t=guess").await;
}
