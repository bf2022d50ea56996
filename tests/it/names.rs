//! Names that people tell apart by looking, and texts in which nothing hides.

use crate::support::people::{PASSWORD, Person};
use crate::support::{Client, TestApp, Upgraded, code};
use camlock::app::account::setup::new_setup_token;
use camlock::app::operator::fill_in::fill_in;
use reqwest::StatusCode;
use serde_json::{Value, json};

/// Names that pass for `admin`, and what to do about each.
const DOUBLES: [(&str, &str); 12] = [
    ("admin\u{3164}", "cannot be seen"),
    ("\u{3164}", "cannot be seen"),
    ("admin\u{ffa0}", "cannot be seen"),
    ("ad\u{200d}min", "cannot be seen"),
    ("\u{202e}nimda", "cannot be seen"),
    ("\u{430}dmin", "letters of one script"),
    ("admin\u{661}", "letters of one script"),
    ("\u{13aa}dmin", "letters of one script"),
    ("\u{ff41}dmin", "user name as admin."),
    ("\u{1d41a}dmin", "user name as admin."),
    ("adm\u{2170}n", "user name as admin."),
    ("adm\u{131}n", "looks like another"),
];

async fn add(root: &Person, name: &str) -> (StatusCode, String) {
    let fields = [("kind", "sub_user"), ("user_name", name)];
    let answer = root.browser.submit("/users/new", "/users/new", &fields).await;
    (answer.status, answer.text("#user_name-error").unwrap_or_default())
}

async fn refused(client: &Client, action: &str, body: Value, expected: &str) {
    let answer = client.call("cam", action, body.clone()).await;
    assert_eq!(code(&answer), expected, "{action} {body}: {answer}");
}

#[actix_web::test]
async fn a_user_name_that_passes_for_another_is_refused_and_the_page_says_why() {
    let app = TestApp::spawn();
    let root = app.root().await;
    app.sub_user(&root, "admin", &[]).await;

    for (name, told) in DOUBLES {
        let (status, said) = add(&root, name).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(said.contains(told), "{name}: {said}");
    }
    for name in ["operator", "Operator", "camlock", "op\u{435}rator"] {
        assert_eq!(add(&root, name).await.0, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
    }
}

#[actix_web::test]
async fn over_the_api_such_names_have_the_documented_codes_and_a_text_in_either_language() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    client.done("AddUser", json!({ "Name": "admin" })).await;

    for (name, told) in DOUBLES {
        let looks_taken = told == "looks like another";
        let expected = if looks_taken {
            "InvalidParameter.SubUserNameInUse"
        } else {
            "InvalidParameter.UserNameIllegal"
        };
        let mut call = client.sign("cam", "AddUser", &json!({ "Name": name }));
        let english = client.response(&call).await;
        assert_eq!(code(&english), expected, "{name}: {english}");
        assert!(english["Error"]["Message"].as_str().unwrap().contains(told), "{name}: {english}");
        call = client.sign("cam", "AddUser", &json!({ "Name": name }));
        call.set("x-tc-language", "zh-CN");
        let chinese = client.response(&call).await;
        assert!(chinese["Error"]["Message"].as_str().unwrap().contains("用户名"), "{name}: {chinese}");
    }
    refused(&client, "AddUser", json!({ "Name": "operator" }), "InvalidParameter.UserNameIllegal").await;
}

#[actix_web::test]
async fn people_everywhere_may_write_their_names() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;

    for name in [
        "dev张伟",
        "張偉",
        "田中さん",
        "アプリdev",
        "데브kim",
        "müller",
        "muller",
        "zoë",
        "админ-1",
        "ελένη",
        "محمد",
        "שרה",
        "राम",
        "rn",
        "m",
        "l1",
        "1l",
        "operators",
    ] {
        assert_eq!(add(&root, name).await.0, StatusCode::SEE_OTHER, "{name}");
        let found = client.done("GetUser", json!({ "Name": name })).await;
        assert_eq!(found["Name"], name);
    }
}

#[actix_web::test]
async fn names_in_other_letters_are_compared_by_their_looks_with_all_and_in_any_case() {
    let app = TestApp::spawn();
    let root = app.root().await;

    for (first, second) in [("cop", "сор"), ("hot", "НОТ"), ("ονο", "ovo"), ("nova", "ΝΟνα"), ("һеу", "HEY")]
    {
        assert_eq!(add(&root, first).await.0, StatusCode::SEE_OTHER, "{first}");
        let (status, said) = add(&root, second).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{second}");
        assert!(said.contains("looks like another"), "{second}: {said}");
    }
    // What looks the same in another account is nobody's business here.
    let other = app.root_named("other").await;
    assert_eq!(add(&other, "сор").await.0, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn of_two_doubles_at_once_one_is_added() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let names = ["сор", "cop", "СОР", "COP", "сор", "cop"];

    let answers = names.map(|name| client.call("cam", "AddUser", json!({ "Name": name })));
    let answers = futures_util::future::join_all(answers).await;

    let added = answers.iter().filter(|answer| code(answer).is_empty()).count();
    assert_eq!(added, 1, "{answers:?}");
}

#[actix_web::test]
async fn a_renamed_user_leaves_its_looks_to_others_and_keeps_its_own_name() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let first = app.sub_user(&root, "сор", &[]).await;
    app.sub_user(&root, "nova", &[]).await;
    let edit = format!("/users/{}/edit", first.uin);
    let rename = async |name: &str| root.browser.submit(&edit, &edit, &[("user_name", name)]).await.status;

    assert_eq!(rename("ΝΟνα").await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(rename("СОР").await, StatusCode::SEE_OTHER);
    assert_eq!(add(&root, "cop").await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(rename("police").await, StatusCode::SEE_OTHER);
    assert_eq!(add(&root, "cop").await.0, StatusCode::SEE_OTHER);
    assert_eq!(rename("сор").await, StatusCode::UNPROCESSABLE_ENTITY);
}

#[actix_web::test]
async fn group_names_are_legible_and_no_doubles() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let group = async |name: &str| {
        let answer = client.call("cam", "CreateGroup", json!({ "GroupName": name })).await;
        code(&answer).to_owned()
    };
    let plain = client.done("CreateGroup", json!({ "GroupName": "Admin scope" })).await;

    for name in [
        "Admin\u{200b} scope",
        "Admin\u{a0}scope",
        "Ａdmin scope",
        "\u{410}dmin scope",
        "\u{202e}epocs nimdA",
        "Ops\u{3164}",
        "Ops\u{2800}",
        "Ops\u{fe0f}",
        "Ops\u{2028}Berlin",
    ] {
        assert_eq!(group(name).await, "InvalidParameter.ParamError", "{name:?}");
    }
    assert_eq!(group("Adm\u{131}n scope").await, "InvalidParameter.GroupNameInUse");
    for name in ["Ops – Berlin", "研发 (上海)", "Команда", "Team 🚀", "Operator"] {
        assert_eq!(group(name).await, "", "{name}");
    }
    let other = client.done("CreateGroup", json!({ "GroupName": "other" })).await;
    for (name, expected) in [
        ("Adm\u{131}n scope", "InvalidParameter.GroupNameInUse"),
        ("othe\u{200b}r", "InvalidParameter.ParamError"),
        ("other", ""),
    ] {
        let body = json!({ "GroupId": other["GroupId"], "GroupName": name });
        assert_eq!(code(&client.call("cam", "UpdateGroup", body).await), expected, "{name:?}");
    }
    let fields = [("group_name", "Ｏther")];
    let edit = format!("/groups/{}/edit", plain["GroupId"]);
    let answer = root.browser.submit(&edit, &edit, &fields).await;
    assert!(answer.text("#group_name-error").unwrap().contains("Write the group name as Other."));
}

#[actix_web::test]
async fn notes_and_remarks_hide_nothing_but_keep_what_scripts_and_emoji_need() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let alice = app.sub_user(&root, "alice", &[]).await;
    let key = root.create_key(&format!("/users/{}/keys", alice.uin)).await;
    let keys = format!("/users/{}/keys", alice.uin);
    let statement = json!([{ "effect": "allow", "action": "cam:GetUser", "resource": "*" }]);
    let policy = json!({ "version": "2.0", "statement": statement });

    for hidden in
        ["\u{202e}", "\u{2066}", "\u{200b}", "\u{2028}", "\u{3164}", "\u{feff}", "\u{e0041}", "\u{ad}"]
    {
        let text = format!("a{hidden}b");
        refused(&client, "AddUser", json!({ "Name": "x", "Remark": text }), "InvalidParameter.ParamError")
            .await;
        refused(&client, "UpdateUser", json!({ "Name": "alice", "Remark": text }), "InvalidParameter").await;
        let group = json!({ "GroupName": "x", "Remark": text });
        refused(&client, "CreateGroup", group, "InvalidParameter.ParamError").await;
        let described =
            json!({ "PolicyName": "x", "PolicyDocument": policy.to_string(), "Description": text });
        let answer = client.call("cam", "CreatePolicy", described).await;
        assert_eq!(code(&answer), "InvalidParameter.DescriptionLengthOverlimit", "{answer}");
        let described = json!({ "Description": text });
        assert_ne!(code(&client.call("cam", "CreateAccessKey", described).await), "", "{hidden:?}");
        let note = root.browser.submit(&keys, &format!("{keys}/{key}/note"), &[("note", &text)]).await;
        assert_eq!(note.status, StatusCode::UNPROCESSABLE_ENTITY, "{hidden:?}");
    }
    let kept = "नमस्\u{200d}ते می\u{200c}خواهم ❤\u{fe0f} 👩\u{200d}💻";
    client.done("UpdateUser", json!({ "Name": "alice", "Remark": kept })).await;
    assert_eq!(client.done("GetUser", json!({ "Name": "alice" })).await["Remark"], kept);
}

#[actix_web::test]
async fn a_document_keeps_its_line_feeds_and_hides_nothing() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let client = app.key_of(&root).await;
    let document = |sid: &str| {
        format!(
            "{{\n\t\"version\": \"2.0\",\r\n \"statement\": [\n {{\"effect\": \"allow\", \"action\": \"cam:{sid}\",\n \
             \"resource\": \"*\"}}\n]}}"
        )
    };
    let create = async |name: &str, text: String| {
        client.call("cam", "CreatePolicy", json!({ "PolicyName": name, "PolicyDocument": text })).await
    };

    let hidden = create("hidden", document("Get\u{202e}resU\u{200b}*")).await;
    assert_eq!(code(&hidden), "InvalidParameter.PolicyDocumentError", "{hidden}");
    assert!(hidden["Error"]["Message"].as_str().unwrap().contains("ine 4"), "{hidden}");
    assert_eq!(code(&create("plain", document("GetUser")).await), "");
}

#[actix_web::test]
async fn a_user_agent_is_written_down_without_what_hides_or_turns_text() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let body = crate::support::browser::encoded(&[
        ("csrf", root.browser.get("/users/new").await.csrf().as_str()),
        ("kind", "sub_user"),
        ("user_name", "alice"),
    ]);
    let headers =
        [("sec-fetch-site", "same-origin"), ("user-agent", "Mozilla \u{202e}live\u{200b} \u{3164}end")];

    root.browser.send(reqwest::Method::POST, "/users/new", Some(body), &headers).await.redirect();

    let log = root.browser.get("/audit?event=AddUser").await;
    let seq = log.attribute("tr[data-seq]", "data-seq").unwrap();
    let detail = root.browser.get(&format!("/audit/{seq}")).await;
    assert!(detail.body.contains("Mozilla live end"), "{}", detail.body);
}

#[actix_web::test]
async fn names_of_an_older_version_are_compared_before_and_after_their_looks_are_known() {
    let old = Upgraded::open();
    let client = old.key("root");
    let taken = "InvalidParameter.SubUserNameInUse";

    // `admin` and a double of `dev` written in wide letters are there, each from before.
    refused(&client, "AddUser", json!({ "Name": "adm\u{131}n" }), taken).await;
    refused(&client, "AddUser", json!({ "Name": "dev" }), taken).await;
    let mut batches = 0;
    while fill_in(&old.app.app).await.unwrap() {
        batches += 1;
    }
    assert!(batches > 0, "nothing was left to be filled in");
    refused(&client, "AddUser", json!({ "Name": "adm\u{131}n" }), taken).await;
    refused(&client, "AddUser", json!({ "Name": "dev" }), taken).await;
    client.done("AddUser", json!({ "Name": "devs" })).await;
}

#[actix_web::test]
async fn a_name_that_no_rule_allows_today_may_be_kept_but_not_be_given_again() {
    let old = Upgraded::open();
    let root = old.root().await;
    let uin = old.text("/odd_names/0/uin");
    let edit = format!("/users/{uin}/edit");

    let note = "safe \u{202e}etouq";
    for (name, note, expected) in [
        ("\u{430}dmin", note, StatusCode::SEE_OTHER),
        ("\u{430}dmin", "safe \u{202e}etouq!", StatusCode::UNPROCESSABLE_ENTITY),
        ("\u{430}dmins", note, StatusCode::UNPROCESSABLE_ENTITY),
        ("plain", note, StatusCode::SEE_OTHER),
        ("\u{430}dmin", note, StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let answer = root.browser.submit(&edit, &edit, &[("user_name", name), ("note", note)]).await;
        assert_eq!(answer.status, expected, "{name} {note}: {}", answer.body);
    }
    let group =
        json!({ "GroupId": old["/groups/odd"], "GroupName": old.text("/groups/odd_name"), "Remark": "new" });
    old.key("root").done("UpdateGroup", group).await;
    let fields = [("name", "readers"), ("description", "first \u{202e}txet")];
    let edit = format!("/policies/{}/edit", old["/policies/readers"]);
    let document = root.browser.get(&edit).await.text("textarea[name=document]").unwrap();
    let fields = [fields[0], fields[1], ("document", document.as_str())];
    root.browser.submit(&edit, &edit, &fields).await.redirect();
}

#[actix_web::test]
async fn the_first_root_and_those_of_the_command_line_have_legible_names_too() {
    let app = TestApp::spawn();
    let token = new_setup_token(&app.app).unwrap();
    let page = format!("/setup?token={token}");
    let mut person = Person::stranger(&app);
    let form = person.browser.get(&page).await;
    person.remember_seed(&form.text("#totp-secret").unwrap());
    let code = person.code(&app);

    for (account, name) in [("Acme", "operator"), ("Acme", "r\u{3164}oot"), ("Ac\u{202e}me", "root")] {
        let fields = [
            ("token", token.as_str()),
            ("account_name", account),
            ("user_name", name),
            ("password", PASSWORD),
            ("code", &code),
        ];
        let answer = person.browser.post("/setup", &form.csrf(), &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
    }
}
