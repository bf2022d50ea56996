//! One statement, and whether it speaks about a request.

use super::action::{Action, ActionPattern};
use super::condition::Clause;
use super::context::{Principal, Request};
use super::part::Part;
use super::resource::{ResourcePattern, Target};
use super::truth::Truth;

/// What a statement does where it matches.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Effect {
    /// Lets the request through, unless something denies it.
    Allow,
    /// Stops the request, whatever allows it.
    Deny,
}

/// The size of a statement, for "allows 3 actions on 1 resource if …".
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Outline {
    /// Allow or deny.
    pub effect: Effect,
    /// How many action entries it lists.
    pub actions: usize,
    /// How many resource entries it lists.
    pub resources: usize,
    /// How many condition keys it tests.
    pub conditions: usize,
    /// The condition keys among them whose value no request to this server tells.
    pub untold: Vec<String>,
    /// The line it starts on.
    pub line: usize,
}

/// A compiled statement.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub effect: Effect,
    pub actions: Vec<ActionPattern>,
    pub resources: Vec<ResourcePattern>,
    pub clauses: Vec<Clause>,
    pub line: usize,
    /// It, or the document around it, holds something that was not understood.
    pub doubtful: bool,
}

/// A request, taken apart once for all statements.
pub(super) struct Question<'a> {
    action: Action,
    target: Target<'a>,
    request: &'a Request<'a>,
}

impl<'a> Question<'a> {
    /// Takes a request apart.
    ///
    /// # Errors
    /// A sentence about a malformed action or resource.
    pub fn new(request: &'a Request<'a>) -> Result<Self, String> {
        let action = Action::parse(request.action);
        let action = action.ok_or_else(|| format!("`{}` is not an action.", request.action))?;
        let target = Target::parse(request);
        let target = target.ok_or_else(|| format!("`{}` is not a resource.", request.resource))?;
        Ok(Self { action, target, request })
    }
}

impl Statement {
    /// Stands for what could not be read at all: it may have been a deny of anything.
    pub fn unreadable(line: usize) -> Self {
        Self {
            effect: Effect::Deny,
            actions: vec![ActionPattern::Unknown],
            resources: vec![ResourcePattern::Unknown],
            clauses: Vec::new(),
            line,
            doubtful: true,
        }
    }

    /// Whether it speaks about the request.
    pub fn matches(&self, question: &Question<'_>) -> Truth {
        let Request { caller, context, .. } = *question.request;
        let action = Truth::any(self.actions.iter().map(|pattern| pattern.covers(&question.action)));
        if action == Truth::No {
            return Truth::No;
        }
        let resource = self.covers(question);
        if resource == Truth::No {
            return Truth::No;
        }
        let condition = Truth::all(self.clauses.iter().map(|clause| clause.holds(context, caller)));
        let doubt = if self.doubtful { Truth::Unknown } else { Truth::Yes };
        action.and(resource).and(condition).and(doubt)
    }

    /// Whether it may speak about an action on a user other than the caller.
    pub fn speaks_of_others(&self, action: &str, caller: &Principal) -> bool {
        self.speaks_of(action) && self.resources.iter().any(|pattern| pattern.reaches_others(caller))
    }

    /// Whether it may speak about an action, on whatever.
    pub fn speaks_of(&self, action: &str) -> bool {
        Action::parse(action)
            .is_some_and(|action| self.actions.iter().any(|pattern| pattern.covers(&action) != Truth::No))
    }

    fn covers(&self, question: &Question<'_>) -> Truth {
        let is_named = self.actions.iter().any(|pattern| pattern.names(&question.action));
        let covered =
            |pattern: &ResourcePattern| pattern.covers(&question.target, question.request.caller, is_named);
        Truth::any(self.resources.iter().map(covered))
    }

    /// The parts that keep it from allowing. An action of another service is too far off to be told as one part.
    pub fn unfit(&self, question: &Question<'_>) -> Vec<Part> {
        let Request { caller, context, .. } = *question.request;
        let mut parts = Vec::new();
        if Truth::any(self.actions.iter().map(|pattern| pattern.covers(&question.action))) != Truth::Yes {
            parts.push(Part::Action);
            if !self.actions.iter().any(|pattern| pattern.is_of(&question.action)) {
                parts.push(Part::Action);
            }
        }
        if self.covers(question) != Truth::Yes {
            parts.push(Part::Resource);
        }
        let unmet = self.clauses.iter().filter(|clause| clause.holds(context, caller) != Truth::Yes);
        parts.extend(unmet.map(|clause| clause.unmet(context)));
        if self.doubtful && parts.is_empty() {
            parts.extend([Part::Action, Part::Resource]);
        }
        parts
    }

    /// What made a match unknown, for an explanation.
    pub fn doubt(&self, question: &Question<'_>) -> String {
        let Request { caller, context, .. } = *question.request;
        let unknown = self.clauses.iter().find(|clause| clause.holds(context, caller) == Truth::Unknown);
        match unknown {
            Some(clause) => format!("condition {}", clause.spelling()),
            None if question.request.operation_level && !self.doubtful => {
                "its resource, as only * is accepted for this action,".to_owned()
            }
            None => "a part that is not understood".to_owned(),
        }
    }

    pub fn outline(&self) -> Outline {
        Outline {
            effect: self.effect,
            actions: self.actions.len(),
            resources: self.resources.len(),
            conditions: self.clauses.len(),
            untold: self.clauses.iter().filter_map(Clause::untold_key).collect(),
            line: self.line,
        }
    }
}
