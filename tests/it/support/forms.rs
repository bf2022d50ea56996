//! Forms as a browser sends them: every hidden field of the page, and what was typed.

use super::browser::encoded;
use super::people::PASSWORD;
use super::{Answer, Browser};
use reqwest::Method;
use scraper::{Html, Selector};

impl Answer {
    /// Names and values of the hidden fields of the form with that action.
    pub fn hidden(&self, action: &str) -> Vec<(String, String)> {
        let page = Html::parse_document(&self.body);
        let inputs = format!("form[action=\"{action}\"] input[type=hidden]");
        let inputs = Selector::parse(&inputs).expect("a selector");
        let text = |input: scraper::ElementRef<'_>, name| input.value().attr(name).unwrap_or("").to_owned();
        page.select(&inputs).map(|input| (text(input, "name"), text(input, "value"))).collect()
    }
}

impl Browser {
    /// Sends the form of a page that was loaded before, once more or for the first time.
    pub async fn send_form(&self, page: &Answer, action: &str, fields: &[(&str, &str)]) -> Answer {
        let hidden = page.hidden(action);
        assert!(!hidden.is_empty(), "a form to {action}, not {}: {}", page.status, page.body);
        let mut pairs: Vec<(&str, &str)> =
            hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        pairs.retain(|(name, _)| !fields.iter().any(|(typed, _)| typed == name));
        pairs.extend_from_slice(fields);
        self.send(Method::POST, action, Some(encoded(&pairs)), &[("sec-fetch-site", "same-origin")]).await
    }

    /// The page with the seed of a new authenticator app, with the password where one is asked for.
    pub async fn seed_page(&self, address: &str) -> Answer {
        let page = self.open(address).await;
        if page.text("#totp-secret").is_some() {
            return page;
        }
        self.send_form(&page, "/me/mfa/totp/new", &[("password", PASSWORD)]).await
    }
}
