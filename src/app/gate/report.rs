//! What became of the requests to a service: numbers by hour, and the newest that were refused.

use crate::app::change::steward::Steward;
use crate::app::gate::tally;
use crate::app::services::{self, ListedService};
use crate::app::{App, Failure};
use crate::domain::gate::refused::RefusedRequest;
use crate::domain::span::HOUR;
use crate::store::{service_refusals, services as kept};

/// Hours that are told, the present one among them.
pub const TOLD_HOURS: i64 = 48;

/// How requests of one hour were answered.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Answered {
    pub allowed: i64,
    pub refused: i64,
}

/// A service, and what became of requests to it.
pub struct ServiceReport {
    pub listed: ListedService,
    /// When the first of the hours began.
    pub since: i64,
    /// Each hour since then, the oldest first.
    pub hours: Vec<Answered>,
    /// The newest first.
    pub refused: Vec<RefusedRequest>,
}

/// What became of the requests to a service, up to this moment.
pub async fn report(app: &App, by: &impl Steward, name: &str) -> Result<ServiceReport, Failure> {
    let listed = services::service(app, by, name).await?;
    tally::flush(app).await?;
    let (id, now) = (listed.service.id, app.clock.now());
    let since = now - now.rem_euclid(HOUR) - (TOLD_HOURS - 1) * HOUR;
    let read = move |conn: &mut _| {
        Ok::<_, Failure>((kept::hours(conn, id, since)?, service_refusals::newest(conn, id)?))
    };
    let (counted, refused) = app.store.read(read).await?;
    let of_hour = |at: i64| counted.iter().find(|hour| hour.hour == at);
    let hours = (0..TOLD_HOURS).map(|at| {
        let counted = of_hour(since + at * HOUR);
        counted
            .map_or_else(Answered::default, |hour| Answered { allowed: hour.allowed, refused: hour.refused })
    });
    Ok(ServiceReport { since, hours: hours.collect(), listed, refused })
}
