//! The hash of a password, one per user.
//!
//! What is kept is the whole text of the hash with its salt and cost; the trail says that it changed, never to what.
//! Not here: hashing and comparing (`crm`). Proved by `crates/store/tests/it/accounts.rs`.

use super::{AccountError, plain, users};
use crate::{Fault, Tx};
use security::PrincipalId;
use serde_json::json;

/// Keeps the hash of a user's password in place of the one before.
pub fn set_password_hash(tx: &mut Tx<'_>, user: PrincipalId, hash: &str) -> Result<(), AccountError> {
    users::known(tx, user)?;
    tx.run(
        "INSERT INTO sys_credentials (user_id, hash, changed_on) VALUES (?1, ?2, ?3)
         ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, changed_on = excluded.changed_on",
        &[user.0.into(), plain(hash), tx.now.into()],
    )?;
    tx.changed("users", user.0, None, Some(json!({ "password": "changed" })));
    Ok(())
}

/// The hash of a user's password; none for whoever never set one.
pub fn password_hash(tx: &mut Tx<'_>, user: PrincipalId) -> Result<Option<String>, Fault> {
    tx.row("SELECT hash FROM sys_credentials WHERE user_id = ?1", &[user.0.into()])?.map(|r| r.text(0)).transpose()
}
