//! Password hashing: Argon2id, on its own threads, never more at once than the machine can carry.

use std::sync::Arc;
use std::thread::available_parallelism;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;

use crate::domain::secret::Password;
use crate::random::{Random, RandomFailure};

const SALT_LENGTH: usize = 16;

/// How many wait for each that runs, before the next is turned away.
const WAITING_PER_CORE: usize = 2;

/// A stored hash that asks for more than this is damaged, or meant to exhaust the machine.
const MOST_MEMORY_KIB: u32 = 1_048_576;
const MOST_PASSES: u32 = 64;

/// What one guess at a password costs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Cost {
    pub memory_kib: u32,
    pub passes: u32,
    pub lanes: u32,
}

impl Cost {
    /// What the server uses: 19 MiB, two passes.
    pub const STANDARD: Self = Self { memory_kib: 19_456, passes: 2, lanes: 1 };
}

/// Why no verdict on a password was reached; none of these means "wrong password".
#[derive(Debug, thiserror::Error)]
pub enum PasswordsError {
    #[error("Too many people are signing in right now. Try again in a few seconds.")]
    Busy,
    #[error("A stored password hash cannot be read.")]
    Corrupt,
    #[error("Hashing a password failed: {0}.")]
    Failed(String),
    #[error(transparent)]
    Random(#[from] RandomFailure),
}

/// What came of a password at sign-in.
#[derive(Clone, Eq, PartialEq)]
pub enum Verdict {
    Wrong,
    Right,
    /// Right, and here is the hash at today's cost to store in place of the old one.
    Renewed(String),
}

/// Hashes and checks passwords; clones share one queue.
#[derive(Clone)]
pub struct Passwords(Arc<Inner>);

struct Inner {
    argon2: Argon2<'static>,
    random: Random,
    /// Checked for unknown users, so that they take as long as known ones.
    dummy: String,
    running: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

impl Passwords {
    /// For the running server.
    pub fn standard(random: Random) -> Result<Self, PasswordsError> {
        Self::new(Cost::STANDARD, random)
    }

    /// At a chosen cost; tests take a low one.
    pub fn new(cost: Cost, random: Random) -> Result<Self, PasswordsError> {
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, None).map_err(failed)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let cores = available_parallelism().map_or(1, usize::from);
        let dummy = hash_now(&argon2, random.token()?.as_bytes(), &random)?;
        Ok(Self(Arc::new(Inner {
            argon2,
            random,
            dummy,
            running: Arc::new(Semaphore::new(cores)),
            places: Arc::new(Semaphore::new(cores * (1 + WAITING_PER_CORE))),
        })))
    }

    /// The text to store for a new password.
    pub async fn hash(&self, password: Password) -> Result<String, PasswordsError> {
        self.run(move |inner| hash_now(&inner.argon2, password.expose().as_bytes(), &inner.random)).await
    }

    /// Whether the password is the one behind `stored`; `None` is an unknown user, takes as long and is never right.
    pub async fn verify(&self, password: Password, stored: Option<String>) -> Result<bool, PasswordsError> {
        self.run(move |inner| inner.is_right(&password, stored.as_deref())).await
    }

    /// Like `verify`, for sign-in: a right password behind an outdated hash is hashed anew in the same turn.
    pub async fn check(&self, password: Password, stored: Option<String>) -> Result<Verdict, PasswordsError> {
        self.run(move |inner| {
            if !inner.is_right(&password, stored.as_deref())? {
                return Ok(Verdict::Wrong);
            }
            if !stored.is_some_and(|stored| inner.is_outdated(&stored)) {
                return Ok(Verdict::Right);
            }
            hash_now(&inner.argon2, password.expose().as_bytes(), &inner.random).map(Verdict::Renewed)
        })
        .await
    }

    /// Whether a stored hash was made at another cost and should be replaced at the next sign-in.
    pub fn needs_rehash(&self, stored: &str) -> bool {
        self.0.is_outdated(stored)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, PasswordsError> + Send + 'static,
    ) -> Result<T, PasswordsError> {
        let turn = self.turn().await?;
        let inner = Arc::clone(&self.0);
        let task = spawn_blocking(move || {
            let _held_until_done = turn;
            work(&inner)
        });
        task.await.map_err(failed)?
    }

    /// A place in the queue, then a core; both travel with the work, so that a caller who leaves frees neither early.
    async fn turn(&self) -> Result<(OwnedSemaphorePermit, OwnedSemaphorePermit), PasswordsError> {
        let place = Arc::clone(&self.0.places).try_acquire_owned().map_err(|_| PasswordsError::Busy)?;
        let core = Arc::clone(&self.0.running).acquire_owned().await.map_err(failed)?;
        Ok((place, core))
    }
}

impl Inner {
    fn is_right(&self, password: &Password, stored: Option<&str>) -> Result<bool, PasswordsError> {
        let right = verify_now(&self.argon2, password, stored.unwrap_or(&self.dummy))?;
        Ok(right && stored.is_some())
    }

    fn is_outdated(&self, stored: &str) -> bool {
        let ours = self.argon2.params();
        let is_current = |hash: PasswordHash| {
            let theirs = Params::try_from(&hash).ok()?;
            let same_cost = theirs.m_cost() == ours.m_cost()
                && theirs.t_cost() == ours.t_cost()
                && theirs.p_cost() == ours.p_cost();
            Some(same_cost && hash.algorithm == Algorithm::Argon2id.ident())
        };
        !PasswordHash::new(stored).ok().and_then(is_current).unwrap_or(false)
    }
}

fn hash_now(argon2: &Argon2<'_>, password: &[u8], random: &Random) -> Result<String, PasswordsError> {
    let mut salt = [0; SALT_LENGTH];
    random.fill(&mut salt)?;
    let hash = argon2.hash_password_with_salt(password, &salt).map_err(failed)?;
    Ok(hash.to_string())
}

fn verify_now(argon2: &Argon2<'_>, password: &Password, stored: &str) -> Result<bool, PasswordsError> {
    let hash = PasswordHash::new(stored).map_err(|_| PasswordsError::Corrupt)?;
    let params = Params::try_from(&hash).map_err(|_| PasswordsError::Corrupt)?;
    let sane = params.m_cost() <= MOST_MEMORY_KIB && params.t_cost() <= MOST_PASSES && hash.hash.is_some();
    if !sane || hash.algorithm != Algorithm::Argon2id.ident() {
        return Err(PasswordsError::Corrupt);
    }
    match argon2.verify_password(password.expose().as_bytes(), &hash) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(failed(error)),
    }
}

fn failed(error: impl std::fmt::Display) -> PasswordsError {
    PasswordsError::Failed(error.to_string())
}
