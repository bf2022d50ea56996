//! `camlock admin …`: root accounts, and people who cannot get in.

use super::{CliError, say};
use crate::app::operator::admin::Locked;
use crate::app::{App, Failure, operator};
use crate::config::Config;
use crate::domain::field;
use crate::domain::network::Network;
use crate::domain::secret::Password;
use crate::domain::user::{Uin, UserName};
use crate::startup::{self, May, Surroundings};
use clap::Subcommand;
use serde_json::json;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

#[derive(Subcommand)]
pub(super) enum AdminAction {
    /// Create a root account and print its ids as JSON.
    CreateRoot {
        #[arg(long)]
        account_name: String,
        #[arg(long)]
        user_name: String,
        /// A file whose first line is the password; `-` reads standard input.
        #[arg(long)]
        password_file: PathBuf,
    },
    /// Give a root or sub-user a new password, to be changed at the next sign-in.
    ResetPassword {
        #[arg(long)]
        uin: String,
        /// A file whose first line is the password; `-` reads standard input.
        #[arg(long)]
        password_file: PathBuf,
    },
    /// Remove somebody's authenticator apps and recovery codes.
    ResetMfa {
        #[arg(long)]
        uin: String,
    },
    /// Forget the wrong guesses that keep somebody waiting.
    #[command(group = clap::ArgGroup::new("whom").required(true))]
    Unlock {
        /// One person, whatever name was typed.
        #[arg(long, group = "whom")]
        uin: Option<String>,
        /// Everybody in the network of this address, such as 203.0.113.0/24.
        #[arg(long, group = "whom")]
        network: Option<String>,
        /// Everybody.
        #[arg(long, group = "whom")]
        all: bool,
    },
}

pub(super) async fn run(config: &Config, action: AdminAction) -> Result<(), CliError> {
    let may = if matches!(action, AdminAction::CreateRoot { .. }) { May::Make } else { May::Migrate };
    let app = startup::open(config, Surroundings::of_machine()?, may)?;
    match action {
        AdminAction::CreateRoot { account_name, user_name, password_file } => {
            let account_name =
                field::required("account_name", ("account name", "账号名称"), &account_name, 64)
                    .map_err(|error| CliError::Said(error.text.to_string()))?;
            let user_name = UserName::parse(&user_name).map_err(said)?;
            create_root(&app, account_name, user_name, &password_file).await
        }
        AdminAction::ResetPassword { uin, password_file } => {
            let done =
                operator::admin::operator_reset_password(&app, parse(&uin)?, read_password(&password_file)?)
                    .await;
            done.map_err(explained)?;
            say("The password is set. It must be changed at the next sign-in; all sessions have ended.")
        }
        AdminAction::ResetMfa { uin } => {
            operator::admin::operator_reset_mfa(&app, parse(&uin)?).await.map_err(explained)?;
            say("Authenticator apps and recovery codes are removed; all sessions have ended.")
        }
        AdminAction::Unlock { uin, network, .. } => {
            let whom = match (uin, network) {
                (Some(uin), _) => Locked::Person(parse(&uin)?),
                (None, Some(network)) => Locked::Network(Network::parse(&network).map_err(said)?),
                (None, None) => Locked::Everybody,
            };
            operator::admin::operator_unlock(&app, whom).await.map_err(explained)?;
            say("Wrong guesses are forgotten.")
        }
    }
}

async fn create_root(
    app: &App,
    account_name: String,
    user_name: UserName,
    file: &Path,
) -> Result<(), CliError> {
    let root = operator::admin::create_root(app, account_name, user_name, read_password(file)?)
        .await
        .map_err(explained)?;
    say(&json!({ "uin": root.uin.0, "app_id": root.app_id, "uid": root.uid.0 }).to_string())
}

fn read_password(file: &Path) -> Result<Password, CliError> {
    let read = if file == Path::new("-") {
        std::io::read_to_string(std::io::stdin())
    } else {
        std::fs::read_to_string(file)
    };
    let text = Zeroizing::new(read.map_err(|error| {
        CliError::Said(format!("The password file {} cannot be read: {error}.", file.display()))
    })?);
    Password::parse(text.lines().next().unwrap_or_default()).map_err(said)
}

fn parse(uin: &str) -> Result<Uin, CliError> {
    Uin::parse(uin).map_err(said)
}

fn said(error: impl std::fmt::Display) -> CliError {
    CliError::Said(error.to_string())
}

fn explained(failure: Failure) -> CliError {
    match failure {
        Failure::NotFound => CliError::Said("There is no such user.".to_owned()),
        other => other.into(),
    }
}
