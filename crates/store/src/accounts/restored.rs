//! What a restore ends before anybody comes in: sessions, tokens, invitations, links and letters of another time.
//!
//! Whoever copied a cookie, a token or a letter before the restore has nothing in hand afterwards: every epoch is raised,
//! what was an invitation is used, and letters that waited then were sent long ago and are withdrawn.
//! Not here: who may not come back at all (`crm`). Proved by `crates/crm/tests/it/backup.rs`.

use super::{plain, quietly};
use crate::{Fault, Tx};

/// Ends all of it. Answers how many sessions and tokens were alive.
pub fn end_everything(tx: &mut Tx<'_>) -> Result<u64, Fault> {
    let alive = tx.row(
        "SELECT count(*) FROM sys_sessions s JOIN sys_principals p ON p.id = s.user_id
         WHERE s.ended IS NULL AND s.epoch = p.epoch AND s.ends_on > ?1",
        &[tx.now.into()],
    )?;
    let alive = alive.map_or(Ok(0), |row| row.int(0))?;
    tx.run("UPDATE sys_principals SET epoch = epoch + 1, number = number + 1 WHERE kind = 'user'", &[])?;
    crate::rights::raise_organisation(tx)?;
    quietly(tx, "UPDATE sys_invitations SET used = ?1 WHERE used IS NULL", &[tx.now.into()])?;
    quietly(tx, "DELETE FROM sys_reset_asks", &[])?;
    quietly(
        tx,
        "UPDATE sys_outbox SET state = 'withdrawn', last_error = ?1, subject = '', body = '', path = NULL, secret = NULL, claim_id = NULL
         WHERE state IN ('waiting', 'sending', 'held', 'failed')",
        &[plain("the organisation was restored from a backup")],
    )?;
    Ok(u64::try_from(alive).unwrap_or(0))
}
