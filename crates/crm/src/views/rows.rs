//! Records as their reader sees them: with the names of what they look up to, and what may be done with them.
//!
//! Names come in one question per table and page, under the reader's own permit there; what it does not cover is
//! [`Link::Hidden`]. Owners, users, teams and units always have a name.
//! Not here: which records ([`super::list()`]). Proved by `crates/crm/tests/it/views.rs`.

use crate::Done;
use catalogue::{ColumnId, Kind, RowId, Table, Target, Value};
use security::{Actor, Permit, PrincipalId, Privilege, permit};
use std::collections::{HashMap, HashSet};
use store::records::{self, Record};
use store::{Tx, accounts};

/// One record as its reader sees it.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its id.
    pub id: RowId,
    /// Its version; goes into `If-Match`.
    pub version: i64,
    /// The open cells, in the table's order.
    pub cells: Vec<Cell>,
    /// What the reader may do with it.
    pub may: Vec<Privilege>,
}

/// One open cell.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Of which column.
    pub column: ColumnId,
    /// The stored value.
    pub value: Value,
    /// What a lookup names.
    pub link: Option<Link>,
}

/// What a lookup names, for this reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// Something visible.
    Seen {
        /// Its set.
        set: String,
        /// Its id.
        id: RowId,
        /// Its name.
        name: String,
    },
    /// Something that does not exist for this reader.
    Hidden,
}

impl Row {
    /// The cell of the column of that name; `None` when it is not open.
    pub fn cell(&self, table: &Table, name: &str) -> Option<&Cell> {
        let id = table.find(name)?.id;
        self.cells.iter().find(|c| c.column == id)
    }

    /// What the row is called.
    pub fn name(&self, table: &Table) -> String {
        let cell = self.cells.iter().find(|c| c.column == table.primary);
        cell.and_then(|c| c.value.text()).filter(|t| !t.is_empty()).map_or_else(|| format!("{} without a name", table.label), str::to_owned)
    }
}

/// Adds names and what may be done to these records of one table.
pub fn rows(tx: &mut Tx<'_>, actor: &Actor, table: &Table, found: Vec<Record>, acts: &[Privilege]) -> Done<Vec<Row>> {
    let names = names(tx, actor, table, &found)?;
    let may = allowed(tx, actor, table, &found, acts)?;
    let version = table.find("version").map(|c| c.id);
    let mut seen = Vec::with_capacity(found.len());
    for record in found {
        let mut cells = Vec::new();
        for (column, value) in record.cells() {
            let link = match value {
                Value::Id(id) => link(actor, table, column, record.target(column), *id, &names),
                _ => None,
            };
            cells.push(Cell { column, value: value.clone(), link });
        }
        seen.push(Row {
            id: record.id,
            version: version.and_then(|v| record.get(v)).and_then(Value::int).unwrap_or(0),
            may: may.iter().filter(|(_, ids)| ids.contains(&record.id)).map(|(p, _)| *p).collect(),
            cells,
        });
    }
    Ok(seen)
}

type Names = HashMap<(Target, RowId), String>;

fn link(actor: &Actor, table: &Table, column: ColumnId, target: Option<Target>, id: RowId, names: &Names) -> Option<Link> {
    let kind = &table.column(column)?.kind;
    let target = match kind {
        Kind::Owner => Target::Users,
        Kind::Lookup(_) => target?,
        _ => return None,
    };
    Some(match names.get(&(target, id)) {
        Some(name) => {
            let set = if *kind == Kind::Owner && names.contains_key(&(Target::Teams, id)) { Target::Teams } else { target };
            Link::Seen { set: actor.catalogue().set_of(set).to_owned(), id, name: name.clone() }
        }
        None => Link::Hidden,
    })
}

/// One question per table looked up to.
fn names(tx: &mut Tx<'_>, actor: &Actor, table: &Table, found: &[Record]) -> Done<Names> {
    let mut wanted: HashMap<Target, HashSet<RowId>> = HashMap::new();
    for record in found {
        for (column, value) in record.cells() {
            let Value::Id(id) = value else { continue };
            match table.column(column).map(|c| &c.kind) {
                Some(Kind::Owner) => {
                    wanted.entry(Target::Users).or_default().insert(*id);
                }
                Some(Kind::Lookup(_)) => {
                    if let Some(target) = record.target(column) {
                        wanted.entry(target).or_default().insert(*id);
                    }
                }
                _ => {}
            }
        }
    }
    let mut names = Names::new();
    for (target, ids) in wanted {
        let ids: Vec<RowId> = ids.into_iter().collect();
        match target {
            Target::Table(id) => {
                let Some(other) = actor.catalogue().table(id) else { continue };
                let Ok(read) = permit(actor, Privilege::Read, other) else { continue };
                names.extend(records::names(tx, &read, &ids)?.into_iter().map(|(id, name)| ((target, id), name)));
            }
            Target::Users | Target::Teams => {
                let ids: Vec<PrincipalId> = ids.into_iter().map(PrincipalId).collect();
                for (id, principal) in accounts::names(tx, &ids)? {
                    if principal.kind.name() == "team" {
                        names.insert((Target::Teams, id.0), principal.name.clone());
                    }
                    names.insert((target, id.0), principal.name);
                }
            }
            Target::Units => {
                let ids: Vec<security::UnitId> = ids.into_iter().map(security::UnitId).collect();
                names.extend(accounts::unit_names(tx, &ids)?.into_iter().map(|(id, name)| ((target, id.0), name)));
            }
        }
    }
    Ok(names)
}

/// For each act, the rows it is allowed on: a button shows because this said so.
fn allowed(tx: &mut Tx<'_>, actor: &Actor, table: &Table, found: &[Record], acts: &[Privilege]) -> Done<Vec<(Privilege, HashSet<RowId>)>> {
    let ids: Vec<RowId> = found.iter().map(|r| r.id).collect();
    let mut may = Vec::new();
    for act in acts {
        if let Ok(permit) = permit(actor, *act, table) {
            may.push((*act, within(tx, &permit, &ids)?));
        }
    }
    Ok(may)
}

fn within(tx: &mut Tx<'_>, permit: &Permit<'_>, ids: &[RowId]) -> Done<HashSet<RowId>> {
    Ok(if ids.is_empty() { HashSet::new() } else { records::within(tx, permit, ids)? })
}
