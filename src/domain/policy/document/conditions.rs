//! The condition element of a statement: operator → key → value or values.

use super::{Compiler, items};
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
        let Json::Object(members) = &node.value else {
            self.report(node.line, code::CONDITION, "\"condition\" is an object: operator, key, values.");
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
                self.report(member.line, code, format!("\"{name}\" appears twice."));
            }
        }
        self.problems.len() > before
    }

    fn keys(&mut self, operator: &Member) -> Vec<Clause> {
        let name = operator.name.trim();
        let Some(parsed) = Operator::parse(name) else {
            self.report(operator.line, code::CONDITION_TYPE, format!("There is no operator `{name}`."));
            return vec![unknown(name)];
        };
        let Json::Object(members) = &operator.node.value else {
            self.report(
                operator.node.line,
                code::CONDITION_CONTENT,
                format!("`{name}` takes an object of keys and values."),
            );
            return vec![unknown(name)];
        };
        if members.is_empty() {
            self.report(operator.node.line, code::CONDITION_CONTENT, format!("`{name}` names no key."));
            return vec![unknown(name)];
        }
        let clauses = members.iter().map(|member| self.clause(name, parsed, member)).collect();
        if self.is_doubled(members, code::CONDITION_CONTENT) { vec![unknown(name)] } else { clauses }
    }

    fn clause(&mut self, name: &str, operator: Operator, member: &Member) -> Clause {
        let spelling = format!("{name} {}", member.name.trim());
        let key = normal_key(&member.name);
        if !is_known_key(&key, &member.name) {
            let message = format!("There is no condition key `{}`.", member.name.trim());
            self.report(member.line, code::CONDITION_CONTENT, message);
            return unknown(&spelling);
        }
        let items = items(&member.node);
        if items.is_empty() {
            self.report(member.node.line, code::CONDITION_CONTENT, format!("`{spelling}` lists no value."));
            return unknown(&spelling);
        }
        let operands = items.iter().map(|item| self.operand(operator, item)).collect();
        Clause::Written { operator, key, operands, spelling }
    }

    fn operand(&mut self, operator: Operator, node: &Node) -> Operand {
        let read = match &node.value {
            Json::Text(text) | Json::Number(text) => Operand::parse(operator.test, text),
            Json::Bool(value) => Operand::parse(operator.test, &value.to_string()),
            _ => Err("A condition value is a text, a number, true or false.".to_owned()),
        };
        let read = read.map_err(|message| Fault::new(code::CONDITION_CONTENT, message));
        self.note(node.line, read, Operand::Unknown)
    }
}

fn unknown(spelling: &str) -> Clause {
    Clause::Unknown { spelling: spelling.to_owned() }
}
