//! Our cookies: their names, and the refusal of look-alikes.

mod former;
mod guard;

use self::former::Former;
use crate::config::PublicUrl;
use actix_web::cookie::{Cookie, Key, SameSite, time::Duration};

/// The names of our cookies; with HTTPS browsers bind them to this very host.
///
/// Browsers do not tell ports apart, so what listens at a port of its own has names of its own: two instances on one
/// machine do not sign each other's people out.
#[derive(Clone)]
pub struct CookieNames {
    pub session: String,
    /// Ties the forms of signed-out pages to the browser that asked for them.
    pub form: String,
    /// Marks a browser that signed in before.
    pub device: String,
    /// The account that the browser signed in to last.
    pub account: String,
    /// The names before the port was part of them.
    former: Option<Box<Former>>,
    is_https: bool,
}

impl CookieNames {
    /// The names for an address; `key` opens the session cookie under its former name.
    pub fn new(public_url: &PublicUrl, key: &Key) -> Self {
        let is_https = public_url.is_https();
        let stem = if is_https { "__Host-camlock" } else { "camlock" };
        match public_url.port() {
            None => Self::of(stem, is_https),
            Some(port) => {
                let former = Former { names: Self::of(stem, is_https), key: key.clone() };
                Self { former: Some(Box::new(former)), ..Self::of(&format!("{stem}-{port}"), is_https) }
            }
        }
    }

    fn of(stem: &str, is_https: bool) -> Self {
        Self {
            session: stem.to_owned(),
            form: format!("{stem}-form"),
            device: format!("{stem}-device"),
            account: format!("{stem}-account"),
            former: None,
            is_https,
        }
    }

    fn all(&self) -> [&str; 4] {
        [&self.session, &self.form, &self.device, &self.account]
    }

    /// A cookie with our attributes.
    pub fn cookie(&self, name: &str, value: String, seconds: i64) -> Cookie<'static> {
        Cookie::build(name.to_owned(), value)
            .path("/")
            .http_only(true)
            .secure(self.is_https)
            .same_site(SameSite::Lax)
            .max_age(Duration::seconds(seconds))
            .finish()
    }
}
