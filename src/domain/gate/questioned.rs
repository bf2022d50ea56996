//! Actions and resources that a service asks about by itself, without a request that somebody signed.

use super::service::ServiceName;
use super::target::{AmbiguousPath, Target, is_plain};
use crate::domain::user::Uin;
use percent_encoding::percent_encode_byte;
use std::fmt::Write;

/// Actions, or resources, of one question.
pub const MOST_NAMED: usize = 64;
/// Pairs of an action and a resource in one question.
pub const MOST_PAIRS: usize = 1_024;
const LONGEST_ACTION: usize = 64;
const LONGEST_RESOURCE: usize = 4 * 1_024;
/// How object stores name a bucket and what is in it
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-arn-format.html>).
const OBJECT: &str = "arn:aws:s3:::";

/// An action, such as `orders:ListOrders`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct QuestionedAction {
    pub service: ServiceName,
    name: String,
}

/// What it is done to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum QuestionedResource {
    /// Nothing in particular: `*`.
    All,
    /// A path of the service, in its one spelling.
    Path(String),
    /// As policies write it.
    Written(String),
}

/// Why a text is neither.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Unquestionable {
    #[error(
        "Write an action as service:Name, such as orders:ListOrders; letters and digits, at most {LONGEST_ACTION}."
    )]
    Action,
    #[error(
        "Write a resource as *, as a path such as /v1/orders, as qcs::service::uin/account:/path or as arn:aws:s3:::bucket/object."
    )]
    Resource,
    #[error(transparent)]
    Path(#[from] AmbiguousPath),
}

impl QuestionedAction {
    /// Reads `service:Name`.
    pub fn parse(text: &str) -> Result<Self, Unquestionable> {
        let (service, name) = text.split_once(':').ok_or(Unquestionable::Action)?;
        let service = ServiceName::parse(service).map_err(|_| Unquestionable::Action)?;
        let fits = (1..=LONGEST_ACTION).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        fits.then(|| Self { service, name: name.to_owned() }).ok_or(Unquestionable::Action)
    }

    /// What policies call it.
    pub fn text(&self) -> String {
        self.service.action(&self.name)
    }

    /// The name alone.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl QuestionedResource {
    /// Reads `*`, a path, a resource as policies write it, or the name of an object in a store.
    pub fn parse(text: &str) -> Result<Self, Unquestionable> {
        if text == "*" {
            return Ok(Self::All);
        }
        let is_short = text.len() <= LONGEST_RESOURCE;
        if text.starts_with('/') && is_short {
            return Ok(Self::Path(path(text)?));
        }
        if let Some(object) = text.strip_prefix(OBJECT).filter(|_| is_short) {
            return Ok(Self::Path(format!("/{}", encoded(object))));
        }
        let is_written = text.starts_with("qcs:") && text.splitn(6, ':').count() == 6 && is_short;
        match text.rsplit_once(":/").filter(|_| is_written) {
            Some((before, below)) => Ok(Self::Written(format!("{before}:{}", path(&format!("/{below}"))?))),
            None => Err(Unquestionable::Resource),
        }
    }

    /// As policies name it, for an action of that service in the account of `owner`.
    pub fn of(&self, service: &ServiceName, owner: Uin) -> String {
        match self {
            Self::All => "*".to_owned(),
            Self::Path(path) => service.resource_of(owner, path),
            Self::Written(text) => text.clone(),
        }
    }
}

fn path(text: &str) -> Result<String, Unquestionable> {
    let target = Target::parse(text)?;
    if target.path().len() == text.len() { Ok(text.to_owned()) } else { Err(Unquestionable::Resource) }
}

/// The name of an object has one reading, whatever letters are in it, as no proxy and no store takes it apart.
fn encoded(object: &str) -> String {
    object.bytes().fold(String::with_capacity(object.len()), |mut path, byte| {
        let written = if is_plain(byte) || byte == b'/' {
            path.write_char(char::from(byte))
        } else {
            path.write_str(percent_encode_byte(byte))
        };
        written.map(|()| path).unwrap_or_default()
    })
}
