//! How many connections an address holds at once.

use ipnet::IpNet;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The connections of every address, where they are bounded.
#[derive(Clone)]
pub(super) struct Seats {
    most: usize,
    exempt: Arc<[IpNet]>,
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// A connection that counts until it is dropped.
pub(super) struct Seat(Option<(Seats, IpAddr)>);

impl Seats {
    pub(super) fn new(most: usize, exempt: Vec<IpNet>) -> Self {
        Self { most, exempt: exempt.into(), taken: Arc::default() }
    }

    /// Room for one more connection; an error when the address holds as many as it may.
    pub(super) fn take(&self, peer: Option<SocketAddr>) -> Result<Seat, ()> {
        let Some(ip) = peer.map(|peer| peer.ip().to_canonical()).filter(|_| self.most > 0) else {
            return Ok(Seat(None));
        };
        if self.exempt.iter().any(|network| network.contains(&ip)) {
            return Ok(Seat(None));
        }
        let holder = holder(ip);
        let mut taken = self.counts();
        let count = taken.entry(holder).or_insert(0);
        if *count >= self.most {
            tracing::debug!(%ip, "a connection was refused: its address holds as many as it may");
            return Err(());
        }
        *count += 1;
        Ok(Seat(Some((self.clone(), holder))))
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let Some((seats, holder)) = self.0.take() else { return };
        let mut taken = seats.counts();
        if let Some(count) = taken.get_mut(&holder) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&holder);
            }
        }
    }
}

/// Whoever has one IPv6 address has the /64 around it.
fn holder(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}
