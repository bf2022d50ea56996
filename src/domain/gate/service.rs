//! Services: what policies speak about beyond CAM.

use super::host::{Host, MAX_HOSTS, MalformedHost};
use super::route::Routes;
use crate::domain::user::Uin;
use std::fmt;

/// Services of one account.
pub const MAX_SERVICES: usize = 64;
const SHORTEST: usize = 2;
const LONGEST: usize = 32;
/// Names with which policies, resources and addresses mean something else.
const RESERVED: [&str; 9] = ["cam", "sts", "account", "tag", "camlock", "name", "permid", "qcs", "new"];

/// What policies call a service.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ServiceName(String);

/// Why a text is no name of a service.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ServiceNameRefusal {
    #[error(
        "Use {SHORTEST} to {LONGEST} small letters, digits and dashes for the name of a service, a letter first."
    )]
    Malformed,
    #[error("Something else has this name. Choose another one.")]
    Reserved,
}

impl ServiceName {
    /// Accepts only the exact shape.
    pub fn parse(text: &str) -> Result<Self, ServiceNameRefusal> {
        let fits = (SHORTEST..=LONGEST).contains(&text.len())
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if !fits {
            Err(ServiceNameRefusal::Malformed)
        } else if RESERVED.contains(&text) {
            Err(ServiceNameRefusal::Reserved)
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What policies call one of its actions.
    pub fn action(&self, name: &str) -> String {
        format!("{}:{name}", self.0)
    }

    /// The resource of a path of this service, in the account of `owner`. The path is in its one spelling.
    pub fn resource_of(&self, owner: Uin, path: &str) -> String {
        format!("qcs::{}::uin/{owner}:{path}", self.0)
    }
}

impl fmt::Display for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The hosts of a service: one at least, each once.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Hosts(Vec<Host>);

/// Why texts are no hosts of a service.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum HostsRefusal {
    #[error(transparent)]
    Malformed(#[from] MalformedHost),
    #[error("Name at least one host.")]
    None,
    #[error("Name at most {MAX_HOSTS} hosts.")]
    TooMany,
    #[error("`{0}` is named twice.")]
    Twice(Host),
}

impl Hosts {
    /// Reads one host from each text.
    pub fn parse<T: AsRef<str>>(texts: &[T]) -> Result<Self, HostsRefusal> {
        if texts.is_empty() {
            return Err(HostsRefusal::None);
        }
        if texts.len() > MAX_HOSTS {
            return Err(HostsRefusal::TooMany);
        }
        let mut hosts: Vec<Host> = Vec::new();
        for text in texts {
            let host = Host::parse(text.as_ref().trim())?;
            if hosts.contains(&host) {
                return Err(HostsRefusal::Twice(host));
            }
            hosts.push(host);
        }
        Ok(Self(hosts))
    }

    /// As they were named.
    pub fn iter(&self) -> impl Iterator<Item = &Host> {
        self.0.iter()
    }

    /// Each as it is written.
    pub fn texts(&self) -> Vec<String> {
        self.0.iter().map(Host::to_string).collect()
    }
}

/// How many bytes of a request's body the gate reads.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BodyLimit(u32);

/// The number is no limit.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("Enter a number of bytes from 0 to {}.", BodyLimit::MOST)]
pub struct NoBodyLimit;

impl BodyLimit {
    const MOST: u32 = 10 * 1024 * 1024;

    /// A limit that is not beyond what the gate ever reads.
    pub fn new(bytes: i64) -> Result<Self, NoBodyLimit> {
        let bytes = u32::try_from(bytes).map_err(|_| NoBodyLimit)?;
        if bytes <= Self::MOST { Ok(Self(bytes)) } else { Err(NoBodyLimit) }
    }

    /// The number of bytes.
    pub fn bytes(self) -> u32 {
        self.0
    }
}

impl Default for BodyLimit {
    fn default() -> Self {
        Self(1024 * 1024)
    }
}

/// What people decide about a service.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ServicePlan {
    pub name: ServiceName,
    pub hosts: Hosts,
    pub routes: Routes,
    pub body_limit: BodyLimit,
}

/// A service of an account.
#[derive(Clone, Debug)]
pub struct Service {
    pub id: i64,
    pub owner_uin: Uin,
    pub plan: ServicePlan,
    pub created_at: i64,
    pub created_by: String,
    pub changed_at: i64,
    pub changed_by: String,
}

/// Why a service stays as it is; the text is for people.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ServiceRefusal {
    #[error("This account has a service of that name.")]
    NameTaken,
    #[error("This account has {MAX_SERVICES} services, the most there can be. Delete one first.")]
    TooMany,
    #[error("There is no service `{0}` in this account.")]
    Absent(String),
    #[error(
        "The gate token {token} would have {host} in two services, {one} and {other}. A host belongs to one service of a token."
    )]
    HostTwice { token: String, host: Host, one: ServiceName, other: ServiceName },
}
