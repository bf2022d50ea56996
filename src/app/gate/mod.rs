//! The gate: whether a request at another service is genuine and allowed, and who may ask that.

pub mod gateways;
pub mod holders;
pub mod judge;
mod noted;
pub mod refusal;
pub mod replay;
pub mod report;
pub mod spending;
pub mod tally;
pub mod tokens;
pub mod verdict;

pub use self::gateways::{Door, open};
pub use self::holders::{
    Decided, Evaluated, Evaluation, Vended, WantedKey, absent, bearers, ensure_peer, evaluate, vend,
};
pub use self::judge::{Asked, judge};
pub use self::refusal::Refused;
pub use self::verdict::{Bearer, Verdict};
