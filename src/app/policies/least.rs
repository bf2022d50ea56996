//! Least privilege from real use: the smallest policy that would have allowed what was called, and what is allowed and
//! never used.

use crate::app::caller::Caller;
use crate::app::groups::found;
use crate::app::keys::usage;
use crate::app::policies::impact::{Calls, may_see_use};
use crate::app::{App, Failure};
use crate::domain::group::GroupId;
use crate::domain::impact::Used;
use crate::domain::key::{Operation, Place};
use crate::domain::permission::action;
use crate::domain::policy::least::{Draft, draft, idle};
use crate::domain::user::{Uin, User};
use crate::store::policies::Ruling;
use crate::store::{Conn, groups, policies, users};

/// What was called, and what follows from it.
#[derive(Clone, Debug)]
pub struct Least {
    /// Nothing where nothing was called.
    pub draft: Option<Draft>,
    /// What was called, the most frequent first.
    pub used: Vec<Used>,
    /// Calls that there was no room to tell apart: a draft knows nothing of them.
    pub others: i64,
    /// What is allowed and was not called.
    pub idle: Vec<Idle>,
    /// Users whose use the caller may not see.
    pub hidden: usize,
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
    let now = app.clock.now();
    app.view(caller, move |view| {
        let user = users::find(view.conn, view.by.owner(), uin)?.ok_or(Failure::NotFound)?;
        let place = if view.by.user.uid == user.uid { Place::Own } else { Place::Of(uin) };
        view.by.ensure_key(place, Operation::Query, &user)?;
        let rulings = policies::in_force(view.conn, user.uid)?.attached;
        let used = uses(view.conn, &[user], now)?;
        Ok(Least::of(used, &rulings, 0))
    })
    .await
}

/// Of a group: of all its users together, as far as the caller may see what they did.
pub async fn least_of_group(app: &App, caller: &Caller, id: GroupId) -> Result<Least, Failure> {
    caller.ensure_group(action::LIST_GROUP_POLICIES, id)?;
    caller.ensure_group(action::LIST_MEMBERS, id)?;
    usage::flush_usage(app).await?;
    let now = app.clock.now();
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
        let used = uses(view.conn, &seen, now)?;
        Ok(Least::of(used, &rulings, unseen.len()))
    })
    .await
}

/// What several users called, each kind once.
fn uses(conn: &mut Conn, users: &[User], now: i64) -> Result<Vec<Used>, Failure> {
    let mut all: Vec<Used> = Vec::new();
    for user in users {
        all.extend(Calls::of(conn, user, now)?.used.into_iter().map(|(used, _)| used));
    }
    all.sort_by(|one, two| one.kind().cmp(&two.kind()));
    all.dedup_by(|next, kept| {
        let is_same = next.kind() == kept.kind();
        if is_same {
            kept.calls += next.calls;
            kept.last_at = kept.last_at.max(next.last_at);
        }
        is_same
    });
    Ok(all)
}

impl Least {
    fn of(mut used: Vec<Used>, rulings: &[Ruling], hidden: usize) -> Self {
        let others = used.iter().filter(|used| used.is_other()).map(|used| used.calls).sum();
        used.retain(|used| !used.is_other());
        used.sort_by_key(|used| std::cmp::Reverse(used.calls));
        let names: Vec<String> = used.iter().map(Used::name).collect();
        let idle = rulings
            .iter()
            .flat_map(|ruling| {
                let label = match &ruling.group {
                    Some(group) => format!("group {group}: {}", ruling.name),
                    None => ruling.name.clone(),
                };
                idle(&ruling.document, &names).into_iter().map(move |(statement, actions)| Idle {
                    label: label.clone(),
                    statement,
                    actions,
                })
            })
            .collect();
        Self { draft: draft(&used), used, others, idle, hidden }
    }
}
