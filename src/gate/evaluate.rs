//! `POST /gate/evaluate`: what the policies of a key's holder say about actions and resources.

use crate::app::gate::{Decided, Evaluation, evaluate};
use crate::gate::GateContext;
use crate::gate::admission::{Places, admit};
use crate::gate::answer::{Trouble, fate_of, in_json};
use crate::gate::question::{add_holder, body, in_time, read, source};
use crate::gate::questions::{Facts, Values, questions};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// As it is counted.
const ROUTE: &str = "/gate/evaluate";
const LONGEST: usize = 256 * 1024;
const FIELDS: &str = "access_key_id, actions, resources, context";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    access_key_id: String,
    actions: Vec<String>,
    resources: Vec<String>,
    #[serde(default)]
    context: BTreeMap<String, Values>,
}

pub(super) async fn answer(
    request: HttpRequest,
    payload: Payload,
    context: Data<GateContext>,
) -> HttpResponse {
    let answer = evaluated(&request, payload, &context).await;
    context.app.metrics.questions.count(ROUTE, fate_of(&answer));
    in_json(&request, answer)
}

async fn evaluated(request: &HttpRequest, payload: Payload, context: &GateContext) -> Result<Value, Trouble> {
    let door = admit(request, context, Places::HeaderOrBearer).await?;
    let text = body(payload.into_inner(), context, LONGEST).await?;
    let told: Told = read(&text, FIELDS)?;
    let facts = Facts::read(told.context)?;
    let (actions, resources) = questions(&told.actions, &told.resources)?.into_parts();
    let asked = Evaluation { secret_id: told.access_key_id, actions, resources, facts: facts.others };
    let source = source(request, facts.source_ip.as_deref());
    let evaluated = in_time(evaluate(&context.app, &door, &asked, &source)).await??;
    let decisions: Vec<Value> = evaluated.decisions.iter().flatten().map(shown).collect();
    let mut answer = json!({ "decisions": decisions, "revision": evaluated.revision, "max_age": 0 });
    add_holder(&mut answer, &evaluated.bearer, request);
    Ok(answer)
}

fn shown(decided: &Decided) -> Value {
    json!({
        "action": decided.action,
        "resource": decided.resource,
        "decision": decided.outcome.as_str(),
        "statement": decided.statement,
    })
}
