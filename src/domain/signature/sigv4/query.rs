//! The query as the scheme sorts it, and the parameters of a presigned URL.

use std::borrow::Cow;

use super::encoding;
use crate::domain::signature::error::{Shape, SignatureError};
use crate::domain::signature::gate_fault::GateFault;

/// Parameters that make a request a presigned one.
const SIGNING: [&str; 3] = ["x-amz-algorithm", "x-amz-credential", "x-amz-signature"];
const OWN_FAMILY: &str = "x-amz-";
const SIGNATURE: &str = "X-Amz-Signature";
const MAX_SHOWN: usize = 64;

/// Whether the query carries a signature, in whatever spelling.
pub(in crate::domain::signature) fn is_presigned(raw: &str) -> bool {
    let names = raw.split('&').map(|pair| pair.split_once('=').map_or(pair, |(name, _)| name));
    names.filter_map(encoding::component).any(|name| SIGNING.iter().any(|own| name.eq_ignore_ascii_case(own)))
}

/// The parameters in their one spelling, sorted by name and value.
pub(super) struct Query<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Query<'a> {
    pub(super) fn parse(raw: &'a str) -> Result<Self, SignatureError> {
        let pairs = raw.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((encoding::component(name)?, encoding::component(value)?))
        });
        let pairs: Option<Vec<_>> = pairs.collect();
        let mut query = Self(pairs.ok_or(SignatureError::Shape(Shape::Query))?);
        query.0.sort_unstable();
        query.ensure_own_once()?;
        Ok(query)
    }

    /// Refuses a parameter of the scheme that is there twice, or in two spellings.
    fn ensure_own_once(&self) -> Result<(), SignatureError> {
        let mut names: Vec<String> = self.0.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
        names.retain(|name| name.starts_with(OWN_FAMILY));
        names.sort_unstable();
        let doubled = names.iter().zip(names.iter().skip(1)).find(|(name, next)| name == next);
        doubled.map_or(Ok(()), |(name, _)| {
            Err(GateFault::DoubledParameter(name.chars().take(MAX_SHOWN).collect()).into())
        })
    }

    /// Whether there is a parameter of that name, in any letter case.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(given, _)| given.eq_ignore_ascii_case(name))
    }

    /// The decoded value of a parameter of the scheme.
    pub(super) fn needed(&self, name: &'static str) -> Result<Cow<'a, str>, SignatureError> {
        let pair = self.0.iter().find(|(given, _)| given == name);
        let (_, value) = pair.ok_or(SignatureError::Missing(name))?;
        if !value.contains('%') {
            return Ok(value.clone());
        }
        encoding::decoded(value).map(Cow::Owned).ok_or(SignatureError::Malformed(name))
    }

    /// The line of the canonical request.
    pub(super) fn canonical(&self) -> String {
        let mut line = String::new();
        for (name, value) in self.0.iter().filter(|(name, _)| name != SIGNATURE) {
            if !line.is_empty() {
                line.push('&');
            }
            for part in [name, "=", value] {
                line.push_str(part);
            }
        }
        line
    }
}
