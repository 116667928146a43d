//! The hash of a password, one per user.
//!
//! What is kept is the whole text of the hash with its salt and cost; the trail says that it changed, never to what.
//! Not here: hashing and comparing (`crm`). Proved by `crates/store/tests/it/accounts.rs`.

use super::{AccountError, plain, users};
use crate::{Fault, Tx};
use security::PrincipalId;
use serde_json::json;

/// So many passwords are remembered of a user; no organisation may ask for more.
const REMEMBERED: i64 = 24;

/// Keeps the hash of a user's password in place of the one before, which is remembered.
pub fn set_password_hash(tx: &mut Tx<'_>, user: PrincipalId, hash: &str) -> Result<(), AccountError> {
    users::known(tx, user)?;
    remember(tx, user)?;
    tx.run(
        "INSERT INTO sys_credentials (user_id, hash, changed_on) VALUES (?1, ?2, ?3)
         ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, changed_on = excluded.changed_on",
        &[user.0.into(), plain(hash), tx.now.into()],
    )?;
    tx.changed("users", user.0, None, Some(json!({ "password": "changed" })));
    Ok(())
}

/// The hash of a user's password; none for whoever never set one, or whose password was ended.
pub fn password_hash(tx: &mut Tx<'_>, user: PrincipalId) -> Result<Option<String>, Fault> {
    tx.row("SELECT hash FROM sys_credentials WHERE user_id = ?1 AND hash <> ''", &[user.0.into()])?.map(|r| r.text(0)).transpose()
}

/// The user's password opens nothing any more; it is remembered with those before. True when there was one.
pub fn end_password(tx: &mut Tx<'_>, user: PrincipalId) -> Result<bool, AccountError> {
    users::known(tx, user)?;
    remember(tx, user)?;
    let ended =
        tx.run("UPDATE sys_credentials SET hash = '', changed_on = ?2 WHERE user_id = ?1 AND hash <> ''", &[user.0.into(), tx.now.into()])?;
    if ended > 0 {
        tx.changed("users", user.0, None, Some(json!({ "password": "ended" })));
    }
    Ok(ended > 0)
}

/// When the user's password was chosen, microseconds UTC.
pub fn password_changed_on(tx: &mut Tx<'_>, user: PrincipalId) -> Result<Option<i64>, Fault> {
    tx.row("SELECT changed_on FROM sys_credentials WHERE user_id = ?1", &[user.0.into()])?.map(|r| r.int(0)).transpose()
}

/// The hashes of the passwords the user had before the present one, the last of them first.
pub fn former_password_hashes(tx: &mut Tx<'_>, user: PrincipalId, count: i64) -> Result<Vec<String>, Fault> {
    let rows = tx.rows(
        "SELECT hash FROM sys_password_history WHERE user_id = ?1 ORDER BY ended DESC, id DESC LIMIT ?2",
        &[user.0.into(), count.into()],
    )?;
    rows.iter().map(|row| row.text(0)).collect()
}

/// Puts the present hash beside those that were before, and forgets the oldest.
fn remember(tx: &mut Tx<'_>, user: PrincipalId) -> Result<(), Fault> {
    let Some(hash) = password_hash(tx, user)? else { return Ok(()) };
    let id = tx.new_id();
    tx.run(
        "INSERT INTO sys_password_history (id, user_id, hash, ended) VALUES (?1, ?2, ?3, ?4)",
        &[id.into(), user.0.into(), plain(&hash), tx.now.into()],
    )?;
    tx.run(
        "DELETE FROM sys_password_history WHERE user_id = ?1 AND id NOT IN
         (SELECT id FROM sys_password_history WHERE user_id = ?1 ORDER BY ended DESC, id DESC LIMIT ?2)",
        &[user.0.into(), REMEMBERED.into()],
    )?;
    Ok(())
}
