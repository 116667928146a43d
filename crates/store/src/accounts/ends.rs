//! When somebody's time here ends, and accounts that no person is.
//!
//! An end is a moment that acts by itself: [`time_over`] tells whose has come. A service account names whoever answers
//! for it; what an account stops being, it also loses: its sessions and tokens end with the change.
//! Not here: what follows from an end, and what a service account may (`crm`). Start reading at [`set_end`].
//! Proved by `crates/crm/tests/it/ends.rs` and `crates/crm/tests/it/service.rs`, on both databases.

use super::{AccountError, users};
use crate::{Fault, Tx, rights};
use security::PrincipalId;
use serde_json::json;

/// What comes within so many microseconds comes at the same time: a minute, as often as upkeep looks.
const AT_ONCE: i64 = 60_000_000;

/// Says when the user's time here ends, in microseconds UTC; none for no end.
pub fn set_end(tx: &mut Tx<'_>, id: PrincipalId, at: Option<i64>) -> Result<(), AccountError> {
    rights::lock(tx)?;
    let old = users::known(tx, id)?;
    if old.ends_on == at {
        return Ok(());
    }
    tx.run("UPDATE sys_principals SET ends_on = ?2 WHERE id = ?1", &[id.0.into(), at.into()])?;
    tx.changed("users", id.0, Some(json!({ "ends_at": old.ends_on })), Some(json!({ "ends_at": at })));
    rights::raise_user(tx, id)?;
    Ok(())
}

/// Active users whose time here is over, without those whom a departure that is approved takes out at their end, or did
/// within a minute of it: one whose hour comes later leaves them at work until then, so for those the end acts.
pub fn time_over(tx: &mut Tx<'_>) -> Result<Vec<PrincipalId>, Fault> {
    let rows = tx.rows(
        "SELECT p.id FROM sys_principals p WHERE p.kind = 'user' AND p.state = 'active' AND p.ends_on <= ?1
         AND NOT EXISTS (SELECT 1 FROM sys_departures d WHERE d.user_id = p.id AND d.state = 'approved' AND d.starts_on <= p.ends_on + ?2)
         ORDER BY p.ends_on, p.id",
        &[tx.now.into(), AT_ONCE.into()],
    )?;
    rows.iter().map(|row| row.id(0).map(PrincipalId)).collect()
}

/// Whether it was told of this end that it could not act.
pub fn is_end_told(tx: &mut Tx<'_>, id: PrincipalId) -> Result<bool, Fault> {
    Ok(tx.row("SELECT id FROM sys_principals WHERE id = ?1 AND end_told = ends_on", &[id.0.into()])?.is_some())
}

/// Notes that it is told of this end that it could not act.
pub fn note_end_told(tx: &mut Tx<'_>, id: PrincipalId) -> Result<(), Fault> {
    tx.run("UPDATE sys_principals SET end_told = ends_on WHERE id = ?1", &[id.0.into()])?;
    Ok(())
}

/// Makes the user a service account that `responsible` answers for, or a person again. Either way sessions end.
pub fn set_service(tx: &mut Tx<'_>, id: PrincipalId, responsible: Option<PrincipalId>) -> Result<(), AccountError> {
    rights::lock(tx)?;
    let old = users::known(tx, id)?;
    let is_service = responsible.is_some();
    if old.is_service == is_service && old.responsible == responsible {
        return Ok(());
    }
    tx.run(
        "UPDATE sys_principals SET is_service = ?2, responsible = ?3 WHERE id = ?1",
        &[id.0.into(), i64::from(is_service).into(), responsible.map(|by| by.0).into()],
    )?;
    if old.is_service != is_service {
        for session in super::sessions_of(tx, id)? {
            super::end_session(tx, session.id)?;
        }
    }
    let said = |is_service: bool, by: Option<PrincipalId>| json!({ "service": is_service, "responsible": by.map(|by| by.to_string()) });
    tx.changed("users", id.0, Some(said(old.is_service, old.responsible)), Some(said(is_service, responsible)));
    rights::raise_user(tx, id)?;
    Ok(())
}

/// The service accounts that somebody answers for, by name: id, name.
pub fn services_of(tx: &mut Tx<'_>, responsible: PrincipalId) -> Result<Vec<(PrincipalId, String)>, Fault> {
    let rows = tx.rows(
        "SELECT p.id, p.name FROM sys_principals p WHERE p.kind = 'user' AND p.is_service = 1 AND p.responsible = ?1
         AND p.state IN ('invited', 'active', 'frozen') ORDER BY p.name_key, p.id",
        &[responsible.0.into()],
    )?;
    rows.iter().map(|row| Ok((PrincipalId(row.id(0)?), row.text(1)?))).collect()
}
