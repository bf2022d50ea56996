//! Which cookies of a request are ours, byte for byte; whatever only looks like ours is an impostor.
//!
//! The framework trims every Unicode blank around a cookie's name and decodes it, so a name that no browser guards, such
//! as `%5F%5FHost-camlock` or one with U+2000 in front, would pass for `__Host-camlock`. Only what is ours byte for byte
//! reaches it.

use super::CookieNames;
use actix_web::http::header::{COOKIE, HeaderMap, HeaderValue};

/// How often a name is decoded in search of ours.
const DECODINGS: usize = 4;

impl CookieNames {
    /// Leaves only our own cookies in the headers; `false`, and nothing changed, when one pretends to be ours: it is
    /// there twice, or its name is another way to write ours.
    pub fn admit(&self, headers: &mut HeaderMap) -> bool {
        let Some(own) = self.own(headers) else { return false };
        let _ = headers.remove(COOKIE);
        if let Ok(value) = HeaderValue::from_bytes(&own)
            && !own.is_empty()
        {
            headers.insert(COOKIE, value);
        }
        true
    }

    fn own(&self, headers: &HeaderMap) -> Option<Vec<u8>> {
        let mut seen = Vec::new();
        let mut own = Vec::new();
        let mut former = Vec::new();
        let pairs = headers.get_all(COOKIE).flat_map(|value| value.as_bytes().split(|byte| *byte == b';'));
        for pair in pairs.map(without_blanks) {
            let name = name_of(pair);
            let is_present = is_among(self.all(), name);
            if is_present || self.is_former(name) {
                if seen.contains(&name) {
                    return None;
                }
                seen.push(name);
                if is_present {
                    own.push(pair.to_vec());
                } else {
                    former.push(pair);
                }
            } else if self.is_alike(name) {
                return None;
            }
        }
        for pair in former.iter().filter_map(|pair| self.former.as_ref()?.renewed(pair, self)) {
            if !seen.contains(&name_of(&pair)) {
                own.push(pair);
            }
        }
        Some(own.join(&b"; "[..]))
    }

    fn is_former(&self, name: &[u8]) -> bool {
        self.former.as_ref().is_some_and(|former| is_among(former.names.all(), name))
    }

    /// Whether a name that is not ours could be taken for ours by somebody who trims, decodes or folds it.
    fn is_alike(&self, name: &[u8]) -> bool {
        if name.iter().all(|byte| is_token(*byte) && *byte != b'%') {
            return false;
        }
        let plain = folded(&decoded(name));
        let former = self.former.iter().flat_map(|former| former.names.all());
        self.all().into_iter().chain(former).any(|own| own.to_lowercase() == plain)
    }
}

fn is_among(names: [&str; 3], name: &[u8]) -> bool {
    names.iter().any(|own| own.as_bytes() == name)
}

/// What stands before the first `=` that is not the very first thing: some readers skip an empty name.
fn name_of(pair: &[u8]) -> &[u8] {
    let start = pair.iter().take_while(|byte| **byte == b'=').count();
    let named = pair.iter().skip(start).take_while(|byte| **byte != b'=').count();
    without_blanks(pair.get(..start + named).unwrap_or(pair))
}

/// Browsers take these two away when a cookie is set, so they hide nothing.
fn without_blanks(text: &[u8]) -> &[u8] {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = text.iter().take_while(|byte| is_blank(byte)).count();
    let end = text.iter().rev().take_while(|byte| is_blank(byte)).count();
    text.get(start..text.len() - end).unwrap_or_default()
}

/// The letters of a name in RFC 6265.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn decoded(name: &[u8]) -> Vec<u8> {
    let mut name = name.to_vec();
    for _ in 0..DECODINGS {
        name = decoded_once(&name);
    }
    name
}

fn decoded_once(name: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.iter().copied();
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
    bytes
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// The letters alone, in lower case: blanks, quotes and what cannot be seen are gone.
fn folded(name: &[u8]) -> String {
    let text = String::from_utf8_lossy(name);
    let letters = text.chars().filter(|letter| {
        letter.is_alphanumeric() || u8::try_from(*letter).is_ok_and(|byte| byte.is_ascii() && is_token(byte))
    });
    letters.flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}
