//! Records that refer to a person: those that somebody owns, and those whose lookup names somebody.
//!
//! Every lookup to users is walked, those that an organisation added too, and those it put away: their values are kept.
//! Who made or changed a record is history. Numbers come from the index alone, so that 100,000 records cost little.
//! Not here: changing them ([`crate::records`], under a permit). Start reading at [`naming_columns`].
//! Proved by `crates/crm/tests/it/departures_found.rs`.

use super::Mentions;
use crate::records::{self, States};
use crate::sql::{Sql, name};
use crate::{Fault, Tx};
use catalogue::{Column, Kind, RowId, Table, Target};
use security::{Permit, PrincipalId};

/// Which rows of a lookup: those that name this person.
#[derive(Clone, Copy, Debug)]
pub struct Naming<'t> {
    /// The table.
    pub table: &'t Table,
    /// The lookup.
    pub column: &'t Column,
    /// Whom it names.
    pub person: PrincipalId,
}

/// The lookups of a table that may name a person and mean it, retired ones too.
pub fn naming_columns(table: &Table) -> impl Iterator<Item = &Column> {
    table.columns.iter().filter(|column| !column.system && column.kind.targets().contains(&Target::Users))
}

pub(super) fn live(tx: &mut Tx<'_>, person: PrincipalId) -> Result<Vec<Mentions>, Fault> {
    // What the database has, whatever this transaction saw before.
    let catalogue = crate::rights::catalogue(tx)?;
    let mut found = Vec::new();
    for table in catalogue.tables() {
        let mut note = |column: &Column, item: &str, count: i64| {
            let mentions = Mentions { table: table.set.clone(), column: column.name.clone(), item: item.into(), count };
            found.extend(Some(mentions).filter(|mentions| mentions.count > 0));
        };
        if let Some(owner) = table.columns.iter().find(|column| column.kind == Kind::Owner) {
            note(owner, "owned", count_owned(tx, table, person, States::All)?);
        }
        for column in naming_columns(table) {
            note(column, "named", count_naming(tx, Naming { table, column, person })?);
        }
    }
    Ok(found)
}

/// How many rows of the table the person or team owns.
pub fn count_owned(tx: &mut Tx<'_>, table: &Table, owner: PrincipalId, states: States<'_>) -> Result<i64, Fault> {
    let mut sql = Sql::new("SELECT count(*) FROM ");
    push_owned(&mut sql, table, owner, states);
    tx.ask(&sql)?.first().map_or(Ok(0), |row| row.int(0))
}

/// Some of them, by id.
pub fn some_owned(tx: &mut Tx<'_>, table: &Table, owner: PrincipalId, states: States<'_>, limit: usize) -> Result<Vec<RowId>, Fault> {
    let mut sql = Sql::new("SELECT a.id FROM ");
    push_owned(&mut sql, table, owner, states);
    sql.push(" ORDER BY a.id LIMIT ").bind(i64::try_from(limit).unwrap_or(i64::MAX));
    tx.ask(&sql)?.iter().map(|row| row.id(0)).collect()
}

/// Whether the person owns a row of the permit's table that the permit does not cover.
pub fn owns_outside(tx: &mut Tx<'_>, permit: &Permit<'_>, owner: PrincipalId) -> Result<bool, Fault> {
    let catalogue = tx.catalogue_of(permit);
    let table = records::table_of(&catalogue, permit.table())?;
    let mut sql = Sql::new("SELECT 1 FROM ");
    push_owned(&mut sql, table, owner, States::All);
    sql.push(" AND NOT (");
    records::push_rule(&mut sql, &catalogue, table, permit.rule(), "a", tx.now);
    sql.push(") LIMIT 1");
    Ok(!tx.ask(&sql)?.is_empty())
}

/// In how many rows the lookup names the person.
pub fn count_naming(tx: &mut Tx<'_>, which: Naming<'_>) -> Result<i64, Fault> {
    let mut sql = Sql::new("SELECT count(*) FROM ");
    push_naming(&mut sql, which);
    tx.ask(&sql)?.first().map_or(Ok(0), |row| row.int(0))
}

/// Some of them, by id.
pub fn some_naming(tx: &mut Tx<'_>, which: Naming<'_>, limit: usize) -> Result<Vec<RowId>, Fault> {
    let mut sql = Sql::new("SELECT a.id FROM ");
    push_naming(&mut sql, which);
    sql.push(" ORDER BY a.id LIMIT ").bind(i64::try_from(limit).unwrap_or(i64::MAX));
    tx.ask(&sql)?.iter().map(|row| row.id(0)).collect()
}

fn push_owned(sql: &mut Sql, table: &Table, owner: PrincipalId, states: States<'_>) {
    sql.push(&name(&table.set)).push(" a WHERE a.owner = ").bind(owner.0);
    let listed = |open: &[i64]| open.iter().map(|state| (*state).into()).collect::<Vec<_>>();
    match states {
        States::All => {}
        States::Open(open) => {
            sql.push(" AND a.state IN ").list(listed(open));
        }
        States::Shut(open) => {
            sql.push(" AND a.state NOT IN ").list(listed(open));
        }
    }
}

fn push_naming(sql: &mut Sql, which: Naming<'_>) {
    let column = &which.column.name;
    sql.push(&name(&which.table.set)).push(" a WHERE a.").push(&name(column)).push(" = ").bind(which.person.0);
    if which.column.kind.is_poly() {
        sql.push(" AND a.").push(&name(&format!("{column}__set"))).push(" = ").bind("users");
    }
}
