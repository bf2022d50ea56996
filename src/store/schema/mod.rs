//! The tables as both databases have them, by noun, and how they are joined.

mod account;
mod canary;
mod claim;
mod database;
mod gate;
mod key;
mod people;
mod policy;
mod session;
mod signature;
mod user;
mod webhook;

pub use account::{
    account_count_changes, account_counts, account_hours, accounts, audit_days, audit_events, setup_tokens,
};
pub use canary::{canaries, canary_alerts, canary_touches};
pub use claim::{claims, invitations};
pub use database::{authority_log, leases, meta, nodes, sequences};
pub use gate::{gate_token_services, gate_tokens, service_hours, service_refusals, services};
pub use key::{
    api_keys, key_actions, key_count_changes, key_counts, key_hours, key_idle, key_lines, key_records,
    key_refusals, key_usage, retired_ids, rotations, trials,
};
pub use people::{enrolments, identities, recovery_codes, saved_filters, throttles, totp_devices};
pub use policy::{
    administrators, group_policies, policies, policy_attachments, policy_holders, policy_use_changes,
    policy_uses, policy_versions,
};
pub use session::{forms, kept_forms, refusals, sessions, step_ups, tickets};
pub use signature::{replays, signed_changes, signed_seconds};
pub use user::{
    group_members, user_boundaries, user_groups, user_lines, user_looks, user_starts, user_terms, users,
};
pub use webhook::{key_warnings, notices_read, webhook_deliveries, webhooks};

diesel::joinable!(users -> accounts (owner_uin));
diesel::joinable!(administrators -> users (uid));
diesel::joinable!(users -> identities (uin));
diesel::joinable!(user_lines -> users (uid));
diesel::joinable!(user_looks -> users (uid));
diesel::joinable!(user_starts -> users (uid));
diesel::joinable!(user_terms -> users (uid));
diesel::joinable!(api_keys -> users (uid));
diesel::joinable!(claims -> api_keys (secret_id));
diesel::joinable!(claims -> users (uid));
diesel::joinable!(invitations -> users (maker_uid));
diesel::joinable!(trials -> api_keys (secret_id));
diesel::joinable!(totp_devices -> identities (uin));
diesel::joinable!(recovery_codes -> identities (uin));
diesel::joinable!(sessions -> identities (uin));
diesel::joinable!(sessions -> users (uid));
diesel::joinable!(step_ups -> sessions (session));
diesel::joinable!(enrolments -> sessions (session));
diesel::joinable!(policy_attachments -> users (uid));
diesel::joinable!(policy_attachments -> policies (policy_id));
diesel::joinable!(policy_versions -> policies (policy_id));
diesel::joinable!(user_groups -> accounts (owner_uin));
diesel::joinable!(group_members -> user_groups (group_id));
diesel::joinable!(group_members -> users (uid));
diesel::joinable!(group_policies -> user_groups (group_id));
diesel::joinable!(group_policies -> policies (policy_id));
diesel::joinable!(user_boundaries -> users (uid));
diesel::joinable!(user_boundaries -> policies (policy_id));
diesel::joinable!(canaries -> accounts (owner_uin));
diesel::joinable!(services -> accounts (owner_uin));
diesel::joinable!(gate_tokens -> accounts (owner_uin));
diesel::joinable!(gate_token_services -> gate_tokens (token_id));
diesel::joinable!(gate_token_services -> services (service_id));

diesel::allow_tables_to_appear_in_same_query!(
    account_count_changes,
    account_counts,
    account_hours,
    accounts,
    administrators,
    api_keys,
    audit_days,
    audit_events,
    authority_log,
    canaries,
    canary_alerts,
    canary_touches,
    claims,
    enrolments,
    forms,
    gate_token_services,
    gate_tokens,
    group_members,
    group_policies,
    identities,
    invitations,
    kept_forms,
    key_actions,
    key_count_changes,
    key_counts,
    key_hours,
    key_lines,
    key_records,
    key_refusals,
    key_usage,
    key_warnings,
    leases,
    meta,
    nodes,
    notices_read,
    policies,
    policy_attachments,
    policy_holders,
    policy_use_changes,
    policy_uses,
    policy_versions,
    recovery_codes,
    refusals,
    replays,
    retired_ids,
    rotations,
    sequences,
    service_hours,
    service_refusals,
    services,
    sessions,
    setup_tokens,
    signed_changes,
    signed_seconds,
    step_ups,
    throttles,
    tickets,
    totp_devices,
    trials,
    user_boundaries,
    user_groups,
    user_lines,
    user_looks,
    user_starts,
    user_terms,
    users,
    webhook_deliveries,
    webhooks
);
