//! A strict JSON reader that knows the line of every value and notices doubled names.
//!
//! `serde_json` reads the scalars; it is not used for the whole because it silently keeps the last of two members
//! of one name and gives no positions.

use super::problem::{Problem, code};
use crate::domain::sentence::Sentence;

/// Deeper than any policy, shallow enough for any stack.
const MAX_DEPTH: usize = 16;

/// A value and the line it starts on.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub line: usize,
    pub value: Json,
}

/// A JSON value; numbers stay as they were written.
#[derive(Clone, Debug)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Node>),
    Object(Vec<Member>),
}

/// One member of an object, with the line of its name.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub name: String,
    pub line: usize,
    pub node: Node,
}

/// Reads one JSON value that is the whole text.
pub(super) fn read(text: &str) -> Result<Node, Problem> {
    let mut reader = Reader { rest: text, line: 1, text };
    let node = reader.value(0)?;
    reader.skip_space();
    if reader.rest.is_empty() {
        Ok(node)
    } else {
        Err(reader.problem(("There is text after the end of the document.", "文档结束后还有内容。")))
    }
}

/// Whether a line number would tell nothing about a place in the text.
pub(super) fn is_one_line(text: &str) -> bool {
    !text.trim().contains('\n')
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
    text: &'a str,
}

impl<'a> Reader<'a> {
    fn problem(&self, text: impl Into<Sentence>) -> Problem {
        let text = text.into();
        let told = match self.place_in_only_line() {
            Some(at) => (
                format!("Not valid JSON, at character {at}: {text}"),
                format!("JSON 格式错误（第 {at} 个字符）：{}", text.zh()),
            ),
            None => (format!("Not valid JSON: {text}"), format!("JSON 格式错误：{}", text.zh())),
        };
        Problem::new(self.line, code::DOCUMENT, told)
    }

    /// Where the reader stands, counted from 1, when the text has one line.
    fn place_in_only_line(&self) -> Option<usize> {
        let read = self.text.len().checked_sub(self.rest.len())?;
        is_one_line(self.text).then(|| self.text.get(..read).map_or(0, |read| read.chars().count()) + 1)
    }

    fn skip_space(&mut self) {
        let after = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
        let length = self.rest.len() - after.len();
        let space = self.rest.get(..length).unwrap_or_default();
        self.line += space.matches('\n').count();
        self.rest = after;
    }

    fn eat(&mut self, sign: char) -> bool {
        let Some(after) = self.rest.strip_prefix(sign) else {
            return false;
        };
        self.rest = after;
        true
    }

    /// Takes the first `length` bytes.
    fn take(&mut self, length: usize) -> Result<&'a str, Problem> {
        let Some((taken, after)) = self.rest.split_at_checked(length) else {
            return Err(self.problem(("the text ends too early.", "文本提前结束。")));
        };
        self.rest = after;
        Ok(taken)
    }

    fn value(&mut self, depth: usize) -> Result<Node, Problem> {
        self.skip_space();
        let line = self.line;
        if depth > MAX_DEPTH {
            return Err(self.problem(("values are nested too deeply.", "嵌套层数过多。")));
        }
        let value = match self.rest.chars().next() {
            Some('{') => self.object(depth)?,
            Some('[') => self.list(depth)?,
            Some('"') => Json::Text(self.string()?),
            Some('-' | '0'..='9') => self.number()?,
            Some(_) => self.word()?,
            None => return Err(self.problem(("a value is missing at the end.", "末尾缺少值。"))),
        };
        Ok(Node { line, value })
    }

    fn object(&mut self, depth: usize) -> Result<Json, Problem> {
        self.eat('{');
        let mut members = Vec::new();
        self.skip_space();
        if self.eat('}') {
            return Ok(Json::Object(members));
        }
        loop {
            members.push(self.member(depth)?);
            self.skip_space();
            if self.eat('}') {
                return Ok(Json::Object(members));
            }
            if !self.eat(',') {
                return Err(
                    self.problem(("expected `,` or `}` after a member.", "成员之后应为 `,` 或 `}`。"))
                );
            }
        }
    }

    fn member(&mut self, depth: usize) -> Result<Member, Problem> {
        self.skip_space();
        let line = self.line;
        if !self.rest.starts_with('"') {
            return Err(self.problem(("expected a name in double quotes.", "此处应为双引号括起的名称。")));
        }
        let name = self.string()?;
        self.skip_space();
        if !self.eat(':') {
            let told = (format!("expected `:` after \"{name}\"."), format!("\"{name}\" 之后应为 `:`。"));
            return Err(self.problem(told));
        }
        Ok(Member { name, line, node: self.value(depth + 1)? })
    }

    fn list(&mut self, depth: usize) -> Result<Json, Problem> {
        self.eat('[');
        let mut items = Vec::new();
        self.skip_space();
        if self.eat(']') {
            return Ok(Json::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.skip_space();
            if self.eat(']') {
                return Ok(Json::List(items));
            }
            if !self.eat(',') {
                return Err(self.problem(("expected `,` or `]` after a value.", "值之后应为 `,` 或 `]`。")));
            }
        }
    }

    fn string(&mut self) -> Result<String, Problem> {
        let mut escaped = false;
        let mut signs = self.rest.char_indices().skip(1);
        let end = signs.find(|&(_, sign)| {
            let closes = sign == '"' && !escaped;
            escaped = sign == '\\' && !escaped;
            closes
        });
        let Some((end, _)) = end else {
            return Err(self.problem(("a text has no closing quote.", "字符串缺少结束引号。")));
        };
        let raw = self.take(end + 1)?;
        let told = ("a text has a bad escape or a line break in it.", "字符串中有错误的转义或换行。");
        serde_json::from_str(raw).map_err(|_| self.problem(told))
    }

    fn number(&mut self) -> Result<Json, Problem> {
        let is_outside = |sign: char| !matches!(sign, '0'..='9' | '+' | '-' | '.' | 'e' | 'E');
        let start = self.rest;
        let raw = self.take(self.rest.find(is_outside).unwrap_or(self.rest.len()))?;
        if serde_json::from_str::<serde_json::Number>(raw).is_ok() {
            return Ok(Json::Number(raw.to_owned()));
        }
        self.rest = start;
        Err(self.problem((format!("`{raw}` is not a number."), format!("`{raw}` 不是数字。"))))
    }

    fn word(&mut self) -> Result<Json, Problem> {
        let is_outside = |sign: char| !sign.is_ascii_alphabetic();
        let start = self.rest;
        match self.take(self.rest.find(is_outside).unwrap_or(self.rest.len()))? {
            "true" => Ok(Json::Bool(true)),
            "false" => Ok(Json::Bool(false)),
            "null" => Ok(Json::Null),
            _ => {
                self.rest = start;
                Err(self.problem(("expected a value.", "此处应为值。")))
            }
        }
    }
}
