//! Password hashing: Argon2id, on its own threads, never more at once than the machine can carry.

mod memory;
mod turns;

pub use turns::{Guest, Turn};

use std::sync::Arc;
use std::thread::available_parallelism;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Params, Version};
use memory::Memories;
use subtle::ConstantTimeEq as _;
use tokio::task::spawn_blocking;
use turns::Turns;
use zeroize::Zeroizing;

use crate::domain::secret::Password;
use crate::random::{Random, RandomFailure};

const SALT_LENGTH: usize = 16;

/// Turns at once on a large machine: each keeps its memory, and the rest has other work.
const MOST_AT_ONCE: usize = 8;

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
pub struct Passwords {
    inner: Arc<Inner>,
    turns: Turns,
}

struct Inner {
    argon2: Argon2<'static>,
    memories: Memories,
    random: Random,
    /// Checked for unknown users, so that they take as long as known ones.
    dummy: String,
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
        let mut inner = Inner { argon2, memories: Memories::default(), random, dummy: String::new() };
        inner.dummy = inner.hash_now(inner.random.token()?.as_bytes())?;
        Ok(Self { inner: Arc::new(inner), turns: Turns::new(cores.min(MOST_AT_ONCE)) })
    }

    /// Waits for a turn, two seconds at most: known people first, strangers by network.
    pub async fn turn(&self, guest: &Guest) -> Result<Turn, PasswordsError> {
        self.turns.take(guest).await
    }

    /// How many wait for a turn.
    pub fn waiting(&self) -> usize {
        self.turns.waiting()
    }

    /// The text to store for a new password.
    pub async fn hash(&self, password: Password) -> Result<String, PasswordsError> {
        let turn = self.turn(&inside()).await?;
        self.run(turn, move |inner| inner.hash_now(password.expose().as_bytes())).await
    }

    /// Whether the password is the one behind `stored`; `None` is an unknown user, takes as long and is never right.
    pub async fn verify(&self, password: Password, stored: Option<String>) -> Result<bool, PasswordsError> {
        let turn = self.turn(&inside()).await?;
        self.verify_in(turn, password, stored).await
    }

    /// The same with a turn in hand.
    pub async fn verify_in(
        &self,
        turn: Turn,
        password: Password,
        stored: Option<String>,
    ) -> Result<bool, PasswordsError> {
        self.run(turn, move |inner| inner.is_right(&password, stored.as_deref())).await
    }

    /// Like `verify`, for sign-in: a right password behind an outdated hash is hashed anew in the same turn.
    pub async fn check(&self, password: Password, stored: Option<String>) -> Result<Verdict, PasswordsError> {
        let turn = self.turn(&inside()).await?;
        self.check_in(turn, password, stored).await
    }

    /// The same with a turn in hand.
    pub async fn check_in(
        &self,
        turn: Turn,
        password: Password,
        stored: Option<String>,
    ) -> Result<Verdict, PasswordsError> {
        let work = move |inner: &Inner| {
            if !inner.is_right(&password, stored.as_deref())? {
                return Ok(Verdict::Wrong);
            }
            if !stored.is_some_and(|stored| inner.is_outdated(&stored)) {
                return Ok(Verdict::Right);
            }
            inner.hash_now(password.expose().as_bytes()).map(Verdict::Renewed)
        };
        self.run(turn, work).await
    }

    /// Whether a stored hash was made at another cost and should be replaced at the next sign-in.
    pub fn needs_rehash(&self, stored: &str) -> bool {
        self.inner.is_outdated(stored)
    }

    /// The turn travels with the work, so that a caller who leaves does not end it early.
    async fn run<T: Send + 'static>(
        &self,
        turn: Turn,
        work: impl FnOnce(&Inner) -> Result<T, PasswordsError> + Send + 'static,
    ) -> Result<T, PasswordsError> {
        let inner = Arc::clone(&self.inner);
        let task = spawn_blocking(move || {
            let _held_until_done = turn;
            work(&inner)
        });
        task.await.map_err(failed)?
    }
}

/// Whoever is signed in already, or sets the server up.
fn inside() -> Guest {
    Guest::Known(String::new())
}

impl Inner {
    fn is_right(&self, password: &Password, stored: Option<&str>) -> Result<bool, PasswordsError> {
        let right = self.verify_now(password, stored.unwrap_or(&self.dummy))?;
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

    fn hash_now(&self, password: &[u8]) -> Result<String, PasswordsError> {
        let mut bytes = [0; SALT_LENGTH];
        self.random.fill(&mut bytes)?;
        let salt = Salt::new(&bytes).map_err(failed)?;
        let mut out = Zeroizing::new([0; Params::DEFAULT_OUTPUT_LEN]);
        self.fill(&self.argon2, [password, salt.as_ref()], out.as_mut())?;
        let hash = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(self.argon2.params()).map_err(failed)?,
            salt: Some(salt),
            hash: Some(Output::new(out.as_ref()).map_err(failed)?),
        };
        Ok(hash.to_string())
    }

    fn verify_now(&self, password: &Password, stored: &str) -> Result<bool, PasswordsError> {
        let corrupt = || PasswordsError::Corrupt;
        let hash = PasswordHash::new(stored).map_err(|_| corrupt())?;
        let params = Params::try_from(&hash).map_err(|_| corrupt())?;
        let sane = params.m_cost() <= MOST_MEMORY_KIB && params.t_cost() <= MOST_PASSES;
        if !sane || hash.algorithm != Algorithm::Argon2id.ident() {
            return Err(corrupt());
        }
        let version = hash.version.map(Version::try_from).transpose().map_err(|_| corrupt())?;
        let argon2 = Argon2::new(Algorithm::Argon2id, version.unwrap_or_default(), params);
        let (salt, expected) = hash.salt.as_ref().zip(hash.hash.as_ref()).ok_or_else(corrupt)?;
        let mut out = Zeroizing::new([0; Output::MAX_LENGTH]);
        let out = out.get_mut(..expected.len()).ok_or_else(corrupt)?;
        self.fill(&argon2, [password.expose().as_bytes(), salt.as_ref()], out)?;
        Ok(bool::from(out.ct_eq(expected.as_ref())))
    }

    fn fill(
        &self,
        argon2: &Argon2<'_>,
        [password, salt]: [&[u8]; 2],
        out: &mut [u8],
    ) -> Result<(), PasswordsError> {
        let memory = self.memories.take(argon2.params().block_count());
        argon2.hash_password_into_with_memory(password, salt, out, memory).map_err(failed)
    }
}

fn failed(error: impl std::fmt::Display) -> PasswordsError {
    PasswordsError::Failed(error.to_string())
}
