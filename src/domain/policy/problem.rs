//! What is wrong with a document, said so that its author can mend it.

use crate::domain::sentence::{Sentence, Worded};
use std::borrow::Cow;
use std::fmt;

/// One thing wrong with a policy document.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub struct Problem {
    /// Where, counted from 1.
    pub line: usize,
    /// In which statement, counted from 1; none outside of all.
    pub statement: Option<usize>,
    /// Whether the document is one line, so that its number tells nothing.
    pub(super) is_only_line: bool,
    /// The CAM error code that API clients know, such as `InvalidParameter.ActionError`.
    pub code: &'static str,
    /// What, in words for the author.
    pub text: Sentence,
}

impl Problem {
    pub(super) fn new(line: usize, code: &'static str, text: impl Into<Sentence>) -> Self {
        Self { line, statement: None, is_only_line: false, code, text: text.into() }
    }

    /// Where to look, in English and in Chinese: a line, or the statement where there is but one line.
    pub fn place(&self) -> (String, String) {
        match (self.is_only_line, self.statement) {
            (false, _) => (format!("line {}: ", self.line), format!("第 {} 行：", self.line)),
            (true, Some(number)) => (format!("statement {number}: "), format!("第 {number} 条语句：")),
            (true, None) => (String::new(), String::new()),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.place().0, self.text)
    }
}

impl Worded for Problem {
    fn zh(&self) -> Cow<'static, str> {
        format!("{}{}", self.place().1, self.text.zh()).into()
    }
}

/// A problem whose line only the caller knows.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Fault {
    pub code: &'static str,
    pub text: Sentence,
}

impl Fault {
    pub fn new(code: &'static str, text: impl Into<Sentence>) -> Self {
        Self { code, text: text.into() }
    }

    pub fn at(self, line: usize) -> Problem {
        Problem::new(line, self.code, self.text)
    }
}

/// The CAM error codes a document can earn.
pub(super) mod code {
    pub const DOCUMENT: &str = "InvalidParameter.PolicyDocumentError";
    pub const LENGTH: &str = "InvalidParameter.PolicyDocumentLengthOverLimit";
    pub const VERSION: &str = "InvalidParameter.VersionError";
    pub const STATEMENT: &str = "InvalidParameter.StatementError";
    pub const EFFECT: &str = "InvalidParameter.EffectError";
    pub const ACTION: &str = "InvalidParameter.ActionError";
    pub const ACTION_MISSING: &str = "InvalidParameter.ActionMiss";
    pub const ACTION_SERVICE: &str = "InvalidParameter.ActionServiceNotExist";
    pub const RESOURCE: &str = "InvalidParameter.ResourceError";
    pub const RESOURCE_QCS: &str = "InvalidParameter.ResourceQcsError";
    pub const RESOURCE_PROJECT: &str = "InvalidParameter.ResourceProjectError";
    pub const RESOURCE_SERVICE: &str = "InvalidParameter.ResourceServiceNotExist";
    pub const RESOURCE_REGION: &str = "InvalidParameter.ResourceRegionError";
    pub const RESOURCE_ACCOUNT: &str = "InvalidParameter.ResourceUinError";
    pub const RESOURCE_CONTENT: &str = "InvalidParameter.ResourceContentError";
    pub const CONDITION: &str = "InvalidParameter.ConditionError";
    pub const CONDITION_TYPE: &str = "InvalidParameter.ConditionTypeError";
    pub const CONDITION_CONTENT: &str = "InvalidParameter.ConditionContentError";
    pub const PRINCIPAL: &str = "InvalidParameter.PrincipalError";
}
