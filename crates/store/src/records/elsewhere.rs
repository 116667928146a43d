//! Rows that stand in another unit than their owner: found in batches, and counted.
//!
//! Both see what the permit covers and hand out ids, units and numbers, never a cell, so a permit that opens no column
//! is enough. What was moved is not found again, so a batch that is done twice does nothing the second time.
//! Not here: moving one ([`super::set_unit`]), who asks (`crm`). Proved by `crates/store/tests/it/records/elsewhere.rs`.

use super::rule_sql::push_rule;
use super::table_of;
use crate::sql::{Sql, name};
use crate::{Fault, Tx};
use catalogue::{RowId, Table, Value};
use security::{Permit, UnitId};

/// How many of the permit's rows stand in one unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitCount {
    /// In which.
    pub unit: UnitId,
    /// All of them.
    pub all: i64,
    /// Those in one of the states that were asked for.
    pub open: i64,
}

/// The permit's rows that stand in another unit than this, by id, behind `after`, each with its unit. With `states`, only
/// those in one of them; a table without states has all its rows open.
pub fn elsewhere(
    tx: &mut Tx<'_>,
    permit: &Permit<'_>,
    unit: UnitId,
    states: Option<&[i64]>,
    after: Option<RowId>,
    limit: usize,
) -> Result<Vec<(RowId, UnitId)>, Fault> {
    let catalogue = tx.catalogue_of(permit);
    let table = table_of(&catalogue, permit.table())?;
    let mut sql = Sql::new("SELECT a.id, a.owning_unit FROM ");
    sql.push(&name(&table.set)).push(" a WHERE ");
    push_rule(&mut sql, &catalogue, table, permit.rule(), "a", tx.now);
    sql.push(" AND a.owning_unit <> ").bind(unit.0);
    if let Some(states) = states {
        sql.push(" AND ");
        push_states(&mut sql, table, states);
    }
    if let Some(after) = after {
        sql.push(" AND a.id > ").bind(after);
    }
    sql.push(" ORDER BY a.id LIMIT ").bind(i64::try_from(limit).unwrap_or(i64::MAX));
    tx.ask(&sql)?.iter().map(|row| Ok((row.id(0)?, UnitId(row.id(1)?)))).collect()
}

/// How many rows the permit covers, by unit.
pub fn by_unit(tx: &mut Tx<'_>, permit: &Permit<'_>, states: &[i64]) -> Result<Vec<UnitCount>, Fault> {
    let catalogue = tx.catalogue_of(permit);
    let table = table_of(&catalogue, permit.table())?;
    let mut sql = Sql::new("SELECT a.owning_unit, count(*), count(CASE WHEN ");
    push_states(&mut sql, table, states);
    sql.push(" THEN 1 END) FROM ").push(&name(&table.set)).push(" a WHERE ");
    push_rule(&mut sql, &catalogue, table, permit.rule(), "a", tx.now);
    sql.push(" GROUP BY a.owning_unit ORDER BY a.owning_unit");
    tx.ask(&sql)?.iter().map(|row| Ok(UnitCount { unit: UnitId(row.id(0)?), all: row.int(1)?, open: row.int(2)? })).collect()
}

pub(super) fn push_states(sql: &mut Sql, table: &Table, states: &[i64]) {
    match table.find("state") {
        Some(_) => sql.push("a.state IN ").list(states.iter().map(|state| Value::Int(*state))),
        None => sql.push("1 = 1"),
    };
}
