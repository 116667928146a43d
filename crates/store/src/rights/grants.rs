//! Roles and field profiles given and taken.
//!
//! A grant is a row that gets an end, by itself (`until`) or by somebody (`ended`). Given again, the former grant ends
//! and a new one begins, so that reason and end are always those said last.
//! Not here: what a role or profile holds ([`super::roles`], [`super::profiles`]). Proved by `crates/store/tests/it/rights.rs`.

use super::{lock, profiles, raise_organisation, raise_user, roles};
use crate::accounts::{self, AccountError, Problem, TeamKind, by, maybe};
use crate::sql::Row;
use crate::{Fault, Tx};
use catalogue::{RowId, Value};
use security::{PrincipalId, RoleId};
use serde_json::json;

/// A role in somebody's hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleGrant {
    /// The grant's id.
    pub id: RowId,
    /// The role.
    pub role: RoleId,
    /// The role's name.
    pub name: String,
    /// The user or team it was given to.
    pub principal: PrincipalId,
    /// Why.
    pub reason: Option<String>,
    /// Who gave it.
    pub by: Option<PrincipalId>,
    /// Since when, microseconds UTC.
    pub since: i64,
    /// When it ends by itself, microseconds UTC.
    pub until: Option<i64>,
}

/// A field profile in somebody's hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileGrant {
    /// The grant's id.
    pub id: RowId,
    /// The profile.
    pub profile: RowId,
    /// The profile's name.
    pub name: String,
    /// The user or team it was given to.
    pub principal: PrincipalId,
    /// Why.
    pub reason: Option<String>,
    /// Who gave it.
    pub by: Option<PrincipalId>,
    /// Since when, microseconds UTC.
    pub since: i64,
    /// When it ends by itself, microseconds UTC.
    pub until: Option<i64>,
}

/// What is given: where it is kept and what the trail calls it.
struct Thing {
    table: &'static str,
    column: &'static str,
    names: &'static str,
    set: &'static str,
}

const ROLE: Thing = Thing { table: "sys_role_grants", column: "role", names: "sys_roles", set: "role_grants" };
const PROFILE: Thing = Thing { table: "sys_profile_grants", column: "profile", names: "sys_profiles", set: "profile_grants" };

/// Gives a role to a user or an owner team, in place of the same role given before.
pub fn give_role(tx: &mut Tx<'_>, role: RoleId, to: PrincipalId, reason: Option<&str>, until: Option<i64>) -> Result<RowId, AccountError> {
    roles::role(tx, role)?.ok_or(Problem::Unknown)?;
    if accounts::team(tx, to)?.is_some_and(|team| team.kind == TeamKind::Access) {
        return Err(Problem::AccessTeam.into());
    }
    give(tx, &ROLE, role.0, to, reason, until)
}

/// Takes a role. True when it was held.
pub fn take_role(tx: &mut Tx<'_>, role: RoleId, from: PrincipalId) -> Result<bool, AccountError> {
    take(tx, &ROLE, role.0, from)
}

/// The roles given to this very user or team, by name.
pub fn grants_of(tx: &mut Tx<'_>, principal: PrincipalId) -> Result<Vec<RoleGrant>, Fault> {
    list(tx, &ROLE, "g.principal", principal.0)?.iter().map(role_grant).collect()
}

/// The users and teams this role was given to.
pub fn holders(tx: &mut Tx<'_>, role: RoleId) -> Result<Vec<RoleGrant>, Fault> {
    list(tx, &ROLE, "g.role", role.0)?.iter().map(role_grant).collect()
}

/// Gives a field profile to a user or a team, in place of the same profile given before.
pub fn give_profile(
    tx: &mut Tx<'_>,
    profile: RowId,
    to: PrincipalId,
    reason: Option<&str>,
    until: Option<i64>,
) -> Result<RowId, AccountError> {
    profiles::profile(tx, profile)?.ok_or(Problem::Unknown)?;
    // Whoever shares a record decides who is in its team; a profile would be given by that too.
    if accounts::is_record_team(tx, to)? {
        return Err(Problem::RecordTeam.into());
    }
    give(tx, &PROFILE, profile, to, reason, until)
}

/// Takes a field profile. True when it was held.
pub fn take_profile(tx: &mut Tx<'_>, profile: RowId, from: PrincipalId) -> Result<bool, AccountError> {
    take(tx, &PROFILE, profile, from)
}

/// The field profiles given to this very user or team, by name.
pub fn profile_grants_of(tx: &mut Tx<'_>, principal: PrincipalId) -> Result<Vec<ProfileGrant>, Fault> {
    list(tx, &PROFILE, "g.principal", principal.0)?.iter().map(profile_grant).collect()
}

/// The users and teams this profile was given to.
pub fn profile_holders(tx: &mut Tx<'_>, profile: RowId) -> Result<Vec<ProfileGrant>, Fault> {
    list(tx, &PROFILE, "g.profile", profile)?.iter().map(profile_grant).collect()
}

/// Ends every role given to this very user or team, in one statement. Answers how many.
pub fn take_roles(tx: &mut Tx<'_>, from: PrincipalId) -> Result<usize, Fault> {
    take_all(tx, &ROLE, from)
}

/// Ends every field profile given to this very user or team, in one statement. Answers how many.
pub fn take_profiles(tx: &mut Tx<'_>, from: PrincipalId) -> Result<usize, Fault> {
    take_all(tx, &PROFILE, from)
}

fn role_grant(row: &Row) -> Result<RoleGrant, Fault> {
    Ok(RoleGrant {
        id: row.id(0)?,
        role: RoleId(row.id(1)?),
        name: row.text(2)?,
        principal: PrincipalId(row.id(3)?),
        reason: row.opt_text(4)?,
        by: row.opt_id(5)?.map(PrincipalId),
        since: row.int(6)?,
        until: row.opt_int(7)?,
    })
}

fn profile_grant(row: &Row) -> Result<ProfileGrant, Fault> {
    let RoleGrant { id, role, name, principal, reason, by, since, until } = role_grant(row)?;
    Ok(ProfileGrant { id, profile: role.0, name, principal, reason, by, since, until })
}

fn list(tx: &mut Tx<'_>, thing: &Thing, column: &str, id: RowId) -> Result<Vec<Row>, Fault> {
    let Thing { table, column: what, names, .. } = thing;
    let text = format!(
        "SELECT g.id, g.{what}, n.name, g.principal, g.reason, g.by_id, g.since, g.until FROM {table} g JOIN {names} n ON n.id = g.{what}
         WHERE {column} = ?1 AND g.ended IS NULL AND (g.until IS NULL OR g.until > ?2) ORDER BY n.name_key, g.since, g.id"
    );
    tx.rows(&text, &[id.into(), tx.now.into()])
}

fn give(
    tx: &mut Tx<'_>,
    thing: &Thing,
    what: RowId,
    to: PrincipalId,
    reason: Option<&str>,
    until: Option<i64>,
) -> Result<RowId, AccountError> {
    lock(tx)?;
    if until.is_some_and(|until| until <= tx.now) {
        return Err(Problem::Past.into());
    }
    if !accounts::is_user_or_team(tx, to)? {
        return Err(Problem::Unknown.into());
    }
    end(tx, thing, what, to)?;
    let row = tx.new_id();
    let Thing { table, column, set, .. } = thing;
    tx.run(
        &format!("INSERT INTO {table} (id, {column}, principal, reason, by_id, since, until) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
        &[row.into(), what.into(), to.0.into(), maybe(reason), by(tx), tx.now.into(), until.into()],
    )?;
    tx.changed(set, row, None, Some(json!({ *column: what.to_string(), "principal": to.to_string(), "reason": reason, "until": until })));
    raise(tx, to)?;
    Ok(row)
}

fn take(tx: &mut Tx<'_>, thing: &Thing, what: RowId, from: PrincipalId) -> Result<bool, AccountError> {
    lock(tx)?;
    let held = end(tx, thing, what, from)?;
    if held {
        raise(tx, from)?;
    }
    Ok(held)
}

fn take_all(tx: &mut Tx<'_>, thing: &Thing, from: PrincipalId) -> Result<usize, Fault> {
    lock(tx)?;
    let Thing { table, column, set, .. } = thing;
    let live = "principal = ?1 AND ended IS NULL AND (until IS NULL OR until > ?2)";
    let binds = [from.0.into(), tx.now.into()];
    let rows = tx.rows(&format!("SELECT id, {column} FROM {table} WHERE {live} ORDER BY id"), &binds)?;
    tx.run(&format!("UPDATE {table} SET ended = ?2 WHERE {live}"), &binds)?;
    for row in &rows {
        tx.changed(set, row.id(0)?, Some(json!({ *column: row.id(1)?.to_string(), "principal": from.to_string() })), None);
    }
    if !rows.is_empty() {
        raise(tx, from)?;
    }
    Ok(rows.len())
}

/// Ends the live grants of this thing to this principal. True when there were any.
fn end(tx: &mut Tx<'_>, thing: &Thing, what: RowId, from: PrincipalId) -> Result<bool, Fault> {
    let Thing { table, column, set, .. } = thing;
    let live = format!("SELECT id FROM {table} WHERE {column} = ?1 AND principal = ?2 AND ended IS NULL AND (until IS NULL OR until > ?3)");
    let rows = tx.rows(&live, &[what.into(), from.0.into(), tx.now.into()])?;
    for row in &rows {
        let id = row.id(0)?;
        tx.run(&format!("UPDATE {table} SET ended = ?2 WHERE id = ?1"), &[Value::Id(id), tx.now.into()])?;
        tx.changed(set, id, Some(json!({ *column: what.to_string(), "principal": from.to_string() })), None);
    }
    Ok(!rows.is_empty())
}

/// A grant to a user concerns one person, a grant to a team many.
fn raise(tx: &mut Tx<'_>, to: PrincipalId) -> Result<(), Fault> {
    if accounts::team(tx, to)?.is_some() { raise_organisation(tx) } else { raise_user(tx, to) }
}
