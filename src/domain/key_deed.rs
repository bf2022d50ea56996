//! What is done to keys, and the names under which policies allow and deny it: the one table of it.

use super::key::{KeyStatus, Operation, Place};
use super::permission::{action, in_policies};
use super::policy::evaluate::{Decision, Reason};
use super::user::Uin;

/// What the API does to keys; each may also be granted under the console's name for it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Deed {
    List,
    Query,
    Create,
    Update(KeyStatus),
    Delete,
}

const DEEDS: [Deed; 6] = [
    Deed::List,
    Deed::Query,
    Deed::Create,
    Deed::Update(KeyStatus::Enabled),
    Deed::Update(KeyStatus::Disabled),
    Deed::Delete,
];
const OPERATIONS: [Operation; 5] =
    [Operation::Query, Operation::Create, Operation::Enable, Operation::Disable, Operation::Delete];

impl Deed {
    /// The API's name for it.
    #[must_use]
    pub const fn action(self) -> &'static str {
        match self {
            Self::List => action::LIST_ACCESS_KEYS,
            Self::Query => action::QUERY_KEYS_OF_STS,
            Self::Create => action::CREATE_ACCESS_KEY,
            Self::Update(_) => action::UPDATE_ACCESS_KEY,
            Self::Delete => action::DELETE_ACCESS_KEY,
        }
    }

    const fn operation(self) -> Operation {
        match self {
            Self::List | Self::Query => Operation::Query,
            Self::Create => Operation::Create,
            Self::Update(KeyStatus::Enabled) => Operation::Enable,
            Self::Update(KeyStatus::Disabled) => Operation::Disable,
            Self::Delete => Operation::Delete,
        }
    }

    /// Allowed under the API's name or under the console's; denied when either is denied outright.
    #[must_use]
    pub fn names(self, place: Place) -> Names<'static> {
        let both = vec![self.action(), self.operation().action(place)];
        Names { allowing: both.clone(), denying: both }
    }
}

impl Operation {
    /// Allowed under the console's name alone; denied also when the API's name is, and of one's own keys when the name for
    /// those is.
    #[must_use]
    pub fn names(self, place: Place, is_own: bool) -> Names<'static> {
        let of_own = (is_own && place != Place::Own).then(|| self.action(Place::Own));
        let denying = [self.api_action()].into_iter().chain(of_own).collect();
        Names { allowing: vec![self.action(place)], denying }
    }
}

/// The names that policies are asked about for one request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Names<'a> {
    /// Each of these allows it.
    pub allowing: Vec<&'a str>,
    /// Unless one of these is denied.
    pub denying: Vec<&'a str>,
}

/// Under which names policies are asked for what has this name, of the API or of the console; several where it stands for
/// several deeds. `is_own`: whether it is about the keys of whoever asks.
#[must_use]
pub fn names_of(asked: &str, is_own: bool) -> Vec<Names<'_>> {
    let is = |name: &str| name.eq_ignore_ascii_case(asked);
    let others = Place::Of(Uin(0));
    let deeds = DEEDS.iter().filter(|deed| is(deed.action()));
    let mut names: Vec<Names<'_>> =
        deeds.map(|deed| deed.names(if is_own { Place::Own } else { others })).collect();
    for operation in OPERATIONS {
        let places = [Place::Own, others].into_iter().filter(|place| is(operation.action(*place)));
        names.extend(places.map(|place| operation.names(place, is_own)));
    }
    if names.is_empty() {
        names.push(Names { allowing: vec![in_policies(asked)], denying: Vec::new() });
    }
    names
}

impl<'a> Names<'a> {
    /// What policies say of it, and under which of the names they say so.
    pub fn decide(&self, mut policies: impl FnMut(&'a str) -> Decision) -> Option<(&'a str, Decision)> {
        for name in &self.denying {
            let decision = policies(name);
            if decision.reason == Reason::Denied {
                return Some((name, decision));
            }
        }
        let mut refused = None;
        for name in &self.allowing {
            let decision = policies(name);
            if decision.allowed {
                return Some((name, decision));
            }
            refused = refused.or(Some((*name, decision)));
        }
        refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowing(asked: &str, is_own: bool) -> Vec<Vec<&str>> {
        names_of(asked, is_own).into_iter().map(|names| names.allowing).collect()
    }

    #[test]
    fn a_deed_has_the_name_of_the_api_and_that_of_the_console() {
        assert_eq!(allowing("cam:listaccesskeys", true), [["cam:ListAccessKeys", "cam:QueryCollApiKey"]]);
        assert_eq!(allowing("sts:QueryApiKey", false), [["sts:QueryApiKey", "cam:QueryApiKey"]]);
        let update = allowing("cam:UpdateAccessKey", true);
        assert_eq!(update.concat().len(), 4, "to enable and to disable: {update:?}");
        assert_eq!(allowing("camlock:TestWebhook", true), [["camlock:UpdateWebhook"]]);
        assert_eq!(allowing("orders:GET", true), [["orders:GET"]]);
    }

    #[test]
    fn the_console_is_not_opened_by_the_name_of_the_api_and_closed_by_its_denial() {
        let names = names_of("cam:QueryApiKey", true);
        assert_eq!(names[0].allowing, ["cam:QueryApiKey"]);
        assert_eq!(names[0].denying, ["cam:ListAccessKeys", "cam:QueryCollApiKey"]);
    }
}
