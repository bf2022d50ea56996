//! What grants rights in the console: tried first, so that nobody is asked in vain, then done or asked about.

use crate::app::caller::Caller;
use crate::app::caller::clearance::Clearance;
use crate::app::canaries::{create_canary_in, delete_canary_in};
use crate::app::change::Change;
use crate::app::deferred::gift::{gift_before, gives};
use crate::app::factors::ask::{Detail, Wish, ask, own_door};
use crate::app::gate::tokens::{NEW_TOKEN, create_gate_token_in};
use crate::app::groups::delete_group_in;
use crate::app::groups::members::{Pair, add_to_groups_in, remove_from_groups_in};
use crate::app::groups::policies::{attach_group_policies_in, detach_group_policy_in};
use crate::app::keys::Step;
use crate::app::keys::limits::set_limits_in;
use crate::app::policies::edit::{Edited, edit_policy_in};
use crate::app::policies::holders::{HolderRef, attach_to_holders_in};
use crate::app::policies::versions::set_default_in;
use crate::app::policies::{IfAttached, NewPolicy, create_policy_in, delete_policy_in};
use crate::app::services::{create_service_in, delete_service_in, update_service_in};
use crate::app::session::tickets::{NewTicket, SHOWN_ONCE_SECONDS, mint};
use crate::app::users::boundary::{delete_boundary_in, put_boundary_in};
use crate::app::users::invitations::invite_in;
use crate::app::users::permissions::{attach_policies_in, detach_policy_in};
use crate::app::users::planned::PlannedUser;
use crate::app::users::security::set_console_in;
use crate::app::users::{Added, NewUser, add_user_in, first_password};
use crate::app::webhooks::secrets::renew_webhook_secret_in;
use crate::app::webhooks::{create_webhook_in, delete_webhook_in, update_webhook_in};
use crate::app::{App, Failure};
use crate::domain::gate::written::{WrittenService, WrittenToken};
use crate::domain::group::{GroupId, UserRef};
use crate::domain::invitation::InvitationWish;
use crate::domain::key::{KeyRef, Place, SecretId};
use crate::domain::key_limits::written::WrittenLimits;
use crate::domain::permission::action;
use crate::domain::policies::{Description, Document, PolicyId, PolicyName};
use crate::domain::step_up::Purpose;
use crate::domain::user::Uin;
use crate::domain::webhook::written::WrittenWebhook;
use crate::store::dialect;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use zeroize::Zeroizing;

pub use crate::app::factors::ask::Way;

/// A change that may give a right, in a form that can wait for a code.
#[derive(Clone, Serialize, Deserialize)]
pub enum Grant {
    AddUser(Box<PlannedUser>),
    Invite(Box<InvitationWish>),
    AttachToUser {
        uin: i64,
        policies: Vec<PolicyId>,
    },
    DetachFromUser {
        uin: i64,
        policy: PolicyId,
    },
    Join(Vec<(i64, i64)>),
    Leave(Vec<(i64, i64)>),
    AttachToGroup {
        group: i64,
        policies: Vec<PolicyId>,
    },
    DetachFromGroup {
        group: i64,
        policy: PolicyId,
    },
    AttachToHolders {
        policy: PolicyId,
        users: Vec<i64>,
        groups: Vec<i64>,
    },
    PutBoundary {
        uin: i64,
        policy: PolicyId,
    },
    DeleteBoundary {
        uin: i64,
    },
    SetConsole {
        uin: i64,
        on: Option<bool>,
    },
    CreatePolicy {
        name: String,
        description: String,
        document: String,
    },
    EditPolicy {
        id: PolicyId,
        name: String,
        description: String,
        document: String,
    },
    SetDefaultVersion {
        policy: PolicyId,
        version: i64,
    },
    DeletePolicy {
        policy: PolicyId,
    },
    DeleteGroup {
        group: i64,
    },
    CreateService(WrittenService),
    UpdateService(WrittenService),
    DeleteService {
        name: String,
    },
    CreateGateToken(WrittenToken),
    CreateCanary {
        name: String,
    },
    DeleteCanary {
        secret_id: String,
    },
    CreateWebhook(WrittenWebhook),
    UpdateWebhook {
        id: String,
        written: WrittenWebhook,
    },
    DeleteWebhook {
        id: String,
    },
    RenewWebhookSecret {
        id: String,
    },
    /// Of one's own key where there is no UIN.
    UpdateKeyLimits {
        uin: Option<i64>,
        secret_id: String,
        limits: Box<WrittenLimits>,
    },
}

/// What came of a grant.
pub enum Granted {
    Done,
    User(Added),
    /// An invitation, whose link the page of its maker that a ticket opens shows once.
    Invited {
        maker: Uin,
        ticket: String,
    },
    Policy(PolicyId),
    Edited(Edited),
    /// A gate token, which the page that a ticket opens shows once.
    GateToken {
        ticket: String,
    },
    /// A canary, whose pair the page that a ticket opens shows once.
    Canary {
        ticket: String,
    },
    /// A webhook, whose secret the page that a ticket opens shows once.
    Webhook {
        ticket: String,
    },
    /// A webhook's new secret, which the page that a ticket opens shows once.
    WebhookSecret {
        ticket: String,
    },
}

/// A grant with what must not be kept in clear.
struct Plan {
    grant: Grant,
    /// A generated password, to be shown once.
    shown: Option<Zeroizing<String>>,
}

impl Grant {
    /// Users into groups.
    pub fn join(pairs: &[(GroupId, Uin)]) -> Self {
        Self::Join(pairs.iter().map(|(id, uin)| (id.0, uin.0)).collect())
    }

    /// Users out of groups.
    pub fn leave(pairs: &[(GroupId, Uin)]) -> Self {
        Self::Leave(pairs.iter().map(|(id, uin)| (id.0, uin.0)).collect())
    }

    /// A policy to users and groups.
    pub fn attach_to_holders(policy: PolicyId, holders: &[HolderRef]) -> Self {
        let (mut users, mut groups) = (Vec::new(), Vec::new());
        for holder in holders {
            match holder {
                HolderRef::User(uin) => users.push(uin.0),
                HolderRef::Group(id) => groups.push(id.0),
            }
        }
        Self::AttachToHolders { policy, users, groups }
    }

    /// A new custom policy.
    pub fn create_policy(new: &NewPolicy) -> Self {
        let NewPolicy { name, description, document } = new;
        Self::CreatePolicy {
            name: name.as_str().to_owned(),
            description: description.as_str().to_owned(),
            document: document.as_str().to_owned(),
        }
    }

    /// Another name, description or text for a custom policy.
    pub fn edit_policy(id: PolicyId, new: &NewPolicy) -> Self {
        let NewPolicy { name, description, document } = new;
        Self::EditPolicy {
            id,
            name: name.as_str().to_owned(),
            description: description.as_str().to_owned(),
            document: document.as_str().to_owned(),
        }
    }
}

/// Does what may grant a right, or asks for the code that it needs. What does not fit is said before.
pub async fn grant(app: &App, caller: &Caller, grant: Grant, way: Way) -> Result<Step<Granted>, Failure> {
    grant_planned(app, caller, Plan { grant, shown: None }, way).await
}

/// The same for a new user, whose password is judged and hashed first.
pub async fn grant_user(
    app: &App,
    caller: &Caller,
    new: NewUser,
    way: Way,
) -> Result<Step<Granted>, Failure> {
    caller.ensure_here(action::ADD_USER)?;
    let first = first_password(app, caller, &new).await?;
    let (stored, shown) = first.map_or((None, None), |first| (Some(first.stored), first.shown));
    let grant = Grant::AddUser(Box::new(PlannedUser::of(new, stored)));
    grant_planned(app, caller, Plan { grant, shown }, way).await
}

async fn grant_planned(app: &App, caller: &Caller, plan: Plan, way: Way) -> Result<Step<Granted>, Failure> {
    let plan = Arc::new(plan);
    let tried = Arc::clone(&plan);
    match app.change(caller, move |change| try_grant(change, &tried)).await {
        Ok(granted) => Ok(Step::Done(granted)),
        Err(Failure::StepUpNeeded) => {
            let detail = Detail { way: Some(way), ..Detail::default() };
            let secret = Some(sealed_text(&plan)?);
            let wish = Wish { purpose: Purpose::Grant, target: &caller.user, object: "", detail, secret };
            ask(app, caller, wish).await.map(Step::Asked)
        }
        Err(other) => Err(other),
    }
}

/// Does it, unless it grants something that needs a code which was not given. Whatever fails is taken back.
fn try_grant(change: &mut Change<'_>, plan: &Plan) -> Result<Granted, Failure> {
    dialect::lock_account(change.conn, change.by.owner())?;
    if !matches!(change.by.clearance, Clearance::Closed) {
        let before = gift_before(change.app, change.conn, change.by, &plan.grant)?;
        let granted = perform(change, plan)?;
        let needs_its_own_code = gives(change, &before, &granted)?;
        return if needs_its_own_code { Err(Failure::StepUpNeeded) } else { Ok(granted) };
    }
    let grants = Arc::new(AtomicBool::new(false));
    let rehearsing = Caller { clearance: Clearance::Rehearsal(Arc::clone(&grants)), ..change.by.clone() };
    let granted = change.acting_as(&rehearsing, |change| perform(change, plan))?;
    if grants.load(Ordering::Relaxed) { Err(Failure::StepUpNeeded) } else { Ok(granted) }
}

/// Does what waited for a code that was given now.
pub(in crate::app) fn carry_out_grant(
    change: &mut Change<'_>,
    sealed: &Zeroizing<String>,
) -> Result<Granted, Failure> {
    let corrupt = || Failure::Corrupt("step_ups.detail");
    let (grant, shown) = sealed.split_once('\n').ok_or_else(corrupt)?;
    let grant = serde_json::from_str(grant).map_err(|_| corrupt())?;
    let shown = Some(shown).filter(|text| !text.is_empty()).map(|text| Zeroizing::new(text.to_owned()));
    dialect::lock_account(change.conn, change.by.owner())?;
    perform(change, &Plan { grant, shown })
}

fn perform(change: &mut Change<'_>, plan: &Plan) -> Result<Granted, Failure> {
    let done = match &plan.grant {
        Grant::AddUser(user) => {
            let (new, first) = user.restored(plan.shown.as_ref(), change.app.clock.now())?;
            return add_user_in(change, &new, first.as_ref()).map(Granted::User);
        }
        Grant::Invite(wish) => {
            let ticket = invite_in(change, wish)?;
            return Ok(Granted::Invited { maker: change.by.user.uin, ticket });
        }
        Grant::CreatePolicy { name, description, document } => {
            let new = policy_text(name, description, document)?;
            return create_policy_in(change, &new).map(Granted::Policy);
        }
        Grant::EditPolicy { id, name, description, document } => {
            let new = policy_text(name, description, document)?;
            return edit_policy_in(change, *id, new).map(Granted::Edited);
        }
        Grant::AttachToUser { uin, policies } => attach_policies_in(change, Uin(*uin), policies),
        Grant::DetachFromUser { uin, policy } => detach_policy_in(change, Uin(*uin), *policy),
        Grant::Join(pairs) => add_to_groups_in(change, &members(pairs)),
        Grant::Leave(pairs) => remove_from_groups_in(change, &members(pairs)),
        Grant::AttachToGroup { group, policies } => {
            attach_group_policies_in(change, GroupId(*group), policies)
        }
        Grant::DetachFromGroup { group, policy } => detach_group_policy_in(change, GroupId(*group), *policy),
        Grant::AttachToHolders { policy, users, groups } => {
            attach_to_holders_in(change, *policy, &holders(users, groups))
        }
        Grant::PutBoundary { uin, policy } => put_boundary_in(change, Uin(*uin), *policy),
        Grant::DeleteBoundary { uin } => delete_boundary_in(change, Uin(*uin)),
        Grant::SetConsole { uin, on } => set_console_in(change, Uin(*uin), *on),
        Grant::SetDefaultVersion { policy, version } => set_default_in(change, *policy, *version),
        Grant::DeletePolicy { policy } => delete_policy_in(change, *policy, IfAttached::Refuse),
        Grant::DeleteGroup { group } => delete_group_in(change, GroupId(*group)),
        Grant::CreateService(written) => create_service_in(change, written).map(drop),
        Grant::UpdateService(written) => update_service_in(change, written).map(drop),
        Grant::DeleteService { name } => delete_service_in(change, name),
        Grant::UpdateKeyLimits { uin, secret_id, limits } => {
            let id = SecretId::parse(secret_id).map_err(|_| Failure::NotFound)?;
            let place = uin.map_or(Place::Own, |uin| Place::Of(Uin(uin)));
            set_limits_in(change, &KeyRef { place, id }, limits)
        }
        Grant::CreateGateToken(written) => return create_token(change, written),
        Grant::CreateCanary { name } => {
            return create_canary_in(change, name).map(|ticket| Granted::Canary { ticket });
        }
        Grant::DeleteCanary { secret_id } => {
            let id = SecretId::parse(secret_id).map_err(|_| Failure::NotFound)?;
            delete_canary_in(change, &id)
        }
        Grant::CreateWebhook(written) => return create_webhook(change, written),
        Grant::RenewWebhookSecret { id } => return renew_webhook_secret(change, id),
        Grant::UpdateWebhook { id, written } => update_webhook_in(change, id, written).map(drop),
        Grant::DeleteWebhook { id } => delete_webhook_in(change, id),
    };
    done.map(|()| Granted::Done)
}

fn create_webhook(change: &mut Change<'_>, written: &WrittenWebhook) -> Result<Granted, Failure> {
    create_webhook_in(change, written).map(|ticket| Granted::Webhook { ticket })
}

fn renew_webhook_secret(change: &mut Change<'_>, id: &str) -> Result<Granted, Failure> {
    renew_webhook_secret_in(change, id).map(|ticket| Granted::WebhookSecret { ticket })
}

/// The token is sealed in a ticket: only the page right after shows it.
fn create_token(change: &mut Change<'_>, written: &WrittenToken) -> Result<Granted, Failure> {
    let token = create_gate_token_in(change, written)?;
    let door = own_door(change.by, NEW_TOKEN)?;
    let new = NewTicket { door: &door, shown: Some(token.expose()), seconds: SHOWN_ONCE_SECONDS };
    Ok(Granted::GateToken { ticket: mint(change.app, change.conn, &new)? })
}

fn sealed_text(plan: &Plan) -> Result<Zeroizing<String>, Failure> {
    let grant =
        Zeroizing::new(serde_json::to_string(&plan.grant).map_err(|_| Failure::Corrupt("step_ups.detail"))?);
    let shown = plan.shown.as_ref().map_or("", |shown| shown.as_str());
    Ok(Zeroizing::new(format!("{}\n{shown}", grant.as_str())))
}

/// The texts were judged before they were sealed; what was kept as it stood is not judged again.
fn policy_text(name: &str, description: &str, document: &str) -> Result<NewPolicy, Failure> {
    let corrupt = || Failure::Corrupt("step_ups.detail");
    Ok(NewPolicy {
        name: PolicyName::parse(name).map_err(|_| corrupt())?,
        description: Description::kept(description),
        document: Document::kept(document),
    })
}

fn members(pairs: &[(i64, i64)]) -> Vec<Pair> {
    pairs.iter().map(|(group, uin)| (GroupId(*group), UserRef::Uin(Uin(*uin)))).collect()
}

fn holders(users: &[i64], groups: &[i64]) -> Vec<HolderRef> {
    let users = users.iter().map(|uin| HolderRef::User(Uin(*uin)));
    users.chain(groups.iter().map(|id| HolderRef::Group(GroupId(*id)))).collect()
}
