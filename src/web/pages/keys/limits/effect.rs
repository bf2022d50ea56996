//! What limits would mean, in words, before they are saved.

use crate::app::policies::key_effect::{Elsewhere, HolderImpact, Judged, KeyEffect, Silence};
use crate::clock;
use crate::domain::key_hours::KEPT_DAYS;
use crate::domain::number::grouped;
use crate::domain::span::{DAY, HOUR};

/// Kinds of calls that a sentence names.
const NAMED: usize = 3;

/// A sentence under a field.
pub struct Told {
    pub text: String,
    /// Whether calls would be refused that are accepted now.
    pub is_loss: bool,
}

/// The calls that would be refused, as the figure beside the form.
#[derive(Clone, Copy, Default)]
pub struct Refused {
    pub calls: i64,
    /// Whether more may be: networks and policy each refuse some, and which of them are the same is not kept.
    pub is_least: bool,
    /// All calls that were accepted.
    pub of: i64,
}

/// What stands under each field.
#[derive(Default)]
pub struct EffectView {
    pub expires_at: Option<Told>,
    pub networks: Option<Told>,
    /// Whether those are others than before.
    has_other_networks: bool,
    pub policy: Option<Told>,
    pub idle_days: Option<Told>,
    /// Whether those are others than before.
    has_other_idle_days: bool,
    pub refused: Refused,
    /// Where what the key is used for is not for this person to see.
    pub is_hidden: bool,
}

impl EffectView {
    pub fn of(effect: Option<&KeyEffect>) -> Self {
        let Some(effect) = effect else { return Self { is_hidden: true, ..Self::default() } };
        Self {
            expires_at: effect.ends_at.map(|at| end(effect, at)),
            networks: effect.elsewhere.as_ref().map(|elsewhere| from(effect.calls, elsewhere)),
            has_other_networks: effect.has_other_networks,
            policy: effect.policy.as_ref().map(policy),
            idle_days: effect.silence.as_ref().map(|silence| idle(effect.calls, silence)),
            has_other_idle_days: effect.silence.is_some_and(|silence| silence.is_other),
            refused: Refused::of(effect),
            is_hidden: false,
        }
    }
}

impl EffectView {
    /// What would be refused that is accepted now, in sentences; empty where nothing is.
    pub fn losses(&self) -> String {
        let networks = self.networks.as_ref().filter(|_| self.has_other_networks);
        let idle_days = self.idle_days.as_ref().filter(|_| self.has_other_idle_days);
        let told =
            [self.expires_at.as_ref(), idle_days, networks, self.policy.as_ref()].into_iter().flatten();
        let losses: Vec<&str> = told.filter(|told| told.is_loss).map(|told| told.text.as_str()).collect();
        losses.join(" ")
    }
}

impl Refused {
    fn of(effect: &KeyEffect) -> Self {
        let elsewhere = effect.elsewhere.as_ref().filter(|_| effect.has_other_networks);
        let from = elsewhere.map_or(0, |elsewhere| elsewhere.calls);
        let by_policy = effect.policy.as_ref().map_or(0, HolderImpact::lost);
        let untold = elsewhere.map_or(0, |elsewhere| elsewhere.untold)
            + effect.policy.as_ref().map_or(0, |impact| impact.untold);
        let is_least = (from > 0 && by_policy > 0) || untold > 0;
        Self { calls: from.max(by_policy), is_least, of: effect.calls }
    }
}

fn calls(number: i64) -> String {
    if number == 1 { "1 call".to_owned() } else { format!("{} calls", grouped(number)) }
}

fn told(text: String, is_loss: bool) -> Told {
    Told { text, is_loss }
}

fn end(effect: &KeyEffect, at: i64) -> Told {
    let when = clock::readable(at);
    match (effect.calls, effect.lately) {
        (0, _) => told(format!("No call in {KEPT_DAYS} days."), false),
        (all, 0) => told(
            format!(
                "{} in {KEPT_DAYS} days, none in the last 24 hours. From {when} on they are refused.",
                calls(all)
            ),
            true,
        ),
        (_, lately) => {
            told(format!("Still used: {} in 24 hours. From {when} on they are refused.", calls(lately)), true)
        }
    }
}

fn idle(all: i64, silence: &Silence) -> Told {
    if all == 0 {
        return told(format!("No call in {KEPT_DAYS} days."), false);
    }
    let number =
        |count: i64, unit: &str| format!("about {count} {unit}{}", if count == 1 { "" } else { "s" });
    let longest = match silence.longest {
        ..HOUR => "less than an hour".to_owned(),
        hours @ HOUR..DAY => number(hours / HOUR, "hour"),
        days => number(days / DAY, "day"),
    };
    let mut text = format!("Longest time without a call in {KEPT_DAYS} days: {longest}.");
    if silence.is_too_long() {
        text.push_str(" With this limit the key would have been disabled.");
    }
    told(text, silence.is_too_long())
}

fn from(all: i64, elsewhere: &Elsewhere) -> Told {
    if all == 0 {
        return told(format!("No call in {KEPT_DAYS} days."), false);
    }
    let told_of = format!("Of {} in {KEPT_DAYS} days", calls(all));
    let mut sentences = if elsewhere.calls == 0 {
        vec![format!("{told_of} none came from elsewhere.")]
    } else {
        let network = |(network, calls): &(String, i64)| format!("{network} ({})", grouped(*calls));
        let networks: Vec<String> = elsewhere.networks.iter().map(network).collect();
        let most = if networks.len() < NAMED { "" } else { " most" };
        vec![
            format!(
                "{told_of} {} came from elsewhere,{most} from {}.",
                grouped(elsewhere.calls),
                networks.join(", ")
            ),
            "Calls from there would be refused.".to_owned(),
        ]
    };
    if elsewhere.untold > 0 {
        sentences.push(format!(
            "{} came from networks of which only a part is allowed, or which were not kept.",
            grouped(elsewhere.untold)
        ));
    }
    told(sentences.join(" "), elsewhere.calls > 0)
}

fn policy(impact: &HolderImpact) -> Told {
    let (lost, gained) = (impact.lost(), impact.changed.iter().any(|judged| !judged.fate.is_loss()));
    let all = lost + impact.kept.calls + impact.untold;
    if all == 0 {
        return told(format!("No call in {KEPT_DAYS} days."), false);
    }
    let told_of = format!("Of {} in {KEPT_DAYS} days", calls(all));
    let mut sentences = if lost == 0 {
        vec![format!("{told_of} none would be refused.")]
    } else {
        let losses: Vec<&Judged> = impact.changed.iter().filter(|judged| judged.fate.is_loss()).collect();
        let kinds: Vec<String> = losses.iter().take(NAMED).map(|judged| named(judged)).collect();
        let more = if losses.len() > NAMED { " and others" } else { "" };
        vec![format!("{told_of} {} would or may be refused: {}{more}.", grouped(lost), kinds.join(", "))]
    };
    if impact.untold > 0 {
        sentences.push(format!("Of {} it cannot be told.", calls(impact.untold)));
    }
    if gained {
        sentences.push("Calls may be allowed that are refused now.".to_owned());
    }
    told(sentences.join(" "), lost > 0)
}

/// A kind of call, with how many there were.
fn named(judged: &Judged) -> String {
    let kind = format!("{} {}", judged.used.name(), judged.used.path());
    format!("{} ({})", kind.trim_end(), grouped(judged.used.calls))
}
