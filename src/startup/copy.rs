//! `copy-database`: one database into another, with the master key that opens both.

use super::first::{May, Start};
use super::{StartError, Surroundings};
use crate::config::{Config, DatabaseUrl};
use crate::domain::key::{Key, KeyStatus, SecretId};
use crate::domain::key_limits::KeyLimits;
use crate::domain::user::{Uid, Uin};
use crate::store::StoreError;
use crate::store::bulk::{Table, Value};
use crate::store::copy::{self, CopyError, Outcome, Source, Target};
use crate::vault::{Binding, SealedPlace, Vault, places};
use data_encoding::BASE64URL_NOPAD;
use std::collections::HashMap;

/// What was copied and looked at.
pub struct Report {
    pub outcome: Outcome,
    /// Sealed values that open with the master key.
    pub opened: u64,
    /// The name of that key.
    pub fingerprint: String,
}

/// Copies a database into an empty one; the master key of the settings is that of both.
pub fn copy_database(config: &Config, from: &DatabaseUrl, to: &DatabaseUrl) -> Result<Report, StartError> {
    if from == to {
        return Err(CopyError::Same(from.to_string()).into());
    }
    let surroundings = Surroundings::of_machine()?;
    let start = Start { config, surroundings: &surroundings, may: May::Look };
    let ring = start.kept_key()?.ok_or_else(|| StartError::KeyMissing(start.key_name()))?;
    let vault = Vault::new(ring, surroundings.random.clone());
    let mut source = Source::open(from, surroundings.clock.now())?;
    vault.ensure_matches(&source.vault_check()?)?;
    let target = Target::make(to)?;
    let mut opening = Opening { vault: &vault, opened: 0, enrolments: HashMap::new() };
    let outcome = copy::copy(source, target, &mut |table, row| opening.look(&Row { table, row }))?;
    let opened = opening.opened;
    Ok(Report { outcome, opened, fingerprint: vault.fingerprint() })
}

/// Opens every sealed value that comes by.
struct Opening<'a> {
    vault: &'a Vault,
    opened: u64,
    /// Seeds whose session comes later, by its id.
    enrolments: HashMap<String, Vec<u8>>,
}

/// A row with its columns.
struct Row<'a> {
    table: &'a Table,
    row: &'a [Value],
}

impl Row<'_> {
    fn find(&self, column: &str) -> Option<&Value> {
        let mut both = self.table.columns.iter().zip(self.row);
        both.find(|(known, _)| known.name == column).map(|(_, value)| value)
    }

    fn text(&self, column: &str) -> Result<&str, CopyError> {
        match self.find(column) {
            Some(Value::Text(text)) => Ok(text),
            _ => Err(StoreError::Corrupt("a text").into()),
        }
    }

    fn number(&self, column: &str) -> Result<i64, CopyError> {
        match self.find(column) {
            Some(Value::Int(number)) => Ok(*number),
            _ => Err(StoreError::Corrupt("a number").into()),
        }
    }

    /// Nothing where nothing is kept.
    fn bytes(&self, column: &str) -> Option<&[u8]> {
        match self.find(column) {
            Some(Value::Bytes(bytes)) => Some(bytes),
            _ => None,
        }
    }
}

impl Opening<'_> {
    fn look(&mut self, row: &Row<'_>) -> Result<(), CopyError> {
        if row.table.name == "sessions" {
            return self.end_waiting(row);
        }
        for place in SealedPlace::ALL.into_iter().filter(|place| place.table() == row.table.name) {
            self.look_at(row, place)?;
        }
        Ok(())
    }

    fn look_at(&mut self, row: &Row<'_>, place: SealedPlace) -> Result<(), CopyError> {
        if place == SealedPlace::StepUpDetail {
            return self.open_detail(row);
        }
        let Some(sealed) = row.bytes(place.column()) else { return Ok(()) };
        let binding = match place {
            SealedPlace::KeySecret => return self.open(&places::key_secret(&key(row)?), sealed),
            SealedPlace::CanarySecret => {
                let id = SecretId::parse(row.text("secret_id")?);
                let id = id.map_err(|_| StoreError::Corrupt("canaries.secret_id"))?;
                return self.open(&places::canary_secret(Uin(row.number("owner_uin")?), &id), sealed);
            }
            SealedPlace::TotpSeed => places::totp_seed(Uin(row.number("uin")?), row.text("id")?),
            SealedPlace::FormAnswer => places::form_answer(row.text("digest")?),
            SealedPlace::SetupSeed => places::setup_seed(row.text("digest")?),
            SealedPlace::Ticket => places::ticket(Uid(row.number("uid")?), row.text("digest")?),
            SealedPlace::WebhookSecret => {
                return self
                    .open(&places::webhook_secret(Uin(row.number("owner_uin")?), row.text("id")?), sealed);
            }
            SealedPlace::FormerWebhookSecret => {
                let owner = Uin(row.number("owner_uin")?);
                return self.open(&places::former_webhook_secret(owner, row.text("id")?), sealed);
            }
            SealedPlace::KeptForm => {
                places::kept_form(Uin(row.number("uin")?), row.number("uid")?, row.text("digest")?)
            }
            SealedPlace::Enrolment | SealedPlace::StepUpDetail => {
                self.enrolments.insert(row.text("session")?.to_owned(), sealed.to_vec());
                return Ok(());
            }
        };
        self.open(&binding, sealed)
    }

    fn open(&mut self, binding: &Binding<'_>, sealed: &[u8]) -> Result<(), CopyError> {
        self.vault.open(binding, sealed).map_err(|_| CopyError::Sealed(binding.table.to_owned()))?;
        self.opened += 1;
        Ok(())
    }

    /// The seed that waits in a session is bound to the session's family.
    fn end_waiting(&mut self, row: &Row<'_>) -> Result<(), CopyError> {
        let Some(sealed) = self.enrolments.remove(row.text("id_hash")?) else { return Ok(()) };
        self.open(&places::enrolment(Uin(row.number("uin")?), row.text("family")?), &sealed)
    }

    /// Something sealed stands in the JSON of some questions.
    fn open_detail(&mut self, row: &Row<'_>) -> Result<(), CopyError> {
        let detail: serde_json::Value = serde_json::from_str(row.text("detail")?).unwrap_or_default();
        let Some(sealed) = detail.get("sealed").and_then(serde_json::Value::as_str) else { return Ok(()) };
        let sealed = BASE64URL_NOPAD.decode(sealed.as_bytes()).unwrap_or_default();
        self.open(&places::step_up_detail(Uid(row.number("uid")?), row.text("id")?), &sealed)
    }
}

/// As much of a key as says where its secret belongs.
fn key(row: &Row<'_>) -> Result<Key, CopyError> {
    Ok(Key {
        secret_id: SecretId::parse(row.text("secret_id")?).map_err(|_| StoreError::Corrupt("a SecretId"))?,
        uid: Uid(row.number("uid")?),
        owner_uin: Uin(row.number("owner_uin")?),
        uin: Uin(row.number("uin")?),
        slot: 1,
        status: KeyStatus::Disabled,
        note: String::new(),
        created_at: 0,
        created_by: String::new(),
        changed_at: 0,
        changed_by: String::new(),
        limits: KeyLimits::default(),
        limits_at: None,
        made_sealed: false,
    })
}
