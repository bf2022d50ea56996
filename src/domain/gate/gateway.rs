//! A gateway: a gate token with the services that it may ask about.

use super::host::Host;
use super::service::{Service, ServiceRefusal};
use super::token::IssuedToken;

/// What is known of whoever sent a gate token that is not revoked.
#[derive(Clone, Debug)]
pub struct Gateway {
    pub token: IssuedToken,
    pub services: Vec<Service>,
}

impl Gateway {
    /// The service that a host belongs to; nothing where the token is not for it.
    pub fn service_of(&self, host: &Host) -> Option<&Service> {
        if !self.is_for(host) {
            return None;
        }
        self.services.iter().find(|service| service.plan.hosts.iter().any(|own| own.covers(host)))
    }

    fn is_for(&self, host: &Host) -> bool {
        let narrowed = &self.token.options.hosts;
        narrowed.is_empty() || narrowed.iter().any(|own| own.covers(host))
    }

    /// Refuses services of which two have the same host, as far as the token is for it.
    pub fn ensure_distinct_hosts(&self) -> Result<(), ServiceRefusal> {
        for (at, one) in self.services.iter().enumerate() {
            for other in self.services.iter().skip(at + 1) {
                if let Some(host) = self.shared(one, other) {
                    let (one, other) = (one.plan.name.clone(), other.plan.name.clone());
                    let token = self.token.name.clone();
                    return Err(ServiceRefusal::HostTwice { token, host, one, other });
                }
            }
        }
        Ok(())
    }

    fn shared(&self, one: &Service, other: &Service) -> Option<Host> {
        let narrowed = &self.token.options.hosts;
        let counts = |host: &Host| narrowed.is_empty() || narrowed.iter().any(|own| own.overlaps(host));
        let shared = one
            .plan
            .hosts
            .iter()
            .find(|host| counts(host) && other.plan.hosts.iter().any(|twin| twin.overlaps(host)));
        shared.cloned()
    }
}
