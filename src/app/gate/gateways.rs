//! Gate tokens that asked before, as the database had them: a known gateway costs no query of its own.

use crate::app::signed::standing::standing;
use crate::app::{App, Failure};
use crate::domain::gate::gateway::Gateway;
use crate::domain::gate::token::{GateToken, TokenDigest};
use crate::store::gate_tokens;
use crate::store::sequences::Standing;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

/// Gate tokens remembered at once, and as many that are no good; beyond that all are forgotten and read again.
const MOST: usize = 10_000;

/// What is remembered of gate tokens, as of where the database stood then.
#[derive(Default)]
pub struct Gateways(RwLock<Remembered>);

#[derive(Default)]
struct Remembered {
    authority: i64,
    known: HashMap<TokenDigest, Arc<Gateway>>,
    unknown: HashSet<TokenDigest>,
}

enum Memory {
    Holds(Option<Arc<Gateway>>),
    Lacks,
}

impl Gateways {
    fn find(&self, digest: &TokenDigest, authority: i64) -> Memory {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if all.authority != authority {
            return Memory::Lacks;
        }
        match all.known.get(digest) {
            Some(gateway) => Memory::Holds(Some(Arc::clone(gateway))),
            None if all.unknown.contains(digest) => Memory::Holds(None),
            None => Memory::Lacks,
        }
    }

    fn keep(&self, digest: TokenDigest, authority: i64, gateway: Option<&Arc<Gateway>>) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if all.authority != authority || all.known.len() >= MOST || all.unknown.len() >= MOST {
            *all = Remembered { authority, ..Remembered::default() };
        }
        match gateway {
            Some(gateway) => drop(all.known.insert(digest, Arc::clone(gateway))),
            None => drop(all.unknown.insert(digest)),
        }
    }

    /// Forgets everything.
    pub(in crate::app) fn forget(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Remembered::default();
    }
}

/// A gateway that was let in, and where the database stood then.
pub struct Door {
    pub gateway: Arc<Gateway>,
    pub(in crate::app) standing: Standing,
}

/// The gateway that a token belongs to; nobody where there is none, or it is revoked.
pub async fn open(app: &App, token: &GateToken) -> Result<Option<Door>, Failure> {
    let (digest, standing) = (token.digest(), standing(app).await?);
    if let Memory::Holds(found) = app.gateways.find(&digest, standing.authority) {
        return Ok(found.map(|gateway| Door { gateway, standing }));
    }
    let wanted = digest.clone();
    let found = app.store.read(move |conn| gate_tokens::by_digest(conn, &wanted)).await?.map(Arc::new);
    app.gateways.keep(digest, standing.authority, found.as_ref());
    Ok(found.map(|gateway| Door { gateway, standing }))
}
