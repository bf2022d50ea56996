//! `POST /gate/opa`: the same in the shape of the Open Policy Agent, which object stores ask
//! (<https://www.openpolicyagent.org/docs/rest-api#get-a-document-with-input>).
//!
//! Whatever cannot be read as a question about an enabled key is answered with no.

use crate::app::gate::{Door, Evaluation, evaluate};
use crate::gate::GateContext;
use crate::gate::admission::{Places, admit};
use crate::gate::answer::{Trouble, fate_of, in_json};
use crate::gate::question::{body, in_time, read, source};
use crate::gate::questions::{Facts, Values, questions};
use crate::metrics::Fate;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// As it is counted.
const ROUTE: &str = "/gate/opa";
const LONGEST: usize = 256 * 1024;
const FIELDS: &str = "input with identity, action, resource, context";

#[derive(Deserialize)]
struct Told {
    input: Value,
}

/// What the stores send; they add more, which is left alone.
#[derive(Deserialize)]
struct Input {
    identity: Identity,
    action: String,
    resource: Resource,
    #[serde(default)]
    context: Context,
}

/// The key of the caller.
#[derive(Deserialize)]
#[serde(untagged)]
enum Identity {
    Id(String),
    Account {
        #[serde(alias = "access_key_id")]
        account: String,
    },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Resource {
    Name(String),
    Arn {
        arn: String,
    },
    Object {
        bucket: String,
        #[serde(default)]
        object: String,
    },
}

#[derive(Default, Deserialize)]
struct Context {
    #[serde(default)]
    conditions: BTreeMap<String, Values>,
    #[serde(default)]
    source_ip: Option<String>,
}

pub(super) async fn answer(
    request: HttpRequest,
    payload: Payload,
    context: Data<GateContext>,
) -> HttpResponse {
    let result = result(&request, payload, &context).await;
    let fate = if matches!(result, Ok(false)) { Fate::Refused } else { fate_of(&result) };
    context.app.metrics.questions.count(ROUTE, fate);
    in_json(&request, result.map(|is_allowed| json!({ "result": is_allowed })))
}

async fn result(request: &HttpRequest, payload: Payload, context: &GateContext) -> Result<bool, Trouble> {
    let door = admit(request, context, Places::HeaderOrBearer).await?;
    let text = body(payload.into_inner(), context, LONGEST).await?;
    // Stores ask without a question whether anybody is there.
    if text.is_empty() {
        return Ok(false);
    }
    let told: Told = read(&text, FIELDS)?;
    let Ok(input) = serde_json::from_value::<Input>(told.input) else { return Ok(false) };
    is_allowed(request, context, &door, input).await
}

async fn is_allowed(
    request: &HttpRequest,
    context: &GateContext,
    door: &Door,
    input: Input,
) -> Result<bool, Trouble> {
    let (resource, mut conditions) = (input.resource.name(), input.context.conditions);
    if let Some(ip) = input.context.source_ip {
        conditions.entry("source_ip".to_owned()).or_insert(Values::One(ip));
    }
    let (Ok(named), Ok(facts)) = (questions(&[input.action], &[resource]), Facts::read(conditions)) else {
        return Ok(false);
    };
    let (actions, resources) = named.into_parts();
    let asked = Evaluation { secret_id: input.identity.key(), actions, resources, facts: facts.others };
    let source = source(request, facts.source_ip.as_deref());
    let answer = in_time(evaluate(&context.app, door, &asked, &source)).await?;
    Ok(answer.is_ok_and(|evaluated| evaluated.is_allowed()))
}

impl Identity {
    fn key(self) -> String {
        match self {
            Self::Id(id) | Self::Account { account: id } => id,
        }
    }
}

impl Resource {
    fn name(&self) -> String {
        match self {
            Self::Name(name) | Self::Arn { arn: name } => name.clone(),
            Self::Object { bucket, object } if object.is_empty() => format!("arn:aws:s3:::{bucket}"),
            Self::Object { bucket, object } => format!("arn:aws:s3:::{bucket}/{object}"),
        }
    }
}
