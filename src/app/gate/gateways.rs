//! Gate tokens that asked before, as the database had them: a known gateway costs no query of its own.

use crate::app::signed::standing::standing;
use crate::app::{App, Failure};
use crate::domain::gate::gateway::Gateway;
use crate::domain::gate::token::{GateToken, TokenDigest};
use crate::store::gate_tokens;
use crate::store::sequences::Standing;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Gateways remembered at once; beyond that all are forgotten and read again.
const MOST: usize = 10_000;

/// What is remembered of gateways, each with where the database stood when it was read.
#[derive(Default)]
pub struct Gateways(RwLock<HashMap<TokenDigest, (i64, Arc<Gateway>)>>);

impl Gateways {
    fn find(&self, digest: &TokenDigest, authority: i64) -> Option<Arc<Gateway>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(digest).filter(|(read_at, _)| *read_at == authority).map(|(_, gateway)| Arc::clone(gateway))
    }

    fn keep(&self, digest: TokenDigest, authority: i64, gateway: &Arc<Gateway>) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(digest, (authority, Arc::clone(gateway)));
    }

    /// Forgets everything.
    pub(in crate::app) fn forget(&self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).clear();
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
    if let Some(gateway) = app.gateways.find(&digest, standing.authority) {
        return Ok(Some(Door { gateway, standing }));
    }
    let wanted = digest.clone();
    let Some(found) = app.store.read(move |conn| gate_tokens::by_digest(conn, &wanted)).await? else {
        return Ok(None);
    };
    let gateway = Arc::new(found);
    app.gateways.keep(digest, standing.authority, &gateway);
    Ok(Some(Door { gateway, standing }))
}
