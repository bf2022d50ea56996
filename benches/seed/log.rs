//! What was done in all those years.

use crate::Outcome;
use crate::story::{BEGUN, Person, Story, mixed};
use camlock::store::bulk::{Load, Value};

/// How often of a hundred each happens.
const EVENTS: [(&str, i64); 8] = [
    ("SignIn", 40),
    ("CreateAccessKey", 15),
    ("CreateApiKey", 10),
    ("DisableApiKey", 5),
    ("ShowSecretKey", 5),
    ("UpdateUser", 10),
    ("AttachUserPolicy", 10),
    ("StepUp", 5),
];

pub fn events(load: &mut Load<'_>, story: &Story) -> Outcome<()> {
    let columns = [
        "seq",
        "at",
        "owner_uin",
        "event",
        "actor_uin",
        "actor",
        "target_uin",
        "target",
        "result",
        "reason",
        "ip",
        "user_agent",
        "request_id",
        "detail",
    ];
    let table = load.table("audit_events")?.only(&columns)?;
    let pace = (60_000_000 / story.events.max(1)).max(1);
    let rows = (1..=story.events).map(|seq| row(story, seq, BEGUN + seq * pace));
    Ok(load.put_all(&table, rows)?)
}

fn row(story: &Story, seq: i64, at: i64) -> Vec<Value> {
    let draw = mixed(seq);
    let mut left = draw % 100;
    let event = EVENTS.iter().find(|(_, share)| {
        left -= share;
        left < 0
    });
    let event = event.map_or("SignIn", |(name, _)| name);
    // Most is done by few, so that some have very few events among millions.
    let crowd = if draw % 5 == 0 { story.users } else { story.users.min(1_000) };
    let target = story.member(draw / 100 % crowd);
    let actor = if event == "SignIn" || event == "StepUp" {
        story.member(target.uid % 100_000_000 - 1)
    } else {
        story.member(0)
    };
    let refused = draw % 97 == 0;
    vec![
        seq.into(),
        at.into(),
        story.root(0).into(),
        event.into(),
        actor.uin.into(),
        actor.name.as_str().into(),
        target.uin.into(),
        thing(story, event, &target).into(),
        if refused { "refused" } else { "allowed" }.into(),
        if refused { "policy" } else { "" }.into(),
        format!("10.{}.{}.{}", draw % 4, draw / 4 % 250, draw / 1_000 % 250).into(),
        "Mozilla/5.0".into(),
        format!("{at:08x}-0000-7000-8000-{seq:012x}").into(),
        "{}".into(),
    ]
}

fn thing(story: &Story, event: &str, target: &Person) -> String {
    if event.ends_with("ApiKey") || event.ends_with("Key") {
        let number = (target.uid % 100_000_000 - 1) * 2;
        return format!("{} / {}", target.name, story.secret_id(number));
    }
    target.name.clone()
}
