//! The keys of a user, or one's own: the list, and the note on a key.

use crate::app::keys::history::{Impact, impacts};
use crate::app::keys::limits::first::NewKeyText;
use crate::app::keys::{KeyPage, KeyRights, Place};
use crate::app::{Failure, keys, keys::reveal_age::Wait};
use crate::domain::key::{Key, MAX_KEYS_PER_USER, SecretId};
use crate::domain::key_limits::KeyLimits;
use crate::domain::key_usage;
use crate::domain::permission::{Cause, Denial, action};
use crate::domain::rotation::Rotation;
use crate::domain::trial::Trial;
use crate::domain::{account::SecretReveal, field::FieldError, user::User, user::UserKind};
use crate::web::pages::keys::impact::ImpactView;
use crate::web::pages::keys::limits::form::NewKeyForm;
use crate::web::{
    answer::PageResult, answer::render_as, error::PageError, forms::csrf::Protected, layout::Layout,
    layout::filters, pages::users::head::UserHead, pages::ways::keys_address, visit::Visit,
};
use actix_web::http::StatusCode;
use askama::Template;

/// Seconds before its end at which a key expires soon.
const SOON: i64 = 14 * 86_400;
/// Days after which a key should be replaced.
const MAX_AGE_DAYS: i64 = 90;

/// Whose keys a page is about, in words and addresses.
pub struct Whose {
    pub is_own: bool,
    pub name: String,
    pub uin: String,
    /// The address of the list.
    pub list: String,
    /// Whether the person may go up to the User List.
    pub may_list_users: bool,
}

/// Bar and navigation around a page about the keys at a place.
pub fn layout(visit: &Visit, place: Place) -> Layout {
    visit.layout(if place == Place::Own { "keys" } else { "users" })
}

impl Whose {
    /// Whose keys a place has.
    pub fn of(visit: &Visit, place: Place, holder: &User) -> Self {
        Self {
            is_own: place == Place::Own,
            name: holder.name.clone(),
            uin: holder.uin.to_string(),
            list: keys_address(place),
            may_list_users: visit.person.may_here(action::LIST_USERS),
        }
    }
}

/// When a key last signed a request, from where and for what.
pub struct LastUse {
    pub at: i64,
    pub ip: String,
    /// Empty for what is not known.
    pub service: String,
    pub action: String,
    pub client: String,
}

impl LastUse {
    fn of(used: &key_usage::LastUse) -> Self {
        Self {
            at: used.at(),
            ip: used.ip.clone(),
            service: used.service.clone(),
            action: used.action.clone(),
            client: used.client.clone(),
        }
    }
}

/// A key as the pages show it.
pub struct KeyView {
    pub id: String,
    pub short: String,
    pub tail: String,
    pub note: String,
    pub enabled: bool,
    pub created_at: i64,
    pub created_by: String,
    pub changed_at: i64,
    pub changed_by: String,
    pub last_use: Option<LastUse>,
    /// When a call was refused last, and why.
    pub refused: Option<(i64, String)>,
    /// Whether its end is reached.
    pub expired: bool,
    /// The end, and whether it is near.
    pub expires_at: Option<(i64, bool)>,
    /// When it is switched off unless it is called with before.
    pub idle_end: Option<i64>,
    /// Its limits in words.
    pub limits: Vec<String>,
    pub purpose: String,
    /// Days since creation, of a key that is in use for too long.
    pub too_old: Option<i64>,
    /// What it is used for, where that is shown.
    pub impact: Option<ImpactView>,
    /// While it is tried off.
    pub trial: Option<Trial>,
    pub is_trial_over: bool,
    /// While it is replaced by another key, or replaces one: in words.
    pub rotation: Option<String>,
    /// Whether its secret was sealed when it was made, and the reader is not its user.
    pub is_sealed: bool,
}

impl KeyView {
    /// As of now, with the last use where there was one.
    pub fn new(key: &Key, uses: &[key_usage::LastUse], now: i64) -> Self {
        let used = uses.iter().find(|used| used.secret_id == key.secret_id.as_str());
        let days = (now - key.created_at) / 86_400;
        Self {
            id: key.secret_id.to_string(),
            short: key.secret_id.short(),
            tail: key.secret_id.tail().to_owned(),
            note: key.note.clone(),
            enabled: key.is_enabled(),
            created_at: key.created_at,
            created_by: key.created_by.clone(),
            changed_at: key.changed_at,
            changed_by: key.changed_by.clone(),
            last_use: used.map(LastUse::of),
            refused: None,
            expired: key.limits.is_expired_at(now),
            expires_at: key.limits.expires_at.map(|at| (at, at - now < SOON)),
            idle_end: key.idle_end(used.map(key_usage::LastUse::at)),
            limits: in_words(&key.limits),
            purpose: key.limits.purpose.clone(),
            too_old: (key.is_enabled() && days > MAX_AGE_DAYS).then_some(days),
            impact: None,
            trial: None,
            is_trial_over: false,
            rotation: None,
            is_sealed: false,
        }
    }

    /// Adds what it is used for, as of this moment.
    pub fn add(&mut self, impact: Impact) {
        self.last_use = impact.last.as_ref().map(LastUse::of).or(self.last_use.take());
        self.impact = Some(ImpactView::of(impact));
    }

    /// The same with its trial, if it is one of these.
    #[must_use]
    pub fn with_trial(self, trials: &[Trial], now: i64) -> Self {
        let trial = trials.iter().find(|trial| trial.secret_id.as_str() == self.id).cloned();
        Self { is_trial_over: trial.as_ref().is_some_and(|trial| trial.ends_at <= now), trial, ..self }
    }

    /// The same with what it is in a replacement, if it takes part in one.
    fn with_rotation(self, rotation: Option<&Rotation>) -> Self {
        let told = rotation.and_then(|rotation| {
            if rotation.old.as_str() == self.id {
                Some(format!("Being replaced by …{}", rotation.new.tail()))
            } else {
                (rotation.new.as_str() == self.id).then(|| format!("Replaces …{}", rotation.old.tail()))
            }
        });
        Self { rotation: told, ..self }
    }

    /// The same for who reads it.
    #[must_use]
    pub fn read_by(self, key: &Key, reader: &User) -> Self {
        Self { is_sealed: key.is_sealed_from(reader.uid), ..self }
    }

    /// The same with the newest of its refused calls.
    fn with_refusal(self, refusals: &[key_usage::Record]) -> Self {
        let refused = refusals.iter().find(|refused| refused.secret_id == self.id);
        let refused = refused.map(|refused| (refused.at_ms.div_euclid(1000), refused.reason.clone()));
        Self { refused, ..self }
    }

    /// Whether nothing was accepted in the days that are kept.
    pub fn is_silent(&self) -> bool {
        self.impact.as_ref().is_some_and(ImpactView::is_silent)
    }

    /// The day of the last change of status, UTC.
    pub fn changed_on(&self) -> String {
        crate::clock::day(self.changed_at)
    }
}

/// What limits a key beside its end, in words.
fn in_words(limits: &KeyLimits) -> Vec<String> {
    let networks = match limits.networks.texts().as_slice() {
        [] => None,
        [one] => Some(format!("Only from {one}")),
        [one, more @ ..] => Some(format!("Only from {one} and {} more", more.len())),
    };
    let idle = limits.idle_days.map(|days| match days {
        1 => "Disabled after a day without a call".to_owned(),
        days => format!("Disabled after {days} days without a call"),
    });
    let policy = limits.policy.as_ref().map(|_| "Has a policy of its own".to_owned());
    let owner = Some(&limits.owner).filter(|owner| !owner.is_empty()).map(|owner| format!("Owner: {owner}"));
    let review = limits.review_at.map(|at| format!("Review on {}", crate::clock::day(at)));
    [idle, networks, policy, owner, review].into_iter().flatten().collect()
}

/// A sentence about a field of the list, whose notes have ids of their own.
struct Problem {
    field: String,
    text: String,
}

/// What did not fit, and what was typed.
#[derive(Default)]
pub struct NoteTrouble {
    pub errors: Vec<FieldError>,
    /// The note on a key, and which key.
    pub note: Option<(SecretId, String)>,
    /// What was said of a new key.
    pub new: Option<NewKeyText>,
}

impl NoteTrouble {
    pub fn of(errors: Vec<FieldError>) -> Self {
        Self { errors, ..Self::default() }
    }
}

#[derive(Template)]
#[template(path = "keys/index.html")]
struct IndexPage {
    page: Layout,
    whose: Whose,
    head: Option<UserHead>,
    keys: Vec<KeyView>,
    rights: KeyRights,
    wait: Option<Wait>,
    is_root: bool,
    shown_once: bool,
    /// Why secrets are not shown to this person, where they could be.
    refusal: Option<String>,
    reads_limits: bool,
    may_rotate: bool,
    errors: Vec<Problem>,
    new_key: NewKeyForm,
    /// Whether the person may hand new keys over.
    hands_over: bool,
    /// SecretId and text of a note that came back.
    edited: (String, String),
}

impl IndexPage {
    fn is_full(&self) -> bool {
        self.keys.len() >= MAX_KEYS_PER_USER
    }

    fn has_disabled(&self) -> bool {
        self.keys.iter().any(|key| !key.enabled)
    }

    fn has_operations(&self) -> bool {
        self.rights.enable || self.rights.disable || self.rights.delete
    }

    /// The text in a key's note field.
    fn note_of(&self, key: &KeyView) -> String {
        let (id, text) = &self.edited;
        if *id == key.id { text.clone() } else { key.note.clone() }
    }
}

/// The keys of a user, or one's own.
pub async fn index(visit: Visit) -> PageResult {
    list(&visit, StatusCode::OK, NoteTrouble::default()).await
}

/// Replaces the note on a key and comes back to the list.
pub async fn set_note(visit: Visit, Protected(form): Protected) -> PageResult {
    let key = visit.key()?;
    let note = form.text("note").to_owned();
    match keys::set_note(visit.app(), &visit.person, &key, &note).await {
        Ok(()) => {
            let text = format!("The note on key {} is saved.", key.id.short());
            Ok(visit.done(&keys_address(key.place), text))
        }
        Err(Failure::Invalid(errors)) => {
            let trouble = NoteTrouble { note: Some((key.id, note)), ..NoteTrouble::of(errors) };
            list(&visit, StatusCode::UNPROCESSABLE_ENTITY, trouble).await
        }
        Err(other) => Err(other.into()),
    }
}

/// The list, with what did not fit.
pub async fn list(visit: &Visit, status: StatusCode, trouble: NoteTrouble) -> PageResult {
    let place = visit.place()?;
    let found = keys::page(visit.app(), &visit.person, place).await?;
    let impacts = impacts(visit.app(), &visit.person, place, found.keys.clone()).await?;
    if let Some((id, _)) = &trouble.note
        && !found.keys.iter().any(|key| key.secret_id == *id)
    {
        return Err(PageError::NotFound);
    }
    let head = match place {
        Place::Own => None,
        Place::Of(uin) => Some(UserHead::load(visit, uin, "keys").await?),
    };
    let mut page = index_page(visit, &found, head, trouble);
    for (key, impact) in page.keys.iter_mut().zip(impacts) {
        key.add(impact);
    }
    render_as(status, &page)
}

fn index_page(visit: &Visit, found: &KeyPage, head: Option<UserHead>, trouble: NoteTrouble) -> IndexPage {
    let now = visit.app().clock.now();
    let place = head.as_ref().map_or(Place::Own, |head| Place::Of(head.id));
    let suffix = trouble.note.as_ref().map(|(id, _)| format!("-{id}")).unwrap_or_default();
    let problem = |error: FieldError| Problem {
        field: if error.field.is_empty() { String::new() } else { format!("{}{suffix}", error.field) },
        text: error.text.to_string(),
    };
    let edited = trouble.note.map(|(id, note)| (id.to_string(), note)).unwrap_or_default();
    let new_key = match trouble.new {
        Some(new) => NewKeyForm::again(visit, new, &trouble.errors),
        None => NewKeyForm::empty(visit),
    };
    let shown_once = visit.person.account.settings.secret_reveal == SecretReveal::Once;
    let refusal = visit.person.show_refusal(place, &found.holder);
    IndexPage {
        refusal: refusal.filter(|_| !shown_once && !found.keys.is_empty()).map(|denial| why_hidden(&denial)),
        reads_limits: visit.person.may(action::QUERY_KEY_LIMITS, found.holder.uin),
        may_rotate: visit.person.may(action::ROTATE_KEY, found.holder.uin)
            && found.rights.create
            && found.rights.disable
            && found.rights.delete,
        page: layout(visit, place),
        whose: Whose::of(visit, place, &found.holder),
        head,
        keys: found
            .keys
            .iter()
            .map(|key| {
                KeyView::new(key, &found.uses, now)
                    .read_by(key, &visit.person.user)
                    .with_refusal(&found.refusals)
                    .with_trial(&found.trials, now)
                    .with_rotation(found.rotation.as_ref())
            })
            .collect(),
        rights: found.rights,
        wait: found.wait.filter(|_| found.rights.show),
        is_root: found.holder.kind == UserKind::Root,
        shown_once,
        errors: trouble.errors.into_iter().map(problem).collect(),
        new_key,
        hands_over: visit.person.may(action::CREATE_CLAIM_LINK, found.holder.uin),
        edited,
    }
}

/// Why a person sees no *Show*.
fn why_hidden(denial: &Denial) -> String {
    match denial.cause {
        Cause::NoPolicy => format!("To show a SecretKey here, a policy must allow you {}.", denial.action),
        Cause::Deny | Cause::Boundary | Cause::Rule => {
            format!("SecretKeys are not shown to you here ({}). {}", denial.action, denial.on_page())
        }
    }
}
