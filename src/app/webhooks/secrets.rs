//! The secrets of a webhook: the one that its messages are signed with, a new one in its place, and for a day the former one.

use crate::app::change::Change;
use crate::app::change::steward::Steward;
use crate::app::factors::ask::own_door;
use crate::app::session::tickets::{NewTicket, SHOWN_ONCE_SECONDS, mint};
use crate::app::webhooks::{Made, own_sealed};
use crate::app::{App, Failure};
use crate::clock;
use crate::domain::audit::EventName;
use crate::domain::permission::action;
use crate::domain::webhook::message::spelled_secret;
use crate::domain::webhook::{FORMER_SECONDS, Webhook};
use crate::store::dialect;
use crate::store::webhooks::{self, Sealed};
use crate::vault::{VaultError, places};
use zeroize::Zeroizing;

/// What the ticket of the page that shows a renewed secret is for.
pub const RENEWED_SECRET: &str = "webhook-secret";

/// A secret that nobody had before.
pub(super) fn fresh(app: &App) -> Result<Zeroizing<[u8; 32]>, Failure> {
    let mut secret = Zeroizing::new([0; 32]);
    app.random.fill(secret.as_mut())?;
    Ok(secret)
}

/// What messages of this moment are signed with: the present secret, and for a day after a renewal the former one.
pub(super) fn signing(
    app: &App,
    webhook: &Webhook,
    sealed: &Sealed,
) -> Result<Vec<Zeroizing<Vec<u8>>>, VaultError> {
    let (owner, id) = (webhook.owner_uin, webhook.id.as_str());
    let mut secrets = vec![app.vault.open(&places::webhook_secret(owner, id), &sealed.present)?];
    if webhook.former_until_at(app.clock.now()).is_some()
        && let Some(former) = &sealed.former
    {
        secrets.push(app.vault.open(&places::former_webhook_secret(owner, id), former)?);
    }
    Ok(secrets)
}

/// Gives a webhook a new secret, which is sealed in a ticket: only the page right after shows it.
pub(in crate::app) fn renew_webhook_secret_in(change: &mut Change<'_>, id: &str) -> Result<String, Failure> {
    let Made { secret, .. } = renew(change, id)?;
    let door = own_door(change.by, RENEWED_SECRET)?;
    let new = NewTicket { door: &door, shown: Some(&secret), seconds: SHOWN_ONCE_SECONDS };
    mint(change.app, change.conn, &new)
}

/// Gives a webhook a new secret. The one until now signs too for a day; one from before that signs no more.
pub(super) fn renew(change: &mut Change<'_>, id: &str) -> Result<Made, Failure> {
    change.by.ensure_here(action::UPDATE_WEBHOOK)?;
    let owner = change.by.owner();
    dialect::lock_account(change.conn, owner)?;
    let (before, sealed) = own_sealed(change.conn, owner, id)?;
    change.by.ensure_asked(change.app, action::UPDATE_WEBHOOK)?;
    let (present, former) = (places::webhook_secret(owner, id), places::former_webhook_secret(owner, id));
    let vault = &change.app.vault;
    let secret = fresh(change.app)?;
    let until_now = vault.open(&present, &sealed.present)?;
    let sealed = Sealed {
        former: Some(vault.seal(&former, &until_now)?),
        present: vault.seal(&present, secret.as_ref())?,
    };
    let at = change.app.clock.now();
    let former_until = at + FORMER_SECONDS;
    let webhook = Webhook {
        changed_at: at,
        changed_by: change.by.user.name.clone(),
        former_until: Some(former_until),
        ..before
    };
    webhooks::renew(change.conn, &webhook, &sealed)?;
    let event = change.event(EventName::RENEW_WEBHOOK_SECRET).about(&webhook.plan.name);
    event.fact("former_until", clock::iso(former_until)).record(change);
    Ok(Made { webhook, secret: spelled_secret(secret.as_ref()) })
}
