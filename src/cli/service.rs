//! `camlock service …`: what policies speak about beyond CAM.

use super::table::{Table, dash};
use super::{CliError, say, steward, told};
use crate::app::{App, services};
use crate::config::Config;
use crate::domain::gate::service::Service;
use crate::domain::gate::written::WrittenService;
use crate::startup::{self, May, Surroundings};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

const ABSENT: &str = "There is no service of this name in this account.";

#[derive(Subcommand)]
pub(super) enum ServiceAction {
    /// Make a service and print it as JSON.
    Create {
        #[command(flatten)]
        which: Which,
        /// A name or address under which it is reached, with or without a port.
        #[arg(long = "host", value_name = "HOST", required = true)]
        hosts: Vec<String>,
        /// Method, path and name, such as 'GET /v1/orders/* `ListOrders`'; the first one that fits counts.
        #[arg(long = "route", value_name = "ROUTE")]
        routes: Vec<String>,
        /// Bytes of a body that the gate reads; 1 MiB when it is not said.
        #[arg(long, value_name = "BYTES")]
        body_limit: Option<String>,
    },
    /// List the services of an account.
    List {
        /// The account's UIN.
        #[arg(long, value_name = "UIN")]
        owner: String,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Change a service; what is not said stays.
    Edit {
        #[command(flatten)]
        which: Which,
        /// All of its hosts.
        #[arg(long = "host", value_name = "HOST")]
        hosts: Vec<String>,
        /// All of its routes.
        #[arg(long = "route", value_name = "ROUTE", conflicts_with = "no_routes")]
        routes: Vec<String>,
        /// Leave it without routes.
        #[arg(long)]
        no_routes: bool,
        #[arg(long, value_name = "BYTES")]
        body_limit: Option<String>,
    },
    /// Delete a service; gate tokens answer nothing for it from then on.
    Delete {
        #[command(flatten)]
        which: Which,
    },
}

/// A service of an account.
#[derive(Args)]
pub(super) struct Which {
    /// The account's UIN.
    #[arg(long, value_name = "UIN")]
    owner: String,
    /// What policies call it.
    #[arg(long)]
    name: String,
}

pub(super) async fn run(config: &Config, action: ServiceAction) -> Result<(), CliError> {
    let app = startup::open(config, Surroundings::of_machine()?, May::Migrate)?;
    match action {
        ServiceAction::Create { which: Which { owner, name }, hosts, routes, body_limit } => {
            let by = steward(&app, &owner).await?;
            let body_limit = body_limit.unwrap_or_default();
            let written = WrittenService { name, hosts, routes, body_limit };
            let made = services::create_service(&app, &by, written).await;
            say(&shown(&made.map_err(|failure| told(failure, ABSENT))?).to_string())
        }
        ServiceAction::List { owner, json } => list(&app, &owner, json).await,
        ServiceAction::Edit { which: Which { owner, name }, hosts, routes, no_routes, body_limit } => {
            let by = steward(&app, &owner).await?;
            let wanted = move |before: WrittenService| WrittenService {
                hosts: if hosts.is_empty() { before.hosts } else { hosts },
                routes: if routes.is_empty() && !no_routes { before.routes } else { routes },
                body_limit: body_limit.unwrap_or(before.body_limit),
                ..before
            };
            let changed = services::edit_service(&app, &by, name, wanted).await;
            say(&shown(&changed.map_err(|failure| told(failure, ABSENT))?).to_string())
        }
        ServiceAction::Delete { which: Which { owner, name } } => {
            let by = steward(&app, &owner).await?;
            let deleted = services::delete_service(&app, &by, name).await;
            deleted.map_err(|failure| told(failure, ABSENT))?;
            say("The service is deleted. Gate tokens answer nothing for it any more.")
        }
    }
}

async fn list(app: &App, owner: &str, json: bool) -> Result<(), CliError> {
    let by = steward(app, owner).await?;
    let found = services::services(app, &by).await?;
    if json {
        let rows = found.iter().map(|listed| {
            let mut row = shown(&listed.service);
            if let Some(row) = row.as_object_mut() {
                row.insert("gate_tokens".to_owned(), json!(listed.tokens));
            }
            row
        });
        return say(&Value::from(rows.collect::<Vec<_>>()).to_string());
    }
    let mut table = Table::new(["NAME", "HOSTS", "ROUTES", "BODY LIMIT", "GATE TOKENS"]);
    for listed in &found {
        let plan = &listed.service.plan;
        table.row([
            plan.name.to_string(),
            plan.hosts.texts().join(" "),
            plan.routes.iter().count().to_string(),
            plan.body_limit.bytes().to_string(),
            dash(&listed.tokens.join(" ")),
        ]);
    }
    say(&table.to_string())
}

fn shown(service: &Service) -> Value {
    let plan = &service.plan;
    json!({
        "name": plan.name.as_str(),
        "owner_uin": service.owner_uin.0,
        "hosts": plan.hosts.texts(),
        "routes": plan.routes.texts(),
        "body_limit": plan.body_limit.bytes(),
    })
}
