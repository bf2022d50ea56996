//! An authenticator app for several users.

use super::chosen::{Ticked, confirmed};
use super::page::{Choice, Judged, Question, Words, none_chosen, nothing_due, overtaken, told};
use crate::app::selection::mfa::{require, requiring};
use crate::domain::permission::action;
use crate::web::{answer::PageResult, forms::csrf::Protected, visit::Visit};

const WORDS: Words = Words {
    deed: "require-mfa",
    title: "Require MFA",
    button: "Require MFA of",
    due: "Will need it",
    already: "Needs it",
    effect: "Whoever has no authenticator app must set one up at the next page it opens in the console. Signed calls go on. The API alone takes it off again (SetMfaFlag).",
    is_danger: false,
};

/// Says what requiring an authenticator app means for each user.
pub async fn form(visit: Visit) -> PageResult {
    visit.person.ensure_here(action::LIST_USERS)?;
    let ticked = Ticked::read(&visit)?;
    let selection = requiring(visit.app(), &visit.person, ticked.uins.clone()).await?;
    let title = ("Require MFA of".to_owned(), String::new());
    let judged = Some(Judged { title, chosen: ("", String::new()), more: None, selection });
    Question { words: WORDS, choice: Choice::Nothing, judged }.show(&visit, ticked)
}

/// Requires it of those of the confirmed users of whom it is not required.
pub async fn submit(visit: Visit, Protected(form): Protected) -> PageResult {
    visit.person.ensure_here(action::LIST_USERS)?;
    let (ticked, uins) = (Ticked::read(&visit)?, confirmed(&form)?);
    if uins.is_empty() {
        return Ok(none_chosen(&visit, &ticked));
    }
    let back = ticked.address(WORDS.deed, &[]);
    let selection = requiring(visit.app(), &visit.person, uins).await?;
    let due = selection.due().map(|user| user.user.uin).collect();
    match require(visit.app(), &visit.person, due).await {
        Ok(0) => Ok(nothing_due(&visit, &back)),
        Ok(_) => Ok(visit.done(&back, told(&selection, |users| format!("MFA is required of {users}")))),
        Err(failure) => overtaken(&visit, &back, failure),
    }
}
