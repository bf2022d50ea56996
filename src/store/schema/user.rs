//! Users, the groups that they are in, and what bounds them.

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
    user_lines (uid) {
        uid -> BigInt,
        owner_uin -> BigInt,
        facet -> SmallInt,
        name_key -> Text,
        created_at -> BigInt,
        last_used_at -> BigInt,
        is_searchable -> Bool,
        active_at -> BigInt,
    }
}

diesel::table! {
    user_starts (owner_uin, start, name_key, uid) {
        owner_uin -> BigInt,
        start -> Text,
        name_key -> Text,
        uid -> BigInt,
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
    user_boundaries (uid) {
        uid -> BigInt,
        policy_id -> BigInt,
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
    group_members (group_id, uid) {
        group_id -> BigInt,
        uid -> BigInt,
        created_at -> BigInt,
        granted_at -> Nullable<BigInt>,
        stepped_up -> Bool,
    }
}
