//! The last segment: `type/id` or `type/path`, with `*` and variables.

use super::Named;
use super::account::AccountSegment;
use crate::domain::policy::context::Principal;
use crate::domain::policy::problem::{Fault, code};
use crate::domain::policy::template::Template;
use crate::domain::policy::wildcard::Pattern;

/// The end of a segment that means all that lies beneath.
const BENEATH: &str = "/*";

/// The last segment of a policy's resource.
#[derive(Clone, Debug)]
pub(super) enum Tail {
    /// The account's root user, in CAM only.
    Root,
    Fixed(Directory),
    Varying(Template),
}

/// A pattern that also covers what lies beneath: `path/a` covers `path/a/b`, never `path/ab`.
///
/// CAM speaks of prefix matching; stopping at `/` keeps `uin/${uin}` from covering a longer UIN.
#[derive(Clone, Debug)]
pub(super) struct Directory {
    itself: Pattern,
    beneath: Pattern,
}

impl Tail {
    pub fn parse(text: &str) -> Result<Self, Fault> {
        if text.trim().is_empty() {
            return Err(Fault::new(
                code::RESOURCE_CONTENT,
                (
                    "The last segment of a resource is empty; write `*` for all.",
                    "资源的最后一段为空，全部资源请写 `*`。",
                ),
            ));
        }
        if text == "root" {
            return Ok(Self::Root);
        }
        match Template::parse(text) {
            Ok(None) => Ok(Self::Fixed(Directory::new(text))),
            Ok(Some(template)) => Ok(Self::Varying(template)),
            Err(message) => Err(Fault::new(code::RESOURCE_CONTENT, message)),
        }
    }

    /// Whether the caller is the only user that it covers. Root counts: only root touches root's keys.
    pub fn is_only(&self, caller: &Principal) -> bool {
        let own = format!("uin/{}", caller.uin);
        match self {
            Self::Root => true,
            Self::Fixed(directory) => directory.itself.is_plain() && directory.itself.matches(&own),
            Self::Varying(template) => template.fill(caller) == own,
        }
    }

    /// A last segment that it covers.
    pub fn sample(&self, caller: &Principal) -> String {
        match self {
            Self::Root => format!("uin/{}", caller.owner_uin),
            Self::Fixed(directory) => directory.itself.sample(),
            Self::Varying(template) => Pattern::new(&template.fill(caller)).sample(),
        }
    }

    pub fn covers(&self, named: &Named<'_>, caller: &Principal) -> bool {
        match (self, named.account) {
            (Self::Root, AccountSegment::Uin(uin)) if named.service == "cam" => {
                named.tail == format!("uin/{uin}")
            }
            (Self::Root, _) => named.tail == "root",
            (Self::Fixed(directory), _) => directory.covers(&named.tail),
            (Self::Varying(template), _) => covers_filled(template, &named.tail, caller),
        }
    }
}

/// What lies beneath a variable belongs to the caller as a whole: `queue/${uin}/*` also covers `queue/<caller>`.
fn covers_filled(template: &Template, tail: &str, caller: &Principal) -> bool {
    let filled = template.fill(caller);
    let parent = filled.strip_suffix(BENEATH).filter(|_| template.ends_with_variable_and(BENEATH));
    Directory::new(&filled).covers(tail) || parent.is_some_and(|parent| Pattern::new(parent).matches(tail))
}

impl Directory {
    fn new(text: &str) -> Self {
        let beneath = if text.ends_with(['/', '*']) { format!("{text}*") } else { format!("{text}/*") };
        Self { itself: Pattern::new(text), beneath: Pattern::new(&beneath) }
    }

    fn covers(&self, tail: &str) -> bool {
        self.itself.matches(tail) || self.beneath.matches(tail)
    }
}
