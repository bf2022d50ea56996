//! Policies, their texts, and who holds them.

diesel::table! {
    administrators (owner_uin, uid, policy_id) {
        owner_uin -> BigInt,
        uid -> BigInt,
        policy_id -> BigInt,
    }
}

diesel::table! {
    policies (id) {
        id -> BigInt,
        owner_uin -> BigInt,
        name -> Text,
        description -> Text,
        document -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
        created_by -> Text,
        last_version -> BigInt,
        granted_at -> Nullable<BigInt>,
        stepped_up -> Bool,
        loosened_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    policy_versions (policy_id, version) {
        policy_id -> BigInt,
        version -> BigInt,
        document -> Text,
        created_at -> BigInt,
        created_by -> Text,
        is_default -> Bool,
    }
}

diesel::table! {
    policy_attachments (uid, policy_id) {
        uid -> BigInt,
        policy_id -> BigInt,
        created_at -> BigInt,
        created_by -> Text,
        granted_at -> Nullable<BigInt>,
        stepped_up -> Bool,
    }
}

diesel::table! {
    group_policies (group_id, policy_id) {
        group_id -> BigInt,
        policy_id -> BigInt,
        created_at -> BigInt,
        created_by -> Text,
        granted_at -> Nullable<BigInt>,
        stepped_up -> Bool,
    }
}

diesel::table! {
    policy_holders (owner_uin, policy_id, uid) {
        owner_uin -> BigInt,
        policy_id -> BigInt,
        uid -> BigInt,
    }
}

diesel::table! {
    policy_uses (owner_uin, policy_id) {
        owner_uin -> BigInt,
        policy_id -> BigInt,
        users -> BigInt,
        boundaries -> BigInt,
    }
}

diesel::table! {
    policy_use_changes (number) {
        number -> BigInt,
        owner_uin -> BigInt,
        policy_id -> BigInt,
        users -> BigInt,
        boundaries -> BigInt,
    }
}
