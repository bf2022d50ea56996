//! The documents that come with Camlock.

use camlock::domain::policy::preset::{self, BUILT_IN_GENERAL, PRESETS};
use camlock::domain::policy::{Context, Policy, Reason};

use super::{USER, decide, request, sound};

const SHOW: &str = "account:QueryKeyBySecretId";
/// The caller itself.
const OWN: &str = "qcs::cam::uin/100:uin/200";

fn named(name: &str) -> Policy {
    let found = PRESETS.iter().find(|preset| preset.name == name);
    sound(found.map_or("missing", |preset| preset.document))
}

fn allows(policy: &Policy, action: &str) -> bool {
    decide(&[policy], &request(action, USER, &Context::new())).allowed
}

fn allows_on_oneself(policy: &Policy, action: &str) -> bool {
    decide(&[policy], &request(action, OWN, &Context::new())).allowed
}

fn shows(context: &Context) -> bool {
    let own_keys = named("QcloudCollApiKeyReadOnlyAccess");
    decide(&[&own_keys, preset::general()], &request(SHOW, OWN, context)).allowed
}

#[test]
fn every_document_passes_the_strict_check() {
    for preset in &PRESETS {
        sound(preset.document);
    }
    sound(BUILT_IN_GENERAL);
}

#[test]
fn names_and_numbers_are_unique() {
    for (index, preset) in PRESETS.iter().enumerate() {
        let rest = PRESETS.iter().skip(index + 1);
        assert!(rest.clone().all(|other| other.id != preset.id && other.name != preset.name));
    }
}

#[test]
fn a_secret_is_shown_when_mfa_is_one() {
    assert!(shows(&Context::new().with("mfa", "1")));
    assert!(shows(&Context::new().with(" QCS:MFA ", "1")));
}

#[test]
fn a_secret_is_not_shown_when_mfa_is_anything_else() {
    for value in ["0", "", "true", "1 ", " 1", "01", "11", "*"] {
        assert!(!shows(&Context::new().with("mfa", value)), "{value:?}");
    }
}

#[test]
fn a_secret_is_not_shown_when_mfa_is_absent() {
    assert!(!shows(&Context::new()));
    assert!(!shows(&Context::new().with_all("mfa", Vec::<String>::new())));
}

#[test]
fn a_secret_is_not_shown_when_mfa_is_both() {
    assert!(!shows(&Context::new().with_all("mfa", ["1", "0"])));
    assert!(!shows(&Context::new().with("mfa", "1").with("qcs:mfa", "0")));
}

#[test]
fn even_an_administrator_needs_mfa_for_a_secret() {
    let administrator = named("AdministratorAccess");

    let decision = decide(&[&administrator, preset::general()], &request(SHOW, USER, &Context::new()));

    assert_eq!(decision.reason, Reason::Denied);
}

#[test]
fn the_general_policy_grants_nothing() {
    assert!(!allows(preset::general(), SHOW));
    assert!(!allows(preset::general(), "cam:GetUser"));
}

#[test]
fn an_administrator_may_do_everything() {
    for action in ["cam:CreateApiKey", "cos:PutObject", SHOW] {
        assert!(allows(&named("AdministratorAccess"), action));
    }
}

#[test]
fn read_only_access_sees_everything_but_secrets() {
    let policy = named("ReadOnlyAccess");

    for action in
        ["cam:GetUser", "cam:ListUsers", "cam:QueryApiKey", "cvm:DescribeInstances", "sts:QueryApiKey"]
    {
        assert!(allows(&policy, action), "{action}");
    }
    for action in [SHOW, "cam:CreateApiKey", "cam:UpdateUser", "cvm:RunInstances", "sts:AssumeRole"] {
        assert!(!allows(&policy, action), "{action}");
    }
}

#[test]
fn cam_read_only_access_sees_lists_and_no_secret() {
    let policy = named("QcloudCamReadOnlyAccess");

    for action in ["cam:ListUsers", "cam:QueryApiKey", "cam:DescribeAuditLog", "cam:GetSecurityLastUsed"] {
        assert!(allows(&policy, action), "{action}");
    }
    for action in
        [SHOW, "cam:CreateApiKey", "cam:DeleteUser", "cvm:DescribeInstances", "sts:GetFederationToken"]
    {
        assert!(!allows(&policy, action), "{action}");
    }
}

#[test]
fn cam_full_access_stays_within_cam() {
    let policy = named("QcloudCamFullAccess");

    for action in ["cam:DeleteUser", SHOW, "sts:AssumeRole"] {
        assert!(allows(&policy, action), "{action}");
    }
    for action in ["cvm:RunInstances", "account:ModifyMail"] {
        assert!(!allows(&policy, action), "{action}");
    }
}

#[test]
fn own_key_policies_never_cover_the_keys_of_others() {
    for name in ["QcloudCollApiKeyReadOnlyAccess", "QcloudCollApiKeyManageAccess"] {
        for action in
            ["cam:QueryApiKey", "cam:CreateApiKey", "cam:DisableApiKey", "cam:DeleteApiKey", "cam:ListUsers"]
        {
            assert!(!allows(&named(name), action), "{name} {action}");
        }
    }
}

#[test]
fn managing_own_keys_adds_four_actions_to_reading_them() {
    let (read, manage) = (named("QcloudCollApiKeyReadOnlyAccess"), named("QcloudCollApiKeyManageAccess"));

    for action in ["cam:QueryCollApiKey", "cam:GetSecurityLastUsed", SHOW] {
        assert!(allows_on_oneself(&read, action) && allows_on_oneself(&manage, action), "{action}");
        assert!(!allows(&read, action) && !allows(&manage, action), "{action} on somebody else");
    }
    for action in
        ["cam:CreateCollApiKey", "cam:EnableCollApiKey", "cam:DisableCollApiKey", "cam:DeleteCollApiKey"]
    {
        assert!(!allows_on_oneself(&read, action) && allows_on_oneself(&manage, action), "{action}");
    }
}
