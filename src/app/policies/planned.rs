//! A change of policies that is not made yet: whom it concerns, and what decides for them then.

use crate::app::Failure;
use crate::domain::group::GroupId;
use crate::domain::policies::PolicyId;
use crate::domain::user::{Uid, Uin, User};
use crate::store::policies::{InForce, Ruling};
use crate::store::{Conn, api_keys, grants, groups, key_usage, policies, users};

/// Users of a policy that are looked at to find those that called last.
const MOST_KNOWN: i64 = 1_000;
/// Users that a change is computed for.
const MOST_COMPUTED: usize = 100;

/// What is about to be changed.
#[derive(Clone, Debug)]
pub enum Planned {
    Detach {
        uin: Uin,
        policy: PolicyId,
    },
    DetachFromGroup {
        group: GroupId,
        policy: PolicyId,
    },
    Leave {
        uin: Uin,
        group: GroupId,
    },
    DeleteGroup {
        group: GroupId,
    },
    /// Each of these policies to each of these users and groups.
    Attach {
        uins: Vec<Uin>,
        groups: Vec<GroupId>,
        policies: Vec<PolicyId>,
    },
    /// Each of these users into each of these groups.
    Join {
        uins: Vec<Uin>,
        groups: Vec<GroupId>,
    },
    PutBoundary {
        uin: Uin,
        policy: PolicyId,
    },
    RemoveBoundary {
        uin: Uin,
    },
    /// Another text decides.
    NewText {
        policy: PolicyId,
        document: String,
    },
}

/// A planned change with what it does to the policies of one user.
pub(in crate::app) struct Plan {
    /// Users that it concerns and that are computed.
    pub users: Vec<User>,
    /// How many more it concerns.
    pub left_out: usize,
    /// Whether there are still more, which were not counted.
    pub is_open: bool,
    step: Step,
}

enum Step {
    /// The policy of that name no longer comes from the user itself, or from that group.
    Without {
        group: Option<String>,
        policy: String,
    },
    /// Nothing comes from that group any more.
    OutOf(String),
    /// What comes from groups, beside what there is.
    Into(Vec<Ruling>),
    /// What is attached to each of these users, through that group if one is named.
    With(Vec<(Uid, Ruling)>),
    Boundary(Option<Ruling>),
    Text {
        policy: String,
        document: String,
    },
}

impl Planned {
    /// Finds whom it concerns. Users who called lately come first.
    pub(in crate::app) fn plan(self, conn: &mut Conn, owner: Uin) -> Result<Plan, Failure> {
        let (uids, step) = self.step(conn, owner)?;
        let most = usize::try_from(MOST_KNOWN).unwrap_or(usize::MAX);
        let is_open = uids.len() >= most;
        let known = uids.len();
        let mut users = Vec::new();
        for uid in newest_first(conn, uids)?.into_iter().take(MOST_COMPUTED) {
            users.extend(users::by_uid(conn, uid)?.filter(|user| user.owner_uin == owner));
        }
        Ok(Plan { left_out: known.saturating_sub(MOST_COMPUTED), users, is_open, step })
    }

    fn step(self, conn: &mut Conn, owner: Uin) -> Result<(Vec<Uid>, Step), Failure> {
        Ok(match self {
            Self::Detach { uin, policy } => {
                let name = name_of(conn, owner, policy)?;
                (one(conn, owner, uin)?, Step::Without { group: None, policy: name })
            }
            Self::DetachFromGroup { group, policy } => {
                let (name, through) = (name_of(conn, owner, policy)?, group_of(conn, owner, group)?);
                let members = grants::affected_by_group(conn, group, MOST_KNOWN)?;
                (members, Step::Without { group: Some(through), policy: name })
            }
            Self::Leave { uin, group } => {
                (one(conn, owner, uin)?, Step::OutOf(group_of(conn, owner, group)?))
            }
            Self::DeleteGroup { group } => {
                let name = group_of(conn, owner, group)?;
                (grants::affected_by_group(conn, group, MOST_KNOWN)?, Step::OutOf(name))
            }
            Self::Attach { uins, groups, policies } => {
                attached(conn, owner, Attachment { uins, groups, policies })?
            }
            Self::Join { uins, groups } => joined(conn, owner, uins, groups)?,
            Self::RemoveBoundary { uin } => (one(conn, owner, uin)?, Step::Boundary(None)),
            Self::PutBoundary { uin, policy } => {
                (one(conn, owner, uin)?, Step::Boundary(Some(ruling(conn, owner, policy, None)?)))
            }
            Self::NewText { policy, document } => {
                let name = name_of(conn, owner, policy)?;
                (grants::affected_by_policy(conn, policy, MOST_KNOWN)?, Step::Text { policy: name, document })
            }
        })
    }
}

fn joined(
    conn: &mut Conn,
    owner: Uin,
    uins: Vec<Uin>,
    groups: Vec<GroupId>,
) -> Result<(Vec<Uid>, Step), Failure> {
    let mut given = Vec::new();
    for group in groups {
        given.extend(rulings(conn, owner, group)?);
    }
    let mut uids = Vec::new();
    for uin in uins {
        uids.extend(one(conn, owner, uin)?);
    }
    Ok((uids, Step::Into(given)))
}

/// Policies, and what they are attached to.
struct Attachment {
    uins: Vec<Uin>,
    groups: Vec<GroupId>,
    policies: Vec<PolicyId>,
}

fn attached(conn: &mut Conn, owner: Uin, wanted: Attachment) -> Result<(Vec<Uid>, Step), Failure> {
    let mut receiving: Vec<(Uid, Option<String>)> = Vec::new();
    for uin in wanted.uins {
        receiving.extend(one(conn, owner, uin)?.into_iter().map(|uid| (uid, None)));
    }
    for group in wanted.groups {
        let through = Some(group_of(conn, owner, group)?);
        let members = grants::affected_by_group(conn, group, MOST_KNOWN)?;
        receiving.extend(members.into_iter().map(|uid| (uid, through.clone())));
    }
    let mut given = Vec::new();
    for policy in wanted.policies {
        let new = ruling(conn, owner, policy, None)?;
        given.extend(
            receiving.iter().map(|(uid, group)| (*uid, Ruling { group: group.clone(), ..new.clone() })),
        );
    }
    let mut uids: Vec<Uid> = receiving.into_iter().map(|(uid, _)| uid).collect();
    uids.sort_unstable();
    uids.dedup();
    Ok((uids, Step::With(given)))
}

impl Plan {
    /// The policies that come in by groups, by name.
    pub fn given(&self) -> Vec<String> {
        let Step::Into(given) = &self.step else { return Vec::new() };
        let mut names: Vec<String> = given.iter().map(|ruling| ruling.name.clone()).collect();
        names.sort();
        names.dedup();
        names
    }

    /// What decides for a user once the change is made.
    pub fn applied(&self, uid: Uid, before: &InForce) -> InForce {
        let mut after = before.clone();
        let is_new = |ruling: &&Ruling| {
            before.attached.iter().all(|held| held.group != ruling.group || held.name != ruling.name)
        };
        match &self.step {
            Step::Without { group, policy } => {
                after.attached.retain(|ruling| ruling.group != *group || ruling.name != *policy);
            }
            Step::OutOf(group) => after.attached.retain(|ruling| ruling.group.as_ref() != Some(group)),
            Step::Into(given) => after.attached.extend(given.iter().filter(is_new).cloned()),
            Step::With(given) => {
                let own = given.iter().filter(|(to, _)| *to == uid).map(|(_, ruling)| ruling);
                after.attached.extend(own.filter(is_new).cloned());
            }
            Step::Boundary(boundary) => after.boundary.clone_from(boundary),
            Step::Text { policy, document } => {
                let rulings = after.attached.iter_mut().chain(&mut after.boundary);
                for ruling in rulings.filter(|ruling| ruling.name == *policy) {
                    ruling.document.clone_from(document);
                }
            }
        }
        after
    }
}

fn one(conn: &mut Conn, owner: Uin, uin: Uin) -> Result<Vec<Uid>, Failure> {
    Ok(vec![users::find(conn, owner, uin)?.ok_or(Failure::NotFound)?.uid])
}

fn name_of(conn: &mut Conn, owner: Uin, policy: PolicyId) -> Result<String, Failure> {
    Ok(policies::find(conn, owner, policy)?.ok_or(Failure::NotFound)?.name)
}

fn group_of(conn: &mut Conn, owner: Uin, group: GroupId) -> Result<String, Failure> {
    Ok(groups::find(conn, owner, group)?.ok_or(Failure::NotFound)?.name)
}

/// What comes from a group.
fn rulings(conn: &mut Conn, owner: Uin, group: GroupId) -> Result<Vec<Ruling>, Failure> {
    let name = group_of(conn, owner, group)?;
    let mut found = Vec::new();
    for attached in groups::attached(conn, group)? {
        found.push(ruling(conn, owner, attached.policy_id, Some(name.clone()))?);
    }
    Ok(found)
}

fn ruling(conn: &mut Conn, owner: Uin, policy: PolicyId, group: Option<String>) -> Result<Ruling, Failure> {
    let found = policies::find(conn, owner, policy)?.ok_or(Failure::NotFound)?;
    Ok(Ruling { group, name: found.name, document: found.document, waits_from: None })
}

/// Those whose keys were used last come first; those that never called, last.
fn newest_first(conn: &mut Conn, mut uids: Vec<Uid>) -> Result<Vec<Uid>, Failure> {
    if uids.len() <= MOST_COMPUTED {
        return Ok(uids);
    }
    let held = api_keys::ids_of_users(conn, &uids)?;
    let ids: Vec<_> = held.iter().map(|(_, id)| id.clone()).collect();
    let uses = key_usage::last_used(conn, &ids)?;
    let last = |uid: Uid| {
        let own = held.iter().filter(|(of, _)| *of == uid).map(|(_, id)| id.as_str());
        own.filter_map(|id| uses.iter().find(|used| used.secret_id == id)).map(|used| used.last_used_ms).max()
    };
    uids.sort_by_cached_key(|uid| std::cmp::Reverse(last(*uid)));
    Ok(uids)
}
