//! Whoever is at a page, and what comes with that: one argument of a handler instead of four.

use crate::app::caller::Caller;
use crate::app::keys::{KeyRef, Place};
use crate::app::{App, sign_in};
use crate::domain::group::GroupId;
use crate::domain::key::SecretId;
use crate::domain::policies::PolicyId;
use crate::domain::source::Source;
use crate::domain::user::Uin;
use crate::http::request;
use crate::web::answer::{see_other, unopened};
use crate::web::caller::{Extracted, Person};
use crate::web::context::{WebContext, context};
use crate::web::error::PageError;
use crate::web::layout::Layout;
use crate::web::layout::flash::{self, Kind};
use crate::web::session;
use actix_session::{Session, SessionExt};
use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use std::future::{Ready, ready};
use std::ops::Deref;

/// A request for a page, by whom, and in which session.
pub struct Visit<P = Person> {
    pub request: HttpRequest,
    pub context: Data<WebContext>,
    pub person: P,
    pub session: Session,
}

/// Whoever comes to a page of signed-out people.
pub struct Stranger;

impl FromRequest for Stranger {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self))
    }
}

impl<P: FromRequest<Error = PageError> + 'static> FromRequest for Visit<P> {
    type Error = PageError;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, person) = (request.clone(), P::from_request(request, payload));
        Box::pin(async move {
            let context = context(&request)?;
            let person = person.await?;
            let session = request.get_session();
            Ok(Self { request, context, person, session })
        })
    }
}

impl Visit {
    /// Of somebody who is known already.
    pub fn of(request: HttpRequest, context: Data<WebContext>, person: Person) -> Self {
        let session = request.get_session();
        Self { request, context, person, session }
    }
}

impl<P> Visit<P> {
    /// What people can do.
    pub fn app(&self) -> &App {
        &self.context.app
    }

    /// The path that was asked for.
    pub fn path(&self) -> &str {
        self.request.path()
    }

    /// Where the request comes from.
    pub fn source(&self) -> Source {
        request::source(&self.request, &self.context.trusted_proxies)
    }

    /// The part of the path that a route calls so.
    pub fn part(&self, name: &str) -> &str {
        self.request.match_info().get(name).unwrap_or_default()
    }

    /// The user that the path names; whatever is not a UIN names nobody.
    pub fn uin(&self) -> Result<Uin, PageError> {
        Uin::parse(self.part("uin")).map_err(|_| PageError::NotFound)
    }

    /// The group that the path names; whatever is not a number names none.
    pub fn group(&self) -> Result<GroupId, PageError> {
        GroupId::parse(self.part("group")).ok_or(PageError::NotFound)
    }

    /// The policy that a page is about.
    pub fn policy(&self) -> Result<PolicyId, PageError> {
        self.number("id").map(PolicyId)
    }

    /// The policy that is detached from a user or a group.
    pub fn attached_policy(&self) -> Result<PolicyId, PageError> {
        self.number("policy").map(PolicyId)
    }

    /// A number in the path, in its one spelling.
    pub fn number(&self, name: &str) -> Result<i64, PageError> {
        number_in(self.part(name)).ok_or(PageError::NotFound)
    }

    /// The key that the path names, and the page that it is on.
    pub fn key(&self) -> Result<KeyRef, PageError> {
        Ok(KeyRef { place: self.place()?, id: self.secret_id()? })
    }

    /// The SecretId that the path names.
    pub fn secret_id(&self) -> Result<SecretId, PageError> {
        SecretId::parse(self.part("secret_id")).map_err(|_| PageError::NotFound)
    }

    /// The SecretId of the canary that the path names.
    pub fn canary(&self) -> Result<SecretId, PageError> {
        SecretId::parse(self.part("canary")).map_err(|_| PageError::NotFound)
    }

    /// Whose keys the path is about: `/keys` is one's own, `/users/{uin}/keys` somebody's.
    pub fn place(&self) -> Result<Place, PageError> {
        match self.request.match_info().get("uin") {
            None => Ok(Place::Own),
            Some(_) => self.uin().map(Place::Of),
        }
    }

    /// The answer to whoever only looks ahead, see [`unopened`].
    pub fn unopened(&self, allow: &str) -> Result<Option<HttpResponse>, PageError> {
        unopened(&self.request, allow)
    }

    /// Leaves a sentence for the next page.
    pub fn leave(&self, kind: Kind, text: impl Into<String>) {
        flash::leave(&self.session, kind, text);
    }

    /// Leaves a warning for the next page, unless the session has ended or goes on under another key.
    ///
    /// A second click loses to the first, which gave the session a new key: then nothing may be kept under the old one,
    /// or the browser would be sent the old key back.
    pub async fn leave_if_alive(&self, text: &str) -> Result<(), PageError> {
        if let Some(id) = session::id(&self.session)
            && sign_in::is_signed_in(self.app(), id).await?
        {
            self.leave(Kind::Warn, text);
        }
        Ok(())
    }

    /// On to another page, which begins with a sentence about what was done.
    pub fn done(&self, address: &str, text: impl Into<String>) -> HttpResponse {
        self.leave(Kind::Ok, text);
        see_other(address)
    }
}

impl<P: Deref<Target = Caller>> Visit<P> {
    /// What stands around a page of that section; takes the sentence that was left for it.
    pub fn layout(&self, section: &'static str) -> Layout {
        let page = Layout::new(&self.context, &self.person, &self.session, section);
        page.at(self.path(), self.request.query_string())
    }

    /// The same, leaving the sentence for the next page.
    pub fn quiet_layout(&self, section: &'static str) -> Layout {
        Layout::quiet(&self.context, &self.person, section)
    }
}

/// A number in an address, in its one spelling.
pub fn number_in(text: &str) -> Option<i64> {
    text.parse().ok().filter(|number: &i64| *number > 0 && number.to_string() == text)
}
