//! Policies, groups, and who has them.

use crate::Outcome;
use crate::story::{BEGUN, Story, mixed};
use camlock::store::bulk::{Load, Value};

/// Where the ids of policies begin.
pub const POLICIES: i64 = 1_000_000;
/// Where the ids of groups begin.
pub const GROUPS: i64 = 100_000;
/// `QcloudCollApiKeyManageAccess` and `ReadOnlyAccess`.
const OWN_KEYS: i64 = 596_172;
const READ_ONLY: i64 = 2;

/// How many custom policies there are.
pub fn policies(story: &Story) -> i64 {
    (story.users / 1_000).clamp(2, 500)
}

/// How many groups there are.
pub fn groups(story: &Story) -> i64 {
    (story.users / 2_000).clamp(1, 250)
}

pub fn all(load: &mut Load<'_>, story: &Story) -> Outcome<()> {
    custom(load, story)?;
    attached(load, story)?;
    grouped(load, story)
}

fn document(number: i64) -> String {
    format!(
        r#"{{"version":"2.0","statement":[{{"effect":"allow","action":["cam:GetUser","cam:List*"],"resource":["qcs::cam::uin/{number}:*"]}}]}}"#
    )
}

fn custom(load: &mut Load<'_>, story: &Story) -> Outcome<()> {
    let columns = [
        "id",
        "owner_uin",
        "name",
        "description",
        "document",
        "created_at",
        "updated_at",
        "created_by",
        "last_version",
    ];
    let table = load.table("policies")?.only(&columns)?;
    let numbers = || 1..=policies(story);
    let rows = numbers().map(|number| {
        vec![
            (POLICIES + number).into(),
            story.root(0).into(),
            format!("custom-{number}").into(),
            "Made up".into(),
            document(number).into(),
            BEGUN.into(),
            BEGUN.into(),
            "root".into(),
            1.into(),
        ]
    });
    load.put_all(&table, rows)?;
    let columns = ["policy_id", "version", "document", "created_at", "created_by", "is_default"];
    let table = load.table("policy_versions")?.only(&columns)?;
    let rows = numbers().map(|number| {
        let id = POLICIES + number;
        vec![id.into(), 1.into(), document(number).into(), BEGUN.into(), "root".into(), true.into()]
    });
    Ok(load.put_all(&table, rows)?)
}

/// Everybody may use their own keys; every third has a second policy.
fn attached(load: &mut Load<'_>, story: &Story) -> Outcome<()> {
    let table = load.table("policy_attachments")?.only(&["uid", "policy_id", "created_at", "created_by"])?;
    let rows = story.people().filter(|person| person.kind != "root").flat_map(|person| {
        let second = match person.uid % 6 {
            0 => Some(READ_ONLY),
            3 if person.owner == story.root(0) => Some(POLICIES + 1 + mixed(person.uid) % policies(story)),
            _ => None,
        };
        let ids = std::iter::once(OWN_KEYS).chain(second);
        ids.map(move |id| vec![person.uid.into(), id.into(), BEGUN.into(), "root".into()])
    });
    Ok(load.put_all(&table, rows)?)
}

/// Every tenth is in a group.
fn grouped(load: &mut Load<'_>, story: &Story) -> Outcome<()> {
    let table = load.table("user_groups")?.only(&["id", "owner_uin", "name", "name_key", "created_at"])?;
    let rows = (1..=groups(story)).map(|number| {
        let name = format!("group-{number}");
        vec![(GROUPS + number).into(), story.root(0).into(), name.as_str().into(), name.into(), BEGUN.into()]
    });
    load.put_all(&table, rows)?;
    let table = load.table("group_members")?.only(&["group_id", "uid", "created_at"])?;
    let rows =
        story.people().filter(|person| person.owner == story.root(0) && person.uid % 10 == 4).map(|person| {
            let group = GROUPS + 1 + mixed(person.uid) % groups(story);
            vec![group.into(), person.uid.into(), BEGUN.into()]
        });
    load.put_all(&table, rows)?;
    let table = load.table("group_policies")?.only(&["group_id", "policy_id", "created_at", "created_by"])?;
    let rows = (1..=groups(story)).map(|number| -> Vec<Value> {
        let policy = POLICIES + 1 + number % policies(story);
        vec![(GROUPS + number).into(), policy.into(), BEGUN.into(), "root".into()]
    });
    Ok(load.put_all(&table, rows)?)
}
