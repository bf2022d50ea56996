//! The database itself and the servers on it.

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
    authority_log (number, kind, id) {
        number -> BigInt,
        kind -> Text,
        id -> Text,
    }
}

diesel::table! {
    nodes (id) {
        id -> Text,
        version -> Text,
        started_at -> BigInt,
        seen_at -> BigInt,
        schema_version -> Nullable<BigInt>,
        address -> Nullable<Text>,
        lag_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    leases (name) {
        name -> Text,
        node -> Text,
        ends_at -> BigInt,
    }
}
