//! Several users into a group.

use super::chosen::{Ticked, confirmed};
use super::page::{
    Choice, Judged, Question, Words, none_chosen, nothing_due, overtaken, told, users_in_words,
};
use crate::app::deferred::grant::{Grant, Way};
use crate::app::groups;
use crate::app::selection::join::joining;
use crate::domain::group::{GroupId, MAX_GROUPS};
use crate::domain::paging::Paging;
use crate::domain::permission::action;
use crate::domain::user::Uin;
use crate::web::{answer::PageResult, error::PageError, forms::csrf::Protected, visit::Visit};

const ALL: Paging = Paging { number: 1, size: MAX_GROUPS };
const WORDS: Words = Words {
    deed: "join",
    title: "Add to a group",
    button: "Add",
    due: "Joins",
    already: "Is in it",
    effect: "The policies of the group hold for them at once. All of them join, or none.",
    is_danger: false,
};

/// Asks which group, and says what joining it means for each user.
pub async fn form(visit: Visit) -> PageResult {
    visit.person.ensure_here(action::LIST_USERS)?;
    visit.person.ensure_here(action::LIST_GROUPS)?;
    let ticked = Ticked::read(&visit)?;
    let known = groups::groups(visit.app(), &visit.person, "", ALL).await?.rows;
    let open = known.into_iter().filter(|listed| visit.person.may_group(action::ADD_MEMBER, listed.group.id));
    let options = open.map(|listed| (listed.group.id.to_string(), listed.group.name)).collect();
    let chosen = ticked.query.text("group").to_owned();
    let judged = match chosen.as_str() {
        "" => None,
        text => {
            let id = GroupId::parse(text).ok_or(PageError::NotFound)?;
            let (group, selection) = joining(visit.app(), &visit.person, id, ticked.uins.clone()).await?;
            let may_read = visit.person.may_group(action::LIST_GROUP_POLICIES, id);
            let more = (format!("What {} allows", group.name), format!("/groups/{id}/permissions"));
            let title = ("Add".to_owned(), format!(" to the group {}", group.name));
            let chosen = ("group", chosen.clone());
            Some(Judged { title, chosen, more: may_read.then_some(more), selection })
        }
    };
    let choice = Choice::One { field: "group", label: "Group", options, chosen };
    Question { words: WORDS, choice, judged }.show(&visit, ticked)
}

/// Adds those of the confirmed users that are not in the group, after the code that this may need.
pub async fn submit(visit: Visit, Protected(form): Protected) -> PageResult {
    visit.person.ensure_here(action::LIST_USERS)?;
    visit.person.ensure_here(action::LIST_GROUPS)?;
    let (ticked, uins) = (Ticked::read(&visit)?, confirmed(&form)?);
    let chosen = ticked.query.text("group").to_owned();
    if uins.is_empty() || chosen.is_empty() {
        return Ok(none_chosen(&visit, &ticked));
    }
    let id = GroupId::parse(&chosen).ok_or(PageError::NotFound)?;
    let back = ticked.address(WORDS.deed, &[("group", &chosen)]);
    let (group, selection) = joining(visit.app(), &visit.person, id, uins).await?;
    let pairs: Vec<(GroupId, Uin)> = selection.due().map(|user| (id, user.user.uin)).collect();
    if pairs.is_empty() {
        return Ok(nothing_due(&visit, &back));
    }
    let way = Way {
        what: format!("add {} to the group {}", users_in_words(pairs.len()), group.name),
        next: back.clone(),
        back: back.clone(),
        text: told(&selection, |users| format!("{users} joined the group {}", group.name)),
    };
    match visit.grant(Grant::join(&pairs), way).await {
        Ok(answer) => Ok(answer),
        Err(failure) => overtaken(&visit, &back, failure),
    }
}
