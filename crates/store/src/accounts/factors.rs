//! Second factors and recovery codes: what a person has beside the password.
//!
//! A factor's secret is sealed, because it must be read again; a recovery code is long enough to be kept as a hash. Each
//! counts once: a step of time and a code are used by one statement that asks whether they still can be, so of many at
//! once exactly one wins. A session remembers when it last proved a factor ([`prove`]).
//! Not here: which code belongs to which moment, how often one may try (`crm`). Start reading at [`Factor`].
//! Proved by `crates/store/tests/it/factors.rs`.

use super::{AccountError, by, users};
use crate::sql::Row;
use crate::{Fault, Tx};
use catalogue::{RowId, Value};
use security::PrincipalId;
use serde_json::json;

/// What the seal of a factor's secret is bound to, beside the factor's id.
const SEALED_FOR: &str = "second factor";

/// The second factor of somebody. Times in microseconds UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factor {
    /// Its id.
    pub id: RowId,
    /// The secret that the person's device holds too; none when it was sealed with another key: no code fits then.
    pub secret: Option<Vec<u8>>,
    /// When it was begun.
    pub created_on: i64,
    /// When a first code proved that the device holds the secret; before, it counts for nothing.
    pub confirmed_on: Option<i64>,
    /// The last step of time whose code was used.
    pub last_step: i64,
}

/// A factor that somebody else took away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactorReset {
    /// The factor that was.
    pub id: RowId,
    /// By whom.
    pub by: Option<PrincipalId>,
    /// When, microseconds UTC.
    pub on: i64,
}

/// The factor of this user, confirmed or not yet.
pub fn factor(tx: &mut Tx<'_>, user: PrincipalId) -> Result<Option<Factor>, Fault> {
    let row = tx.row(
        "SELECT id, secret, created_on, confirmed_on, last_step FROM sys_factors WHERE user_id = ?1 AND ended IS NULL",
        &[user.0.into()],
    )?;
    let read = |row: Row| -> Result<Factor, Fault> {
        let id = row.id(0)?;
        let secret = tx.unseal(&bound_to(id), &row.bytes(1)?)?;
        Ok(Factor { id, secret, created_on: row.int(2)?, confirmed_on: row.opt_int(3)?, last_step: row.int(4)? })
    };
    row.map(read).transpose()
}

/// Whether this user has a factor that counts.
pub fn has_factor(tx: &mut Tx<'_>, user: PrincipalId) -> Result<bool, Fault> {
    let ask = "SELECT 1 FROM sys_factors WHERE user_id = ?1 AND ended IS NULL AND confirmed_on IS NOT NULL";
    Ok(tx.row(ask, &[user.0.into()])?.is_some())
}

/// Keeps the secret of a factor that is still to be confirmed, in place of another of that kind.
pub fn begin_factor(tx: &mut Tx<'_>, user: PrincipalId, secret: &[u8]) -> Result<RowId, AccountError> {
    users::known(tx, user)?;
    tx.run(
        "UPDATE sys_factors SET ended = ?2, told_on = ?2 WHERE user_id = ?1 AND ended IS NULL AND confirmed_on IS NULL",
        &[user.0.into(), tx.now.into()],
    )?;
    let id = tx.new_id();
    let kept = tx.seal(&bound_to(id), secret)?;
    tx.run(
        "INSERT INTO sys_factors (id, user_id, secret, created_on, last_step) VALUES (?1, ?2, ?3, ?4, 0)",
        &[id.into(), user.0.into(), Value::Bytes(kept), tx.now.into()],
    )?;
    tx.changed("users", user.0, None, Some(json!({ "second_factor": "begun" })));
    Ok(id)
}

/// The factor counts from now on. True when it did not before.
pub fn confirm_factor(tx: &mut Tx<'_>, user: PrincipalId, factor: RowId) -> Result<bool, Fault> {
    let done = tx.run(
        "UPDATE sys_factors SET confirmed_on = ?2 WHERE id = ?1 AND ended IS NULL AND confirmed_on IS NULL",
        &[factor.into(), tx.now.into()],
    )?;
    if done > 0 {
        tx.changed("users", user.0, None, Some(json!({ "second_factor": "confirmed" })));
    }
    Ok(done > 0)
}

/// Uses the code of a step of time. False when that step, or a later one, was used before.
pub fn use_step(tx: &mut Tx<'_>, factor: RowId, step: i64) -> Result<bool, Fault> {
    let done =
        tx.run("UPDATE sys_factors SET last_step = ?2 WHERE id = ?1 AND ended IS NULL AND last_step < ?2", &[factor.into(), step.into()])?;
    Ok(done > 0)
}

/// Ends the factor and the recovery codes of this user. True when there was one that counted.
pub fn end_factor(tx: &mut Tx<'_>, user: PrincipalId) -> Result<bool, Fault> {
    let had = has_factor(tx, user)?;
    // Whoever does it to themselves knows already.
    let told = if tx.signer() == Some(user) { tx.now.into() } else { Value::Null };
    let signer = by(tx);
    tx.run(
        "UPDATE sys_factors SET ended = ?2, ended_by = ?3, told_on = ?4 WHERE user_id = ?1 AND ended IS NULL",
        &[user.0.into(), tx.now.into(), signer, told],
    )?;
    end_codes(tx, user)?;
    if had {
        tx.changed("users", user.0, None, Some(json!({ "second_factor": "ended" })));
    }
    Ok(had)
}

/// The factors of this user that somebody else took away and that the person was not told of yet, oldest first.
pub fn factor_resets(tx: &mut Tx<'_>, user: PrincipalId) -> Result<Vec<FactorReset>, Fault> {
    let rows = tx.rows(
        "SELECT id, ended_by, ended FROM sys_factors WHERE user_id = ?1 AND ended IS NOT NULL AND confirmed_on IS NOT NULL
         AND told_on IS NULL ORDER BY ended, id",
        &[user.0.into()],
    )?;
    rows.iter().map(|row| Ok(FactorReset { id: row.id(0)?, by: row.opt_id(1)?.map(PrincipalId), on: row.int(2)? })).collect()
}

/// The person was told of every factor that was taken away.
pub fn tell_factor_resets(tx: &mut Tx<'_>, user: PrincipalId) -> Result<(), Fault> {
    let told = tx.run(
        "UPDATE sys_factors SET told_on = ?2 WHERE user_id = ?1 AND ended IS NOT NULL AND told_on IS NULL",
        &[user.0.into(), tx.now.into()],
    )?;
    if told > 0 {
        tx.changed("users", user.0, None, Some(json!({ "second_factor": "told" })));
    }
    Ok(())
}

/// Keeps these hashes as the recovery codes of this user; the ones before are worth nothing any more.
pub fn set_recovery_codes(tx: &mut Tx<'_>, user: PrincipalId, hashes: &[[u8; 32]]) -> Result<(), Fault> {
    end_codes(tx, user)?;
    for hash in hashes {
        let id = tx.new_id();
        tx.run(
            "INSERT INTO sys_recovery_codes (id, user_id, hash, created_on) VALUES (?1, ?2, ?3, ?4)",
            &[id.into(), user.0.into(), Value::Bytes(hash.to_vec()), tx.now.into()],
        )?;
    }
    tx.changed("users", user.0, None, Some(json!({ "recovery_codes": hashes.len() })));
    Ok(())
}

/// Uses a recovery code. False for one that is not the user's, was used or is worth nothing any more.
pub fn use_recovery_code(tx: &mut Tx<'_>, user: PrincipalId, hash: &[u8; 32]) -> Result<bool, Fault> {
    let done = tx.run(
        "UPDATE sys_recovery_codes SET used = ?3 WHERE user_id = ?1 AND hash = ?2 AND used IS NULL AND ended IS NULL",
        &[user.0.into(), Value::Bytes(hash.to_vec()), tx.now.into()],
    )?;
    if done > 0 {
        tx.changed("users", user.0, None, Some(json!({ "recovery_code": "used" })));
    }
    Ok(done > 0)
}

/// How many recovery codes of this user can still be used.
pub fn recovery_codes_left(tx: &mut Tx<'_>, user: PrincipalId) -> Result<i64, Fault> {
    let ask = "SELECT count(*) FROM sys_recovery_codes WHERE user_id = ?1 AND used IS NULL AND ended IS NULL";
    tx.row(ask, &[user.0.into()])?.map_or(Ok(0), |row| row.int(0))
}

/// When the session proved its person's second factor; none takes that away.
pub fn prove(tx: &mut Tx<'_>, session: RowId, at: Option<i64>) -> Result<(), Fault> {
    tx.run("UPDATE sys_sessions SET factor_on = ?2 WHERE id = ?1", &[session.into(), at.into()])?;
    tx.changed("sessions", session, None, Some(json!({ "factor_on": at })));
    Ok(())
}

fn end_codes(tx: &mut Tx<'_>, user: PrincipalId) -> Result<(), Fault> {
    tx.run("UPDATE sys_recovery_codes SET ended = ?2 WHERE user_id = ?1 AND ended IS NULL", &[user.0.into(), tx.now.into()])?;
    Ok(())
}

/// A secret that is moved to another person's row does not open there.
fn bound_to(factor: RowId) -> String {
    format!("{SEALED_FOR} {factor}")
}
