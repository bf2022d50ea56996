//! Services, who may ask about them, and how often they did.

diesel::table! {
    services (id) {
        id -> BigInt,
        owner_uin -> BigInt,
        name -> Text,
        hosts -> Text,
        routes -> Text,
        body_limit -> BigInt,
        created_at -> BigInt,
        created_by -> Text,
        changed_at -> BigInt,
        changed_by -> Text,
    }
}

diesel::table! {
    gate_tokens (id) {
        id -> BigInt,
        digest -> Text,
        owner_uin -> BigInt,
        name -> Text,
        options -> Text,
        created_at -> BigInt,
        created_by -> Text,
        last_used_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    gate_token_services (token_id, service_id) {
        token_id -> BigInt,
        service_id -> BigInt,
    }
}

diesel::table! {
    service_hours (service_id, hour) {
        service_id -> BigInt,
        hour -> BigInt,
        allowed -> BigInt,
        refused -> BigInt,
    }
}

diesel::table! {
    service_refusals (service_id, at_ms, request_id) {
        service_id -> BigInt,
        at_ms -> BigInt,
        request_id -> Text,
        uin -> Nullable<BigInt>,
        user_name -> Text,
        secret_id -> Text,
        ip -> Text,
        method -> Text,
        path -> Text,
        action -> Text,
        resource -> Text,
        reason -> Text,
        message -> Text,
    }
}
