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
