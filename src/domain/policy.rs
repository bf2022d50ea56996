//! The CAM policy language: what a policy says, and what that means for one request.
//!
//! A document is read once ([`Policy::check`] for saving, [`Policy::stored`] for deciding) and then weighed by
//! [`Grants::decide`]. Both come from one compiler, so what is saved is what is decided. Everything that cannot
//! be understood counts as a match in a deny and as no match in an allow.

mod action;
pub mod advice;
mod condition;
mod context;
mod document;
pub mod evaluate;
mod json;
pub mod least;
pub mod near;
mod operator;
pub mod part;
pub mod preset;
mod problem;
pub mod ready;
mod resource;
mod statement;
mod template;
mod truth;
mod value;
pub mod vocabulary;
mod wildcard;

pub use action::spelling as action_spelling;
pub use context::{Context, Principal, Request};
pub use evaluate::{Attached, Deciding, Decision, Grants, Reason};
pub use problem::Problem;
pub use statement::{Effect, Outline};
pub use wildcard::Pattern;

use problem::code;
use statement::Statement;

/// The longest document, in characters that are not white space.
pub const MAX_CHARACTERS: usize = 6_144;

/// The only version of the language there is.
pub const VERSION: &str = "2.0";

/// Counts what the length limit counts: characters without white space.
#[must_use]
pub fn counted_characters(text: &str) -> usize {
    text.chars().filter(|character| !character.is_whitespace()).count()
}

/// The text without the byte order mark that some editors put in front of it.
pub(super) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// A policy document in compiled form, ready to be weighed many times.
#[derive(Clone, Debug)]
pub struct Policy {
    statements: Vec<Statement>,
}

impl Policy {
    /// Reads a document that someone wants to save; refuses it with every problem found.
    ///
    /// # Errors
    /// All problems, each with its line and CAM error code; never an empty list.
    pub fn check(text: &str) -> Result<Self, Vec<Problem>> {
        let text = without_mark(text);
        if counted_characters(text) > MAX_CHARACTERS {
            let message = (
                format!("The document has more than {MAX_CHARACTERS} characters, spaces not counted."),
                format!("策略文档超过 {MAX_CHARACTERS} 个字符（空白不计）。"),
            );
            return Err(vec![Problem::new(1, code::LENGTH, message)]);
        }
        let mut compiled = document::compile(text);
        compiled.note_misleading(text);
        if compiled.problems.is_empty() {
            Ok(Self { statements: compiled.statements })
        } else {
            Err(compiled.problems)
        }
    }

    /// Reads a document that is already in force; what cannot be understood never widens a permission.
    ///
    /// A text that is no policy at all might have been a deny of anything, so it denies everything.
    #[must_use]
    pub fn stored(text: &str) -> Self {
        Self { statements: document::compile(without_mark(text)).statements }
    }

    /// What it takes away, without what it gives.
    #[must_use]
    pub fn only_denies(&self) -> Self {
        let denies = self.statements.iter().filter(|statement| statement.effect == Effect::Deny);
        Self { statements: denies.cloned().collect() }
    }

    /// Whether it takes anything away.
    #[must_use]
    pub fn holds_deny(&self) -> bool {
        self.statements.iter().any(|statement| statement.effect == Effect::Deny)
    }

    /// Whether a statement of that effect speaks about an action on users other than the caller, whatever its
    /// conditions.
    #[must_use]
    pub fn speaks_of_others(&self, effect: Effect, action: &str, caller: &Principal) -> bool {
        let mut fitting = self.statements.iter().filter(|statement| statement.effect == effect);
        fitting.any(|statement| statement.speaks_of_others(action, caller))
    }

    /// Whether a statement of that effect speaks about an action, whatever its resources and conditions.
    #[must_use]
    pub fn speaks_of(&self, effect: Effect, action: &str) -> bool {
        let mut fitting = self.statements.iter().filter(|statement| statement.effect == effect);
        fitting.any(|statement| statement.speaks_of(action))
    }

    /// Last segments of resources that its statements cover, one for each that is written out.
    pub fn named_tails<'a>(&'a self, caller: &'a Principal) -> impl Iterator<Item = String> + 'a {
        let resources = self.statements.iter().flat_map(|statement| &statement.resources);
        resources.filter_map(|resource| resource.sample(caller))
    }

    /// Whether what it says depends on circumstances.
    #[must_use]
    pub fn has_conditions(&self) -> bool {
        self.statements.iter().any(|statement| !statement.clauses.is_empty())
    }

    /// What each statement amounts to, for a summary a person can read.
    pub fn outlines(&self) -> impl Iterator<Item = Outline> + '_ {
        self.statements.iter().map(Statement::outline)
    }
}
