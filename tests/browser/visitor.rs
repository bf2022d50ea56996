//! People of `tests/it` at a real browser.

use crate::chrome::Chrome;
use crate::support::TestApp;
use crate::support::people::{PASSWORD, Person};

impl Chrome {
    /// At the server of the test.
    pub async fn visit(app: &TestApp, visit: impl AsyncFnOnce(&Self)) {
        Self::lend(&app.address, visit).await;
    }

    /// Signs in at the sign-in page, with a code if it asks for one.
    pub async fn sign_in(&self, app: &TestApp, person: &Person) {
        self.open("/login").await;
        if self.count("main input[name=account]").await == 1 {
            self.fill("account", &person.owner).await;
        }
        self.fill("user_name", &person.name).await;
        self.fill("password", PASSWORD).await;
        self.press("Sign in").await;
        if self.path().await.starts_with("/login/verify") {
            self.give_code(app, person).await;
        }
        assert!(!self.path().await.starts_with("/login"), "signed in, not at {}", self.path().await);
    }

    /// Answers a question for a code with one that was not used before.
    pub async fn give_code(&self, app: &TestApp, person: &Person) {
        self.fill("code", &person.fresh_code(app)).await;
        self.click("main form button.primary").await;
    }

    pub async fn sign_out(&self) {
        self.click(".usermenu summary").await;
        self.click("form[action='/logout'] button").await;
        self.arrive("/login").await;
    }
}
