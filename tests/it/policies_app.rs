//! What the actions about policies do, asked of them directly: versions, groups, boundaries, the simulator.

use crate::support::{TestApp, people::Person};
use camlock::app::Failure;
use camlock::app::caller::{Caller, simulation::SimulatedRequest};
use camlock::app::groups::create_group;
use camlock::app::groups::members::add_to_groups;
use camlock::app::groups::policies::attach_group_policies;
use camlock::app::policies::versions::{
    NewVersion, create_policy_version, delete_policy_versions, policy_version, set_default_policy_version,
};
use camlock::app::policies::{IfAttached, NewPolicy, PolicyChange, PolicyFilter, PolicyKey};
use camlock::app::policies::{create_policy, delete_policies, list_policies, update_policy};
use camlock::app::users::boundary::{boundary, delete_boundary, put_boundary};
use camlock::app::users::permissions::{attach_policies, attached_all};
use camlock::domain::policies::{Description, Document, PolicyId, PolicyKind, PolicyName, PolicyRefusal};
use camlock::domain::{
    grant::Mark, group::UserRef, paging::Paging, policy::Reason, source::Source, user::Uin,
};
use camlock::store::{StoreError, policy_versions, sessions};

/// A document of one statement on everything.
fn all(effect: &str, action: &str) -> String {
    format!(r#"{{"version":"2.0","statement":[{{"effect":"{effect}","action":"{action}","resource":"*"}}]}}"#)
}

fn document(text: &str) -> Document {
    Document::check(text).expect("a sound document")
}

/// A version that decides from then on.
fn deciding(document: Document) -> NewVersion {
    NewVersion { document, is_default: true }
}

/// A version that waits to be the default.
fn waiting(document: Document) -> NewVersion {
    NewVersion { document, is_default: false }
}

fn uin(person: &Person) -> Uin {
    Uin::parse(&person.uin).expect("a UIN")
}

/// Whoever is signed in, read anew as for every request.
async fn caller(app: &TestApp, person: &Person) -> Caller {
    let (who, now) = (uin(person), app.now());
    let found =
        app.app.store.read(move |conn| sessions::of_identity(conn, who, now)).await.expect("sessions");
    let source =
        Source { ip: "203.0.113.9".to_owned(), user_agent: "test".to_owned(), request_id: "-".to_owned() };
    camlock::app::session::person::caller(&app.app, found[0].id_hash.clone(), source).await.expect("a caller")
}

async fn policy(app: &TestApp, by: &Caller, name: &str, text: &str) -> PolicyId {
    let new = NewPolicy {
        name: PolicyName::parse(name).expect("a name"),
        description: Description::default(),
        document: document(text),
    };
    create_policy(&app.app, by, new).await.expect("a new policy")
}

async fn attach(app: &TestApp, by: &Caller, person: &Person, id: PolicyId) {
    attach_policies(&app.app, by, uin(person), vec![id]).await.expect("an attachment");
}

/// A group with one member and one policy.
async fn group(app: &TestApp, by: &Caller, name: &str, (member, id): (&Person, PolicyId)) {
    let group = create_group(&app.app, by, name, "").await.expect("a group");
    add_to_groups(&app.app, by, vec![(group.id, UserRef::Uin(uin(member)))]).await.expect("a member");
    attach_group_policies(&app.app, by, group.id, vec![id]).await.expect("an attachment");
}

fn is_denied<T>(result: &Result<T, Failure>) -> bool {
    matches!(result, Err(Failure::Denied(_)))
}

fn refusal<T: std::fmt::Debug>(result: Result<T, Failure>) -> PolicyRefusal {
    match result {
        Err(Failure::Policy(refusal)) => refusal,
        other => panic!("not a refusal: {other:?}"),
    }
}

#[actix_web::test]
async fn a_change_of_a_policy_counts_from_the_next_request_on() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.signed_in(&root, "alice", &[]).await;
    let by = caller(&app, &root).await;
    let id = policy(&app, &by, "reads", &all("allow", "cam:ListUsers")).await;

    let before = caller(&app, &alice).await.may_here("cam:ListUsers");
    attach(&app, &by, &alice, id).await;
    let attached = caller(&app, &alice).await.may_here("cam:ListUsers");
    let change = PolicyChange { document: Some(document(&all("deny", "*"))), ..PolicyChange::default() };
    update_policy(&app.app, &by, PolicyKey::Id(id), change).await.expect("an update");
    let denied = caller(&app, &alice).await.may_here("cam:ListUsers");

    assert_eq!((before, attached, denied), (false, true, false));
}

#[actix_web::test]
async fn a_deny_in_a_group_wins_over_an_own_allow() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.signed_in(&root, "alice", &["AdministratorAccess"]).await;
    let by = caller(&app, &root).await;
    let id = policy(&app, &by, "no-lists", &all("deny", "cam:ListUsers")).await;

    group(&app, &by, "ops", (&alice, id)).await;

    let asker = caller(&app, &alice).await;
    let denial = asker.ensure_here("cam:ListUsers").expect_err("a denial");
    assert_eq!(denial.because.en(), "Statement 1 of group ops: no-lists denies it.");
    assert!(asker.may_here("cam:ListPolicies"));
}

#[actix_web::test]
async fn a_policy_of_a_group_allows_its_members_and_nobody_else() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.signed_in(&root, "alice", &[]).await;
    let bob = app.signed_in(&root, "bob", &[]).await;
    let by = caller(&app, &root).await;
    let id = policy(&app, &by, "reads", &all("allow", "cam:ListUsers")).await;

    group(&app, &by, "ops", (&alice, id)).await;

    assert!(caller(&app, &alice).await.may_here("cam:ListUsers"));
    assert!(!caller(&app, &bob).await.may_here("cam:ListUsers"));
    let held = attached_all(&app.app, &by, uin(&alice)).await.expect("policies");
    assert_eq!((held.len(), held[0].direct_since, held[0].groups[0].1.as_str()), (1, None, "ops"));
}

#[actix_web::test]
async fn a_boundary_only_narrows() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.signed_in(&root, "alice", &["QcloudCamReadOnlyAccess"]).await;
    let by = caller(&app, &root).await;
    let bound = policy(&app, &by, "bound", &all("allow", "cam:ListUsers")).await;
    let wide = policy(&app, &by, "wide", &all("allow", "*")).await;

    put_boundary(&app.app, &by, uin(&alice), bound).await.expect("a boundary");
    let narrow = caller(&app, &alice).await;
    put_boundary(&app.app, &by, uin(&alice), wide).await.expect("another boundary");
    let widest = caller(&app, &alice).await;
    let nothing = app.signed_in(&root, "nothing", &[]).await;
    put_boundary(&app.app, &by, uin(&nothing), wide).await.expect("a boundary");
    let nothing = caller(&app, &nothing).await;

    assert!(narrow.may_here("cam:ListUsers"));
    let denial = narrow.ensure_here("cam:ListPolicies").expect_err("outside of the boundary");
    assert_eq!(denial.because.en(), "The permission boundary bound does not allow it.");
    assert!(widest.may_here("cam:ListPolicies"));
    assert!(!widest.may_here("cam:CreatePolicy"), "a boundary grants nothing");
    assert!(!nothing.may_here("cam:ListUsers"), "a boundary grants nothing");
}

#[actix_web::test]
async fn a_policy_that_bounds_a_user_is_not_deleted() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.sub_user(&root, "alice", &[]).await;
    let by = caller(&app, &root).await;
    let bound = policy(&app, &by, "bound", &all("allow", "cam:ListUsers")).await;
    put_boundary(&app.app, &by, uin(&alice), bound).await.expect("a boundary");

    let refused = delete_policies(&app.app, &by, vec![bound], IfAttached::Detach).await;

    assert_eq!(refusal(refused), PolicyRefusal::BoundsUsers);
    assert_eq!(boundary(&app.app, &by, uin(&alice)).await.expect("an answer").expect("a boundary").id, bound);
    delete_boundary(&app.app, &by, uin(&alice)).await.expect("removed");
    delete_policies(&app.app, &by, vec![bound], IfAttached::Detach).await.expect("deleted");
}

#[actix_web::test]
async fn root_is_not_bound() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let by = caller(&app, &root).await;
    let bound = policy(&app, &by, "bound", &all("deny", "*")).await;

    let refused = put_boundary(&app.app, &by, uin(&root), bound).await;

    assert_eq!(refusal(refused), PolicyRefusal::RootHasNoBoundary);
}

#[actix_web::test]
async fn a_broken_stored_document_denies_everything() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.signed_in(&root, "alice", &["AdministratorAccess"]).await;
    let by = caller(&app, &root).await;
    let id = policy(&app, &by, "soon-broken", &all("allow", "cam:*")).await;
    attach(&app, &by, &alice, id).await;
    assert!(caller(&app, &alice).await.may_here("cam:ListUsers"));

    for broken in ["{", "", "null", r#"{"version":"2.0","statement":[{"effect":"deny"}]}"#] {
        let text = broken.to_owned();
        app.app
            .store
            .write(move |conn| -> Result<(), StoreError> {
                policy_versions::overwrite_default(conn, id, &text, Mark { at: 0, stepped_up: false })
            })
            .await
            .expect("a broken text");
        assert!(!caller(&app, &alice).await.may_here("cam:ListUsers"), "{broken}");
    }
}

#[actix_web::test]
async fn a_new_version_decides_only_for_who_may_also_set_the_default() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let mallory = app.signed_in(&root, "mallory", &[]).await;
    let by = caller(&app, &root).await;
    let id = policy(&app, &by, "versions-only", &all("allow", "cam:CreatePolicyVersion")).await;
    attach(&app, &by, &mallory, id).await;
    let asker = caller(&app, &mallory).await;
    let everything = document(&all("allow", "*"));

    let escalated = create_policy_version(&app.app, &asker, id, deciding(everything.clone())).await;
    let created = create_policy_version(&app.app, &asker, id, waiting(everything)).await.expect("a version");
    let set = set_default_policy_version(&app.app, &asker, id, created).await;

    assert!(is_denied(&escalated));
    assert!(is_denied(&set));
    assert!(!caller(&app, &mallory).await.may_here("cam:ListUsers"));
}

#[actix_web::test]
async fn permission_on_one_policy_is_none_on_another() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let carol = app.enrolled(&root, "carol", &[]).await;
    let by = caller(&app, &root).await;
    let mine = policy(&app, &by, "mine", &all("allow", "cam:ListUsers")).await;
    let other = policy(&app, &by, "other", &all("allow", "cam:ListUsers")).await;
    let text = format!(
        r#"{{"version":"2.0","statement":[{{"effect":"allow","action":"cam:*Policy","resource":"qcs::cam:::policyid/{mine}"}}]}}"#
    );
    let grant = policy(&app, &by, "grant", &text).await;
    attach(&app, &by, &carol, grant).await;
    let asker = caller(&app, &carol).await;
    let change = || PolicyChange { document: Some(document(&all("allow", "*"))), ..PolicyChange::default() };

    update_policy(&app.app, &asker, PolicyKey::Id(mine), change()).await.expect("its own");

    for key in [
        PolicyKey::Id(other),
        PolicyKey::Id(grant),
        PolicyKey::Id(PolicyId(1)),
        PolicyKey::Name("other".to_owned()),
        PolicyKey::Name("unknown".to_owned()),
    ] {
        assert!(is_denied(&update_policy(&app.app, &asker, key, change()).await));
    }
    assert!(is_denied(&delete_policies(&app.app, &asker, vec![mine, other], IfAttached::Detach).await));
    assert!(camlock::app::policies::policy(&app.app, &by, mine).await.is_ok(), "all or none");
}

#[actix_web::test]
async fn numbers_of_versions_are_never_given_out_again() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let by = caller(&app, &root).await;
    let id = policy(&app, &by, "five", &all("allow", "cam:ListUsers")).await;
    let add = async || create_policy_version(&app.app, &by, id, waiting(document(&all("deny", "*")))).await;
    for expected in 2..=5 {
        assert_eq!(add().await.expect("a version"), expected);
    }

    assert_eq!(refusal(add().await), PolicyRefusal::VersionsFull);
    assert_eq!(
        refusal(delete_policy_versions(&app.app, &by, id, vec![5, 1]).await),
        PolicyRefusal::DefaultVersion
    );
    assert_eq!(
        camlock::app::policies::versions::policy_versions(&app.app, &by, id).await.expect("versions").len(),
        5,
        "all or none"
    );
    delete_policy_versions(&app.app, &by, id, vec![5]).await.expect("deleted");
    assert_eq!(add().await.expect("a version"), 6);
    assert_eq!(refusal(policy_version(&app.app, &by, id, 5).await), PolicyRefusal::NoSuchVersion(5));
    assert_eq!(
        refusal(set_default_policy_version(&app.app, &by, id, 1).await),
        PolicyRefusal::AlreadyDefault
    );
}

#[actix_web::test]
async fn ten_new_versions_at_once_make_five() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let by = caller(&app, &root).await;
    let id = policy(&app, &by, "raced", &all("allow", "cam:ListUsers")).await;
    let add = || create_policy_version(&app.app, &by, id, deciding(document(&all("deny", "*"))));

    let done = futures_util::future::join_all((0..10).map(|_| add())).await;

    assert_eq!(done.iter().filter(|made| made.is_ok()).count(), 4);
    let versions =
        camlock::app::policies::versions::policy_versions(&app.app, &by, id).await.expect("versions");
    assert_eq!(versions.len(), 5);
    assert_eq!(versions.iter().filter(|version| version.is_default).count(), 1);
}

#[actix_web::test]
async fn names_are_unique_even_against_presets() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let by = caller(&app, &root).await;
    policy(&app, &by, "taken", &all("allow", "cam:ListUsers")).await;
    let new = |name: &str| NewPolicy {
        name: PolicyName::parse(name).expect("a name"),
        description: Description::default(),
        document: document(&all("allow", "*")),
    };

    let attempts =
        futures_util::future::join_all((0..5).map(|_| create_policy(&app.app, &by, new("raced")))).await;

    assert_eq!(attempts.iter().filter(|made| made.is_ok()).count(), 1);
    for name in ["taken", "AdministratorAccess"] {
        assert_eq!(refusal(create_policy(&app.app, &by, new(name)).await), PolicyRefusal::NameTaken);
    }
    let filter = PolicyFilter { kind: Some(PolicyKind::Custom), text: "RACE".to_owned() };
    assert_eq!(list_policies(&app.app, &by, filter, Paging::WHOLE).await.expect("policies").total, 1);
}

#[actix_web::test]
async fn the_simulator_answers_as_requests_are_decided() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.signed_in(&root, "alice", &[]).await;
    let by = caller(&app, &root).await;
    let text = r#"{"version":"2.0","statement":[
        {"effect":"allow","action":"cam:List*","resource":"*","condition":{"ip_equal":{"qcs:ip":"203.0.113.0/24"}}},
        {"effect":"deny","action":"cam:ListGroups","resource":"*","condition":{"date_greater_than":{"qcs:current_time":"2026-01-01T00:00:00Z"}}}
    ]}"#;
    let id = policy(&app, &by, "by-place", text).await;
    attach(&app, &by, &alice, id).await;
    let ask = async |action: &str, context: &[(&str, &str)]| {
        let context =
            context.iter().map(|(key, value)| ((*key).to_owned(), vec![(*value).to_owned()])).collect();
        let (action, resource) = (action.to_owned(), "*".to_owned());
        let question = SimulatedRequest { action, resource, context, key: None };
        camlock::app::policies::simulate::simulate(&app.app, &by, uin(&alice), question)
            .await
            .expect("an answer")
            .decision
    };

    let near = ask("cam:ListUsers", &[("qcs:ip", "203.0.113.7")]).await;
    assert!(near.allowed && near.by.expect("a statement").label == "by-place");
    assert_eq!(ask("cam:ListUsers", &[("qcs:ip", "198.51.100.1")]).await.reason, Reason::NotAllowed);
    let later = ask("cam:ListGroups", &[("qcs:ip", "203.0.113.7")]).await;
    assert_eq!((later.reason, later.by.map(|by| by.statement)), (Reason::Denied, Some(1)));
    for spelling in ["qcs:current_time", "current_time", "QCS:Current_Time "] {
        let earlier = [("qcs:ip", "203.0.113.7"), (spelling, "2025-12-31T00:00:00Z")];
        assert!(ask("cam:ListGroups", &earlier).await.allowed, "{spelling}");
    }
    let unclear = ask("cam:ListUsers", &[("qcs:ip", "nowhere")]).await;
    assert!(!unclear.allowed && unclear.unevaluable.len() == 1, "{unclear:?}");
    assert_eq!(ask("nonsense", &[]).await.reason, Reason::Malformed);
    let real = caller(&app, &alice).await;
    assert!(real.may_here("cam:ListUsers") && !real.may_here("cam:ListGroups"), "from 203.0.113.9");
}

#[actix_web::test]
async fn who_may_not_see_a_users_policies_does_not_simulate_it() {
    let app = TestApp::spawn();
    let root = app.root().await;
    let alice = app.signed_in(&root, "alice", &[]).await;
    let asker = caller(&app, &alice).await;
    let question = || SimulatedRequest {
        action: "cam:ListUsers".to_owned(),
        resource: "*".to_owned(),
        ..SimulatedRequest::default()
    };

    assert!(is_denied(
        &camlock::app::policies::simulate::simulate(&app.app, &asker, uin(&root), question()).await
    ));
    assert!(is_denied(
        &camlock::app::policies::simulate::simulate(&app.app, &asker, Uin(199_999_999_999), question()).await
    ));
    let by = caller(&app, &root).await;
    let of_root = camlock::app::policies::simulate::simulate(&app.app, &by, uin(&root), question())
        .await
        .expect("an answer");
    assert!(of_root.is_root && of_root.decision.allowed);
    let missing =
        camlock::app::policies::simulate::simulate(&app.app, &by, Uin(199_999_999_999), question()).await;
    assert!(matches!(missing, Err(Failure::NotFound)));
}
