//! What a person does with a page: look, type, click, press keys.

use crate::chrome::Chrome;
use std::time::{Duration, Instant};
use thirtyfour::prelude::*;

/// How long a page may take to show what the test expects.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether a click opens another page: a link or a button that sends a form, but not what a script takes over.
const LEADS_AWAY: &str = "const it = arguments[0].closest('a[href], button');
    if (!it || it.ariaDisabled === 'true') return false;
    const is_taken_over = it.dataset.dialog && !document.documentElement.matches('.no-js');
    return it.matches('a') ? !is_taken_over && !it.getAttribute('href').startsWith('#') : !!it.form && it.type === 'submit';";

impl Chrome {
    pub async fn open(&self, path: &str) {
        self.driver
            .goto(format!("{}{path}", self.origin))
            .await
            .unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    /// Where the browser is: path and query.
    pub async fn path(&self) -> String {
        let url = self.driver.current_url().await.expect("an address");
        url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
    }

    /// Waits for the browser to be at an address that starts so.
    pub async fn arrive(&self, path: &str) {
        let start = Instant::now();
        while !self.path().await.starts_with(path) {
            assert!(start.elapsed() <= PATIENCE, "never came to {path}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The first element that fits, as soon as there is one.
    pub async fn find(&self, selector: &str) -> WebElement {
        let query = self.driver.query(By::Css(selector)).wait(PATIENCE, Duration::from_millis(50));
        query.first().await.unwrap_or_else(|_| panic!("nothing fits {selector}"))
    }

    pub async fn count(&self, selector: &str) -> usize {
        self.driver.find_all(By::Css(selector)).await.expect("a search").len()
    }

    pub async fn is_visible(&self, selector: &str) -> bool {
        match self.driver.find(By::Css(selector)).await {
            Ok(element) => element.is_displayed().await.expect("a visibility"),
            Err(_) => false,
        }
    }

    /// Waits for what fades in, and so is invisible at first.
    pub async fn wait_until_visible(&self, selector: &str) {
        let start = Instant::now();
        while !self.is_visible(selector).await {
            assert!(start.elapsed() <= PATIENCE, "{selector} never shows");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Whether the element lies in the window.
    pub async fn is_on_screen(&self, selector: &str) -> bool {
        let place = self.find(selector).await.rect().await.expect("a place");
        place.x >= 0.0 && place.y >= 0.0 && place.width > 1.0
    }

    /// The text of the first element that fits, as a person sees it.
    pub async fn text(&self, selector: &str) -> String {
        self.find(selector).await.text().await.expect("a text")
    }

    /// Waits for an element to say so.
    pub async fn wait_for_text(&self, selector: &str, text: &str) {
        let start = Instant::now();
        while !self
            .find(selector)
            .await
            .prop("textContent")
            .await
            .expect("a text")
            .unwrap_or_default()
            .contains(text)
        {
            assert!(start.elapsed() <= PATIENCE, "{selector} never says {text}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub async fn attribute(&self, selector: &str, name: &str) -> String {
        self.find(selector).await.attr(name).await.expect("an attribute").unwrap_or_default()
    }

    /// Clicks the first element that fits; comes back on the page that this leads to.
    pub async fn click(&self, selector: &str) {
        self.click_on(self.find(selector).await, selector).await;
    }

    /// Clicks the link or button of the page or its dialog with this visible text or accessible name.
    pub async fn press(&self, label: &str) {
        let buttons = self
            .driver
            .find_all(By::Css("main a, main button, dialog[open] button"))
            .await
            .expect("a search");
        for button in buttons {
            let is_named = button.attr("aria-label").await.expect("a name").as_deref() == Some(label);
            if is_named || button.text().await.expect("a text") == label {
                return self.click_on(button, label).await;
            }
        }
        panic!("nothing is labelled {label}");
    }

    async fn click_on(&self, element: WebElement, name: &str) {
        let leads_away = self.driver.execute(LEADS_AWAY, vec![element.to_json().unwrap()]).await.unwrap();
        let page = self.driver.find(By::Css("html")).await.expect("a page");
        element.click().await.unwrap_or_else(|error| panic!("cannot click {name}: {error}"));
        if leads_away.json() == true {
            self.leave(page, name).await;
        }
    }

    /// Types into an empty field of a form.
    pub async fn fill(&self, field: &str, text: &str) {
        let input = self.find(&format!("main :is(input, textarea)[name={field}]:not([type=hidden])")).await;
        input.clear().await.expect("an emptied field");
        input.send_keys(text).await.expect("a typed text");
    }

    /// Ticks a box or picks a card.
    pub async fn pick(&self, field: &str, value: &str) {
        self.click(&format!("main input[name={field}][value='{value}']")).await;
    }

    /// Presses keys where the focus is.
    pub async fn keys(&self, keys: impl Into<TypingData>) {
        self.driver.action_chain().send_keys(keys).perform().await.expect("pressed keys");
    }

    /// Presses Tab, with Shift to go backwards.
    pub async fn tab(&self, is_backwards: bool) {
        let chain = self.driver.action_chain();
        let chain = if is_backwards { chain.key_down(Key::Shift) } else { chain };
        let chain = chain.send_keys(Key::Tab).key_up(Key::Shift);
        chain.perform().await.expect("pressed keys");
    }

    /// Presses Enter where this opens another page.
    pub async fn enter(&self) {
        let page = self.driver.find(By::Css("html")).await.expect("a page");
        self.keys(Key::Enter).await;
        self.leave(page, "Enter").await;
    }

    async fn leave(&self, page: WebElement, way: &str) {
        let wait = page.wait_until().wait(PATIENCE, Duration::from_millis(20)).stale().await;
        wait.unwrap_or_else(|_| panic!("{way} leads nowhere"));
    }

    /// Presses a key with Ctrl held.
    pub async fn ctrl(&self, key: char) {
        let chain =
            self.driver.action_chain().key_down(Key::Control).send_keys(key.to_string()).key_up(Key::Control);
        chain.perform().await.expect("pressed keys");
    }

    /// The name of what has the focus: accessible name, text or field name.
    pub async fn focused(&self) -> String {
        let script = "const e = document.activeElement;
            return e.getAttribute('aria-label') || e.name || e.innerText.trim() || e.tagName;";
        self.run(script).await.as_str().unwrap_or_default().to_owned()
    }

    /// Presses Tab until the focus is there, as a person without a mouse does.
    pub async fn tab_to(&self, name: &str) {
        let mut passed = Vec::new();
        for _ in 0..60 {
            self.keys(Key::Tab).await;
            let here = self.focused().await;
            if here == name {
                return;
            }
            passed.push(here);
        }
        panic!("Tab never comes to {name}: {passed:?}");
    }
}
