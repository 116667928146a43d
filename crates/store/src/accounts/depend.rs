//! Teams that would stand empty without somebody.
//!
//! Not here: what they own and hold ([`crate::rights`]), what is to become of them (`crm`). Start reading at [`left_alone`].
//! Proved by `crates/crm/tests/it/departures_found.rs`.

use super::{Team, came_to, team, users};
use crate::{Fault, Tx};
use security::{PrincipalId, UserState};

/// The teams in which nobody active would be left without this person, by name; not those of single records. Of somebody
/// who is shut out already it tells the teams that they left by that.
pub fn left_alone(tx: &mut Tx<'_>, user: PrincipalId) -> Result<Vec<Team>, Fault> {
    let is_out = users::user(tx, user)?.is_some_and(|user| user.state == UserState::Disabled);
    let out = if is_out { came_to(tx, user, UserState::Disabled)?.map(|came| came.on) } else { None };
    let live = "m.ended IS NULL AND (m.until IS NULL OR m.until > ?2)";
    let rows = tx.rows(
        &format!(
            "SELECT DISTINCT t.id, t.name_key FROM sys_principals t JOIN sys_members m ON m.team = t.id AND m.user_id = ?1
             AND (({live}) OR m.ended = ?3)
             WHERE t.kind = 'team' AND NOT EXISTS (SELECT 1 FROM sys_record_teams r WHERE r.team = t.id)
             AND NOT EXISTS (SELECT 1 FROM sys_members m JOIN sys_principals p ON p.id = m.user_id
                             WHERE m.team = t.id AND m.user_id <> ?1 AND {live} AND p.state = 'active')
             ORDER BY t.name_key, t.id"
        ),
        &[user.0.into(), tx.now.into(), out.into()],
    )?;
    let mut found = Vec::new();
    for row in &rows {
        found.extend(team(tx, PrincipalId(row.id(0)?))?);
    }
    Ok(found)
}
