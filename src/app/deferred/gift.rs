//! Whether a grant gives anybody the secrets of others: then a code given for something else does not serve.

use crate::app::caller::Caller;
use crate::app::caller::access::{Access, Mfa};
use crate::app::caller::access_age::AccessQuestion;
use crate::app::change::Change;
use crate::app::deferred::grant::{Grant, Granted};
use crate::app::{App, Failure};
use crate::domain::group::GroupId;
use crate::domain::permission::action::{
    ADD_MEMBER, ADD_USER, ATTACH_GROUP_POLICY, ATTACH_POLICY, CHANGE_SETTINGS, CREATE_POLICY_VERSION,
    DELETE_BOUNDARY, DELETE_GROUP, DELETE_POLICY, DETACH_GROUP_POLICY, DETACH_POLICY, LIST_ACCESS_KEYS,
    PUT_BOUNDARY, QUERY_KEY, REMOVE_MEMBER, SET_DEFAULT_POLICY_VERSION, SHOW_SECRET, UPDATE_POLICY,
    UPDATE_USER,
};
use crate::domain::policy::{Effect, Policy};
use crate::domain::user::{Uid, Uin, resource_of};
use crate::store::{Conn, boundaries, grants, policies, users};

/// Users that are looked at one by one; beyond that the answer is yes.
const MOST: usize = 200;
/// No identity has this UIN: it stands for somebody whom no policy names.
const SOMEBODY: Uin = Uin(999_999_999_999);

/// Whoever may do one of these may give out, in a second step, what shows the secrets of others.
const GIVING: [&str; 16] = [
    ADD_MEMBER,
    ADD_USER,
    ATTACH_GROUP_POLICY,
    ATTACH_POLICY,
    CHANGE_SETTINGS,
    CREATE_POLICY_VERSION,
    DELETE_BOUNDARY,
    DELETE_GROUP,
    DELETE_POLICY,
    DETACH_GROUP_POLICY,
    DETACH_POLICY,
    PUT_BOUNDARY,
    REMOVE_MEMBER,
    SET_DEFAULT_POLICY_VERSION,
    UPDATE_POLICY,
    UPDATE_USER,
];

/// How far a user gets with the secrets of others.
#[derive(Default)]
struct Reach {
    /// Whatever the secret, it is shown.
    surely: bool,
    /// What may show one, and what may keep one back.
    allows: Vec<String>,
    denies: Vec<String>,
    boundary: Option<String>,
    console: bool,
}

impl Reach {
    /// Whether something that was not there before may show a secret now.
    fn is_beyond(&self, was: &Self) -> bool {
        let gained = self.allows.iter().any(|allow| !was.allows.contains(allow));
        let freed = was.denies.iter().any(|deny| !self.denies.contains(deny));
        let unbound = was.boundary.is_some() && self.boundary != was.boundary;
        let let_in = self.console && !was.console;
        !self.allows.is_empty() && !was.surely && (gained || freed || unbound || let_in)
    }
}

/// Those whom a grant touches, as they were before.
pub(in crate::app) struct Before {
    users: Vec<(Uid, Reach)>,
    are_many: bool,
}

/// Whom a grant touches, and how far they got before.
pub(in crate::app) fn gift_before(
    app: &App,
    conn: &mut Conn,
    caller: &Caller,
    grant: &Grant,
) -> Result<Before, Failure> {
    let mut touched = touched(conn, caller.owner(), grant)?;
    touched.sort_unstable();
    touched.dedup();
    let are_many = touched.len() > MOST;
    let mut users = Vec::new();
    for uid in touched.into_iter().filter(|_| !are_many) {
        users.push((uid, reach(app, conn, caller, uid)?));
    }
    Ok(Before { users, are_many })
}

/// Whether one of them, or a user just made, gets further now. An invitation always asks for a code of its own: it is answered
/// when nobody can be asked.
pub(in crate::app) fn gives(
    change: &mut Change<'_>,
    before: &Before,
    granted: &Granted,
) -> Result<bool, Failure> {
    if let Granted::User(added) = granted {
        return Ok(!reach(change.app, change.conn, change.by, added.uid)?.allows.is_empty());
    }
    if let Granted::Invited { .. } = granted {
        return Ok(true);
    }
    for (uid, was) in &before.users {
        if reach(change.app, change.conn, change.by, *uid)?.is_beyond(was) {
            return Ok(true);
        }
    }
    Ok(before.are_many)
}

fn reach(app: &App, conn: &mut Conn, caller: &Caller, uid: Uid) -> Result<Reach, Failure> {
    let Some(user) = users::by_uid(conn, uid)? else {
        return Ok(Reach::default());
    };
    let in_force = policies::in_force(conn, uid)?;
    let boundary = boundaries::find(conn, uid)?.map(|policy| policy.document);
    let access = Access::new(&user, caller.account.app_id, in_force, app.clock.now());
    let somebody = resource_of(caller.owner(), SOMEBODY);
    let asked =
        |action| AccessQuestion { action, resource: &somebody, ip: &caller.source.ip, mfa: Mfa::Passed };
    let may = |action| access.ensure(asked(action)).is_ok();
    let mut allows = access.speakers(Effect::Allow, SHOW_SECRET);
    if !allows.is_empty() {
        allows.extend(access.speakers(Effect::Allow, QUERY_KEY));
    }
    allows.extend(access.givers(Effect::Allow));
    let shown = [SHOW_SECRET, QUERY_KEY, LIST_ACCESS_KEYS].into_iter();
    let mut denies: Vec<String> = shown.flat_map(|action| access.speakers(Effect::Deny, action)).collect();
    denies.extend(access.givers(Effect::Deny));
    let is_free = user.console_login && denies.is_empty() && boundary.is_none();
    let surely = is_free && may(SHOW_SECRET) && may(QUERY_KEY) && may(ATTACH_POLICY) && may(UPDATE_USER);
    Ok(Reach { surely, allows, denies, boundary, console: user.console_login })
}

impl Access {
    /// The labels of policies that say something about others' secrets, with what they say.
    fn speakers(&self, effect: Effect, action: &'static str) -> Vec<String> {
        let speaks = |policy: &Policy| policy.speaks_of_others(effect, action, &self.rights.principal);
        let held = self.rights.attached.iter().filter(|held| speaks(&held.policy));
        held.map(|held| format!("{action} {}: {:?}", held.label, held.policy)).collect()
    }

    /// The same of policies that say who may give rights out.
    fn givers(&self, effect: Effect) -> Vec<String> {
        let speaks = |policy: &Policy| GIVING.iter().any(|action| policy.speaks_of(effect, action));
        let held = self.rights.attached.iter().filter(|held| speaks(&held.policy));
        held.map(|held| format!("giving {}: {:?}", held.label, held.policy)).collect()
    }
}

fn touched(conn: &mut Conn, owner: Uin, grant: &Grant) -> Result<Vec<Uid>, Failure> {
    let most = i64::try_from(MOST + 1).unwrap_or(i64::MAX);
    let mut found = Vec::new();
    match grant {
        Grant::AddUser(_)
        | Grant::Invite(_)
        | Grant::CreatePolicy { .. }
        | Grant::CreateService(_)
        | Grant::UpdateService(_)
        | Grant::DeleteService { .. }
        | Grant::CreateGateToken(_)
        | Grant::CreateCanary { .. }
        | Grant::DeleteCanary { .. }
        | Grant::CreateWebhook(_)
        | Grant::UpdateWebhook { .. }
        | Grant::DeleteWebhook { .. }
        | Grant::RenewWebhookSecret { .. }
        | Grant::UpdateKeyLimits { .. } => {}
        Grant::AttachToUser { uin, .. }
        | Grant::DetachFromUser { uin, .. }
        | Grant::PutBoundary { uin, .. }
        | Grant::DeleteBoundary { uin }
        | Grant::SetConsole { uin, .. } => found.extend(uid_of(conn, owner, *uin)?),
        Grant::Join(pairs) | Grant::Leave(pairs) => {
            for (_, uin) in pairs {
                found.extend(uid_of(conn, owner, *uin)?);
            }
        }
        Grant::AttachToGroup { group, .. }
        | Grant::DetachFromGroup { group, .. }
        | Grant::DeleteGroup { group } => {
            found.extend(grants::affected_by_group(conn, GroupId(*group), most)?);
        }
        Grant::AttachToHolders { users, groups, .. } => {
            for uin in users {
                found.extend(uid_of(conn, owner, *uin)?);
            }
            for group in groups {
                found.extend(grants::affected_by_group(conn, GroupId(*group), most)?);
            }
        }
        Grant::EditPolicy { id: policy, .. }
        | Grant::SetDefaultVersion { policy, .. }
        | Grant::DeletePolicy { policy } => {
            found.extend(grants::affected_by_policy(conn, *policy, most)?);
        }
    }
    Ok(found)
}

fn uid_of(conn: &mut Conn, owner: Uin, uin: i64) -> Result<Option<Uid>, Failure> {
    Ok(users::find(conn, owner, Uin(uin))?.map(|user| user.uid))
}
