//! Invitations: a link by which the root of another account becomes a collaborator, with what its maker chose and may still give.

use crate::app::caller::access::Access;
use crate::app::caller::clearance::Clearance;
use crate::app::caller::{By, Caller};
use crate::app::change::Change;
use crate::app::change::event::{Actor, Draft};
use crate::app::handing::{Handed, NAME_LENGTH, handed_ticket};
use crate::app::session::tickets::digest;
use crate::app::users::names::ensure_free_name;
use crate::app::users::{NewUser, NewUserKind, add_user_in, ensure_room_for_user, policy_named};
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::field::FieldError;
use crate::domain::invitation::{GOOD_FOR, Invitation, InvitationWish, MOST_LISTED, Standing};
use crate::domain::permission::action;
use crate::domain::policies::PolicyId;
use crate::domain::sentence::Sentence;
use crate::domain::source::Source;
use crate::domain::user::{Uin, User, UserKind, UserName};
use crate::store::invitations::{self, Reply};
use crate::store::{Conn, accounts, dialect, policies, users};
use std::sync::Arc;

/// An invitation, for whoever holds its link.
pub struct Offer {
    pub invitation: Invitation,
    pub account_name: String,
    /// Whether whoever looks is the root of an account, as a collaborator has to be.
    pub is_root: bool,
}

/// Makes an invitation; the ticket opens the page that shows its link once.
pub(in crate::app) fn invite_in(change: &mut Change<'_>, wish: &InvitationWish) -> Result<String, Failure> {
    let (owner, now) = (change.by.owner(), change.app.clock.now());
    change.by.ensure_here(action::ADD_USER)?;
    change.by.ensure_here(action::CREATE_CLAIM_LINK)?;
    ensure_room_for_user(change.app, change.conn, owner)?;
    ensure_free_name(change.conn, owner, &named(wish)?, None)?;
    let policy_ids = permitted_policies(change, wish)?;
    let open = invitations::open(change.conn, owner, now, MOST_LISTED)?;
    if i64::try_from(open.len()).unwrap_or(i64::MAX) >= MOST_LISTED {
        let told = format!("{MOST_LISTED} invitations are open. Revoke one first.");
        return Err(FieldError::on_page("invite", told).into());
    }
    let mark = change.by.mark_on_user(change.app, action::ADD_USER, owner)?;
    let (app, maker) = (change.app, Arc::clone(&change.by.user));
    let token = app.random.token()?;
    let invitation = Invitation {
        id: app.random.alphanumeric(NAME_LENGTH)?.as_str().to_owned(),
        owner,
        maker: maker.uid,
        made_by: maker.name.clone(),
        made_ip: change.by.source.ip.clone(),
        made_at: now,
        is_vouched_for: mark.stepped_up,
        expires_at: now + GOOD_FOR,
        wish: InvitationWish { policy_ids, ..wish.clone() },
        answered: None,
        answered_by: None,
    };
    invitations::insert(change.conn, &invitation, &digest(&token))?;
    let event = change.event(EventName::CREATE_INVITATION).about(&wish.name);
    let event = event.fact("link", invitation.id.as_str()).fact("policies", wish.policies.join(", "));
    event.record(change);
    let handed = Handed {
        name: wish.name.clone(),
        secret_id: None,
        token: Some(token),
        until: Some(invitation.expires_at),
        invites: true,
        sealed: None,
        next: "/claims".to_owned(),
    };
    handed_ticket(change, &maker, &handed)
}

fn named(wish: &InvitationWish) -> Result<UserName, Failure> {
    UserName::parse(&wish.name).map_err(|_| Failure::Corrupt("invitations.wish"))
}

/// Nobody invites to what they could not attach themselves, as far as that is known before there is a user.
fn permitted_policies(change: &mut Change<'_>, wish: &InvitationWish) -> Result<Vec<PolicyId>, Failure> {
    if wish.policies.is_empty() {
        return Ok(Vec::new());
    }
    change.by.ensure_here(action::ATTACH_POLICY)?;
    named_policies(change.conn, change.by.owner(), wish)
}

/// The policies that have these names now.
fn named_policies(conn: &mut Conn, owner: Uin, wish: &InvitationWish) -> Result<Vec<PolicyId>, Failure> {
    wish.policies.iter().map(|name| Ok(policy_named(conn, owner, name)?.id)).collect()
}

/// What a link offers to a signed-in person; [`Failure::NotProven`] of one that offers nothing, whatever the reason.
pub async fn look_at_invitation(app: &App, caller: &Caller, token: String) -> Result<Offer, Failure> {
    let now = app.clock.now();
    app.view(caller, move |view| {
        let invitation = open(view.conn, &token, now)?;
        let account = accounts::find(view.conn, invitation.owner)?.ok_or(Failure::NotProven)?;
        let is_root = as_root(view.conn, view.by.user.uin)?.is_some();
        Ok(Offer { invitation, account_name: account.name, is_root })
    })
    .await
}

fn open(conn: &mut Conn, token: &str, now: i64) -> Result<Invitation, Failure> {
    let found = invitations::by_digest(conn, &digest(token))?;
    found.filter(|found| found.standing(now) == Standing::Open).ok_or(Failure::NotProven)
}

/// An identity as the root of its account, if it is one.
fn as_root(conn: &mut Conn, uin: Uin) -> Result<Option<User>, Failure> {
    Ok(users::of_identity(conn, uin)?.into_iter().find(|user| user.kind == UserKind::Root))
}

/// Answers an invitation, once; gives the name of the account that it came from. By yes, the person becomes a collaborator there
/// with what the maker chose, as far as the maker may give that now: all of it or nothing.
///
/// # Errors
/// [`Failure::NotProven`] of a link that offers nothing; refused where the person cannot be a collaborator there.
pub async fn answer_invitation(
    app: &App,
    caller: &Caller,
    token: String,
    is_accepted: bool,
) -> Result<String, Failure> {
    app.change(caller, move |change| {
        let now = change.app.clock.now();
        let invitation = open(change.conn, &token, now)?;
        dialect::lock_account(change.conn, invitation.owner)?;
        let account = accounts::find(change.conn, invitation.owner)?.ok_or(Failure::NotProven)?;
        let by = change.by.user.uin;
        let Some(root) = as_root(change.conn, by)? else {
            return Err(Failure::refused((
                "Only the root user of an account can be a collaborator. Sign in as that, and open the link again.",
                "只有主账号才能成为协作者，请以主账号登录后重新打开链接。",
            )));
        };
        if !invitations::answer(change.conn, &invitation.id, Reply { at: now, is_accepted, by })? {
            return Err(Failure::NotProven);
        }
        if is_accepted {
            add_as_maker(change, &invitation, by)?;
        }
        tell(change, &invitation, Answer { is_accepted, root: &root, account_name: &account.name });
        Ok(account.name)
    })
    .await
}

/// Adds the collaborator as the maker would do it now, with the code that was given for the invitation.
fn add_as_maker(change: &mut Change<'_>, invitation: &Invitation, uin: Uin) -> Result<(), Failure> {
    let void = || {
        Failure::refused((
            "Whoever invited you may not add you any more. Ask for another invitation.",
            "邀请人已无权添加您，请索取新的邀请。",
        ))
    };
    let maker = users::by_uid(change.conn, invitation.maker)?;
    let maker = maker.filter(|user| user.owner_uin == invitation.owner && user.console_login);
    let Some(maker) = maker else { return Err(void()) };
    // Another policy may have got the name of a deleted one.
    let named_now = named_policies(change.conn, invitation.owner, &invitation.wish);
    if named_now.is_ok_and(|ids| ids != invitation.wish.policy_ids) {
        return Err(void());
    }
    let account = accounts::find(change.conn, invitation.owner)?.ok_or(Failure::NotProven)?;
    let in_force = policies::in_force(change.conn, maker.uid)?;
    // The client at hand is that of whoever answers; the maker's is not known any more.
    let source = Source {
        ip: invitation.made_ip.clone(),
        user_agent: String::new(),
        request_id: change.by.source.request_id.clone(),
    };
    let caller = Caller {
        by: By::Key(None),
        access: Access::new(&maker, account.app_id, in_force, change.app.clock.now()),
        user: Arc::new(maker),
        account: Arc::new(account),
        source: Arc::new(source),
        apps: Arc::default(),
        clearance: Clearance::Open { counts: invitation.is_vouched_for },
    };
    let wish = &invitation.wish;
    let new = NewUser {
        name: named(wish)?,
        note: wish.note.clone(),
        phone: wish.phone.clone(),
        email: wish.email.clone(),
        country_code: String::new(),
        policies: wish.policies.clone(),
        kind: NewUserKind::Collaborator(uin),
    };
    let added = change.acting_as(&caller, |change| {
        change.by.ensure_here(action::CREATE_CLAIM_LINK)?;
        add_user_in(change, &new, None)
    });
    match added {
        Ok(_) => Ok(()),
        Err(Failure::Denied(_) | Failure::Policy(_)) => Err(void()),
        Err(Failure::Invalid(faults)) => {
            // What is wrong with the account that invites is not for others.
            let own = faults.iter().find(|fault| fault.field == "uin");
            let why = own.map_or("Ask whoever invited you.".to_owned(), |fault| fault.text.to_string());
            let told = format!("You cannot be added now. {why}");
            Err(Failure::Refused(Sentence::on_page(told)))
        }
        Err(other) => Err(other),
    }
}

#[derive(Clone, Copy)]
struct Answer<'a> {
    is_accepted: bool,
    /// Who answers, as the root of an account.
    root: &'a User,
    account_name: &'a str,
}

/// Writes the answer into the log of both accounts. That of who invites knows no name of who answers, whatever membership they
/// act in: it has the UIN. That of who answers has the name of its root.
fn tell(change: &mut Change<'_>, invitation: &Invitation, answer: Answer<'_>) {
    let event = if answer.is_accepted { EventName::ACCEPT_INVITATION } else { EventName::DECLINE_INVITATION };
    let (root, source) = (answer.root, &change.by.source);
    let of = |owner, name: &str| Draft::new(event, &Actor { owner, uin: root.uin, name, source });
    let there = of(invitation.owner, &root.uin.to_string()).about(&invitation.wish.name);
    let there = there.fact("link", invitation.id.as_str());
    let here = of(root.owner_uin, &root.name).about(answer.account_name);
    let here = here.fact("account", invitation.owner.to_string());
    there.record(change);
    here.record(change);
}

/// The invitations of the account: the open ones, then those that are over, the newest first.
pub async fn invitations_of(app: &App, caller: &Caller) -> Result<Vec<Invitation>, Failure> {
    caller.ensure_here(action::CREATE_CLAIM_LINK)?;
    let now = app.clock.now();
    app.view(caller, move |view| {
        let mut listed = invitations::open(view.conn, view.by.owner(), now, MOST_LISTED)?;
        let newest = invitations::of_account(view.conn, view.by.owner(), MOST_LISTED)?;
        listed.extend(newest.into_iter().filter(|one| one.standing(now) != Standing::Open));
        Ok(listed)
    })
    .await
}

/// Ends an invitation from the commit on. Never asks for anything: it is the safe direction.
pub async fn revoke_invitation(app: &App, caller: &Caller, id: String) -> Result<(), Failure> {
    caller.ensure_here(action::CREATE_CLAIM_LINK)?;
    app.change(caller, move |change| {
        let ended = invitations::revoke(change.conn, change.by.owner(), &id)?.ok_or(Failure::NotFound)?;
        let event = change.event(EventName::REVOKE_INVITATION).about(&ended.wish.name);
        event.fact("link", ended.id.as_str()).record(change);
        Ok(())
    })
    .await
}
