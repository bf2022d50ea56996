//! Claim links.

diesel::table! {
    claims (id) {
        id -> Text,
        digest -> Text,
        uid -> BigInt,
        owner_uin -> BigInt,
        secret_id -> Nullable<Text>,
        made_at -> BigInt,
        made_by -> Text,
        expires_at -> BigInt,
        browser -> Nullable<Text>,
        opened_at -> Nullable<BigInt>,
        opened_ip -> Nullable<Text>,
        opened_client -> Nullable<Text>,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    invitations (id) {
        id -> Text,
        digest -> Text,
        owner_uin -> BigInt,
        maker_uid -> BigInt,
        made_by -> Text,
        made_ip -> Text,
        made_at -> BigInt,
        is_vouched_for -> Bool,
        expires_at -> BigInt,
        wish -> Text,
        answered_at -> Nullable<BigInt>,
        is_accepted -> Nullable<Bool>,
        answered_by -> Nullable<BigInt>,
    }
}
