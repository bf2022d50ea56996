//! Slows guessing down without locking the owner out: counters per user, network and known browser.

use crate::app::factors::known_devices::{Device, mac};
use crate::app::{App, Failure};
use crate::domain::network::Network;
use crate::domain::throttle::{
    CLAIM, CLOSED_SECONDS, DEVICE, Limit, NETWORK, RECOVERY, SECOND_STEP, SECOND_STEP_EVERYWHERE, USER,
    USER_AND_NETWORK,
};
use crate::domain::user::Uin;
use crate::passwords::{Guest, PasswordsError, Turn};
use crate::store::{Conn, throttles};
use data_encoding::HEXLOWER;

const OF_NETWORKS: &str = "network:";

/// The counters that one attempt is charged to, in the order in which everybody locks them.
#[derive(Clone)]
pub(in crate::app) struct Buckets(Vec<(String, Limit)>);

impl Buckets {
    /// The same where an account allows only so many wrong passwords in an hour; 0 changes nothing.
    pub(in crate::app) fn tightened(self, retry_limit: i64) -> Self {
        if retry_limit <= 0 {
            return self;
        }
        let tight = |(bucket, limit): (String, Limit)| {
            if bucket.starts_with(OF_NETWORKS) {
                return (bucket, limit);
            }
            let free = limit.free.min(retry_limit);
            (bucket, Limit { free, first: CLOSED_SECONDS, longest: CLOSED_SECONDS })
        };
        Self(self.0.into_iter().map(tight).collect())
    }

    /// Those of the networks alone.
    fn of_networks(&self) -> Self {
        Self(self.0.iter().filter(|(bucket, _)| bucket.starts_with(OF_NETWORKS)).cloned().collect())
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(bucket, _)| bucket.as_str())
    }

    /// Seconds until an attempt is let through again, if it is not now.
    pub(in crate::app) fn wait(&self, conn: &mut Conn, now: i64) -> Result<Option<i64>, Failure> {
        let mut longest = None;
        for (bucket, limit) in &self.0 {
            longest = longest.max(throttles::blocked_until(conn, bucket, *limit, now)?);
        }
        Ok(longest.map(|until: i64| until - now))
    }

    /// Refuses an attempt that is not let through now.
    pub(in crate::app) fn ensure_open(&self, conn: &mut Conn, now: i64) -> Result<(), Failure> {
        self.wait(conn, now)?.map_or(Ok(()), |seconds| Err(Failure::Throttled { seconds }))
    }

    /// Counts a failure in each.
    pub(in crate::app) fn fail(&self, conn: &mut Conn, now: i64) -> Result<(), Failure> {
        throttles::lock_all(conn, self.names())?;
        self.count(conn, now)
    }

    fn count(&self, conn: &mut Conn, now: i64) -> Result<(), Failure> {
        for (bucket, limit) in &self.0 {
            throttles::fail(conn, bucket, *limit, now)?;
        }
        Ok(())
    }

    /// Forgets all failures.
    pub(in crate::app) fn clear(&self, conn: &mut Conn) -> Result<(), Failure> {
        throttles::lock_all(conn, self.names())?;
        for bucket in self.names() {
            throttles::clear(conn, bucket)?;
        }
        Ok(())
    }

    /// Takes back what a right guess was charged.
    pub(in crate::app) fn forgive(&self, conn: &mut Conn) -> Result<(), Failure> {
        throttles::lock_all(conn, self.names())?;
        for (position, (bucket, limit)) in self.0.iter().enumerate() {
            if position == 0 {
                throttles::clear(conn, bucket)?;
            } else {
                throttles::forgive(conn, bucket, *limit)?;
            }
        }
        Ok(())
    }
}

/// Counters of passwords for whoever is meant, from that address; a browser known to this identity has its own.
pub(in crate::app) fn buckets(app: &App, name: &Name, ip: &str, known: Option<&Device>) -> Buckets {
    if let Some(device) = known {
        return Buckets(vec![(format!("{}{}", device_prefix(device.uin), device.nonce), DEVICE)]);
    }
    let (name, networks) = (blurred(app, &name.text()), blurred_networks(app, &Network::of(ip)));
    let narrowest = networks.last().map_or("", String::as_str);
    let mut buckets = vec![
        (format!("{}{narrowest}", networks_prefix(&name)), USER_AND_NETWORK),
        (format!("user:{name}"), USER),
    ];
    buckets.extend(networks.iter().map(|network| (format!("{OF_NETWORKS}{network}"), NETWORK)));
    Buckets(buckets)
}

/// The counter for passwords that a signed-in person is asked for again.
pub(in crate::app) fn own_bucket(uin: Uin) -> Buckets {
    Buckets(vec![(signed_in(uin), USER_AND_NETWORK)])
}

/// Counters of codes of the second step: those of strangers do not count for a known browser.
pub(in crate::app) fn code_buckets(app: &App, uin: Uin, ip: &str, known: Option<&Device>) -> Buckets {
    let own = (format!("{}:{}", code_bucket(uin), place(app, ip, known)), SECOND_STEP);
    match known {
        Some(_) => Buckets(vec![own]),
        None => Buckets(vec![own, (code_bucket(uin), SECOND_STEP_EVERYWHERE)]),
    }
}

/// The counter of recovery codes, apart from that of codes.
pub(in crate::app) fn recovery_buckets(app: &App, uin: Uin, ip: &str, known: Option<&Device>) -> Buckets {
    Buckets(vec![(format!("recovery:{uin}:{}", place(app, ip, known)), RECOVERY)])
}

/// The counter of claim links that open nothing.
pub(in crate::app) fn claim_buckets(app: &App, ip: &str) -> Buckets {
    Buckets(vec![(format!("claim:{}", place(app, ip, None)), CLAIM)])
}

fn place(app: &App, ip: &str, known: Option<&Device>) -> String {
    if let Some(device) = known {
        return format!("device:{}", device.nonce);
    }
    let networks = blurred_networks(app, &Network::of(ip));
    format!("{OF_NETWORKS}{}", networks.last().map_or("", String::as_str))
}

/// Names and networks are kept as keyed digests: the table is no list of who tried.
fn blurred(app: &App, text: &str) -> String {
    HEXLOWER.encode(&mac(app.keys.bucket.as_ref(), text))
}

/// The widest network first; each further one begins with those around it.
fn blurred_networks(app: &App, network: &Network) -> Vec<String> {
    let mut path = String::new();
    let levels = network.levels().iter().map(|level| {
        let between = if path.is_empty() { "" } else { "/" };
        path = format!("{path}{between}{}", blurred(app, level));
        path.clone()
    });
    levels.collect()
}

/// Forgets what was counted against one person: passwords and codes.
pub(in crate::app) fn forgive_person(app: &App, conn: &mut Conn, uin: Uin) -> Result<(), Failure> {
    let name = blurred(app, &Name::Known(uin).text());
    throttles::clear_all(conn, &networks_prefix(&name))?;
    throttles::clear(conn, &format!("user:{name}"))?;
    throttles::clear(conn, &signed_in(uin))?;
    throttles::clear_all(conn, &device_prefix(uin))?;
    forgive_codes(conn, uin)
}

/// Forgets what was counted against whoever sits in a network.
pub(in crate::app) fn forgive_network(app: &App, conn: &mut Conn, network: &Network) -> Result<(), Failure> {
    let networks = blurred_networks(app, network);
    let narrowest = networks.last().map_or("", String::as_str);
    throttles::clear_place(conn, "user+network:", narrowest)?;
    for network in &networks {
        throttles::clear(conn, &format!("{OF_NETWORKS}{network}"))?;
    }
    for kind in [OF_NETWORKS, "code:", "recovery:", "claim:"] {
        throttles::clear_place(conn, kind, narrowest)?;
    }
    Ok(())
}

/// Waits for a turn and counts the attempt before it is looked at, so that parallel guesses cannot outrun the counter.
///
/// Who has to wait for the counter does not wait for a turn first.
pub(in crate::app) async fn admit(app: &App, buckets: &Buckets, guest: &Guest) -> Result<Turn, Failure> {
    let (wanted, now) = (buckets.clone(), app.clock.now());
    app.store.read(move |conn| wanted.ensure_open(conn, now)).await?;
    let turn = match app.passwords.turn(guest).await {
        Ok(turn) => turn,
        Err(error) => return Err(turned_away(app, buckets, error).await),
    };
    let (wanted, now) = (buckets.clone(), app.clock.now());
    app.store
        .write(move |conn| {
            throttles::lock_all(conn, wanted.names())?;
            wanted.ensure_open(conn, now)?;
            wanted.count(conn, now)
        })
        .await?;
    Ok(turn)
}

/// A crowd costs its networks something even where nobody looks at what it says.
async fn turned_away(app: &App, buckets: &Buckets, error: PasswordsError) -> Failure {
    let (networks, now) = (buckets.of_networks(), app.clock.now());
    if networks.0.is_empty() {
        return error.into();
    }
    let counted = app.store.write(move |conn| networks.fail(conn, now)).await;
    counted.err().unwrap_or_else(|| error.into())
}

/// Takes back what an attempt was charged that got no verdict: a fault of the server is nobody's wrong guess.
pub(in crate::app) async fn take_back(app: &App, buckets: Buckets, error: PasswordsError) -> Failure {
    let taken = app.store.write(move |conn| {
        throttles::lock_all(conn, buckets.names())?;
        for (bucket, limit) in &buckets.0 {
            throttles::forgive(conn, bucket, *limit)?;
        }
        Ok::<_, Failure>(())
    });
    taken.await.err().unwrap_or_else(|| error.into())
}

/// Whom somebody at the door means: every spelling of a person counts as the same.
pub(in crate::app) enum Name {
    Known(Uin),
    /// An account, as far as it is known, and a name that nobody has.
    Unknown(String, String),
}

impl Name {
    fn text(&self) -> String {
        match self {
            Self::Known(uin) => format!("uin {uin}"),
            Self::Unknown(account, name) => format!("{account}\n{}", name.to_lowercase()),
        }
    }
}

/// Forgets wrong codes of one person: at sign-in, of recovery, and at step-up.
pub(in crate::app) fn forgive_codes(conn: &mut Conn, uin: Uin) -> Result<(), Failure> {
    for bucket in [code_bucket(uin), format!("recovery:{uin}"), crate::app::factors::locks::bucket(uin)] {
        throttles::clear_all(conn, &format!("{bucket}:"))?;
        throttles::clear(conn, &bucket)?;
    }
    crate::store::identities::set_wrong_codes(conn, uin, 0)?;
    Ok(())
}

/// The counter of wrong passwords typed by a signed-in person: its own, so that nobody else fills it.
fn signed_in(uin: Uin) -> String {
    format!("signed-in:{uin}")
}

fn code_bucket(uin: Uin) -> String {
    format!("code:{uin}")
}

fn networks_prefix(name: &str) -> String {
    format!("user+network:{name}:")
}

fn device_prefix(uin: Uin) -> String {
    format!("device:{uin}:")
}
