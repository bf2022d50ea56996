//! Least privilege from real use: the smallest policy that would have allowed what was called, and what is allowed and
//! never used.

use crate::app::caller::Caller;
use crate::app::caller::access::{Access, Beyond};
use crate::app::change::View;
use crate::app::groups::found;
use crate::app::keys::usage;
use crate::app::policies::impact::{Calls, may_see_use};
use crate::app::{App, Failure};
use crate::domain::group::GroupId;
use crate::domain::impact::Used;
use crate::domain::key::{Operation, Place};
use crate::domain::key_deed::names_of;
use crate::domain::permission::{action, is_operation_level, needs_no_policy};
use crate::domain::policy::least::{
    Allowance, Draft, Needed, Needs, has_exceptions, idle, resources_allowing,
};
use crate::domain::user::{Uin, User, UserKind};
use crate::store::policies::Ruling;
use crate::store::{groups, policies, users};
use std::collections::BTreeSet;

/// What was called, and what follows from it.
#[derive(Clone, Debug, Default)]
pub struct Least {
    /// Nothing where nothing was called.
    pub draft: Option<Draft>,
    /// What was called, the most frequent first.
    pub used: Vec<Used>,
    /// Calls that there was no room to tell apart: a draft knows nothing of them.
    pub others: i64,
    /// Calls that are not allowed any more and whose resource was not kept: a draft is without them.
    pub past: i64,
    /// Whether the policies deny something or have conditions, which a draft does not repeat.
    pub has_exceptions: bool,
    /// What is allowed and was not called.
    pub idle: Vec<Idle>,
    /// Users whose use the caller may not see.
    pub hidden: usize,
    needs: Needs,
}

/// A statement with actions that nobody called.
#[derive(Clone, Debug)]
pub struct Idle {
    /// Of the policy, with the group that it comes from.
    pub label: String,
    /// Counted from 1.
    pub statement: usize,
    pub actions: Vec<String>,
}

/// Of a user, for whoever may see its policies and the records of its keys.
pub async fn least_of_user(app: &App, caller: &Caller, uin: Uin) -> Result<Least, Failure> {
    caller.ensure(action::LIST_ALL_ATTACHED, uin)?;
    usage::flush_usage(app).await?;
    app.view(caller, move |view| {
        let user = users::find(view.conn, view.by.owner(), uin)?.ok_or(Failure::NotFound)?;
        let place = if view.by.user.uid == user.uid { Place::Own } else { Place::Of(uin) };
        view.by.ensure_key(place, Operation::Query, &user)?;
        let rulings = policies::in_force(view.conn, user.uid)?.attached;
        let mut least = Least::default();
        least.add(view, &user)?;
        Ok(least.finished(&rulings))
    })
    .await
}

/// Of a group: of all its users together, as far as the caller may see what they did.
pub async fn least_of_group(app: &App, caller: &Caller, id: GroupId) -> Result<Least, Failure> {
    caller.ensure_group(action::LIST_GROUP_POLICIES, id)?;
    caller.ensure_group(action::LIST_MEMBERS, id)?;
    usage::flush_usage(app).await?;
    app.view(caller, move |view| {
        let owner = view.by.owner();
        found(view.conn, owner, id)?;
        let members = groups::members(view.conn, id)?.into_iter().map(|member| member.user);
        let (seen, unseen): (Vec<User>, Vec<User>) = members.partition(|user| may_see_use(view.by, user));
        let mut rulings = Vec::new();
        for attached in groups::attached(view.conn, id)? {
            let policy = policies::find(view.conn, owner, attached.policy_id)?;
            rulings.extend(policy.map(|policy| Ruling {
                group: None,
                name: policy.name,
                document: policy.document,
                waits_from: None,
            }));
        }
        let mut least = Least { hidden: unseen.len(), ..Least::default() };
        for user in &seen {
            least.add(view, user)?;
        }
        Ok(least.finished(&rulings))
    })
    .await
}

/// A user with what its policies say.
struct Held<'a> {
    user: &'a User,
    access: Access,
    allowances: Vec<Allowance>,
}

impl Held<'_> {
    /// The resources on which a name is allowed, as the policies write them.
    fn allowed(&self, name: &str) -> BTreeSet<String> {
        if self.user.kind == UserKind::Root {
            return BTreeSet::from(["*".to_owned()]);
        }
        resources_allowing(&self.allowances, name)
    }

    /// What a policy has to say for a kind of call. Nothing where that is not known: the resource was not kept, and
    /// nothing of that name is allowed any more.
    fn needed(&self, used: &Used) -> Vec<Needed> {
        let name = used.name();
        if !used.resource.is_empty() {
            let allowed = self.allowed(&name);
            let is_gone = allowed.is_empty();
            let allowed = if is_gone { BTreeSet::from([used.resource.clone()]) } else { allowed };
            return vec![Needed::on_its_resource(used, allowed)];
        }
        let under_its_own = self.allowed(&name);
        let mut needed = Vec::new();
        if !under_its_own.is_empty() {
            needed.push(Needed::on_all_allowed(&name, under_its_own.clone()));
        }
        let own = self.user.resource();
        let is_own_allowed = self.allows(&name, &own);
        for is_own in [true, false] {
            let names = names_of(&name, is_own).into_iter().flat_map(|names| names.allowing);
            for other in names.filter(|other| *other != name) {
                let allowed = self.allowed(other);
                let is_needed = if is_own { !is_own_allowed && self.allows(other, &own) } else { true };
                if is_needed && !allowed.is_subset(&under_its_own) {
                    needed.push(Needed::on_all_allowed(other, allowed));
                }
            }
        }
        needed
    }

    fn allows(&self, action: &str, resource: &str) -> bool {
        let asked =
            Beyond { action, resource, ip: "", is_operation_level: is_operation_level(action), facts: &[] };
        self.access.decide_beyond(&asked).is_none_or(|(decision, _)| decision.allowed)
    }
}

impl Least {
    /// Counts in what a user called.
    fn add(&mut self, view: &mut View<'_>, user: &User) -> Result<(), Failure> {
        let (app_id, now) = (view.by.account.app_id, view.app.clock.now());
        let in_force = policies::in_force(view.conn, user.uid)?;
        let allowances =
            in_force.attached.iter().flat_map(|held| Allowance::all_of(&held.document)).collect();
        let held = Held { user, access: Access::new(user, app_id, in_force, now), allowances };
        for (used, _) in Calls::of(view.conn, user, now)?.used {
            if used.is_other() {
                self.others += used.calls;
                continue;
            }
            let needs_one = !needs_no_policy(&used.name());
            let needed = if needs_one { held.needed(&used) } else { Vec::new() };
            if needs_one && needed.is_empty() {
                self.past += used.calls;
            }
            for needed in needed {
                self.needs.add(needed);
            }
            self.used.push(used);
        }
        Ok(())
    }

    /// With the draft, each kind of call once, and what nobody called of what is allowed.
    fn finished(mut self, rulings: &[Ruling]) -> Self {
        self.used.sort_by(|one, two| one.kind().cmp(&two.kind()));
        self.used.dedup_by(|next, kept| {
            let is_same = next.kind() == kept.kind();
            if is_same {
                kept.calls += next.calls;
                kept.last_at = kept.last_at.max(next.last_at);
            }
            is_same
        });
        self.used.sort_by_key(|used| std::cmp::Reverse(used.calls));
        let needed = self.needs.actions().map(str::to_owned);
        let names: Vec<String> = self.used.iter().map(Used::name).chain(needed).collect();
        let of_ruling = |ruling: &Ruling| {
            let label = match &ruling.group {
                Some(group) => format!("group {group}: {}", ruling.name),
                None => ruling.name.clone(),
            };
            let idle = idle(&ruling.document, &names).into_iter();
            idle.map(move |(statement, actions)| Idle { label: label.clone(), statement, actions })
        };
        self.idle = rulings.iter().flat_map(of_ruling).collect();
        self.has_exceptions = rulings.iter().any(|ruling| has_exceptions(&ruling.document));
        self.draft = self.needs.draft();
        self
    }
}
