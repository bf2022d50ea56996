//! Our cookies: their names, and the refusal of look-alikes.

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::header::{COOKIE, HeaderMap};

/// The names of our cookies; with HTTPS browsers bind them to this very host.
#[derive(Clone, Copy, Debug)]
pub struct CookieNames {
    pub session: &'static str,
    /// Ties the forms of signed-out pages to the browser that asked for them.
    pub form: &'static str,
    /// Marks a browser that signed in before.
    pub device: &'static str,
    is_https: bool,
}

impl CookieNames {
    pub fn new(is_https: bool) -> Self {
        if is_https {
            Self {
                session: "__Host-camlock",
                form: "__Host-camlock-form",
                device: "__Host-camlock-device",
                is_https,
            }
        } else {
            Self { session: "camlock", form: "camlock-form", device: "camlock-device", is_https }
        }
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

    /// Whether a cookie pretends to be one of ours: sent twice, or with a name that only decodes to ours. Bytes that
    /// are no text count too, as the framework would drop every cookie beside them.
    ///
    /// The framework decodes cookie names, so `%5F%5FHost-camlock` would pass for `__Host-camlock` and defeat the
    /// browser's guard of that prefix.
    pub fn has_impostor(&self, headers: &HeaderMap) -> bool {
        if headers.get_all(COOKIE).any(|value| std::str::from_utf8(value.as_bytes()).is_err()) {
            return true;
        }
        [self.session, self.form, self.device].into_iter().any(|name| {
            let alike: Vec<String> = names(headers).filter(|sent| decoded(sent) == name).collect();
            alike.len() > 1 || alike.iter().any(|sent| sent != name)
        })
    }
}

fn names(headers: &HeaderMap) -> impl Iterator<Item = String> {
    headers.get_all(COOKIE).flat_map(|value| {
        let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
        text.split(';')
            .map(|pair| pair.split_once('=').map_or(pair, |(name, _)| name).trim().to_owned())
            .collect::<Vec<_>>()
    })
}

fn decoded(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let digits = (ahead.next().and_then(hex), ahead.next().and_then(hex));
        match (byte, digits) {
            (b'%', (Some(high), Some(low))) => {
                bytes.push(high * 16 + low);
                rest = ahead;
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn impostor(cookie: &'static str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_static(cookie));
        CookieNames::new(true).has_impostor(&headers)
    }

    #[test]
    fn an_encoded_or_doubled_name_is_an_impostor() {
        assert!(impostor("%5F%5FHost-camlock=evil"));
        assert!(impostor("__Host-camlock=a; __Host-camlock=b"));
        assert!(!impostor("__Host-camlock=a; theme=%5F"));
    }
}
