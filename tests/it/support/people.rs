//! People who use the console: a root, a sub-user, a collaborator, each with a browser and a phone.

use super::{Answer, Browser, TestApp};
use camlock::app::operator::admin::create_root;
use camlock::domain::secret::Password;
use camlock::domain::user::{Uin, UserName};
use data_encoding::BASE32_NOPAD;
use totp_rs::Builder;

pub const PASSWORD: &str = "mulberry tram ninety violins";

/// A person: knows a password, may have an authenticator app.
#[derive(Clone)]
pub struct Person {
    pub browser: Browser,
    pub uin: String,
    pub owner: String,
    pub name: String,
    seed: Option<String>,
}

impl TestApp {
    /// A root account without an authenticator app, signed in nowhere.
    pub async fn bare_root(&self, name: &str) -> Person {
        let password = Password::parse(PASSWORD).expect("a password");
        let user_name = UserName::parse(name).expect("a user name");
        let root =
            create_root(&self.app, format!("{name} Ltd"), user_name, password).await.expect("a root account");
        self.person(root.uin, root.uin, name)
    }

    /// A root, signed in, with an authenticator app.
    pub async fn root(&self) -> Person {
        self.root_named("root").await
    }

    pub async fn root_named(&self, name: &str) -> Person {
        let mut root = self.bare_root(name).await;
        root.sign_in(self).await;
        root.enrol(self).await;
        root
    }

    fn person(&self, uin: Uin, owner: Uin, name: &str) -> Person {
        let (uin, owner) = (uin.to_string(), owner.to_string());
        Person { browser: self.browser(), uin, owner, name: name.to_owned(), seed: None }
    }

    /// A sub-user that `root` makes, with console access and these policies; not signed in yet.
    pub async fn sub_user(&self, root: &Person, name: &str, policies: &[&str]) -> Person {
        let mut fields =
            vec![("kind", "sub_user"), ("user_name", name), ("console_login", "1"), ("password", PASSWORD)];
        fields.extend(policies.iter().map(|policy| ("policy", *policy)));
        let answer = root.grant(self, "/users/new", "/users/new", &fields).await;
        let uin = uin_in(&answer.redirect());
        self.person(Uin::parse(&uin).expect("a UIN"), Uin::parse(&root.uin).expect("a UIN"), name)
    }

    /// The same, signed in.
    pub async fn signed_in(&self, root: &Person, name: &str, policies: &[&str]) -> Person {
        let person = self.sub_user(root, name, policies).await;
        person.sign_in(self).await;
        person
    }

    /// The same, with an authenticator app.
    pub async fn enrolled(&self, root: &Person, name: &str, policies: &[&str]) -> Person {
        let mut person = self.signed_in(root, name, policies).await;
        person.enrol(self).await;
        person
    }
}

/// The UIN in `/users/{uin}…`.
pub fn uin_in(path: &str) -> String {
    path.split(['/', '?']).nth(2).expect("a UIN in the path").to_owned()
}

impl Person {
    /// Signs in with password and, if there is an app, code.
    pub async fn sign_in(&self, app: &TestApp) {
        let fields =
            [("account", self.owner.as_str()), ("user_name", self.name.as_str()), ("password", PASSWORD)];
        let next = self.browser.submit("/login", "/login", &fields).await.redirect();
        if next.starts_with("/login/verify") {
            let code = self.fresh_code(app);
            self.browser.submit("/login/verify", "/login/verify", &[("code", &code)]).await.redirect();
        }
    }

    /// Registers an authenticator app.
    pub async fn enrol(&mut self, app: &TestApp) {
        self.enrol_as(app, "Phone").await;
    }

    /// Registers an authenticator app of that name, and uses it from now on.
    pub async fn enrol_as(&mut self, app: &TestApp, name: &str) {
        let asked = self.browser.open("/me/mfa/totp/new").await;
        let page = if asked.attribute("form[action='/verify'] input[name=c]", "value").is_some() {
            let code = self.fresh_code(app);
            let next = self.browser.send_form(&asked, "/verify", &[("code", &code)]).await;
            self.browser.open(&next.redirect()).await
        } else {
            self.browser.seed_page("/me/mfa/totp/new").await
        };
        self.seed = Some(page.text("#totp-secret").expect("a seed"));
        let code = self.fresh_code(app);
        let fields = [("name", name), ("code", code.as_str())];
        self.browser.post("/me/mfa/totp/new", &page.csrf(), &fields).await.redirect();
    }

    /// What the authenticator app shows now.
    pub fn code(&self, app: &TestApp) -> String {
        let seed = BASE32_NOPAD.decode(self.seed.as_ref().expect("an app").as_bytes()).expect("base32");
        let totp = Builder::new().with_secret(seed).build().expect("a TOTP");
        totp.generate(u64::try_from(app.now()).expect("a time after 1970")).to_string()
    }

    /// A code of a step that was not used before.
    pub fn fresh_code(&self, app: &TestApp) -> String {
        app.wait(30);
        self.code(app)
    }

    /// Follows a step-up question with a right code; gives the answer to it.
    pub async fn pass(&self, app: &TestApp, question: &str) -> Answer {
        let page = self.browser.get(question).await;
        let c = page.attribute("input[name=c]", "value").unwrap_or_default();
        let code = self.fresh_code(app);
        self.browser.post("/verify", &page.csrf(), &[("c", &c), ("code", &code)]).await
    }

    /// Sends a form that grants something, and gives the code if one is asked for; gives the answer to the last.
    pub async fn grant(&self, app: &TestApp, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.browser.submit(page, action, fields).await;
        match answer.location() {
            Some(question) if question.starts_with("/verify?") => self.pass(app, &question).await,
            _ => answer,
        }
    }

    /// Adds a sub-user without console access; gives its UIN.
    pub async fn add_bare(&self, name: &str, note: &str) -> String {
        let fields = [("kind", "sub_user"), ("user_name", name), ("note", note)];
        uin_in(&self.browser.submit("/users/new", "/users/new", &fields).await.redirect())
    }

    /// How many events of that name a page of the log shows.
    pub async fn events(&self, name: &str) -> usize {
        self.browser.get(&format!("/audit?event={name}")).await.count("tr[data-seq]")
    }

    /// Makes a key for a user at `/users/{uin}/keys` or `/keys` and gives its SecretId.
    pub async fn create_key(&self, keys: &str) -> String {
        let before = self.secret_ids(keys).await;
        self.browser.submit(keys, keys, &[]).await.redirect();
        let after = self.secret_ids(keys).await;
        after.into_iter().find(|id| !before.contains(id)).expect("a new key")
    }

    /// The SecretIds on a key page.
    pub async fn secret_ids(&self, keys: &str) -> Vec<String> {
        let page = self.browser.get(keys).await;
        let document = scraper::Html::parse_document(&page.body);
        let rows = scraper::Selector::parse("tr[data-secret-id]").expect("a selector");
        document
            .select(&rows)
            .filter_map(|row| row.value().attr("data-secret-id").map(str::to_owned))
            .collect()
    }

    /// Shows a SecretKey after a step-up; gives the one-time page.
    pub async fn reveal(&self, app: &TestApp, keys: &str, secret_id: &str) -> Answer {
        let ticket = self.reveal_ticket(app, keys, secret_id).await;
        self.browser.get(&ticket).await
    }

    /// The address of the one-time page, not opened yet.
    pub async fn reveal_ticket(&self, app: &TestApp, keys: &str, secret_id: &str) -> String {
        let question = self.browser.submit(keys, &format!("{keys}/{secret_id}/reveal"), &[]).await.redirect();
        self.pass(app, &question).await.redirect()
    }
}

impl Person {
    /// Takes over a seed that a page showed.
    pub fn remember_seed(&mut self, base32: &str) {
        self.seed = Some(base32.to_owned());
    }
}

impl Person {
    /// A user of `root`'s account that was made elsewhere; signed in nowhere, without an app.
    pub fn named(app: &TestApp, root: &Self, (uin, name): (&str, &str)) -> Self {
        let parse = |text: &str| Uin::parse(text).expect("a UIN");
        app.person(parse(uin), parse(&root.owner), name)
    }

    /// Somebody with a browser and nothing else.
    pub fn stranger(app: &TestApp) -> Self {
        app.person(Uin(0), Uin(0), "root")
    }

    /// Somebody whom the database knows already.
    pub fn known(app: &TestApp, (owner, uin, name): (&str, &str, &str)) -> Self {
        let number = |text| Uin::parse(text).expect("a UIN");
        app.person(number(uin), number(owner), name)
    }
}
