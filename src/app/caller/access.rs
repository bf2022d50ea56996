//! What a caller's policies allow.

use crate::app::caller::access_age::AccessQuestion;
use crate::app::caller::compiled;
use crate::app::caller::simulation::{SimulatedRequest, Simulation};
use crate::clock;
use crate::domain::key_deed::names_of;
use crate::domain::permission::{Cause, Denial, is_operation_level, is_read_only, needs_no_policy};
use crate::domain::policy::evaluate::{Attached, Decision, Grants, Reason};
use crate::domain::policy::near::NearMiss;
use crate::domain::policy::{Context, Policy, Principal, Request, preset};
use crate::domain::sentence::Sentence;
use crate::domain::user::{User, UserKind};
use crate::store::policies::{InForce, Ruling};
use std::net::IpAddr;
use std::sync::Arc;

/// What explanations call the policy that holds for everybody.
const BUILT_IN: &str = "the built-in policy";
/// What explanations call what the holder of an account may do.
const OF_ROOT: &str = "what root may do";
/// What explanations call the policy of a key.
pub const OF_KEY: &str = "the policy of this key";

/// Whether the answer assumes a passed second-factor check.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mfa {
    NotChecked,
    Passed,
}

/// What is asked of the policies about a request at another service than Camlock itself.
#[derive(Clone, Copy, Debug)]
pub(in crate::app) struct Beyond<'a> {
    pub action: &'a str,
    pub resource: &'a str,
    pub ip: &'a str,
    /// Whether there is no resource to speak of.
    pub is_operation_level: bool,
    /// What the service says of it besides, for the conditions of policies.
    pub facts: &'a [(String, Vec<String>)],
}

/// The policies of one membership, at the moment of one request.
#[derive(Clone, Debug)]
pub struct Access {
    pub(in crate::app) rights: Arc<Rights>,
    /// The policy of the key that signs, beyond which nothing is allowed, whoever has it.
    key: Option<Arc<Labelled>>,
    /// When the request came, in unix seconds.
    now: i64,
}

#[derive(Debug)]
pub(in crate::app) struct Rights {
    pub is_root: bool,
    pub principal: Principal,
    pub attached: Vec<Labelled>,
    pub boundary: Option<Labelled>,
    /// Of what all rights rest on, the latest that no code stood behind.
    pub waits_from: Option<i64>,
}

/// A compiled policy with the name that explanations give it.
#[derive(Debug)]
pub(in crate::app) struct Labelled {
    pub label: String,
    pub policy: Arc<Policy>,
    /// Of everything that it rests on, the latest that no code stood behind.
    pub waits_from: Option<i64>,
}

impl Rights {
    /// Everything that decides, the boundary last.
    pub fn all(&self) -> impl Iterator<Item = &Labelled> {
        self.attached.iter().chain(&self.boundary)
    }
}

impl Labelled {
    fn new(Ruling { group, name, document, waits_from }: Ruling) -> Self {
        let label = group.map_or_else(|| name.clone(), |group| format!("group {group}: {name}"));
        Self { label, policy: compiled::policy(&document), waits_from }
    }

    pub(in crate::app) fn attached(&self) -> Attached<'_> {
        Attached { label: &self.label, policy: &self.policy }
    }
}

impl Access {
    /// Compiles what is in force for a user; the root of an account needs nothing attached.
    pub fn new(user: &User, app_id: i64, in_force: InForce, now: i64) -> Self {
        let rights = Rights {
            is_root: user.kind == UserKind::Root,
            principal: Principal {
                uin: user.uin.0.unsigned_abs(),
                owner_uin: user.owner_uin.0.unsigned_abs(),
                app_id: app_id.unsigned_abs(),
            },
            attached: in_force.attached.into_iter().map(Labelled::new).collect(),
            boundary: in_force.boundary.map(Labelled::new),
            waits_from: in_force.waits_from,
        };
        Self { rights: Arc::new(rights), key: None, now }
    }

    /// The same for a key with a policy of its own.
    #[must_use]
    pub fn within(self, document: &str) -> Self {
        let policy = compiled::policy(document);
        Self { key: Some(Arc::new(Labelled { label: OF_KEY.to_owned(), policy, waits_from: None })), ..self }
    }

    /// Every policy that decides: what is attached, the boundary and that of the key.
    pub(in crate::app) fn all(&self) -> impl Iterator<Item = &Labelled> {
        self.rights.all().chain(self.key.as_deref())
    }

    /// Whether no policy is asked: of root, unless its key has one.
    fn is_free(&self) -> bool {
        self.rights.is_root && self.key.is_none()
    }

    /// The same policies at another moment.
    #[must_use]
    pub fn at(&self, now: i64) -> Self {
        Self { rights: Arc::clone(&self.rights), key: self.key.clone(), now }
    }

    /// Refuses what the policies do not allow, naming action, resource and the statement that decided.
    pub(in crate::app) fn ensure(&self, asked: AccessQuestion<'_>) -> Result<(), Denial> {
        if self.is_free() {
            return Ok(());
        }
        let AccessQuestion { action, resource, ip, mfa } = asked;
        let decision = self.decide(action, resource, &self.context_of(action, ip, mfa));
        if decision.allowed {
            return Ok(());
        }
        Err(refusal(&decision, action, resource))
    }

    /// Whether a statement denies it, as opposed to none allowing it.
    pub fn is_denied(&self, action: &'static str, resource: &str, ip: &str) -> bool {
        !self.is_free()
            && self.decide(action, resource, &self.context_of(action, ip, Mfa::NotChecked)).reason
                == Reason::Denied
    }

    /// What the policies say about a request at a service, and in words; root is asked for none but that of its key.
    pub(in crate::app) fn decide_beyond(&self, asked: &Beyond<'_>) -> Option<(Decision, Sentence)> {
        if self.is_free() {
            return None;
        }
        let decision = self.decide_asked(asked);
        let because = because(&decision);
        Some((decision, because))
    }

    fn decide_asked(&self, asked: &Beyond<'_>) -> Decision {
        let known = self.context_of(asked.action, asked.ip, Mfa::NotChecked);
        let context = asked.facts.iter().fold(known, |context, (key, values)| context.with_all(key, values));
        let request = Request {
            operation_level: asked.is_operation_level,
            ..self.request(asked.action, asked.resource, &context)
        };
        self.decide_by(&request, self.rights.attached.iter().map(Labelled::attached))
    }

    /// What the policies say under all names that the request goes by, of each deed that it may stand for; nothing where
    /// none is asked.
    pub(in crate::app) fn decide_named(&self, asked: &Beyond<'_>) -> Vec<Option<Decision>> {
        let is_free = self.is_free() || needs_no_policy(asked.action);
        let deeds = names_of(asked.action, self.is_own(asked.resource));
        let decided = deeds.iter().map(|names| {
            let under = |action| {
                let is_operation_level = asked.is_operation_level || is_operation_level(action);
                self.decide_asked(&Beyond { action, is_operation_level, ..*asked })
            };
            names.decide(under).map(|(_, decision)| decision).filter(|_| !is_free)
        });
        decided.collect()
    }

    /// Whether a resource is the user itself.
    fn is_own(&self, resource: &str) -> bool {
        resource.rsplit_once(":uin/").is_some_and(|(_, uin)| uin == self.rights.principal.uin.to_string())
    }

    pub(in crate::app) fn context_of(&self, action: &str, ip: &str, mfa: Mfa) -> Context {
        let passed = if mfa == Mfa::Passed { "1" } else { "0" };
        let context = self.circumstances(action).with("qcs:mfa", passed);
        if ip.parse::<IpAddr>().is_ok() { context.with("qcs:ip", ip) } else { context.with_untold("qcs:ip") }
    }

    /// The answer to a made-up request.
    pub(in crate::app) fn simulate(&self, question: &SimulatedRequest) -> Simulation {
        if self.is_free() {
            return Simulation::of_root();
        }
        if needs_no_policy(question.action.trim()) {
            return Simulation { is_root: false, ..Simulation::of_root() };
        }
        let given = |key: &str| question.context.iter().any(|(name, _)| is_same_key(name, key));
        let mut context = Context::new();
        for (key, value) in self.facts(question.action.trim()) {
            if !given(key) {
                context = context.with(key, value);
            }
        }
        if !given("qcs:mfa") {
            context = context.with("qcs:mfa", "0");
        }
        for (key, values) in &question.context {
            context = context.with_all(key, values.iter().map(String::as_str));
        }
        let (action, resource) = (question.action.trim(), question.resource.trim());
        let (name, decision) = self.decide_under_names(action, resource, &context);
        let near = match decision.reason {
            Reason::NotAllowed | Reason::OutsideBoundary(_) => {
                self.near_misses(&self.request(action, resource, &context))
            }
            Reason::Allowed | Reason::Denied | Reason::Malformed => Vec::new(),
        };
        let decided_as = (!name.eq_ignore_ascii_case(action)).then(|| name.to_owned());
        Simulation { decided_as, ..Simulation::by(decision, near) }
    }

    /// The answer under all names that the request goes by, and the name under which it is given.
    fn decide_under_names<'a>(
        &self,
        action: &'a str,
        resource: &str,
        context: &Context,
    ) -> (&'a str, Decision) {
        let deeds = names_of(action, self.is_own(resource));
        let mut decided: Vec<(&str, Decision)> = deeds
            .iter()
            .filter_map(|names| names.decide(|name| self.decide(name, resource, context)))
            .collect();
        let allowed = decided.iter().position(|(_, decision)| decision.allowed);
        if decided.is_empty() {
            return (action, self.decide(action, resource, context));
        }
        decided.swap_remove(allowed.unwrap_or_default())
    }

    /// What the server knows of every request of this caller; of an action that is not its own it does not know
    /// whether it only reads.
    fn facts(&self, action: &str) -> impl Iterator<Item = (&'static str, String)> + use<> {
        let reads = is_read_only(action).map(|reads| ("qcs:read_only_action", u8::from(reads).to_string()));
        let known = [
            ("qcs:current_time", clock::iso(self.now)),
            ("qcs:uin", self.rights.principal.uin.to_string()),
            ("qcs:owner_uin", self.rights.principal.owner_uin.to_string()),
        ];
        known.into_iter().chain(reads)
    }

    fn circumstances(&self, action: &str) -> Context {
        self.facts(action).fold(Context::new(), |context, (key, value)| context.with(key, value))
    }

    fn decide(&self, action: &str, resource: &str, context: &Context) -> Decision {
        let attached = self.rights.attached.iter().map(Labelled::attached);
        self.decide_by(&self.request(action, resource, context), attached)
    }

    pub(in crate::app) fn decide_by<'a>(
        &'a self,
        request: &Request<'_>,
        attached: impl Iterator<Item = Attached<'a>>,
    ) -> Decision {
        let general = if self.rights.is_root {
            Attached { label: OF_ROOT, policy: preset::everything() }
        } else {
            Attached { label: BUILT_IN, policy: preset::general() }
        };
        let attached: Vec<Attached<'_>> = attached.chain([general]).collect();
        let boundaries = self.boundaries();
        Grants { attached: &attached, boundaries: &boundaries }.decide(request)
    }

    pub(in crate::app) fn request<'a>(
        &'a self,
        action: &'a str,
        resource: &'a str,
        context: &'a Context,
    ) -> Request<'a> {
        let caller = &self.rights.principal;
        Request { action, resource, context, caller, operation_level: is_operation_level(action) }
    }

    /// What would have allowed it but for one part.
    fn near_misses(&self, request: &Request<'_>) -> Vec<NearMiss> {
        let attached: Vec<Attached<'_>> = self.rights.attached.iter().map(Labelled::attached).collect();
        Grants { attached: &attached, boundaries: &self.boundaries() }.near_misses(request)
    }

    /// What narrows: the permission boundary and the policy of the key.
    fn boundaries(&self) -> Vec<Attached<'_>> {
        self.rights.boundary.iter().chain(self.key.as_deref()).map(Labelled::attached).collect()
    }
}

/// Keys are compared without case, and `qcs:mfa` may be written `mfa`.
pub(in crate::app) fn is_same_key(written: &str, key: &str) -> bool {
    let written = written.trim();
    written.eq_ignore_ascii_case(key)
        || key.strip_prefix("qcs:").is_some_and(|k| written.eq_ignore_ascii_case(k))
}

/// Of an action that accepts only `*`, nothing else is named as its resource.
fn refusal(decision: &Decision, action: &'static str, resource: &str) -> Denial {
    let (cause, because) = (cause(decision), because(decision));
    if !is_operation_level(action) {
        return Denial { action, resource: resource.to_owned(), cause, because };
    }
    let hint = ("Only the resource * is accepted for this action.", "该操作仅接受资源 *。").into();
    let because =
        if decision.reason == Reason::NotAllowed { Sentence::joined([&because, &hint]) } else { because };
    Denial { action, resource: "*".to_owned(), cause, because }
}

fn cause(decision: &Decision) -> Cause {
    match (&decision.reason, &decision.by) {
        (_, Some(_)) => Cause::Deny,
        (Reason::OutsideBoundary(_), None) => Cause::Boundary,
        (Reason::Malformed, None) => Cause::Rule,
        _ => Cause::NoPolicy,
    }
}

fn because(decision: &Decision) -> Sentence {
    match (&decision.reason, &decision.by) {
        (_, Some(by)) => {
            let (number, label) = (by.statement + 1, &by.label);
            let policy = match label.as_str() {
                BUILT_IN => "内置策略",
                OF_KEY => "（密钥自身的策略）",
                label => label,
            };
            let english = format!("Statement {number} of {label} denies it.");
            (english, format!("策略 {policy} 的第 {number} 条语句拒绝了该操作。")).into()
        }
        (Reason::OutsideBoundary(label), None) if label == OF_KEY => {
            ("The policy of this key does not allow it.", "该密钥自身的策略不允许该操作。").into()
        }
        (Reason::OutsideBoundary(label), None) => {
            let english = format!("The permission boundary {label} does not allow it.");
            (english, format!("权限边界 {label} 不允许该操作。")).into()
        }
        (Reason::Malformed, None) => ("The request cannot be evaluated.", "该请求无法判定。").into(),
        _ => ("No policy attached to you allows this.", "您关联的策略均未允许该操作。").into(),
    }
}
