//! One API action: how it is named, limited and run.

use super::error::ApiError;
use super::input::Input;
use crate::app::App;
use crate::app::caller::Caller;
use crate::domain::key::SecretId;
use crate::times::Times;
use serde_json::{Map, Value};
use std::future::Future;
use std::pin::Pin;

/// The products whose actions exist here.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Service {
    Cam,
    /// What is beyond CAM.
    Camlock,
    Sts,
    Tag,
}

impl Service {
    /// The name in records and policies.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cam => "cam",
            Self::Camlock => "camlock",
            Self::Sts => "sts",
            Self::Tag => "tag",
        }
    }

    /// The only version of it.
    pub fn version(self) -> &'static str {
        match self {
            Self::Cam => "2019-01-16",
            Self::Camlock => "2026-12-01",
            Self::Sts | Self::Tag => "2018-08-13",
        }
    }
}

/// What a call comes to: the fields of its response, without the request id.
pub type Answer = Pin<Box<dyn Future<Output = Result<Map<String, Value>, ApiError>>>>;

/// One API action.
pub struct Action {
    pub name: &'static str,
    pub service: Service,
    /// Whether it changes anything: such a call accepts its signature once.
    pub is_mutating: bool,
    pub run: fn(Call) -> Answer,
}

/// A verified call.
pub struct Call {
    pub app: App,
    pub caller: Caller,
    /// The key that signed it.
    pub key: SecretId,
    pub input: Input,
    pub times: Times,
}

/// Boxes an action's work: `run: |call| respond(list(call))`.
pub fn respond(work: impl Future<Output = Result<Map<String, Value>, ApiError>> + 'static) -> Answer {
    Box::pin(work)
}

/// The fields of a response from a `json!({…})`; anything but an object has none.
pub fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// A text, or null where there is none.
pub fn text_or_null(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { Value::String(text.to_owned()) }
}
