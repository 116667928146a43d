//! Accounts that nobody looks after any more: not seen for long, never used, past their end, services without an owner.
//!
//! Each list is one statement over what is kept anyway: the last sign-in, the last use of a session or token, the end
//! of an invitation. A role counts once, however it came; a token while it lives.
//! Not here: what is done about them (`crm`). Start reading at [`forgotten`]. Proved by `crates/crm/tests/it/finder.rs`.

use super::users::state_of;
use crate::sql::Row;
use crate::{Fault, Tx};
use security::{PrincipalId, UnitId, UserState};

/// Which list. Times in microseconds UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Search {
    /// Active, was here, but not since then.
    Dormant {
        /// Since when.
        since: i64,
    },
    /// Active, made before then, and never in; or invited, with no invitation that still works.
    NeverUsed {
        /// Made before.
        before: i64,
    },
    /// The time here is over, and the account is not disabled.
    PastEnd,
    /// A service account that no active person answers for.
    WithoutOwner,
}

/// An account that was found. Times in microseconds UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forgotten {
    /// Whose.
    pub user: PrincipalId,
    /// The name.
    pub name: String,
    /// Where it stands.
    pub state: UserState,
    /// The unit.
    pub unit: UnitId,
    /// The unit's name.
    pub unit_name: String,
    /// When it was made.
    pub created_on: i64,
    /// The last sign-in, or the last use of a session or token, whichever is later.
    pub last_seen: Option<i64>,
    /// When its time ends.
    pub ends_on: Option<i64>,
    /// No person.
    pub is_service: bool,
    /// Whoever answers for it, and where that person stands.
    pub responsible: Option<(PrincipalId, String, UserState)>,
    /// How many live roles it has, through teams too.
    pub roles: i64,
    /// How many live tokens it has.
    pub tokens: i64,
}

const ROLES: &str = "(SELECT count(DISTINCT g.role) FROM sys_role_grants g WHERE g.ended IS NULL AND (g.until IS NULL OR g.until > ?1)
    AND (g.principal = f.id OR g.principal IN (SELECT m.team FROM sys_members m JOIN sys_principals t ON t.id = m.team
    WHERE m.user_id = f.id AND m.ended IS NULL AND (m.until IS NULL OR m.until > ?1) AND t.team_kind = 'owner')))";
const TOKENS: &str = "(SELECT count(*) FROM sys_sessions s WHERE s.user_id = f.id AND s.kind = 'token' AND s.ended IS NULL
    AND s.ends_on > ?1 AND s.last_used > ?1 - s.idle AND s.epoch = f.epoch)";
/// Every account that is not shut for good, seen at the later of the last sign-in and the last use.
const ACCOUNTS: &str = "SELECT p.id, p.name, p.name_key, p.state, p.unit, p.created_on, p.ends_on, p.is_service, p.responsible, p.epoch,
    CASE WHEN p.last_seen IS NULL OR l.used > p.last_seen THEN l.used ELSE p.last_seen END AS seen FROM sys_principals p
    LEFT JOIN (SELECT s.user_id, max(s.last_used) AS used FROM sys_sessions s GROUP BY s.user_id) l ON l.user_id = p.id
    WHERE p.kind = 'user' AND p.state IN ('invited', 'active', 'frozen')";

/// The accounts of one list, those that are longest forgotten first; at most `limit`.
pub fn forgotten(tx: &mut Tx<'_>, search: Search, limit: usize) -> Result<Vec<Forgotten>, Fault> {
    let (which, order) = match search {
        Search::Dormant { .. } => ("f.state = 'active' AND f.seen < ?2", "f.seen"),
        Search::NeverUsed { .. } => (
            "(f.state = 'active' AND f.seen IS NULL AND f.created_on < ?2) OR (f.state = 'invited' AND NOT EXISTS
             (SELECT 1 FROM sys_invitations i WHERE i.user_id = f.id AND i.used IS NULL AND i.ends_on > ?1))",
            "f.created_on",
        ),
        Search::PastEnd => ("f.ends_on <= ?2", "f.ends_on"),
        // Whoever answers must be there: somebody active, and no service account.
        Search::WithoutOwner => {
            ("f.is_service = 1 AND (o.id IS NULL OR o.state <> 'active' OR o.is_service = 1) AND f.created_on <= ?2", "f.name_key")
        }
    };
    let bound = match search {
        Search::Dormant { since: at } | Search::NeverUsed { before: at } => at,
        Search::PastEnd | Search::WithoutOwner => tx.now,
    };
    let text = format!(
        "SELECT f.id, f.name, f.state, f.unit, u.name, f.created_on, f.seen, f.ends_on, f.is_service, o.id, o.name, o.state, {ROLES}, {TOKENS}
         FROM ({ACCOUNTS}) f JOIN sys_units u ON u.id = f.unit LEFT JOIN sys_principals o ON o.id = f.responsible
         WHERE {which} ORDER BY {order}, f.name_key, f.id LIMIT ?3"
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    tx.rows(&text, &[tx.now.into(), bound.into(), limit.into()])?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Forgotten, Fault> {
    let responsible = match (row.opt_id(9)?, row.opt_text(10)?, row.opt_text(11)?) {
        (Some(id), Some(name), Some(state)) => Some((PrincipalId(id), name, state_of(&state)?)),
        _ => None,
    };
    Ok(Forgotten {
        user: PrincipalId(row.id(0)?),
        name: row.text(1)?,
        state: state_of(&row.text(2)?)?,
        unit: UnitId(row.id(3)?),
        unit_name: row.text(4)?,
        created_on: row.int(5)?,
        last_seen: row.opt_int(6)?,
        ends_on: row.opt_int(7)?,
        is_service: row.opt_int(8)? == Some(1),
        responsible,
        roles: row.int(12)?,
        tokens: row.int(13)?,
    })
}
