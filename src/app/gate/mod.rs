//! The gate: whether a request at another service is genuine and allowed, and who may ask that.

pub mod evaluate;
pub mod gateways;
pub mod holder;
pub mod judge;
pub mod peer;
pub mod principals;
pub mod refusal;
pub mod replay;
pub mod tally;
pub mod tokens;
pub mod vending;
pub mod verdict;

pub use self::evaluate::{Decided, Evaluated, Evaluation, Outcome, evaluate};
pub use self::gateways::{Door, open};
pub use self::judge::{Asked, judge};
pub use self::peer::ensure_peer;
pub use self::principals::{absent, holders};
pub use self::refusal::Refused;
pub use self::vending::{Vended, WantedKey, vend};
pub use self::verdict::{Bearer, Verdict};
