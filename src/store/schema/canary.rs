//! Pairs that look like keys and authenticate nothing.

diesel::table! {
    canaries (secret_id) {
        secret_id -> Text,
        owner_uin -> BigInt,
        secret -> Binary,
        name -> Text,
        created_at -> BigInt,
        created_by -> Text,
        deleted_at -> Nullable<BigInt>,
        deleted_by -> Text,
        touches -> BigInt,
        touched_ms -> BigInt,
    }
}

diesel::table! {
    canary_touches (secret_id, at_ms, request_id) {
        secret_id -> Text,
        at_ms -> BigInt,
        request_id -> Text,
        ip -> Text,
        client -> Text,
        face -> Text,
        service -> Text,
        action -> Text,
        proof -> Text,
    }
}

diesel::table! {
    canary_alerts (secret_id, hour, address) {
        secret_id -> Text,
        hour -> BigInt,
        address -> Text,
    }
}
