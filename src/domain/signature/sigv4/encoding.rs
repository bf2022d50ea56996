//! Percent-encoding as the scheme has it: unreserved letters plain, all else in upper-case hexadecimal (RFC 3986 §2.3).

use std::borrow::Cow;

use crate::domain::signature::form::hex_digit;

const DIGITS: &[u8; 16] = b"0123456789ABCDEF";

/// The one spelling of a part of a query, whatever it is spelt like; `+` is a blank. None where a `%` begins no byte.
pub(super) fn component(text: &str) -> Option<Cow<'_, str>> {
    if text.bytes().all(is_unreserved) {
        return Some(Cow::Borrowed(text));
    }
    let mut spelt = String::with_capacity(text.len() + 16);
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let byte = match byte {
            b'+' => b' ',
            b'%' => hex_digit(bytes.next()?)? << 4 | hex_digit(bytes.next()?)?,
            other => other,
        };
        put(&mut spelt, byte);
    }
    Some(Cow::Owned(spelt))
}

/// The text behind an encoded component.
pub(super) fn decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut plain = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        plain.push(match byte {
            b'%' => hex_digit(bytes.next()?)? << 4 | hex_digit(bytes.next()?)?,
            other => other,
        });
    }
    String::from_utf8(plain).ok()
}

/// The path with everything encoded, and what is encoded already encoded once more.
pub(super) fn path_once_more(path: &str) -> Cow<'_, str> {
    let is_plain = |byte| byte == b'/' || is_unreserved(byte);
    if path.bytes().all(is_plain) {
        return Cow::Borrowed(path);
    }
    let mut spelt = String::with_capacity(path.len() + 16);
    for byte in path.bytes() {
        if byte == b'/' { spelt.push('/') } else { put(&mut spelt, byte) }
    }
    Cow::Owned(spelt)
}

fn put(spelt: &mut String, byte: u8) {
    if is_unreserved(byte) {
        spelt.push(char::from(byte));
        return;
    }
    spelt.push('%');
    for half in [byte >> 4, byte & 15] {
        spelt.push(DIGITS.get(usize::from(half)).map_or('0', |digit| char::from(*digit)));
    }
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}
