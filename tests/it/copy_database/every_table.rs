//! Rows for the tables that the old database does not have, with whatever a copy could lose on its way.

use camlock::config::DatabaseUrl;
use camlock::domain::key::SecretId;
use camlock::domain::user::Uin;
use camlock::random::Random;
use camlock::store::schema::accounts;
use camlock::store::{Conn, bulk};
use camlock::vault::{KeyRing, Vault, places};
use data_encoding::HEXUPPER;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use std::path::Path;

/// The odd texts have what COPY, CSV and quotes would trip over.
const ROWS: &str = r#"
INSERT INTO services SELECT 1, owner_uin, 'orders', '["o.example"]', '[]', 1024, 1, 'root', 2, 'root' FROM accounts LIMIT 1;
INSERT INTO gate_tokens SELECT 1, 'digest', owner_uin, 'edge', '{}', 1, 'root', NULL, 3 FROM accounts LIMIT 1;
INSERT INTO gate_token_services VALUES (1, 1);
INSERT INTO service_hours VALUES (1, 3600, 9223372036854775807, -1);
INSERT INTO service_refusals VALUES (1, 5, 'r', NULL, 'tab	\ 中文 ''"', '', '', 'GET', '/a
b', '', '', 'expired', '');
INSERT INTO key_refusals VALUES ('AKIDx', 'wrong_signature', 3, 4, 5, '::1');
INSERT INTO nodes (id, version, started_at, seen_at) VALUES ('left', '0.1.0', 1, 2);
INSERT INTO account_hours SELECT owner_uin, 3600, 5, 6 FROM accounts LIMIT 1;
INSERT INTO account_count_changes SELECT 1, owner_uin, 'groups', -1 FROM accounts LIMIT 1;
INSERT INTO administrators SELECT owner_uin, uid, 1 FROM users WHERE NOT EXISTS (SELECT 1 FROM administrators) LIMIT 1;
INSERT INTO key_lines SELECT secret_id, owner_uin, uid, 1, 1, 1, 2, 3, 4, 5 FROM api_keys WHERE NOT EXISTS (SELECT 1 FROM key_lines) LIMIT 1;
INSERT INTO key_count_changes SELECT 1, owner_uin, 1, 1 FROM accounts LIMIT 1;
INSERT INTO key_idle VALUES ('AKIDx', 5);
INSERT INTO claims SELECT 'claim', 'digest', uid, owner_uin, NULL, 1, 'root', 2, NULL, NULL, NULL, NULL, NULL FROM users LIMIT 1;
INSERT INTO invitations SELECT 'invitation', 'digest', owner_uin, uid, 'root', '192.0.2.1', 1, TRUE, 2, '{}', NULL, NULL, NULL FROM users LIMIT 1;
INSERT INTO saved_filters SELECT uid, 'users', 'no app', 'No app', '?mfa=off', 1 FROM users LIMIT 1;
INSERT INTO leases VALUES ('timed', 'left', 60);
INSERT INTO signed_seconds VALUES ('left', 'AKIDx', 7, x'00ff0a5c');
INSERT INTO signed_changes VALUES ('s', '\N', 'r', 1, '', 2, 3);
INSERT INTO retired_ids SELECT x'0011' WHERE NOT EXISTS (SELECT 1 FROM retired_ids);
INSERT INTO key_hours VALUES ('AKIDx', 3600, 'cam', '192.0.2.0/24', 'SDK', 'allowed', 3);
INSERT INTO rotations SELECT 'rotation', owner_uin, uid, secret_id, 'AKID', 24, 7, TRUE, 'watch', 1, 1, 'root', NULL, 5, 'stopped', 9 FROM api_keys WHERE NOT EXISTS (SELECT 1 FROM rotations) LIMIT 1;
INSERT INTO trials SELECT secret_id, uid, 1, 'root', 601, owner_uin FROM api_keys WHERE NOT EXISTS (SELECT 1 FROM trials) LIMIT 1;
INSERT INTO canary_touches VALUES ('AKIDx', 5, 'r', '::1', 'SDK "x"', 'API', 'cam', 'ListUsers', 'signed');
INSERT INTO canary_alerts VALUES ('AKIDx', 7, '::/64');
INSERT INTO webhook_deliveries VALUES ('msg_x', 'hook', 5, 'DisableApiKey', '{"a":"中"}', 6, 'waiting', 7, 1, 8, 500, 'status');
INSERT INTO notices_read SELECT uid, 5 FROM users LIMIT 1;
INSERT INTO key_warnings VALUES (14, 5, 'AKIDx');
INSERT INTO key_actions VALUES ('AKIDx', 86400, 'cam', 'ListUsers', '*', 3, 86401);
INSERT INTO user_starts SELECT owner_uin, 'zz', name_key, uid FROM users WHERE NOT EXISTS (SELECT 1 FROM user_starts) LIMIT 1;
INSERT INTO policy_uses SELECT owner_uin, 1, 0, 0 FROM accounts WHERE NOT EXISTS (SELECT 1 FROM policy_uses) LIMIT 1;
INSERT INTO policy_use_changes SELECT 1, owner_uin, 1, 0, 0 FROM accounts LIMIT 1;
INSERT INTO refusals VALUES ('\.', 1, 0);
INSERT INTO replays SELECT 'd', 'b', 'r', 1, 2 WHERE NOT EXISTS (SELECT 1 FROM replays);
INSERT INTO throttles SELECT 'b', 1, 2, 3, 4, NULL, NULL WHERE NOT EXISTS (SELECT 1 FROM throttles);
INSERT INTO user_looks SELECT owner_uin, 'look', uid, 0 FROM users WHERE NOT EXISTS (SELECT 1 FROM user_looks) LIMIT 1;
"#;

/// Puts a row into each table that has none.
pub fn fill_every_table(data: &Path, url: &str) {
    let vault = Vault::new(KeyRing::read(&data.join("master.key")).unwrap(), Random::system());
    let sealed = |binding: &_| HEXUPPER.encode(&vault.seal(binding, b"/users").unwrap());
    let fields = sealed(&places::kept_form(Uin(1), 2, "kept"));
    let answer = sealed(&places::form_answer("form"));
    let seed = sealed(&places::setup_seed("setup"));
    let id = SecretId::parse(&format!("AKID{}", "c".repeat(32))).unwrap();
    let mut conn = bulk::open(&DatabaseUrl::parse(url).unwrap()).unwrap();
    let owner = owner_of_an_account(&mut conn);
    let secret = sealed(&places::canary_secret(owner, &id));
    let canary = format!(
        "INSERT INTO canaries VALUES ('{id}', {owner}, x'{secret}', 'wiki', 1, 'root', NULL, '', 2, 3);"
    );
    let secret = sealed(&places::webhook_secret(owner, "hook"));
    let former = sealed(&places::former_webhook_secret(owner, "hook"));
    let webhook = format!(
        "INSERT INTO webhooks VALUES ('hook', {owner}, 'pager', 'https://a.example/', 'keys', x'{secret}', 1, 1, 'root', 2, \
         'root', '', NULL, 3, 204, 'taken', x'{former}', 9);"
    );
    let forms = format!(
        "INSERT INTO kept_forms VALUES ('kept', 1, 2, x'{fields}', 3, 4); \
         INSERT INTO forms VALUES ('form', 'r', NULL, x'{answer}', 5), ('other', 'r', NULL, NULL, 5); \
         INSERT INTO setup_tokens VALUES ('setup', x'{seed}', 5);"
    );
    conn.batch_execute(ROWS).unwrap();
    conn.batch_execute(&forms).unwrap();
    conn.batch_execute(&canary).unwrap();
    conn.batch_execute(&webhook).unwrap();
}

fn owner_of_an_account(conn: &mut Conn) -> Uin {
    let first = accounts::table.select(accounts::owner_uin).order(accounts::owner_uin).first(conn);
    Uin(first.unwrap())
}
