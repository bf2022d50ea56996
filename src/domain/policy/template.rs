//! Texts with the variables `${uin}`, `${owner_uin}` and `${app_id}`.

use super::context::Principal;

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
    pub fn parse(text: &str) -> Result<Option<Self>, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, after)) = after.split_once('}') else {
                return Err(format!("`{text}` has `${{` without `}}`."));
            };
            parts.push((before.to_owned(), Variable::named(name)?));
            rest = after;
        }
        Ok((!parts.is_empty()).then(|| Self { parts, end: rest.to_owned() }))
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
    fn named(name: &str) -> Result<Self, String> {
        match name {
            "uin" => Ok(Self::Uin),
            "owner_uin" => Ok(Self::OwnerUin),
            "app_id" => Ok(Self::AppId),
            _ => Err(format!("There is no variable `${{{name}}}`; there are uin, owner_uin and app_id.")),
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
