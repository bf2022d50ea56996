//! The condition element of a statement: operator → key → value or values.

use super::{Compiler, items, twice};
use crate::domain::policy::condition::{Clause, is_known_key};
use crate::domain::policy::context::normal_key;
use crate::domain::policy::json::{Json, Member, Node};
use crate::domain::policy::operator::Operator;
use crate::domain::policy::problem::{Fault, code};
use crate::domain::policy::value::Operand;

impl Compiler {
    /// The clauses of a statement; a doubled element leaves open which one counts, so nothing is known.
    pub(super) fn condition(&mut self, members: &[Member]) -> Vec<Clause> {
        let mut written = members.iter().filter(|member| member.name == "condition");
        match (written.next(), written.next()) {
            (None, _) => Vec::new(),
            (Some(member), None) => self.operators(&member.node),
            (Some(_), Some(_)) => vec![unknown("condition")],
        }
    }

    fn operators(&mut self, node: &Node) -> Vec<Clause> {
        // How PHP writes an object without members.
        if matches!(&node.value, Json::List(items) if items.is_empty()) {
            return Vec::new();
        }
        let Json::Object(members) = &node.value else {
            let told = (
                "\"condition\" is an object: operator, key, values.",
                "\"condition\" 须为对象：运算符、条件键、值。",
            );
            self.report(node.line, code::CONDITION, told);
            return vec![unknown("condition")];
        };
        let clauses = members.iter().flat_map(|member| self.keys(member)).collect();
        if self.is_doubled(members, code::CONDITION) { vec![unknown("condition")] } else { clauses }
    }

    /// Reports names that, stray spaces aside, came before.
    fn is_doubled(&mut self, members: &[Member], code: &'static str) -> bool {
        let before = self.problems.len();
        for (index, member) in members.iter().enumerate() {
            let name = member.name.trim();
            if members.iter().take(index).any(|earlier| earlier.name.trim() == name) {
                self.report(member.line, code, twice(name));
            }
        }
        self.problems.len() > before
    }

    fn keys(&mut self, operator: &Member) -> Vec<Clause> {
        let name = operator.name.trim();
        let Some(parsed) = Operator::parse(name) else {
            let told = (format!("There is no operator `{name}`."), format!("没有运算符 `{name}`。"));
            self.report(operator.line, code::CONDITION_TYPE, told);
            return vec![unknown(name)];
        };
        let Json::Object(members) = &operator.node.value else {
            let told = (
                format!("`{name}` takes an object of keys and values."),
                format!("`{name}` 的内容须为由条件键和值组成的对象。"),
            );
            self.report(operator.node.line, code::CONDITION_CONTENT, told);
            return vec![unknown(name)];
        };
        if members.is_empty() {
            let told = (format!("`{name}` names no key."), format!("`{name}` 没有条件键。"));
            self.report(operator.node.line, code::CONDITION_CONTENT, told);
            return vec![unknown(name)];
        }
        let clauses = members.iter().map(|member| self.clause(name, parsed, member)).collect();
        if self.is_doubled(members, code::CONDITION_CONTENT) { vec![unknown(name)] } else { clauses }
    }

    fn clause(&mut self, name: &str, operator: Operator, member: &Member) -> Clause {
        let spelling = format!("{name} {}", member.name.trim());
        let key = normal_key(&member.name);
        if !is_known_key(&key, &member.name) {
            self.report(member.line, code::CONDITION_CONTENT, no_such_key(&key, member.name.trim()));
            return unknown(&spelling);
        }
        let items = items(&member.node);
        if items.is_empty() {
            let told = (format!("`{spelling}` lists no value."), format!("`{spelling}` 没有值。"));
            self.report(member.node.line, code::CONDITION_CONTENT, told);
            return unknown(&spelling);
        }
        let operands = items.iter().map(|item| self.operand(operator, item)).collect();
        let values = items.iter().filter_map(|item| written(&item.value)).collect();
        Clause::Written { operator, key, operands, values, spelling }
    }

    fn operand(&mut self, operator: Operator, node: &Node) -> Operand {
        let read = match &node.value {
            Json::Text(text) | Json::Number(text) => Operand::parse(operator.test, text),
            Json::Bool(value) => Operand::parse(operator.test, &value.to_string()),
            _ => Err((
                "A condition value is a text, a number, true or false.",
                "条件的值须为字符串、数字、true 或 false。",
            )
                .into()),
        };
        let read = read.map_err(|message| Fault::new(code::CONDITION_CONTENT, message));
        self.note(node.line, read, Operand::Unknown)
    }
}

fn written(value: &Json) -> Option<String> {
    match value {
        Json::Text(text) | Json::Number(text) => Some(text.clone()),
        Json::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

/// A global key without its prefix is told how to write it.
fn no_such_key(key: &str, written: &str) -> (String, String) {
    let prefixed = format!("qcs:{key}");
    if written == key && is_known_key(key, &prefixed) {
        return (
            format!("There is no condition key `{written}`; write `{prefixed}`."),
            format!("没有条件键 `{written}`，请写成 `{prefixed}`。"),
        );
    }
    (format!("There is no condition key `{written}`."), format!("没有条件键 `{written}`。"))
}

fn unknown(spelling: &str) -> Clause {
    Clause::Unknown { spelling: spelling.to_owned() }
}
