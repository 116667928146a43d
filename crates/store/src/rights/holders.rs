//! Who could act: the active users a role or a task reaches, directly or through an owner team.
//!
//! These answer the guards that must not leave an organisation without somebody: a grant that ends by itself, or a
//! membership that does, is not lasting.
//! Not here: the guards (`crm`). Start reading at [`lasting_administrators`]. Proved by `crates/store/tests/it/rights.rs`.

use super::roles;
use crate::{Fault, Tx};
use catalogue::RowId;
use security::{PrincipalId, RoleId, Task};
use std::collections::{BTreeMap, BTreeSet};

/// The active users who hold the role now, each with the moment it ends by itself, if it does: with the grant, the
/// membership, or the user's time here.
pub fn active_holders_of_role(tx: &mut Tx<'_>, role: RoleId) -> Result<Vec<(PrincipalId, Option<i64>)>, Fault> {
    let rows = tx.rows(
        "SELECT p.id, g.until, CAST(NULL AS BIGINT), p.ends_on FROM sys_role_grants g JOIN sys_principals p ON p.id = g.principal
         WHERE g.role = ?1 AND g.ended IS NULL AND (g.until IS NULL OR g.until > ?2) AND p.kind = 'user' AND p.state = 'active'
         UNION ALL
         SELECT p.id, g.until, m.until, p.ends_on FROM sys_role_grants g JOIN sys_principals t ON t.id = g.principal AND t.team_kind = 'owner'
         JOIN sys_members m ON m.team = t.id AND m.ended IS NULL AND (m.until IS NULL OR m.until > ?2)
         JOIN sys_principals p ON p.id = m.user_id
         WHERE g.role = ?1 AND g.ended IS NULL AND (g.until IS NULL OR g.until > ?2) AND p.kind = 'user' AND p.state = 'active'",
        &[role.0.into(), tx.now.into()],
    )?;
    let mut found: BTreeMap<PrincipalId, Option<i64>> = BTreeMap::new();
    for row in rows {
        let user = PrincipalId(row.id(0)?);
        let until = [row.opt_int(1)?, row.opt_int(2)?, row.opt_int(3)?].into_iter().flatten().min();
        let last = match found.get(&user) {
            Some(before) => before.zip(until).map(|(a, b)| a.max(b)),
            None => until,
        };
        found.insert(user, last);
    }
    Ok(found.into_iter().collect())
}

/// The active people who hold System Administrator without an end. A service account is no person: it opens no page.
pub fn lasting_administrators(tx: &mut Tx<'_>) -> Result<Vec<PrincipalId>, Fault> {
    let administrator = RoleId(RowId(uuid::Uuid::from_u128(0x101)));
    let held = active_holders_of_role(tx, administrator)?;
    let services = tx.rows("SELECT id FROM sys_principals WHERE is_service = 1", &[])?;
    let services = services.iter().map(|row| row.id(0).map(PrincipalId)).collect::<Result<BTreeSet<_>, _>>()?;
    Ok(held.into_iter().filter(|(user, until)| until.is_none() && !services.contains(user)).map(|(user, _)| user).collect())
}

/// The active users whom some role entrusts with the task now.
pub fn users_with_task(tx: &mut Tx<'_>, task: Task) -> Result<Vec<PrincipalId>, Fault> {
    let with: Vec<RoleId> = roles::load(tx, None)?.into_iter().filter(|r| r.tasks.contains(&task)).map(|r| r.id).collect();
    let mut found = BTreeSet::new();
    for role in with {
        found.extend(active_holders_of_role(tx, role)?.into_iter().map(|(user, _)| user));
    }
    Ok(found.into_iter().collect())
}
