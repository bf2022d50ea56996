//! Keys that signed before, as the database had them: a warm key costs no query of its own.
//!
//! Secrets stay sealed here; they are opened for each request.

use super::follower::{Follower, Memory};
use super::holdings::Grounds;
use crate::app::caller::access::Access;
use crate::app::{App, Failure};
use crate::domain::authority::News;
use crate::domain::key::SecretId;
use crate::store::api_keys::{self, Signer};
use crate::store::policies::InForce;
use crate::store::sequences::Standing;
use crate::store::{Conn, StoreError, canaries, policies};
use std::sync::{Arc, PoisonError, RwLock};

/// Who signs with a key, and what that membership may do.
pub(in crate::app) struct Known {
    pub(in crate::app) signer: Signer,
    access: Access,
}

impl Known {
    /// What the holder of the key may do, as of the moment of a request.
    pub(in crate::app) fn access_at(&self, now: i64) -> Access {
        self.access.at(now)
    }
}

/// What is remembered of keys.
#[derive(Default)]
pub struct Signers(RwLock<Follower<Known>>);

impl Signers {
    /// The number as of which it is right.
    pub(in crate::app) fn number(&self) -> i64 {
        self.0.read().unwrap_or_else(PoisonError::into_inner).number()
    }

    /// Forgets what was touched.
    pub(in crate::app) fn follow(&self, news: &News) {
        if news.until != news.since || self.number() < news.until {
            self.0.write().unwrap_or_else(PoisonError::into_inner).follow(news);
        }
    }

    fn find(&self, id: &SecretId, number: i64) -> Memory<Known> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).find(id, number)
    }

    fn keep(&self, id: SecretId, number: i64, read: Option<(Arc<Known>, Grounds)>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).keep(id, number, read);
    }
}

/// The key of that id and its holder, as they are at that standing or later.
pub(in crate::app) async fn signer(
    app: &App,
    id: SecretId,
    standing: Standing,
) -> Result<Option<Arc<Known>>, Failure> {
    let number = match app.signers.find(&id, standing.authority) {
        Memory::Holds(found) => return Ok(found),
        Memory::Lacks(number) => number,
    };
    let (wanted, now) = (id.clone(), app.clock.now());
    let read = app.store.look(move |conn| known(conn, &wanted, now)).await?;
    let found = read.as_ref().map(|(known, _)| Arc::clone(known));
    app.signers.keep(id, number, read);
    Ok(found)
}

fn known(conn: &mut Conn, id: &SecretId, now: i64) -> Result<Option<(Arc<Known>, Grounds)>, StoreError> {
    let Some(signer) = api_keys::signer(conn, id)? else { return known_canary(conn, id, now) };
    let user = &signer.user;
    let mut in_force = policies::in_force(conn, user.uid)?;
    let grounds = Grounds {
        user: user.uid,
        account: user.owner_uin,
        policies: std::mem::take(&mut in_force.policies),
        groups: std::mem::take(&mut in_force.groups),
    };
    let access = Access::new(user, signer.account.app_id, in_force, now);
    let access = match &signer.key.limits.policy {
        Some(document) => access.within(document),
        None => access,
    };
    Ok(Some((Arc::new(Known { signer, access }), grounds)))
}

/// A canary costs as many questions as a disabled key.
fn known_canary(
    conn: &mut Conn,
    id: &SecretId,
    now: i64,
) -> Result<Option<(Arc<Known>, Grounds)>, StoreError> {
    let Some((signer, root)) = canaries::signer(conn, id)? else { return Ok(None) };
    let account = signer.user.owner_uin;
    let grounds = Grounds { user: root, account, policies: Vec::new(), groups: Vec::new() };
    let access = Access::new(&signer.user, signer.account.app_id, InForce::default(), now);
    Ok(Some((Arc::new(Known { signer, access }), grounds)))
}
