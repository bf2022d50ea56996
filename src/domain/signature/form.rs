//! Form-encoded parameters: `+` is a blank, `%XY` a byte, and the bytes are UTF-8.

use std::borrow::Cow;

use super::error::{Shape, SignatureError};

/// A decoded name and value.
pub type Parameter<'a> = (Cow<'a, str>, Cow<'a, str>);
/// Decoded parameters, in some order.
pub type Parameters<'a> = Vec<Parameter<'a>>;

const MAX_PARAMETERS: usize = 10_000;

/// Decodes a query or form in the order sent, so that signature and handlers read the same bytes the same way; one of too
/// many parameters is refused before any is decoded.
pub fn parameters(text: &str) -> Result<Parameters<'_>, SignatureError> {
    let refused = SignatureError::Shape(Shape::Form);
    if text.bytes().filter(|byte| *byte == b'&').take(MAX_PARAMETERS).count() == MAX_PARAMETERS {
        return Err(refused);
    }
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs.map(pair).collect::<Option<_>>().ok_or(refused)
}

fn pair(text: &str) -> Option<Parameter<'_>> {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    Some((component(name)?, component(value)?))
}

fn component(text: &str) -> Option<Cow<'_, str>> {
    if text.contains('\0') {
        return None;
    }
    if !text.contains(['%', '+']) {
        return Some(Cow::Borrowed(text));
    }
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => hex_digit(bytes.next()?)? << 4 | hex_digit(bytes.next()?)?,
            other => other,
        });
    }
    let text = String::from_utf8(decoded).ok()?;
    (!text.contains('\0')).then_some(Cow::Owned(text))
}

pub(super) fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
