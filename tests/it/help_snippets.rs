//! The snippets of the API page, pasted where they belong.

use crate::support::TestApp;
use crate::support::people::Person;
use crate::support::programs::are_here;
use std::path::Path;
use std::process::Command;

/// Reads the snippet for a tool as a person with a key, gives it to a shell or a file to run, and expects the person's UIN.
async fn pasted(tool: &str, run: impl Fn(&str, &Path) -> Command) {
    let app = TestApp::spawn_behind(600, &[]);
    let root: Person = app.root().await;
    let alice = app.signed_in(&root, "alice", &["QcloudCollApiKeyReadOnlyAccess"]).await;
    let key = app.key_of(&alice).await;
    let page = alice.browser.get(&format!("/help/api?tool={tool}&key={}", key.secret_id)).await;
    let snippet = page.text("#snippet").unwrap();
    app.run_ahead(0);

    let mut command = run(&snippet, app.folder.path());
    // Only what a reader exports: the SecretId is in the snippet.
    let nameless = app.client("", &key.secret_key);
    command.current_dir(app.folder.path());
    let said = app.run(command, &nameless).await;

    assert!(said.contains(&alice.uin) && said.contains(&root.uin), "{said}");
}

fn shell(snippet: &str, _: &Path) -> Command {
    let mut command = Command::new("bash");
    command.args(["-c", snippet]);
    command
}

/// A file of that name, run by that program.
fn file(program: &str, name: &str) -> impl Fn(&str, &Path) -> Command {
    move |snippet, folder| {
        std::fs::write(folder.join(name), snippet).unwrap();
        let mut command = Command::new(program);
        command.arg(name);
        command
    }
}

#[actix_web::test]
async fn the_bash_snippet_works_when_pasted() {
    pasted("curl", shell).await;
}

#[actix_web::test]
async fn the_tccli_snippet_works_when_pasted() {
    if are_here() {
        pasted("tccli", shell).await;
    }
}

#[actix_web::test]
async fn the_python_snippet_works_when_pasted() {
    if are_here() {
        pasted("python", file("python3", "call.py")).await;
    }
}

#[actix_web::test]
async fn the_node_snippet_works_when_pasted() {
    if are_here() {
        pasted("node", file("node", "call.js")).await;
    }
}
