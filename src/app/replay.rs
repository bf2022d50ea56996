//! A signature is good for one change, and only for what it was first used with (DESIGN §6).
//!
//! Changes remember their signature in the database, in their own transaction, so that it counts once on every node.
//! What a signature was first used *with* is remembered in memory as well, for reads too: TC3 clients seldom sign the
//! action, so whoever copied a read could send it again under the name of a change. That memory is of this node alone.

use super::caller::Caller;
use super::signed::Signed;
use super::{App, Failure};
use crate::config::Replay;
use crate::domain::signature::{Verified, WINDOW_SECONDS};
use crate::store::replays::{self, Use};
use crate::store::{Conn, StoreError};
use data_encoding::HEXLOWER;
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

/// What signatures were used with: read on this node, used up on any.
#[derive(Default)]
pub struct Bindings(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// First uses on this node.
    first: Generations<Binding>,
    /// What the database has: signatures that are used up, and what with.
    spent: Generations<[u8; 32]>,
    /// The number of the newest that was learnt from the database.
    newest: i64,
}

#[derive(Clone, Copy)]
struct Binding {
    to: [u8; 32],
    is_mutating: bool,
}

/// What is remembered by digest for [`MEMORY_SECONDS`], and forgotten before they have passed twice.
struct Generations<T> {
    since: i64,
    young: HashMap<[u8; 32], T>,
    old: HashMap<[u8; 32], T>,
}

impl<T> Default for Generations<T> {
    fn default() -> Self {
        Self { since: 0, young: HashMap::new(), old: HashMap::new() }
    }
}

impl<T: Copy> Generations<T> {
    fn find(&self, digest: &[u8; 32]) -> Option<T> {
        self.young.get(digest).or_else(|| self.old.get(digest)).copied()
    }

    fn keep(&mut self, digest: [u8; 32], value: T, now: i64) {
        if now - self.since >= MEMORY_SECONDS {
            self.grow_old(now);
        }
        self.young.insert(digest, value);
    }

    fn grow_old(&mut self, now: i64) {
        self.old = std::mem::take(&mut self.young);
        self.since = now;
    }
}

impl Bindings {
    /// Binds a signature to its first use; `false` when it is used up, or bound to another use and one of the two
    /// changes something.
    fn bind(&self, digest: [u8; 32], to: [u8; 32], is_mutating: bool, now: i64) -> bool {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(spent) = kept.spent.find(&digest) {
            return !is_mutating && spent == to;
        }
        if let Some(first) = kept.first.find(&digest) {
            let is_same = first.to == to;
            if is_same && is_mutating && !first.is_mutating {
                kept.first.keep(digest, Binding { to, is_mutating }, now);
            }
            return is_same || !(first.is_mutating || is_mutating);
        }
        if kept.first.young.len() >= MOST_REMEMBERED {
            kept.first.grow_old(now);
        }
        kept.first.keep(digest, Binding { to, is_mutating }, now);
        true
    }

    /// The number of the newest use that is known here.
    pub(super) fn newest(&self) -> i64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).newest
    }

    /// Takes in what the database has up to that number.
    pub(super) fn learn(&self, used: &[Use], newest: i64, now: i64) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for one in used {
            // Nonces stand in the same table under other names.
            if let (Some(digest), Some(to)) = (bytes(&one.digest), bytes(&one.binding)) {
                kept.spent.keep(digest, to, now);
            }
        }
        // Lower than before where a restored database says so; what is learnt twice does no harm.
        kept.newest = newest;
    }
}

fn bytes(hex: &str) -> Option<[u8; 32]> {
    HEXLOWER.decode(hex.as_bytes()).ok()?.try_into().ok()
}

impl App {
    /// Binds a signature to what it is used with, whatever becomes of the call: a call that is refused must not leave its
    /// signature free for another.
    pub fn bind_signature(&self, verified: &Verified, is_mutating: bool) -> Result<(), Failure> {
        let (digest, to) = (*verified.digest(), *verified.binding());
        if self.rules.replay == Replay::Off || self.bindings.bind(digest, to, is_mutating, self.clock.now()) {
            return Ok(());
        }
        Err(Failure::Replayed)
    }

    /// Uses a signature for a call; a change takes what it has to use up with it.
    pub async fn use_signature(&self, signed: &Signed, is_mutating: bool) -> Result<Caller, Failure> {
        let mut caller = signed.caller.clone();
        let verified = &signed.verified;
        let used = || Use {
            digest: HEXLOWER.encode(verified.digest()),
            binding: HEXLOWER.encode(verified.binding()),
            request_id: signed.caller.source.request_id.clone(),
            expires_at: verified.timestamp() + MEMORY_SECONDS,
        };
        if let Some(nonce) = verified.nonce() {
            let spent = Use { digest: signed.nonce_name(nonce), ..used() };
            self.store.write(move |conn| insert(conn, &spent)).await?;
        }
        if self.rules.replay == Replay::Off {
            return Ok(caller);
        }
        if is_mutating {
            caller.once = Some(Arc::new(Once { used: used(), is_recorded: AtomicBool::new(false) }));
        } else if self.rules.replay == Replay::All {
            let used = used();
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
