//! Signatures that were used.

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
