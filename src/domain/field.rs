//! Text from forms: each field has a length and a shape, and a sentence for when it does not fit.

use super::characters::is_misleading;
use super::sentence::Sentence;
use std::fmt::Display;

/// A field that does not fit, and what to do about it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FieldError {
    pub field: &'static str,
    pub text: Sentence,
}

impl FieldError {
    pub fn new(field: &'static str, text: impl Into<Sentence>) -> Self {
        Self { field, text: text.into() }
    }

    /// Of a field that only pages have, so that its sentence is in English alone.
    pub fn on_page(field: &'static str, text: impl Display) -> Self {
        Self { field, text: Sentence::on_page(text) }
    }
}

/// What people call a field, in English and in Chinese.
pub type Label = (&'static str, &'static str);

/// Free text of one line: trimmed, at most `longest` characters, none of them a control or misleading.
pub fn line(field: &'static str, label: Label, text: &str, longest: usize) -> Result<String, FieldError> {
    let (text, (en, zh)) = (text.trim(), label);
    if text.chars().count() > longest {
        let told = (
            format!("Use at most {longest} characters for the {en}."),
            format!("{zh}不能超过 {longest} 个字符。"),
        );
        return Err(FieldError::new(field, told));
    }
    if text.chars().any(is_misleading) {
        let told = (
            format!("Remove the characters that cannot be shown from the {en}."),
            format!("{zh}含有无法显示的字符，请删除。"),
        );
        return Err(FieldError::new(field, told));
    }
    Ok(text.to_owned())
}

/// A text that an edit sends along: what stands already is not judged again.
pub fn unless_kept<E>(
    kept: Option<&str>,
    text: &str,
    check: impl FnOnce(&str) -> Result<String, E>,
) -> Result<String, E> {
    match kept {
        Some(kept) if kept == text.trim() => Ok(kept.to_owned()),
        _ => check(text),
    }
}

/// One line that must not be empty.
pub fn required(field: &'static str, label: Label, text: &str, longest: usize) -> Result<String, FieldError> {
    let text = line(field, label, text, longest)?;
    let missing = || (format!("Enter the {}.", label.0), format!("请输入{}。", label.1));
    if text.is_empty() { Err(FieldError::new(field, missing())) } else { Ok(text) }
}

/// A phone number: digits with an optional `+`, spaces and dashes; empty is none.
pub fn phone(text: &str) -> Result<String, FieldError> {
    let text = line("phone", ("phone number", "手机号码"), text, 32)?;
    let fits = text
        .chars()
        .enumerate()
        .all(|(at, c)| c.is_ascii_digit() || c == ' ' || c == '-' || (c == '+' && at == 0));
    if fits {
        Ok(text)
    } else {
        let told = (
            "Use only digits, spaces, dashes and a leading + in the phone number.",
            "手机号码只能包含数字、空格、短横线和开头的 +。",
        );
        Err(FieldError::new("phone", told))
    }
}

/// An e-mail address, or empty for none.
pub fn email(text: &str) -> Result<String, FieldError> {
    let text = line("email", ("e-mail address", "邮箱地址"), text, 128)?;
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
        let told =
            ("Enter an e-mail address such as name@example.com.", "请输入形如 name@example.com 的邮箱地址。");
        Err(FieldError::new("email", told))
    }
}
