//! Deletes a record with what hangs on it, as one group that can be brought back.
//!
//! First a plan, then the act: children that go with it must be the actor's to delete, children that stay must be theirs
//! to write, because their lookup is emptied, and where a relation restricts there must be none. What would need more is
//! refused whole, with one fixed text that says nothing about what may not be seen.
//! Not here: bringing it back ([`super::restore()`]). Proved by `crates/crm/tests/it/records_write.rs`.

use super::reach::{covers, reach, table_of};
use super::share::sever;
use crate::{Done, Error, Problem};
use catalogue::{Column, OnDelete, RowId, Table, TableId, Target, Value};
use security::{Actor, Privilege, permit};
use std::collections::{BTreeMap, HashSet};
use store::records::{self, Written};
use store::{Fault, Tx};

/// LIMIT: rows that one delete takes along or empties lookups of, at most.
pub const MOST: usize = 2000;

/// What amounts are counted in is never taken from under them; a row's currency is no relation of the catalogue.
const CURRENCIES: &str = "currencies";

/// What is said of children that stand in the way and may not be named.
const DEPENDS: &str = "other records depend on this one";

/// Deletes the record and answers the group that brings it back.
pub fn delete(tx: &mut Tx<'_>, actor: &Actor, table: TableId, id: RowId) -> Done<RowId> {
    let table = table_of(actor, table)?;
    tx.about(&table.set, id);
    reach(tx, actor, Privilege::Delete, table, id)?;
    let mut plan = Plan::default();
    if table.set == CURRENCIES {
        plan.hold_counted(tx, actor, table, id)?;
    }
    plan.take(tx, actor, table, id)?;
    plan.links.retain(|link| !plan.met.contains(&(link.child.id, link.row)));
    plan.refuse_if_needed(tx, actor)?;
    let group = tx.new_id();
    for link in &plan.links {
        link.cut(tx, actor, group)?;
    }
    for (of, row) in &plan.rows {
        let delete = permit(actor, Privilege::Delete, of).map_err(|_| depends())?;
        match records::remove(tx, &delete, group, *row, of.id == table.id && *row == id)? {
            Written::Done(_) => {}
            Written::Outside | Written::Stale => return Err(depends()),
        }
    }
    Ok(group)
}

fn depends() -> Error {
    Problem::conflict("in-use", DEPENDS)
}

/// What a delete does, before it is done.
#[derive(Default)]
struct Plan<'a> {
    met: HashSet<(TableId, RowId)>,
    /// Children before the rows they hang on.
    rows: Vec<(&'a Table, RowId)>,
    links: Vec<Link<'a>>,
    /// What must not be there, by table.
    held: BTreeMap<TableId, HashSet<RowId>>,
}

/// A lookup of a row that stays.
struct Link<'a> {
    child: &'a Table,
    column: &'a Column,
    row: RowId,
    parent: &'a Table,
    to: RowId,
}

impl<'a> Plan<'a> {
    /// Takes in a row and everything that hangs on it.
    fn take(&mut self, tx: &mut Tx<'_>, actor: &'a Actor, table: &'a Table, id: RowId) -> Done<()> {
        if !self.met.insert((table.id, id)) {
            return Ok(());
        }
        let catalogue = actor.catalogue();
        for relation in catalogue.children_of(table.id) {
            let child = table_of(actor, relation.child)?;
            let column = child.column(relation.column).ok_or_else(|| Fault::broken("a relation without its lookup"))?;
            let rows = records::left_behind(tx, child, column, table, id)?;
            match relation.delete {
                OnDelete::Restrict => self.held.entry(child.id).or_default().extend(rows),
                // WHY: a lookup that must name something cannot be emptied.
                OnDelete::RemoveLink if column.required => self.held.entry(child.id).or_default().extend(rows),
                OnDelete::RemoveLink => {
                    self.links.extend(rows.into_iter().map(|row| Link { child, column, row, parent: table, to: id }));
                    self.bound()?;
                }
                OnDelete::Cascade => {
                    for row in rows {
                        self.take(tx, actor, child, row)?;
                    }
                }
            }
        }
        self.rows.push((table, id));
        self.bound()
    }

    /// Holds a currency by every row that is counted in it.
    fn hold_counted(&mut self, tx: &mut Tx<'_>, actor: &Actor, currencies: &Table, id: RowId) -> Done<()> {
        if records::base_currency(tx)? == Some(id) {
            return Err(Problem::conflict("in-use", "amounts are counted in this currency"));
        }
        for table in actor.catalogue().tables() {
            let column = table.find("currency").filter(|c| c.kind.targets() == [Target::Table(currencies.id)]);
            if let Some(column) = column {
                self.held.entry(table.id).or_default().extend(records::left_behind(tx, table, column, currencies, id)?);
            }
        }
        Ok(())
    }

    fn bound(&self) -> Done<()> {
        if self.met.len() + self.links.len() > MOST {
            return Err(Problem::conflict("too-many", "too many dependent records; delete them in parts"));
        }
        Ok(())
    }

    /// Refuses what stands in the way, or lies beyond the actor's rights.
    fn refuse_if_needed(&mut self, tx: &mut Tx<'_>, actor: &Actor) -> Done<()> {
        let mut said = Vec::new();
        let mut any = false;
        for (table, rows) in &self.held {
            let left: Vec<RowId> = rows.iter().filter(|row| !self.met.contains(&(*table, **row))).copied().collect();
            any |= !left.is_empty();
            let child = table_of(actor, *table)?;
            let Ok(read) = permit(actor, Privilege::Read, child) else { continue };
            match records::within(tx, &read, &left)?.len() {
                0 => {}
                1 => said.push(format!("1 {}", child.label.to_lowercase())),
                many => said.push(format!("{many} {}", child.plural.to_lowercase())),
            }
        }
        if any {
            let text = if said.is_empty() { DEPENDS.to_owned() } else { format!("these depend on this record: {}", said.join(", ")) };
            return Err(Problem::conflict("in-use", text));
        }
        for (table, row) in &self.rows {
            let delete = permit(actor, Privilege::Delete, table).map_err(|_| depends())?;
            if !covers(tx, &delete, *row)? {
                return Err(depends());
            }
        }
        Ok(())
    }
}

impl Link<'_> {
    /// Empties the lookup, so that restore can fill it again, and ends what the row inherited from the one that goes.
    fn cut(&self, tx: &mut Tx<'_>, actor: &Actor, group: RowId) -> Done<()> {
        let write = permit(actor, Privilege::Write, self.child).map_err(|_| depends())?;
        records::note_link(tx, group, self.child, self.column, self.row, (self.parent, self.to))?;
        match records::update(tx, &write, self.row, None, &vec![(self.column.id, Value::Null, None)])? {
            Written::Done(_) => {}
            Written::Outside | Written::Stale => return Err(depends()),
        }
        if self.child.is_owned() && self.parent.is_owned() {
            sever(tx, self.child, self.row, self.parent, self.to)?;
        }
        Ok(())
    }
}
