//! Where accounts are told what happened, and who has read it.

diesel::table! {
    webhooks (id) {
        id -> Text,
        owner_uin -> BigInt,
        name -> Text,
        url -> Text,
        topics -> Text,
        secret -> Binary,
        enabled -> Bool,
        created_at -> BigInt,
        created_by -> Text,
        changed_at -> BigInt,
        changed_by -> Text,
        stopped -> Text,
        failing_since -> Nullable<BigInt>,
        last_at -> Nullable<BigInt>,
        last_status -> Nullable<BigInt>,
        last_result -> Text,
        former_secret -> Nullable<Binary>,
        former_until -> Nullable<BigInt>,
    }
}

diesel::table! {
    webhook_deliveries (id) {
        id -> Text,
        webhook_id -> Text,
        seq -> BigInt,
        event -> Text,
        body -> Text,
        created_at -> BigInt,
        state -> Text,
        due_at -> Nullable<BigInt>,
        tries -> BigInt,
        tried_at -> Nullable<BigInt>,
        status -> Nullable<BigInt>,
        result -> Text,
    }
}

diesel::table! {
    notices_read (uid) {
        uid -> BigInt,
        seq -> BigInt,
    }
}

diesel::table! {
    key_warnings (days) {
        days -> BigInt,
        expires_at -> BigInt,
        secret_id -> Text,
    }
}
