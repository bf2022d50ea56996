//! What can need attention: each a small function that looks, and tells with a number.

#![expect(clippy::unnecessary_wraps, reason = "all sources have one form, also those that ask no database")]

use super::Look;
use crate::app::Failure;
use crate::app::change::View;
use crate::domain::account_hours::refused_spike;
use crate::domain::attention::{Finding, KeyCause, KeyFound, Level, ServerFault, What};
use crate::domain::canary::Canary;
use crate::domain::paging::Tally;
use crate::domain::permission::action;
use crate::domain::span::DAY;
use crate::domain::trial::Trial;
use crate::store::key_lines::{self, Part, Wanted};
use crate::store::{canaries, migrations, rotations, standing_users, trials, users};

/// Administrators that are looked at, of those whom a policy is attached to and of those in groups each.
pub(super) const MOST_ADMINISTRATORS: i64 = 1_000;
/// Days since the last call within which a key of root counts as in use.
const IN_USE_DAYS: i64 = 30;
/// Milliseconds between two clocks, and until the database answers: those that are told, and those that do harm.
const CLOCK_MS: [i64; 2] = [1_000, 30_000];
const LAG_MS: [i64; 2] = [500, 2_000];

type Source = fn(&mut Look<'_, '_>) -> Result<Option<Finding>, Failure>;

/// What can do harm now. Every page has these counted: each is a look at a few rows.
const ABLE_TO_HARM: [Source; 6] =
    [touched_canaries, master_key, root_keys, administrators, clock, slow_nodes];

/// Everything else that is looked at, within a level in this order. What else can need attention is added here, and above if it
/// can be [`Level::Bad`].
const OTHERS: [Source; 11] = [
    other_versions,
    |look| keys(look, KeyCause::Halted, Level::Warn),
    |look| keys(look, KeyCause::Ending, Level::Warn),
    refused_calls,
    |look| keys(look, KeyCause::Old, Level::Warn),
    rotations_under_way,
    trials_under_way,
    |look| keys(look, KeyCause::Unused, Level::Warn),
    |look| keys(look, KeyCause::NeverUsed, Level::Off),
    inactive_users,
    set_up,
];

/// All that needs attention, the worst first.
pub(super) fn findings(look: &mut Look<'_, '_>) -> Result<Vec<Finding>, Failure> {
    let mut found = able_to_harm(look)?;
    for source in OTHERS {
        let other = source(look)?;
        debug_assert!(other.as_ref().is_none_or(|other| other.level != Level::Bad), "{other:?}");
        found.extend(other);
    }
    found.sort_by_key(|finding: &Finding| finding.level);
    Ok(found)
}

/// What can do harm, found or not so bad at present. Looks neither at calls nor at steps of setting up.
pub(super) fn able_to_harm(look: &mut Look<'_, '_>) -> Result<Vec<Finding>, Failure> {
    let mut found = Vec::new();
    for source in ABLE_TO_HARM {
        found.extend(source(look)?);
    }
    Ok(found)
}

fn found(level: Level, what: What) -> Result<Option<Finding>, Failure> {
    Ok(Some(Finding { level, what }))
}

/// What is beyond the first number is to be told, beyond the second it does harm.
fn level_of(number: i64, [told, harmful]: [i64; 2]) -> Option<Level> {
    match number {
        number if number > harmful => Some(Level::Bad),
        number if number > told => Some(Level::Warn),
        _ => None,
    }
}

fn keys(look: &mut Look<'_, '_>, cause: KeyCause, level: Level) -> Result<Option<Finding>, Failure> {
    let (conn, owner) = (&mut *look.view.conn, look.view.by.owner());
    let wanted = Wanted { owner, cause, when: look.when };
    let first = key_lines::page(conn, wanted, Part { after: None, limit: 1 })?;
    let Some(worst) = first.into_iter().next() else { return Ok(None) };
    let tally = key_lines::tally(conn, wanted)?;
    let holder = key_lines::named(conn, &[worst.uid])?.remove(&worst.uid);
    found(level, What::Keys { cause, tally, worst, holder })
}

/// The keys that root has in this account, disabled ones included.
pub(super) fn keys_of_root(view: &mut View<'_>) -> Result<Vec<KeyFound>, Failure> {
    let owner = view.by.owner();
    let root = users::find(view.conn, owner, owner)?;
    let keys = root.map(|root| key_lines::of_user(view.conn, root.uid)).transpose()?;
    Ok(keys.unwrap_or_default())
}

fn root_keys(look: &mut Look<'_, '_>) -> Result<Option<Finding>, Failure> {
    let held = keys_of_root(look.view)?;
    let enabled: Vec<&KeyFound> = held.iter().filter(|key| key.is_enabled).collect();
    if enabled.is_empty() {
        return Ok(None);
    }
    let used_at = enabled.iter().filter(|key| key.was_used).map(|key| key.quiet_since).max();
    let is_used = used_at.is_some_and(|at| at > look.when.now - IN_USE_DAYS * DAY);
    let level = if is_used { Level::Bad } else { Level::Warn };
    let made_at = enabled.iter().map(|key| key.created_at).min().unwrap_or_default();
    found(level, What::RootKeys { keys: enabled.len(), made_at, used_at })
}

fn administrators(look: &mut Look<'_, '_>) -> Result<Option<Finding>, Failure> {
    let owner = look.view.by.owner();
    let standing_users::Unprotected { users: without, looked_at, is_part } =
        standing_users::unprotected(look.view.conn, owner, MOST_ADMINISTRATORS)?;
    if without.is_empty() {
        return Ok(None);
    }
    found(Level::Bad, What::Administrators { without, looked_at, is_part })
}

fn master_key(look: &mut Look<'_, '_>) -> Result<Option<Finding>, Failure> {
    let fault = look.installation.and_then(|_| look.view.app.vault.key_file_fault());
    let level = Level::Bad;
    Ok(fault.map(|fault| Finding { level, what: What::Server(ServerFault::MasterKey(fault)) }))
}

fn clock(look: &mut Look<'_, '_>) -> Result<Option<Finding>, Failure> {
    let ms = look.installation.and_then(|here| here.clock_difference).unwrap_or_default();
    Ok(level_of(ms.abs(), CLOCK_MS)
        .map(|level| Finding { level, what: What::Server(ServerFault::Clock { ms: ms.abs() }) }))
}

fn slow_nodes(look: &mut Look<'_, '_>) -> Result<Option<Finding>, Failure> {
    let Some(here) = look.installation else { return Ok(None) };
    let [told, _] = LAG_MS;
    let slow: Vec<i64> = here.nodes.iter().filter_map(|node| node.lag_ms).filter(|ms| *ms > told).collect();
    let ms = slow.iter().copied().max().unwrap_or_default();
    let what = What::Server(ServerFault::SlowNodes { nodes: slow.len(), ms });
    Ok(level_of(ms, LAG_MS).map(|level| Finding { level, what }))
}

fn other_versions(look: &mut Look<'_, '_>) -> Result<Option<Finding>, Failure> {
    let Some(here) = look.installation else { return Ok(None) };
    let is_other = |version: &str, schema: Option<i64>| {
        version != env!("CARGO_PKG_VERSION") || schema.is_some_and(|schema| schema != migrations::newest())
    };
    let nodes = here.nodes.iter().filter(|node| is_other(&node.version, node.schema_version)).count();
    if nodes == 0 { Ok(None) } else { found(Level::Warn, What::Server(ServerFault::OtherVersions { nodes })) }
}

/// For who may know which keys are canaries.
fn touched_canaries(look: &mut Look<'_, '_>) -> Result<Option<Finding>, Failure> {
    let by = look.view.by;
    if !by.may_here(action::LIST_CANARIES) {
        return Ok(None);
    }
    let living = canaries::of_account(look.view.conn, by.owner())?.into_iter();
    let touched: Vec<Canary> =
        living.filter(|canary| canary.is_touched() && canary.deleted_at.is_none()).collect();
    let Some(last) = touched.iter().max_by_key(|canary| canary.touched_ms) else { return Ok(None) };
    let uses = touched.iter().map(|canary| canary.touches).sum();
    let (name, used_at) = (last.name.clone(), last.touched_at().unwrap_or_default());
    found(Level::Bad, What::Canaries { touched: touched.len(), uses, last: name, used_at })
}

fn rotations_under_way(look: &mut Look<'_, '_>) -> Result<Option<Finding>, Failure> {
    let by = look.view.by;
    if !by.may_here(action::QUERY_KEY) {
        return Ok(None);
    }
    let under_way = rotations::of_account(look.view.conn, by.owner(), None, Tally::MOST + 1)?;
    let Some(first) = under_way.first() else { return Ok(None) };
    let tally = Tally::of(i64::try_from(under_way.len()).unwrap_or(i64::MAX));
    found(Level::Off, What::Rotations { tally, since: first.started_at })
}

fn trials_under_way(look: &mut Look<'_, '_>) -> Result<Option<Finding>, Failure> {
    let by = look.view.by;
    if !by.may_here(action::QUERY_KEY) {
        return Ok(None);
    }
    let mut under_way = trials::of_account(look.view.conn, by.owner(), Tally::MOST + 1)?;
    if !by.is_root() {
        // Nobody but root sees root's keys.
        let root = users::find(look.view.conn, by.owner(), by.owner())?.map(|root| root.uid);
        under_way.retain(|trial| Some(trial.uid) != root);
    }
    let Some(Trial { secret_id: first, uid, ends_at, .. }) = under_way.first().cloned() else {
        return Ok(None);
    };
    let holder = key_lines::named(look.view.conn, &[uid])?.remove(&uid);
    let tally = Tally::of(i64::try_from(under_way.len()).unwrap_or(i64::MAX));
    found(Level::Off, What::Trials { tally, first, ends_at, holder })
}

fn refused_calls(look: &mut Look<'_, '_>) -> Result<Option<Finding>, Failure> {
    let spike = refused_spike(look.hours, look.when.now);
    Ok(spike
        .map(|(refused, usual)| Finding { level: Level::Warn, what: What::RefusedSpike { refused, usual } }))
}

fn inactive_users(look: &mut Look<'_, '_>) -> Result<Option<Finding>, Failure> {
    let (conn, owner, before) = (&mut *look.view.conn, look.view.by.owner(), look.when.users_end());
    let first = standing_users::inactive(conn, owner, before, Part { after: None, limit: 1 })?;
    let Some((uid, since)) = first.first().copied() else { return Ok(None) };
    let Some(worst) = key_lines::named(conn, &[uid])?.remove(&uid) else { return Ok(None) };
    let tally = standing_users::tally_inactive(conn, owner, before)?;
    found(Level::Off, What::Users { tally, worst, since })
}

fn set_up(look: &mut Look<'_, '_>) -> Result<Option<Finding>, Failure> {
    let done = look.steps.iter().filter(|step| step.is_done).count();
    let of = look.steps.len();
    if done == of { Ok(None) } else { found(Level::Off, What::SetUp { done, of }) }
}
