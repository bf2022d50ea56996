//! Resources: `*`, or `qcs:project:service:region:account:resource`.

mod account;
mod tail;

use std::borrow::Cow;

use self::account::{AccountPattern, AccountSegment};
use self::tail::Tail;
use super::context::{Principal, Request};
use super::problem::{Fault, code};
use super::truth::Truth;
use super::wildcard::Pattern;
use crate::domain::field::Label;

const SERVICE: Label = ("service", "产品");
const REGION: Label = ("region", "地域");

/// One entry of a statement's resource list.
#[derive(Clone, Debug)]
pub(super) enum ResourcePattern {
    /// `*`, the only one that speaks about operation-level actions.
    All,
    Written(Box<Segments>),
    /// Could not be understood.
    Unknown,
}

/// A written-out resource of a policy.
#[derive(Clone, Debug)]
pub(super) struct Segments {
    service: Pattern,
    region: Pattern,
    account: AccountPattern,
    tail: Tail,
}

/// The resource of a request, taken apart.
pub(super) enum Target<'a> {
    /// Nothing in particular.
    All,
    /// The caller's account as a whole: what an operation-level action is about.
    Account(Named<'a>),
    One(Named<'a>),
}

/// One particular resource.
pub(super) struct Named<'a> {
    service: &'a str,
    region: &'a str,
    account: AccountSegment,
    tail: Cow<'a, str>,
}

impl<'a> Target<'a> {
    /// `None` for what is no resource.
    pub fn parse(request: &Request<'a>) -> Option<Self> {
        if request.operation_level {
            return Some(Self::Account(Named::account_of(request.caller)));
        }
        if request.resource == "*" {
            return Some(Self::All);
        }
        let mut segments = request.resource.splitn(6, ':');
        let (prefix, project) = (segments.next()?, segments.next()?);
        let (service, region) = (segments.next()?, segments.next()?);
        let account = AccountSegment::of_request(segments.next()?, request.caller)?;
        let tail = segments.next()?;
        let well_formed = prefix == "qcs" && project.is_empty() && !service.is_empty() && !tail.is_empty();
        let tail = match account {
            AccountSegment::Uin(uin) if service == "cam" && tail == "root" => {
                Cow::Owned(format!("uin/{uin}"))
            }
            _ => Cow::Borrowed(tail),
        };
        well_formed.then_some(Self::One(Named { service, region, account, tail }))
    }
}

impl Named<'_> {
    fn account_of(caller: &Principal) -> Self {
        let owner = caller.owner_uin;
        let tail = Cow::Owned(format!("uin/{owner}"));
        Self { service: "cam", region: "", account: AccountSegment::Uin(owner), tail }
    }
}

/// Nothing of CAM has blanks around the parts of its name; with them a deny would deny nothing.
fn without_stray_blanks<'a>(service: &str, tail: &'a str) -> Cow<'a, str> {
    if !service.eq_ignore_ascii_case("cam") || !tail.contains(char::is_whitespace) {
        return Cow::Borrowed(tail);
    }
    Cow::Owned(tail.split('/').map(str::trim).collect::<Vec<_>>().join("/"))
}

impl ResourcePattern {
    pub fn parse(text: &str) -> Result<Self, Fault> {
        if text.trim() == "*" {
            return Ok(Self::All);
        }
        let segments: Vec<&str> = text.splitn(6, ':').map(str::trim).collect();
        let [prefix, project, service, region, account, tail] = segments.as_slice() else {
            let message = (
                format!("`{text}` is not a resource; write `*` or `qcs::service:region:account:resource`."),
                format!("`{text}` 不是资源，请写成 `*` 或 `qcs::service:region:account:resource`。"),
            );
            return Err(Fault::new(code::RESOURCE, message));
        };
        ensure_fixed_segments(prefix, project)?;
        Ok(Self::Written(Box::new(Segments {
            service: word_pattern(service).ok_or_else(|| bad(code::RESOURCE_SERVICE, SERVICE, service))?,
            region: word_pattern(region).ok_or_else(|| bad(code::RESOURCE_REGION, REGION, region))?,
            account: AccountPattern::parse(account)?,
            tail: Tail::parse(&without_stray_blanks(service, tail))?,
        })))
    }

    /// Whether it may cover users other than the caller.
    pub fn reaches_others(&self, caller: &Principal) -> bool {
        match self {
            Self::All | Self::Unknown => true,
            Self::Written(segments) => segments.service.matches("cam") && !segments.tail.is_only(caller),
        }
    }

    /// A last segment that it covers, where it is written out.
    pub fn sample(&self, caller: &Principal) -> Option<String> {
        match self {
            Self::Written(segments) => Some(segments.tail.sample(caller)),
            Self::All | Self::Unknown => None,
        }
    }

    /// A written-out resource says nothing clear about an operation-level action. It may mean it where it covers the
    /// account, or where the statement names the action outright.
    pub fn covers(&self, target: &Target<'_>, caller: &Principal, is_named: bool) -> Truth {
        match (self, target) {
            (Self::All, _) => Truth::Yes,
            (Self::Unknown, _) => Truth::Unknown,
            (Self::Written(_), Target::All) => Truth::No,
            (Self::Written(segments), Target::Account(account)) => {
                if is_named || segments.cover(account, caller) { Truth::Unknown } else { Truth::No }
            }
            (Self::Written(segments), Target::One(named)) => segments.cover(named, caller).into(),
        }
    }
}

impl Segments {
    fn cover(&self, named: &Named<'_>, caller: &Principal) -> bool {
        self.service.matches(named.service)
            && self.region.matches(named.region)
            && self.account.covers(named.account, caller)
            && self.tail.covers(named, caller)
    }
}

fn ensure_fixed_segments(prefix: &str, project: &str) -> Result<(), Fault> {
    if prefix != "qcs" {
        return Err(Fault::new(
            code::RESOURCE_QCS,
            (
                format!("A resource starts with `qcs`, not with `{prefix}`."),
                format!("资源须以 `qcs` 开头，而不是 `{prefix}`。"),
            ),
        ));
    }
    if !project.is_empty() {
        let message = ("The second segment of a resource stays empty.", "资源的第二段须留空。");
        return Err(Fault::new(code::RESOURCE_PROJECT, message));
    }
    Ok(())
}

/// A service or region; left empty it means all.
fn word_pattern(text: &str) -> Option<Pattern> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_*".contains(&byte);
    let text = if text.is_empty() { "*" } else { text };
    text.bytes().all(fits).then(|| Pattern::new(text))
}

fn bad(code: &'static str, label: Label, text: &str) -> Fault {
    let (en, zh) = label;
    let message = (
        format!("`{text}` cannot be the {en} segment of a resource."),
        format!("`{text}` 不能作为资源的{zh}段。"),
    );
    Fault::new(code, message)
}
