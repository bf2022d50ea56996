//! Filters of lists that a person saves, in each account its own.

use super::caller::Caller;
use super::{App, Failure};
use crate::domain::audit::EventName;
use crate::domain::field::FieldError;
use crate::domain::permission::action;
use crate::domain::saved_filter::{FilteredList, MAX_SAVED, SavedFilter};
use crate::store::dialect;
use crate::store::saved_filters::{self, Owned};

/// What whoever looks at a list has to be allowed.
fn action_of(list: FilteredList) -> &'static str {
    match list {
        FilteredList::Users => action::LIST_USERS,
        FilteredList::Log => action::READ_AUDIT,
    }
}

/// What the caller saved for a list, by name.
pub async fn saved(app: &App, caller: &Caller, list: FilteredList) -> Result<Vec<SavedFilter>, Failure> {
    caller.ensure_here(action_of(list))?;
    app.look(caller, move |view| Ok(saved_filters::of_user(view.conn, view.by.user.uid, list)?)).await
}

/// Saves a filter, in place of one with the same name.
pub async fn save(
    app: &App,
    caller: &Caller,
    list: FilteredList,
    filter: SavedFilter,
) -> Result<(), Failure> {
    caller.ensure_here(action_of(list))?;
    app.change(caller, move |change| {
        let uid = change.by.user.uid;
        dialect::lock_user(change.conn, uid)?;
        let key = filter.name.to_lowercase();
        let held = saved_filters::of_user(change.conn, uid, list)?;
        if held.iter().filter(|other| other.name.to_lowercase() != key).count() >= MAX_SAVED {
            let text = format!("{MAX_SAVED} filters are saved for this list. Delete one first.");
            return Err(FieldError::on_page("name", text).into());
        }
        saved_filters::put(change.conn, list, &Owned { uid, filter: &filter }, change.app.clock.now())?;
        let event = change.event(EventName::SAVE_FILTER).object(&filter.name);
        event.fact("list", list.as_str()).fact("query", filter.query.as_str()).record(change);
        Ok(())
    })
    .await
}

/// Forgets one of the caller's filters.
pub async fn delete(app: &App, caller: &Caller, list: FilteredList, name: &str) -> Result<(), Failure> {
    caller.ensure_here(action_of(list))?;
    let name = name.to_owned();
    app.change(caller, move |change| {
        if !saved_filters::delete(change.conn, change.by.user.uid, list, &name)? {
            return Err(Failure::NotFound);
        }
        let event = change.event(EventName::DELETE_FILTER).object(&name);
        event.fact("list", list.as_str()).record(change);
        Ok(())
    })
    .await
}
