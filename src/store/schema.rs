// Generated from the migrations by `diesel print-schema`; one schema fits both databases.

diesel::table! {
    meta (name) {
        name -> Text,
        value -> Binary,
    }
}

diesel::table! {
    sequences (name) {
        name -> Text,
        value -> BigInt,
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
    }
}

diesel::table! {
    identities (uin) {
        uin -> BigInt,
        password_hash -> Nullable<Text>,
        password_changed_at -> Nullable<BigInt>,
        must_change_password -> Bool,
        last_sign_in_at -> Nullable<BigInt>,
        last_sign_in_ip -> Nullable<Text>,
        theme -> Text,
        density -> Text,
        former_passwords -> Text,
        recovered_at -> Nullable<BigInt>,
        wrong_codes -> BigInt,
        told_wrong_codes -> Nullable<BigInt>,
    }
}

diesel::table! {
    users (uid) {
        uid -> BigInt,
        owner_uin -> BigInt,
        uin -> BigInt,
        kind -> Text,
        name -> Text,
        name_key -> Text,
        note -> Text,
        phone -> Text,
        email -> Text,
        console_login -> Bool,
        created_at -> BigInt,
        created_by -> BigInt,
        last_activity_at -> Nullable<BigInt>,
        country_code -> Text,
        protection -> Text,
        granted_at -> Nullable<BigInt>,
        stepped_up -> Bool,
        loosened_at -> Nullable<BigInt>,
        has_looks -> Bool,
    }
}

diesel::table! {
    user_looks (owner_uin, look, is_ascii, uid) {
        owner_uin -> BigInt,
        look -> Text,
        uid -> BigInt,
        is_ascii -> Bool,
    }
}

diesel::table! {
    retired_ids (digest) {
        digest -> Binary,
    }
}

diesel::table! {
    user_terms (owner_uin, term, uid) {
        owner_uin -> BigInt,
        term -> Text,
        uid -> BigInt,
    }
}

diesel::table! {
    api_keys (secret_id) {
        secret_id -> Text,
        uid -> BigInt,
        owner_uin -> BigInt,
        uin -> BigInt,
        slot -> SmallInt,
        secret -> Binary,
        status -> Text,
        note -> Text,
        created_at -> BigInt,
        created_by -> Text,
        changed_at -> BigInt,
        changed_by -> Text,
    }
}

diesel::table! {
    totp_devices (id) {
        id -> Text,
        uin -> BigInt,
        name -> Text,
        seed -> Binary,
        last_step -> BigInt,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
        granted_at -> Nullable<BigInt>,
        recovered_at -> Nullable<BigInt>,
        earlier_steps -> Text,
    }
}

diesel::table! {
    recovery_codes (digest) {
        digest -> Binary,
        uin -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    sessions (id_hash) {
        id_hash -> Text,
        family -> Text,
        state -> Text,
        stage -> Text,
        uin -> BigInt,
        uid -> BigInt,
        method -> Text,
        ip -> Text,
        user_agent -> Text,
        created_at -> BigInt,
        last_seen_at -> BigInt,
        expires_at -> BigInt,
        step_up_at -> Nullable<BigInt>,
        former_id -> Nullable<Text>,
        code_at -> Nullable<BigInt>,
        code_device -> Nullable<Text>,
    }
}

diesel::table! {
    step_ups (id) {
        id -> Text,
        session -> Text,
        purpose -> Text,
        uid -> BigInt,
        object -> Text,
        detail -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    tickets (digest) {
        digest -> Text,
        session -> Text,
        purpose -> Text,
        uid -> BigInt,
        object -> Text,
        sealed -> Nullable<Binary>,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    enrolments (session) {
        session -> Text,
        seed -> Binary,
        expires_at -> BigInt,
    }
}

diesel::table! {
    forms (digest) {
        digest -> Text,
        request_id -> Text,
        question -> Nullable<Text>,
        answer -> Nullable<Binary>,
        expires_at -> BigInt,
    }
}

diesel::table! {
    refusals (bucket) {
        bucket -> Text,
        told_at -> BigInt,
        untold -> BigInt,
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
    throttles (bucket) {
        bucket -> Text,
        failures -> BigInt,
        last_failed_at -> BigInt,
        blocked_until -> BigInt,
        untold -> BigInt,
        told_at -> Nullable<BigInt>,
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
    }
}

diesel::table! {
    key_usage (secret_id) {
        secret_id -> Text,
        last_used_ms -> BigInt,
        ip -> Text,
        service -> Text,
        action -> Text,
        client -> Text,
    }
}

diesel::table! {
    key_records (secret_id, at_ms, request_id) {
        secret_id -> Text,
        request_id -> Text,
        at_ms -> BigInt,
        service -> Text,
        action -> Text,
        ip -> Text,
        client -> Text,
        result -> Text,
        reason -> Text,
    }
}

diesel::table! {
    replays (digest) {
        digest -> Text,
        binding -> Text,
        request_id -> Text,
        expires_at -> BigInt,
        number -> BigInt,
    }
}

diesel::table! {
    signed_changes (signature, action) {
        signature -> Text,
        action -> Text,
        request_id -> Text,
        arrived_ms -> BigInt,
        origin -> Text,
        expires_at -> BigInt,
        number -> BigInt,
    }
}

diesel::table! {
    signed_seconds (node, secret_id) {
        node -> Text,
        secret_id -> Text,
        newest -> BigInt,
        seconds -> Binary,
    }
}

diesel::table! {
    nodes (id) {
        id -> Text,
        version -> Text,
        started_at -> BigInt,
        seen_at -> BigInt,
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
    user_groups (id) {
        id -> BigInt,
        owner_uin -> BigInt,
        name -> Text,
        name_key -> Text,
        remark -> Text,
        created_at -> BigInt,
        loosened_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    kept_forms (digest) {
        digest -> Text,
        uin -> BigInt,
        uid -> BigInt,
        fields -> Binary,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    group_members (group_id, uid) {
        group_id -> BigInt,
        uid -> BigInt,
        created_at -> BigInt,
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
    user_boundaries (uid) {
        uid -> BigInt,
        policy_id -> BigInt,
    }
}

diesel::joinable!(users -> accounts (owner_uin));

diesel::joinable!(users -> identities (uin));

diesel::joinable!(user_looks -> users (uid));

diesel::joinable!(user_terms -> users (uid));

diesel::joinable!(api_keys -> users (uid));

diesel::joinable!(totp_devices -> identities (uin));

diesel::joinable!(recovery_codes -> identities (uin));

diesel::joinable!(sessions -> identities (uin));

diesel::joinable!(sessions -> users (uid));

diesel::joinable!(step_ups -> sessions (session));

diesel::joinable!(enrolments -> sessions (session));

diesel::joinable!(policy_attachments -> users (uid));

diesel::joinable!(policy_attachments -> policies (policy_id));

diesel::joinable!(policy_versions -> policies (policy_id));
diesel::joinable!(user_groups -> accounts (owner_uin));
diesel::joinable!(group_members -> user_groups (group_id));
diesel::joinable!(group_members -> users (uid));
diesel::joinable!(group_policies -> user_groups (group_id));
diesel::joinable!(group_policies -> policies (policy_id));
diesel::joinable!(user_boundaries -> users (uid));
diesel::joinable!(user_boundaries -> policies (policy_id));

diesel::allow_tables_to_appear_in_same_query!(
    accounts,
    api_keys,
    audit_events,
    enrolments,
    forms,
    group_members,
    group_policies,
    identities,
    kept_forms,
    key_records,
    key_usage,
    meta,
    nodes,
    policies,
    policy_attachments,
    policy_versions,
    recovery_codes,
    refusals,
    replays,
    retired_ids,
    sequences,
    sessions,
    setup_tokens,
    signed_changes,
    signed_seconds,
    step_ups,
    throttles,
    tickets,
    totp_devices,
    user_boundaries,
    user_groups,
    user_looks,
    user_terms,
    users
);
