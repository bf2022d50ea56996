//! Accounts, how the first one is made, and their log.

diesel::table! {
    account_counts (owner_uin, sort) {
        owner_uin -> BigInt,
        sort -> Text,
        number -> BigInt,
    }
}

diesel::table! {
    account_count_changes (id) {
        id -> BigInt,
        owner_uin -> BigInt,
        sort -> Text,
        number -> BigInt,
    }
}

diesel::table! {
    account_hours (owner_uin, hour) {
        owner_uin -> BigInt,
        hour -> BigInt,
        accepted -> BigInt,
        refused -> BigInt,
    }
}

diesel::table! {
    accounts (owner_uin) {
        owner_uin -> BigInt,
        app_id -> BigInt,
        name -> Text,
        created_at -> BigInt,
        user_count -> BigInt,
        secret_reveal -> Text,
        step_up_window_minutes -> BigInt,
        mfa_required -> Bool,
        operation_protection -> Bool,
        api_delete_enabled_keys -> Bool,
        password_min_length -> BigInt,
        signature_v1 -> Bool,
        login_rules -> Text,
        password_rules -> Text,
        signed_action -> Bool,
        grant_window_minutes -> BigInt,
        grant_age_hours -> BigInt,
        key_expiry_default_days -> BigInt,
        key_expiry_max_days -> BigInt,
        key_idle_default_days -> BigInt,
    }
}

diesel::table! {
    setup_tokens (digest) {
        digest -> Text,
        seed -> Binary,
        expires_at -> BigInt,
    }
}

diesel::table! {
    audit_days (owner_uin, day) {
        owner_uin -> BigInt,
        day -> BigInt,
        first_seq -> BigInt,
        last_seq -> Nullable<BigInt>,
    }
}

diesel::table! {
    audit_events (seq) {
        seq -> BigInt,
        at -> BigInt,
        owner_uin -> BigInt,
        event -> Text,
        actor_uin -> BigInt,
        actor -> Text,
        target_uin -> BigInt,
        target -> Text,
        result -> Text,
        reason -> Text,
        ip -> Text,
        user_agent -> Text,
        request_id -> Text,
        detail -> Text,
        notice -> Nullable<Text>,
    }
}
