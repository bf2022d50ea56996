//! Text from forms: each field has a length and a shape, and a sentence for when it does not fit.

use std::fmt::Display;

/// A field that does not fit, and what to do about it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FieldError {
    pub field: &'static str,
    pub text: String,
}

impl FieldError {
    pub fn new(field: &'static str, text: impl Display) -> Self {
        Self { field, text: text.to_string() }
    }
}

/// Free text of one line: trimmed, at most `longest` characters, no control characters.
pub fn line(field: &'static str, label: &str, text: &str, longest: usize) -> Result<String, FieldError> {
    let text = text.trim();
    if text.chars().count() > longest {
        return Err(FieldError::new(field, format!("Use at most {longest} characters for the {label}.")));
    }
    if text.chars().any(|c| c.is_control() || c == '\u{FFFD}') {
        return Err(FieldError::new(
            field,
            format!("Remove the characters that cannot be shown from the {label}."),
        ));
    }
    Ok(text.to_owned())
}

/// One line that must not be empty.
pub fn required(field: &'static str, label: &str, text: &str, longest: usize) -> Result<String, FieldError> {
    let text = line(field, label, text, longest)?;
    if text.is_empty() { Err(FieldError::new(field, format!("Enter the {label}."))) } else { Ok(text) }
}

/// A phone number: digits with an optional `+`, spaces and dashes; empty is none.
pub fn phone(text: &str) -> Result<String, FieldError> {
    let text = line("phone", "phone number", text, 32)?;
    let fits = text
        .chars()
        .enumerate()
        .all(|(at, c)| c.is_ascii_digit() || c == ' ' || c == '-' || (c == '+' && at == 0));
    if fits {
        Ok(text)
    } else {
        Err(FieldError::new("phone", "Use only digits, spaces, dashes and a leading + in the phone number."))
    }
}

/// An e-mail address, or empty for none.
pub fn email(text: &str) -> Result<String, FieldError> {
    let text = line("email", "e-mail address", text, 128)?;
    let fits = text.is_empty()
        || text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && domain.contains('.')
                && !domain.contains('@')
                && !text.contains(char::is_whitespace)
        });
    if fits {
        Ok(text)
    } else {
        Err(FieldError::new("email", "Enter an e-mail address such as name@example.com."))
    }
}
