//! How long to wait after wrong guesses.

/// A bucket of failures: how many are free, and how fast the wait grows.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// Failures before the first wait.
    pub free: i64,
    /// The first wait in seconds; each further failure doubles it.
    pub first: i64,
    /// The longest wait in seconds.
    pub longest: i64,
}

/// One user name from one network.
pub const USER_AND_NETWORK: Limit = Limit { free: 5, first: 2, longest: 900 };
/// One user name from everywhere, for browsers that never signed in.
pub const USER: Limit = Limit { free: 20, first: 2, longest: 900 };
/// One network, whatever the name.
pub const NETWORK: Limit = Limit { free: 200, first: 2, longest: 900 };
/// A browser that signed in before: strangers' guesses do not count here.
pub const DEVICE: Limit = Limit { free: 5, first: 2, longest: 900 };
/// Codes of the second step.
pub const SECOND_STEP: Limit = Limit { free: 5, first: 2, longest: 900 };

/// Seconds that sign-in is closed for after as many wrong passwords as an account's own rules allow.
pub const CLOSED_SECONDS: i64 = 3600;

/// Seconds after which failures are forgotten.
pub const FORGET_SECONDS: i64 = 3600;

impl Limit {
    /// Seconds to wait after that many failures: doubling once the free ones are used up.
    pub fn wait(self, failures: i64) -> i64 {
        let over = failures - self.free;
        if over < 0 {
            0
        } else {
            self.first
                .checked_shl(u32::try_from(over.min(20)).unwrap_or(20))
                .unwrap_or(self.longest)
                .min(self.longest)
        }
    }
}
