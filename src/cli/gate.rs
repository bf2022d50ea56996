//! `camlock gate token …`: who may ask the gate.

use super::table::{Table, dash};
use super::{CliError, say, steward, told};
use crate::app::gate::tokens::{self, ListedToken};
use crate::app::{App, Failure};
use crate::clock;
use crate::config::Config;
use crate::domain::gate::written::{WrittenOptions, WrittenToken};
use crate::startup::{self, May, Surroundings};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

#[derive(Subcommand)]
pub(super) enum GateAction {
    /// Tokens by which gateways are known.
    #[command(subcommand)]
    Token(TokenAction),
}

#[derive(Subcommand)]
pub(super) enum TokenAction {
    /// Make a gate token and print it, alone on a line. It is not shown again.
    Create(Box<New>),
    /// List the gate tokens of an account.
    List {
        /// The account's UIN.
        #[arg(long, value_name = "UIN")]
        owner: String,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Revoke a gate token; it answers nothing from then on.
    Revoke {
        /// The account's UIN.
        #[arg(long, value_name = "UIN")]
        owner: String,
        #[arg(long)]
        name: String,
    },
}

/// A gate token to be made.
#[derive(Args)]
pub(super) struct New {
    /// The account's UIN.
    #[arg(long, value_name = "UIN")]
    owner: String,
    /// What it is called here; of two that are good, each has a name of its own.
    #[arg(long)]
    name: String,
    /// A service that the gateway asks for.
    #[arg(long = "service", value_name = "SERVICE", required = true)]
    services: Vec<String>,
    /// A host of these services that it is for; all of them when none is said.
    #[arg(long = "host", value_name = "HOST")]
    hosts: Vec<String>,
    /// Which headers of the gateway tell the request: original or forwarded.
    #[arg(long, default_value = "original")]
    headers: String,
    /// How much of a body has to be covered where something is written: verified, claimed or none.
    #[arg(long, default_value = "verified")]
    coverage: String,
    /// Which signatures are good once: off, writes or all.
    #[arg(long, default_value = "writes")]
    replay: String,
    /// Signers encode the path once, as for S3.
    #[arg(long)]
    single_encoding: bool,
    /// A region in the scope of signatures; any when none is said.
    #[arg(long = "region", value_name = "REGION")]
    regions: Vec<String>,
    /// A service in the scope of signatures; any when none is said.
    #[arg(long = "scope-service", value_name = "SERVICE")]
    scope_services: Vec<String>,
    /// Take an action that the signature does not cover.
    #[arg(long)]
    unsigned_action: bool,
    /// Hand out signing keys, for the regions and scope services that are named.
    #[arg(long)]
    vend: bool,
}

pub(super) async fn run(config: &Config, action: GateAction) -> Result<(), CliError> {
    let app = startup::open(config, Surroundings::of_machine()?, May::Migrate)?;
    let GateAction::Token(action) = action;
    match action {
        TokenAction::Create(new) => create(&app, *new).await,
        TokenAction::List { owner, json } => list(&app, &owner, json).await,
        TokenAction::Revoke { owner, name } => {
            let by = steward(&app, &owner).await?;
            tokens::revoke_gate_token(&app, &by, name).await.map_err(explained)?;
            say("The gate token is revoked.")
        }
    }
}

async fn create(app: &App, new: New) -> Result<(), CliError> {
    let by = steward(app, &new.owner).await?;
    let options = WrittenOptions {
        hosts: new.hosts,
        headers: new.headers,
        coverage: new.coverage,
        replay: new.replay,
        single_encoding: new.single_encoding,
        regions: new.regions,
        scope_services: new.scope_services,
        unsigned_action: new.unsigned_action,
        vend: new.vend,
    };
    let written = WrittenToken { name: new.name, services: new.services, options };
    let token = tokens::create_gate_token(app, &by, written).await.map_err(explained)?;
    say(token.expose())
}

async fn list(app: &App, owner: &str, json: bool) -> Result<(), CliError> {
    let by = steward(app, owner).await?;
    let found = tokens::gate_tokens(app, &by).await.map_err(explained)?;
    if json {
        return say(&found.iter().map(shown).collect::<Value>().to_string());
    }
    let mut table = Table::new(["NAME", "SERVICES", "MADE", "LAST USED", "REVOKED"]);
    let time = |at: Option<i64>| at.map_or_else(|| "-".to_owned(), clock::readable);
    for ListedToken { token, services } in &found {
        table.row([
            token.name.clone(),
            dash(&services.join(" ")),
            clock::readable(token.created_at),
            time(token.last_used_at),
            time(token.revoked_at),
        ]);
    }
    say(&table.to_string())
}

fn shown(listed: &ListedToken) -> Value {
    let ListedToken { token, services } = listed;
    json!({
        "name": token.name,
        "services": services,
        "options": WrittenOptions::of(&token.options),
        "created_at": clock::iso(token.created_at),
        "created_by": token.created_by,
        "last_used_at": token.last_used_at.map(clock::iso),
        "revoked_at": token.revoked_at.map(clock::iso),
    })
}

fn explained(failure: Failure) -> CliError {
    told(failure, "There is no gate token of this name in this account that is not revoked.")
}
