//! From the text of a document to compiled statements, noting every problem on the way.

mod conditions;

use super::VERSION;
use super::action::ActionPattern;
use super::json::{self, Json, Member, Node};
use super::problem::{Fault, Problem, code};
use super::resource::ResourcePattern;
use super::statement::{Effect, Statement};
use crate::domain::characters::is_misleading;
use crate::domain::sentence::Sentence;

/// What a text amounts to; with problems, the statements hold unknown parts in their places.
pub(super) struct Compiled {
    pub statements: Vec<Statement>,
    pub problems: Vec<Problem>,
}

impl Compiled {
    /// Reports the lines whose author sees something else than what they say; nothing else is told of such a line.
    pub fn note_misleading(&mut self, text: &str) {
        let misleads = |c: char| is_misleading(c) && !matches!(c, '\t' | '\r');
        for (at, _) in text.split('\n').enumerate().filter(|(_, line)| line.contains(misleads)) {
            let told = (
                "Remove the characters that cannot be seen, or write them as \\uXXXX.",
                "请删除不可见的字符，或写为 \\uXXXX。",
            );
            self.problems.retain(|problem| problem.line != at + 1);
            self.problems.push(Problem::new(at + 1, code::DOCUMENT, told));
        }
        self.problems.sort_by_key(|problem| problem.line);
    }
}

/// Reads a whole document; never fails, whatever the text.
pub(super) fn compile(text: &str) -> Compiled {
    let mut compiler = Compiler { problems: Vec::new(), statement: None };
    let statements = match json::read(text) {
        Ok(node) => compiler.document(&node),
        Err(problem) => {
            let line = problem.line;
            compiler.problems.push(problem);
            vec![Statement::unreadable(line)]
        }
    };
    compiler.problems.sort_by_key(|problem| problem.line);
    let is_only_line = json::is_one_line(text);
    for problem in &mut compiler.problems {
        problem.is_only_line = is_only_line;
    }
    Compiled { statements, problems: compiler.problems }
}

struct Compiler {
    problems: Vec<Problem>,
    /// The statement that is read, counted from 1.
    statement: Option<usize>,
}

impl Compiler {
    fn report(&mut self, line: usize, code: &'static str, text: impl Into<Sentence>) {
        self.note(line, Err(Fault::new(code, text)), ());
    }

    fn note<T>(&mut self, line: usize, result: Result<T, Fault>, unknown: T) -> T {
        result.unwrap_or_else(|fault| {
            self.problems.push(Problem { statement: self.statement, ..fault.at(line) });
            unknown
        })
    }

    fn document(&mut self, node: &Node) -> Vec<Statement> {
        let Json::Object(members) = &node.value else {
            self.report(node.line, code::DOCUMENT, ("A policy is a JSON object.", "策略须为 JSON 对象。"));
            return vec![Statement::unreadable(node.line)];
        };
        let before = self.problems.len();
        self.ensure_names(members, &["version", "statement"], code::DOCUMENT);
        self.ensure_version(node.line, members);
        let doubtful = self.problems.len() > before;
        let mut statements = self.statements(node.line, members);
        for statement in &mut statements {
            statement.doubtful |= doubtful;
        }
        statements
    }

    /// Reports unknown and doubled members.
    fn ensure_names(&mut self, members: &[Member], known: &[&str], code: &'static str) {
        for (index, member) in members.iter().enumerate() {
            let name = member.name.as_str();
            if members.iter().take(index).any(|earlier| earlier.name == name) {
                self.report(member.line, code, twice(name));
            } else if name == "principal" {
                self.report(
                    member.line,
                    code::PRINCIPAL,
                    (
                        "\"principal\" is not allowed here; attach the policy to users or groups.",
                        "此处不支持 \"principal\"，请将策略关联到用户或用户组。",
                    ),
                );
            } else if !known.contains(&name) {
                self.report(member.line, code, no_such_element(name, known));
            }
        }
    }

    fn ensure_version(&mut self, line: usize, members: &[Member]) {
        let message = (
            format!("The version of a policy is \"{VERSION}\"."),
            format!("策略的 version 须为 \"{VERSION}\"。"),
        );
        match find(members, "version") {
            Some(Node { value: Json::Text(version), .. }) if version == VERSION => {}
            Some(node) => self.report(node.line, code::VERSION, message),
            None => self.report(line, code::VERSION, message),
        }
    }

    fn statements(&mut self, line: usize, members: &[Member]) -> Vec<Statement> {
        let Some(node) = only(members, "statement") else {
            self.report(
                line,
                code::STATEMENT,
                ("A policy has one \"statement\".", "策略须有且仅有一个 \"statement\"。"),
            );
            return vec![Statement::unreadable(line)];
        };
        let items = items(node);
        if items.is_empty() {
            self.report(node.line, code::STATEMENT, ("\"statement\" is empty.", "\"statement\" 为空。"));
        }
        let mut statements = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            self.statement = Some(index + 1);
            statements.push(self.statement(item));
        }
        self.statement = None;
        statements
    }

    fn statement(&mut self, node: &Node) -> Statement {
        let Json::Object(members) = &node.value else {
            self.report(
                node.line,
                code::STATEMENT,
                (
                    "A statement is an object with effect, action and resource.",
                    "每条语句须为包含 effect、action 和 resource 的对象。",
                ),
            );
            return Statement::unreadable(node.line);
        };
        let before = self.problems.len();
        self.ensure_names(members, &["effect", "action", "resource", "condition"], code::STATEMENT);
        let mut statement = Statement {
            effect: self.effect(node.line, members),
            actions: self.actions(node.line, members),
            resources: self.resources(node.line, members),
            clauses: self.condition(members),
            line: node.line,
            doubtful: false,
        };
        statement.doubtful = self.problems.len() > before;
        statement
    }

    /// An effect that cannot be told counts as a deny.
    fn effect(&mut self, line: usize, members: &[Member]) -> Effect {
        let node = only(members, "effect");
        match node.map(|node| &node.value) {
            Some(Json::Text(effect)) if effect == "allow" => return Effect::Allow,
            Some(Json::Text(effect)) if effect == "deny" => return Effect::Deny,
            _ => {}
        }
        let line = node.map_or(line, |node| node.line);
        let told = ("\"effect\" is \"allow\" or \"deny\".", "\"effect\" 须为 \"allow\" 或 \"deny\"。");
        self.report(line, code::EFFECT, told);
        Effect::Deny
    }

    fn actions(&mut self, line: usize, members: &[Member]) -> Vec<ActionPattern> {
        let Some(items) = only(members, "action").map(items).filter(|items| !items.is_empty()) else {
            self.report(
                line,
                code::ACTION_MISSING,
                ("A statement needs one \"action\".", "语句须有且仅有一个 \"action\"。"),
            );
            return vec![ActionPattern::Unknown];
        };
        let read = |item: &Node| match &item.value {
            Json::Text(text) => ActionPattern::parse(text),
            _ => Err(Fault::new(code::ACTION, ("An action is a text.", "操作须为字符串。"))),
        };
        items.iter().map(|item| self.note(item.line, read(item), ActionPattern::Unknown)).collect()
    }

    fn resources(&mut self, line: usize, members: &[Member]) -> Vec<ResourcePattern> {
        let Some(items) = only(members, "resource").map(items).filter(|items| !items.is_empty()) else {
            self.report(
                line,
                code::RESOURCE,
                ("A statement needs one \"resource\".", "语句须有且仅有一个 \"resource\"。"),
            );
            return vec![ResourcePattern::Unknown];
        };
        let read = |item: &Node| match &item.value {
            Json::Text(text) => ResourcePattern::parse(text),
            _ => Err(Fault::new(code::RESOURCE, ("A resource is a text.", "资源须为字符串。"))),
        };
        items.iter().map(|item| self.note(item.line, read(item), ResourcePattern::Unknown)).collect()
    }
}

/// A list, or the one value that stands for a list of one.
fn items(node: &Node) -> &[Node] {
    match &node.value {
        Json::List(items) => items,
        _ => std::slice::from_ref(node),
    }
}

/// What is said of an element that does not exist, or not in capitals.
fn no_such_element(name: &str, known: &[&str]) -> (String, String) {
    let lower = name.to_ascii_lowercase();
    if known.contains(&lower.as_str()) {
        return (
            format!("There is no element \"{name}\"; write \"{lower}\", in lower case."),
            format!("没有元素 \"{name}\"，请用小写 \"{lower}\"。"),
        );
    }
    (
        format!("There is no element \"{name}\" here; there are {}.", known.join(", ")),
        format!("此处没有元素 \"{name}\"，可用的有 {}。", known.join("、")),
    )
}

/// What is said of an element that a policy has twice.
fn twice(name: &str) -> (String, String) {
    (format!("\"{name}\" appears twice."), format!("\"{name}\" 重复出现。"))
}

fn find<'a>(members: &'a [Member], name: &str) -> Option<&'a Node> {
    members.iter().find(|member| member.name == name).map(|member| &member.node)
}

/// The member of a name, unless there are several.
fn only<'a>(members: &'a [Member], name: &str) -> Option<&'a Node> {
    let mut found = members.iter().filter(|member| member.name == name);
    let first = found.next();
    if found.next().is_some() { None } else { first.map(|member| &member.node) }
}
