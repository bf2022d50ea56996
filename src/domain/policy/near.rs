//! Statements that would have allowed a request but for one part.

use super::context::Request;
use super::evaluate::{Attached, Grants};
use super::part::Part;
use super::statement::{Effect, Question, Statement};

/// A statement that allows, but for one part.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NearMiss {
    /// The policy's label.
    pub label: String,
    /// Counted from 0.
    pub statement: usize,
    pub line: usize,
    pub part: Part,
    /// Whether it stands in a boundary, which has to allow too.
    pub is_boundary: bool,
}

/// Most of them that are told.
const MOST: usize = 8;

impl Grants<'_> {
    /// The statements that lack one part, those with a condition first; of boundaries only where none allows.
    #[must_use]
    pub fn near_misses(&self, request: &Request<'_>) -> Vec<NearMiss> {
        let Ok(question) = Question::new(request) else { return Vec::new() };
        let mut found = misses(self.attached, &question, false);
        for boundary in self.boundaries {
            found.extend(misses(std::slice::from_ref(boundary), &question, true));
        }
        found.sort_by_key(|miss| match miss.part {
            Part::Condition { .. } => 0,
            Part::Resource => 1,
            Part::Action => 2,
        });
        found.truncate(MOST);
        found
    }
}

/// None where a statement fits as it is.
fn misses(policies: &[Attached<'_>], question: &Question<'_>, is_boundary: bool) -> Vec<NearMiss> {
    let mut found = Vec::new();
    for attached in policies {
        let allows = |(_, statement): &(usize, &Statement)| statement.effect == Effect::Allow;
        for (index, statement) in attached.policy.statements.iter().enumerate().filter(allows) {
            let parts = statement.unfit(question);
            if parts.is_empty() {
                return Vec::new();
            }
            if let [part] = parts.as_slice() {
                found.push(NearMiss {
                    label: attached.label.to_owned(),
                    statement: index,
                    line: statement.line,
                    part: part.clone(),
                    is_boundary,
                });
            }
        }
    }
    found
}
