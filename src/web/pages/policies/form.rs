//! The editor of policies: a new one, a changed one, and *Check*, which saves nothing.

use crate::app::policies::planned::Planned;
use crate::app::{
    Failure, caller::Caller, deferred::grant::Grant, deferred::grant::Way, policies, policies::NewPolicy,
    services,
};
use crate::domain::number::in_words;
use crate::domain::policies::{Description, Document, MAX_VERSIONS, PolicyId, PolicyName, StoredPolicy};
use crate::domain::policy::ready::ReadyMade;
use crate::domain::policy::vocabulary::{ServiceWords, known_actions};
use crate::domain::policy::{MAX_CHARACTERS, Problem, advice, counted_characters};
use crate::domain::{field::FieldError, permission::action, policy::advice::Advice};
use crate::web::answer::{PageResult, render, render_as};
use crate::web::pages::impact::{self, ImpactPanel};
use crate::web::pages::policies::text::{Line, Sentence, lines, sentences};
use crate::web::{
    error::PageError, forms::Form, forms::csrf::Protected, layout::Layout, layout::filters,
    pages::faults::policy_faults, pages::users::form::sift, query::Query, visit::Visit,
};
use actix_web::http::StatusCode;
use askama::Template;

/// What a new policy begins with.
const SKELETON: &str = r#"{
  "version": "2.0",
  "statement": [
    {
      "effect": "allow",
      "action": [
        "cam:GetUser"
      ],
      "resource": "*"
    }
  ]
}"#;

#[derive(Template)]
#[template(path = "policies/form.html")]
struct FormPage {
    page: Layout,
    subject: Edited,
    typed: TypedPolicy,
    errors: Vec<FieldError>,
    problems: Vec<Problem>,
    most_versions: String,
    /// The document as it was checked, when something is wrong with it.
    lines: Vec<Line>,
    /// What a document without problems says, after *Check*.
    sentences: Vec<Sentence>,
    /// What is worth a second look in it.
    advice: Vec<Advice>,
    counted: usize,
    limit: usize,
    /// What a checked text means for those who have the policy.
    impact: Option<ImpactPanel>,
    /// Services of which there are actions to choose from and documents to begin with.
    services: Vec<ServiceWords>,
}

/// What is edited.
struct Edited {
    /// None for a new policy.
    policy: Option<(PolicyId, String)>,
    may_rename: bool,
    lists: bool,
}

/// The fields as they were typed.
struct TypedPolicy {
    name: String,
    description: String,
    document: String,
}

/// What does not fit.
#[derive(Default)]
struct DocumentFaults {
    errors: Vec<FieldError>,
    problems: Vec<Problem>,
}

/// The form for a new policy, empty or with the text of another one.
pub async fn new_form(visit: Visit, query: Query) -> PageResult {
    visit.person.ensure_here(action::CREATE_POLICY)?;
    let services = services::words_of_services(visit.app(), &*visit.person.0).await?;
    let document = match (query.find("from"), query.find("template")) {
        (None, None) => SKELETON.to_owned(),
        (None, Some(template)) => {
            let ready = ReadyMade::from_name(template).ok_or(PageError::NotFound)?;
            let wanted = query.text("service");
            let service = services.iter().find(|service| service.name == wanted);
            ready.document(service.ok_or(PageError::NotFound)?, visit.person.owner())
        }
        (Some(text), _) => {
            let id = text.parse().map(PolicyId).map_err(|_| PageError::NotFound)?;
            policies::policy(visit.app(), &visit.person, id).await?.policy.document
        }
    };
    let typed = TypedPolicy { name: String::new(), description: String::new(), document };
    let page = visit.layout("policies");
    render(&FormPage { services, ..FormPage::new(page, Edited::new_policy(&visit.person), typed) })
}

/// Creates a policy, or comes back with what does not fit.
pub async fn create(visit: Visit, Protected(form): Protected) -> PageResult {
    visit.person.ensure_here(action::CREATE_POLICY)?;
    let typed = TypedPolicy::of(&form);
    let (status, faults) = match typed.wanted(&form, None) {
        Ok(None) => (StatusCode::OK, None),
        Err(faults) => (StatusCode::UNPROCESSABLE_ENTITY, Some(faults)),
        Ok(Some(new)) => {
            let may_open = visit.person.may_on_policy(action::GET_POLICY, PolicyId(0));
            let way = Way {
                what: format!("create the policy {}", typed.name.trim()),
                back: "/policies/new".to_owned(),
                next: if may_open { "/policies/{id}" } else { "/policies" }.to_owned(),
                text: format!("Policy {} is created.", typed.name.trim()),
            };
            match visit.grant(Grant::create_policy(&new), way).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => shown(failure)?,
            }
        }
    };
    let services = services::words_of_services(visit.app(), &*visit.person.0).await?;
    let form = FormPage::new(visit.layout("policies"), Edited::new_policy(&visit.person), typed);
    render_as(status, &FormPage { services, ..form }.with(faults))
}

/// The form for an existing policy.
pub async fn edit_form(visit: Visit) -> PageResult {
    let policy = policies::edit::policy_to_edit(visit.app(), &visit.person, visit.policy()?).await?;
    let subject = Edited::existing(&visit.person, &policy);
    let typed = TypedPolicy { name: policy.name, description: policy.description, document: policy.document };
    let services = services::words_of_services(visit.app(), &*visit.person.0).await?;
    render(&FormPage { services, ..FormPage::new(visit.layout("policies"), subject, typed) })
}

/// Saves a changed policy, or comes back with what does not fit.
pub async fn edit(visit: Visit, Protected(form): Protected) -> PageResult {
    let policy = policies::edit::policy_to_edit(visit.app(), &visit.person, visit.policy()?).await?;
    let typed = TypedPolicy::of(&form);
    let (status, faults) = match typed.wanted(&form, Some(&policy)) {
        Ok(None) => (StatusCode::OK, None),
        Err(faults) => (StatusCode::UNPROCESSABLE_ENTITY, Some(faults)),
        Ok(Some(new)) => {
            let way = Way {
                what: format!("change what the policy {} says", policy.name),
                back: format!("/policies/{}/edit", policy.id),
                next: format!("/policies/{}", policy.id),
                text: String::new(),
            };
            match visit.grant(Grant::edit_policy(policy.id, &new), way).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => shown(failure)?,
            }
        }
    };
    let impact = match &faults {
        None if typed.document != policy.document => {
            let planned = Planned::NewText { policy: policy.id, document: typed.document.clone() };
            Some(impact::of(&visit, planned).await?)
        }
        _ => None,
    };
    let services = services::words_of_services(visit.app(), &*visit.person.0).await?;
    let form = FormPage::new(visit.layout("policies"), Edited::existing(&visit.person, &policy), typed);
    render_as(status, &FormPage { services, impact, ..form }.with(faults))
}

fn shown(failure: Failure) -> Result<(StatusCode, Option<DocumentFaults>), PageError> {
    let (status, errors) = policy_faults(failure)?;
    Ok((status, Some(DocumentFaults { errors, problems: Vec::new() })))
}

impl Edited {
    fn new_policy(person: &Caller) -> Self {
        Self { policy: None, may_rename: true, lists: person.may_here(action::LIST_POLICIES) }
    }

    fn existing(person: &Caller, policy: &StoredPolicy) -> Self {
        Self {
            policy: Some((policy.id, policy.name.clone())),
            may_rename: person.may_on_policy(action::UPDATE_POLICY, policy.id),
            lists: person.may_here(action::LIST_POLICIES),
        }
    }

    /// Where the form is sent.
    fn address(&self) -> String {
        match &self.policy {
            None => "/policies/new".to_owned(),
            Some((id, _)) => format!("/policies/{id}/edit"),
        }
    }

    /// Where *Cancel* leads.
    fn back(&self) -> String {
        match &self.policy {
            None if self.lists => "/policies".to_owned(),
            None => "/".to_owned(),
            Some((id, _)) => format!("/policies/{id}"),
        }
    }
}

impl TypedPolicy {
    /// As sent; browsers end lines with CR and LF.
    fn of(form: &Form) -> Self {
        let text = |name| form.text(name).replace("\r\n", "\n");
        Self { name: text("name"), description: text("description"), document: text("document") }
    }

    /// What is to be saved: nothing when only *Check* was pressed. What stands already is not judged again.
    fn wanted(&self, form: &Form, kept: Option<&StoredPolicy>) -> Result<Option<NewPolicy>, DocumentFaults> {
        let mut faults = DocumentFaults::default();
        let is_kept = kept.is_some_and(|kept| kept.document == self.document) && !form.is_ticked("check");
        let document =
            if is_kept { Ok(Document::kept(&self.document)) } else { Document::check(&self.document) };
        let document = document.map_err(|found| faults.problems = found).ok();
        if form.is_ticked("check") {
            return if document.is_some() { Ok(None) } else { Err(faults) };
        }
        let name =
            PolicyName::parse(self.name.trim()).map_err(|refusal| FieldError::on_page("name", refusal));
        let name = sift(name, &mut faults.errors);
        let description = match kept {
            Some(kept) if kept.description == self.description.trim() => {
                Ok(Description::kept(&kept.description))
            }
            _ => Description::parse(&self.description),
        };
        let description = description.map_err(|refusal| FieldError::on_page("description", refusal));
        let description = sift(description, &mut faults.errors);
        match (name, description, document) {
            (Some(name), Some(description), Some(document)) => {
                Ok(Some(NewPolicy { name, description, document }))
            }
            _ => Err(faults),
        }
    }
}

impl FormPage {
    fn new(page: Layout, subject: Edited, typed: TypedPolicy) -> Self {
        Self {
            page,
            subject,
            errors: Vec::new(),
            problems: Vec::new(),
            most_versions: in_words(MAX_VERSIONS),
            lines: Vec::new(),
            sentences: Vec::new(),
            advice: Vec::new(),
            impact: None,
            counted: counted_characters(&typed.document),
            limit: MAX_CHARACTERS,
            typed,
            services: Vec::new(),
        }
    }

    /// With what does not fit; without faults the document was checked and is sound.
    fn with(mut self, faults: Option<DocumentFaults>) -> Self {
        let Some(DocumentFaults { errors, problems }) = faults else {
            self.sentences = sentences(&self.typed.document);
            self.advice = advice::of(&self.typed.document, &self.services);
            if !self.advice.is_empty() {
                let marked: Vec<usize> = self.advice.iter().map(|advice| advice.line).collect();
                self.lines = lines(&self.typed.document, &marked);
            }
            return self;
        };
        if !problems.is_empty() {
            let marked: Vec<usize> = problems.iter().map(|problem| problem.line).collect();
            self.lines = lines(&self.typed.document, &marked);
        }
        Self { errors, problems, ..self }
    }

    /// Actions to choose from; first all of a service at once.
    fn actions(&self) -> Vec<String> {
        let names = self.services.iter().map(|service| service.name.as_str()).chain(["cam"]);
        names.map(|name| format!("{name}:*")).chain(known_actions(&self.services)).collect()
    }

    /// Whether the document says nothing wrong; a wide grant may be meant.
    fn is_sound(&self) -> bool {
        !self.advice.iter().any(|advice| advice.is_void)
    }

    fn is_faulty(&self) -> bool {
        !self.errors.is_empty() || !self.problems.is_empty()
    }
}
