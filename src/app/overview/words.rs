//! What was found, in the words of people: a title, one sentence with a number, and the way to what it is about.
//! Page and API tell the same.

use crate::clock::{day, readable};
use crate::domain::attention::{
    AHEAD_DAYS, HALTED_DAYS, KeyCause, KeyFileFault, KeyFound, Kind, NEVER_USED_DAYS, Named, ServerFault,
    UNUSED_DAYS, What, When,
};
use crate::domain::key::SecretId;
use crate::domain::number::grouped;
use crate::domain::paging::Tally;
use crate::domain::span::DAY;

/// Names in one sentence.
const NAMES: usize = 2;

/// What a finding says.
pub struct Told {
    pub title: String,
    pub evidence: String,
    pub action: String,
    pub href: String,
}

/// `3 keys`, `more than 1,000 keys`.
pub fn counted(tally: Tally, [one, many]: [&str; 2]) -> String {
    let more = if tally.is_more { "more than " } else { "" };
    format!("{more}{} {}", grouped(tally.number), if is_one(tally) { one } else { many })
}

fn number_of(number: usize, words: [&str; 2]) -> String {
    counted(Tally::exactly(i64::try_from(number).unwrap_or(i64::MAX)), words)
}

fn is_one(tally: Tally) -> bool {
    tally.number == 1 && !tally.is_more
}

/// `530 days`.
pub fn days(seconds: i64) -> String {
    counted(Tally::exactly((seconds / DAY).max(0)), ["day", "days"])
}

fn beginning_large(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `Show the key`, `Show the 3 keys`, `Show the keys`.
fn show(tally: Tally, [one, many]: [&str; 2]) -> String {
    match tally {
        tally if is_one(tally) => format!("Show the {one}"),
        Tally { is_more: true, .. } => format!("Show the {many}"),
        Tally { number, .. } => format!("Show the {} {many}", grouped(number)),
    }
}

fn address(kind: Kind) -> String {
    format!("/attention/{}", kind.as_str())
}

/// What a finding says at that moment.
pub fn told(what: What, when: When) -> Told {
    match what {
        What::Keys { cause, tally, worst, holder } => {
            let of = holder.map_or_else(|| "a deleted user".to_owned(), |holder| holder.name);
            Told {
                title: title_of(cause, tally, when),
                evidence: evidence_of(cause, &worst, when).replace("{}", &of),
                action: show(tally, ["key", "keys"]),
                href: address(Kind::Keys(cause)),
            }
        }
        What::RootKeys { keys, made_at, used_at } => root_keys(keys, made_at, used_at),
        What::Administrators { without, looked_at, is_part } => administrators(&without, looked_at, is_part),
        What::Users { tally, worst, since } => Told {
            title: beginning_large(&format!(
                "{} for {UNUSED_DAYS} days",
                counted(tally, ["user has not been active", "users have not been active"])
            )),
            evidence: format!(
                "{} for longest: no sign-in and no call in {}.",
                worst.name,
                days(when.now - since)
            ),
            action: show(tally, ["user", "users"]),
            href: address(Kind::Users),
        },
        What::Canaries { touched, uses, last, used_at } => {
            canaries(touched, uses, &format!("{} ({last})", day(used_at)))
        }
        What::Rotations { tally, since } => rotations(tally, since),
        What::Trials { tally, first, ends_at, holder } => trials(tally, &first, ends_at, holder),
        What::RefusedSpike { refused, usual } => Told {
            title: "Many calls were refused".to_owned(),
            evidence: format!(
                "{} in the last 24 hours, {} a day is usual.",
                grouped(refused),
                grouped(usual)
            ),
            action: "Show the keys".to_owned(),
            href: address(Kind::Keys(KeyCause::Refused)),
        },
        What::Server(fault) => of_server(fault),
        What::SetUp { done, of } => Told {
            title: "Setting up is not finished".to_owned(),
            evidence: format!("{done} of {of} steps are done."),
            action: "Show the steps".to_owned(),
            href: "/#guide".to_owned(),
        },
    }
}

fn title_of(cause: KeyCause, tally: Tally, when: When) -> String {
    let say = |words| counted(tally, words);
    beginning_large(&match cause {
        KeyCause::NeverUsed => say(["key was never used", "keys were never used"]),
        KeyCause::Unused => {
            format!("{} for {UNUSED_DAYS} days", say(["key has not been used", "keys have not been used"]))
        }
        KeyCause::Old => format!(
            "{} than {}",
            say(["enabled key is older", "enabled keys are older"]),
            days(when.oldest_days * DAY)
        ),
        KeyCause::Ending => format!("{} within {AHEAD_DAYS} days", say(["key expires", "keys expire"])),
        KeyCause::Halted => {
            say(["key that is not in use is still called", "keys that are not in use are still called"])
        }
        KeyCause::Refused => format!("calls with {} were refused", say(["key", "keys"])),
    })
}

/// With `{}` for whose the worst key is.
fn evidence_of(cause: KeyCause, worst: &KeyFound, when: When) -> String {
    let ago = days(when.now - worst.at(cause));
    match cause {
        KeyCause::NeverUsed => {
            format!("Enabled, made more than {NEVER_USED_DAYS} days ago. The oldest is {ago} old ({{}}).")
        }
        KeyCause::Unused => format!("Enabled all the same. The longest: {ago} without a call ({{}})."),
        KeyCause::Old => format!("The oldest is {ago} old ({{}})."),
        KeyCause::Ending => {
            format!("The first on {} ({{}}). Calls are refused from then on.", day(worst.at(cause)))
        }
        KeyCause::Halted | KeyCause::Refused => format!(
            "Called within the last {HALTED_DAYS} days, last on {} ({{}}). A program has not been changed yet.",
            day(worst.at(cause))
        ),
    }
}

fn root_keys(keys: usize, made_at: i64, used_at: Option<i64>) -> Told {
    let used = used_at.map_or_else(
        || format!("Made on {} and never used", day(made_at)),
        |at| format!("Last used on {}", day(at)),
    );
    Told {
        title: format!("Root has {}", number_of(keys, ["enabled key", "enabled keys"])),
        evidence: format!(
            "{used}. No policy limits what a key of root may do; programs need one of a sub-user."
        ),
        action: if keys == 1 { "Show the key".to_owned() } else { format!("Show the {keys} keys") },
        href: address(Kind::RootKeys),
    }
}

fn administrators(without: &[Named], looked_at: usize, is_part: bool) -> Told {
    let names: Vec<&str> = without.iter().take(NAMES).map(|user| user.name.as_str()).collect();
    let more = without.len().saturating_sub(NAMES);
    let who = if more > 0 { format!("{} and {more} more", names.join(", ")) } else { names.join(" and ") };
    let verb = if without.len() == 1 { "signs" } else { "sign" };
    let only = if is_part { "Only " } else { "" };
    Told {
        title: format!(
            "{} of {} without an authenticator app",
            without.len(),
            number_of(looked_at, ["administrator is", "administrators are"])
        ),
        evidence: format!(
            "{who} {verb} in with a password alone and can change every policy. {only}{} looked at.",
            number_of(looked_at, ["administrator was", "administrators were"])
        ),
        action: if without.len() == 1 {
            "Show the user".to_owned()
        } else {
            format!("Show the {} users", without.len())
        },
        href: address(Kind::Administrators),
    }
}

fn canaries(touched: usize, uses: i64, last: &str) -> Told {
    Told {
        title: format!("Somebody used {}", number_of(touched, ["canary key", "canary keys"])),
        evidence: format!(
            "{} in all, the last on {last}. Whoever has it was where it was placed.",
            counted(Tally::exactly(uses), ["use", "uses"])
        ),
        action: "Show the canary keys".to_owned(),
        href: "/canaries".to_owned(),
    }
}

fn rotations(tally: Tally, since: i64) -> Told {
    Told {
        title: beginning_large(&counted(tally, ["key is being replaced", "keys are being replaced"])),
        evidence: format!(
            "Begun on {} at the earliest. Both keys are valid until the old one is off.",
            day(since)
        ),
        action: "Show the rotations".to_owned(),
        href: "/rotations".to_owned(),
    }
}

fn trials(tally: Tally, first: &SecretId, ends_at: i64, holder: Option<Named>) -> Told {
    let at = readable(ends_at);
    let (of, href) = match holder {
        Some(Named { uin, name }) => (name, format!("/users/{uin}/keys")),
        None => ("a deleted user".to_owned(), "/users".to_owned()),
    };
    let (first_of, action) = match tally {
        Tally { number: 1, is_more: false } => ("", "Show the key"),
        _ => ("The first: ", "Show the first"),
    };
    Told {
        title: beginning_large(&counted(tally, ["key is tried off", "keys are tried off"])),
        evidence: format!(
            "{first_of}…{} of {of}, until {at}. Its calls are refused until it is enabled again by itself.",
            first.tail()
        ),
        action: action.to_owned(),
        href,
    }
}

fn of_server(fault: ServerFault) -> Told {
    let (title, evidence) = match fault {
        ServerFault::Clock { ms } => (
            "Two clocks differ",
            format!(
                "{} ms between this server and its database. Codes and signatures are judged by the time.",
                grouped(ms)
            ),
        ),
        ServerFault::SlowNodes { nodes, ms } => (
            "The database answers slowly",
            format!("{} up to {} ms for it.", number_of(nodes, ["node waits", "nodes wait"]), grouped(ms)),
        ),
        ServerFault::OtherVersions { nodes } => (
            "Nodes run different versions",
            format!(
                "{} another version or schema than the one that answers here.",
                number_of(nodes, ["node has", "nodes have"])
            ),
        ),
        ServerFault::MasterKey(KeyFileFault::Exposed { mode }) => (
            "Others can touch the master key file",
            format!(
                "Its mode is {mode:04o}, and the next start will not take it so. At the server, camlock doctor says what to run."
            ),
        ),
        ServerFault::MasterKey(KeyFileFault::Missing) => (
            "The master key file is missing",
            "This server read it when it started. After the next start no SecretKey can be opened: put it back from your backup."
                .to_owned(),
        ),
    };
    let (title, action, href) = (title.to_owned(), "Open System".to_owned(), "/settings/system".to_owned());
    Told { title, evidence, action, href }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_what_is_counted_agree() {
        let of = |number, is_more| counted(Tally { number, is_more }, ["key", "keys"]);
        assert_eq!(
            [of(1, false), of(2, false), of(1_000, true)],
            ["1 key", "2 keys", "more than 1,000 keys"]
        );
        assert_eq!(show(Tally { number: 1_000, is_more: true }, ["key", "keys"]), "Show the keys");
    }
}
