//! Shutting somebody out for good: what opened a door is dead, what was given has ended, and nothing is deleted.
//!
//! Sessions and tokens die by the epoch, without touching one, so that it takes as long for one as for thousands. Roles,
//! field profiles and memberships get their end in a statement each, and a change each, as if they were taken one by one;
//! the unit's own team is left, because its members are exactly the users of the unit. [`held_at`] says later what ended
//! then, so that it can be offered again.
//! Not here: who may (`crm`), letters that wait (the sender looks again). Proved by `crates/crm/tests/it/disable.rs`.

use super::{AccountError, credentials, factors, teams, users};
use crate::records::end_shares_with;
use crate::sql::Row;
use crate::{Fault, Tx, rights};
use catalogue::{RowId, Value};
use security::{PrincipalId, UserState};
use serde_json::{Value as Json, json};

/// When and how somebody came to a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Came {
    /// When, microseconds UTC.
    pub on: i64,
    /// Who did it.
    pub by: PrincipalId,
    /// Why, if that was said.
    pub reason: Option<String>,
}

/// What somebody held until it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldKind {
    /// A role given to the person.
    Role,
    /// A field profile given to the person.
    Profile,
    /// A place in a team.
    Team,
}

/// One thing that somebody held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldThing {
    /// What it is.
    pub kind: HeldKind,
    /// The role, the profile or the team.
    pub id: RowId,
    /// What people read.
    pub name: String,
    /// Since when it was held, microseconds UTC.
    pub since: i64,
}

/// Shuts the user out. False, and nothing changed, for whoever is so already.
pub fn shut_out(tx: &mut Tx<'_>, user: PrincipalId) -> Result<bool, AccountError> {
    rights::lock(tx)?;
    if users::known(tx, user)?.state == UserState::Disabled {
        return Ok(false);
    }
    users::set_state(tx, user, UserState::Disabled)?;
    credentials::end_password(tx, user)?;
    factors::end_factor(tx, user)?;
    rights::take_roles(tx, user)?;
    rights::take_profiles(tx, user)?;
    teams::leave_teams(tx, user)?;
    end_shares_with(tx, user)?;
    Ok(true)
}

/// Whoever does not come in, for now or for good.
pub fn all_shut_out(tx: &mut Tx<'_>) -> Result<Vec<(PrincipalId, UserState)>, Fault> {
    let rows =
        tx.rows("SELECT id, state FROM sys_principals WHERE kind = 'user' AND state IN ('frozen', 'disabled', 'erased') ORDER BY id", &[])?;
    rows.iter().map(|row| Ok((PrincipalId(row.id(0)?), users::state_of(&row.text(1)?)?))).collect()
}

/// Ends whatever opens the account, and leaves it what was given: sessions, tokens, invitations, password, second factor.
/// Whoever needs it gets a new invitation.
pub fn end_keys(tx: &mut Tx<'_>, user: PrincipalId) -> Result<(), AccountError> {
    rights::lock(tx)?;
    users::known(tx, user)?;
    tx.run("UPDATE sys_principals SET number = number + 1, epoch = epoch + 1 WHERE id = ?1", &[user.0.into()])?;
    tx.run("UPDATE sys_invitations SET used = ?2 WHERE user_id = ?1 AND used IS NULL", &[user.0.into(), tx.now.into()])?;
    tx.changed("users", user.0, None, Some(json!({ "keys": "ended" })));
    credentials::end_password(tx, user)?;
    factors::end_factor(tx, user)?;
    Ok(())
}

/// When the user last came to this state.
pub fn came_to(tx: &mut Tx<'_>, user: PrincipalId, state: UserState) -> Result<Option<Came>, Fault> {
    let rows = tx.rows(
        "SELECT t.time, t.actor, t.lane, t.number, c.body FROM sys_changes c JOIN sys_trail t ON t.lane = c.lane AND t.number = c.number
         WHERE c.row_id = ?1 AND c.set_name = 'users' ORDER BY t.time DESC, t.lane, t.number DESC, c.seq DESC",
        &[user.0.into()],
    )?;
    let changes = rows.iter().map(said).collect::<Result<Vec<_>, Fault>>()?;
    let text = |said: &Json, key: &str| said.get(key).and_then(Json::as_str).map(str::to_owned);
    let Some(found) = changes.iter().find(|change| text(&change.said, "state").as_deref() == Some(state.name())) else { return Ok(None) };
    let reason = changes.iter().filter(|change| change.entry == found.entry).find_map(|change| text(&change.said, "reason"));
    Ok(Some(Came { on: found.on, by: found.by, reason }))
}

struct Said {
    on: i64,
    by: PrincipalId,
    entry: (i64, i64),
    said: Json,
}

/// An erased change says nothing.
fn said(row: &Row) -> Result<Said, Fault> {
    let body: Json = row.opt_text(4)?.and_then(|body| serde_json::from_str(&body).ok()).unwrap_or_default();
    let said = body.get("new").cloned().unwrap_or_default();
    Ok(Said { on: row.int(0)?, by: PrincipalId(row.id(1)?), entry: (row.int(2)?, row.int(3)?), said })
}

/// What the user held directly until exactly that moment and does not hold now: roles, then profiles, then teams, by name.
/// Teams of single records are left out: who is in one is said at its record.
pub fn held_at(tx: &mut Tx<'_>, user: PrincipalId, ended: i64) -> Result<Vec<HeldThing>, Fault> {
    const OF_NO_RECORD: &str = "AND NOT EXISTS (SELECT 1 FROM sys_record_teams r WHERE r.team = h.team)";
    let kinds = [
        (HeldKind::Role, "sys_role_grants", "role", "principal", "sys_roles", ""),
        (HeldKind::Profile, "sys_profile_grants", "profile", "principal", "sys_profiles", ""),
        (HeldKind::Team, "sys_members", "team", "user_id", "sys_principals", OF_NO_RECORD),
    ];
    let mut held = Vec::new();
    for (kind, table, what, whose, names, only) in kinds {
        let text = format!(
            "SELECT h.{what}, n.name, min(h.since) FROM {table} h JOIN {names} n ON n.id = h.{what} WHERE h.{whose} = ?1 AND h.ended = ?2 {only}
             AND NOT EXISTS (SELECT 1 FROM {table} l WHERE l.{what} = h.{what} AND l.{whose} = ?1 AND l.ended IS NULL
             AND (l.until IS NULL OR l.until > ?3)) GROUP BY h.{what}, n.name, n.name_key ORDER BY n.name_key, h.{what}"
        );
        for row in tx.rows(&text, &[user.0.into(), Value::Int(ended), tx.now.into()])? {
            held.push(HeldThing { kind, id: row.id(0)?, name: row.text(1)?, since: row.int(2)? });
        }
    }
    Ok(held)
}
