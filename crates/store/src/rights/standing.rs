//! What is read about a user before anything is decided.
//!
//! [`standing`] holds only what is live at the transaction's time: a role through a team ends with the membership or the
//! grant, whichever is first. What is stored and not understood is a fault, so nobody is decided about by half.
//! Not here: the decision ([`security::permit`]). Proved by `crates/store/tests/it/rights.rs`.

use super::{profiles, read_only, roles, secured};
use crate::accounts::{TeamKind, units, user};
use crate::{Fault, Tx};
use catalogue::RowId;
use security::{Held, HeldProfile, Membership, PrincipalId, Profile, Role, RoleId, Standing, Through, UnitId, UnitTree};
use std::collections::BTreeMap;
use std::sync::Arc;

/// `?1` the user, `?2` now: every principal the user acts as, and when that ends by itself.
pub(super) const ACTS_AS: &str = "WITH acts (principal, team_kind, ends) AS (
    SELECT p.id, p.team_kind, CAST(NULL AS BIGINT) FROM sys_principals p WHERE p.id = ?1
    UNION ALL SELECT t.id, t.team_kind, m.until FROM sys_members m JOIN sys_principals t ON t.id = m.team
    WHERE m.user_id = ?1 AND m.ended IS NULL AND (m.until IS NULL OR m.until > ?2))";

/// Everything that bears on the user's rights now. None when there is no such user.
pub fn standing(tx: &mut Tx<'_>, id: PrincipalId) -> Result<Option<Standing>, Fault> {
    let Some(user) = user(tx, id)? else { return Ok(None) };
    let teams = memberships(tx, id)?;
    let roles = roles_held(tx, id)?;
    let profiles = profiles_held(tx, id)?;
    let units = Arc::new(UnitTree::new(units(tx)?.into_iter().map(|u| (u.id, u.parent))));
    let (read_only, catalogue) = (read_only::by_set(tx)?, secured::catalogue(tx)?);
    Ok(Some(Standing {
        user: id,
        name: user.name,
        state: user.state,
        unit: user.unit,
        teams,
        roles,
        profiles,
        units,
        read_only,
        catalogue,
    }))
}

/// When the first of what [`standing`] holds ends by itself: not kept beyond that moment, microseconds UTC.
pub fn earliest_end(tx: &mut Tx<'_>, id: PrincipalId) -> Result<Option<i64>, Fault> {
    let text = format!(
        "{ACTS_AS} SELECT min(ends) FROM (
         SELECT ends FROM acts
         UNION ALL SELECT o.until FROM sys_read_only o WHERE o.ended IS NULL AND o.until > ?2
         UNION ALL SELECT g.until FROM sys_role_grants g JOIN acts a ON a.principal = g.principal
         WHERE g.ended IS NULL AND (g.until IS NULL OR g.until > ?2)
         UNION ALL SELECT g.until FROM sys_profile_grants g JOIN acts a ON a.principal = g.principal
         WHERE g.ended IS NULL AND (g.until IS NULL OR g.until > ?2)) every_end"
    );
    tx.row(&text, &[id.0.into(), tx.now.into()])?.map_or(Ok(None), |r| r.opt_int(0))
}

fn memberships(tx: &mut Tx<'_>, id: PrincipalId) -> Result<Vec<Membership>, Fault> {
    let rows = tx.rows(
        "SELECT DISTINCT t.id, t.unit, t.team_kind FROM sys_members m JOIN sys_principals t ON t.id = m.team
         WHERE m.user_id = ?1 AND m.ended IS NULL AND (m.until IS NULL OR m.until > ?2) ORDER BY t.id",
        &[id.0.into(), tx.now.into()],
    )?;
    let membership = |row: &crate::sql::Row| {
        let kind = TeamKind::parse(&row.text(2)?).ok_or_else(|| Fault::broken("a team of no kind"))?;
        Ok(Membership { team: PrincipalId(row.id(0)?), unit: UnitId(row.id(1)?), owns: kind.owns() })
    };
    rows.iter().map(membership).collect()
}

fn through(user: PrincipalId, holder: PrincipalId) -> Through {
    if holder == user { Through::User } else { Through::Team(holder) }
}

/// Roles of access teams do not count, whatever was written.
fn roles_held(tx: &mut Tx<'_>, id: PrincipalId) -> Result<Vec<Held>, Fault> {
    let text = format!(
        "{ACTS_AS} SELECT g.role, a.principal, g.until, a.ends FROM sys_role_grants g JOIN acts a ON a.principal = g.principal
         WHERE g.ended IS NULL AND (g.until IS NULL OR g.until > ?2) AND (a.principal = ?1 OR a.team_kind = 'owner') ORDER BY g.since, g.id"
    );
    let rows = tx.rows(&text, &[id.0.into(), tx.now.into()])?;
    let ids = rows.iter().map(|r| r.id(0).map(RoleId)).collect::<Result<Vec<_>, _>>()?;
    let roles: BTreeMap<RoleId, Arc<Role>> = roles::load(tx, Some(&ids))?.into_iter().map(|r| (r.id, Arc::new(r))).collect();
    let mut held = Vec::new();
    for row in &rows {
        let role = roles.get(&RoleId(row.id(0)?)).cloned().ok_or_else(|| Fault::broken("a role was given that is not there"))?;
        let until = [row.opt_int(2)?, row.opt_int(3)?].into_iter().flatten().min();
        held.push(Held { role, through: through(id, PrincipalId(row.id(1)?)), until });
    }
    Ok(held)
}

fn profiles_held(tx: &mut Tx<'_>, id: PrincipalId) -> Result<Vec<HeldProfile>, Fault> {
    let text = format!(
        "{ACTS_AS} SELECT DISTINCT g.profile, a.principal FROM sys_profile_grants g JOIN acts a ON a.principal = g.principal
         WHERE g.ended IS NULL AND (g.until IS NULL OR g.until > ?2) ORDER BY g.profile, a.principal"
    );
    let rows = tx.rows(&text, &[id.0.into(), tx.now.into()])?;
    let ids = rows.iter().map(|r| r.id(0)).collect::<Result<Vec<RowId>, _>>()?;
    let profiles: BTreeMap<RowId, Arc<Profile>> = profiles::load(tx, Some(&ids))?.into_iter().map(|p| (p.id, Arc::new(p))).collect();
    let mut held = Vec::new();
    for row in &rows {
        let profile = profiles.get(&row.id(0)?).cloned().ok_or_else(|| Fault::broken("a profile was given that is not there"))?;
        held.push(HeldProfile { profile, through: through(id, PrincipalId(row.id(1)?)) });
    }
    Ok(held)
}
