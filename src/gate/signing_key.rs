//! `POST /gate/signing-key`: the key that signs for a day, region and service, for services that check signatures.

use crate::app::gate::{Vended, WantedKey, vend};
use crate::domain::gate::scope::KeyScope;
use crate::gate::GateContext;
use crate::gate::admission::{Places, admit};
use crate::gate::answer::{Trouble, fate_of, in_json};
use crate::gate::question::{add_holder, body, in_time, read, source};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use data_encoding::HEXLOWER;
use serde::Deserialize;
use serde_json::{Value, json};

/// As it is counted.
const ROUTE: &str = "/gate/signing-key";
const LONGEST: usize = 4 * 1024;
const FIELDS: &str = "access_key_id, date, region, service";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    access_key_id: String,
    date: String,
    region: String,
    service: String,
}

pub(super) async fn answer(
    request: HttpRequest,
    payload: Payload,
    context: Data<GateContext>,
) -> HttpResponse {
    let answer = vended(&request, payload, &context).await;
    context.app.metrics.questions.count(ROUTE, fate_of(&answer));
    in_json(&request, answer)
}

async fn vended(request: &HttpRequest, payload: Payload, context: &GateContext) -> Result<Value, Trouble> {
    let door = admit(request, context, Places::HeaderOrBearer).await?;
    let text = body(payload.into_inner(), context, LONGEST).await?;
    let told: Told = read(&text, FIELDS)?;
    let scope = KeyScope::parse(&told.date, &told.region, &told.service)
        .map_err(|refusal| Trouble::Unreadable(refusal.to_string()))?;
    let wanted = WantedKey { secret_id: &told.access_key_id, scope };
    let source = source(request, None);
    let Vended { signing_key, bearer, revision } =
        in_time(vend(&context.app, &door, &wanted, &source)).await??;
    let mut answer = json!({
        "signing_key": HEXLOWER.encode(signing_key.expose()),
        "date": wanted.scope.date(),
        "region": wanted.scope.region(),
        "service": wanted.scope.service(),
        "revision": revision,
        "max_age": 0,
    });
    add_holder(&mut answer, &bearer, request);
    Ok(answer)
}
