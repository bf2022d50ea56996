//! Who there is: everything follows from sizes and seed, so that each part is made without remembering the others.

use crate::{Outcome, Sizes};
use camlock::domain::secret::TotpSeed;
use camlock::store::bulk::Load;
use camlock::vault::Vault;
use diesel::connection::SimpleConnection as _;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// Of everybody who may sign in.
pub const PASSWORD: &str = "correct horse battery staple 9";
/// When the organisation began.
pub const BEGUN: i64 = 1_700_000_000;
const UINS: i64 = 100_000_000_000;
const UIDS: i64 = 100_000_000;
const APP_IDS: i64 = 1_250_000_000;

/// One membership.
pub struct Person {
    pub uid: i64,
    pub owner: i64,
    pub uin: i64,
    pub kind: &'static str,
    pub name: String,
    pub note: String,
    pub phone: String,
    pub email: String,
    pub console: bool,
}

/// One key, with the number that its secrets follow from.
pub struct KeyPlan {
    pub number: i64,
    pub slot: i64,
    pub enabled: bool,
}

/// The organisation.
pub struct Story {
    pub users: i64,
    pub keys: i64,
    pub events: i64,
    /// Accounts besides the first one, whose roots are collaborators in it.
    pub others: i64,
    /// Sub-users of the first of the others.
    pub guests: i64,
    pub hash: String,
    pub vault: Vault,
    seed: String,
    database: Option<String>,
}

impl Story {
    pub fn new(sizes: &Sizes, vault: Vault, hash: String) -> Self {
        let users = sizes.users.max(3);
        let others = (users / 1_000).max(1);
        Self {
            users,
            keys: sizes.keys,
            events: sizes.events,
            others,
            guests: users / 50,
            hash,
            vault,
            seed: sizes.seed.clone(),
            database: sizes.database.clone(),
        }
    }

    /// The root of the first account, and the one of another, counted from 1.
    pub fn root(&self, other: i64) -> i64 {
        if other == 0 { UINS + 1 } else { UINS + self.sub_users() + 1 + other }
    }

    pub fn app_id(other: i64) -> i64 {
        APP_IDS + 1 + other
    }

    /// In the first account.
    pub fn sub_users(&self) -> i64 {
        self.users - 1 - self.others
    }

    /// Every membership: the first account, then the others.
    pub fn people(&self) -> impl Iterator<Item = Person> + '_ {
        let own = (0..self.users).map(|number| self.member(number));
        let roots = (1..=self.others).map(|other| self.other_root(other));
        let guests = (0..self.guests).map(|number| self.guest(number));
        own.chain(roots).chain(guests)
    }

    /// A membership of the first account: its root, sub-users, collaborators.
    pub fn member(&self, number: i64) -> Person {
        let (owner, uid) = (self.root(0), UIDS + 1 + number);
        let plain = Person {
            uid,
            owner,
            uin: UINS + 1 + number,
            kind: "sub_user",
            name: name(number),
            note: note(number),
            phone: if number % 5 == 2 {
                format!("138{:08}", number * 97 % 100_000_000)
            } else {
                String::new()
            },
            email: if number % 5 == 3 { format!("u{number}@example.com") } else { String::new() },
            console: number % 10 == 0,
        };
        match number {
            0 => Person { kind: "root", name: "root".to_owned(), console: true, ..plain },
            _ if number > self.sub_users() => {
                let uin = self.root(number - self.sub_users());
                Person { uin, kind: "collaborator", console: true, ..plain }
            }
            _ => plain,
        }
    }

    fn other_root(&self, other: i64) -> Person {
        let uin = self.root(other);
        Person {
            uid: UIDS + self.users + other,
            owner: uin,
            uin,
            kind: "root",
            name: format!("root-{other}"),
            note: String::new(),
            phone: String::new(),
            email: String::new(),
            console: true,
        }
    }

    fn guest(&self, number: i64) -> Person {
        let plain = self.member(number + 1);
        let uid = UIDS + self.users + self.others + 1 + number;
        Person {
            uid,
            owner: self.root(1),
            uin: UINS + self.users + 1 + number,
            console: false,
            kind: "sub_user",
            ..plain
        }
    }

    /// The keys of the membership of that number; guests are counted after those of the first account.
    pub fn keys_of(&self, number: i64) -> Vec<KeyPlan> {
        let held = match number % 100 {
            0 => 0,
            1 => 1,
            _ => 2,
        };
        let plan = |slot: i64| {
            let enabled = number % 100 != 2 && !(slot == 2 && number % 20 == 3);
            KeyPlan { number: number * 2 + slot - 1, slot, enabled }
        };
        (1..=held).map(plan).filter(|key| key.number < self.keys).collect()
    }

    pub fn secret_id(&self, number: i64) -> String {
        format!("AKID{}", self.text("id", number))
    }

    pub fn secret_key(&self, number: i64) -> String {
        self.text("key", number)
    }

    pub fn totp_seed(&self, uin: i64) -> Outcome<TotpSeed> {
        let digest = self.digest("totp", uin);
        Ok(TotpSeed::from_bytes(digest.get(..20).unwrap_or_default())?)
    }

    fn digest(&self, what: &str, number: i64) -> Vec<u8> {
        Sha256::digest(format!("{}:{what}:{number}", self.seed)).to_vec()
    }

    fn text(&self, what: &str, number: i64) -> String {
        const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let digest = self.digest(what, number);
        digest
            .iter()
            .filter_map(|byte| LETTERS.get(usize::from(*byte) % 62))
            .map(|byte| char::from(*byte))
            .collect()
    }

    /// SecretId, SecretKey and UIN of enabled keys of the first account, 20,000 at most.
    pub fn pairs(&self) -> String {
        let mut text = String::new();
        for number in (1..=self.sub_users()).take(12_000) {
            for key in self.keys_of(number).iter().filter(|key| key.enabled) {
                let (id, secret) = (self.secret_id(key.number), self.secret_key(key.number));
                let _ = writeln!(text, "{id} {secret} {}", UINS + 1 + number);
            }
        }
        text.split_inclusive('\n').take(20_000).collect()
    }

    /// What is needed to sign in, as JSON.
    pub fn told(&self) -> String {
        let root = self.root(0);
        let totp = self.totp_seed(root).map(|seed| seed.base32().to_string()).unwrap_or_default();
        serde_json::json!({
            "root": root.to_string(), "user_name": "root", "password": PASSWORD, "totp": totp, "seed": self.seed,
            "users": self.users, "first_sub_user": (root + 1).to_string(), "database": self.database,
        })
        .to_string()
    }
}

/// A third are words that searches look for, a tenth Chinese.
fn name(number: i64) -> String {
    const WORDS: [&str; 9] = ["anna", "billing", "dev", "ci", "backup", "report", "mobile", "etl", "ops"];
    const FAMILY: [&str; 4] = ["张伟", "王芳", "李娜", "陈静"];
    let at = |list: &[&'static str], number: i64| {
        list.get(usize::try_from(number).unwrap_or_default() % list.len()).copied().unwrap_or_default()
    };
    match number % 10 {
        9 => format!("{}{}", at(&FAMILY, number / 10), number),
        place => format!("{}{}-{:x}", at(&WORDS, place), number % 7 + 1, number),
    }
}

fn note(number: i64) -> String {
    match number % 50 {
        7 => "Night shift".to_owned(),
        21 => "财务报表".to_owned(),
        _ => String::new(),
    }
}

/// Numbers that are pulled out of a hat which is the same each time.
pub fn mixed(number: i64) -> i64 {
    let mut z = number.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 1).cast_signed()
}

/// Where the program goes on counting.
pub fn numbers(load: &mut Load<'_>, story: &Story) -> Outcome<()> {
    let values = [
        ("uin", UINS + story.users + story.guests + 1),
        ("uid", UIDS + story.users + story.others + story.guests + 1),
        ("app_id", APP_IDS + 1 + story.others),
        ("policy", crate::rights::POLICIES + crate::rights::policies(story)),
        ("group", crate::rights::GROUPS + crate::rights::groups(story)),
        ("audit", story.events),
    ];
    for (name, value) in values {
        let statement = format!("UPDATE sequences SET value = {value} WHERE name = '{name}'");
        load.conn().batch_execute(&statement)?;
    }
    load.conn().batch_execute(
        "UPDATE sequences SET value = value + 1000000 WHERE name = 'authority'; \
         INSERT INTO authority_log (number, kind, id) SELECT value, 'all', '' FROM sequences WHERE name = 'authority'",
    )?;
    Ok(())
}
