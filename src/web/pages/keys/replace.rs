//! Replacing a key: the form that begins it, the page on which it is watched, and what people do to it.

use crate::app::Failure;
use crate::app::keys::rotations::{
    Beginning, HourCalls, PlanWish, ReplacePage, Replacing, begin as begin_rotation,
    cancel as cancel_rotation, replace_page, set_plan as set_rotation_plan,
};
use crate::app::keys::trials::told::trial_of;
use crate::app::keys::{KeyRights, Step as Answered};
use crate::domain::account::SecretReveal;
use crate::domain::field::FieldError;
use crate::domain::key::{Key, SecretId};
use crate::domain::key_limits::KeyLimits;
use crate::domain::key_limits::written::WrittenLimits;
use crate::domain::rotation::{Hold, Plan, Rotation, RotationRefusal, Standing, Step};
use crate::web::answer::{PageResult, render_as};
use crate::web::pages::bars::{Lane, pair};
use crate::web::pages::keys::impact::ImpactView;
use crate::web::pages::keys::list::{KeyView, Whose, layout};
use crate::web::{
    forms::Form, forms::csrf::Protected, layout::Layout, layout::filters, pages::ways::keys_address,
    pages::ways::question, visit::Visit,
};
use actix_web::http::StatusCode;
use askama::Template;

/// Said once a key is being replaced.
pub const REPLACING: &str =
    "The second key is there. Give it to whoever calls with the old one, and watch both here.";
/// Said once it ends in another way.
pub const PLANNED: &str = "Saved. This is how the replacement ends from now on.";

#[derive(Template)]
#[template(path = "keys/replace.html")]
struct BeginPage {
    page: Layout,
    whose: Whose,
    key: KeyView,
    /// The user's other key, and whether it can take the place of this one.
    other: Option<KeyView>,
    is_other_usable: bool,
    typed: Typed,
    errors: Vec<FieldError>,
    may_rotate: bool,
    rights: KeyRights,
}

#[derive(Template)]
#[template(path = "keys/replacing.html")]
struct WatchPage {
    page: Layout,
    whose: Whose,
    rotation: Rotation,
    standing: Standing,
    old: Side,
    new: Side,
    /// When the hours that are shown began, in unix seconds.
    from: i64,
    hours: Vec<(i64, i64, i64, i64)>,
    typed: Typed,
    errors: Vec<FieldError>,
    may_rotate: bool,
    may_cancel: bool,
    rights: KeyRights,
    is_ready: bool,
    shown_once: bool,
    now: i64,
}

/// One of the two keys.
struct Side {
    key: KeyView,
    impact: ImpactView,
    lane: Lane,
}

/// What stands in the form.
struct Typed {
    silent_hours: String,
    delete_after_days: String,
    finishes: bool,
    expires_at: String,
}

impl Typed {
    fn of(plan: Plan) -> Self {
        Self {
            silent_hours: plan.silent_hours.to_string(),
            delete_after_days: plan.delete_after_days.to_string(),
            finishes: plan.finishes,
            expires_at: String::new(),
        }
    }

    fn sent(form: &Form) -> Self {
        Self {
            silent_hours: form.text("silent_hours").to_owned(),
            delete_after_days: form.text("delete_after_days").to_owned(),
            finishes: form.is_ticked("finishes"),
            expires_at: form.text("expires_at").to_owned(),
        }
    }
}

impl WatchPage {
    fn is_handed_over(&self) -> bool {
        self.new.impact.last.is_some()
    }

    /// Which of the five steps it is at.
    fn number(&self) -> i64 {
        match self.standing.step {
            Step::Wait => 5,
            Step::Watch if self.is_ready => 4,
            Step::Watch if self.is_handed_over() => 3,
            Step::Watch => 2,
        }
    }

    /// The attribute of a step in the row of steps.
    fn mark(&self, number: i64) -> &'static str {
        match number.cmp(&self.number()) {
            std::cmp::Ordering::Less => " class=done",
            std::cmp::Ordering::Equal => " aria-current=step",
            std::cmp::Ordering::Greater => "",
        }
    }

    /// Of 100 calls of the last day with either key, how many were with the new one.
    fn moved(&self) -> Option<i64> {
        let all = self.old.impact.day + self.new.impact.day;
        (all > 0).then(|| self.new.impact.day * 100 / all)
    }

    fn is_waiting(&self) -> bool {
        self.standing.step == Step::Wait
    }
}

/// The key's replacement: a form while there is none.
pub async fn page(visit: Visit) -> PageResult {
    let found = replace_page(visit.app(), &visit.person, &visit.key()?).await?;
    show(&visit, found, Sent::nothing()).await
}

/// Begins it, or goes to the question that the account wants answered first.
pub async fn begin(visit: Visit, Protected(form): Protected) -> PageResult {
    let key = visit.key()?;
    let answered = match beginning(&visit, &form) {
        Ok(beginning) => begin_rotation(visit.app(), &visit.person, &key, beginning).await,
        Err(errors) => Err(Failure::Invalid(errors)),
    };
    match answered {
        Ok(Answered::Done(_)) => {
            Ok(visit.done(&format!("{}/{}/replace", keys_address(key.place), key.id), REPLACING))
        }
        Ok(Answered::Asked(asked)) => Ok(question(&asked)),
        Err(failure) => again(&visit, &form, failure).await,
    }
}

/// Sets how it ends.
pub async fn set_plan(visit: Visit, Protected(form): Protected) -> PageResult {
    let key = visit.key()?;
    let wish = PlanWish {
        silent_hours: form.text("silent_hours").to_owned(),
        delete_after_days: form.text("delete_after_days").to_owned(),
        finishes: form.is_ticked("finishes"),
    };
    match set_rotation_plan(visit.app(), &visit.person, &key, wish).await {
        Ok(Answered::Done(())) => {
            Ok(visit.done(&format!("{}/{}/replace", keys_address(key.place), key.id), PLANNED))
        }
        Ok(Answered::Asked(asked)) => Ok(question(&asked)),
        Err(failure) => again(&visit, &form, failure).await,
    }
}

/// Ends it; both keys stay.
pub async fn cancel(visit: Visit, _form: Protected) -> PageResult {
    let key = visit.key()?;
    cancel_rotation(visit.app(), &visit.person, &key).await?;
    Ok(visit.done(&keys_address(key.place), "The replacement is cancelled. Both keys stay as they are."))
}

fn beginning(visit: &Visit, form: &Form) -> Result<Beginning, Vec<FieldError>> {
    let plan = Plan::default().read(form.text("silent_hours"), form.text("delete_after_days"));
    let written =
        WrittenLimits { expires_at: form.text("expires_at").to_owned(), ..WrittenLimits::default() };
    let limits = written.read(&KeyLimits::default(), visit.app().clock.now());
    let into = match form.text("into") {
        "" => Ok(None),
        text => SecretId::parse(text)
            .map(Some)
            .map_err(|_| vec![FieldError::on_page("", RotationRefusal::Changed)]),
    };
    match (plan, limits, into) {
        (Ok(plan), Ok(limits), Ok(into)) => Ok(Beginning {
            plan: Plan { finishes: form.is_ticked("finishes"), ..plan },
            into,
            expires_at: limits.expires_at,
        }),
        (plan, limits, into) => {
            let errors = [plan.err(), limits.err(), into.err()];
            Err(errors.into_iter().flatten().flatten().collect())
        }
    }
}

/// What was sent and did not fit.
struct Sent {
    status: StatusCode,
    errors: Vec<FieldError>,
    typed: Option<Typed>,
}

impl Sent {
    fn nothing() -> Self {
        Self { status: StatusCode::OK, errors: Vec::new(), typed: None }
    }
}

/// The page once more, with what does not fit.
async fn again(visit: &Visit, form: &Form, failure: Failure) -> PageResult {
    let (status, errors) = match failure {
        Failure::Refused(text) => (StatusCode::CONFLICT, vec![FieldError::on_page("", text)]),
        Failure::Invalid(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        other => return Err(other.into()),
    };
    let found = replace_page(visit.app(), &visit.person, &visit.key()?).await?;
    show(visit, found, Sent { status, errors, typed: Some(Typed::sent(form)) }).await
}

async fn show(visit: &Visit, found: ReplacePage, sent: Sent) -> PageResult {
    let (place, now) = (visit.place()?, visit.app().clock.now());
    let ReplacePage { held, other, replacing, rights, may_rotate, may_cancel } = found;
    let Sent { status, errors, typed } = sent;
    let (page, whose) = (layout(visit, place), Whose::of(visit, place, &held.holder));
    let mut trials = Vec::new();
    for key in [Some(&held.key), other.as_ref()].into_iter().flatten() {
        trials.extend(trial_of(visit.app(), key).await?);
    }
    let view =
        |key: &Key| KeyView::new(key, &[], now).with_trial(&trials, now).read_by(key, &visit.person.user);
    let Some(replacing) = replacing else {
        return render_as(
            status,
            &BeginPage {
                page,
                whose,
                key: view(&held.key),
                is_other_usable: other.as_ref().is_some_and(|key| key.halt_at(now).is_none()),
                other: other.as_ref().map(view),
                typed: typed.unwrap_or_else(|| Typed::of(Plan::default())),
                errors,
                may_rotate,
                rights,
            },
        );
    };
    let Replacing { rotation, standing, old, new, old_impact, new_impact, hours } = replacing;
    let numbers = |of: fn(&HourCalls) -> i64| hours.iter().map(of).collect();
    let (olds, news): (Vec<i64>, Vec<i64>) =
        (numbers(|hour| hour.old_accepted), numbers(|hour| hour.new_accepted));
    let [old_lane, new_lane] = pair(&olds, &news);
    let side = |key: &Key, impact, lane| Side { key: view(key), impact: ImpactView::of(impact), lane };
    let page = WatchPage {
        page,
        whose,
        is_ready: standing.is_ready_at(now),
        shown_once: visit.person.account.settings.secret_reveal == SecretReveal::Once,
        old: side(&old, old_impact, old_lane),
        new: side(&new, new_impact, new_lane),
        from: hours.first().map_or(now, |hour| hour.at),
        hours: hours
            .iter()
            .rev()
            .map(|hour| (hour.at, hour.old_accepted, hour.old_refused, hour.new_accepted))
            .filter(|(_, old, refused, new)| old + refused + new > 0)
            .collect(),
        typed: typed.unwrap_or_else(|| Typed::of(rotation.plan)),
        rotation,
        standing,
        errors,
        may_rotate,
        may_cancel,
        rights,
        now,
    };
    render_as(status, &page)
}
