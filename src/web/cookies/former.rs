//! Cookies under the names that they had before the port was part of them: sessions hold through an upgrade.

use super::CookieNames;
use actix_web::cookie::{Cookie, CookieJar, Key};

/// The names of an earlier version, and what its session cookie is sealed with.
pub(super) struct Former {
    pub names: CookieNames,
    pub key: Key,
}

impl Clone for Former {
    fn clone(&self) -> Self {
        Self { names: self.names.clone(), key: self.key.clone() }
    }
}

impl Former {
    /// The same cookie under its present name, as it stands in a header; nothing when it is not of this instance.
    pub fn renewed(&self, pair: &[u8], present: &CookieNames) -> Option<Vec<u8>> {
        let text = std::str::from_utf8(pair).ok()?;
        let (name, value) = text.split_once('=')?;
        let name = name.trim();
        if name == self.names.session {
            return self.resealed(text, &present.session);
        }
        let mut pairs = self.names.all().into_iter().zip(present.all());
        let (_, new) = pairs.find(|(former, _)| *former == name)?;
        Some(format!("{new}={value}").into_bytes())
    }

    /// The seal of the session cookie covers its name.
    fn resealed(&self, pair: &str, name: &str) -> Option<Vec<u8>> {
        let mut held = CookieJar::new();
        held.add_original(Cookie::parse_encoded(pair.to_owned()).ok()?);
        let opened = held.private(&self.key).get(&self.names.session)?;
        let mut sealed = CookieJar::new();
        sealed.private_mut(&self.key).add(Cookie::new(name.to_owned(), opened.value().to_owned()));
        Some(sealed.get(name)?.stripped().encoded().to_string().into_bytes())
    }
}
