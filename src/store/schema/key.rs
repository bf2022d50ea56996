//! Keys, the ids that were ever used, and their use.

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
        expires_at -> Nullable<BigInt>,
        idle_days -> Nullable<BigInt>,
        networks -> Text,
        own_policy -> Nullable<Text>,
        purpose -> Text,
        responsible -> Text,
        review_at -> Nullable<BigInt>,
        limits_at -> Nullable<BigInt>,
        made_sealed -> Bool,
    }
}

diesel::table! {
    key_lines (secret_id) {
        secret_id -> Text,
        owner_uin -> BigInt,
        uid -> BigInt,
        is_enabled -> Bool,
        was_used -> Bool,
        quiet_since -> BigInt,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        refused_at -> Nullable<BigInt>,
        halted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    key_counts (owner_uin) {
        owner_uin -> BigInt,
        enabled -> BigInt,
        held -> BigInt,
    }
}

diesel::table! {
    key_count_changes (number) {
        number -> BigInt,
        owner_uin -> BigInt,
        enabled -> BigInt,
        held -> BigInt,
    }
}

diesel::table! {
    key_idle (secret_id) {
        secret_id -> Text,
        due_at -> BigInt,
    }
}

diesel::table! {
    retired_ids (digest) {
        digest -> Binary,
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
        first_used_ms -> Nullable<BigInt>,
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
        host -> Nullable<Text>,
        path_prefix -> Nullable<Text>,
        coverage -> Nullable<Text>,
        verdict -> Nullable<Text>,
    }
}

diesel::table! {
    key_hours (secret_id, hour, service, network, client, outcome) {
        secret_id -> Text,
        hour -> BigInt,
        service -> Text,
        network -> Text,
        client -> Text,
        outcome -> Text,
        calls -> BigInt,
    }
}

diesel::table! {
    key_actions (secret_id, day, service, action, resource) {
        secret_id -> Text,
        day -> BigInt,
        service -> Text,
        action -> Text,
        resource -> Text,
        allowed -> BigInt,
        last_at -> BigInt,
    }
}

diesel::table! {
    key_refusals (secret_id, reason) {
        secret_id -> Text,
        reason -> Text,
        count -> BigInt,
        first_ms -> BigInt,
        last_ms -> BigInt,
        ip -> Text,
    }
}

diesel::table! {
    trials (secret_id) {
        secret_id -> Text,
        uid -> BigInt,
        began_at -> BigInt,
        began_by -> Text,
        ends_at -> BigInt,
        owner_uin -> Nullable<BigInt>,
    }
}

diesel::table! {
    rotations (id) {
        id -> Text,
        owner_uin -> BigInt,
        uid -> BigInt,
        old_id -> Text,
        new_id -> Text,
        silent_hours -> BigInt,
        delete_after_days -> BigInt,
        finishes -> Bool,
        step -> Text,
        step_at -> BigInt,
        started_at -> BigInt,
        started_by -> Text,
        due_at -> Nullable<BigInt>,
        ended_at -> Nullable<BigInt>,
        outcome -> Nullable<Text>,
        number -> BigInt,
    }
}
