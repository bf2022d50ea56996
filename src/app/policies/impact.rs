//! What a change of policies takes away and gives, of what was really called.

use crate::app::caller::Caller;
use crate::app::caller::access::{Access, Beyond};
use crate::app::keys::usage;
use crate::app::policies::planned::Planned;
use crate::app::{App, Failure};
use crate::domain::impact::{Allowed, Fate, Used};
use crate::domain::key::{Operation, Place, SecretId};
use crate::domain::key_hours::KEPT_DAYS;
use crate::domain::permission::{action, is_operation_level};
use crate::domain::policy::Decision;
use crate::domain::span::DAY;
use crate::domain::user::{Uin, User};
use crate::store::{Conn, api_keys, audit, key_hours, key_usage, policies};
use std::collections::BTreeMap;

/// Kinds of calls of one key that are judged, the most frequent ones.
const MOST_KINDS: i64 = 500;
/// Keys of one user that were deleted in these days, the newest.
const MOST_DELETED: i64 = 70;
/// Kinds of calls that are judged for one page.
const MOST_JUDGED: usize = 10_000;

/// What a change means.
#[derive(Clone, Debug, Default)]
pub struct Impact {
    /// By how many calls each would lose.
    pub holders: Vec<HolderImpact>,
    /// Users that it concerns beyond those.
    pub left_out: usize,
    /// Whether even those were not all counted.
    pub is_open: bool,
    /// Users whose use the caller may not see.
    pub hidden: usize,
    /// Whether policies ask for circumstances: calls are judged as if they came now, from where the key was last used.
    pub has_conditions: bool,
    /// The policies that users get by joining groups; none for who may not see what users have.
    pub given: Vec<String>,
}

/// What it means for one user.
#[derive(Clone, Debug)]
pub struct HolderImpact {
    pub name: String,
    pub uin: Uin,
    /// What is lost or gained, the most frequent first.
    pub changed: Vec<Judged>,
    /// Kinds of calls that stay allowed, how many calls those are, and by which policies.
    pub kept: Kept,
    /// Calls whose resource is not known well enough.
    pub untold: i64,
}

/// One kind of call with what becomes of it.
#[derive(Clone, Debug)]
pub struct Judged {
    pub used: Used,
    pub fate: Fate,
}

/// What stays.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    pub kinds: usize,
    pub calls: i64,
    /// Labels of the policies that allow it then; none for who may not see them.
    pub by: Vec<String>,
}

/// A user's calls, and where they last came from.
pub(in crate::app) struct Calls {
    pub used: Vec<(Used, String)>,
}

/// A user with the policies before and after.
pub(in crate::app) struct Scales {
    owner: Uin,
    holder: Uin,
    before: Access,
    after: Access,
    /// Last segments that the policies name.
    named: Vec<String>,
}

impl HolderImpact {
    /// Calls that would be refused.
    #[must_use]
    pub fn lost(&self) -> i64 {
        self.changed.iter().filter(|judged| judged.fate.is_loss()).map(|judged| judged.used.calls).sum()
    }
}

impl Impact {
    /// Calls that would be refused, and of how many users.
    #[must_use]
    pub fn lost(&self) -> (i64, usize) {
        let losing: Vec<i64> =
            self.holders.iter().map(HolderImpact::lost).filter(|calls| *calls > 0).collect();
        (losing.iter().sum(), losing.len())
    }
}

/// What a planned change takes from whom and gives to whom. It asks the engine that decides real requests about each kind
/// of call of the days that are kept. The right to make the change is for the page to ask.
pub async fn impact(app: &App, caller: &Caller, planned: Planned) -> Result<Impact, Failure> {
    usage::flush_usage(app).await?;
    let now = app.clock.now();
    app.view(caller, move |view| {
        let (owner, app_id) = (view.by.owner(), view.by.account.app_id);
        let plan = planned.plan(view.conn, owner)?;
        let mut impact = Impact { left_out: plan.left_out, is_open: plan.is_open, ..Impact::default() };
        let mut judged = 0;
        for user in &plan.users {
            if !may_see_use(view.by, user) {
                impact.hidden += 1;
                continue;
            }
            if judged >= MOST_JUDGED {
                impact.left_out += 1;
                continue;
            }
            let before = policies::in_force(view.conn, user.uid)?;
            let after = Access::new(user, app_id, plan.applied(user.uid, &before), now);
            let scales = Scales::new(user, Access::new(user, app_id, before, now), after);
            let calls = Calls::of(view.conn, user, now)?;
            judged += calls.used.len();
            impact.has_conditions |= scales.has_conditions();
            let mut holder = scales.weigh(user, calls);
            if !view.by.may(action::LIST_ALL_ATTACHED, user.uin) {
                holder.kept.by.clear();
            }
            impact.holders.push(holder);
        }
        if plan.users.iter().all(|user| view.by.may(action::LIST_ALL_ATTACHED, user.uin)) {
            impact.given = plan.given();
        }
        impact.holders.sort_by_key(|holder| std::cmp::Reverse(holder.lost()));
        Ok(impact)
    })
    .await
}

/// What somebody's keys did is for whoever may see the records of those keys.
pub(in crate::app) fn may_see_use(caller: &Caller, user: &User) -> bool {
    let place = if caller.user.uid == user.uid { Place::Own } else { Place::Of(user.uin) };
    caller.ensure_key(place, Operation::Query, user).is_ok()
}

impl Calls {
    /// Of the keys that a user has now, and of those that were deleted in the days that are kept.
    pub(in crate::app) fn of(conn: &mut Conn, user: &User, now: i64) -> Result<Self, Failure> {
        let mut all = Self { used: Vec::new() };
        let mut ids: Vec<SecretId> =
            api_keys::of_user(conn, user.uid)?.into_iter().map(|key| key.secret_id).collect();
        ids.extend(audit::deleted_keys(conn, user, now - KEPT_DAYS * DAY, MOST_DELETED)?);
        for id in ids {
            all.used.extend(Self::of_key(conn, &id, now)?.used);
        }
        Ok(all)
    }

    /// Of one key, as if they came now from where it was last used.
    pub(in crate::app) fn of_key(conn: &mut Conn, id: &SecretId, now: i64) -> Result<Self, Failure> {
        let ip = key_usage::last_use(conn, id)?.map(|last| last.ip).unwrap_or_default();
        let kinds = key_hours::used(conn, id, now - KEPT_DAYS * DAY, MOST_KINDS)?;
        Ok(Self { used: kinds.into_iter().map(|kind| (kind, ip.clone())).collect() })
    }
}

impl Scales {
    pub(in crate::app) fn new(user: &User, before: Access, after: Access) -> Self {
        let both = before.all().chain(after.all());
        let mut named: Vec<String> =
            both.flat_map(|held| held.policy.named_tails(&before.rights.principal)).collect();
        named.sort_unstable();
        named.dedup();
        Self { owner: user.owner_uin, holder: user.uin, before, after, named }
    }

    fn has_conditions(&self) -> bool {
        let mut both = self.before.all().chain(self.after.all());
        both.any(|held| held.policy.has_conditions())
    }

    pub(in crate::app) fn weigh(&self, user: &User, calls: Calls) -> HolderImpact {
        let mut changed: Vec<Judged> = Vec::new();
        let (mut kept, mut untold, mut by) = (Kept::default(), 0, BTreeMap::new());
        for (used, ip) in calls.used {
            let (fate, label) = self.judge(&used, &ip);
            match fate {
                _ if used.is_other() => untold += used.calls,
                Fate::Untold => untold += used.calls,
                Fate::Kept => {
                    kept.kinds += 1;
                    kept.calls += used.calls;
                    *by.entry(label).or_insert(0) += used.calls;
                }
                Fate::Lost | Fate::PartlyLost | Fate::Gained => add(&mut changed, Judged { used, fate }),
            }
        }
        changed.sort_by_key(|judged| (!judged.fate.is_loss(), std::cmp::Reverse(judged.used.calls)));
        kept.by = by.into_keys().filter(|label| !label.is_empty()).collect();
        HolderImpact { name: user.name.clone(), uin: user.uin, changed, kept, untold }
    }

    /// What becomes of a kind of call, and which policy allows it then.
    fn judge(&self, used: &Used, ip: &str) -> (Fate, String) {
        let mut label = String::new();
        let mut judged = Vec::new();
        for resource in used.witnesses(self.owner, self.holder, &self.named) {
            let before = lets_through(&self.before, used, &resource, ip);
            let after = lets_through(&self.after, used, &resource, ip);
            for (before, after) in before.into_iter().zip(after) {
                judged.push(Allowed { before: before.is_some(), after: after.is_some() });
                if let Some(by) = after.filter(|_| before.is_some() && label.is_empty()) {
                    label = by;
                }
            }
        }
        (Fate::of(&judged), label)
    }
}

/// Of each deed that a call may stand for the policy that allows it, if one does; empty for root, who needs none.
fn lets_through(access: &Access, used: &Used, resource: &str, ip: &str) -> Vec<Option<String>> {
    let action = used.name();
    let is_operation_level = resource == "*" || is_operation_level(&action);
    let asked = Beyond { action: &action, resource, ip, is_operation_level, facts: &[] };
    let label = |decision: Option<Decision>| {
        let Some(decision) = decision else { return Some(String::new()) };
        decision.allowed.then(|| decision.by.map(|by| by.label).unwrap_or_default())
    };
    access.decide_named(&asked).into_iter().map(label).collect()
}

/// Two keys of a user may have called alike.
fn add(all: &mut Vec<Judged>, new: Judged) {
    let is_same = |known: &&mut Judged| known.fate == new.fate && known.used.kind() == new.used.kind();
    match all.iter_mut().find(is_same) {
        Some(known) => {
            known.used.calls += new.used.calls;
            known.used.last_at = known.used.last_at.max(new.used.last_at);
        }
        None => all.push(new),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::policy::{Attached, Context, Grants, Policy, Principal, Request, preset};
    use crate::domain::user::{Protection, Uid, UserKind};
    use crate::store::policies::{InForce, Ruling};

    const OWNER: Uin = Uin(100_000_000_001);
    const ACTIONS: [&str; 4] = ["orders:GET", "orders:PUT", "orders:*", "carts:GET"];
    const PATHS: [&str; 5] = ["/a", "/b", "/a/b", "/*", "/c*"];

    fn alice() -> User {
        User {
            uid: Uid(1),
            uin: Uin(100_000_000_002),
            owner_uin: OWNER,
            kind: UserKind::SubUser,
            name: "alice".to_owned(),
            note: String::new(),
            phone: String::new(),
            email: String::new(),
            country_code: String::new(),
            protection: Protection::default(),
            console_login: false,
            created_at: 0,
            last_activity_at: None,
        }
    }

    /// A document of two statements, by chance.
    fn document(chance: &mut impl FnMut(usize) -> usize) -> String {
        let mut statement = || {
            let effect = if chance(4) == 0 { "deny" } else { "allow" };
            let (action, path) = (ACTIONS[chance(4)], PATHS[chance(5)]);
            let resource = format!("qcs::*::uin/{OWNER}:{path}");
            serde_json::json!({"effect": effect, "action": action, "resource": resource})
        };
        serde_json::json!({"version": "2.0", "statement": [statement(), statement()]}).to_string()
    }

    fn directly(documents: &[String], used: &Used) -> bool {
        let policies: Vec<Policy> = documents.iter().map(|text| Policy::stored(text)).collect();
        let general = Attached { label: "general", policy: preset::general() };
        let attached: Vec<Attached<'_>> =
            policies.iter().map(|policy| Attached { label: "one", policy }).chain([general]).collect();
        let caller = Principal { uin: 100_000_000_002, owner_uin: 100_000_000_001, app_id: 1 };
        let (context, action) = (Context::new(), used.name());
        let request = Request {
            action: &action,
            resource: &used.resource,
            context: &context,
            caller: &caller,
            operation_level: false,
        };
        Grants { attached: &attached, boundaries: &[] }.decide(&request).allowed
    }

    #[test]
    fn what_is_lost_is_what_is_allowed_before_and_not_after() {
        let mut state = 7_usize;
        let mut chance = |of: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % of
        };
        let mut seen = std::collections::HashSet::new();
        for _ in 0..3_000 {
            let (before, after) = ([document(&mut chance), document(&mut chance)], [document(&mut chance)]);
            let access = |documents: &[String]| {
                let ruling = |text: &String| Ruling {
                    group: None,
                    name: "one".to_owned(),
                    document: text.clone(),
                    waits_from: None,
                };
                let in_force =
                    InForce { attached: documents.iter().map(ruling).collect(), ..InForce::default() };
                Access::new(&alice(), 1, in_force, 0)
            };
            let scales = Scales::new(&alice(), access(&before), access(&after));
            let (service, action) = ACTIONS[[0, 1, 3][chance(3)]].split_once(':').unwrap();
            // One part was never cut, so it is exactly what was called.
            let resource = format!("qcs::{service}::uin/{OWNER}:{}", ["/a", "/b", "/cd", "/e"][chance(4)]);
            let used = Used {
                service: service.to_owned(),
                action: action.to_owned(),
                resource,
                calls: 1,
                last_at: 0,
            };

            let fate = scales.judge(&used, "").0;

            let wanted = match (directly(&before, &used), directly(&after, &used)) {
                (true, true) => Fate::Kept,
                (true, false) => Fate::Lost,
                (false, true) => Fate::Gained,
                (false, false) => Fate::Untold,
            };
            assert_eq!(fate, wanted, "{used:?}\n{before:?}\n{after:?}");
            seen.insert(format!("{fate:?}"));
        }
        assert_eq!(seen.len(), 4, "{seen:?}");
    }
}
