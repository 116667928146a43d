//! Teams: what people share their work or their rights in.
//!
//! An owner team owns rows and holds roles; an access team is only shared with. Each unit has a default team, an owner
//! team whose members are exactly its users; only [`super::invite`] and [`super::move_user`] change who is in it.
//! Not here: what a team's role reaches (`security`). Proved by `crates/store/tests/it/accounts.rs`.

use super::{AccountError, Problem, by, for_update, named, plain, record_teams, units, users};
use crate::{Fault, Tx, rights};
use catalogue::RowId;
use security::{PrincipalId, UnitId};
use serde_json::json;

/// What a team is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TeamKind {
    /// Owns rows and holds roles.
    Owner,
    /// Is only shared with.
    Access,
}

impl TeamKind {
    /// The word in API and database.
    pub fn name(self) -> &'static str {
        match self {
            TeamKind::Owner => "owner",
            TeamKind::Access => "access",
        }
    }

    /// Reads [`TeamKind::name`].
    pub fn parse(name: &str) -> Option<TeamKind> {
        [TeamKind::Owner, TeamKind::Access].into_iter().find(|k| k.name() == name)
    }

    /// Whether such a team owns rows and holds roles.
    pub fn owns(self) -> bool {
        self == TeamKind::Owner
    }
}

/// A team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// Its id.
    pub id: PrincipalId,
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: UnitId,
    /// What it is for.
    pub kind: TeamKind,
    /// True for the team whose members are exactly the users of its unit.
    pub is_default: bool,
}

const SELECT: &str = "SELECT t.id, t.name, t.unit, t.team_kind, t.is_default FROM sys_principals t";

fn read(row: &crate::sql::Row) -> Result<Team, Fault> {
    let kind = TeamKind::parse(&row.text(3)?).ok_or_else(|| Fault::broken("a team of no kind"))?;
    Ok(Team { id: PrincipalId(row.id(0)?), name: row.text(1)?, unit: UnitId(row.id(2)?), kind, is_default: row.flag(4)? })
}

/// A team that was made for one record is listed nowhere but there.
const OF_NO_RECORD: &str = "NOT EXISTS (SELECT 1 FROM sys_record_teams r WHERE r.team = t.id)";

/// All teams but those of single records, by name.
pub fn teams(tx: &mut Tx<'_>) -> Result<Vec<Team>, Fault> {
    tx.rows(&format!("{SELECT} WHERE t.kind = 'team' AND {OF_NO_RECORD} ORDER BY t.name_key, t.id"), &[])?.iter().map(read).collect()
}

/// One team.
pub fn team(tx: &mut Tx<'_>, id: PrincipalId) -> Result<Option<Team>, Fault> {
    tx.row(&format!("{SELECT} WHERE t.kind = 'team' AND t.id = ?1"), &[id.0.into()])?.as_ref().map(read).transpose()
}

/// The teams a user is in now but those of single records, by name.
pub fn teams_of(tx: &mut Tx<'_>, user: PrincipalId) -> Result<Vec<Team>, Fault> {
    let text = format!(
        "{SELECT} WHERE t.kind = 'team' AND EXISTS (SELECT 1 FROM sys_members m WHERE m.team = t.id AND m.user_id = ?1
         AND m.ended IS NULL AND (m.until IS NULL OR m.until > ?2)) AND {OF_NO_RECORD} ORDER BY t.name_key, t.id"
    );
    tx.rows(&text, &[user.0.into(), tx.now.into()])?.iter().map(read).collect()
}

/// The users in a team now, by name.
pub fn members(tx: &mut Tx<'_>, team: PrincipalId) -> Result<Vec<PrincipalId>, Fault> {
    let rows = tx.rows(
        "SELECT p.id FROM sys_principals p WHERE EXISTS (SELECT 1 FROM sys_members m WHERE m.team = ?1 AND m.user_id = p.id
         AND m.ended IS NULL AND (m.until IS NULL OR m.until > ?2)) ORDER BY p.name_key, p.id",
        &[team.0.into(), tx.now.into()],
    )?;
    rows.iter().map(|r| r.id(0).map(PrincipalId)).collect()
}

/// Makes a team; `owns` tells an owner team from an access team.
pub fn create_team(tx: &mut Tx<'_>, name: &str, unit: UnitId, owns: bool) -> Result<PrincipalId, AccountError> {
    units::known(tx, unit)?;
    make(tx, name, unit, if owns { TeamKind::Owner } else { TeamKind::Access }, false)
}

pub(super) fn make(tx: &mut Tx<'_>, name: &str, unit: UnitId, kind: TeamKind, is_default: bool) -> Result<PrincipalId, AccountError> {
    let (name, key) = named(name)?;
    let id = PrincipalId(tx.new_id());
    tx.run(
        "INSERT INTO sys_principals (id, kind, name, name_key, unit, state, number, epoch, team_kind, is_default, created_on, created_by, share_number)
         VALUES (?1, 'team', ?2, ?3, ?4, 'active', 1, 1, ?5, ?6, ?7, ?8, 0)",
        &[id.0.into(), plain(&name), plain(&key), unit.0.into(), kind.name().into(), is_default.into(), tx.now.into(), by(tx)],
    )?;
    tx.changed("teams", id.0, None, Some(json!({ "name": name, "unit": unit.to_string(), "kind": kind.name(), "is_default": is_default })));
    Ok(id)
}

/// Gives the team another name; a default team is called like its unit.
pub fn rename_team(tx: &mut Tx<'_>, id: PrincipalId, name: &str) -> Result<(), AccountError> {
    by_hand(tx, id)?;
    set_name(tx, id, name)
}

pub(super) fn set_name(tx: &mut Tx<'_>, id: PrincipalId, name: &str) -> Result<(), AccountError> {
    let (name, key) = named(name)?;
    let old = team(tx, id)?.ok_or(Problem::Unknown)?;
    tx.run("UPDATE sys_principals SET name = ?2, name_key = ?3 WHERE id = ?1", &[id.0.into(), plain(&name), plain(&key)])?;
    tx.changed("teams", id.0, Some(json!({ "name": old.name })), Some(json!({ "name": name })));
    Ok(())
}

/// Moves a team to another unit, in which its roles reach from then on. What it owns stays where it is. A default team
/// stands and falls with its unit.
pub fn move_team(tx: &mut Tx<'_>, id: PrincipalId, unit: UnitId) -> Result<(), AccountError> {
    rights::raise_organisation(tx)?;
    let lock = format!("SELECT id FROM sys_principals WHERE id = ?1{}", for_update(tx));
    tx.row(&lock, &[id.0.into()])?;
    let old = by_hand(tx, id)?;
    units::known(tx, unit)?;
    if old.unit == unit {
        return Ok(());
    }
    tx.run("UPDATE sys_principals SET unit = ?2 WHERE id = ?1", &[id.0.into(), unit.0.into()])?;
    tx.changed("teams", id.0, Some(json!({ "unit": old.unit.to_string() })), Some(json!({ "unit": unit.to_string() })));
    Ok(())
}

/// Puts a user into a team. True when that is new.
pub fn add_member(tx: &mut Tx<'_>, team: PrincipalId, user: PrincipalId) -> Result<bool, AccountError> {
    by_hand(tx, team)?;
    users::known(tx, user)?;
    if members(tx, team)?.contains(&user) {
        return Ok(false);
    }
    enter(tx, team, user)?;
    rights::raise_user(tx, user)?;
    Ok(true)
}

/// Takes a user out of a team. True when the user was in it.
pub fn remove_member(tx: &mut Tx<'_>, team: PrincipalId, user: PrincipalId) -> Result<bool, AccountError> {
    by_hand(tx, team)?;
    let left = leave(tx, team, user)?;
    if left {
        rights::raise_user(tx, user)?;
    }
    Ok(left)
}

fn by_hand(tx: &mut Tx<'_>, id: PrincipalId) -> Result<Team, AccountError> {
    let team = team(tx, id)?.ok_or(Problem::Unknown)?;
    if team.is_default {
        return Err(Problem::DefaultTeam.into());
    }
    if record_teams::is_record_team(tx, id)? { Err(Problem::RecordTeam.into()) } else { Ok(team) }
}

pub(super) fn default_of(tx: &mut Tx<'_>, unit: UnitId) -> Result<PrincipalId, Fault> {
    let row = tx.row("SELECT id FROM sys_principals WHERE kind = 'team' AND is_default = 1 AND unit = ?1", &[unit.0.into()])?;
    Ok(PrincipalId(row.ok_or_else(|| Fault::broken(format!("unit {unit} has no default team")))?.id(0)?))
}

pub(super) fn enter(tx: &mut Tx<'_>, team: PrincipalId, user: PrincipalId) -> Result<(), Fault> {
    let row = tx.new_id();
    tx.run(
        "INSERT INTO sys_members (id, team, user_id, by_id, since) VALUES (?1, ?2, ?3, ?4, ?5)",
        &[row.into(), team.0.into(), user.0.into(), by(tx), tx.now.into()],
    )?;
    tx.changed("members", row, None, Some(json!({ "team": team.to_string(), "user": user.to_string() })));
    Ok(())
}

/// Lets a user out of every team but the default one of the unit, in one statement. Answers out of how many.
pub fn leave_teams(tx: &mut Tx<'_>, user: PrincipalId) -> Result<usize, Fault> {
    let live = "FROM sys_members WHERE user_id = ?1 AND ended IS NULL AND (until IS NULL OR until > ?2)
        AND team NOT IN (SELECT id FROM sys_principals WHERE kind = 'team' AND is_default = 1)";
    let binds = [user.0.into(), tx.now.into()];
    let rows = tx.rows(&format!("SELECT id, team {live} ORDER BY id"), &binds)?;
    tx.run(&format!("UPDATE sys_members SET ended = ?2 WHERE id IN (SELECT id {live})"), &binds)?;
    for row in &rows {
        let body = json!({ "team": PrincipalId(row.id(1)?).to_string(), "user": user.to_string() });
        tx.changed("members", row.id(0)?, Some(body), None);
    }
    Ok(rows.len())
}

pub(super) fn leave(tx: &mut Tx<'_>, team: PrincipalId, user: PrincipalId) -> Result<bool, Fault> {
    let live = "SELECT id FROM sys_members WHERE team = ?1 AND user_id = ?2 AND ended IS NULL AND (until IS NULL OR until > ?3)";
    let rows: Vec<RowId> =
        tx.rows(live, &[team.0.into(), user.0.into(), tx.now.into()])?.iter().map(|r| r.id(0)).collect::<Result<_, _>>()?;
    for row in &rows {
        tx.run("UPDATE sys_members SET ended = ?2 WHERE id = ?1", &[(*row).into(), tx.now.into()])?;
        tx.changed("members", *row, Some(json!({ "team": team.to_string(), "user": user.to_string() })), None);
    }
    Ok(!rows.is_empty())
}
