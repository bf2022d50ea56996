//! What in an account needs somebody's attention: which keys and users, from when on, and how bad that is.

use super::key::SecretId;
use super::paging::Tally;
use super::user::{Uid, Uin};
use crate::domain::span::DAY;

/// Days after which a key that was made and never used is told.
pub const NEVER_USED_DAYS: i64 = 30;
/// Days without a call or a sign-in after which a key or a user is told.
pub const UNUSED_DAYS: i64 = 90;
/// Days before its end from which on a key is told.
pub const AHEAD_DAYS: i64 = 7;
/// Days for which it is told that a key which is not in use was called.
pub const HALTED_DAYS: i64 = 7;

/// How bad something is, the worst first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Level {
    /// It can do harm now.
    Bad,
    /// It will before long.
    Warn,
    /// It is to be tidied.
    Off,
}

impl Level {
    /// The name in pages and in answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bad => "bad",
            Self::Warn => "warn",
            Self::Off => "off",
        }
    }
}

/// A reason why keys are told, as far as their rows say it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyCause {
    /// Enabled, made long ago and never used.
    NeverUsed,
    /// Enabled, and not used for long.
    Unused,
    /// Enabled, and made longer ago than keys are to last.
    Old,
    /// Enabled, and ends within days.
    Ending,
    /// Disabled or expired, and called in the last days all the same.
    Halted,
    /// Calls with it were refused in the last 24 hours.
    Refused,
}

impl KeyCause {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::NeverUsed, Self::Unused, Self::Old, Self::Ending, Self::Halted, Self::Refused];

    /// As an address has it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NeverUsed => "never-used",
            Self::Unused => "unused",
            Self::Old => "old",
            Self::Ending => "ending",
            Self::Halted => "still-called",
            Self::Refused => "refused",
        }
    }

    /// What [`KeyCause::as_str`] wrote.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == name)
    }
}

/// The moment for which keys are looked for, in unix seconds, and how many days a key is to last.
#[derive(Clone, Copy, Debug)]
pub struct When {
    pub now: i64,
    pub oldest_days: i64,
}

impl When {
    /// Keys with this cause have their time before it.
    #[must_use]
    pub fn end(self, cause: KeyCause) -> i64 {
        let Self { now, oldest_days } = self;
        match cause {
            KeyCause::NeverUsed => now - NEVER_USED_DAYS * DAY,
            KeyCause::Unused => now - UNUSED_DAYS * DAY,
            KeyCause::Old => now - oldest_days * DAY,
            KeyCause::Ending => now + AHEAD_DAYS * DAY,
            KeyCause::Halted | KeyCause::Refused => i64::MAX,
        }
    }

    /// Keys with this cause have their time after it.
    #[must_use]
    pub fn start(self, cause: KeyCause) -> i64 {
        match cause {
            KeyCause::Ending => self.now,
            KeyCause::Halted => self.now - HALTED_DAYS * DAY,
            // The hour that began before the 24 hours did is theirs in part.
            KeyCause::Refused => self.now - DAY - 3_600,
            KeyCause::NeverUsed | KeyCause::Unused | KeyCause::Old => i64::MIN,
        }
    }

    /// Users who were active last before this are without use.
    #[must_use]
    pub fn users_end(self) -> i64 {
        self.now - UNUSED_DAYS * DAY
    }
}

/// What a page tells of the things behind a finding.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    Keys(KeyCause),
    RootKeys,
    Administrators,
    Users,
}

impl Kind {
    /// As an address has it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Keys(cause) => cause.as_str(),
            Self::RootKeys => "root-keys",
            Self::Administrators => "administrators",
            Self::Users => "users",
        }
    }

    /// What [`Kind::as_str`] wrote.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let others = [Self::RootKeys, Self::Administrators, Self::Users].into_iter();
        KeyCause::ALL.into_iter().map(Self::Keys).chain(others).find(|kind| kind.as_str() == name)
    }
}

/// Something that needs attention, and how bad it is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    pub level: Level,
    pub what: What,
}

/// What was found, with the numbers that show it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum What {
    Keys {
        cause: KeyCause,
        tally: Tally,
        /// The worst of them, and who has it.
        worst: KeyFound,
        holder: Option<Named>,
    },
    RootKeys {
        keys: usize,
        /// When the oldest was made, in unix seconds.
        made_at: i64,
        /// The last day on which one was used, in unix seconds.
        used_at: Option<i64>,
    },
    Administrators {
        /// Those without an authenticator app.
        without: Vec<Named>,
        looked_at: usize,
        /// Whether there are more administrators than were looked at.
        is_part: bool,
    },
    Users {
        tally: Tally,
        /// Who has been inactive for longest, and since when.
        worst: Named,
        since: i64,
    },
    Canaries {
        /// Those that somebody used.
        touched: usize,
        uses: i64,
        /// Where the one was placed that was used last, and when, in unix seconds.
        last: String,
        used_at: i64,
    },
    Rotations {
        /// Keys that are being replaced.
        tally: Tally,
        /// When the first of them began, in unix seconds.
        since: i64,
    },
    Trials {
        /// Keys that are tried off.
        tally: Tally,
        /// Which of them is enabled again first, when, in unix seconds, and whose it is.
        first: SecretId,
        ends_at: i64,
        holder: Option<Named>,
    },
    RefusedSpike {
        refused: i64,
        usual: i64,
    },
    Server(ServerFault),
    SetUp {
        done: usize,
        of: usize,
    },
}

impl What {
    /// The stable name that programs read.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Keys { cause, .. } => cause.as_str(),
            Self::RootKeys { .. } => Kind::RootKeys.as_str(),
            Self::Administrators { .. } => Kind::Administrators.as_str(),
            Self::Users { .. } => Kind::Users.as_str(),
            Self::Canaries { .. } => "canaries",
            Self::Rotations { .. } => "rotations",
            Self::Trials { .. } => "trials",
            Self::RefusedSpike { .. } => "refused-spike",
            Self::Server(ServerFault::Clock { .. }) => "clock",
            Self::Server(ServerFault::SlowNodes { .. }) => "slow-nodes",
            Self::Server(ServerFault::OtherVersions { .. }) => "other-versions",
            Self::Server(ServerFault::MasterKey(_)) => "master-key",
            Self::SetUp { .. } => "set-up",
        }
    }
}

/// What is wrong with the servers, which all accounts on them share.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ServerFault {
    /// Milliseconds between the clock of this server and the database's.
    Clock { ms: i64 },
    /// Servers that wait long for the database, and how many milliseconds the slowest does.
    SlowNodes { nodes: usize, ms: i64 },
    /// So many servers run something else than the one that answers.
    OtherVersions { nodes: usize },
    /// The file of the master key, as it is now at the server that answers.
    MasterKey(KeyFileFault),
}

/// Why a start would refuse the file of the master key that the server has read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyFileFault {
    /// Others can touch it: its permission bits.
    Exposed { mode: u32 },
    /// It is not there any more.
    Missing,
}

/// A user or the holder of a key, by name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Named {
    pub uin: Uin,
    pub name: String,
}

/// A key as lists of causes show it. Times in unix seconds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeyFound {
    pub secret_id: SecretId,
    pub uid: Uid,
    pub is_enabled: bool,
    pub was_used: bool,
    /// When it was last used, to the day; of one that never was, when it was made.
    pub quiet_since: i64,
    pub created_at: i64,
    pub expires_at: Option<i64>,
    /// The hour in which a call was last refused, and in which one was because the key was not in use.
    pub refused_at: Option<i64>,
    pub halted_at: Option<i64>,
}

impl KeyFound {
    /// The time by which a list of this cause is sorted.
    #[must_use]
    pub fn at(&self, cause: KeyCause) -> i64 {
        match cause {
            KeyCause::NeverUsed | KeyCause::Unused => self.quiet_since,
            KeyCause::Old => self.created_at,
            KeyCause::Ending => self.expires_at.unwrap_or_default(),
            KeyCause::Halted => self.halted_at.unwrap_or_default(),
            KeyCause::Refused => self.refused_at.unwrap_or_default(),
        }
    }
}

/// A place in a list of keys or users: a time, and an id where several have it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Spot {
    pub at: i64,
    pub id: String,
}

impl Spot {
    /// As an address has it.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}:{}", self.at, self.id)
    }

    /// What [`Spot::text`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (at, id) = text.split_once(':')?;
        Some(Self { at: at.parse().ok()?, id: id.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_a_list_is_read_as_it_was_written() {
        let spot = Spot { at: 5, id: "AKIDx".to_owned() };
        assert_eq!(Spot::parse(&spot.text()), Some(spot));
        assert_eq!(Spot::parse("x"), None);
    }
}
