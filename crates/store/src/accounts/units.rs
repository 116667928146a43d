//! Business units: the one tree that people, teams and rows stand in.
//!
//! A unit's parent is a row of its own with a since and an end, so that a past tree can be asked for. Each unit has a
//! default team, made and renamed with it.
//! Not here: what a unit reaches ([`security::UnitTree`]). Proved by `crates/store/tests/it/accounts.rs`.

use super::teams::{self, TeamKind};
use super::{AccountError, Problem, by, for_update, named, plain};
use crate::{Fault, Tx, rights};
use catalogue::Value;
use security::{UnitId, UnitTree};
use serde_json::json;

/// A node of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its id.
    pub id: UnitId,
    /// Its name, unique.
    pub name: String,
    /// The unit above; the root has none.
    pub parent: Option<UnitId>,
}

const SELECT: &str = "SELECT u.id, u.name, p.parent FROM sys_units u
    LEFT JOIN sys_unit_parents p ON p.unit = u.id AND p.ended IS NULL AND (p.until IS NULL OR p.until > ?1)";

/// All units, by name.
pub fn units(tx: &mut Tx<'_>) -> Result<Vec<Unit>, Fault> {
    let rows = tx.rows(&format!("{SELECT} ORDER BY u.name_key, u.id"), &[tx.now.into()])?;
    rows.iter().map(read).collect()
}

/// One unit.
pub fn unit(tx: &mut Tx<'_>, id: UnitId) -> Result<Option<Unit>, Fault> {
    tx.row(&format!("{SELECT} WHERE u.id = ?2"), &[tx.now.into(), id.0.into()])?.as_ref().map(read).transpose()
}

fn read(row: &crate::sql::Row) -> Result<Unit, Fault> {
    Ok(Unit { id: UnitId(row.id(0)?), name: row.text(1)?, parent: row.opt_id(2)?.map(UnitId) })
}

/// Makes a unit and its default team. Only the root is below nothing.
pub fn create_unit(tx: &mut Tx<'_>, name: &str, parent: Option<UnitId>) -> Result<UnitId, AccountError> {
    let (name, key) = named(name)?;
    rights::raise_organisation(tx)?;
    match parent {
        Some(parent) => known(tx, parent).map(drop)?,
        None if !units(tx)?.is_empty() => return Err(Problem::OneRoot.into()),
        None => {}
    }
    let id = UnitId(tx.new_id());
    tx.run(
        "INSERT INTO sys_units (id, name, name_key, created_on) VALUES (?1, ?2, ?3, ?4)",
        &[id.0.into(), plain(&name), plain(&key), tx.now.into()],
    )?;
    put_below(tx, id, parent)?;
    tx.changed("business_units", id.0, None, Some(json!({ "name": name, "parent": parent.map(|p| p.to_string()) })));
    teams::make(tx, &name, id, TeamKind::Owner, true)?;
    Ok(id)
}

/// Gives the unit, and its default team, another name.
pub fn rename_unit(tx: &mut Tx<'_>, id: UnitId, name: &str) -> Result<(), AccountError> {
    let (name, key) = named(name)?;
    let old = known(tx, id)?;
    tx.run("UPDATE sys_units SET name = ?2, name_key = ?3 WHERE id = ?1", &[id.0.into(), plain(&name), plain(&key)])?;
    tx.changed("business_units", id.0, Some(json!({ "name": old.name })), Some(json!({ "name": name })));
    let team = teams::default_of(tx, id)?;
    teams::set_name(tx, team, &name)?;
    Ok(())
}

/// Puts the unit below another. The root stays where it is, and no unit comes below itself.
pub fn move_unit(tx: &mut Tx<'_>, id: UnitId, parent: UnitId) -> Result<(), AccountError> {
    rights::raise_organisation(tx)?;
    let old = known(tx, id)?;
    known(tx, parent)?;
    let tree = UnitTree::new(units(tx)?.into_iter().map(|u| (u.id, u.parent)));
    if tree.below(id).contains(&parent) {
        return Err(Problem::Cycle.into());
    }
    if old.parent == Some(parent) {
        return Ok(());
    }
    tx.run("UPDATE sys_unit_parents SET ended = ?2 WHERE unit = ?1 AND ended IS NULL", &[id.0.into(), tx.now.into()])?;
    put_below(tx, id, Some(parent))?;
    let before = json!({ "parent": old.parent.map(|p| p.to_string()) });
    tx.changed("business_units", id.0, Some(before), Some(json!({ "parent": parent.to_string() })));
    Ok(())
}

fn put_below(tx: &mut Tx<'_>, id: UnitId, parent: Option<UnitId>) -> Result<(), Fault> {
    let row = tx.new_id();
    tx.run(
        "INSERT INTO sys_unit_parents (id, unit, parent, by_id, since) VALUES (?1, ?2, ?3, ?4, ?5)",
        &[row.into(), id.0.into(), parent.map(|p| p.0).into(), by(tx), tx.now.into()],
    )?;
    Ok(())
}

/// The unit, or the problem that there is none; its row is locked where there are locks.
pub(super) fn known(tx: &mut Tx<'_>, id: UnitId) -> Result<Unit, AccountError> {
    let lock = format!("SELECT id FROM sys_units WHERE id = ?1{}", for_update(tx));
    tx.row(&lock, &[Value::Id(id.0)])?;
    Ok(unit(tx, id)?.ok_or(Problem::Unknown)?)
}
