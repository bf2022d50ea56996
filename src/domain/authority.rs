//! What verdicts rest on, and how a node that remembers some of it follows the database.
//!
//! Each commit that touches any of it has a number, and a log says what was touched under which number. See
//! `docs/FRESHNESS.md` for why no request is decided on a state from before an acknowledged change.

use super::group::GroupId;
use super::key::SecretId;
use super::policies::PolicyId;
use super::user::{Uid, Uin};

/// What a commit touched.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Touched {
    Key(SecretId),
    User(Uid),
    Policy(PolicyId),
    Group(GroupId),
    /// The settings of an account.
    Account(Uin),
    /// Services and gate tokens of an account.
    Gateways(Uin),
    /// Gate tokens of whatever account.
    EveryGateway,
    Everything,
}

impl Touched {
    /// As the log has it. What a later version of Camlock has written there stands for everything.
    pub fn read(kind: &str, id: &str) -> Self {
        let number = id.parse::<i64>().ok();
        let touched = match (kind, number) {
            ("key", _) => SecretId::parse(id).ok().map(Self::Key),
            ("user", Some(uid)) => Some(Self::User(Uid(uid))),
            ("policy", Some(id)) => Some(Self::Policy(PolicyId(id))),
            ("group", Some(id)) => Some(Self::Group(GroupId(id))),
            ("account", Some(owner)) => Some(Self::Account(Uin(owner))),
            ("gate", Some(0)) => Some(Self::EveryGateway),
            ("gate", Some(owner)) => Some(Self::Gateways(Uin(owner))),
            _ => None,
        };
        touched.unwrap_or(Self::Everything)
    }
}

/// What the database answered to whoever knew it as of a number.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct News {
    /// The number that was known before the question was put.
    pub since: i64,
    /// How far the answer goes.
    pub until: i64,
    /// What was touched in between; nothing is known of it where the log does not reach back, or the database is another one.
    pub touched: Option<Vec<Touched>>,
}

impl News {
    /// Nothing that was read before is believed.
    pub fn of_another_database(until: i64) -> Self {
        Self { since: 0, until, touched: None }
    }
}

/// The number as of which a memory is right.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Followed(i64);

/// What a memory has to forget.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Forget<'a> {
    Nothing,
    These(&'a [Touched]),
    Everything,
}

impl Followed {
    /// The number as of which it is right.
    pub fn number(self) -> i64 {
        self.0
    }

    /// Goes as far as an answer does. Answers come in any order, as several questions are on their way at once.
    pub fn follow<'a>(&mut self, news: &'a News) -> Forget<'a> {
        let News { since, until, touched } = news;
        match touched {
            // A number that was seen once and is gone again: the database is an earlier one.
            Some(touched) if until >= since && self.0 >= *since => {
                if self.0 >= *until {
                    return Forget::Nothing;
                }
                self.0 = *until;
                Forget::These(touched)
            }
            _ => {
                self.0 = *until;
                Forget::Everything
            }
        }
    }
}
