//! Every action, one file for each noun.

mod keys;
mod sts;

use super::action::Action;

/// The actions of all nouns.
const NOUNS: &[&[Action]] = &[keys::ACTIONS, sts::ACTIONS];

/// The action of that name.
pub fn find(name: &str) -> Option<&'static Action> {
    all().find(|action| action.name == name)
}

/// All actions there are.
pub fn all() -> impl Iterator<Item = &'static Action> {
    NOUNS.iter().flat_map(|actions| actions.iter())
}
