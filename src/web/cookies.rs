//! Our cookies: their names, and the refusal of look-alikes.

mod guard;

use actix_web::cookie::{Cookie, SameSite, time::Duration};

/// The names of our cookies; with HTTPS browsers bind them to this very host.
#[derive(Clone, Copy, Debug)]
pub struct CookieNames {
    pub session: &'static str,
    /// Ties the forms of signed-out pages to the browser that asked for them.
    pub form: &'static str,
    /// Marks a browser that signed in before.
    pub device: &'static str,
    /// The account that the browser signed in to last.
    pub account: &'static str,
    is_https: bool,
}

impl CookieNames {
    pub fn new(is_https: bool) -> Self {
        if is_https {
            Self {
                session: "__Host-camlock",
                form: "__Host-camlock-form",
                device: "__Host-camlock-device",
                account: "__Host-camlock-account",
                is_https,
            }
        } else {
            Self {
                session: "camlock",
                form: "camlock-form",
                device: "camlock-device",
                account: "camlock-account",
                is_https,
            }
        }
    }

    /// All of them.
    fn all(&self) -> [&'static str; 4] {
        [self.session, self.form, self.device, self.account]
    }

    /// A cookie with our attributes.
    pub fn cookie(&self, name: &'static str, value: String, seconds: i64) -> Cookie<'static> {
        Cookie::build(name, value)
            .path("/")
            .http_only(true)
            .secure(self.is_https)
            .same_site(SameSite::Lax)
            .max_age(Duration::seconds(seconds))
            .finish()
    }
}
