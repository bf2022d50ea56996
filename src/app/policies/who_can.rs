//! Who can do something: every user of an account is asked about, a part at a time.

use crate::app::caller::Caller;
use crate::app::caller::access::{Access, Beyond};
use crate::app::change::steward::{Operator, Steward};
use crate::app::{App, Failure};
use crate::domain::field::FieldError;
use crate::domain::permission::{action, is_operation_level, needs_no_policy};
use crate::domain::policy::{Context, Grants, Principal, Reason, Request};
use crate::domain::user::{Uid, Uin, User, UserKind};
use crate::store::policies::InForce;
use crate::store::user_lists::{Slice, slice};
use crate::store::{Conn, accounts, policies};

/// Users that are asked about at once, and found.
const MOST_ASKED: i64 = 1_000;
const MOST_FOUND: usize = 50;

/// An action on a resource.
#[derive(Clone, Debug, Default)]
pub struct WhoCan {
    /// Such as `cam:ListUsers`; of any service.
    pub action: String,
    /// Six segments, or `*`.
    pub resource: String,
    /// Where it would come from; empty where that is not to be known.
    pub ip: String,
}

/// Somebody who can, and by which statement.
#[derive(Clone, Debug)]
pub struct Able {
    pub user: User,
    /// The statement that allows it: its policy's label, its number from 1 and its line. Root needs
    /// none, and of some actions no policy is asked.
    pub by: Option<(String, usize, usize)>,
}

/// What was found among a part of the users, in the order of their UINs.
#[derive(Clone, Debug, Default)]
pub struct Ables {
    pub found: Vec<Able>,
    pub asked: usize,
    /// Users whose policies the caller may not see.
    pub hidden: usize,
    /// Where to go on, when there may be more.
    pub next: Option<Uin>,
}

/// A part of those who can, after a UIN, for whoever may see users and their policies.
pub async fn who_can(app: &App, caller: &Caller, wanted: WhoCan, after: Uin) -> Result<Ables, Failure> {
    caller.ensure_here(action::LIST_USERS)?;
    caller.ensure_here(action::LIST_ATTACHED)?;
    ensure_sound(&wanted)?;
    let now = app.clock.now();
    app.view(caller, move |view| {
        let by = view.by;
        let asked = Asked { wanted: &wanted, owner: by.owner(), app_id: by.account.app_id, now };
        asked.among(view.conn, after, |user| by.may(action::LIST_ATTACHED, user.uin))
    })
    .await
}

/// The same for the operator.
pub async fn who_can_in(app: &App, by: &Operator, wanted: WhoCan, after: Uin) -> Result<Ables, Failure> {
    ensure_sound(&wanted)?;
    let (owner, now) = (by.account_of(), app.clock.now());
    app.store
        .read(move |conn| {
            let account = accounts::find(conn, owner)?.ok_or(Failure::NotFound)?;
            let asked = Asked { wanted: &wanted, owner, app_id: account.app_id, now };
            asked.among(conn, after, |_| true)
        })
        .await
}

/// Refuses what is no action, resource or address.
fn ensure_sound(wanted: &WhoCan) -> Result<(), Failure> {
    if wanted.action.is_empty() {
        return Err(FieldError::on_page("action", "Enter an action such as cam:GetUser.").into());
    }
    if wanted.resource.is_empty() {
        return Err(FieldError::on_page("resource", "Enter a resource, or * for any.").into());
    }
    if !wanted.ip.is_empty() && wanted.ip.parse::<std::net::IpAddr>().is_err() {
        return Err(FieldError::on_page("ip", "Enter an IP address, or leave it empty.").into());
    }
    let (context, caller) = (Context::new(), Principal { uin: 0, owner_uin: 0, app_id: 0 });
    let (action, resource) = (wanted.action.as_str(), wanted.resource.as_str());
    let request = Request { action, resource, context: &context, caller: &caller, operation_level: false };
    let decision = Grants::default().decide(&request);
    if decision.reason == Reason::Malformed {
        let field = if resource != "*" && action.contains(':') { "resource" } else { "action" };
        return Err(FieldError::on_page(field, decision.unevaluable.join(" ")).into());
    }
    Ok(())
}

/// A question to many users.
struct Asked<'a> {
    wanted: &'a WhoCan,
    owner: Uin,
    app_id: i64,
    now: i64,
}

impl Asked<'_> {
    fn among(&self, conn: &mut Conn, after: Uin, may: impl Fn(&User) -> bool) -> Result<Ables, Failure> {
        let users = slice(conn, self.owner, None, Slice { after, limit: MOST_ASKED })?;
        let is_full = users.len() >= usize::try_from(MOST_ASKED).unwrap_or(usize::MAX);
        let last = users.last().map(|user| user.uin).filter(|_| is_full);
        let mut ables = Ables { next: last, ..Ables::default() };
        for part in users.chunks(MOST_FOUND) {
            let uids: Vec<Uid> = part.iter().map(|user| user.uid).collect();
            let mut in_force = policies::in_force_of(conn, &uids)?;
            for user in part {
                ables.asked += 1;
                if !may(user) {
                    ables.hidden += 1;
                    continue;
                }
                ables.found.extend(self.of(user, in_force.remove(&user.uid).unwrap_or_default()));
                if ables.found.len() >= MOST_FOUND {
                    ables.next = Some(user.uin);
                    return Ok(ables);
                }
            }
        }
        Ok(ables)
    }

    fn of(&self, user: &User, in_force: InForce) -> Option<Able> {
        if user.kind == UserKind::Root {
            return Some(Able { user: user.clone(), by: None });
        }
        if needs_no_policy(&self.wanted.action) {
            return Some(Able { user: user.clone(), by: None });
        }
        let access = Access::new(user, self.app_id, in_force, self.now);
        let WhoCan { action, resource, ip } = self.wanted;
        let is_operation_level = is_operation_level(action);
        let asked = Beyond { action, resource, ip, is_operation_level, facts: &[] };
        let decided = access.decide_named(&asked).into_iter().flatten();
        let by = decided.filter(|decision| decision.allowed).find_map(|decision| decision.by)?;
        Some(Able { user: user.clone(), by: Some((by.label, by.statement + 1, by.line)) })
    }
}
