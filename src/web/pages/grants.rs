//! Forms that grant rights: carried out, or led to the question that comes before.

use super::{done, question_address};
use crate::app::Failure;
use crate::app::caller::Caller;
use crate::app::deferred;
use crate::app::deferred::grant::{Grant, Granted, Way};
use crate::app::keys::Step;
use crate::app::policies::edit::Edited;
use crate::web::answer::see_other;
use crate::web::caller::AnyPerson;
use crate::web::context::WebContext;
use crate::web::error::PageError;
use crate::web::forms::csrf::Protected;
use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::web::Data;

/// A person who sends such a form.
#[derive(Clone, Copy)]
pub struct Sender<'a> {
    pub context: &'a WebContext,
    pub person: &'a Caller,
    pub session: &'a Session,
}

impl Sender<'_> {
    /// Carries it out and leads on, or leads to the question.
    pub async fn grant(self, grant: Grant, way: Way) -> Result<HttpResponse, Failure> {
        let step = deferred::grant::grant(&self.context.app, self.person, grant, way.clone()).await?;
        Ok(self.lead(step, &way))
    }

    /// The answer to a form that was carried out or has to wait.
    pub fn lead(self, step: Step<Granted>, way: &Way) -> HttpResponse {
        match step {
            Step::Done(granted) => answer(self.session, granted, way),
            Step::Asked(asked) => see_other(&question_address(&asked)),
        }
    }
}

/// On to the page that shows what was done.
pub fn answer(session: &Session, granted: Granted, way: &Way) -> HttpResponse {
    match granted {
        Granted::User(added) => {
            let address = format!("/users/{}", added.uin);
            match &added.ticket {
                Some(ticket) => see_other(&format!("{address}/created?t={ticket}")),
                None => done(session, &address, way.text.as_str()),
            }
        }
        Granted::Policy(id) => done(session, &way.next.replace("{id}", &id.to_string()), way.text.as_str()),
        Granted::Edited(edited) => done(session, &way.next, in_words(edited)),
        Granted::Done => done(session, &way.next, way.text.as_str()),
    }
}

fn in_words(edited: Edited) -> String {
    match edited {
        Edited { version: Some(number), .. } => format!("Version {number} is saved and decides from now on."),
        Edited { is_renamed: true, .. } => "The policy is saved.".to_owned(),
        _ => "Nothing was changed.".to_owned(),
    }
}

/// Ends what an earlier code still serves.
pub async fn end_window(
    context: Data<WebContext>,
    person: AnyPerson,
    session: Session,
    _form: Protected,
) -> Result<HttpResponse, PageError> {
    crate::app::session::window::end_grant_window(&context.app, &person).await?;
    Ok(done(&session, "/me/security", "Ended. What grants rights asks for a code again."))
}
