//! A signature is good for one change, and only for what it was first used with (DESIGN §6).
//!
//! Changes remember their signature in the database, in their own transaction, so that it counts once on every node.
//! What a signature was first used *with* is remembered in memory as well, for reads too: TC3 clients seldom sign the
//! action, so whoever copied a read could send it again under the name of a change. That memory is of this node alone.

use super::caller::Caller;
use super::signed::Signed;
use super::{App, Failure};
use crate::config::Replay;
use crate::domain::signature::WINDOW_SECONDS;
use crate::store::replays::{self, Use};
use crate::store::{Conn, StoreError};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Seconds that a use is remembered: longer than any signature stays good.
const MEMORY_SECONDS: i64 = 2 * WINDOW_SECONDS + 1;
/// Uses remembered in memory per generation; more than that is an attack or a very busy node.
const MOST_REMEMBERED: usize = 1_000_000;

/// A signature that its change uses up.
#[derive(Debug)]
pub struct Once {
    used: Use,
    is_recorded: AtomicBool,
}

impl Once {
    /// Uses the signature up in this transaction. A change that leaves several events does so once.
    pub(super) fn record(&self, conn: &mut Conn) -> Result<(), Failure> {
        match replays::find(conn, &self.used.digest)? {
            Some(known) if known.request_id == self.used.request_id => return Ok(()),
            Some(_) => return Err(Failure::Replayed),
            None => insert(conn, &self.used)?,
        }
        self.is_recorded.store(true, Ordering::SeqCst);
        Ok(())
    }
}

fn insert(conn: &mut Conn, used: &Use) -> Result<(), Failure> {
    replays::insert(conn, used).map_err(|error| match error {
        StoreError::Duplicate(_) => Failure::Replayed,
        other => other.into(),
    })
}

/// What signatures were first used with on this node, in two generations.
#[derive(Default)]
pub struct Bindings(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    since: i64,
    young: HashMap<[u8; 32], Binding>,
    old: HashMap<[u8; 32], Binding>,
}

#[derive(Clone, Copy)]
struct Binding {
    to: [u8; 32],
    is_mutating: bool,
}

impl Bindings {
    /// Binds a signature to its first use; `false` when it is bound to another and one of the two changes something.
    fn bind(&self, digest: [u8; 32], to: [u8; 32], is_mutating: bool, now: i64) -> bool {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if now - kept.since >= MEMORY_SECONDS || kept.young.len() >= MOST_REMEMBERED {
            kept.old = std::mem::take(&mut kept.young);
            kept.since = now;
        }
        if let Some(first) = kept.young.get(&digest).or_else(|| kept.old.get(&digest)).copied() {
            return first.to == to || !(first.is_mutating || is_mutating);
        }
        kept.young.insert(digest, Binding { to, is_mutating });
        true
    }
}

impl App {
    /// Accepts a signature for a call, or says that it was used before. A change takes what it has to use up with it.
    pub async fn use_signature(&self, signed: &Signed, is_mutating: bool) -> Result<Caller, Failure> {
        let mut caller = signed.caller.clone();
        let verified = &signed.verified;
        let name = |digest: &[u8; 32]| data_encoding::HEXLOWER.encode(digest);
        let used = Use {
            digest: name(verified.digest()),
            binding: name(verified.binding()),
            request_id: caller.source.request_id.clone(),
            expires_at: verified.timestamp() + MEMORY_SECONDS,
        };
        if let Some(nonce) = verified.nonce() {
            let spent = Use { digest: signed.nonce_name(nonce), ..used.clone() };
            self.store.write(move |conn| insert(conn, &spent)).await?;
        }
        if self.rules.replay == Replay::Off {
            return Ok(caller);
        }
        let known = signed.known.as_ref();
        let is_bound_elsewhere = known.is_some_and(|known| known.binding != used.binding);
        let binds =
            self.bindings.bind(*verified.digest(), *verified.binding(), is_mutating, self.clock.now());
        if !binds || is_bound_elsewhere || (known.is_some() && is_mutating) {
            return Err(Failure::Replayed);
        }
        if is_mutating {
            caller.once = Some(Arc::new(Once { used, is_recorded: AtomicBool::new(false) }));
        } else if self.rules.replay == Replay::All {
            self.store.write(move |conn| insert(conn, &used)).await?;
        }
        Ok(caller)
    }

    /// Uses up the signature of a change that found nothing to do, and so left no event.
    pub async fn settle_signature(&self, caller: &Caller) -> Result<(), Failure> {
        let Some(once) = caller.once.clone().filter(|once| !once.is_recorded.load(Ordering::SeqCst)) else {
            return Ok(());
        };
        self.store.write(move |conn| once.record(conn)).await
    }
}
