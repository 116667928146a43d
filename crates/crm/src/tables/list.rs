//! Which tables there are, and which columns were added to them.
//!
//! For whoever shapes tables. What a column is and whether it is open is told; no value, and not who reads it.
//! Not here: who reads a column ([`crate::people::columns`]). Proved by `crates/crm/tests/it/tables.rs`.

use super::Kept;
use crate::Done;
use catalogue::{Area, Table, TableId};
use security::{Actor, Denial, Task, entrust};
use store::Tx;

/// A table in the list.
#[derive(Clone, Debug)]
pub struct TableLine {
    /// Its set.
    pub set: String,
    /// What people call many of its rows.
    pub plural: String,
    /// Where it stands in the site map.
    pub area: Area,
    /// Its icon.
    pub icon: String,
    /// How many columns are shipped, those that the product keeps for itself apart.
    pub shipped: usize,
    /// How many were added and are in use.
    pub custom: usize,
}

/// The columns of one table.
#[derive(Clone, Debug)]
pub struct TableSheet {
    /// Which.
    pub table: TableId,
    /// What was added, in the order in which it was; true for what is open to everybody who reads the row.
    pub columns: Vec<(Kept, bool)>,
}

/// All tables, in the order of the site map.
pub fn tables(_: &mut Tx<'_>, actor: &Actor) -> Done<Vec<TableLine>> {
    entrust(actor, Task::Customise)?;
    Ok(actor.catalogue().tables().iter().map(line).collect())
}

fn line(table: &Table) -> TableLine {
    let is_added = |c: &&catalogue::Column| c.custom.is_some() && c.kind != catalogue::Kind::MoneyBase;
    let live = table.writable().filter(is_added).count();
    TableLine {
        set: table.set.clone(),
        plural: table.plural.clone(),
        area: table.area,
        icon: table.icon.clone(),
        shipped: table.writable().count() - live,
        custom: live,
    }
}

/// What was added to a table, retired columns too.
pub fn columns(tx: &mut Tx<'_>, actor: &Actor, set: &str) -> Done<TableSheet> {
    entrust(actor, Task::Customise)?;
    let table = actor.catalogue().find(set).ok_or(Denial::NotThere)?;
    let all = store::columns::columns(tx)?.into_iter().filter(|kept| kept.definition.set == set);
    let is_open = |kept: &Kept| table.find(&kept.definition.name).is_some_and(|c| !c.secured);
    Ok(TableSheet {
        table: table.id,
        columns: all
            .map(|kept| {
                let open = is_open(&kept);
                (kept, open)
            })
            .collect(),
    })
}
