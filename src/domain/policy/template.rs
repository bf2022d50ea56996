//! Texts with the variables `${uin}`, `${owner_uin}` and `${app_id}`.

use super::context::Principal;
use crate::domain::sentence::Sentence;

/// A text with at least one variable, to be filled in for each caller.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Template {
    /// Each variable with the text before it.
    parts: Vec<(String, Variable)>,
    end: String,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Variable {
    Uin,
    OwnerUin,
    AppId,
}

impl Template {
    /// Finds the variables of a text: `None` when it has none.
    ///
    /// # Errors
    /// A sentence about a variable that does not exist.
    pub fn parse(text: &str) -> Result<Option<Self>, Sentence> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, after)) = after.split_once('}') else {
                let (english, chinese) = ("has `${` without `}`.", "中的 `${` 缺少 `}`。");
                return Err((format!("`{text}` {english}"), format!("`{text}` {chinese}")).into());
            };
            parts.push((before.to_owned(), Variable::named(name)?));
            rest = after;
        }
        Ok((!parts.is_empty()).then(|| Self { parts, end: rest.to_owned() }))
    }

    /// Whether nothing but `end` follows the last variable.
    pub fn ends_with_variable_and(&self, end: &str) -> bool {
        self.end == end
    }

    /// The text for one caller.
    pub fn fill(&self, caller: &Principal) -> String {
        let mut filled = String::new();
        for (before, variable) in &self.parts {
            filled.push_str(before);
            filled.push_str(&variable.value(caller).to_string());
        }
        filled.push_str(&self.end);
        filled
    }
}

impl Variable {
    fn named(name: &str) -> Result<Self, Sentence> {
        match name {
            "uin" => Ok(Self::Uin),
            "owner_uin" => Ok(Self::OwnerUin),
            "app_id" => Ok(Self::AppId),
            _ => Err((
                format!("There is no variable `${{{name}}}`; there are uin, owner_uin and app_id."),
                format!("没有变量 `${{{name}}}`，可用的变量有 uin、owner_uin 和 app_id。"),
            )
                .into()),
        }
    }

    fn value(self, caller: &Principal) -> u64 {
        match self {
            Self::Uin => caller.uin,
            Self::OwnerUin => caller.owner_uin,
            Self::AppId => caller.app_id,
        }
    }
}
