//! Parameters that come as `multipart/form-data`: one part each, names flattened or lists as JSON, as the SDKs write them.

use super::error::ApiError;
use super::input::Input;
use serde_json::Value;

/// Most parts that are read.
const MOST_PARTS: usize = 1_000;

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
    let parts = split(text, boundary)
        .ok_or_else(|| broken(("its parts do not end as they should", "各部分的结束标记不正确")))?;
    if parts.len() > MOST_PARTS {
        return Err(broken(("it has too many parts", "部分过多")));
    }
    for part in parts {
        let (name, value) = field(part).ok_or_else(|| broken(("a part has no name", "有一部分没有名称")))?;
        match serde_json::from_str(value) {
            Ok(Value::Array(list)) => lists.push((name.to_owned(), Value::Array(list))),
            _ => pairs.push((name, value)),
        }
    }
    Input::from_parameters(pairs.into_iter())?.with_lists(lists)
}

fn broken((cause, reason): (&str, &str)) -> ApiError {
    ApiError::new(
        "InvalidRequest",
        (
            format!("The multipart body cannot be read: {cause}."),
            format!("multipart 请求体无法解析：{reason}。"),
        ),
    )
}

fn boundary(content_type: &str) -> Option<&str> {
    let parameters = content_type.split(';').skip(1).filter_map(|parameter| parameter.trim().split_once('='));
    let (_, value) = parameters.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("boundary"))?;
    let value = value.trim().trim_matches('"');
    (1..=70).contains(&value.len()).then_some(value)
}

/// What stands between the delimiters, as far as it is read; `None` when the last one is missing.
fn split<'a>(text: &'a str, boundary: &str) -> Option<Vec<&'a str>> {
    let delimiter = format!("\r\n--{boundary}");
    let first = delimiter.trim_start();
    let mut rest = text.strip_prefix(first).or_else(|| text.split_once(&delimiter).map(|(_, rest)| rest))?;
    let mut parts = Vec::new();
    loop {
        if rest.starts_with("--") || parts.len() > MOST_PARTS {
            return Some(parts);
        }
        let (part, after) = rest.strip_prefix("\r\n")?.split_once(&delimiter)?;
        parts.push(part);
        rest = after;
    }
}

/// Name and value of a part.
fn field(part: &str) -> Option<(&str, &str)> {
    let (headers, value) = part.split_once("\r\n\r\n")?;
    let disposition = headers.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
    })?;
    let name = disposition.split(';').find_map(|parameter| parameter.trim().strip_prefix("name="))?;
    Some((name.trim_matches('"'), value))
}
