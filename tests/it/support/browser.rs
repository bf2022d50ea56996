//! A browser without scripts: follows the links and sends the forms of real pages.

use reqwest::cookie::Jar;
use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{Client, Method, StatusCode, Url, redirect};
use scraper::{Html, Selector};
use std::sync::Arc;

/// Keeps cookies; follows no redirect by itself.
#[derive(Clone)]
pub struct Browser {
    client: Client,
    jar: Arc<Jar>,
    pub address: String,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Browser {
    pub fn new(address: &str) -> Self {
        let jar = Arc::new(Jar::default());
        let client = Client::builder()
            .cookie_provider(Arc::clone(&jar))
            // A connection that the server just closed for idling would fail a test for no reason.
            .pool_max_idle_per_host(0)
            .redirect(redirect::Policy::none())
            .user_agent("test browser")
            .build()
            .expect("an HTTP client");
        Self { client, jar, address: address.to_owned() }
    }

    /// Takes cookies over from another browser, written as a request carries them.
    pub fn take_cookies(&self, cookies: &str) {
        let url = Url::parse(&self.address).expect("an address");
        cookies.split("; ").for_each(|cookie| self.jar.add_cookie_str(cookie, &url));
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[]).await
    }

    pub async fn head(&self, path: &str) -> Answer {
        self.send(Method::HEAD, path, None, &[]).await
    }

    /// Asks as browsers and chat programs do before anybody opens a link.
    pub async fn look_ahead(&self, path: &str) {
        assert_eq!(self.head(path).await.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        for header in ["sec-purpose", "purpose"] {
            let answer = self.send(Method::GET, path, None, &[(header, "prefetch;prerender")]).await;
            assert_eq!(
                (answer.status, answer.body.as_str()),
                (StatusCode::SERVICE_UNAVAILABLE, ""),
                "{path}"
            );
        }
    }

    /// A page, after all redirects.
    pub async fn open(&self, path: &str) -> Answer {
        let mut answer = self.get(path).await;
        for _ in 0..5 {
            let Some(next) = answer.location() else { break };
            answer = self.get(&next).await;
        }
        answer
    }

    /// Sends the fields to an address, with the form token of the page at `page`.
    pub async fn submit(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let form = self.open(page).await;
        self.post(action, &form.csrf(), fields).await
    }

    /// Sends the fields with a token that is known already.
    pub async fn post(&self, action: &str, csrf: &str, fields: &[(&str, &str)]) -> Answer {
        let mut pairs = vec![("csrf", csrf)];
        pairs.extend_from_slice(fields);
        self.send(Method::POST, action, Some(encoded(&pairs)), &[("sec-fetch-site", "same-origin")]).await
    }

    /// Sends whatever the test says.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = self.client.request(method, format!("{}{path}", self.address));
        if let Some(body) = body {
            request = request.body(body);
            if !headers.iter().any(|(name, _)| *name == "content-type") {
                request = request.header("content-type", "application/x-www-form-urlencoded");
            }
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.expect("an answer");
        Answer {
            status: response.status(),
            headers: response.headers().clone(),
            body: response.text().await.expect("a readable body"),
        }
    }
}

/// Whether a cookie is that of a session, whatever the port in its name.
pub fn is_session(cookie: &str) -> bool {
    let name = cookie.split('=').next().unwrap_or_default();
    name.starts_with("camlock") && !["-form", "-device", "-account"].iter().any(|end| name.ends_with(end))
}

/// Fields as a form sends them.
pub fn encoded(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

impl Answer {
    /// Where a redirect leads, as a path.
    pub fn location(&self) -> Option<String> {
        self.headers.get(LOCATION).map(|value| value.to_str().expect("a readable location").to_owned())
    }

    /// The form token of the page.
    pub fn csrf(&self) -> String {
        self.attribute("input[name=csrf]", "value")
            .unwrap_or_else(|| panic!("a page with a form, not {}: {}", self.status, self.body))
    }

    pub fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        self.attributes(selector, name).into_iter().next()
    }

    /// An attribute of every element that fits and has it.
    pub fn attributes(&self, selector: &str, name: &str) -> Vec<String> {
        let page = Html::parse_document(&self.body);
        let selector = Selector::parse(selector).expect("a selector");
        page.select(&selector).filter_map(|element| element.value().attr(name).map(str::to_owned)).collect()
    }

    /// Names and values of the boxes that are ticked before anybody touches the form.
    pub fn ticked(&self) -> Vec<(String, String)> {
        let page = Html::parse_document(&self.body);
        let boxes = Selector::parse("main input[checked]").expect("a selector");
        let text = |input: scraper::ElementRef<'_>, name| input.value().attr(name).unwrap_or("on").to_owned();
        page.select(&boxes).map(|input| (text(input, "name"), text(input, "value"))).collect()
    }

    /// The text of the first element that fits.
    pub fn text(&self, selector: &str) -> Option<String> {
        self.texts(selector).into_iter().next()
    }

    /// The texts of all elements that fit.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        let page = Html::parse_document(&self.body);
        let selector = Selector::parse(selector).expect("a selector");
        page.select(&selector).map(|element| element.text().collect::<String>().trim().to_owned()).collect()
    }

    pub fn count(&self, selector: &str) -> usize {
        self.texts(selector).len()
    }

    /// Panics unless this is a redirect; gives its target.
    pub fn redirect(&self) -> String {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "a redirect, not {}", self.body);
        self.location().expect("a location")
    }
}
