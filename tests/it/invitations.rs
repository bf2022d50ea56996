//! Invitations of collaborators: made with a fresh code, answered once by the root of another account, never beyond what their
//! maker may give at that moment.

use crate::support::people::Person;
use crate::support::{Answer, TestApp, code};
use camlock::store::{Conn, StoreError};
use diesel::RunQueryDsl;
use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::json;

const NEW: &str = "/users/new";
const LIST: &str = "/claims";

/// Invites somebody as that name with policies; gives the path of the link.
async fn invited(app: &TestApp, maker: &Person, name: &str, policies: &[&str]) -> String {
    let mut fields = vec![("kind", "collaborator"), ("user_name", name), ("invite", "1")];
    fields.extend(policies.iter().map(|policy| ("policy", *policy)));
    let asked = maker.browser.submit(NEW, NEW, &fields).await.redirect();
    assert!(asked.starts_with("/verify?"), "a fresh code is asked for, window or not: {asked}");
    let page = maker.pass(app, &asked).await.redirect();
    let page = maker.browser.get(&page).await;
    let link = page.text("#claim-url").unwrap_or_else(|| panic!("{}", page.body));
    link[link.find("/invitation?t=").expect("the page of invitations")..].to_owned()
}

async fn answer(person: &Person, link: &str, answer: &str) -> Answer {
    let csrf = person.browser.get("/me/security").await.csrf();
    let token = link.split_once("t=").unwrap().1;
    person.browser.post("/invitation", &csrf, &[("t", token), ("answer", answer)]).await
}

fn number(app: &TestApp, sql: &str) -> i64 {
    #[derive(diesel::QueryableByName)]
    struct Found {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        number: i64,
    }
    let ask = |conn: &mut Conn| {
        Ok::<_, StoreError>(diesel::sql_query(format!("/* test */ {sql}")).get_result::<Found>(conn)?)
    };
    app.app.store.read_now(ask).unwrap().number
}

/// The state of each invitation in the list.
async fn states(person: &Person) -> Vec<String> {
    person.browser.get(LIST).await.texts("li[data-invitation] .badge")
}

async fn events(person: &Person, event: &str) -> Answer {
    person.browser.get(&format!("/audit?event={event}")).await
}

#[actix_web::test]
async fn the_root_of_another_account_accepts_and_works_there_with_what_was_chosen() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let other = app.root_named("partner").await;
    let link = invited(&app, &root, "partner-ops", &["QcloudCamReadOnlyAccess"]).await;
    let token = link.split_once("t=").unwrap().1;
    let kept =
        format!("SELECT count(*) AS number FROM invitations WHERE digest = '{token}' OR id = '{token}'");
    assert_eq!(number(&app, &kept), 0, "only the digest is kept");

    let stranger = app.browser().get(&link).await;
    assert_eq!(stranger.redirect(), "/login?next=%2Finvitation", "the token is not handed on");
    for _ in 0..2 {
        let page = other.browser.get(&link).await;
        assert!(
            page.status == StatusCode::OK && page.body.contains("QcloudCamReadOnlyAccess"),
            "{}",
            page.body
        );
    }
    assert_eq!(states(&root).await, ["Open"], "looking changes nothing");
    assert_eq!(answer(&other, &link, "accept").await.redirect(), "/identity");

    let csrf = other.browser.get("/identity").await.csrf();
    other.browser.post("/identity", &csrf, &[("owner_uin", &root.owner)]).await.redirect();
    assert_eq!(other.browser.get("/users").await.status, StatusCode::OK, "the policy counts");
    assert_eq!(other.browser.get(NEW).await.status, StatusCode::FORBIDDEN, "and nothing beyond it");
    assert_eq!(states(&root).await, ["Accepted"]);
    for event in ["CreateInvitation", "AcceptInvitation", "AddCollaborator", "AttachUserPolicy"] {
        assert_eq!(events(&root, event).await.count("tr[data-seq]"), 1, "{event}");
    }
    let csrf = other.browser.get("/identity").await.csrf();
    other.browser.post("/identity", &csrf, &[("owner_uin", &other.uin)]).await.redirect();
    let own = events(&other, "AcceptInvitation").await;
    assert_eq!(own.count("tr[data-seq]"), 1, "the log of the one who answers has it too: {}", own.body);
    assert_eq!(answer(&other, &link, "decline").await.status, StatusCode::GONE, "answered once");
    assert_eq!(other.browser.get(&link).await.status, StatusCode::GONE);
}

#[actix_web::test]
async fn the_log_of_who_invites_names_the_answerer_by_uin_whatever_they_are_called_elsewhere() {
    let app = TestApp::spawn();
    let (root, third) = (app.root().await, app.root_named("third").await);
    let other = app.root_named("partner").await;
    let fields = [("kind", "collaborator"), ("user_name", "hush-elsewhere"), ("uin", other.uin.as_str())];
    third.grant(&app, NEW, NEW, &fields).await.redirect();
    let (taken, left) =
        (invited(&app, &root, "partner-ops", &[]).await, invited(&app, &root, "partner-two", &[]).await);
    let csrf = other.browser.get("/identity").await.csrf();
    other.browser.post("/identity", &csrf, &[("owner_uin", &third.owner)]).await.redirect();

    answer(&other, &taken, "accept").await.redirect();
    answer(&other, &left, "decline").await.redirect();

    for event in ["AcceptInvitation", "DeclineInvitation"] {
        let log = events(&root, event).await;
        let page = root.browser.get(&log.attribute("tr[data-seq] th a", "href").unwrap()).await;
        assert_eq!(log.texts("tr[data-seq] td[data-label=Who]").len(), 1, "{event}: {}", log.body);
        assert!(log.body.contains(&other.uin) && page.body.contains(&other.uin), "{event}: {}", page.body);
        for name in ["hush-elsewhere", "partner Ltd"] {
            assert!(!log.body.contains(name) && !page.body.contains(name), "{event}: {}", page.body);
        }
    }
    let added = events(&root, "AddCollaborator").await;
    let added = root.browser.get(&added.attribute("tr[data-seq] th a", "href").unwrap()).await;
    assert!(!added.body.contains("test browser"), "the maker's deed has no client of the answerer's");
    let csrf = other.browser.get("/identity").await.csrf();
    other.browser.post("/identity", &csrf, &[("owner_uin", &other.uin)]).await.redirect();
    let own = events(&other, "AcceptInvitation").await;
    assert!(own.count("tr[data-seq]") == 1 && !own.body.contains("hush-elsewhere"), "{}", own.body);
}

#[actix_web::test]
async fn its_link_is_shown_once_and_then_leads_to_the_list_where_it_can_be_revoked() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let fields = [("kind", "collaborator"), ("user_name", "partner-ops"), ("invite", "1")];
    let asked = root.browser.submit(NEW, NEW, &fields).await.redirect();
    let address = root.pass(&app, &asked).await.redirect();

    let shown = root.browser.get(&address).await;
    let again = root.browser.get(&address).await;

    assert!(shown.text("#claim-url-label").unwrap().contains("Invitation link"), "{}", shown.body);
    assert_eq!(again.redirect(), LIST);
    let list = root.browser.get(LIST).await;
    assert!(list.text(".flash").unwrap().contains("Revoke the invitation"), "{}", list.body);
}

#[actix_web::test]
async fn declined_revoked_and_expired_ones_open_nothing_and_add_nobody() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let other = app.root_named("partner").await;
    let declined = invited(&app, &root, "one", &[]).await;
    let revoked = invited(&app, &root, "two", &[]).await;

    answer(&other, &declined, "decline").await.redirect();
    let page = root.browser.get(LIST).await;
    let id = page.attributes("li[data-invitation]", "data-invitation").remove(0);
    let csrf = other.browser.get("/me/security").await.csrf();
    let theirs = other.browser.post(&format!("/invitations/{id}/revoke"), &csrf, &[]).await;
    assert_eq!(theirs.status, StatusCode::NOT_FOUND);
    assert_eq!(states(&root).await, ["Open", "Declined"]);
    root.browser.post(&format!("/invitations/{id}/revoke"), &page.csrf(), &[]).await.redirect();
    let expired = invited(&app, &root, "three", &[]).await;
    app.wait(72 * 3_600 + 1);
    root.sign_in(&app).await;
    other.sign_in(&app).await;

    for link in [&declined, &revoked, &expired, &"/invitation?t=guess".to_owned()] {
        assert_eq!(other.browser.get(link).await.status, StatusCode::GONE, "{link}");
        assert_eq!(answer(&other, link, "accept").await.status, StatusCode::GONE, "{link}");
    }
    assert_eq!(states(&root).await, ["Expired", "Declined"]);
    assert_eq!(number(&app, "SELECT count(*) AS number FROM users WHERE kind = 'collaborator'"), 0);
    assert_eq!(events(&root, "DeclineInvitation").await.count("tr[data-seq]"), 1);
    assert_eq!(events(&root, "RevokeInvitation").await.count("tr[data-seq]"), 1);
}

#[actix_web::test]
async fn it_never_gives_more_than_its_maker_may_give_when_it_is_accepted() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let maker = app.enrolled(&root, "maker", &["QcloudCamFullAccess"]).await;
    let other = app.root_named("partner").await;
    let link = invited(&app, &maker, "partner-ops", &["AdministratorAccess"]).await;
    let permissions = format!("/users/{}/permissions", maker.uin);
    let page = root.browser.get(&permissions).await;
    let detach = page.attribute("a[href$='/detach']", "href").unwrap();
    root.grant(&app, &detach, &detach, &[]).await.redirect();

    let refused = answer(&other, &link, "accept").await;

    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
    assert!(refused.body.contains("may not add you any more"), "{}", refused.body);
    assert_eq!(number(&app, "SELECT count(*) AS number FROM users WHERE kind = 'collaborator'"), 0);
    assert_eq!(states(&root).await, ["Open"], "nothing was answered");
    let kept_out = app.enrolled(&root, "kept-out", &["QcloudCamFullAccess"]).await;
    let link = invited(&app, &kept_out, "partner-two", &[]).await;
    let page = format!("/users/{}/security", kept_out.uin);
    let console = format!("{page}/console");
    root.grant(&app, &page, &console, &[("on", "0")]).await.redirect();
    let refused = answer(&other, &link, "accept").await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "a maker who is kept out gives nothing");
    root.grant(&app, &page, &console, &[("on", "1")]).await.redirect();
    assert_eq!(answer(&other, &link, "accept").await.redirect(), "/identity");
}

#[actix_web::test]
async fn only_who_may_add_users_and_make_links_invites_and_only_a_root_accepts() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let other = app.root_named("partner").await;
    let text = r#"{"version":"2.0","statement":[{"effect":"allow","action":["cam:AddUser","cam:ListUsers"],"resource":"*"}]}"#;
    root.grant(&app, "/policies/new", "/policies/new", &[("name", "adder"), ("document", text)])
        .await
        .redirect();
    let adder = app.enrolled(&root, "adder", &["adder"]).await;
    let worker = app.signed_in(&other, "worker", &[]).await;
    let fields = [("kind", "collaborator"), ("user_name", "x"), ("invite", "1")];

    assert_eq!(adder.browser.get(NEW).await.count("input[name=invite]"), 0);
    let csrf = adder.browser.get(NEW).await.csrf();
    assert_eq!(adder.browser.post(NEW, &csrf, &fields).await.status, StatusCode::FORBIDDEN);
    for (more, field) in [
        (("uin", "100000000009"), "invite"),
        (("kind", "sub_user"), "invite"),
        (("policy", "none"), "policy"),
    ] {
        let mut sent = fields.to_vec();
        sent.retain(|(name, _)| *name != more.0);
        sent.push(more);
        let refused = root.browser.submit(NEW, NEW, &sent).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{more:?}: {}", refused.body);
        assert!(
            refused.attributes(".error-summary a", "href").contains(&format!("#field-{field}")),
            "{more:?}"
        );
    }

    let link = invited(&app, &root, "partner-ops", &[]).await;
    let page = worker.browser.get(&link).await;
    assert!(page.status == StatusCode::OK && page.count("button[value=accept]") == 0, "{}", page.body);
    assert_eq!(answer(&worker, &link, "accept").await.status, StatusCode::CONFLICT);
    let own = answer(&root, &link, "accept").await;
    assert_eq!(own.status, StatusCode::CONFLICT, "nobody is their own collaborator: {}", own.body);
    app.sub_user(&root, "partner-ops", &[]).await;
    let taken = answer(&other, &link, "accept").await;
    assert_eq!(taken.status, StatusCode::CONFLICT, "the name was taken meanwhile: {}", taken.body);
    assert_eq!(states(&root).await, ["Open"]);
}

#[actix_web::test]
async fn many_answers_at_once_are_one() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let (one, two) = (app.root_named("one").await, app.root_named("two").await);
    let link = invited(&app, &root, "partner", &[]).await;

    let tries = [&one, &two, &one, &two];
    let answers = join_all(tries.map(|person| answer(person, &link, "accept"))).await;

    let accepted = answers.iter().filter(|answer| answer.status == StatusCode::SEE_OTHER).count();
    assert_eq!(accepted, 1, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    assert_eq!(number(&app, "SELECT count(*) AS number FROM users WHERE kind = 'collaborator'"), 1);
    let client = app.key_of(&root).await;
    assert_eq!(code(&client.call("cam", "ListCollaborators", json!({ "Limit": 20, "Offset": 0 })).await), "");
}

#[actix_web::test]
async fn another_policy_under_the_name_of_a_deleted_one_is_not_what_was_offered() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let other = app.root_named("partner").await;
    let make = async |actions: &str| {
        let text = format!(
            r#"{{"version":"2.0","statement":[{{"effect":"allow","action":["{actions}"],"resource":"*"}}]}}"#
        );
        let fields = [("name", "partner-reads"), ("document", text.as_str())];
        root.grant(&app, "/policies/new", "/policies/new", &fields).await.redirect()
    };
    make("cam:ListUsers").await;
    let link = invited(&app, &root, "partner-ops", &["partner-reads"]).await;
    let list = root.browser.get("/policies?kind=custom").await;
    let id = list.attributes("tr[data-policy-id]", "data-policy-id").remove(0);
    let confirmed = [("confirm", "partner-reads")];
    root.browser.post(&format!("/policies/{id}/delete"), &list.csrf(), &confirmed).await.redirect();
    make("*").await;

    let refused = answer(&other, &link, "accept").await;

    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
    assert_eq!(number(&app, "SELECT count(*) AS number FROM users WHERE kind = 'collaborator'"), 0);
}
