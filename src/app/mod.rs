//! What people can do: one function per action, one transaction, one audit event.

pub mod access;
mod access_age;
pub mod access_keys;
pub mod audit;
pub mod audit_search;
pub mod boundary;
pub mod caller;
mod clearance;
mod compiled;
mod event;
pub mod explain;
pub mod failure;
pub mod fill_in;
pub mod forms;
pub mod grant;
mod grant_gift;
pub mod group_members;
pub mod group_policies;
pub mod groups;
pub mod kept_forms;
pub mod key_import;
mod key_pair;
mod key_rights;
pub mod keys;
mod known_devices;
pub mod mfa;
pub mod named_users;
pub mod nodes;
pub mod operator;
pub mod own_security;
mod password_rules;
pub mod permissions;
mod planned_user;
pub mod policies;
pub mod policy_edit;
pub mod policy_holders;
pub mod policy_versions;
pub mod protection;
pub mod readiness;
mod refusals;
pub mod replay;
mod replay_memory;
pub mod reveal;
pub mod reveal_age;
pub mod second_step;
pub mod session_rules;
pub mod sessions;
pub mod settings;
pub mod setup;
pub mod sign_in;
mod sign_in_guard;
mod sign_in_rules;
pub mod signed;
mod signers;
pub mod simulate;
mod standing;
pub mod step_up;
mod step_up_locks;
pub mod tickets;
pub mod usage;
pub mod user_head;
pub mod user_lists;
mod user_names;
pub mod user_removal;
pub mod user_security;
pub mod users;
mod visitor;

use crate::clock::Clock;
use crate::config::Replay;
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
    keys: Arc<DerivedKeys>,
    usage: Arc<usage::Usage>,
    memory: Arc<replay_memory::Memory>,
    /// The name of this server among those on the same database; another one after each start.
    node: Arc<str>,
    started_at: i64,
    signers: Arc<signers::Signers>,
    watch: Arc<standing::Watch>,
    writable: Arc<readiness::Writable>,
}

struct DerivedKeys {
    device: zeroize::Zeroizing<[u8; 64]>,
    bucket: zeroize::Zeroizing<[u8; 64]>,
}

impl App {
    /// Joins the parts; keys for cookies and counters are derived from the vault.
    pub fn new(parts: Parts) -> Result<Self, Failure> {
        let keys = DerivedKeys {
            device: parts.vault.derive("device-cookie")?,
            bucket: parts.vault.derive("throttle-bucket")?,
        };
        let Parts { store, vault, clock, random, passwords, rules } = parts;
        Ok(Self {
            watch: Arc::new(standing::Watch::new(&store)),
            keys: Arc::new(keys),
            usage: Arc::default(),
            memory: Arc::default(),
            node: random.token()?.into(),
            started_at: clock.now(),
            signers: Arc::default(),
            writable: Arc::default(),
            store,
            vault,
            clock,
            random,
            passwords,
            rules,
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
}
