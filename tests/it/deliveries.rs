//! Sealed delivery: a key whose secret only the holder of a private key ever sees, opened here by Debian's `age`.

use crate::support::api::Client;
use crate::support::process::operate;
use crate::support::{TestApp, code};
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

const TO_AGE: &str = "age1axm4mmvth49fg4luwrqcs7kxvcak43440hj6mts0524ntrsuvvfqakwkdw";
const AGE_IDENTITY: &str = "AGE-SECRET-KEY-159AEYCPWLGUTYD7C2HF4SGV0CF97AKQQ04UPQEJKLZ392QD90YPS4F2SVY\n";
const TO_SSH: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKQqPBBDkI4L8B08nXVCQiz8dIdqmFXolaAdJCLFPRTR test";
/// Made for this test, and of no other use.
const SSH_IDENTITY: &str = "-----BEGIN OPENSSH PRIVATE KEY-----\n\
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n\
QyNTUxOQAAACCkKjwQQ5COC/AdPJ11QkIs/HSHaphV6JWgHSQixT0U0QAAAIjEblamxG5W\n\
pgAAAAtzc2gtZWQyNTUxOQAAACCkKjwQQ5COC/AdPJ11QkIs/HSHaphV6JWgHSQixT0U0Q\n\
AAAEB/rFosNjSWiOmLWNTEMyGmXL3vOcJrmzbf60LDgAXYvKQqPBBDkI4L8B08nXVCQiz8\n\
dIdqmFXolaAdJCLFPRTRAAAABHRlc3QB\n\
-----END OPENSSH PRIVATE KEY-----\n\
";

/// Whether `age` is here; says loudly when it is not, and fails where nothing may be left out.
fn is_age_here() -> bool {
    let is_here = Command::new("age").arg("--version").output().is_ok();
    if !is_here {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "install with: apt-get install age");
        let _ = writeln!(std::io::stderr(), "SKIPPED: a sealed delivery is not opened: age is missing");
    }
    is_here
}

/// The pair in a sealed file.
fn opened(app: &TestApp, folder: &Path, sealed: &str, identity: &str) -> Client {
    let (key, file) = (folder.join("identity"), folder.join("sealed.age"));
    fs::write(&key, identity).unwrap();
    fs::write(&file, sealed).unwrap();
    let output = Command::new("age").args(["-d", "-i"]).arg(&key).arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let value = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
    app.client(&value("TENCENTCLOUD_SECRET_ID="), &value("TENCENTCLOUD_SECRET_KEY="))
}

async fn is_accepted(client: &Client) -> bool {
    code(&client.call("cam", "GetUserAppId", json!({})).await).is_empty()
}

#[actix_web::test]
async fn a_key_that_is_made_for_a_public_key_signs_once_its_holder_has_opened_it() {
    if !is_age_here() {
        return;
    }
    let app = TestApp::spawn();
    let root = app.root().await;
    let uin = app.sub_user(&root, "builder", &[]).await.uin;
    let keys = format!("/users/{uin}/keys");
    for (to, identity) in [(TO_AGE, AGE_IDENTITY), (TO_SSH, SSH_IDENTITY)] {
        let asked = root.browser.submit(&keys, &keys, &[("to", to)]).await.redirect();
        assert!(asked.starts_with("/verify?"), "{asked}");
        let address = root.pass(&app, &asked).await.redirect();
        let page = root.browser.get(&address).await;
        let (id, sealed) = (page.text("#secret-id").unwrap(), page.text("textarea[name=sealed]").unwrap());

        let client = opened(&app, app.folder.path(), &format!("{sealed}\n"), identity);

        assert_eq!(client.secret_id, id);
        assert!(!page.body.contains(&client.secret_key), "whoever makes it does not see it");
        assert!(is_accepted(&client).await, "{to}");
        assert_eq!(root.browser.get(&address).await.status, 303, "it is shown once");
    }
    let log = root.browser.get("/audit?event=SealSecretKey").await;
    assert_eq!(log.count("tr[data-seq]"), 2, "{}", log.body);
}

#[actix_web::test]
async fn the_operator_makes_a_key_that_nobody_at_the_machine_can_read() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let make = |out: &str| {
        operate(&app, &["key", "create", "--uin", &root.uin, "--note", "ci", "--to", TO_AGE, "--out", out])
    };

    let made = make("first.age");

    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let printed: Value = serde_json::from_slice(&made.stdout).unwrap();
    let sealed = fs::read_to_string(app.folder.path().join("first.age")).unwrap();
    assert!(sealed.starts_with("-----BEGIN AGE ENCRYPTED FILE-----"), "{sealed}");
    let again = make("first.age");
    assert!(!again.status.success(), "a file that is there is kept");
    let wrong = operate(&app, &["key", "create", "--uin", &root.uin, "--to", "age1x", "--out", "second.age"]);
    assert!(!wrong.status.success() && !app.folder.path().join("second.age").exists());
    let held = root.secret_ids("/keys").await;
    assert_eq!(held, [printed["secret_id"].as_str().unwrap()]);
    if is_age_here() {
        let client = opened(&app, app.folder.path(), &sealed, AGE_IDENTITY);
        assert!(is_accepted(&client).await);
    }
}

#[actix_web::test]
async fn a_key_that_was_made_sealed_is_shown_by_show_to_its_user_alone() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let bob = app.enrolled(&root, "bob", &["QcloudCollApiKeyManageAccess"]).await;
    let keys = format!("/users/{}/keys", bob.uin);
    let asked = root.browser.submit(&keys, &keys, &[("to", TO_AGE)]).await.redirect();
    let made = root.browser.get(&root.pass(&app, &asked).await.redirect()).await;
    let sealed = made.text("#secret-id").unwrap();
    let plain = root.create_key(&keys).await;
    let reveal = |id: &str| format!("{keys}/{id}/reveal");

    let list = root.browser.get(&keys).await;
    let refused = root.browser.submit(&keys, &reveal(&sealed), &[]).await;

    assert_eq!(list.count(&format!("form[action='{}']", reveal(&plain))), 1);
    assert_eq!(list.count(&format!("form[action='{}']", reveal(&sealed))), 0);
    assert!(list.texts(".secret .once").iter().any(|text| text == "sealed when it was made"));
    assert!(refused.location().is_none(), "no code is asked for");
    assert!(refused.body.contains("sealed to a public key when it was made"), "{}", refused.body);
    let log = root.browser.get("/audit?event=ShowSecretKey&result=refused").await;
    assert_eq!(log.count("tr[data-seq]"), 1, "{}", log.body);
    let own = bob.browser.get("/keys").await;
    assert_eq!(own.count(&format!("form[action='/keys/{sealed}/reveal']")), 1);
    let shown = bob.reveal(&app, "/keys", &sealed).await;
    assert!(shown.text("#secret-key").is_some(), "{}", shown.body);
    assert_eq!(root.reveal(&app, &keys, &plain).await.status, 200);
}

#[actix_web::test]
async fn a_key_that_the_operator_made_sealed_is_shown_to_its_user_alone() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let bob = app.sub_user(&root, "bob", &[]).await;
    let order = ["key", "create", "--uin", &bob.uin, "--to", TO_AGE, "--out", "operator.age"];
    assert!(operate(&app, &order).status.success());
    let keys = format!("/users/{}/keys", bob.uin);
    let id = root.secret_ids(&keys).await.pop().unwrap();

    let refused = root.browser.submit(&keys, &format!("{keys}/{id}/reveal"), &[]).await;

    assert!(refused.body.contains("sealed to a public key when it was made"), "{}", refused.body);
}
