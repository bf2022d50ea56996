//! `camlock who-can`: the users that an action on a resource is allowed to.

use super::{CliError, say, steward, told};
use crate::app::policies::who_can::{WhoCan, who_can_in};
use crate::config::Config;
use crate::domain::user::{Uin, UserKind};
use crate::startup::{self, May, Surroundings};
use clap::Args;

/// What is asked.
#[derive(Args)]
pub(super) struct Question {
    /// The account's UIN.
    #[arg(long, value_name = "UIN")]
    owner: String,
    /// Such as cam:ListUsers; of any service.
    #[arg(long)]
    action: String,
    /// Six segments, or * for any.
    #[arg(long)]
    resource: String,
    /// Where it would come from.
    #[arg(long, value_name = "ADDRESS", default_value = "")]
    source_ip: String,
}

/// Asks about every user, a part at a time, and prints who can as it goes.
pub(super) async fn run(config: &Config, question: Question) -> Result<(), CliError> {
    let app = startup::open(config, Surroundings::of_machine()?, May::Migrate)?;
    let Question { owner, action, resource, source_ip } = question;
    let by = steward(&app, &owner).await?;
    let wanted = WhoCan { action, resource, ip: source_ip };
    let mut after = Uin(0);
    loop {
        let part = who_can_in(&app, &by, wanted.clone(), after).await;
        let part = part.map_err(|failure| told(failure, "There is no account of this UIN."))?;
        for able in part.found {
            let unasked = if able.user.kind == UserKind::Root { "root" } else { "no policy is asked" };
            let by = able.by.map_or_else(
                || unasked.to_owned(),
                |(label, statement, line)| format!("statement {statement} of {label}, line {line}"),
            );
            say(&format!("{}\t{}\t{}\t{by}", able.user.uin, able.user.name, able.user.kind.as_str()))?;
        }
        match part.next {
            Some(next) => after = next,
            None => return Ok(()),
        }
    }
}
