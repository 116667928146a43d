//! Checkpoints: the heads of all lanes, signed, so that a chain rewritten or cut later does not fit.
//!
//! Each checkpoint is an entry of the trail itself, so a missing one is noticed. Its key lies in the data directory:
//! whoever keeps `trail.pub`, or a checkpoint, elsewhere can tell a directory that was made anew as a whole.
//! Not here: comparing ([`super::verify`]), the timer (the binary). Proved by `crates/store/tests/it/trail.rs`.

use super::Stamp;
use crate::{Chance, Fault, Store, Tx, durable};
use catalogue::{RowId, Value};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use security::PrincipalId;
use serde_json::json;
use std::path::Path;

/// The verb under which a checkpoint stands in the trail.
pub(crate) const VERB: &str = "trail.checkpoint";

impl Store {
    /// Signs the heads of all lanes, if anything happened since they were signed last.
    pub fn checkpoint(&self) -> Result<Option<RowId>, Fault> {
        if !self.read(has_news)? {
            return Ok(None);
        }
        let key = self.shared.trail_key.clone();
        self.write(move |tx| {
            tx.sign(Stamp { actor: PrincipalId::OPERATOR, channel: "trail", verb: VERB.to_owned(), subject: None });
            checkpoint(tx, &key).map(Some)
        })
    }

    /// The public half of the key that signs this trail's checkpoints; [`super::verify`] asks for it.
    pub fn trail_key(&self) -> VerifyingKey {
        self.shared.trail_key.verifying_key()
    }
}

/// Writes a checkpoint within a signed transaction.
pub fn checkpoint(tx: &mut Tx<'_>, key: &SigningKey) -> Result<RowId, Fault> {
    let rows = tx.rows("SELECT lane, number, hash FROM sys_lanes ORDER BY lane", &[])?;
    let heads = rows.iter().map(|row| Ok(json!([row.int(0)?, row.int(1)?, hex(&row.bytes(2)?)]))).collect::<Result<Vec<_>, Fault>>()?;
    let heads = serde_json::Value::Array(heads).to_string();
    let (id, time) = (tx.new_id(), tx.now());
    let signature = key.sign(&message(id, time, &heads));
    tx.run(
        "INSERT INTO sys_checkpoints (id, time, heads, signature) VALUES (?1, ?2, ?3, ?4)",
        &[id.into(), time.into(), heads.as_str().into(), Value::Bytes(signature.to_bytes().to_vec())],
    )?;
    tx.about("checkpoints", id);
    Ok(id)
}

/// Whether there is an entry beyond the last checkpoint and its own entry.
fn has_news(tx: &mut Tx<'_>) -> Result<bool, Fault> {
    let Some(last) = tx.row("SELECT heads FROM sys_checkpoints ORDER BY time DESC, id DESC LIMIT 1", &[])? else {
        return Ok(true);
    };
    let then: i64 = parse(&last.text(0)?).unwrap_or_default().iter().map(|head| head.number).sum();
    let mut now = 0;
    for row in tx.rows("SELECT number FROM sys_lanes", &[])? {
        now += row.int(0)?;
    }
    Ok(now > then + 1)
}

/// One head as a checkpoint names it.
pub(crate) struct Named {
    pub(crate) lane: i64,
    pub(crate) number: i64,
    pub(crate) hash: String,
}

/// The heads a checkpoint names; `None` when they cannot be read.
pub(crate) fn parse(heads: &str) -> Option<Vec<Named>> {
    let heads: Vec<(i64, i64, String)> = serde_json::from_str(heads).ok()?;
    Some(heads.into_iter().map(|(lane, number, hash)| Named { lane, number, hash }).collect())
}

/// Whether the checkpoint was signed by the key.
pub(crate) fn is_signed(key: &VerifyingKey, id: RowId, time: i64, heads: &str, signature: &[u8]) -> bool {
    Signature::from_slice(signature).is_ok_and(|signature| key.verify_strict(&message(id, time, heads), &signature).is_ok())
}

fn message(id: RowId, time: i64, heads: &str) -> Vec<u8> {
    format!("castellan checkpoint 1\n{id}\n{time}\n{heads}").into_bytes()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a text is signed as, so that a signature of one thing is none of another.
const TEXT: &str = "castellan certificate 1\n";

/// Signs a text with the key of the trail; hex.
pub fn sign(tx: &Tx<'_>, text: &str) -> String {
    hex(&tx.shared.trail_key.sign(format!("{TEXT}{text}").as_bytes()).to_bytes())
}

/// The public half of the key that [`sign`] uses; hex, as in `trail.pub`.
pub fn signing_key(tx: &Tx<'_>) -> String {
    hex(tx.shared.trail_key.verifying_key().as_bytes())
}

/// Whether [`sign`] made this signature for this text with the key of that public half.
pub fn is_signed_by(key: &VerifyingKey, text: &str, signature: &[u8]) -> bool {
    Signature::from_slice(signature).is_ok_and(|signature| key.verify_strict(format!("{TEXT}{text}").as_bytes(), &signature).is_ok())
}

/// The key of the data directory, made when there is none. `trail.pub` beside it is for keeping elsewhere.
pub(crate) fn key(directory: &Path, chance: &dyn Chance) -> Result<SigningKey, Fault> {
    let path = directory.join("trail.key");
    let key = match std::fs::read(&path) {
        Ok(bytes) => {
            let bytes = <[u8; 32]>::try_from(bytes).map_err(|_| Fault::broken("`trail.key` is not 32 bytes long"))?;
            SigningKey::from_bytes(&bytes)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut bytes = [0u8; 32];
            chance.fill(&mut bytes);
            durable::write(&path, &bytes)?;
            SigningKey::from_bytes(&bytes)
        }
        Err(error) => return Err(error.into()),
    };
    let public = directory.join("trail.pub");
    let text = format!("{}\n", hex(key.verifying_key().as_bytes()));
    if std::fs::read_to_string(&public).ok().as_deref() != Some(&text) {
        durable::write(&public, text.as_bytes())?;
    }
    Ok(key)
}
