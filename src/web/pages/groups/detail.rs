//! One group: its first tab, its name to edit, its end.

use crate::app::{
    deferred::grant::Grant, deferred::grant::Way, groups, groups::GroupChange, groups::ListedGroup,
    policies::planned::Planned,
};
use crate::domain::{field::FieldError, permission::action};
use crate::web::answer::{PageResult, render, render_as, see_other};
use crate::web::pages::impact::{self, ImpactPanel};
use crate::web::{
    error::PageError, forms::csrf::Protected, layout::Layout, layout::filters, pages::faults::group_faults,
    pages::groups::head::GroupHead, visit::Visit,
};
use actix_web::http::StatusCode;
use askama::Template;

#[derive(Template)]
#[template(path = "groups/edit.html")]
struct EditPage {
    page: Layout,
    errors: Vec<FieldError>,
    id: String,
    name: String,
    group_name: String,
    remark: String,
    lists_groups: bool,
}

#[derive(Template)]
#[template(path = "groups/delete.html")]
struct DeletePage {
    page: Layout,
    errors: Vec<FieldError>,
    found: ListedGroup,
    /// What its end takes from whom.
    impact: ImpactPanel,
    confirm: String,
    lists_groups: bool,
}

impl DeletePage {
    async fn new(visit: &Visit, found: ListedGroup) -> Result<Self, PageError> {
        let impact = impact::of(visit, Planned::DeleteGroup { group: found.group.id }).await?;
        let lists_groups = visit.person.may_here(action::LIST_GROUPS);
        let page = visit.layout("groups");
        Ok(Self { page, errors: Vec::new(), found, impact, confirm: String::new(), lists_groups })
    }
}

/// On to the first tab that the person may open.
pub async fn index(visit: Visit) -> PageResult {
    let head = GroupHead::load(&visit, visit.group()?, "").await?;
    let (_, _, address) = head.tabs.first().ok_or(PageError::NotFound)?;
    Ok(see_other(address))
}

/// The form for a group's name and remark.
pub async fn edit_form(visit: Visit) -> PageResult {
    let group = groups::group(visit.app(), &visit.person, action::UPDATE_GROUP, visit.group()?).await?.group;
    render(&EditPage {
        page: visit.layout("groups"),
        errors: Vec::new(),
        id: group.id.to_string(),
        name: group.name.clone(),
        group_name: group.name,
        remark: group.remark,
        lists_groups: visit.person.may_here(action::LIST_GROUPS),
    })
}

/// Keeps name and remark, or comes back with what does not fit.
pub async fn edit(visit: Visit, Protected(form): Protected) -> PageResult {
    let group = groups::group(visit.app(), &visit.person, action::UPDATE_GROUP, visit.group()?).await?.group;
    let (group_name, remark) = (form.text("group_name").to_owned(), form.text("remark").to_owned());
    let change = GroupChange { name: Some(group_name.clone()), remark: Some(remark.clone()) };
    let (status, errors) = match groups::update_group(visit.app(), &visit.person, group.id, change).await {
        Ok(()) => return Ok(visit.done(&format!("/groups/{}", group.id), "The group is saved.")),
        Err(failure) => group_faults(failure)?,
    };
    let page = visit.layout("groups");
    let lists_groups = visit.person.may_here(action::LIST_GROUPS);
    let id = group.id.to_string();
    render_as(status, &EditPage { page, errors, id, name: group.name, group_name, remark, lists_groups })
}

/// Asks before a group is deleted, and says what ends with it.
pub async fn delete_form(visit: Visit) -> PageResult {
    let found = groups::group(visit.app(), &visit.person, action::DELETE_GROUP, visit.group()?).await?;
    render(&DeletePage::new(&visit, found).await?)
}

/// Deletes a group whose name was typed.
pub async fn delete(visit: Visit, Protected(form): Protected) -> PageResult {
    let found = groups::group(visit.app(), &visit.person, action::DELETE_GROUP, visit.group()?).await?;
    let confirm = form.text("confirm").to_owned();
    let lists_groups = visit.person.may_here(action::LIST_GROUPS);
    let (status, errors) = if confirm.trim() == found.group.name {
        let way = Way {
            what: format!("delete group {}, which limits what its users may do", found.group.name),
            back: format!("/groups/{}/delete", found.group.id),
            next: if lists_groups { "/groups" } else { "/" }.to_owned(),
            text: format!("Group {} is deleted.", found.group.name),
        };
        let grant = Grant::DeleteGroup { group: found.group.id.0 };
        match visit.grant(grant, way).await {
            Ok(answer) => return Ok(answer),
            Err(failure) => group_faults(failure)?,
        }
    } else {
        let error = FieldError::on_page("confirm", format!("Type the group name: {}.", found.group.name));
        (StatusCode::UNPROCESSABLE_ENTITY, vec![error])
    };
    render_as(status, &DeletePage { errors, confirm, ..DeletePage::new(&visit, found).await? })
}
