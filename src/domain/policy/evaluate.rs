//! Decides a request: default deny, an explicit deny wins, boundaries only narrow.

use super::Policy;
use super::context::Request;
use super::statement::{Effect, Question, Statement};
use super::truth::Truth;

/// A policy in force, with the name that explanations give it.
#[derive(Clone, Copy, Debug)]
pub struct Attached<'a> {
    /// For people, such as `AdministratorAccess` or `group ops: ReadOnlyAccess`.
    pub label: &'a str,
    /// What it says.
    pub policy: &'a Policy,
}

/// Everything that decides for one caller.
#[derive(Clone, Copy, Debug, Default)]
pub struct Grants<'a> {
    /// Their own policies, those of their groups, and the built-in general one.
    pub attached: &'a [Attached<'a>],
    /// Each must allow too and none grants: the permission boundary, the inline policy of a temporary key.
    pub boundaries: &'a [Attached<'a>],
}

/// The answer to a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Decision {
    /// Whether it may go on.
    pub allowed: bool,
    /// Why.
    pub reason: Reason,
    /// The statement that decided; `None` when nothing spoke for the request.
    pub by: Option<Deciding>,
    /// What could not be evaluated and counted against the request, one sentence each.
    pub unevaluable: Vec<String>,
}

/// Why a request was allowed or refused.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Reason {
    /// A statement allows it, nothing denies it, every boundary allows it too.
    Allowed,
    /// A statement denies it.
    Denied,
    /// No attached policy allows it.
    NotAllowed,
    /// A policy allows it, but not the boundary of this label.
    OutsideBoundary(String),
    /// The action or the resource asked about is not well formed.
    Malformed,
}

/// Where a decision comes from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Deciding {
    /// The policy's label.
    pub label: String,
    /// Which of its statements, counted from 0.
    pub statement: usize,
    /// The line that statement starts on.
    pub line: usize,
    /// What the statement does.
    pub effect: Effect,
}

impl Grants<'_> {
    /// Weighs every statement.
    #[must_use]
    pub fn decide(&self, request: &Request<'_>) -> Decision {
        let question = match Question::new(request) {
            Ok(question) => question,
            Err(sentence) => return Decision::refused(Reason::Malformed, vec![sentence]),
        };
        let mut scale = Scale { question, unevaluable: Vec::new() };
        match scale.weigh_all(self) {
            Ok(by) => Decision {
                allowed: true,
                reason: Reason::Allowed,
                by: Some(by),
                unevaluable: scale.unevaluable,
            },
            Err((reason, by)) => Decision { by, ..Decision::refused(reason, scale.unevaluable) },
        }
    }
}

impl Decision {
    fn refused(reason: Reason, unevaluable: Vec<String>) -> Self {
        Self { allowed: false, reason, by: None, unevaluable }
    }
}

/// A refusal, with the statement behind it.
type Refusal = (Reason, Option<Deciding>);

/// One question on its way through the policies.
struct Scale<'a> {
    question: Question<'a>,
    unevaluable: Vec<String>,
}

impl Scale<'_> {
    fn weigh_all(&mut self, grants: &Grants<'_>) -> Result<Deciding, Refusal> {
        let allowing = self.weigh(grants.attached)?;
        let mut outside = None;
        for boundary in grants.boundaries {
            if self.weigh(std::slice::from_ref(boundary))?.is_none() && outside.is_none() {
                outside = Some(boundary.label.to_owned());
            }
        }
        let by = allowing.ok_or((Reason::NotAllowed, None))?;
        outside.map_or(Ok(by), |label| Err((Reason::OutsideBoundary(label), None)))
    }

    /// The first statement that allows, unless one denies.
    fn weigh(&mut self, policies: &[Attached<'_>]) -> Result<Option<Deciding>, Refusal> {
        let mut allowing = None;
        for attached in policies {
            for (index, statement) in attached.policy.statements.iter().enumerate() {
                let matches = statement.matches(&self.question);
                if matches == Truth::Unknown {
                    self.note(attached.label, index, statement);
                }
                match statement.effect {
                    Effect::Deny if matches != Truth::No => {
                        return Err((Reason::Denied, Some(deciding(attached, index, statement))));
                    }
                    Effect::Allow if matches == Truth::Yes && allowing.is_none() => {
                        allowing = Some((attached, index, statement));
                    }
                    _ => {}
                }
            }
        }
        Ok(allowing.map(|(attached, index, statement)| deciding(attached, index, statement)))
    }

    fn note(&mut self, label: &str, index: usize, statement: &Statement) {
        let counts = match statement.effect {
            Effect::Deny => "counts as a deny",
            Effect::Allow => "does not allow",
        };
        let doubt = statement.doubt(&self.question);
        self.unevaluable
            .push(format!("{label}, statement {}: {doubt} cannot be evaluated, so it {counts}.", index + 1));
    }
}

fn deciding(attached: &Attached<'_>, statement: usize, found: &Statement) -> Deciding {
    Deciding { label: attached.label.to_owned(), statement, line: found.line, effect: found.effect }
}
