//! Keys that signed before, as the database had them: a warm key costs no query of its own.
//!
//! Secrets stay sealed here; they are opened for each request.

use crate::app::caller::access::Access;
use crate::app::{App, Failure};
use crate::domain::key::SecretId;
use crate::store::api_keys::{self, Signer};
use crate::store::policies;
use crate::store::sequences::Standing;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

/// Keys remembered at once; beyond that all are forgotten and read again.
const MOST_KNOWN: usize = 100_000;
/// Ids remembered that belong to no key.
const MOST_UNKNOWN: usize = 10_000;

/// Who signs with a key, and what that membership may do.
pub(in crate::app) struct Known {
    /// Where the database stood when this was read, or later.
    authority: i64,
    pub(in crate::app) signer: Signer,
    /// Read when a signature is right for the first time.
    access: OnceLock<Access>,
}

/// What is remembered of keys.
#[derive(Default)]
pub struct Signers {
    known: RwLock<HashMap<SecretId, Arc<Known>>>,
    unknown: RwLock<Unknown>,
}

#[derive(Default)]
struct Unknown {
    authority: i64,
    ids: HashSet<SecretId>,
}

enum Memory {
    Holds(Option<Arc<Known>>),
    Lacks,
}

impl Signers {
    fn find(&self, id: &SecretId, authority: i64) -> Memory {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(id).filter(|known| known.authority == authority) {
            return Memory::Holds(Some(Arc::clone(known)));
        }
        let unknown = self.unknown.read().unwrap_or_else(PoisonError::into_inner);
        if unknown.authority == authority && unknown.ids.contains(id) {
            return Memory::Holds(None);
        }
        Memory::Lacks
    }

    /// Forgets everything.
    pub(in crate::app) fn forget(&self) {
        self.known.write().unwrap_or_else(PoisonError::into_inner).clear();
        *self.unknown.write().unwrap_or_else(PoisonError::into_inner) = Unknown::default();
    }

    fn keep(&self, id: SecretId, known: &Arc<Known>) {
        let mut kept = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_KNOWN {
            kept.clear();
        }
        kept.insert(id, Arc::clone(known));
    }

    fn keep_unknown(&self, id: SecretId, authority: i64) {
        let mut kept = self.unknown.write().unwrap_or_else(PoisonError::into_inner);
        if kept.authority != authority || kept.ids.len() >= MOST_UNKNOWN {
            *kept = Unknown { authority, ids: HashSet::new() };
        }
        kept.ids.insert(id);
    }
}

/// The key of that id and its holder, as they are at that standing.
pub(in crate::app) async fn signer(
    app: &App,
    id: SecretId,
    standing: Standing,
) -> Result<Option<Arc<Known>>, Failure> {
    if let Memory::Holds(found) = app.signers.find(&id, standing.authority) {
        return Ok(found);
    }
    let wanted = id.clone();
    let read = move |conn: &mut _| api_keys::signer(conn, &wanted);
    let Some(signer) = app.store.read(read).await? else {
        app.signers.keep_unknown(id, standing.authority);
        return Ok(None);
    };
    let known = Arc::new(Known { authority: standing.authority, signer, access: OnceLock::new() });
    app.signers.keep(id, &known);
    Ok(Some(known))
}

/// What the holder of a key may do, as of the moment of a request.
pub(in crate::app) async fn access(app: &App, known: &Arc<Known>) -> Result<Access, Failure> {
    let now = app.clock.now();
    if let Some(access) = known.access.get() {
        return Ok(access.at(now));
    }
    let signer = &known.signer;
    let (user, app_id, uid) = (Arc::clone(&signer.user), signer.account.app_id, signer.user.uid);
    let in_force = app.store.read(move |conn| policies::in_force(conn, uid)).await?;
    Ok(known.access.get_or_init(|| Access::new(&user, app_id, in_force, now)).at(now))
}
