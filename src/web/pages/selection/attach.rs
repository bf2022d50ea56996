//! A policy for several users.

use super::chosen::{Ticked, confirmed};
use super::page::{
    Choice, Judged, Question, Words, none_chosen, nothing_due, overtaken, told, users_in_words,
};
use crate::app::deferred::grant::{Grant, Way};
use crate::app::policies::holders::HolderRef;
use crate::app::selection::attach::attaching;
use crate::app::users;
use crate::domain::permission::action;
use crate::domain::policies::PolicyId;
use crate::web::visit::{Visit, number_in};
use crate::web::{answer::PageResult, error::PageError, forms::csrf::Protected};

const WORDS: Words = Words {
    deed: "attach",
    title: "Attach a policy",
    button: "Attach to",
    due: "Gets it",
    already: "Has it",
    effect: "It takes effect at once, for all of them or for none.",
    is_danger: false,
};

/// Asks which policy, and says what attaching it means for each user.
pub async fn form(visit: Visit) -> PageResult {
    visit.person.ensure_here(action::LIST_USERS)?;
    let ticked = Ticked::read(&visit)?;
    // Names of policies are for those who may see them, or attach one.
    let may = visit.person.may_here(action::LIST_POLICIES)
        || ticked.uins.iter().any(|uin| visit.person.may(action::ATTACH_POLICY, *uin));
    let mut known =
        if may { users::permissions::policies(visit.app(), &visit.person).await? } else { Vec::new() };
    known.sort_by_key(|policy| (policy.is_preset(), policy.name.to_lowercase()));
    let options = known.into_iter().map(|policy| (policy.id.to_string(), policy.name)).collect();
    let chosen = if may { ticked.query.text("policy").to_owned() } else { String::new() };
    let judged = match chosen.as_str() {
        "" => None,
        text => {
            let id = number_in(text).map(PolicyId).ok_or(PageError::NotFound)?;
            let uins = ticked.uins.clone();
            let (policy, selection) = attaching(visit.app(), &visit.person, id, uins).await?;
            let may_read = visit.person.may_on_policy(action::GET_POLICY, id);
            let more = may_read.then(|| (format!("What {} says", policy.name), format!("/policies/{id}")));
            let title = (format!("Attach {} to", policy.name), String::new());
            Some(Judged { title, chosen: ("policy", chosen.clone()), more, selection })
        }
    };
    let choice = Choice::One { field: "policy", label: "Policy", options, chosen };
    Question { words: WORDS, choice, judged }.show(&visit, ticked)
}

/// Attaches it to those of the confirmed users that do not have it, after the code that this may need.
pub async fn submit(visit: Visit, Protected(form): Protected) -> PageResult {
    visit.person.ensure_here(action::LIST_USERS)?;
    let (ticked, uins) = (Ticked::read(&visit)?, confirmed(&form)?);
    let chosen = ticked.query.text("policy").to_owned();
    if uins.is_empty() || chosen.is_empty() {
        return Ok(none_chosen(&visit, &ticked));
    }
    let id = number_in(&chosen).map(PolicyId).ok_or(PageError::NotFound)?;
    let back = ticked.address(WORDS.deed, &[("policy", &chosen)]);
    let (policy, selection) = attaching(visit.app(), &visit.person, id, uins).await?;
    let holders: Vec<HolderRef> = selection.due().map(|user| HolderRef::User(user.user.uin)).collect();
    if holders.is_empty() {
        return Ok(nothing_due(&visit, &back));
    }
    let way = Way {
        what: format!("attach {} to {}", policy.name, users_in_words(holders.len())),
        next: back.clone(),
        back: back.clone(),
        text: told(&selection, |users| format!("{} is attached to {users}", policy.name)),
    };
    match visit.grant(Grant::attach_to_holders(id, &holders), way).await {
        Ok(answer) => Ok(answer),
        Err(failure) => overtaken(&visit, &back, failure),
    }
}
