//! Customer records: the only way in and out of their tables.
//!
//! Every function takes a [`Permit`] and applies its rule in the statement itself, so what the permit does not cover is
//! neither read nor changed. Unreadable columns are never selected.
//! Not here: the decision (`security`), what follows from a change (`crm`).
//! Start reading at [`get`] and [`find`]. Proved by `crates/store/tests/it/two_readers.rs`.

mod elsewhere;
mod filter;
mod handing;
mod json;
mod list;
mod money;
mod removed;
mod rule_sql;
mod search;
mod shares;
mod write;

pub use elsewhere::{UnitCount, by_unit, elsewhere};
pub use filter::{Filter, Path, Test};
pub use handing::{States, count_naming, give_back, name_again, naming_after, owned_after, replace_named};
pub use list::{Count, Order, OrderBy, Page, Query, count, find};
pub use money::{Amounts, amounts, base_currency, currency_rate};
pub use removed::{RemovedRow, Restored, covers_removed, left_behind, note_link, purge, remove, removed, removed_group, restore_group};
pub(crate) use rule_sql::{push_live, push_rule};
pub use search::{Hits, search};
pub(crate) use search::{keep_first_words, reword, words_of};
pub(crate) use shares::end_shares_with;
pub use shares::{NewShare, end_share, give_share, inherited_of, live_shares};
pub use write::{Cells, Written, assign, insert, insert_dated, set_unit, update};

use crate::sql::{Row, Sql, name};
use crate::{Fault, Tx};
use catalogue::{Catalogue, ColumnId, Kind, RowId, Table, TableId, Target, Value};
use security::{ColumnUse, Permit, PrincipalId, Privilege, RowFacts, Rule, UnitId};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// One record as its reader may see it: columns that are not open to the reader are absent.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Of which table.
    pub table: TableId,
    /// Its id.
    pub id: RowId,
    cells: BTreeMap<ColumnId, Value>,
    targets: BTreeMap<ColumnId, Target>,
}

impl Record {
    /// The value of a column; `None` when it is not open to the reader or was not asked for.
    pub fn get(&self, column: ColumnId) -> Option<&Value> {
        self.cells.get(&column)
    }

    /// What a lookup to several tables points to.
    pub fn target(&self, column: ColumnId) -> Option<Target> {
        self.targets.get(&column).copied()
    }

    /// The value of the column of that name.
    pub fn named(&self, table: &Table, name: &str) -> Option<&Value> {
        table.find(name).and_then(|c| self.get(c.id))
    }

    /// Every open column with its value.
    pub fn cells(&self) -> impl Iterator<Item = (ColumnId, &Value)> {
        self.cells.iter().map(|(c, v)| (*c, v))
    }
}

/// A permit for one act is none for another: who may read a row may not write it by that.
pub(crate) fn meant_for(permit: &Permit<'_>, act: Privilege) -> Result<(), Fault> {
    if permit.privilege() == act { Ok(()) } else { Err(Fault::broken("a record was touched with a permit for something else")) }
}

/// What may be made is not for that reason readable; every other permit presupposes reading.
pub(crate) fn meant_for_reading(permit: &Permit<'_>) -> Result<(), Fault> {
    if permit.privilege() == Privilege::Create { Err(Fault::broken("a record was read with a permit to make one")) } else { Ok(()) }
}

pub(crate) fn table_of(catalogue: &Catalogue, id: TableId) -> Result<&Table, Fault> {
    catalogue.table(id).ok_or_else(|| Fault::broken(format!("the catalogue has no table {}", id.0)))
}

/// The columns a permit opens, of those wanted; the id always.
fn open_columns<'t>(table: &'t Table, permit: &Permit<'_>, wanted: Option<&[ColumnId]>) -> Vec<&'t catalogue::Column> {
    let asked = |id: ColumnId| wanted.is_none_or(|list| list.contains(&id));
    table.columns.iter().filter(|c| c.name == "id" || (asked(c.id) && permit.opens(c.id, ColumnUse::Read))).collect()
}

/// Writes the select list for these columns of alias `a`.
fn push_columns(sql: &mut Sql, columns: &[&catalogue::Column]) {
    for (n, column) in columns.iter().enumerate() {
        sql.push(if n == 0 { "" } else { ", " }).push("a.").push(&name(&column.name));
        if column.kind.is_poly() {
            sql.push(", a.").push(&name(&format!("{}__set", column.name)));
        }
    }
}

/// Reads back what [`push_columns`] asked for; answers the record and how many cells it took.
fn record_of(catalogue: &Catalogue, table: &Table, columns: &[&catalogue::Column], row: &mut Row) -> Result<(Record, usize), Fault> {
    let mut record = Record { table: table.id, id: RowId(uuid::Uuid::nil()), cells: BTreeMap::new(), targets: BTreeMap::new() };
    let mut n = 0;
    for column in columns {
        let value = row.take(n);
        n += 1;
        if column.kind.is_poly() {
            if let Some(target) = row.get(n)?.text().and_then(|set| catalogue.target(set)) {
                record.targets.insert(column.id, target);
            }
            n += 1;
        } else if let (Kind::Lookup(targets), Value::Id(_)) = (&column.kind, &value)
            && let Some(only) = targets.first()
        {
            record.targets.insert(column.id, *only);
        }
        if column.name == "id" {
            record.id = value.id().ok_or_else(|| Fault::broken("a record without an id"))?;
        }
        record.cells.insert(column.id, value);
    }
    Ok((record, n))
}

/// The record of that id, if the permit covers it.
pub fn get(tx: &mut Tx<'_>, permit: &Permit<'_>, id: RowId) -> Result<Option<Record>, Fault> {
    meant_for_reading(permit)?;
    let catalogue = tx.catalogue_of(permit);
    let table = table_of(&catalogue, permit.table())?;
    let columns = open_columns(table, permit, None);
    let mut sql = Sql::new("SELECT ");
    push_columns(&mut sql, &columns);
    sql.push(" FROM ").push(&name(&table.set)).push(" a WHERE a.id = ").bind(id).push(" AND ");
    push_rule(&mut sql, &catalogue, table, permit.rule(), "a", tx.now);
    let row = tx.ask(&sql)?.into_iter().next();
    row.map(|mut row| Ok(record_of(&catalogue, table, &columns, &mut row)?.0)).transpose()
}

/// Which of these records the permit covers.
pub fn within(tx: &mut Tx<'_>, permit: &Permit<'_>, ids: &[RowId]) -> Result<HashSet<RowId>, Fault> {
    let catalogue = tx.catalogue_of(permit);
    let table = table_of(&catalogue, permit.table())?;
    let mut found = HashSet::new();
    for some in ids.chunks(500) {
        let mut sql = Sql::new("SELECT a.id FROM ");
        sql.push(&name(&table.set)).push(" a WHERE a.id IN ").list(some.iter().map(|id| Value::Id(*id))).push(" AND ");
        push_rule(&mut sql, &catalogue, table, permit.rule(), "a", tx.now);
        for row in tx.ask(&sql)? {
            found.insert(row.id(0)?);
        }
    }
    Ok(found)
}

/// The names of these records, of those that the permit covers.
pub fn names(tx: &mut Tx<'_>, permit: &Permit<'_>, ids: &[RowId]) -> Result<HashMap<RowId, String>, Fault> {
    meant_for_reading(permit)?;
    let catalogue = tx.catalogue_of(permit);
    let table = table_of(&catalogue, permit.table())?;
    let primary = table.column(table.primary).ok_or_else(|| Fault::broken("a table without a name"))?;
    let mut found = HashMap::new();
    for some in ids.chunks(500) {
        let mut sql = Sql::new("SELECT a.id, a.");
        sql.push(&name(&primary.name)).push(" FROM ").push(&name(&table.set)).push(" a WHERE a.id IN ");
        sql.list(some.iter().map(|id| Value::Id(*id))).push(" AND ");
        push_rule(&mut sql, &catalogue, table, permit.rule(), "a", tx.now);
        for row in tx.ask(&sql)? {
            found.insert(row.id(0)?, row.text(1)?);
        }
    }
    Ok(found)
}

/// Whether there is a record of that id, for whoever it may be visible. For integrity, never for an answer to a person.
pub fn exists(tx: &mut Tx<'_>, table: TableId, id: RowId) -> Result<bool, Fault> {
    let catalogue = tx.catalogue.clone();
    let set = table_of(&catalogue, table)?.set.clone();
    Ok(tx.row(&format!("SELECT 1 FROM {} WHERE id = ?1", name(&set)), &[id.into()])?.is_some())
}

/// What must be known of a record to judge and explain it in memory: ids, owner, unit and shares, no column of it.
pub fn facts(tx: &mut Tx<'_>, table: TableId, id: RowId) -> Result<Option<RowFacts>, Fault> {
    let catalogue = tx.catalogue.clone();
    let table = table_of(&catalogue, table)?;
    let mut sql = Sql::new("SELECT a.id");
    let links: Vec<&catalogue::Column> = rule_sql::link_columns(table);
    if table.is_owned() {
        sql.push(", a.owner, a.owning_unit");
    }
    for link in &links {
        sql.push(", a.").push(&name(&link.name));
        if link.kind.is_poly() {
            sql.push(", a.").push(&name(&format!("{}__set", link.name)));
        }
    }
    sql.push(" FROM ").push(&name(&table.set)).push(" a WHERE a.id = ").bind(id);
    let Some(row) = tx.ask(&sql)?.into_iter().next() else { return Ok(None) };
    let mut facts = RowFacts::default();
    let mut n = 1;
    if table.is_owned() {
        facts.owner = Some(PrincipalId(row.id(1)?));
        facts.unit = Some(UnitId(row.id(2)?));
        facts.shares = live_shares(tx, &table.set, id)?;
        n = 3;
    }
    for link in links {
        let to = row.opt_id(n)?;
        n += 1;
        let mut target = link.kind.targets().first().copied();
        if link.kind.is_poly() {
            target = row.opt_text(n)?.and_then(|set| catalogue.target(&set));
            n += 1;
        }
        if let (Some(to), Some(Target::Table(parent))) = (to, target)
            && let Some(of) = self::facts(tx, parent, to)?
        {
            facts.links.push((link.id, parent, of));
        }
    }
    Ok(Some(facts))
}

/// How many rows a set of owners or units reaches by index, counted up to `cap`.
pub(crate) fn reach_size(tx: &mut Tx<'_>, table: &Table, rule: &Rule, cap: i64) -> Result<Option<i64>, Fault> {
    let branches: &[Rule] = match rule {
        Rule::Any(all) => all,
        one => std::slice::from_ref(one),
    };
    let mut sum = 0;
    for branch in branches {
        let (column, values): (&str, BTreeSet<RowId>) = match branch {
            Rule::Owner(owners) => ("owner", owners.iter().map(|o| o.0).collect()),
            Rule::Unit(units) => ("owning_unit", units.iter().map(|u| u.0).collect()),
            Rule::Shared { with, .. } => {
                let mut sql = Sql::new("SELECT count(*) FROM (SELECT 1 AS one FROM sys_shares s WHERE s.ended IS NULL AND s.set_name = ");
                sql.bind(table.set.as_str()).push(" AND s.principal IN ").list(with.iter().map(|p| Value::Id(p.0)));
                sql.push(" LIMIT ").bind(cap + 1).push(") AS counted");
                sum += tx.ask(&sql)?.first().map(|r| r.int(0)).transpose()?.unwrap_or(0);
                continue;
            }
            Rule::Nothing => continue,
            Rule::Everything | Rule::NotOwner(_) | Rule::Linked { .. } | Rule::Any(_) | Rule::All(_) => return Ok(None),
        };
        let mut sql = Sql::new("SELECT count(*) FROM (SELECT 1 AS one FROM ");
        sql.push(&name(&table.set)).push(" a WHERE a.").push(column).push(" IN ").list(values.into_iter().map(Value::Id));
        sql.push(" LIMIT ").bind(cap + 1).push(") AS counted");
        sum += tx.ask(&sql)?.first().map(|r| r.int(0)).transpose()?.unwrap_or(0);
        if sum > cap {
            return Ok(None);
        }
    }
    Ok(Some(sum))
}

impl Tx<'_> {
    /// The catalogue the permit was made over: the actor's, which was compared by number in this transaction.
    pub(crate) fn catalogue_of(&self, permit: &Permit<'_>) -> std::sync::Arc<Catalogue> {
        permit.actor().map_or_else(|| self.catalogue.clone(), |actor| actor.catalogue().clone())
    }
}
