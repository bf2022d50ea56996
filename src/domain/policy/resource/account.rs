//! The account segment: `uin/<root>`, `uid/<app id>`, or empty for the policy's own account.

use crate::domain::policy::context::Principal;
use crate::domain::policy::problem::{Fault, code};
use crate::domain::policy::wildcard::Pattern;

/// The account segment of a policy.
#[derive(Clone, Debug)]
pub(super) enum AccountPattern {
    /// Left empty: the account the policy belongs to.
    Own,
    One(AccountSegment),
    Like(Pattern),
}

/// An account by one of its two numbers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum AccountSegment {
    Uin(u64),
    App(u64),
}

impl AccountSegment {
    fn parse(text: &str) -> Option<Self> {
        let (kind, number) = text.split_once('/')?;
        let (kind, number) = (kind.trim(), number.trim());
        let is_plain = number.bytes().all(|byte| byte.is_ascii_digit());
        let number = number.parse().ok().filter(|_| is_plain)?;
        match kind {
            "uin" => Some(Self::Uin(number)),
            "uid" => Some(Self::App(number)),
            _ => None,
        }
    }

    /// The account a request names; its own two names become one, an empty one is its own.
    pub fn of_request(text: &str, caller: &Principal) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::Uin(caller.owner_uin));
        }
        Self::parse(text).map(|account| account.under_uin(caller))
    }

    /// The caller's own account has two names; the UIN stands for both.
    fn under_uin(self, caller: &Principal) -> Self {
        if self == Self::App(caller.app_id) { Self::Uin(caller.owner_uin) } else { self }
    }
}

impl AccountPattern {
    pub fn parse(text: &str) -> Result<Self, Fault> {
        if text.is_empty() {
            return Ok(Self::Own);
        }
        if let Some(account) = AccountSegment::parse(text) {
            return Ok(Self::One(account));
        }
        if matches!(text, "*" | "uin/*" | "uid/*") {
            return Ok(Self::Like(Pattern::new(text)));
        }
        Err(super::bad(code::RESOURCE_ACCOUNT, ("account", "账号"), text))
    }

    pub fn covers(&self, account: AccountSegment, caller: &Principal) -> bool {
        match self {
            Self::Own => account == AccountSegment::Uin(caller.owner_uin),
            Self::One(written) => account == written.under_uin(caller),
            Self::Like(pattern) => match account {
                AccountSegment::Uin(uin) if uin == caller.owner_uin => {
                    pattern.matches(&format!("uin/{uin}"))
                        || pattern.matches(&format!("uid/{}", caller.app_id))
                }
                AccountSegment::Uin(uin) => pattern.matches(&format!("uin/{uin}")),
                AccountSegment::App(app_id) => pattern.matches(&format!("uid/{app_id}")),
            },
        }
    }
}
