//! Parameters of a call, from JSON or from flattened names, typed when they are asked for.

use super::error::ApiError;
use super::unambiguous::Unambiguous;
use crate::domain::field::Label;
use serde_json::{Map, Value};

/// Deepest nesting of objects and lists.
const MAX_DEPTH: usize = 16;
/// Most entries of a list that comes flattened.
const MAX_LIST: usize = 10_000;
/// Most values of a JSON body; each takes many times its bytes in memory.
const MAX_VALUES: usize = 100_000;

/// What parameters are.
const TEXT: Label = ("a string", "字符串");
const WHOLE: Label = ("a whole number", "整数");
const TRUTH: Label = ("true or false", "true 或 false");
const LIST: Label = ("a list", "列表");
const OBJECT: Label = ("an object", "对象");

/// The parameters of a call, or of an object inside it.
#[derive(Clone, Debug, Default)]
pub struct Input {
    fields: Map<String, Value>,
    /// The way here, for messages: `Info.0.`.
    path: String,
}

impl Input {
    /// From a JSON body; an empty one has no parameters, and neither has `null`, which the Ruby client sends.
    pub fn from_json(body: &[u8]) -> Result<Self, ApiError> {
        if body.trim_ascii().is_empty() {
            return Ok(Self::default());
        }
        if has_too_many_values(body) {
            return Err(broken("it holds too many values", "值的数量过多"));
        }
        match serde_json::from_slice(body).map(|Unambiguous(value)| value) {
            Ok(Value::Object(fields)) if is_shallow(&fields) => Ok(Self { fields, path: String::new() }),
            Ok(Value::Null) => Ok(Self::default()),
            Ok(Value::Object(_)) => Err(too_deep()),
            Ok(_) => Err(broken("it is another value", "是其他类型的值")),
            Err(error) => {
                let at = (error.line(), error.column());
                let zh = format!("第 {} 行第 {} 列附近有语法错误", at.0, at.1);
                Err(broken(&error.to_string(), &zh))
            }
        }
    }

    /// From decoded names and values such as `Info.0.GroupId`; a name given twice is refused.
    pub fn from_parameters<'a>(
        parameters: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, ApiError> {
        let mut root = Node::default();
        for (name, value) in parameters {
            root.insert(name, value)?;
        }
        Ok(Self { fields: root.fields(), path: String::new() })
    }

    /// Adds lists that came whole; a name that is there already is refused.
    pub fn with_lists(mut self, lists: Vec<(String, Value)>) -> Result<Self, ApiError> {
        for (name, list) in lists {
            if self.fields.contains_key(&name) {
                return Err(given_twice(&name));
            }
            self.fields.insert(name, list);
        }
        if is_shallow(&self.fields) { Ok(self) } else { Err(too_deep()) }
    }

    /// Refuses parameters that the action does not know.
    pub fn only(&self, known: &[&str]) -> Result<(), ApiError> {
        match self.fields.keys().find(|name| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some(name) => {
                let name = self.full_name(&name.chars().take(100).collect::<String>());
                Err(ApiError::new(
                    "UnknownParameter",
                    (format!("The parameter `{name}` is not known."), format!("未知参数 `{name}`。")),
                ))
            }
        }
    }

    /// Whether a parameter says anything: clients send null, 0, an empty text or list for what was not set.
    pub fn is_set(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| match value {
            Value::Number(number) => number.as_f64() != Some(0.0),
            Value::String(text) => !text.is_empty() && text != "0",
            Value::Array(values) => !values.is_empty(),
            _ => true,
        })
    }

    /// A text.
    pub fn text(&self, name: &str) -> Result<Option<String>, ApiError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(ApiError::wrong_type(&self.full_name(name), TEXT)),
        }
    }

    /// A text that must be there.
    pub fn required_text(&self, name: &str) -> Result<String, ApiError> {
        self.text(name)?.ok_or_else(|| self.missing(name))
    }

    /// A text of one character or more; an empty one is what clients send for none.
    pub fn filled_text(&self, name: &str) -> Result<Option<String>, ApiError> {
        Ok(self.text(name)?.filter(|text| !text.is_empty()))
    }

    /// A whole number, as a JSON number or as a string of digits.
    pub fn integer(&self, name: &str) -> Result<Option<i64>, ApiError> {
        self.get_typed(name).map(|value| self.whole(name, value)).transpose()
    }

    /// A whole number where 0 is what clients send for none.
    pub fn nonzero(&self, name: &str) -> Result<Option<i64>, ApiError> {
        Ok(self.integer(name)?.filter(|number| *number != 0))
    }

    /// A whole number that must be there.
    pub fn required_integer(&self, name: &str) -> Result<i64, ApiError> {
        self.integer(name)?.ok_or_else(|| self.missing(name))
    }

    /// A truth value, as JSON or as `true`, `false`, `1`, `0`; Python's client spells the first two with a capital.
    pub fn boolean(&self, name: &str) -> Result<Option<bool>, ApiError> {
        let truth = match self.get_typed(name) {
            None => return Ok(None),
            Some(Value::Bool(truth)) => Some(*truth),
            Some(Value::Number(number)) => number.as_i64().and_then(|number| match number {
                0 => Some(false),
                1 => Some(true),
                _ => None,
            }),
            Some(Value::String(text)) => match text.as_str() {
                "true" | "True" | "1" => Some(true),
                "false" | "False" | "0" => Some(false),
                _ => None,
            },
            Some(_) => None,
        };
        truth.map(Some).ok_or_else(|| ApiError::wrong_type(&self.full_name(name), TRUTH))
    }

    /// A list of whole numbers; a list that is not there is `None`.
    pub fn list_of_integers(&self, name: &str) -> Result<Option<Vec<i64>>, ApiError> {
        self.each(name, |at, value| self.whole(&format!("{name}.{at}"), value))
    }

    /// A list of texts.
    pub fn list_of_texts(&self, name: &str) -> Result<Option<Vec<String>>, ApiError> {
        self.each(name, |at, value| match value {
            Value::String(text) => Ok(text.clone()),
            _ => Err(ApiError::wrong_type(&self.full_name(&format!("{name}.{at}")), TEXT)),
        })
    }

    /// A list of objects.
    pub fn list_of_objects(&self, name: &str) -> Result<Option<Vec<Self>>, ApiError> {
        self.each(name, |at, value| match value {
            Value::Object(fields) => Ok(Self {
                fields: fields.clone(),
                path: format!("{}.", self.full_name(&format!("{name}.{at}"))),
            }),
            _ => Err(ApiError::wrong_type(&self.full_name(&format!("{name}.{at}")), OBJECT)),
        })
    }

    /// An object.
    pub fn object(&self, name: &str) -> Result<Option<Self>, ApiError> {
        match self.get_typed(name) {
            None => Ok(None),
            Some(Value::Object(fields)) => {
                Ok(Some(Self { fields: fields.clone(), path: format!("{}.", self.full_name(name)) }))
            }
            Some(_) => Err(ApiError::wrong_type(&self.full_name(name), OBJECT)),
        }
    }

    /// A parameter that is not there, as the error that says so.
    pub fn missing(&self, name: &str) -> ApiError {
        ApiError::missing(&self.full_name(name))
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }

    /// What is there for a parameter that is no text: forms and queries have an empty one where nothing was set.
    fn get_typed(&self, name: &str) -> Option<&Value> {
        self.get(name).filter(|value| value.as_str() != Some(""))
    }

    fn full_name(&self, name: &str) -> String {
        format!("{}{name}", self.path)
    }

    fn whole(&self, name: &str, value: &Value) -> Result<i64, ApiError> {
        let number = match value {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => whole_of(text),
            _ => None,
        };
        number.ok_or_else(|| ApiError::wrong_type(&self.full_name(name), WHOLE))
    }

    fn each<T>(
        &self,
        name: &str,
        read: impl Fn(usize, &Value) -> Result<T, ApiError>,
    ) -> Result<Option<Vec<T>>, ApiError> {
        match self.get_typed(name) {
            None => Ok(None),
            Some(Value::Array(values)) => values
                .iter()
                .enumerate()
                .map(|(at, value)| read(at, value))
                .collect::<Result<_, _>>()
                .map(Some),
            Some(_) => Err(ApiError::wrong_type(&self.full_name(name), LIST)),
        }
    }
}

fn broken(en: &str, zh: &str) -> ApiError {
    let text =
        (format!("The body is not a JSON object: {en}."), format!("请求体不是合法的 JSON 对象：{zh}。"));
    ApiError::new("InvalidRequest", text)
}

fn too_deep() -> ApiError {
    broken("it is nested too deeply", "嵌套层数过多")
}

fn given_twice(name: &str) -> ApiError {
    let name: String = name.chars().take(100).collect();
    ApiError::new(
        "InvalidParameter",
        (
            format!("The parameter `{name}` is given twice, or in two shapes."),
            format!("参数 `{name}` 重复或结构冲突。"),
        ),
    )
}

fn whole_of(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain)
}

/// Each value but the last has a comma after it or a bracket; those inside texts count too, as no call has so many.
pub(super) fn has_too_many_values(body: &[u8]) -> bool {
    body.iter().filter(|byte| matches!(byte, b',' | b'[' | b'{')).take(MAX_VALUES).count() == MAX_VALUES
}

fn is_shallow(fields: &Map<String, Value>) -> bool {
    fn depth(value: &Value) -> usize {
        match value {
            Value::Array(values) => 1 + values.iter().map(depth).max().unwrap_or(0),
            Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or(0),
            _ => 0,
        }
    }
    fields.values().all(|value| depth(value) < MAX_DEPTH)
}

/// A tree of names on its way to JSON.
#[derive(Default)]
struct Node {
    value: Option<String>,
    below: std::collections::BTreeMap<String, Node>,
}

impl Node {
    fn insert(&mut self, name: &str, value: &str) -> Result<(), ApiError> {
        let refused = || given_twice(name);
        let mut node = self;
        for (depth, part) in name.split('.').enumerate() {
            if depth >= MAX_DEPTH || node.value.is_some() {
                return Err(refused());
            }
            node = node.below.entry(part.to_owned()).or_default();
        }
        if node.value.is_some() || !node.below.is_empty() {
            return Err(refused());
        }
        node.value = Some(value.to_owned());
        Ok(())
    }

    fn fields(self) -> Map<String, Value> {
        self.below.into_iter().map(|(name, node)| (name, node.json())).collect()
    }

    /// A list where every name is a number, in the order of the numbers.
    fn json(self) -> Value {
        if let Some(value) = self.value {
            return Value::String(value);
        }
        let at = |name: &str| name.parse().ok().filter(|at: &usize| *at < MAX_LIST && at.to_string() == name);
        if !self.below.keys().all(|name| at(name).is_some()) {
            return Value::Object(self.fields());
        }
        let mut entries: Vec<(usize, Self)> =
            self.below.into_iter().filter_map(|(name, node)| Some((at(&name)?, node))).collect();
        entries.sort_by_key(|(at, _)| *at);
        Value::Array(entries.into_iter().map(|(_, node)| node.json()).collect())
    }
}
