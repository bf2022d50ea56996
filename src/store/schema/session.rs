//! Sessions and what waits in them.

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
    forms (digest) {
        digest -> Text,
        request_id -> Text,
        question -> Nullable<Text>,
        answer -> Nullable<Binary>,
        expires_at -> BigInt,
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
    refusals (bucket) {
        bucket -> Text,
        told_at -> BigInt,
        untold -> BigInt,
    }
}
