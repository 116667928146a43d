//! Which roles ask whoever holds them for a second factor.
//!
//! A row of rights like the others: it begins, and it gets an end. Whoever holds such a role through a team holds it.
//! Not here: what happens to somebody without one (`crm`). Proved by `crates/store/tests/it/factors.rs`.

use super::standing::ACTS_AS;
use super::{lock, raise_organisation, role};
use crate::accounts::{AccountError, Problem, by};
use crate::{Fault, Tx};
use security::{PrincipalId, RoleId};
use serde_json::json;

/// The roles that ask for a second factor.
pub fn roles_with_factor(tx: &mut Tx<'_>) -> Result<Vec<RoleId>, Fault> {
    tx.rows("SELECT role FROM sys_role_factors WHERE ended IS NULL ORDER BY role", &[])?.iter().map(|row| row.id(0).map(RoleId)).collect()
}

/// Says whether a role asks for a second factor. True when that is new.
pub fn require_factor(tx: &mut Tx<'_>, id: RoleId, required: bool) -> Result<bool, AccountError> {
    lock(tx)?;
    role(tx, id)?.ok_or(Problem::Unknown)?;
    if roles_with_factor(tx)?.contains(&id) == required {
        return Ok(false);
    }
    if required {
        let row = tx.new_id();
        let signer = by(tx);
        tx.run(
            "INSERT INTO sys_role_factors (id, role, by_id, since) VALUES (?1, ?2, ?3, ?4)",
            &[row.into(), id.0.into(), signer, tx.now.into()],
        )?;
    } else {
        tx.run("UPDATE sys_role_factors SET ended = ?2 WHERE role = ?1 AND ended IS NULL", &[id.0.into(), tx.now.into()])?;
    }
    tx.changed("roles", id.0, Some(json!({ "requires_second_factor": !required })), Some(json!({ "requires_second_factor": required })));
    raise_organisation(tx)?;
    Ok(true)
}

/// Whether a role in force for this user asks for a second factor.
pub fn needs_factor(tx: &mut Tx<'_>, user: PrincipalId) -> Result<bool, Fault> {
    let text = format!(
        "{ACTS_AS} SELECT 1 FROM sys_role_factors f JOIN sys_role_grants g ON g.role = f.role JOIN acts a ON a.principal = g.principal
         WHERE f.ended IS NULL AND g.ended IS NULL AND (g.until IS NULL OR g.until > ?2) AND (a.principal = ?1 OR a.team_kind = 'owner')"
    );
    Ok(tx.row(&text, &[user.0.into(), tx.now.into()])?.is_some())
}
