//! What proves who a person is.

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
        page_size -> SmallInt,
    }
}

diesel::table! {
    saved_filters (uid, list, name_key) {
        uid -> BigInt,
        list -> Text,
        name_key -> Text,
        name -> Text,
        query -> Text,
        created_at -> BigInt,
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
    enrolments (session) {
        session -> Text,
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
        place -> Nullable<Text>,
    }
}
