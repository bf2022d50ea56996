//! Gate tokens that asked before, as the database had them: a known gateway costs no query of its own.

use crate::app::signed::standing::standing;
use crate::app::{App, Failure};
use crate::domain::authority::{Followed, Forget, News, Touched};
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
    followed: Followed,
    known: HashMap<TokenDigest, Arc<Gateway>>,
    unknown: HashSet<TokenDigest>,
}

enum Memory {
    Holds(Option<Arc<Gateway>>),
    /// It is right as of that number, and has nothing.
    Lacks(i64),
}

impl Remembered {
    fn forget(&mut self, touched: &Touched) {
        match touched {
            Touched::Gateways(owner) => {
                self.known.retain(|_, gateway| gateway.token.owner_uin != *owner);
                self.unknown.clear();
            }
            Touched::EveryGateway | Touched::Everything => {
                self.known.clear();
                self.unknown.clear();
            }
            _ => {}
        }
    }
}

impl Gateways {
    fn find(&self, digest: &TokenDigest, number: i64) -> Memory {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if all.followed.number() < number {
            return Memory::Lacks(number);
        }
        match all.known.get(digest) {
            Some(gateway) => Memory::Holds(Some(Arc::clone(gateway))),
            None if all.unknown.contains(digest) => Memory::Holds(None),
            None => Memory::Lacks(all.followed.number()),
        }
    }

    /// Keeps what was read after the database had come to that number, unless more is known meanwhile.
    fn keep(&self, digest: TokenDigest, number: i64, gateway: Option<&Arc<Gateway>>) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if all.followed.number() != number {
            return;
        }
        if all.known.len() >= MOST || all.unknown.len() >= MOST {
            *all = Remembered { followed: all.followed, ..Remembered::default() };
        }
        match gateway {
            Some(gateway) => drop(all.known.insert(digest, Arc::clone(gateway))),
            None => drop(all.unknown.insert(digest)),
        }
    }

    /// Forgets what was touched.
    pub(in crate::app) fn follow(&self, news: &News) {
        let is_known = self.0.read().unwrap_or_else(PoisonError::into_inner).followed.number() >= news.until;
        if news.until == news.since && is_known {
            return;
        }
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match all.followed.follow(news) {
            Forget::Nothing => {}
            Forget::These(touched) => touched.iter().for_each(|thing| all.forget(thing)),
            Forget::Everything => all.forget(&Touched::Everything),
        }
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
    let number = match app.gateways.find(&digest, standing.authority) {
        Memory::Holds(found) => return Ok(found.map(|gateway| Door { gateway, standing })),
        Memory::Lacks(number) => number,
    };
    let wanted = digest.clone();
    let found = app.store.look(move |conn| gate_tokens::by_digest(conn, &wanted)).await?.map(Arc::new);
    app.gateways.keep(digest, number, found.as_ref());
    Ok(found.map(|gateway| Door { gateway, standing }))
}
