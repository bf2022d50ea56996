//! What people can do: one function per action, one transaction, one audit event.

pub mod account;
pub mod caller;
pub mod canaries;
pub mod change;
pub mod claims;
pub mod deferred;
pub mod factors;
pub mod failure;
pub mod forms;
pub mod gate;
pub mod groups;
pub mod handing;
pub mod jump;
pub mod keys;
pub mod me;
pub mod notices;
pub mod operator;
pub mod overview;
pub mod policies;
pub mod reports;
pub mod saved_filters;
pub mod selection;
pub mod services;
pub mod session;
pub mod sign_in;
pub mod signed;
pub mod users;
pub mod webhooks;

use crate::clock::Clock;
use crate::config::Replay;
use crate::courier::Courier;
use crate::metrics::Metrics;
use crate::passwords::Passwords;
use crate::random::Random;
use crate::store::Store;
use crate::vault::Vault;
use std::sync::Arc;

pub use crate::store::watched;
pub use failure::Failure;

/// What the operator decides about actions.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Seconds without a request after which a session ends.
    pub session_idle: i64,
    /// Seconds after sign-in after which a session ends.
    pub session_absolute: i64,
    /// Sub-users and collaborators that one account may have.
    pub users_per_account: i64,
    /// Which signed requests are good only once.
    pub replay: Replay,
}

/// Everything an action needs; cheap to clone.
#[derive(Clone)]
pub struct App {
    pub store: Store,
    pub vault: Vault,
    pub clock: Clock,
    pub random: Random,
    pub passwords: Passwords,
    pub rules: Rules,
    pub courier: Courier,
    pub metrics: Metrics,
    keys: Arc<DerivedKeys>,
    usage: Arc<keys::usage::Usage>,
    touches: Arc<canaries::touches::Touches>,
    memory: Arc<signed::memory::Memory>,
    /// The name of this server among those on the same database; another one after each start.
    node: Arc<str>,
    started_at: i64,
    signers: Arc<signed::signers::Signers>,
    gateways: Arc<gate::gateways::Gateways>,
    tally: Arc<gate::tally::Tally>,
    outbox: Arc<webhooks::outbox::Outbox>,
    spending: Arc<gate::spending::Spending>,
    vended: Arc<gate::holders::Handed>,
    watch: Arc<signed::standing::Watch>,
    writable: Arc<operator::readiness::Writable>,
    harm: Arc<overview::harm::Counts>,
}

struct DerivedKeys {
    device: zeroize::Zeroizing<[u8; 64]>,
    bucket: zeroize::Zeroizing<[u8; 64]>,
    report: zeroize::Zeroizing<[u8; 64]>,
}

impl App {
    /// Joins the parts; keys for cookies, counters and cursors are derived from the vault.
    pub fn new(parts: Parts) -> Result<Self, Failure> {
        let keys = DerivedKeys {
            device: parts.vault.derive("device-cookie")?,
            bucket: parts.vault.derive("throttle-bucket")?,
            report: parts.vault.derive("report-cursor")?,
        };
        let Parts { store, vault, clock, random, passwords, rules, courier } = parts;
        Ok(Self {
            metrics: Metrics::new(store.times()),
            watch: Arc::new(signed::standing::Watch::new(&store)),
            keys: Arc::new(keys),
            usage: Arc::default(),
            touches: Arc::default(),
            memory: Arc::default(),
            node: random.token()?.into(),
            started_at: clock.now(),
            signers: Arc::default(),
            gateways: Arc::default(),
            tally: Arc::default(),
            outbox: Arc::default(),
            spending: Arc::default(),
            vended: Arc::default(),
            writable: Arc::default(),
            harm: Arc::default(),
            store,
            vault,
            clock,
            random,
            passwords,
            rules,
            courier,
        })
    }
}

/// What an [`App`] is made of.
pub struct Parts {
    pub store: Store,
    pub vault: Vault,
    pub clock: Clock,
    pub random: Random,
    pub passwords: Passwords,
    pub rules: Rules,
    pub courier: Courier,
}
