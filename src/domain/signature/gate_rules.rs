//! What a gateway takes.

use super::error::SignatureError;
use super::gate_fault::GateFault;

/// What the token of a gateway says about signatures.
#[derive(Clone, Copy, Debug)]
pub struct GateRules<'r> {
    /// Regions that a credential may name; empty for any.
    pub regions: &'r [String],
    /// Services that a credential may name; empty for any.
    pub services: &'r [String],
    /// Whether the path is encoded once more in the canonical request, as all services but S3 have it.
    pub double_encode: bool,
    /// Whether bodies that are signed chunk by chunk pass, without their chunks being checked here.
    pub take_streaming: bool,
    /// Longest body, in bytes.
    pub body_limit: usize,
}

impl GateRules<'_> {
    /// Refuses a credential for another region or service.
    pub(super) fn ensure_taken(&self, region: &str, service: &str) -> Result<(), SignatureError> {
        let takes =
            |names: &[String], name: &str| names.is_empty() || names.iter().any(|taken| taken == name);
        if !takes(self.regions, region) {
            return Err(GateFault::Region(region.to_owned()).into());
        }
        if !takes(self.services, service) {
            return Err(GateFault::Service(service.to_owned()).into());
        }
        Ok(())
    }
}
