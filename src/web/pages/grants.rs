//! Forms that grant rights: carried out, or led to the question that comes before.

use crate::app::deferred::grant::{Grant, Granted, Way};
use crate::app::{
    Failure, caller::Caller, deferred::grant, keys::Step, policies::edit::Edited, session::window,
};
use crate::web::{
    answer::PageResult, answer::see_other, caller::AnyPerson, forms::csrf::Protected,
    pages::ways::handed_over, pages::ways::invitation_of, pages::ways::question, visit::Visit,
};
use actix_web::HttpResponse;
use std::ops::Deref;

impl<P: Deref<Target = Caller>> Visit<P> {
    /// Carries out what the form asks for and leads on, or leads to the question.
    pub async fn grant(&self, grant: Grant, way: Way) -> Result<HttpResponse, Failure> {
        let step = grant::grant(self.app(), &self.person, grant, way.clone()).await?;
        Ok(self.lead(step, &way))
    }

    /// The answer to a form that was carried out or has to wait.
    pub fn lead(&self, step: Step<Granted>, way: &Way) -> HttpResponse {
        match step {
            Step::Done(granted) => self.granted(granted, way),
            Step::Asked(asked) => question(&asked),
        }
    }

    /// On to the page that shows what was granted.
    pub fn granted(&self, granted: Granted, way: &Way) -> HttpResponse {
        match granted {
            Granted::User(added) => {
                let address = format!("/users/{}", added.uin);
                match (&added.ticket, &added.handed) {
                    (Some(ticket), _) => see_other(&format!("{address}/created?t={ticket}")),
                    (None, Some(ticket)) => see_other(&handed_over(added.uin, ticket)),
                    (None, None) => self.done(&address, way.text.as_str()),
                }
            }
            Granted::Invited { maker, ticket } => see_other(&invitation_of(maker, &ticket)),
            Granted::GateToken { ticket } => see_other(&format!("/settings/gates/created?t={ticket}")),
            Granted::Canary { ticket } => see_other(&format!("/canaries/created?t={ticket}")),
            Granted::Webhook { ticket } => see_other(&format!("/settings/webhooks/created?t={ticket}")),
            Granted::WebhookSecret { ticket } => see_other(&format!("/settings/webhooks/renewed?t={ticket}")),
            Granted::Policy(id) => self.done(&way.next.replace("{id}", &id.to_string()), way.text.as_str()),
            Granted::Edited(edited) => self.done(&way.next, in_words(edited)),
            Granted::Done => self.done(&way.next, way.text.as_str()),
        }
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
pub async fn end_window(visit: Visit<AnyPerson>, _form: Protected) -> PageResult {
    window::end_grant_window(visit.app(), &visit.person).await?;
    Ok(visit.done("/me/security", "Ended. What grants rights asks for a code again."))
}
