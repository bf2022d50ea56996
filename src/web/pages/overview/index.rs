//! The first page: what is wrong, what goes on, what was done last.

use crate::app::operator::nodes::Installation;
use crate::app::overview::words::{Told, told};
use crate::app::overview::{self, Overview, Step, Task};
use crate::domain::account_hours::Calls;
use crate::domain::attention::{Finding, KeyCause, Level, ServerFault, What, When};
use crate::domain::permission::action;
use crate::web::pages::audit::EventRow;
use crate::web::pages::bars::{Chart, Names, Slot};
use crate::web::{answer::PageResult, answer::render, layout::Layout, layout::filters, visit::Visit};
use askama::Template;

/// Days between two labels below the bars.
const WEEK: usize = 7;

#[derive(Template)]
#[template(path = "overview/index.html")]
struct OverviewPage {
    page: Layout,
    now: i64,
    is_filled: bool,
    figures: Figures,
    rows: Vec<Row>,
    /// How many are bad, soon, and to tidy.
    levels: [usize; 3],
    chart: Chart,
    counted_since: Option<i64>,
    operations: Option<Vec<EventRow>>,
    /// Until all are done.
    steps: Vec<Guide>,
    version: &'static str,
    key_version: u32,
    server: Option<Installation>,
    may_add_user: bool,
}

/// Something that needs attention.
struct Row {
    icon: &'static str,
    class: &'static str,
    /// The same in a word, for who does not see it.
    level: &'static str,
    told: Told,
}

impl Row {
    fn of(finding: Finding, when: When) -> Self {
        let Finding { level, what } = finding;
        let word = match level {
            Level::Bad => "Now",
            Level::Warn => "Soon",
            Level::Off => "To tidy",
        };
        Self { icon: icon(&what), class: level.as_str(), level: word, told: told(what, when) }
    }
}

struct Figures {
    today: Calls,
    enabled: i64,
    disabled: i64,
    users: i64,
}

/// A step of setting up, with the way to it for who may go it.
struct Guide {
    text: &'static str,
    is_done: bool,
    href: Option<&'static str>,
}

/// The overview.
pub async fn index(visit: &Visit) -> PageResult {
    let found = overview::overview(visit.app(), &visit.person).await?;
    let when = When { now: found.now, oldest_days: found.oldest_days };
    let levels = [Level::Bad, Level::Warn, Level::Off]
        .map(|level| found.findings.iter().filter(|finding| finding.level == level).count());
    render(&OverviewPage {
        page: visit.layout("overview"),
        now: found.now,
        is_filled: found.is_filled,
        figures: figures(&found),
        levels,
        chart: chart(&found.days),
        counted_since: found.counted_since,
        steps: guide(visit, &found.steps),
        version: env!("CARGO_PKG_VERSION"),
        key_version: found.key_version,
        server: found.installation,
        operations: found.operations.map(|events| events.into_iter().map(EventRow::from).collect()),
        rows: found.findings.into_iter().map(|finding| Row::of(finding, when)).collect(),
        may_add_user: visit.person.may_here(action::ADD_USER),
    })
}

fn figures(found: &Overview) -> Figures {
    Figures {
        today: found.today(),
        enabled: found.counts.enabled,
        disabled: found.counts.disabled(),
        users: found.users,
    }
}

fn chart(days: &[Calls]) -> Chart {
    let slots = days.iter().map(|day| Slot { at: day.at, accepted: day.accepted, refused: day.refused });
    let last = days.len().saturating_sub(1);
    let labels = days.iter().enumerate().filter(|(place, _)| place % WEEK == 0 && *place < last);
    let mut labels: Vec<String> = labels.map(|(_, day)| crate::clock::short_day(day.at)).collect();
    labels.push("Today".to_owned());
    let names = Names { accepted: "Accepted", slot: "Day", unfinished: "Today so far" };
    Chart::of(slots.collect(), labels, names)
}

/// Nothing when all is done.
fn guide(visit: &Visit, steps: &[Step]) -> Vec<Guide> {
    if steps.iter().all(|step| step.is_done) {
        return Vec::new();
    }
    let guide = |step: &Step| {
        let (text, href, action) = match step.what {
            Task::AddUser => ("Create a user", "/users/new", Some(action::ADD_USER)),
            Task::GiveKey => ("Give a user an API key", "/users", Some(action::LIST_USERS)),
            Task::Call => ("Make a first call with it", "/help/api", None),
            Task::RequireMfa => (
                "Require an authenticator app of everybody",
                "/settings/security",
                Some(action::READ_SETTINGS),
            ),
        };
        let opens = action.is_none_or(|action| visit.person.may_here(action));
        Guide { text, is_done: step.is_done, href: opens.then_some(href) }
    };
    steps.iter().map(guide).collect()
}

fn icon(what: &What) -> &'static str {
    match what {
        What::Keys { cause, .. } => icon_of(*cause),
        What::RootKeys { .. } | What::Server(ServerFault::MasterKey(_)) => "key-round",
        What::Administrators { .. } | What::Canaries { .. } | What::RefusedSpike { .. } => "shield-alert",
        What::Users { .. } => "users",
        What::Rotations { .. } => "git-compare",
        What::Server(ServerFault::Clock { .. }) | What::Trials { .. } => "clock",
        What::Server(_) => "monitor",
        What::SetUp { .. } => "info",
    }
}

fn icon_of(cause: KeyCause) -> &'static str {
    match cause {
        KeyCause::Ending => "clock",
        KeyCause::Halted => "ban",
        KeyCause::Refused => "shield-alert",
        KeyCause::Old => "history",
        KeyCause::NeverUsed | KeyCause::Unused => "key",
    }
}
