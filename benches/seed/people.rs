//! Accounts, users and what users hold.

use crate::Outcome;
use crate::story::{BEGUN, KeyPlan, Person, Story, mixed};
use camlock::domain::key::{Key, KeyStatus, SecretId};
use camlock::domain::key_limits::KeyLimits;
use camlock::domain::names::looks;
use camlock::domain::user::{Protection, Uid, Uin, User, UserKind};
use camlock::domain::user_terms::{starts, terms};
use camlock::store::bulk::{Load, Value};
use camlock::vault::places;

/// So that a list has all keys, of which none has an end.
const LONGEST: &str = "key_expiry_max_days";

pub fn accounts(load: &mut Load<'_>, story: &Story) -> Outcome<()> {
    let table = load.table("accounts")?.only(&[
        "owner_uin",
        "app_id",
        "name",
        "created_at",
        "user_count",
        LONGEST,
    ])?;
    let rows = (0..=story.others).map(|other| {
        let members = match other {
            0 => story.users,
            1 => story.guests + 1,
            _ => 1,
        };
        let name = if other == 0 { "Large".to_owned() } else { format!("Other {other}") };
        vec![
            story.root(other).into(),
            Story::app_id(other).into(),
            name.into(),
            BEGUN.into(),
            members.into(),
            90.into(),
        ]
    });
    Ok(load.put_all(&table, rows)?)
}

pub fn users(load: &mut Load<'_>, story: &Story) -> Outcome<()> {
    let table = load.table("identities")?.only(&["uin", "password_hash", "password_changed_at"])?;
    let rows = story.people().filter(|person| person.kind != "collaborator").map(|person| {
        let hash = if person.console { story.hash.as_str().into() } else { Value::Null };
        vec![person.uin.into(), hash, if person.console { BEGUN.into() } else { Value::Null }]
    });
    load.put_all(&table, rows)?;
    let columns = [
        "uid",
        "owner_uin",
        "uin",
        "kind",
        "name",
        "name_key",
        "note",
        "phone",
        "email",
        "console_login",
        "created_at",
        "created_by",
        "has_looks",
    ];
    let table = load.table("users")?.only(&columns)?;
    let rows = story.people().map(|person| {
        let key = person.name.to_lowercase();
        let Person { uid, owner, uin, kind, name, note, phone, email, console } = person;
        vec![
            uid.into(),
            owner.into(),
            uin.into(),
            kind.into(),
            name.into(),
            key.into(),
            note.into(),
            phone.into(),
            email.into(),
            console.into(),
            (BEGUN + uid % 10_000_000).into(),
            owner.into(),
            true.into(),
        ]
    });
    Ok(load.put_all(&table, rows)?)
}

fn user(person: &Person) -> User {
    User {
        uid: Uid(person.uid),
        uin: Uin(person.uin),
        owner_uin: Uin(person.owner),
        kind: UserKind::from_name(person.kind).unwrap_or(UserKind::SubUser),
        name: person.name.clone(),
        note: person.note.clone(),
        phone: person.phone.clone(),
        email: person.email.clone(),
        country_code: String::new(),
        protection: Protection::default(),
        console_login: person.console,
        created_at: BEGUN,
        last_activity_at: None,
    }
}

/// What the store derives from a user: where that changes, this does.
pub fn derived(load: &mut Load<'_>, story: &Story) -> Outcome<()> {
    let table = load.table("user_terms")?.only(&["owner_uin", "term", "uid"])?;
    let rows = story.people().flat_map(|person| {
        let found = terms(&user(&person));
        found.into_iter().map(move |term| vec![person.owner.into(), term.into(), person.uid.into()])
    });
    load.put_all(&table, rows)?;
    let table = load.table("user_starts")?.only(&["owner_uin", "start", "name_key", "uid"])?;
    let rows = story.people().flat_map(|person| {
        let key = person.name.to_lowercase();
        let row = move |start: String| {
            vec![person.owner.into(), start.into(), key.as_str().into(), person.uid.into()]
        };
        starts(&user(&person)).into_iter().map(row)
    });
    load.put_all(&table, rows)?;
    let table = load.table("user_looks")?.only(&["owner_uin", "look", "uid", "is_ascii"])?;
    let rows = story.people().flat_map(|person| {
        let is_ascii = person.name.is_ascii();
        let row =
            move |look: String| vec![person.owner.into(), look.into(), person.uid.into(), is_ascii.into()];
        looks(&person.name).into_iter().map(row)
    });
    Ok(load.put_all(&table, rows)?)
}

/// Users who hold keys, each with the number that they are counted by.
fn holders(story: &Story) -> impl Iterator<Item = (Person, Vec<KeyPlan>)> {
    let numbered = story.people().zip(0..).filter(|(person, _)| person.kind == "sub_user");
    numbered.map(|(person, number)| (person, story.keys_of(number)))
}

pub fn keys(load: &mut Load<'_>, story: &Story) -> Outcome<()> {
    let columns = [
        "secret_id",
        "uid",
        "owner_uin",
        "uin",
        "slot",
        "secret",
        "status",
        "created_at",
        "created_by",
        "changed_at",
        "changed_by",
    ];
    let table = load.table("api_keys")?.only(&columns)?;
    let mut failure = None;
    let rows = holders(story).flat_map(|(person, plans)| {
        let made = plans.iter().map(|plan| key_row(story, &person, plan)).collect::<Outcome<Vec<_>>>();
        made.unwrap_or_else(|error| {
            failure = Some(error);
            Vec::new()
        })
    });
    load.put_all(&table, rows)?;
    if let Some(error) = failure {
        return Err(error);
    }
    usage(load, story)
}

fn key_row(story: &Story, person: &Person, plan: &KeyPlan) -> Outcome<Vec<Value>> {
    let at = BEGUN + mixed(plan.number) % 50_000_000;
    let key = Key {
        secret_id: SecretId::parse(&story.secret_id(plan.number))?,
        uid: Uid(person.uid),
        owner_uin: Uin(person.owner),
        uin: Uin(person.uin),
        slot: i16::try_from(plan.slot)?,
        status: if plan.enabled { KeyStatus::Enabled } else { KeyStatus::Disabled },
        note: String::new(),
        created_at: at,
        created_by: "root".to_owned(),
        changed_at: at,
        changed_by: "root".to_owned(),
        limits: KeyLimits::default(),
        limits_at: None,
        made_sealed: false,
    };
    let sealed = story.vault.seal(&places::key_secret(&key), story.secret_key(plan.number).as_bytes())?;
    Ok(vec![
        key.secret_id.as_str().into(),
        person.uid.into(),
        person.owner.into(),
        person.uin.into(),
        plan.slot.into(),
        sealed.into(),
        key.status.as_str().into(),
        at.into(),
        "root".into(),
        at.into(),
        "root".into(),
    ])
}

/// Every second key was used; the first thousand have records.
fn usage(load: &mut Load<'_>, story: &Story) -> Outcome<()> {
    let columns = ["secret_id", "last_used_ms", "ip", "service", "action", "client"];
    let table = load.table("key_usage")?.only(&columns)?;
    let used = || holders(story).flat_map(|(_, plans)| plans).filter(|plan| plan.number % 2 == 0);
    let rows = used().map(|plan| {
        let at = (BEGUN + mixed(plan.number) % 60_000_000) * 1000;
        let id = story.secret_id(plan.number);
        vec![
            id.into(),
            at.into(),
            "10.1.2.3".into(),
            "cam".into(),
            "ListUsers".into(),
            "SDK_PYTHON_3.0.1".into(),
        ]
    });
    load.put_all(&table, rows)?;
    let columns =
        ["secret_id", "request_id", "at_ms", "service", "action", "ip", "client", "result", "reason"];
    let table = load.table("key_records")?.only(&columns)?;
    let rows = used().take(1_000).flat_map(|plan| {
        let id = story.secret_id(plan.number);
        (0..20_i64).map(move |call| {
            let at = (BEGUN + 60_000_000 + call) * 1000;
            vec![
                id.as_str().into(),
                format!("{id}-{call}").into(),
                at.into(),
                "cam".into(),
                "ListUsers".into(),
                "10.1.2.3".into(),
                "SDK_PYTHON_3.0.1".into(),
                "allowed".into(),
                "".into(),
            ]
        })
    });
    Ok(load.put_all(&table, rows)?)
}

/// Of root, and of every second user who may sign in.
pub fn apps(load: &mut Load<'_>, story: &Story) -> Outcome<()> {
    let table =
        load.table("totp_devices")?.only(&["id", "uin", "name", "seed", "last_step", "created_at"])?;
    let mut rows = Vec::new();
    for person in story.people().filter(|person| person.console && person.kind != "collaborator") {
        if person.kind != "root" && person.uin % 20 != 1 {
            continue;
        }
        let id = format!("seeded-{}", person.uin);
        let seed = story.totp_seed(person.uin)?;
        let sealed = story.vault.seal(&places::totp_seed(Uin(person.uin), &id), seed.expose())?;
        rows.push(vec![id.into(), person.uin.into(), "Phone".into(), sealed.into(), 0.into(), BEGUN.into()]);
    }
    Ok(load.put_all(&table, rows)?)
}
