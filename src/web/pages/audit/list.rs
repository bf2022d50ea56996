//! The log listed, and one event of it.

use crate::app::{account, account::log::EventPage};
use crate::domain::audit::{Event, words::EventGroup};
use crate::domain::saved_filter::FilteredList;
use crate::domain::{field::FieldError, number::grouped, permission::action};
use crate::web::answer::{PageResult, render, render_as};
use crate::web::pages::audit::{
    Day, EventRow, by_day, facts::Facts, often, often::Question, range, range::Shortcut, search,
    search::TypedFilter,
};
use crate::web::pages::saved::Chips;
use crate::web::pages::ways::keys_address;
use crate::web::{layout::Layout, layout::filters, query::Query, visit::Visit};
use actix_web::http::StatusCode;
use askama::Template;

#[derive(Template)]
#[template(path = "audit/index.html")]
struct IndexPage {
    page: Layout,
    errors: Vec<FieldError>,
    typed: TypedFilter,
    groups: [EventGroup; 6],
    shortcuts: Vec<Shortcut>,
    often: Vec<Question>,
    /// Whether the filters that are folded away are shown.
    is_open: bool,
    /// The filter of a file with the same events; none for whoever may have no such file.
    export: Option<String>,
    chips: Chips,
    /// Nothing to list while the filter cannot be read.
    listing: Option<Listing>,
}

/// One page of the log and the ways on from it.
struct Listing {
    days: Vec<Day<EventRow>>,
    newer: Option<String>,
    older: Option<String>,
    /// Longer ranges to look into, when this one is empty.
    wider: Vec<Shortcut>,
    is_filtered: bool,
    /// The address of the first page, when this is another.
    newest: Option<String>,
    /// How far was looked, where that is not everything, and the way on.
    stopped: Option<Stopped>,
}

/// A search that stopped before it had looked at everything.
struct Stopped {
    looked: String,
    at: i64,
    /// Whether the search went on to newer ones.
    is_rising: bool,
    onward: String,
}

#[derive(Template)]
#[template(path = "audit/detail.html")]
struct DetailPage {
    page: Layout,
    event: Event,
    row: EventRow,
    /// The address of the user it was done to, while there is one that may be opened.
    user: Option<String>,
    /// The page of the key it was done to, which is there for keys that are gone too.
    key: Option<String>,
    facts: Facts,
}

/// One page of the log, newest first, as the address filters it.
pub async fn index(visit: Visit, query: Query) -> PageResult {
    visit.person.ensure_here(action::READ_AUDIT)?;
    let typed = TypedFilter::read(&query);
    let now = visit.app().clock.now();
    let shortcuts = range::shortcuts(&query, now);
    let often = often::questions(&visit.person, &query, now);
    let cursor = search::cursor(&query)?;
    let (status, errors, listing) = match typed.filter(visit.app(), &visit.person).await? {
        Ok(filter) => {
            let found = account::log::events(visit.app(), &visit.person, filter, cursor).await?;
            (StatusCode::OK, Vec::new(), Some(Listing::new(found, &query, &shortcuts, now)))
        }
        Err(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors, None),
    };
    // What cannot be read is no filter to leave out or to save.
    let active = if errors.is_empty() { typed.active() } else { Vec::new() };
    let chips = Chips::load(&visit, &query, active, FilteredList::Log).await?;
    let page = visit.layout("audit");
    let may_export = visit.person.may_here(action::EXPORT_AUDIT) && errors.is_empty();
    let export = may_export.then(|| query.with(&[("older", ""), ("newer", "")]));
    let is_open = !errors.is_empty() || typed.is_detailed(&shortcuts);
    let groups = EventGroup::ALL;
    let index = IndexPage { page, errors, typed, groups, shortcuts, often, is_open, export, chips, listing };
    render_as(status, &index)
}

/// Everything that one event says.
pub async fn detail(visit: Visit) -> PageResult {
    let seq = visit.number("seq")?;
    let event = account::log::event_of(visit.app(), &visit.person, seq).await?;
    let row = EventRow::from(event.clone());
    let uin = event.target_uin;
    let key = row.target.iter().rfind(|part| part.is_key && row.names_user);
    let key = key.zip(visit.person.place_of_keys(uin));
    let key = key.map(|(part, place)| format!("{}/{}/history", keys_address(place), part.whole));
    let is_there = row.names_user && account::log::can_open_user(visit.app(), &visit.person, uin).await?;
    render(&DetailPage {
        page: visit.layout("audit"),
        facts: Facts::of(&event),
        user: is_there.then(|| format!("/users/{uin}")),
        key,
        row,
        event,
    })
}

impl Listing {
    fn new(found: EventPage, query: &Query, shortcuts: &[Shortcut], now: i64) -> Self {
        let link =
            |name: &str, seq: i64| query.with(&[("older", ""), ("newer", ""), (name, &seq.to_string())]);
        let is_rising = query.find("newer").is_some();
        let way = if is_rising { "newer" } else { "older" };
        let onward = if is_rising { found.newer } else { found.older };
        let stopped = found.stopped.zip(onward).map(|(stop, seq)| Stopped {
            looked: grouped(i64::try_from(stop.looked).unwrap_or(i64::MAX)),
            at: stop.at,
            is_rising,
            onward: link(way, seq),
        });
        let is_beyond = is_rising || query.find("older").is_some();
        let wider = if range::is_bounded(query) { range::wider(query, shortcuts) } else { Vec::new() };
        Self {
            newer: found.newer.map(|seq| link("newer", seq)),
            older: found.older.map(|seq| link("older", seq)),
            stopped,
            newest: is_beyond.then(|| query.with(&[("older", ""), ("newer", "")])),
            is_filtered: search::FIELDS.iter().any(|name| query.find(name).is_some()),
            wider,
            days: by_day(found.events.into_iter().map(EventRow::from).collect(), now, |row| row.at),
        }
    }

    fn count(&self) -> String {
        match self.days.iter().map(|day| day.rows.len()).sum() {
            1 => "1 event".to_owned(),
            many => format!("{many} events, newest first"),
        }
    }
}
