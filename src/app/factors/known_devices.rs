//! Browsers that signed in before: strangers' guesses do not keep their person out.

use crate::app::{App, Failure};
use crate::domain::deadline;
use crate::domain::user::Uin;
use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Seconds that a browser is known for after it signed in.
pub const DEVICE_COOKIE_SECONDS: i64 = 180 * 86_400;

/// A browser that signed in as an identity before.
pub(in crate::app) struct Device {
    pub uin: Uin,
    pub nonce: String,
}

/// A cookie that lets a browser be known again: `uin.issued.nonce.mac`.
pub(in crate::app) fn device_cookie(app: &App, uin: Uin) -> Result<String, Failure> {
    let text = format!("{uin}.{}.{}", app.clock.now(), app.random.token()?);
    let mac = BASE64URL_NOPAD.encode(&mac(app.keys.device.as_ref(), &text));
    Ok(format!("{text}.{mac}"))
}

/// The name of a browser that signed in as this identity before.
pub(in crate::app) fn known_device(app: &App, cookie: &str, uin: Uin) -> Option<Device> {
    let (text, mac) = cookie.rsplit_once('.')?;
    let mut parts = text.split('.');
    let (owner, issued, nonce) = (parts.next()?, parts.next()?.parse::<i64>().ok()?, parts.next()?);
    let decoded = BASE64URL_NOPAD.decode(mac.as_bytes()).ok()?;
    let is_ours = is_mac(app.keys.device.as_ref(), text, &decoded);
    let ends = issued.saturating_add(DEVICE_COOKIE_SECONDS);
    let is_fresh = deadline::holds(ends, DEVICE_COOKIE_SECONDS, app.clock.now());
    (is_ours && is_fresh && owner == uin.to_string()).then(|| Device { uin, nonce: nonce.to_owned() })
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"))
}

/// A keyed digest of a text.
pub(in crate::app) fn mac(key: &[u8], text: &str) -> [u8; 32] {
    let mut mac = keyed(key);
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().into()
}

/// Whether that is the keyed digest of a text; takes as long whatever is wrong.
pub(in crate::app) fn is_mac(key: &[u8], text: &str, sent: &[u8]) -> bool {
    let mut mac = keyed(key);
    mac.update(text.as_bytes());
    mac.verify_slice(sent).is_ok()
}
