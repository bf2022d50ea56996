//! Failures that a form shows instead of an error page.

use crate::app::Failure;
use crate::domain::{field::FieldError, group::GroupRefusal, policies::PolicyRefusal};
use crate::web::answer::{PageResult, render_as};
use crate::web::error::PageError;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

/// The status that a form comes back with, and what it says.
pub type Faults = (StatusCode, Vec<FieldError>);

/// A failure that a form can show: the status it comes back with, and what it says.
pub fn faults(failure: Failure) -> Result<Faults, PageError> {
    match failure {
        Failure::Invalid(errors) => Ok((StatusCode::UNPROCESSABLE_ENTITY, errors)),
        Failure::Refused(text) => Ok((StatusCode::CONFLICT, vec![FieldError::on_page("", text)])),
        Failure::Policy(refusal) if !refusal.is_absence() => {
            Ok((StatusCode::CONFLICT, vec![FieldError::on_page("", refusal)]))
        }
        other => Err(other.into()),
    }
}

/// The answer to a form, or the form again with what does not fit.
pub fn or_again<T: Template>(
    outcome: Result<HttpResponse, Failure>,
    again: impl FnOnce(Vec<FieldError>) -> T,
) -> PageResult {
    match outcome {
        Ok(answer) => Ok(answer),
        Err(failure) => {
            let (status, errors) = faults(failure)?;
            render_as(status, &again(errors))
        }
    }
}

/// A failure that a form about policies can show: the status it comes back with, and what it says.
pub fn policy_faults(failure: Failure) -> Result<Faults, PageError> {
    match failure {
        Failure::Policy(refusal @ PolicyRefusal::NameTaken) => {
            Ok((StatusCode::CONFLICT, vec![FieldError::on_page("name", refusal)]))
        }
        other => faults(other),
    }
}

/// A failure that a form about groups can show: the status it comes back with, and what it says.
pub fn group_faults(failure: Failure) -> Result<Faults, PageError> {
    let Failure::Group(refusal) = failure else { return faults(failure) };
    let field = match refusal {
        GroupRefusal::NameTaken | GroupRefusal::LooksTaken => "group_name",
        GroupRefusal::NoPolicy(_) | GroupRefusal::NotAttached(..) => "policy",
        GroupRefusal::NoUser(_) | GroupRefusal::NotMember(..) => "member",
        GroupRefusal::NoGroup(_) => "group",
        _ => return Ok((StatusCode::CONFLICT, vec![FieldError::on_page("", refusal)])),
    };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, vec![FieldError::on_page(field, refusal)]))
}
