//! Roles as they are kept: one row per table and per task, each with a since and an end.
//!
//! Saving a role writes only what changed: rows that no longer say what the draft says get an end, new ones stand beside
//! them. The levels on tables not named are kept under the set `*`.
//! Not here: who holds a role ([`super::grants_of`]). Start reading at [`save_role`]. Proved by `crates/store/tests/it/rights.rs`.

use super::{lock, raise_organisation};
use crate::accounts::{AccountError, Problem, by, named, plain};
use crate::sql::Sql;
use crate::{Fault, Tx};
use catalogue::RowId;
use security::{AccessLevel, Levels, Privilege, Role, RoleId, Task};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Under this set stand the levels on every table not named.
const OTHERS: &str = "*";

/// A role as somebody wants it.
#[derive(Clone, Debug, PartialEq)]
pub struct RoleDraft {
    /// Which role; none makes one.
    pub id: Option<RoleId>,
    /// Its name, unique.
    pub name: String,
    /// See [`Role::team_only`].
    pub team_only: bool,
    /// Levels by set.
    pub privileges: BTreeMap<String, Levels>,
    /// Levels on every table not named.
    pub others: Levels,
    /// Tasks held.
    pub tasks: BTreeSet<Task>,
}

impl From<Role> for RoleDraft {
    fn from(role: Role) -> RoleDraft {
        let Role { id, name, team_only, privileges, others, tasks } = role;
        RoleDraft { id: Some(id), name, team_only, privileges, others, tasks }
    }
}

/// One role.
pub fn role(tx: &mut Tx<'_>, id: RoleId) -> Result<Option<Role>, Fault> {
    Ok(load(tx, Some(&[id]))?.pop())
}

/// All roles, by name.
pub fn roles(tx: &mut Tx<'_>) -> Result<Vec<Role>, Fault> {
    load(tx, None)
}

/// These roles, or all.
pub(super) fn load(tx: &mut Tx<'_>, ids: Option<&[RoleId]>) -> Result<Vec<Role>, Fault> {
    if ids.is_some_and(<[RoleId]>::is_empty) {
        return Ok(Vec::new());
    }
    let only = |sql: &mut Sql, column: &str| {
        if let Some(ids) = ids {
            sql.push(&format!(" AND {column} IN ")).list(ids.iter().map(|id| id.0.into()));
        }
    };
    let now = tx.now;
    let mut sql = Sql::new("SELECT id, name, team_only FROM sys_roles WHERE 1 = 1");
    only(&mut sql, "id");
    sql.push(" ORDER BY name_key, id");
    let mut found = Vec::new();
    for row in tx.ask(&sql)? {
        found.push(Role {
            id: RoleId(row.id(0)?),
            name: row.text(1)?,
            team_only: row.flag(2)?,
            privileges: BTreeMap::new(),
            others: Levels::default(),
            tasks: BTreeSet::new(),
        });
    }
    let mut sql = Sql::new("SELECT role, set_name, levels FROM sys_role_levels WHERE ended IS NULL AND (until IS NULL OR until > ");
    sql.bind(now).push(")");
    only(&mut sql, "role");
    for row in tx.ask(&sql)? {
        let id = RoleId(row.id(0)?);
        let levels = read_levels(&row.text(2)?)?;
        for role in found.iter_mut().filter(|r| r.id == id) {
            match row.text(1)? {
                set if set == OTHERS => role.others = levels,
                set => drop(role.privileges.insert(set, levels)),
            }
        }
    }
    let mut sql = Sql::new("SELECT role, task FROM sys_role_tasks WHERE ended IS NULL AND (until IS NULL OR until > ");
    sql.bind(now).push(")");
    only(&mut sql, "role");
    for row in tx.ask(&sql)? {
        let id = RoleId(row.id(0)?);
        let task = Task::parse(&row.text(1)?)
            .ok_or_else(|| Fault::broken(format!("a role holds the task `{}`", row.text(1).unwrap_or_default())))?;
        for role in found.iter_mut().filter(|r| r.id == id) {
            role.tasks.insert(task);
        }
    }
    Ok(found)
}

/// `read=unit,write=user`: what is none is left out.
fn spell_levels(levels: &Levels) -> String {
    let held = Privilege::ALL.into_iter().filter(|p| levels.of(*p) > AccessLevel::None);
    held.map(|p| format!("{}={}", p.name(), levels.of(p).name())).collect::<Vec<_>>().join(",")
}

fn read_levels(text: &str) -> Result<Levels, Fault> {
    text.split(',').filter(|part| !part.is_empty()).try_fold(Levels::default(), |levels, part| {
        let (privilege, level) = part.split_once('=').unwrap_or((part, ""));
        match (Privilege::parse(privilege), AccessLevel::parse(level)) {
            (Some(privilege), Some(level)) => Ok(levels.with(privilege, level)),
            _ => Err(Fault::broken(format!("a role has the levels `{text}`"))),
        }
    })
}

/// Keeps a role as the draft says, writing only what changed.
pub fn save_role(tx: &mut Tx<'_>, draft: &RoleDraft) -> Result<RoleId, AccountError> {
    lock(tx)?;
    let (name, key) = named(&draft.name)?;
    if draft.privileges.keys().any(|set| tx.catalogue.find(set).is_none()) {
        return Err(Problem::Unknown.into());
    }
    let old = match draft.id {
        Some(id) => Some(role(tx, id)?.ok_or(Problem::Unknown)?),
        None => None,
    };
    let id = old.as_ref().map_or_else(|| RoleId(tx.new_id()), |old| old.id);
    match &old {
        None => insert(tx, id, &name, &key, draft.team_only)?,
        Some(old) if old.name != name || old.team_only != draft.team_only => {
            tx.run(
                "UPDATE sys_roles SET name = ?2, name_key = ?3, team_only = ?4 WHERE id = ?1",
                &[id.0.into(), plain(&name), plain(&key), draft.team_only.into()],
            )?;
        }
        Some(_) => {}
    }
    write_parts(tx, id, old.as_ref(), draft)?;
    let new = RoleDraft { id: Some(id), name, ..draft.clone() };
    let old = old.map(RoleDraft::from);
    if old.as_ref() != Some(&new) {
        tx.changed("roles", id.0, old.as_ref().map(said), Some(said(&new)));
        raise_organisation(tx)?;
    }
    Ok(id)
}

fn insert(tx: &mut Tx<'_>, id: RoleId, name: &str, key: &str, team_only: bool) -> Result<(), Fault> {
    tx.run(
        "INSERT INTO sys_roles (id, name, name_key, team_only, created_on) VALUES (?1, ?2, ?3, ?4, ?5)",
        &[id.0.into(), plain(name), plain(key), team_only.into(), tx.now.into()],
    )?;
    Ok(())
}

/// The levels as they are kept, by set.
fn levels_of(privileges: &BTreeMap<String, Levels>, others: &Levels) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> = privileges.iter().map(|(set, levels)| (set.clone(), spell_levels(levels))).collect();
    if *others != Levels::default() {
        all.insert(OTHERS.into(), spell_levels(others));
    }
    all
}

fn write_parts(tx: &mut Tx<'_>, id: RoleId, old: Option<&Role>, new: &RoleDraft) -> Result<(), Fault> {
    let before = old.map(|r| levels_of(&r.privileges, &r.others)).unwrap_or_default();
    let after = levels_of(&new.privileges, &new.others);
    for set in before.keys().filter(|set| after.get(*set) != before.get(*set)) {
        tx.run(
            "UPDATE sys_role_levels SET ended = ?3 WHERE role = ?1 AND set_name = ?2 AND ended IS NULL",
            &[id.0.into(), plain(set), tx.now.into()],
        )?;
    }
    for (set, levels) in after.iter().filter(|(set, levels)| before.get(*set) != Some(*levels)) {
        let row = tx.new_id();
        tx.run(
            "INSERT INTO sys_role_levels (id, role, set_name, levels, by_id, since) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            &[row.into(), id.0.into(), plain(set), plain(levels), by(tx), tx.now.into()],
        )?;
    }
    let before = old.map(|r| r.tasks.clone()).unwrap_or_default();
    for task in before.difference(&new.tasks) {
        tx.run(
            "UPDATE sys_role_tasks SET ended = ?3 WHERE role = ?1 AND task = ?2 AND ended IS NULL",
            &[id.0.into(), plain(task.name()), tx.now.into()],
        )?;
    }
    for task in new.tasks.difference(&before) {
        let row = tx.new_id();
        tx.run(
            "INSERT INTO sys_role_tasks (id, role, task, by_id, since) VALUES (?1, ?2, ?3, ?4, ?5)",
            &[row.into(), id.0.into(), plain(task.name()), by(tx), tx.now.into()],
        )?;
    }
    Ok(())
}

fn said(draft: &RoleDraft) -> serde_json::Value {
    let tasks: Vec<&str> = draft.tasks.iter().map(|t| t.name()).collect();
    json!({ "name": draft.name, "team_only": draft.team_only, "levels": levels_of(&draft.privileges, &draft.others), "tasks": tasks })
}

/// Keeps the roles a new organisation begins with, under their fixed ids. A role that is there stays as it is.
pub fn install_shipped(tx: &mut Tx<'_>) -> Result<(), AccountError> {
    lock(tx)?;
    let catalogue = tx.catalogue.clone();
    let there: BTreeSet<RoleId> = roles(tx)?.into_iter().map(|r| r.id).collect();
    for shipped in security::shipped_roles(&catalogue).into_iter().filter(|r| !there.contains(&r.id)) {
        let id: RowId = shipped.id.0;
        let (name, key) = named(&shipped.name)?;
        insert(tx, shipped.id, &name, &key, shipped.team_only)?;
        let draft = RoleDraft::from(shipped);
        write_parts(tx, RoleId(id), None, &draft)?;
        tx.changed("roles", id, None, Some(said(&draft)));
    }
    raise_organisation(tx)?;
    Ok(())
}
