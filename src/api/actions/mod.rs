//! Every action, one file for each noun.

mod accounts;
mod camlock;
mod groups;
mod keys;
mod policies;
mod policy_input;
mod policy_versions;
mod protection;
mod sts;
mod tags;
mod user_policies;
mod users;

use super::action::Action;
pub use camlock::QUARANTINE;

/// The actions of all nouns.
const NOUNS: &[&[Action]] = &[
    accounts::ACTIONS,
    camlock::ACTIONS,
    groups::ACTIONS,
    keys::ACTIONS,
    policies::ACTIONS,
    policy_versions::ACTIONS,
    protection::ACTIONS,
    sts::ACTIONS,
    tags::ACTIONS,
    user_policies::ACTIONS,
    users::ACTIONS,
];

/// The action of that name.
pub fn find(name: &str) -> Option<&'static Action> {
    all().find(|action| action.name == name)
}

/// All actions there are.
pub fn all() -> impl Iterator<Item = &'static Action> {
    NOUNS.iter().flat_map(|actions| actions.iter())
}
