//! Forgotten passwords: what was asked at the sign-in page, and what is to be told to whom.
//!
//! An ask is kept as it was typed, before anybody looked whether the address is known, so that the door that takes it
//! does the same for everybody. A reset that somebody else asked for is told to the person at the next sign-in.
//! Not here: the link ([`super::invite_token`]) and the letter (`crm`). Proved by `crates/store/tests/it/mail.rs`.

use super::{plain, quietly};
use crate::{Fault, Tx};
use catalogue::RowId;
use security::PrincipalId;

/// So many asks wait at most: whoever sends more is not worth a full disk.
const MOST: i64 = 10_000;

/// Somebody forgot a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResetAsk {
    /// The address, as typed.
    pub email: String,
    /// By which way it was asked.
    pub channel: String,
    /// When, microseconds UTC.
    pub created_on: i64,
}

/// A reset that somebody else asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResetNotice {
    /// Who asked.
    pub by: PrincipalId,
    /// When, microseconds UTC.
    pub created_on: i64,
}

/// Keeps an ask. No change: it leaves no entry, so nobody fills the trail by knocking.
pub fn ask_reset(tx: &mut Tx<'_>, email: &str, channel: &str) -> Result<(), Fault> {
    let waiting = tx.row("SELECT count(*) FROM sys_reset_asks", &[])?.map_or(Ok(0), |row| row.int(0))?;
    if waiting >= MOST {
        return Ok(());
    }
    let id = tx.new_id();
    quietly(
        tx,
        "INSERT INTO sys_reset_asks (id, email, channel, created_on) VALUES (?1, ?2, ?3, ?4)",
        &[id.into(), plain(email), plain(channel), tx.now.into()],
    )?;
    Ok(())
}

/// Whether an ask waits.
pub fn has_reset_asks(tx: &mut Tx<'_>) -> Result<bool, Fault> {
    Ok(tx.row("SELECT id FROM sys_reset_asks LIMIT 1", &[])?.is_some())
}

/// Takes the oldest ask; it is gone with this transaction.
pub fn take_reset_ask(tx: &mut Tx<'_>) -> Result<Option<ResetAsk>, Fault> {
    let row = tx.row(
        "DELETE FROM sys_reset_asks WHERE id = (SELECT id FROM sys_reset_asks ORDER BY created_on, id LIMIT 1)
         RETURNING email, channel, created_on",
        &[],
    )?;
    row.map(|row| Ok(ResetAsk { email: row.text(0)?, channel: row.text(1)?, created_on: row.int(2)? })).transpose()
}

/// Notes that somebody else asked for a reset, to be told to the person.
pub fn note_reset(tx: &mut Tx<'_>, user: PrincipalId, by: PrincipalId) -> Result<(), Fault> {
    let id: RowId = tx.new_id();
    tx.run(
        "INSERT INTO sys_reset_notices (id, user_id, by_id, created_on) VALUES (?1, ?2, ?3, ?4)",
        &[id.into(), user.0.into(), by.0.into(), tx.now.into()],
    )?;
    Ok(())
}

/// What the person has not been told yet, oldest first.
pub fn reset_notices(tx: &mut Tx<'_>, user: PrincipalId) -> Result<Vec<ResetNotice>, Fault> {
    let rows = tx.rows(
        "SELECT by_id, created_on FROM sys_reset_notices WHERE user_id = ?1 AND told_on IS NULL ORDER BY created_on, id",
        &[user.0.into()],
    )?;
    rows.iter().map(|row| Ok(ResetNotice { by: PrincipalId(row.id(0)?), created_on: row.int(1)? })).collect()
}

/// The person has seen them.
pub fn told_resets(tx: &mut Tx<'_>, user: PrincipalId) -> Result<(), Fault> {
    tx.run("UPDATE sys_reset_notices SET told_on = ?2 WHERE user_id = ?1 AND told_on IS NULL", &[user.0.into(), tx.now.into()])?;
    Ok(())
}
