//! Making a claim link or a sealed delivery, in the transaction that makes what is handed over.

use crate::app::Failure;
use crate::app::caller::Caller;
use crate::app::change::Change;
use crate::app::factors::ask::handing_door;
use crate::app::session::tickets::{NewTicket, SHOWN_ONCE_SECONDS, digest, mint};
use crate::domain::audit::EventName;
use crate::domain::claim::{Claim, Claimed, Hours};
use crate::domain::delivery::age::{SealFailure, sealed};
use crate::domain::delivery::recipient::Recipient;
use crate::domain::delivery::{Delivery, pair_as_text};
use crate::domain::key::Key;
use crate::domain::permission::action;
use crate::domain::secret::SecretKey;
use crate::domain::user::User;
use crate::store::claims;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Letters and digits of a link's name.
pub(in crate::app) const NAME_LENGTH: usize = 16;

/// What the one page after making it shows.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct Handed {
    pub name: String,
    pub secret_id: Option<String>,
    /// The token of a claim link, and until when it is good.
    pub token: Option<String>,
    pub until: Option<i64>,
    /// Whether the link invites a collaborator.
    #[serde(default)]
    pub invites: bool,
    /// An armored `age` file.
    pub sealed: Option<String>,
    /// The page that one goes on to.
    pub next: String,
}

/// A key that was just made.
pub(in crate::app) struct MadeKey<'a> {
    pub holder: &'a User,
    pub key: &'a Key,
    pub secret: &'a SecretKey,
    /// The page of its user's keys.
    pub list: String,
}

/// Hands a new key over; the ticket opens the page with what is to be sent.
pub(in crate::app) fn hand_over_key(
    change: &mut Change<'_>,
    made: &MadeKey<'_>,
    delivery: &Delivery,
) -> Result<String, Failure> {
    let MadeKey { holder, key, secret, list } = made;
    let secret_id = key.secret_id.to_string();
    let mut handed = Handed {
        name: holder.name.clone(),
        secret_id: Some(secret_id),
        token: None,
        until: None,
        invites: false,
        sealed: None,
        next: list.clone(),
    };
    match delivery {
        Delivery::Claim(hours) => {
            let (token, until) = new_claim(change, holder, &Claimed::Key(key.secret_id.clone()), *hours)?;
            (handed.token, handed.until) = (Some(token), Some(until));
        }
        Delivery::Sealed(to) => handed.sealed = Some(seal(change, made, to, secret)?),
    }
    handed_ticket(change, holder, &handed)
}

fn seal(
    change: &mut Change<'_>,
    made: &MadeKey<'_>,
    to: &Recipient,
    secret: &SecretKey,
) -> Result<String, Failure> {
    let text = sealed(&change.app.random, to, &pair_as_text(&made.key.secret_id, secret));
    let event = change.event(EventName::SEAL_SECRET_KEY).on(made.holder);
    event.object(made.key.secret_id.as_str()).fact("to", to.as_str()).record(change);
    text.map_err(Failure::from)
}

impl From<SealFailure> for Failure {
    fn from(failure: SealFailure) -> Self {
        match failure {
            SealFailure::Random(failure) => failure.into(),
            SealFailure::TooLong | SealFailure::Recipient => Self::Corrupt("a delivery cannot be sealed"),
        }
    }
}

/// Hands the first password of a new user over; the ticket opens the page with the link.
pub(in crate::app) fn hand_over_password(
    change: &mut Change<'_>,
    user: &User,
    hours: Hours,
) -> Result<String, Failure> {
    change.by.ensure_here(action::CREATE_CLAIM_LINK)?;
    let (token, until) = new_claim(change, user, &Claimed::Password, hours)?;
    let handed = Handed {
        name: user.name.clone(),
        secret_id: None,
        token: Some(token),
        until: Some(until),
        invites: false,
        sealed: None,
        next: format!("/users/{}", user.uin),
    };
    handed_ticket(change, user, &handed)
}

/// Opens the page with what is to be sent, once.
pub(in crate::app) fn handed_ticket(
    change: &mut Change<'_>,
    user: &User,
    handed: &Handed,
) -> Result<String, Failure> {
    let text = serde_json::to_string(handed).map_err(|_| Failure::Corrupt("tickets.sealed"))?;
    let text = zeroize::Zeroizing::new(text);
    let door = handing_door(change.by, user.uid)?;
    let new = NewTicket { door: &door, shown: Some(&text), seconds: SHOWN_ONCE_SECONDS };
    mint(change.app, change.conn, &new)
}

/// A link and its end; only the digest of the token is kept.
fn new_claim(
    change: &mut Change<'_>,
    user: &User,
    claimed: &Claimed,
    hours: Hours,
) -> Result<(String, i64), Failure> {
    let (app, now) = (change.app, change.app.clock.now());
    let token = app.random.token()?;
    let claim = Claim {
        id: app.random.alphanumeric(NAME_LENGTH)?.as_str().to_owned(),
        uid: user.uid,
        owner: user.owner_uin,
        claimed: claimed.clone(),
        made_at: now,
        made_by: change.by.user.name.clone(),
        expires_at: now + hours.seconds(),
        browser: None,
        opened_at: None,
        opened_by: None,
        used_at: None,
    };
    claims::insert(change.conn, &claim, &digest(&token))?;
    let event = change.event(EventName::CREATE_CLAIM_LINK).on(user);
    let event = match claimed {
        Claimed::Password => event,
        Claimed::Key(id) => event.object(id.as_str()),
    };
    event.fact("link", claim.id.as_str()).fact("hours", hours.get()).record(change);
    Ok((token, claim.expires_at))
}

impl Caller {
    /// Refuses to hand keys of a user over to whoever is not let do it.
    pub(in crate::app) fn ensure_may_hand_over(&self, user: &User) -> Result<(), Failure> {
        Ok(self.ensure(action::CREATE_CLAIM_LINK, user.uin)?)
    }
}
