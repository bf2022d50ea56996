//! A new key, with the limits that it begins with.

use crate::app::keys::limits::first::{NewKeyText, offered};
use crate::app::{keys, keys::Step};
use crate::domain::delivery::WrittenDelivery;
use crate::domain::field::FieldError;
use crate::web::answer::PageResult;
use crate::web::pages::keys::limits::form;
use crate::web::pages::keys::list::{NoteTrouble, list};
use crate::web::{
    forms::Form, forms::csrf::Protected, pages::faults::faults, pages::ways::keys_address,
    pages::ways::question, visit::Visit,
};
use actix_web::http::StatusCode;

/// Makes a key and comes back to the list, or goes to the question that the account wants answered first.
pub async fn create(visit: Visit, Protected(form): Protected) -> PageResult {
    let place = visit.place()?;
    let new = typed(&visit, &form);
    match keys::create(visit.app(), &visit.person, place, new.clone()).await {
        Ok(Step::Done(_)) => {
            let text = "Key created. Show displays its SecretKey after verification.";
            Ok(visit.done(&keys_address(place), text))
        }
        Ok(Step::Asked(asked)) => Ok(question(&asked)),
        Err(failure) => {
            let (status, errors): (StatusCode, Vec<FieldError>) = faults(failure)?;
            list(&visit, status, NoteTrouble { new: Some(new), ..NoteTrouble::of(errors) }).await
        }
    }
}

/// What was filled in. A form without fields for them, of a program perhaps, takes the end and the days of silence that the account
/// gives.
fn typed(visit: &Visit, sent: &Form) -> NewKeyText {
    let mut written = form::typed(sent);
    let offered = offered(visit.app(), &visit.person);
    if !sent.has("expires_at") {
        written.expires_at = offered.expires_at;
    }
    if !sent.has("idle_days") {
        written.idle_days = offered.idle_days;
    }
    let text = |name| sent.text(name).to_owned();
    let delivery = WrittenDelivery { way: text("delivery"), to: text("to"), hours: text("hours") };
    NewKeyText { note: text("note"), limits: Some(Box::new(written)), delivery }
}
