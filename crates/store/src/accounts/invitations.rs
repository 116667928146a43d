//! Invitations: a token that lets its user set a password, once and in time.
//!
//! Only a hash of the token is kept. A new one ends the ones before; freezing the user ends them all.
//! Not here: making the token and the letter around it (`crm`). Proved by `crates/store/tests/it/accounts.rs`.

use super::{AccountError, by, users};
use crate::{Fault, Tx};
use catalogue::{RowId, Value};
use security::PrincipalId;
use serde_json::json;

/// Keeps the hash of a new invitation for this user and ends the ones before.
pub fn invite_token(tx: &mut Tx<'_>, user: PrincipalId, token_hash: &[u8], ends_on: i64) -> Result<RowId, AccountError> {
    users::known(tx, user)?;
    tx.run("UPDATE sys_invitations SET used = ?2 WHERE user_id = ?1 AND used IS NULL", &[user.0.into(), tx.now.into()])?;
    let id = tx.new_id();
    tx.run(
        "INSERT INTO sys_invitations (id, token_hash, user_id, created_on, created_by, ends_on) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        &[id.into(), Value::Bytes(token_hash.to_vec()), user.0.into(), tx.now.into(), by(tx), ends_on.into()],
    )?;
    tx.changed("invitations", id, None, Some(json!({ "user": user.to_string(), "ends_on": ends_on })));
    Ok(id)
}

/// Whose invitation it is and when it ends, as long as it can be used.
pub fn invitation(tx: &mut Tx<'_>, token_hash: &[u8]) -> Result<Option<(PrincipalId, i64)>, Fault> {
    let row = tx.row(
        "SELECT i.user_id, i.ends_on FROM sys_invitations i JOIN sys_principals p ON p.id = i.user_id
         WHERE i.token_hash = ?1 AND i.used IS NULL AND i.ends_on > ?2 AND p.state IN ('invited', 'active')",
        &[Value::Bytes(token_hash.to_vec()), tx.now.into()],
    )?;
    row.map(|r| Ok((PrincipalId(r.id(0)?), r.int(1)?))).transpose()
}

/// Uses the invitation. It works once; what is used, over or withdrawn answers like what never was.
pub fn use_invitation(tx: &mut Tx<'_>, token_hash: &[u8]) -> Result<Option<PrincipalId>, Fault> {
    let Some((user, _)) = invitation(tx, token_hash)? else { return Ok(None) };
    let row = tx.row("SELECT id FROM sys_invitations WHERE token_hash = ?1", &[Value::Bytes(token_hash.to_vec())])?;
    let id = row.ok_or_else(|| Fault::broken("an invitation went away"))?.id(0)?;
    let used = tx.run("UPDATE sys_invitations SET used = ?2 WHERE id = ?1 AND used IS NULL", &[id.into(), tx.now.into()])?;
    tx.changed("invitations", id, None, Some(json!({ "user": user.to_string(), "used": tx.now })));
    Ok((used == 1).then_some(user))
}
