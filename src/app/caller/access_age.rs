//! What a caller's policies allow once everything that no code stood behind has waited long enough.

use crate::app::caller::access::{Access, Labelled, Mfa};
use crate::domain::grant::GrantRules;
use crate::domain::policy::Policy;
use crate::domain::policy::evaluate::Attached;

/// A question about one action on one resource.
#[derive(Clone, Copy)]
pub(in crate::app) struct AccessQuestion<'a> {
    pub action: &'static str,
    pub resource: &'a str,
    pub ip: &'a str,
    pub mfa: Mfa,
}

impl Access {
    /// When the policies, with those grants alone that are old enough by then or had a code behind them, allow an
    /// action; denies count from the first moment. `None` where they never do.
    pub(in crate::app) fn ripe_at(&self, asked: AccessQuestion<'_>, rules: GrantRules) -> Option<i64> {
        if self.rights.is_root {
            return Some(0);
        }
        let boundary = self.rights.boundary.as_ref().and_then(|boundary| boundary.waits_from);
        let whole = rules.ripe_at(self.rights.waits_from.max(boundary));
        let mut times: Vec<i64> = self.rights.attached.iter().map(|held| held.ripe_at(rules)).collect();
        times.sort_unstable();
        times.dedup();
        let ripe = times.into_iter().find(|time| self.is_allowed_by(asked, rules, *time));
        ripe.map(|time| time.max(whole))
    }

    fn is_allowed_by(&self, asked: AccessQuestion<'_>, rules: GrantRules, time: i64) -> bool {
        let denies: Vec<(usize, Policy)> = self
            .rights
            .attached
            .iter()
            .enumerate()
            .filter(|(_, held)| held.ripe_at(rules) > time)
            .map(|(place, held)| (place, held.policy.only_denies()))
            .collect();
        let weighed = self.rights.attached.iter().enumerate().map(|(place, held)| {
            let young = denies.iter().find(|(at, _)| *at == place);
            young.map_or_else(|| held.attached(), |(_, policy)| Attached { label: &held.label, policy })
        });
        let context = self.context_of(asked.action, asked.ip, asked.mfa);
        self.decide_by(&self.request(asked.action, asked.resource, &context), weighed).allowed
    }
}

impl Labelled {
    fn ripe_at(&self, rules: GrantRules) -> i64 {
        rules.ripe_at(self.waits_from)
    }
}
