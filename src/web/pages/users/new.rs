//! Creating a user, and the page that shows a generated password once.

use crate::app::deferred::grant::{Grant, Way, grant_user};
use crate::app::users::{Details, NewUser, NewUserKind};
use crate::app::{factors, users};
use crate::domain::claim::Hours;
use crate::domain::invitation::InvitationWish;
use crate::domain::{
    field::FieldError, number::in_words, permission::action, policies::StoredPolicy, secret::Password,
    user::MAX_OWNERS_OF_COLLABORATOR, user::Uin, user::UserKind,
};
use crate::web::{
    answer::PageResult, answer::render, answer::render_as, answer::see_other, error::PageError, forms::Form,
    forms::csrf::Protected, layout::Layout, layout::filters, layout::flash::Kind, pages::faults::faults,
    pages::users::form::TypedDetails, pages::users::form::sift, query::Query, visit::Visit,
};
use actix_web::http::StatusCode;
use askama::Template;
use zeroize::Zeroizing;

/// The fields from the top of the form to its end.
const ORDER: [&str; 11] = [
    "kind",
    "user_name",
    "note",
    "phone",
    "email",
    "console_login",
    "claim_link",
    "hours",
    "password",
    "uin",
    "invite",
];

#[derive(Template)]
#[template(path = "users/new.html")]
struct NewPage {
    page: Layout,
    errors: Vec<FieldError>,
    sent: Sent,
    choices: Vec<PolicyChoice>,
    lists_users: bool,
    /// Whether the person may make claim links.
    hands_over: bool,
    /// What a collaborator’s UIN is, and in how many accounts one can be.
    collaborator_hint: String,
    shortest: i64,
}

/// The form as it was sent, without the password.
struct Sent {
    typed: TypedDetails,
    kind: String,
    uin: String,
    console: bool,
    must_change: bool,
    /// Whether a link lets the user choose the password, and for how many hours.
    claim: bool,
    hours: String,
    /// Whether a link invites the collaborator, whose UIN is not known.
    invite: bool,
    policies: Vec<String>,
}

/// What the form asks for, once all of it fits.
enum Wanted {
    User(NewUser),
    Invitation(InvitationWish),
}

/// What is special about whom the form is about.
enum Special {
    Kind(NewUserKind),
    /// The root of another account whose UIN is not known: it answers by a link.
    Invited,
}

/// A policy to begin with.
struct PolicyChoice {
    name: String,
    description: String,
    is_ticked: bool,
}

#[derive(Template)]
#[template(path = "users/created.html")]
struct CreatedPage {
    page: Layout,
    uin: String,
    user_name: String,
    account: String,
    address: String,
    password: Zeroizing<String>,
    lists_users: bool,
}

/// The form for a new user.
pub async fn form(visit: Visit) -> PageResult {
    visit.person.ensure_here(action::ADD_USER)?;
    let page = visit.layout("users");
    render(&NewPage::load(&visit, page, Sent::fresh()).await?)
}

/// Adds the user, or comes back with what does not fit.
pub async fn submit(visit: Visit, Protected(form): Protected) -> PageResult {
    visit.person.ensure_here(action::ADD_USER)?;
    let sent = Sent::of(&form);
    let (status, errors) = match sent.check(&form) {
        Err(mut errors) => {
            errors.extend(password_faults(&visit, &sent, &form).await?);
            (StatusCode::UNPROCESSABLE_ENTITY, in_order(errors))
        }
        Ok(wanted) => {
            let way = sent.way();
            let granted = match wanted {
                Wanted::Invitation(wish) => visit.grant(Grant::Invite(Box::new(wish)), way).await,
                Wanted::User(new) => {
                    let step = grant_user(visit.app(), &visit.person, new, way.clone()).await;
                    step.map(|step| visit.lead(step, &way))
                }
            };
            match granted {
                Ok(answer) => return Ok(answer),
                Err(failure) => faults(failure)?,
            }
        }
    };
    let page = visit.layout("users");
    render_as(status, &NewPage { errors, ..NewPage::load(&visit, page, sent).await? })
}

/// What is wrong with a password that would be judged only once everything else fits.
async fn password_faults(visit: &Visit, sent: &Sent, form: &Form) -> Result<Vec<FieldError>, PageError> {
    match Password::parse(form.text("password")) {
        Ok(password) if sent.kind == UserKind::SubUser.as_str() && sent.console => {
            let name = sent.typed.user_name.trim();
            Ok(factors::new_password::faults_of_password(&visit.person, password, name).await?)
        }
        _ => Ok(Vec::new()),
    }
}

/// Errors as the form shows their fields.
fn in_order(mut errors: Vec<FieldError>) -> Vec<FieldError> {
    errors.sort_by_key(|error| ORDER.iter().position(|field| *field == error.field));
    errors
}

/// The generated password of a new user, or of one whose password was reset: shown once.
pub async fn created(visit: Visit, query: Query) -> PageResult {
    if let Some(answer) = visit.unopened("GET")? {
        return Ok(answer);
    }
    let uin = visit.uin()?;
    let shown =
        users::security::initial_password(visit.app(), &visit.person, uin, query.text("t").to_owned())
            .await?;
    let Some((user, password)) = shown else {
        visit.leave(Kind::Info, "Shown already. Reset the password to get a new one.");
        return Ok(see_other(&format!("/users/{uin}/security")));
    };
    render(&CreatedPage {
        page: visit.layout("users"),
        uin: uin.to_string(),
        user_name: user.name,
        account: user.owner_uin.to_string(),
        address: visit.context.public_url.link(&format!("/login?account={}", user.owner_uin)),
        password,
        lists_users: visit.person.may_here(action::LIST_USERS),
    })
}

impl CreatedPage {
    /// Id, label and text of each plate; the last one is the secret.
    fn facts(&self) -> [(&'static str, &'static str, &str, bool); 4] {
        [
            ("sign-in-address", "Sign-in address", &self.address, false),
            ("account", "Account", &self.account, false),
            ("user-name", "User name", &self.user_name, false),
            ("initial-password", "Password", &self.password, true),
        ]
    }
}

fn collaborator_hint() -> String {
    let most = in_words(MAX_OWNERS_OF_COLLABORATOR);
    format!(
        "12 digits, such as 100000000001. The other account must be on this server; where there is none yet, whoever runs the server makes it with: camlock admin create-root. One root can collaborate in {most} accounts at most."
    )
}

impl NewPage {
    async fn load(visit: &Visit, page: Layout, sent: Sent) -> Result<Self, PageError> {
        let known = if visit.person.may_here(action::ATTACH_POLICY) {
            users::permissions::policies(visit.app(), &visit.person).await?
        } else {
            Vec::new()
        };
        Ok(Self {
            page,
            errors: Vec::new(),
            choices: known.into_iter().map(|policy| PolicyChoice::of(policy, &sent)).collect(),
            sent,
            lists_users: visit.person.may_here(action::LIST_USERS),
            hands_over: visit.person.may_here(action::CREATE_CLAIM_LINK),
            collaborator_hint: collaborator_hint(),
            shortest: visit.person.account.settings.password_min_length,
        })
    }
}

impl PolicyChoice {
    fn of(policy: StoredPolicy, sent: &Sent) -> Self {
        let is_ticked = sent.policies.contains(&policy.name);
        Self { name: policy.name, description: policy.description, is_ticked }
    }
}

impl Sent {
    /// What the form begins with.
    fn fresh() -> Self {
        Self {
            typed: TypedDetails::default(),
            kind: UserKind::SubUser.as_str().to_owned(),
            uin: String::new(),
            console: true,
            must_change: false,
            claim: false,
            hours: String::new(),
            invite: false,
            policies: Vec::new(),
        }
    }

    fn of(form: &Form) -> Self {
        Self {
            typed: TypedDetails::of(form),
            kind: form.text("kind").to_owned(),
            uin: form.text("uin").trim().to_owned(),
            console: form.is_ticked("console_login"),
            must_change: form.is_ticked("must_change_password"),
            claim: form.is_ticked("claim_link"),
            hours: form.text("hours").trim().to_owned(),
            invite: form.is_ticked("invite"),
            policies: form.all("policy"),
        }
    }

    fn way(&self) -> Way {
        let name = self.typed.user_name.trim();
        Way {
            what: format!(
                "{} {name}",
                if self.invite { "invite the collaborator" } else { "create the user" }
            ),
            back: "/users/new".to_owned(),
            next: "/users".to_owned(),
            text: format!("User {name} is created."),
        }
    }

    fn check(&self, form: &Form) -> Result<Wanted, Vec<FieldError>> {
        let mut errors = Vec::new();
        let special = match self.kind.as_str() {
            "sub_user" => self.sub_user(form.text("password"), &mut errors).map(Special::Kind),
            "collaborator" => self.collaborator(form.text("password"), &mut errors),
            _ => {
                errors.push(FieldError::on_page("kind", "Choose a type: sub-user or collaborator."));
                None
            }
        };
        let details = self.typed.check(None, &mut errors);
        let (Some(special), Some(details), true) = (special, details, errors.is_empty()) else {
            return Err(errors);
        };
        let Details { name: Some(name), note, phone, email } = details else { return Err(errors) };
        let policies = self.policies.clone();
        Ok(match special {
            Special::Kind(kind) => Wanted::User(NewUser {
                name,
                note,
                phone,
                email,
                country_code: String::new(),
                policies,
                kind,
            }),
            Special::Invited => Wanted::Invitation(InvitationWish {
                name: name.as_str().to_owned(),
                note,
                phone,
                email,
                policies,
                ..InvitationWish::default()
            }),
        })
    }

    fn sub_user(&self, password: &str, errors: &mut Vec<FieldError>) -> Option<NewUserKind> {
        if !self.console && !password.is_empty() {
            let text = "Tick console access, or leave the password empty.";
            errors.push(FieldError::on_page("console_login", text));
        }
        if !self.uin.is_empty() {
            let text = "A sub-user gets a UIN of its own. Leave this empty, or choose Collaborator.";
            errors.push(FieldError::on_page("uin", text));
        }
        if self.invite {
            let text = "Only a collaborator is invited. Leave this unticked, or choose Collaborator.";
            errors.push(FieldError::on_page("invite", text));
        }
        let claim = self.claim_link(password, errors);
        let chosen = Some(password).filter(|text| !text.is_empty()).map(Password::parse).transpose();
        let password = sift(chosen.map_err(|refusal| FieldError::on_page("password", refusal)), errors)?;
        let must_change = self.must_change;
        Some(NewUserKind::SubUser { console_login: self.console, password, must_change, claim })
    }

    fn claim_link(&self, password: &str, errors: &mut Vec<FieldError>) -> Option<Hours> {
        if !self.claim {
            return None;
        }
        if !self.console {
            let text = "Tick console access too: the link lets the user choose a password to sign in with.";
            errors.push(FieldError::on_page("claim_link", text));
        }
        if !password.is_empty() {
            let text = "The user chooses the password by the link. Leave this empty.";
            errors.push(FieldError::on_page("password", text));
        }
        sift(Hours::parse(&self.hours), errors)
    }

    fn collaborator(&self, password: &str, errors: &mut Vec<FieldError>) -> Option<Special> {
        if !password.is_empty() {
            let text = "A collaborator signs in with its own password. Leave this empty.";
            errors.push(FieldError::on_page("password", text));
        }
        if self.claim {
            let text = "A collaborator has a password already. Leave this unticked.";
            errors.push(FieldError::on_page("claim_link", text));
        }
        if self.invite {
            if !self.uin.is_empty() {
                let text = "Leave the UIN empty, or the link unticked.";
                errors.push(FieldError::on_page("invite", text));
            }
            return Some(Special::Invited);
        }
        let uin = Uin::parse(&self.uin).map_err(|refusal| FieldError::on_page("uin", refusal));
        sift(uin, errors).map(|uin| Special::Kind(NewUserKind::Collaborator(uin)))
    }
}
