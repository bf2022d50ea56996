//! Opening a claim link. Whoever asks is nobody: the token is all that is known of them, and the browser they are at.
//!
//! Looking at a link changes nothing, as chat programs look at every address. The first browser that presses the button
//! keeps the link: from then on only that browser comes to what it hands over, and takes it once.

use crate::app::change::event::{Actor, Draft};
use crate::app::change::{Change, Outsider};
use crate::app::factors::guard::{Buckets, claim_buckets};
use crate::app::session::tickets::{Door, NewTicket, SHOWN_ONCE_SECONDS, digest, mint};
use crate::app::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::claim::{Claim, Claimed, Standing};
use crate::domain::key::Key;
use crate::domain::source::Source;
use crate::domain::user::{Uin, User};
use crate::store::claims::Opener;
use crate::store::{Conn, api_keys, claims, identities, users};

/// What the ticket of the page that shows a claimed key is for.
pub(in crate::app) const CLAIMED_KEY: &str = "claimed_key";
/// Who opens a link, as the log names it: the token does not say who it is.
const HOLDER: &str = "claim link";

/// Somebody with a link, at a browser.
pub struct Visitor {
    /// What the browser's cookie holds.
    pub browser: String,
    pub source: Source,
}

/// Where an opened link leads.
pub enum Opened {
    /// To the page that shows the pair of a key, once.
    Key { id: String, ticket: String },
    /// To the page on which the first password is chosen.
    Password { id: String },
}

/// A link that is good, and what it hands over.
pub(in crate::app) struct Good {
    pub claim: Claim,
    pub user: User,
    /// Of a key.
    pub key: Option<Key>,
}

/// Why a link opens nothing, with whose it was as far as that is known.
pub(in crate::app) struct Bad {
    user: Option<User>,
    because: &'static str,
}

/// What a link would hand over and until when; [`Failure::NotProven`] of one that opens nothing, whatever the reason.
pub async fn look_at(app: &App, token: &str, visitor: &Visitor) -> Result<(Claimed, i64), Failure> {
    let (buckets, now) = (claim_buckets(app, &visitor.source.ip), app.clock.now());
    let (wanted, browser, counted) = (digest(token), digest(&visitor.browser), buckets.clone());
    let found = app
        .store
        .read(move |conn| {
            counted.ensure_open(conn, now)?;
            let found = claims::by_digest(conn, &wanted)?;
            Ok::<_, Failure>(match found {
                Some(claim) => judged(conn, claim, &browser, now)?.ok(),
                None => None,
            })
        })
        .await?;
    match found {
        Some(good) => Ok((good.claim.claimed, good.claim.expires_at)),
        None => Err(missed(app, buckets).await?),
    }
}

/// Counts a miss. Tokens cannot be guessed; the wait spares the database.
async fn missed(app: &App, buckets: Buckets) -> Result<Failure, Failure> {
    let now = app.clock.now();
    app.store.write(move |conn| buckets.fail(conn, now)).await?;
    Ok(Failure::NotProven)
}

/// Opens a link for this browser and no other. The same browser may come again until it has taken what is handed over.
pub async fn open(app: &App, token: &str, visitor: Visitor) -> Result<Opened, Failure> {
    let buckets = claim_buckets(app, &visitor.source.ip);
    let (now, counted) = (app.clock.now(), buckets.clone());
    app.store.read(move |conn| counted.ensure_open(conn, now)).await?;
    let wanted = digest(token);
    let opened = app
        .change(&Outsider, move |change| {
            let browser = digest(&visitor.browser);
            match opened_by(change, &wanted, &browser, &visitor.source)? {
                Ok(good) => lead_on(change, &good, &browser).map(Some),
                Err(bad) => {
                    refusal(&bad, &visitor.source).record(change);
                    Ok(None)
                }
            }
        })
        .await?;
    match opened {
        Some(opened) => Ok(opened),
        None => Err(missed(app, buckets).await?),
    }
}

fn opened_by(
    change: &mut Change<'_, Outsider>,
    wanted: &str,
    browser: &str,
    source: &Source,
) -> Result<Result<Good, Bad>, Failure> {
    let now = change.app.clock.now();
    let Some(claim) = claims::by_digest(change.conn, wanted)? else {
        return Ok(Err(Bad { user: None, because: "no such link" }));
    };
    let good = match judged(change.conn, claim, browser, now)? {
        Ok(good) => good,
        Err(bad) => return Ok(Err(bad)),
    };
    if good.claim.opened_at.is_some() {
        return Ok(Ok(good));
    }
    if !claims::open(change.conn, &good.claim, Opener { browser, source, at: now })? {
        // Another one was first, perhaps the same browser by a second click.
        let again = claims::by_digest(change.conn, wanted)?;
        let mine = again.filter(|claim| claim.is_good_for(browser, now));
        let other = Bad { user: Some(good.user.clone()), because: OPENED_BEFORE };
        return Ok(mine.map(|claim| Good { claim, ..good }).ok_or(other));
    }
    let event = by_holder(EventName::OPEN_CLAIM_LINK, &good, source);
    event.fact("link", good.claim.id.as_str()).record(change);
    Ok(Ok(good))
}

const OPENED_BEFORE: &str = "opened in another browser before";

/// Whether a link opens for this browser: fails closed where anything has changed since it was made.
pub(in crate::app) fn judged(
    conn: &mut Conn,
    claim: Claim,
    browser: &str,
    now: i64,
) -> Result<Result<Good, Bad>, Failure> {
    let Some(user) = users::by_uid(conn, claim.uid)?.filter(|user| user.owner_uin == claim.owner) else {
        return Ok(Err(Bad { user: None, because: "no such user" }));
    };
    let because = match claim.standing(now) {
        Standing::Open => None,
        Standing::Opened if claim.browser.as_deref() == Some(browser) => None,
        Standing::Opened => Some(OPENED_BEFORE),
        Standing::Used => Some("used before"),
        Standing::Expired => Some("expired"),
    };
    if let Some(because) = because {
        return Ok(Err(Bad { user: Some(user), because }));
    }
    let key = match &claim.claimed {
        Claimed::Key(id) => api_keys::find(conn, user.uid, id)?.filter(|key| key.halt_at(now).is_none()),
        Claimed::Password => None,
    };
    let is_there = match &claim.claimed {
        Claimed::Key(_) => key.is_some(),
        Claimed::Password => {
            let identity = identities::find(conn, user.uin)?;
            user.console_login && identity.is_some_and(|identity| identity.password_hash.is_none())
        }
    };
    Ok(if is_there {
        Ok(Good { claim, user, key })
    } else {
        Err(Bad { user: Some(user), because: "what it hands over is gone" })
    })
}

fn lead_on(change: &mut Change<'_, Outsider>, good: &Good, browser: &str) -> Result<Opened, Failure> {
    let id = good.claim.id.clone();
    let Some(key) = &good.key else { return Ok(Opened::Password { id }) };
    let door = claimed_door(key, browser);
    let new = NewTicket { door: &door, shown: None, seconds: SHOWN_ONCE_SECONDS };
    Ok(Opened::Key { id, ticket: mint(change.app, change.conn, &new)? })
}

/// What a ticket for the page of a claimed key opens: in the browser that opened the link.
pub(in crate::app) fn claimed_door<'a>(key: &'a Key, browser: &'a str) -> Door<'a> {
    Door { session: browser, purpose: CLAIMED_KEY, uid: key.uid, object: key.secret_id.as_str() }
}

/// An event of whoever holds a link, about its user.
pub(in crate::app) fn by_holder(name: EventName, good: &Good, source: &Source) -> Draft {
    let event = of_holder(name, &good.user, source);
    match &good.claim.claimed {
        Claimed::Password => event,
        Claimed::Key(id) => event.object(id.as_str()),
    }
}

fn of_holder(name: EventName, user: &User, source: &Source) -> Draft {
    Draft::new(name, &Actor { owner: user.owner_uin, uin: Uin(0), name: HOLDER, source }).on(user)
}

/// Links that there are not are written down too, for the operator: all cases then cost the same.
fn refusal(bad: &Bad, source: &Source) -> Draft {
    let event = match &bad.user {
        Some(user) => of_holder(EventName::OPEN_CLAIM_LINK, user, source),
        None => Draft::new(
            EventName::OPEN_CLAIM_LINK,
            &Actor { owner: Uin(0), uin: Uin(0), name: "unknown", source },
        ),
    };
    event.refused(bad.because)
}
