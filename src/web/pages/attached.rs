//! What the Permissions tabs of users and of groups have in common.

use crate::app::caller::Caller;
use crate::app::users::permissions::Held;
use crate::domain::policies::{Attachment, PolicyId, StoredPolicy};
use crate::domain::{field::FieldError, group::GroupId, permission::action};
use crate::web::pages::chooser::{Choice, Choices, Wording};

/// The words of the page where policies are chosen.
pub const WORDING: Wording = Wording {
    title: "Attach policies",
    icon: "file-text",
    field: "policy",
    legend: "Policies to attach",
    hint: "Those attached already are not listed.",
    effect: "They take effect at once.",
    search: "Name or description",
    nothing: ("Every policy is attached", "There is none left to attach."),
};

/// For `templates/policies/attached.html`; the page that includes it holds it in a field `policies`.
pub struct Panel {
    /// Of the Permissions tab.
    pub address: String,
    pub rows: Vec<PolicyRow>,
    pub may_attach: bool,
    pub may_detach: bool,
    /// The action that attaching needs.
    pub attach_action: &'static str,
    /// What it means that there is no policy.
    pub nothing: &'static str,
    /// Where what the policies allow can be tried out.
    pub simulator: Option<String>,
    /// Whether what was called is shown beside what is allowed.
    pub shows_use: bool,
    /// Whether the page says where each policy comes from.
    pub has_sources: bool,
    /// Whether there may be policies that the person may not see.
    pub hides_groups: bool,
    /// Added to the sentence about what attaching does.
    pub reach: &'static str,
}

/// A policy in force.
pub struct PolicyRow {
    pub id: PolicyId,
    pub name: String,
    pub description: String,
    pub is_preset: bool,
    pub may_open: bool,
    pub is_direct: bool,
    pub groups: Vec<Source>,
    pub since: i64,
    pub by: String,
}

/// A group that a policy comes from.
pub struct Source {
    pub id: GroupId,
    pub name: String,
    pub may_open: bool,
}

impl Panel {
    /// How many there are, in words.
    pub fn count(&self) -> String {
        let direct = self.rows.iter().filter(|row| row.is_direct).count();
        match self.rows.len() - direct {
            0 => format!("{direct} attached"),
            inherited => format!("{direct} attached, {inherited} from groups"),
        }
    }
}

impl PolicyRow {
    /// One that is attached here.
    pub fn attached(person: &Caller, policy: Attachment) -> Self {
        Self {
            is_preset: policy.is_preset(),
            may_open: person.may_on_policy(action::GET_POLICY, policy.policy_id),
            id: policy.policy_id,
            name: policy.name,
            description: policy.description,
            is_direct: true,
            groups: Vec::new(),
            since: policy.created_at,
            by: policy.created_by,
        }
    }

    /// One that a user has, wherever it comes from.
    pub fn held(person: &Caller, policy: Held) -> Self {
        let source = |(id, name)| {
            let pages = [action::LIST_MEMBERS, action::LIST_GROUP_POLICIES];
            let may_open = pages.into_iter().any(|action| person.may_group(action, id));
            Source { id, name, may_open }
        };
        Self {
            may_open: person.may_on_policy(action::GET_POLICY, policy.policy_id),
            id: policy.policy_id,
            name: policy.name,
            description: policy.description,
            is_preset: policy.is_preset,
            is_direct: policy.direct_since.is_some(),
            groups: policy.groups.into_iter().map(source).collect(),
            since: policy.since,
            by: policy.by,
        }
    }
}

/// The policies that hold a text and are not attached yet.
pub fn choices(known: Vec<StoredPolicy>, held: &[Attachment], text: &str) -> Choices {
    let q = text.trim().to_owned();
    let wanted = q.to_lowercase();
    let fits = |policy: &StoredPolicy| {
        [&policy.name, &policy.description].iter().any(|text| text.to_lowercase().contains(&wanted))
            && !held.iter().any(|attached| attached.policy_id == policy.id)
    };
    let choice = |policy: StoredPolicy| Choice {
        field: WORDING.field,
        value: policy.id.to_string(),
        label: policy.name,
        detail: policy.description,
    };
    Choices { found: known.into_iter().filter(fits).map(choice).collect(), q, has_more: false }
}

/// The ids of chosen policies, which may be named by id or by name.
pub fn ids_of(chosen: &[String], known: &[StoredPolicy]) -> Result<Vec<PolicyId>, FieldError> {
    if chosen.is_empty() {
        return Err(FieldError::on_page(WORDING.field, "Choose at least one policy."));
    }
    let id_of = |text: &String| {
        chosen_policy(known, text).map(|policy| policy.id).ok_or_else(|| {
            let gone = "One of the chosen policies does not exist any more. Choose again.";
            FieldError::on_page(WORDING.field, gone)
        })
    };
    chosen.iter().map(id_of).collect()
}

/// The policy that a form means: by its id, or else by its name. A name may look like the id of another policy.
pub fn chosen_policy<'a>(known: &'a [StoredPolicy], text: &str) -> Option<&'a StoredPolicy> {
    let by_id = known.iter().find(|policy| policy.id.to_string() == text);
    by_id.or_else(|| known.iter().find(|policy| policy.name == text))
}

/// What was attached, in words.
pub fn attached_to(name: &str, count: usize) -> String {
    if count == 1 {
        format!("1 policy is attached to {name}.")
    } else {
        format!("{count} policies are attached to {name}.")
    }
}

/// Some policies, by their number.
pub fn policies_in_words(count: usize) -> String {
    if count == 1 { "1 policy".to_owned() } else { format!("{count} policies") }
}
