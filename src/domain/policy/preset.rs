//! The policies every account has from the start.

use std::sync::LazyLock;

use super::Policy;

/// A policy that comes with Camlock and cannot be edited.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// The number the API knows it by; CAM's own where that is known.
    pub id: i64,
    /// Its name in CAM.
    pub name: &'static str,
    /// What it is for, for people.
    pub description: &'static str,
    /// The policy document.
    pub document: &'static str,
}

/// All preset policies.
///
/// They only allow: a deny in a preset would take from its holders what another policy gives them. So read-only
/// access to everything leaves out `*:Query*`, which would cover `account:QueryKeyBySecretId`.
pub const PRESETS: [Preset; 6] = [
    Preset {
        id: 1,
        name: "AdministratorAccess",
        description: "Everything in the account: users, keys, policies and all services.",
        document: r#"{
  "version": "2.0",
  "statement": [
    {
      "effect": "allow",
      "action": "*",
      "resource": "*"
    }
  ]
}"#,
    },
    Preset {
        id: 2,
        name: "ReadOnlyAccess",
        description: "Look at everything in the account and all services, change nothing, see no secret.",
        document: r#"{
  "version": "2.0",
  "statement": [
    {
      "effect": "allow",
      "action": [
        "*:Get*",
        "*:List*",
        "*:Describe*",
        "cam:Query*",
        "camlock:Query*",
        "sts:Query*"
      ],
      "resource": "*"
    }
  ]
}"#,
    },
    Preset {
        id: 596_169,
        name: "QcloudCamFullAccess",
        description: "Manage users, groups, policies, API keys and services, and show keys after verification.",
        document: r#"{
  "version": "2.0",
  "statement": [
    {
      "effect": "allow",
      "action": [
        "cam:*",
        "camlock:*",
        "sts:*",
        "account:QueryKeyBySecretId"
      ],
      "resource": "*"
    }
  ]
}"#,
    },
    Preset {
        id: 596_170,
        name: "QcloudCamReadOnlyAccess",
        description: "Look at users, groups, policies, services and lists of API keys, never at a secret.",
        document: r#"{
  "version": "2.0",
  "statement": [
    {
      "effect": "allow",
      "action": [
        "cam:Get*",
        "cam:List*",
        "cam:Describe*",
        "cam:Query*",
        "camlock:Get*",
        "camlock:List*",
        "camlock:Query*",
        "sts:GetCallerIdentity",
        "sts:QueryApiKey"
      ],
      "resource": "*"
    }
  ]
}"#,
    },
    Preset {
        id: 596_171,
        name: "QcloudCollApiKeyReadOnlyAccess",
        description: "List one’s own API keys, and show them after verification.",
        document: r#"{
  "version": "2.0",
  "statement": [
    {
      "effect": "allow",
      "action": [
        "cam:QueryCollApiKey",
        "cam:GetSecurityLastUsed",
        "account:QueryKeyBySecretId"
      ],
      "resource": "qcs::cam:::uin/${uin}"
    }
  ]
}"#,
    },
    Preset {
        id: 596_172,
        name: "QcloudCollApiKeyManageAccess",
        description: "List, show, create, disable, enable and delete one’s own API keys.",
        document: r#"{
  "version": "2.0",
  "statement": [
    {
      "effect": "allow",
      "action": [
        "cam:QueryCollApiKey",
        "cam:GetSecurityLastUsed",
        "account:QueryKeyBySecretId",
        "cam:CreateCollApiKey",
        "cam:EnableCollApiKey",
        "cam:DisableCollApiKey",
        "cam:DeleteCollApiKey"
      ],
      "resource": "qcs::cam:::uin/${uin}"
    }
  ]
}"#,
    },
];

/// The presets whose holders can give themselves any right. The schema has these numbers, too.
pub const ADMINISTRATORS: [i64; 2] = [1, 596_169];

/// The policy that holds for everyone: no secret is shown unless `mfa` is `1`.
///
/// `_if_exist` makes an absent `mfa` fail closed: without it the deny would not apply to a caller with no factor.
pub const BUILT_IN_GENERAL: &str = r#"{
  "version": "2.0",
  "statement": [
    {
      "effect": "deny",
      "action": "account:QueryKeyBySecretId",
      "resource": "*",
      "condition": {"string_not_equal_if_exist": {"qcs:mfa": "1"}}
    }
  ]
}"#;

/// What the holder of an account may do, where something has to narrow it.
#[must_use]
pub fn everything() -> &'static Policy {
    static EVERYTHING: LazyLock<Policy> = LazyLock::new(|| {
        Policy::stored(r#"{"version":"2.0","statement":[{"effect":"allow","action":"*","resource":"*"}]}"#)
    });
    &EVERYTHING
}

/// [`BUILT_IN_GENERAL`] in compiled form, to be attached to every caller but root.
#[must_use]
pub fn general() -> &'static Policy {
    static GENERAL: LazyLock<Policy> = LazyLock::new(|| Policy::stored(BUILT_IN_GENERAL));
    &GENERAL
}
