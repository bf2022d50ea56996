//! Fills an empty database with a large organisation, to measure on:
//!
//! ```text
//! cargo run --release --example seed -- --data-dir /tmp/large
//! cargo run --release --example seed -- --data-dir /tmp/small --users 20 --keys 40 --events 100
//! cargo run --release --example seed -- --data-dir /tmp/large --database postgres://me@localhost/large
//! ```
//!
//! Then `CAMLOCK_DATA_DIR=/tmp/large camlock serve` works on it. What is needed to sign in as root stands on standard
//! output as JSON. Every SecretId and SecretKey follows from the seed and the number of its key, counted from 0:
//! `AKID` + `text("{seed}:id:{number}")` and `text("{seed}:key:{number}")`, where `text` takes each byte of the SHA-256
//! modulo 62 as a place in `0…9A…Za…z`. Keys whose number is in `pairs` are enabled, and their holders may manage their own.

mod log;
mod people;
mod rights;
mod story;

use camlock::config::Config;
use camlock::domain::secret::Password;
use camlock::startup::{self, May, Surroundings};
use camlock::store::bulk::{self, Load};
use camlock::store::{Conn, Store, StoreError, key_lines, user_lines};
use clap::Parser;
use diesel::RunQueryDsl;
use std::path::PathBuf;
use std::time::Instant;
use story::Story;

/// How large the organisation is.
#[derive(Parser)]
struct Sizes {
    /// Where the master key is, or is made.
    #[arg(long)]
    data_dir: PathBuf,
    /// The database; a SQLite file in the data directory when none is named.
    #[arg(long)]
    database: Option<String>,
    /// Memberships of the first account.
    #[arg(long, default_value_t = 500_000)]
    users: i64,
    /// Keys at most; each user has two at most.
    #[arg(long, default_value_t = 1_000_000)]
    keys: i64,
    /// Events of the log.
    #[arg(long, default_value_t = 2_000_000)]
    events: i64,
    /// What all secrets follow from.
    #[arg(long, default_value = "camlock")]
    seed: String,
    /// A file for SecretId, SecretKey and UIN of enabled keys, one key on each line.
    #[arg(long)]
    pairs: Option<PathBuf>,
}

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let sizes = Sizes::parse();
    actix_web::rt::System::new().block_on(fill(sizes))
}

async fn fill(sizes: Sizes) -> Outcome<()> {
    let config = Config::load(None, settings(&sizes).into_iter())?;
    let app = startup::open(&config, Surroundings::of_machine()?, May::Make)?;
    let hash = app.passwords.hash(Password::parse(story::PASSWORD)?).await?;
    let story = Story::new(&sizes, app.vault.clone(), hash);
    if !app.store.read_now(camlock::store::accounts::first_two)?.is_empty() {
        return Err("There are accounts in this database already.".into());
    }
    drop(app);
    let mut conn = bulk::open(&config.database.url)?;
    let mut load = Load::begin(&mut conn)?;
    let begun = Instant::now();
    for (name, part) in PARTS {
        part(&mut load, &story)?;
        eprintln!("{:6.1} s  {name}", begun.elapsed().as_secs_f64());
    }
    load.finish()?;
    eprintln!("{:6.1} s  indexes", begun.elapsed().as_secs_f64());
    drop(conn);
    kept_by_triggers(&Store::open(&config.database.url, 1)?)?;
    eprintln!("{:6.1} s  what triggers keep", begun.elapsed().as_secs_f64());
    if let Some(path) = &sizes.pairs {
        std::fs::write(path, story.pairs())?;
    }
    println!("{}", story.told());
    Ok(())
}

/// What triggers would have kept of each row.
const KEPT: [&str; 7] = [
    "UPDATE user_lines SET is_searchable = TRUE",
    "INSERT INTO policy_uses (owner_uin, policy_id, users, boundaries) \
     SELECT u.owner_uin, a.policy_id, COUNT(*), 0 FROM policy_attachments a JOIN users u ON u.uid = a.uid \
     GROUP BY u.owner_uin, a.policy_id",
    "INSERT INTO administrators (owner_uin, uid, policy_id) SELECT u.owner_uin, a.uid, a.policy_id \
     FROM policy_attachments a JOIN users u ON u.uid = a.uid WHERE a.policy_id IN (1, 596169)",
    "INSERT INTO policy_holders (owner_uin, policy_id, uid) SELECT u.owner_uin, a.policy_id, a.uid \
     FROM policy_attachments a JOIN users u ON u.uid = a.uid WHERE TRUE ON CONFLICT DO NOTHING",
    "DELETE FROM account_counts",
    "INSERT INTO account_counts (owner_uin, sort, number) \
     SELECT owner_uin, 'policies', COUNT(*) FROM policies GROUP BY owner_uin \
     UNION ALL SELECT owner_uin, 'groups', COUNT(*) FROM user_groups GROUP BY owner_uin \
     UNION ALL SELECT g.owner_uin, 'members', COUNT(*) \
     FROM group_members m JOIN user_groups g ON g.id = m.group_id GROUP BY g.owner_uin \
     UNION ALL SELECT owner_uin, 'collaborators', COUNT(*) FROM users WHERE kind = 'collaborator' GROUP BY owner_uin",
    "INSERT INTO audit_days (owner_uin, day, first_seq, last_seq) \
     SELECT owner_uin, at / 86400, MIN(seq), MAX(seq) FROM audit_events WHERE TRUE GROUP BY owner_uin, at / 86400 \
     ON CONFLICT (owner_uin, day) DO UPDATE SET first_seq = excluded.first_seq, last_seq = excluded.last_seq",
];

fn kept_by_triggers(store: &Store) -> Outcome<()> {
    store.write_now(|conn: &mut Conn| {
        if let Conn::Postgres(conn) = conn {
            diesel::sql_query("SET LOCAL statement_timeout = 0").execute(conn)?;
        }
        diesel::sql_query("UPDATE sequences SET value = 0 WHERE name IN ('listed', 'surveyed')")
            .execute(conn)?;
        while user_lines::fill(conn, 100_000)? {}
        while key_lines::fill(conn, 100_000)? {}
        for statement in KEPT {
            diesel::sql_query(statement).execute(conn)?;
        }
        Ok::<_, StoreError>(())
    })?;
    Ok(())
}

type Part = fn(&mut Load<'_>, &Story) -> Outcome<()>;

const PARTS: [(&str, Part); 8] = [
    ("accounts", people::accounts),
    ("users", people::users),
    ("what users are found by", people::derived),
    ("keys", people::keys),
    ("authenticator apps", people::apps),
    ("policies and groups", rights::all),
    ("events", log::events),
    ("numbers", story::numbers),
];

fn settings(sizes: &Sizes) -> Vec<(String, String)> {
    let mut settings = vec![("CAMLOCK_DATA_DIR".to_owned(), sizes.data_dir.display().to_string())];
    if let Some(url) = &sizes.database {
        settings.push(("CAMLOCK_DATABASE__URL".to_owned(), url.clone()));
    }
    settings
}
