//! What a request that is sent twice made the first time.
//!
//! Bound to the person who sent it; keeps the id of the row and a hash of the request, never the row: that is read again
//! under today's permit. What is older than [`KEPT`] counts as never sent.
//! Not here: what is done with a repeated request (`crm`). Proved by `crates/crm/tests/it/records_write.rs`.

use crate::{Fault, Tx};
use catalogue::{RowId, Value};
use security::PrincipalId;

/// How long a key is remembered, in microseconds: a day.
pub const KEPT: i64 = 24 * 3600 * 1_000_000;

/// What was made under this key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// SHA-256 of the request.
    pub hash: [u8; 32],
    /// The set.
    pub set: String,
    /// The row.
    pub row: RowId,
}

/// What this person made under this key within the last day.
pub fn made(tx: &mut Tx<'_>, user: PrincipalId, key: &str) -> Result<Option<Made>, Fault> {
    let row = tx.row(
        "SELECT hash, set_name, row_id FROM sys_idempotency WHERE user_id = ?1 AND key = ?2 AND created_on > ?3",
        &[user.0.into(), Value::Text(key.to_owned()), (tx.now - KEPT).into()],
    )?;
    let Some(row) = row else { return Ok(None) };
    let hash = <[u8; 32]>::try_from(row.bytes(0)?).map_err(|_| Fault::broken("a request's hash is no SHA-256"))?;
    Ok(Some(Made { hash, set: row.text(1)?, row: row.id(2)? }))
}

/// Remembers what was made under this key, and forgets what is too old.
pub fn remember(tx: &mut Tx<'_>, user: PrincipalId, key: &str, made: &Made) -> Result<(), Fault> {
    tx.run("DELETE FROM sys_idempotency WHERE user_id = ?1 AND created_on <= ?2", &[user.0.into(), (tx.now - KEPT).into()])?;
    tx.run(
        "INSERT INTO sys_idempotency (user_id, key, hash, set_name, row_id, created_on) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        &[
            user.0.into(),
            Value::Text(key.to_owned()),
            Value::Bytes(made.hash.to_vec()),
            made.set.as_str().into(),
            made.row.into(),
            tx.now.into(),
        ],
    )?;
    Ok(())
}
