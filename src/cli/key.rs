//! `camlock key …`: existing pairs taken in, and keys made unusable in a hurry.

use super::{CliError, say};
use crate::app::keys::import::{Import, Order};
use crate::app::keys::limits::operator::{Limiting, operator_limit_key};
use crate::app::keys::rotations::{ProgramWish, Told, operator_rotate};
use crate::app::{App, Failure, keys};
use crate::clock;
use crate::config::Config;
use crate::domain::delivery::recipient::Recipient;
use crate::domain::key::{Key, SecretId};
use crate::domain::key_limits::written::WrittenLimits;
use crate::domain::secret::SecretKey;
use crate::domain::user::Uin;
use crate::startup::{self, May, Surroundings};
use clap::Subcommand;
use serde_json::json;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const NO_SUCH_USER: &str =
    "There is no such user in this account. A collaborator's account is named by --owner.";

#[derive(Subcommand)]
pub(super) enum KeyAction {
    /// Take in an existing key pair and print whose it is as JSON.
    Import {
        /// Whose key it becomes.
        #[arg(long)]
        uin: String,
        /// The account, for somebody who is a collaborator there.
        #[arg(long)]
        owner: Option<String>,
        #[arg(long)]
        secret_id: String,
        /// A file whose first line is the SecretKey; `-` reads standard input.
        #[arg(long)]
        secret_key_file: PathBuf,
        #[command(flatten)]
        limits: LimitFlags,
    },
    /// Make a key, its secret sealed to a public key, and print it as JSON.
    Create {
        /// Whose key it becomes.
        #[arg(long)]
        uin: String,
        /// The account, for somebody who is a collaborator there.
        #[arg(long)]
        owner: Option<String>,
        /// What it is for.
        #[arg(long, default_value = "")]
        note: String,
        /// The public key: age1… or "ssh-ed25519 AAAA…".
        #[arg(long)]
        to: String,
        /// The file to make, in the format of age; it must not exist yet.
        #[arg(long)]
        out: PathBuf,
    },
    /// Disable a key; requests signed with it are refused from then on.
    Disable {
        #[arg(long)]
        secret_id: String,
    },
    /// Set limits of a key; an empty value takes one away, and what is not named stays.
    Limit(Limits),
    /// Replace a key by another, or go on with that; says as JSON how far it is.
    ///
    /// Run again, it is the same replacement, also once it is over. Another one begins after it with --after, or when the new key
    /// is named a day after the end or later.
    Rotate(Rotate),
}

#[derive(clap::Args)]
pub(super) struct Rotate {
    /// The key to be replaced. The user's other key takes its place; where there is none, one is made.
    #[arg(long)]
    secret_id: String,
    /// Hours without a call after which the old key is disabled: 1 to 720, 24 unless said.
    #[arg(long)]
    silent_hours: Option<String>,
    /// Days after which the disabled key is deleted: 1 to 365, 7 unless said.
    #[arg(long)]
    delete_after_days: Option<String>,
    /// Do the steps when they are due, now and later by the server.
    #[arg(long)]
    finish: bool,
    /// Begin after the replacement of that id, which is over. Where another one has begun after it already, that is meant.
    #[arg(long, value_name = "ID")]
    after: Option<String>,
}

#[derive(clap::Args)]
pub(super) struct Limits {
    #[arg(long)]
    secret_id: String,
    #[command(flatten)]
    flags: LimitFlags,
    /// Who answers for it.
    #[arg(long)]
    owner: Option<String>,
}

#[derive(clap::Args)]
pub(super) struct LimitFlags {
    /// From this time on its calls are refused, such as 2027-01-31 or 2027-01-31T08:00:00Z.
    #[arg(long)]
    expires_at: Option<String>,
    /// Days without a call after which it is disabled.
    #[arg(long)]
    idle_days: Option<String>,
    /// Addresses and networks that it may be used from, with commas between them.
    #[arg(long)]
    networks: Option<String>,
    /// A file with a policy document beyond which nothing is allowed; `-` reads standard input, and an empty one takes it away.
    #[arg(long)]
    policy_file: Option<PathBuf>,
    /// What it is for.
    #[arg(long)]
    purpose: Option<String>,
    /// When somebody is to look at it again.
    #[arg(long)]
    review_at: Option<String>,
}

pub(super) async fn run(config: &Config, action: KeyAction) -> Result<(), CliError> {
    let app = startup::open(config, Surroundings::of_machine()?, May::Migrate)?;
    let key = match action {
        KeyAction::Import { uin, owner, secret_id, secret_key_file, limits } => {
            let import = Import {
                owner: owner.as_deref().map(Uin::parse).transpose().map_err(said)?,
                uin: Uin::parse(&uin).map_err(said)?,
                secret_id: SecretId::parse(&secret_id).map_err(said)?,
                secret_key: read_secret(&secret_key_file)?,
            };
            import_key(&app, import, limits.limiting(None)?).await?
        }
        KeyAction::Create { uin, owner, note, to, out } => {
            let order = Order {
                owner: owner.as_deref().map(Uin::parse).transpose().map_err(said)?,
                uin: Uin::parse(&uin).map_err(said)?,
                note,
                to: Recipient::parse(&to).map_err(|error| CliError::Said(error.text.to_string()))?,
            };
            create_key(&app, order, &out).await?
        }
        KeyAction::Disable { secret_id } => {
            let id = SecretId::parse(&secret_id).map_err(said)?;
            let disabled = keys::import::operator_disable_key(&app, id).await;
            disabled.map_err(|failure| explained(failure, "There is no key with this SecretId."))?
        }
        KeyAction::Limit(limits) => limit_key(&app, limits).await?,
        KeyAction::Rotate(rotate) => return rotate_key(&app, rotate).await,
    };
    say(&shown(&key).to_string())
}

async fn import_key(app: &App, import: Import, limiting: Limiting) -> Result<Key, CliError> {
    let imported = keys::import::import_limited_key(app, import, limiting).await;
    imported.map_err(|failure| explained(failure, NO_SUCH_USER))
}

/// The file is there before the key is, so that no secret is lost for want of a place.
async fn create_key(app: &App, order: Order, out: &Path) -> Result<Key, CliError> {
    let unwritten = |error| CliError::Said(format!("The file {} cannot be written: {error}.", out.display()));
    let mut file = File::create_new(out).map_err(unwritten)?;
    let made = match keys::import::operator_create_key(app, order).await {
        Ok((key, sealed)) => file.write_all(sealed.as_bytes()).and_then(|()| file.sync_all()).map(|()| key),
        Err(failure) => {
            std::fs::remove_file(out).map_err(unwritten)?;
            return Err(explained(failure, NO_SUCH_USER));
        }
    };
    made.map_err(|error| {
        CliError::Said(format!(
            "The key was made and its secret is lost, as the file {} cannot be written: {error}. Disable and delete the key.",
            out.display()
        ))
    })
}

async fn limit_key(app: &App, limits: Limits) -> Result<Key, CliError> {
    let Limits { secret_id, flags, owner } = limits;
    let id = SecretId::parse(&secret_id).map_err(said)?;
    let limiting = flags.limiting(owner)?;
    let limited = operator_limit_key(app, id, limiting).await;
    limited.map_err(|failure| explained(failure, "There is no key with this SecretId."))
}

impl LimitFlags {
    fn limiting(self, owner: Option<String>) -> Result<Limiting, CliError> {
        let Self { expires_at, idle_days, networks, policy_file, purpose, review_at } = self;
        let policy = policy_file.as_deref().map(read_policy).transpose()?;
        Ok(Limiting { expires_at, idle_days, networks, policy, purpose, owner, review_at })
    }
}

async fn rotate_key(app: &App, rotate: Rotate) -> Result<(), CliError> {
    let Rotate { secret_id, silent_hours, delete_after_days, finish, after } = rotate;
    let id = SecretId::parse(&secret_id).map_err(said)?;
    let finishes = finish.then_some(true);
    let wish = ProgramWish { silent_hours, delete_after_days, finishes, into: None, after };
    let rotated = operator_rotate(app, id, wish).await;
    let told = rotated.map_err(|failure| explained(failure, "There is no key with this SecretId."))?;
    say(&stands(&told, app.clock.now()).to_string())
}

/// Where a rotation stands.
fn stands(told: &Told, now: i64) -> serde_json::Value {
    let Told { rotation, standing } = told;
    json!({
        "id": rotation.id,
        "old": rotation.old.as_str(),
        "new": rotation.new.as_str(),
        "state": told.state(now),
        "silent_hours": rotation.plan.silent_hours,
        "delete_after_days": rotation.plan.delete_after_days,
        "finishes": rotation.plan.finishes,
        "silent_since": standing.as_ref().map(|standing| clock::iso(standing.silent_since)),
        "due_at": told.due_at().map(clock::iso),
    })
}

fn read_policy(file: &Path) -> Result<String, CliError> {
    let read = if file == Path::new("-") {
        std::io::read_to_string(std::io::stdin())
    } else {
        std::fs::read_to_string(file)
    };
    read.map_err(|error| {
        CliError::Said(format!("The policy file {} cannot be read: {error}.", file.display()))
    })
}

/// Never the secret.
fn shown(key: &Key) -> serde_json::Value {
    json!({
        "secret_id": key.secret_id.as_str(),
        "status": key.status.as_str(),
        "uin": key.uin.0,
        "owner_uin": key.owner_uin.0,
        "uid": key.uid.0,
        "limits": WrittenLimits::of(&key.limits, ","),
    })
}

fn read_secret(file: &Path) -> Result<SecretKey, CliError> {
    let read = if file == Path::new("-") {
        std::io::read_to_string(std::io::stdin())
    } else {
        std::fs::read_to_string(file)
    };
    let text = Zeroizing::new(read.map_err(|error| {
        CliError::Said(format!("The SecretKey file {} cannot be read: {error}.", file.display()))
    })?);
    SecretKey::parse(text.lines().next().unwrap_or_default().trim()).map_err(said)
}

fn said(error: impl std::fmt::Display) -> CliError {
    CliError::Said(error.to_string())
}

fn explained(failure: Failure, missing: &str) -> CliError {
    match failure {
        Failure::NotFound => CliError::Said(missing.to_owned()),
        other => other.into(),
    }
}
