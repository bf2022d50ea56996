//! Parameters that come as `multipart/form-data`: one part each, names flattened or lists as JSON, as the SDKs write them.
//!
//! Readers differ in what they forgive, so nothing is forgiven: a body that another reader may take for something else
//! is refused.

mod header;

use self::header::Header;
use super::error::ApiError;
use super::input::{Input, has_too_many_values};
use super::unambiguous::Unambiguous;
use serde_json::Value;

/// Most parts that are read.
const MOST_PARTS: usize = 1_000;

/// Why a body is not read, in English and in Chinese.
type Cause = (&'static str, &'static str);

const NO_NAME: Cause = ("a part has no name", "有一部分没有名称");
const BAD_HEADERS: Cause = ("the headers of a part can be read in several ways", "有一部分的头部存在歧义");

/// Whether a content type announces such a body.
pub fn is_multipart(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("multipart/form-data")
}

/// The parameters of such a body.
pub fn input(content_type: &str, body: &[u8]) -> Result<Input, ApiError> {
    let boundary = boundary(content_type)
        .ok_or_else(|| broken(("its Content-Type names no boundary", "Content-Type 未给出 boundary")))?;
    let text =
        std::str::from_utf8(body).map_err(|_| broken(("it is not text in UTF-8", "内容不是 UTF-8 文本")))?;
    let mut pairs = Vec::new();
    let mut lists = Vec::new();
    let parts = split(text, &boundary)
        .ok_or_else(|| broken(("its parts do not end as they should", "各部分的结束标记不正确")))?;
    if parts.len() > MOST_PARTS {
        return Err(broken(("it has too many parts", "部分过多")));
    }
    for part in parts {
        let (name, value) = field(part).map_err(broken)?;
        match list(value).map_err(broken)? {
            Some(list) => lists.push((name, list)),
            None => pairs.push((name, value)),
        }
    }
    Input::from_parameters(pairs.iter().map(|(name, value)| (name.as_str(), *value)))?.with_lists(lists)
}

fn broken(cause: Cause) -> ApiError {
    let (cause, reason) = cause;
    ApiError::new(
        "InvalidRequest",
        (
            format!("The multipart body cannot be read: {cause}."),
            format!("multipart 请求体无法解析：{reason}。"),
        ),
    )
}

fn boundary(content_type: &str) -> Option<String> {
    let value = Header::parse(content_type)?.parameter("boundary")?.to_owned();
    let is_plain = value.bytes().all(|byte| matches!(byte, b' '..=b'~')) && !value.ends_with(' ');
    ((1..=70).contains(&value.len()) && is_plain).then_some(value)
}

/// What stands between the delimiters, as far as it is read; `None` when the last one is missing, or something stands
/// outside of them.
fn split<'a>(text: &'a str, boundary: &str) -> Option<Vec<&'a str>> {
    let delimiter = format!("\r\n--{boundary}");
    let mut rest = text.strip_prefix("\r\n").unwrap_or(text).strip_prefix(delimiter.trim_start())?;
    let mut parts = Vec::new();
    loop {
        if parts.len() > MOST_PARTS {
            return Some(parts);
        }
        if let Some(after) = rest.strip_prefix("--") {
            return after.trim_ascii().is_empty().then_some(parts);
        }
        let (part, after) = rest.strip_prefix("\r\n")?.split_once(&delimiter)?;
        parts.push(part);
        rest = after;
    }
}

/// A JSON list; other values are the text that they are.
fn list(value: &str) -> Result<Option<Value>, Cause> {
    if has_too_many_values(value.as_bytes()) {
        return Err(("it holds too many values", "值的数量过多"));
    }
    if !matches!(serde_json::from_str(value), Ok(Value::Array(_))) {
        return Ok(None);
    }
    let Unambiguous(list) = serde_json::from_str(value)
        .map_err(|_| ("a list in it has a name twice", "其中的列表有重复的名称"))?;
    Ok(Some(list))
}

/// Name and value of a part.
fn field(part: &str) -> Result<(String, &str), Cause> {
    let (headers, value) = part.split_once("\r\n\r\n").ok_or(NO_NAME)?;
    let mut disposition = None;
    let mut seen: Vec<String> = Vec::new();
    for line in headers.split("\r\n") {
        let (name, value) = line.split_once(':').ok_or(BAD_HEADERS)?;
        let name = name.to_ascii_lowercase();
        if !header::is_token(&name) || seen.contains(&name) || value.contains(['\r', '\n', '\0']) {
            return Err(BAD_HEADERS);
        }
        match name.as_str() {
            "content-disposition" => disposition = Some(value),
            "content-type" | "content-length" => {}
            _ => return Err(("a part has a header that is not expected", "有一部分带有意外的头部")),
        }
        seen.push(name);
    }
    let disposition = Header::parse(disposition.ok_or(NO_NAME)?).ok_or(BAD_HEADERS)?;
    let name = disposition.parameter("name").filter(|name| !name.is_empty()).ok_or(NO_NAME)?;
    if !disposition.value.eq_ignore_ascii_case("form-data")
        || disposition.has_other_than(&["name", "filename"])
    {
        return Err(BAD_HEADERS);
    }
    Ok((name.to_owned(), value))
}
