//! Keys of several users that nobody has used for a while.

use super::chosen::Ticked;
use super::page::{Choice, Judged, Question, Words, none_chosen, nothing_due, overtaken};
use crate::app::selection::keys::{MOST_DAYS, STALE_DAYS, StaleKey, disable_stale, staleness};
use crate::domain::group::MAX_AT_ONCE;
use crate::domain::key::{MAX_KEYS_PER_USER, SecretId};
use crate::domain::permission::action;
use crate::domain::user::Uin;
use crate::web::forms::Form;
use crate::web::visit::{Visit, number_in};
use crate::web::{answer::PageResult, error::PageError, forms::csrf::Protected};

const WORDS: Words = Words {
    deed: "disable-keys",
    title: "Disable stale keys",
    button: "Disable the stale keys of",
    due: "Disables",
    already: "No stale key",
    effect: "Calls with these keys are refused from then on. A key that is used meanwhile stays enabled. Each can be enabled again.",
    is_danger: true,
};

/// Says which keys are stale, and what that means for each user.
pub async fn form(visit: Visit) -> PageResult {
    visit.person.ensure_here(action::LIST_USERS)?;
    let ticked = Ticked::read(&visit)?;
    let days = days_in(ticked.query.text("days"))?;
    let selection = staleness(visit.app(), &visit.person, days, ticked.uins.clone()).await?;
    let title = ("Disable keys of".to_owned(), format!(" that were silent for {}", days_in_words(days)));
    let judged = Some(Judged { title, chosen: ("days", days.to_string()), more: None, selection });
    let choice = Choice::Days { value: days, most: MOST_DAYS };
    Question { words: WORDS, choice, judged }.show(&visit, ticked)
}

/// Disables those of the keys that the page showed which are stale still.
pub async fn submit(visit: Visit, Protected(form): Protected) -> PageResult {
    visit.person.ensure_here(action::LIST_USERS)?;
    let (ticked, keys) = (Ticked::read(&visit)?, keys_in(&form)?);
    let days = days_in(ticked.query.text("days"))?;
    if keys.is_empty() {
        return Ok(none_chosen(&visit, &ticked));
    }
    let (shown, back) = (keys.len(), ticked.address(WORDS.deed, &[("days", &days.to_string())]));
    let text = match disable_stale(visit.app(), &visit.person, days, keys).await {
        Ok(0) => return Ok(nothing_due(&visit, &back)),
        Ok(1) => "1 key is disabled.".to_owned(),
        Ok(many) if many < shown => {
            format!("{many} of {shown} keys are disabled. The others were used or changed meanwhile.")
        }
        Ok(many) => format!("{many} keys are disabled."),
        Err(failure) => return overtaken(&visit, &back, failure),
    };
    Ok(visit.done(&back, text))
}

fn days_in(text: &str) -> Result<i64, PageError> {
    if text.is_empty() {
        return Ok(STALE_DAYS);
    }
    let days = number_in(text).filter(|days| *days <= MOST_DAYS);
    days.ok_or(PageError::Malformed("The days are a number from 1 to 3650. Enter another one."))
}

fn days_in_words(days: i64) -> String {
    if days == 1 { "a day".to_owned() } else { format!("{days} days") }
}

/// The keys that a form names: `UIN/SecretId` each.
fn keys_in(form: &Form) -> Result<Vec<StaleKey>, PageError> {
    let sent = form.all("key");
    if sent.len() > MAX_AT_ONCE * MAX_KEYS_PER_USER {
        return Err(PageError::TooLarge);
    }
    let key = |text: &String| {
        let (uin, id) = text.split_once('/')?;
        Some(StaleKey { uin: Uin::parse(uin).ok()?, id: SecretId::parse(id).ok()? })
    };
    sent.iter().map(|text| key(text).ok_or(PageError::NotFound)).collect()
}
