//! What a change of policies means for the calls of the last weeks, on the pages that ask before it is made.

use crate::app::caller::Caller;
use crate::app::policies::impact::{HolderImpact, Impact, Judged, impact};
use crate::app::policies::planned::Planned;
use crate::domain::impact::Fate;
use crate::domain::number::grouped;
use crate::domain::permission::action;
use crate::web::{error::PageError, layout::badge::Badge, pages::ways::keys_address, visit::Visit};

/// Kinds of calls that are drawn for one user, and users that are drawn.
const MOST_DRAWN: usize = 50;

/// For `templates/parts/impact.html`.
pub struct ImpactPanel {
    /// How much would be refused, or that nothing would.
    pub summary: String,
    pub is_bad: bool,
    pub holders: Vec<Holder>,
    /// What could not be computed, a sentence each.
    pub limits: Vec<String>,
}

/// One user.
pub struct Holder {
    pub name: String,
    pub href: Option<String>,
    pub lines: Vec<Line>,
}

/// One kind of call, or what stays.
pub struct Line {
    pub badge: Badge,
    /// The action, and the path; empty in a sentence.
    pub code: String,
    pub text: String,
    pub calls: String,
    /// In unix seconds.
    pub last_at: Option<i64>,
}

/// What a planned change means, for a page that asks before it is made.
pub async fn of(visit: &Visit, planned: Planned) -> Result<ImpactPanel, PageError> {
    let found = impact(visit.app(), &visit.person, planned).await?;
    Ok(ImpactPanel::of(&visit.person, &found))
}

impl ImpactPanel {
    fn of(person: &Caller, found: &Impact) -> Self {
        let (calls, users) = found.lost();
        let gains = found.holders.iter().flat_map(|holder| &holder.changed);
        let gained = gains.filter(|judged| judged.fate == Fate::Gained).count();
        let is_computed = !found.holders.is_empty();
        let summary = match (users, gained) {
            (0, _) if !is_computed && found.hidden > 0 => "What is lost is not shown to you.".to_owned(),
            (0, _) if !is_computed => "It decides for nobody now.".to_owned(),
            (0, 0) => "Nothing that was called in 35 days is lost.".to_owned(),
            (0, _) => {
                "Nothing that was called in 35 days is lost, and something becomes possible.".to_owned()
            }
            (1, _) => format!("1 user loses what made {} in 35 days.", calls_in_words(calls)),
            _ => format!("{users} users lose what made {} in 35 days.", calls_in_words(calls)),
        };
        let drawn = found.holders.iter().filter(|holder| !holder.is_idle()).take(MOST_DRAWN);
        let holders: Vec<Holder> = drawn.map(|holder| Holder::of(person, holder)).collect();
        Self { summary, is_bad: users > 0, limits: limits(found, holders.len()), holders }
    }
}

fn limits(found: &Impact, drawn: usize) -> Vec<String> {
    let mut limits = Vec::new();
    if !found.given.is_empty() {
        let policies = if found.given.len() == 1 { "policy" } else { "policies" };
        limits.push(format!("Given by the groups: the {policies} {}.", found.given.join(", ")));
    }
    let quiet = found.holders.iter().filter(|holder| holder.is_idle()).count();
    let undrawn = found.holders.len() - quiet - drawn;
    match quiet {
        0 => {}
        1 => limits.push("1 user called nothing in 35 days.".to_owned()),
        many => limits.push(format!("{many} users called nothing in 35 days.")),
    }
    if undrawn > 0 {
        limits.push(format!("{undrawn} more users lose less and are not listed."));
    }
    if found.left_out > 0 {
        let at_least = if found.is_open { "At least " } else { "" };
        limits.push(format!(
            "{at_least}{} more users are not computed: those whose keys were used last are.",
            grouped(i64::try_from(found.left_out).unwrap_or(i64::MAX))
        ));
    }
    if found.hidden > 0 {
        let users = if found.hidden == 1 { "1 user".to_owned() } else { format!("{} users", found.hidden) };
        limits.push(format!("The calls of {users} are shown only to who may {}.", action::QUERY_KEY));
    }
    if found.has_conditions {
        limits.push(
            "Some of these policies have conditions. Each call is judged as if it came now, from the address where its key was last used."
                .to_owned(),
        );
    }
    limits
}

impl HolderImpact {
    fn is_idle(&self) -> bool {
        self.changed.is_empty() && self.kept.kinds == 0 && self.untold == 0
    }
}

impl Holder {
    fn of(person: &Caller, holder: &HolderImpact) -> Self {
        let mut lines: Vec<Line> = holder.changed.iter().take(MOST_DRAWN).map(Line::of).collect();
        let rest = holder.changed.len() - lines.len();
        if rest > 0 {
            lines.push(Line::sentence(
                Badge::new("info", "info", "More"),
                format!("{rest} more kinds of calls"),
                0,
            ));
        }
        if holder.kept.kinds > 0 {
            let kinds = if holder.kept.kinds == 1 {
                "1 kind of call".to_owned()
            } else {
                format!("{} kinds of calls", holder.kept.kinds)
            };
            let through = match holder.kept.by.as_slice() {
                [] => String::new(),
                labels => format!(", through {}", labels.join(", ")),
            };
            lines.push(Line::sentence(
                Badge::new("ok", "circle-check", "Keeps"),
                format!("{kinds}{through}"),
                holder.kept.calls,
            ));
        }
        if holder.untold > 0 {
            let text = "what was called cannot be told exactly, or is not allowed any more even now";
            lines.push(Line::sentence(
                Badge::new("off", "circle-alert", "Not known"),
                text.to_owned(),
                holder.untold,
            ));
        }
        let href = person.place_of_keys(holder.uin).map(keys_address);
        Self { name: holder.name.clone(), href, lines }
    }
}

impl Line {
    fn of(Judged { used, fate }: &Judged) -> Self {
        let (badge, text) = match fate {
            Fate::Lost => (Badge::new("bad", "ban", "Loses"), ""),
            Fate::PartlyLost if used.path().is_empty() => (
                Badge::new("warn", "circle-alert", "May lose"),
                "It depends on what it was about, which is not kept.",
            ),
            Fate::PartlyLost => {
                (Badge::new("warn", "circle-alert", "May lose"), "It depends on what lies beneath this path.")
            }
            Fate::Gained => (Badge::new("info", "plus", "Gains"), "It was allowed once, and is not now."),
            Fate::Kept | Fate::Untold => (Badge::new("ok", "circle-check", "Keeps"), ""),
        };
        let path = used.path();
        let code = if path.is_empty() { used.name() } else { format!("{} {path}", used.name()) };
        Self { badge, code, text: text.to_owned(), calls: grouped(used.calls), last_at: Some(used.last_at) }
    }

    fn sentence(badge: Badge, text: String, calls: i64) -> Self {
        let calls = if calls > 0 { grouped(calls) } else { String::new() };
        Self { badge, code: String::new(), text, calls, last_at: None }
    }
}

fn calls_in_words(calls: i64) -> String {
    if calls == 1 { "1 call".to_owned() } else { format!("{} calls", grouped(calls)) }
}
