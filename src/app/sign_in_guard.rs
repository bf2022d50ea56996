//! Slows guessing down without locking the owner out: counters per user, network and known browser.

use super::{App, Failure};
use crate::domain::throttle::{CLOSED_SECONDS, DEVICE, Limit, NETWORK, USER, USER_AND_NETWORK};
use crate::domain::user::{Uin, User};
use crate::passwords::PasswordsError;
use crate::store::{Conn, dialect, throttles};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::net::IpAddr;

/// Seconds that a browser is known for after it signed in.
pub const DEVICE_COOKIE_SECONDS: i64 = 180 * 86_400;

/// The counters that one attempt is charged to.
pub(super) struct Buckets(Vec<(String, Limit)>);

impl Buckets {
    /// The same where an account allows only so many wrong passwords in an hour; 0 changes nothing.
    pub(super) fn tightened(self, retry_limit: i64) -> Self {
        if retry_limit <= 0 {
            return self;
        }
        let tight = |(bucket, limit): (String, Limit)| {
            if bucket.starts_with("network:") {
                return (bucket, limit);
            }
            let free = limit.free.min(retry_limit);
            (bucket, Limit { free, first: CLOSED_SECONDS, longest: CLOSED_SECONDS })
        };
        Self(self.0.into_iter().map(tight).collect())
    }
}

impl App {
    /// Counters for a name as it was typed, from that address; a browser known to this identity has its own.
    pub(super) fn buckets(&self, name: &str, ip: &str, known: Option<Device>) -> Buckets {
        if let Some(device) = known {
            return Buckets(vec![(format!("{}{}", device_prefix(device.uin), device.nonce), DEVICE)]);
        }
        let (name, network) = (self.blurred(name), self.blurred(&network_of(ip)));
        Buckets(vec![
            (format!("{}{network}", networks_prefix(&name)), USER_AND_NETWORK),
            (format!("user:{name}"), USER),
            (format!("network:{network}"), NETWORK),
        ])
    }

    /// The counter for passwords that a signed-in person is asked for again.
    pub(super) fn own_bucket(uin: Uin) -> Buckets {
        Buckets(vec![(signed_in(uin), USER_AND_NETWORK)])
    }

    /// Names and networks are kept as keyed digests: the table is no list of who tried.
    fn blurred(&self, text: &str) -> String {
        HEXLOWER.encode(&mac(self.keys.bucket.as_ref(), text))
    }

    /// Forgets what was counted against one person, by whatever name it was typed.
    pub(super) fn forgive_person(&self, conn: &mut Conn, user: &User) -> Result<(), Failure> {
        let (owner, uin) = (user.owner_uin.to_string(), user.uin.to_string());
        for account in ["", &owner] {
            for name in [user.name.as_str(), &uin] {
                self.forgive_name(conn, &typed(account, name))?;
            }
        }
        throttles::clear(conn, &signed_in(user.uin))?;
        throttles::clear_all(conn, &device_prefix(user.uin))?;
        Ok(())
    }

    fn forgive_name(&self, conn: &mut Conn, name: &str) -> Result<(), Failure> {
        let name = self.blurred(name);
        throttles::clear(conn, &format!("user:{name}"))?;
        throttles::clear_all(conn, &networks_prefix(&name))?;
        Ok(())
    }

    /// Counts an attempt before it is looked at, so that parallel guesses cannot outrun the counter.
    pub(super) async fn charge(&self, buckets: &Buckets) -> Result<(), Failure> {
        let (wanted, now) = (buckets.0.clone(), self.clock.now());
        self.store
            .write(move |conn| {
                for (bucket, _) in &wanted {
                    dialect::lock_text(conn, bucket)?;
                    if let Some(until) = throttles::blocked_until(conn, bucket, now)? {
                        return Err(Failure::Throttled { seconds: until - now });
                    }
                }
                for (bucket, limit) in &wanted {
                    throttles::fail(conn, bucket, *limit, now)?;
                }
                Ok(())
            })
            .await
    }

    /// Takes back what an attempt was charged that got no verdict: a busy server is nobody's wrong guess.
    pub(super) async fn take_back(&self, buckets: Buckets, error: PasswordsError) -> Failure {
        let taken = self.store.write(move |conn| {
            for (bucket, limit) in &buckets.0 {
                throttles::forgive(conn, bucket, *limit)?;
            }
            Ok::<_, Failure>(())
        });
        taken.await.err().unwrap_or_else(|| error.into())
    }

    /// Takes back what a right guess was charged.
    pub(super) fn forgive(conn: &mut Conn, buckets: &Buckets) -> Result<(), Failure> {
        for (position, (bucket, limit)) in buckets.0.iter().enumerate() {
            if position == 0 {
                throttles::clear(conn, bucket)?;
            } else {
                throttles::forgive(conn, bucket, *limit)?;
            }
        }
        Ok(())
    }

    /// A cookie that lets a browser be known again: `uin.issued.nonce.mac`.
    pub(super) fn device_cookie(&self, uin: Uin) -> Result<String, Failure> {
        let text = format!("{uin}.{}.{}", self.clock.now(), self.random.token()?);
        let mac = BASE64URL_NOPAD.encode(&mac(self.keys.device.as_ref(), &text));
        Ok(format!("{text}.{mac}"))
    }

    /// The name of a browser that signed in as this identity before.
    pub(super) fn known_device(&self, cookie: &str, uin: Uin) -> Option<Device> {
        let (text, mac) = cookie.rsplit_once('.')?;
        let mut parts = text.split('.');
        let (owner, issued, nonce) = (parts.next()?, parts.next()?.parse::<i64>().ok()?, parts.next()?);
        let decoded = BASE64URL_NOPAD.decode(mac.as_bytes()).ok()?;
        let mut check = keyed(self.keys.device.as_ref());
        check.update(text.as_bytes());
        let is_ours = check.verify_slice(&decoded).is_ok();
        let is_fresh = issued + DEVICE_COOKIE_SECONDS > self.clock.now();
        (is_ours && is_fresh && owner == uin.to_string()).then(|| Device { uin, nonce: nonce.to_owned() })
    }
}

/// A browser that signed in as an identity before.
pub(super) struct Device {
    uin: Uin,
    nonce: String,
}

/// What was typed at the door, as the counters know it.
pub(super) fn typed(account: &str, name: &str) -> String {
    format!("{}\n{}", account.trim(), name.trim().to_lowercase())
}

/// The counter of wrong passwords typed by a signed-in person: its own, so that nobody else fills it.
fn signed_in(uin: Uin) -> String {
    format!("signed-in:{uin}")
}

fn networks_prefix(name: &str) -> String {
    format!("user+network:{name}:")
}

fn device_prefix(uin: Uin) -> String {
    format!("device:{uin}:")
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"))
}

fn mac(key: &[u8], text: &str) -> [u8; 32] {
    let mut mac = keyed(key);
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().into()
}

/// The network of an address: /24 or /64.
fn network_of(ip: &str) -> String {
    match ip.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}")
        }
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
        Err(_) => "unknown".to_owned(),
    }
}
