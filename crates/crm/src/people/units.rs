//! Business units: the tree that levels reach along.
//!
//! Every active user knows names and the tree, which is what an owning unit is read by. Moving a unit moves what its
//! people and the people above reach; the rows keep their unit.
//! Not here: moving a person ([`super::move_to`]). Proved by `crates/crm/tests/it/people.rs`.

use super::guards;
use crate::{Done, Problem};
use security::{Actor, Task, UnitId, entrust};
use store::Tx;
use store::accounts::{self, Unit, UserQuery};

/// A unit of the tree.
#[derive(Clone, Debug)]
pub struct UnitLine {
    /// Its id.
    pub id: UnitId,
    /// Its name.
    pub name: String,
    /// The unit above; the root has none.
    pub parent: Option<UnitId>,
    /// How deep it lies; the root at 0.
    pub depth: usize,
    /// How many people are in it; none for whoever may not know.
    pub people: Option<usize>,
}

/// The tree, each unit behind the one it is below, siblings by name.
pub fn units(tx: &mut Tx<'_>, actor: &Actor) -> Done<Vec<UnitLine>> {
    let all = accounts::units(tx)?;
    let people = if super::oversees(actor) { Some(accounts::users(tx, &UserQuery::default())?) } else { None };
    let mut lines = Vec::new();
    let mut open: Vec<(usize, &Unit)> = all.iter().rev().filter(|unit| unit.parent.is_none()).map(|unit| (0, unit)).collect();
    while let Some((depth, unit)) = open.pop() {
        let count = people.as_ref().map(|people| people.iter().filter(|person| person.unit == unit.id).count());
        lines.push(UnitLine { id: unit.id, name: unit.name.clone(), parent: unit.parent, depth, people: count });
        open.extend(all.iter().rev().filter(|below| below.parent == Some(unit.id)).map(|below| (depth + 1, below)));
    }
    Ok(lines)
}

/// Makes a unit below another, with its default team.
pub fn create_unit(tx: &mut Tx<'_>, actor: &Actor, name: &str, parent: UnitId) -> Done<UnitId> {
    entrust(actor, Task::ManageUnits)?;
    if accounts::unit(tx, parent)?.is_none() {
        return Err(Problem::column("parent", "there is no such business unit"));
    }
    let id = accounts::create_unit(tx, name, Some(parent))?;
    tx.about("business_units", id.0);
    Ok(id)
}

/// Gives a unit, and its default team, another name.
pub fn rename_unit(tx: &mut Tx<'_>, actor: &Actor, unit: UnitId, name: &str) -> Done<()> {
    entrust(actor, Task::ManageUnits)?;
    tx.about("business_units", unit.0);
    Ok(accounts::rename_unit(tx, unit, name)?)
}

/// Puts a unit below another.
pub fn move_unit(tx: &mut Tx<'_>, actor: &Actor, unit: UnitId, parent: UnitId) -> Done<()> {
    entrust(actor, Task::ManageUnits)?;
    tx.about("business_units", unit.0);
    guards::reach_of_units(tx, actor, unit, parent)?;
    Ok(accounts::move_unit(tx, unit, parent)?)
}
