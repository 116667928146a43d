//! Records of somebody who leaves: found, named otherwise, and given back, under the permits of a departure.
//!
//! What is found is told by id, unit and version, never by a cell. What is changed is judged in the statement that reads it
//! first: it must still be the leaver's, or name the leaver, or have gone from the leaver to the heir that the permit's
//! [`Errand`] tells. What became somebody else's meanwhile is [`Written::Outside`] and stays.
//!
//! * under [`security::hand_over`]: [`owned_after`], [`super::by_unit`] for numbers, [`super::assign`] to give one away
//! * under [`security::replace_in`]: [`naming_after`], [`count_naming`], [`replace_named`]
//! * to undo: [`give_back`] under [`security::take_back`], [`name_again`] under [`security::name_again`]
//!
//! Not here: who may and who becomes the heir (`crm`). Proved by `crates/store/tests/it/records/handing.rs`.

use super::json::from_json;
use super::rule_sql::push_rule;
use super::write::{Written, change, note_owner, stored_cells};
use super::{elsewhere, meant_for, table_of};
use crate::sql::{Sql, name};
use crate::{Fault, Tx};
use catalogue::{Column, ColumnId, RowId, Table, Target, Value};
use security::{Errand, Permit, PrincipalId, Privilege, UnitId};

/// Which rows, by their state. A table without states has all its rows open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum States<'a> {
    /// In any.
    All,
    /// In one of these, which are the open ones.
    Open(&'a [i64]),
    /// In another than these, which are the open ones.
    Shut(&'a [i64]),
}

/// The permit's rows by id, behind `after`, each with its unit.
pub fn owned_after(
    tx: &mut Tx<'_>,
    permit: &Permit<'_>,
    states: States<'_>,
    after: Option<RowId>,
    limit: usize,
) -> Result<Vec<(RowId, UnitId)>, Fault> {
    meant_for(permit, Privilege::Assign)?;
    let catalogue = tx.catalogue_of(permit);
    let table = table_of(&catalogue, permit.table())?;
    if !table.is_owned() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new("SELECT a.id, a.owning_unit FROM ");
    sql.push(&name(&table.set)).push(" a WHERE ");
    push_rule(&mut sql, &catalogue, table, permit.rule(), "a", tx.now);
    match states {
        States::All => {}
        States::Open(open) => {
            sql.push(" AND ");
            elsewhere::push_states(&mut sql, table, open);
        }
        States::Shut(open) => {
            sql.push(" AND NOT (");
            elsewhere::push_states(&mut sql, table, open);
            sql.push(")");
        }
    }
    push_place(&mut sql, after, limit);
    tx.ask(&sql)?.iter().map(|row| Ok((row.id(0)?, UnitId(row.id(1)?)))).collect()
}

/// The rows whose lookup names the leaver, by id, behind `after`, each with its version.
pub fn naming_after(tx: &mut Tx<'_>, permit: &Permit<'_>, after: Option<RowId>, limit: usize) -> Result<Vec<(RowId, i64)>, Fault> {
    let catalogue = tx.catalogue_of(permit);
    let table = table_of(&catalogue, permit.table())?;
    let (column, leaver) = replaced(permit, table)?;
    let mut sql = Sql::new("SELECT a.id, a.version FROM ");
    sql.push(&name(&table.set)).push(" a WHERE ");
    push_naming(&mut sql, column, Some(leaver));
    push_place(&mut sql, after, limit);
    tx.ask(&sql)?.iter().map(|row| Ok((row.id(0)?, row.int(1)?))).collect()
}

/// In how many rows the lookup names the leaver.
pub fn count_naming(tx: &mut Tx<'_>, permit: &Permit<'_>) -> Result<i64, Fault> {
    let catalogue = tx.catalogue_of(permit);
    let table = table_of(&catalogue, permit.table())?;
    let (column, leaver) = replaced(permit, table)?;
    let mut sql = Sql::new("SELECT count(*) FROM ");
    sql.push(&name(&table.set)).push(" a WHERE ");
    push_naming(&mut sql, column, Some(leaver));
    tx.ask(&sql)?.first().map_or(Ok(0), |row| row.int(0))
}

/// Lets the lookup of this row name this user, or nobody, in the leaver's place. Outside when it does not name the leaver.
pub fn replace_named(tx: &mut Tx<'_>, permit: &Permit<'_>, row: RowId, to: Option<PrincipalId>) -> Result<Written, Fault> {
    let catalogue = tx.catalogue_of(permit);
    let table = table_of(&catalogue, permit.table())?;
    let (column, leaver) = replaced(permit, table)?;
    if to.is_none() && column.required {
        return Err(Fault::broken("a lookup that must name somebody was to name nobody"));
    }
    let cells = naming_cells(&catalogue, column, to);
    change(tx, table, &|sql| push_naming(sql, column, Some(leaver)), row, None, &cells, None)
}

/// Lets the lookup of this row name the leaver again. Outside when it names another than the permit says, or when the
/// leaver never stood there.
pub fn name_again(tx: &mut Tx<'_>, permit: &Permit<'_>, row: RowId) -> Result<Written, Fault> {
    meant_for(permit, Privilege::Write)?;
    let Some(Errand::NameAgain { leaver, column, now }) = permit.errand() else { return other_errand() };
    let catalogue = tx.catalogue_of(permit);
    let table = table_of(&catalogue, permit.table())?;
    let column = column_of(table, column)?;
    if !was_named(tx, table, column, row, leaver)? {
        return Ok(Written::Outside);
    }
    let cells = naming_cells(&catalogue, column, Some(leaver));
    change(tx, table, &|sql| push_naming(sql, column, now), row, None, &cells, None)
}

/// Gives the leaver back what the heir owns, in this unit. Outside when somebody else owns it now, or when the leaver
/// never did.
pub fn give_back(tx: &mut Tx<'_>, permit: &Permit<'_>, row: RowId, unit: UnitId) -> Result<Written, Fault> {
    meant_for(permit, Privilege::Assign)?;
    let Some(Errand::TakeBack { leaver, heir }) = permit.errand() else { return other_errand() };
    let catalogue = tx.catalogue_of(permit);
    let table = table_of(&catalogue, permit.table())?;
    if !table.is_owned() {
        return Ok(Written::Outside);
    }
    let was_the_leavers = |sql: &mut Sql| {
        sql.push("a.owner = ").bind(heir.0).push(" AND EXISTS (SELECT 1 FROM sys_owner_history h WHERE h.row_id = a.id AND h.set_name = ");
        sql.bind(table.set.as_str()).push(" AND h.owner = ").bind(leaver.0).push(")");
    };
    let cells = [("owner".to_owned(), Value::Id(leaver.0)), ("owning_unit".to_owned(), Value::Id(unit.0))];
    let written = change(tx, table, &was_the_leavers, row, None, &cells, None)?;
    if matches!(written, Written::Done(_)) {
        note_owner(tx, table, row, leaver, unit)?;
    }
    Ok(written)
}

fn other_errand<T>() -> Result<T, Fault> {
    Err(Fault::broken("a record was handed over with a permit for another errand"))
}

fn replaced<'t>(permit: &Permit<'_>, table: &'t Table) -> Result<(&'t Column, PrincipalId), Fault> {
    meant_for(permit, Privilege::Write)?;
    match permit.errand() {
        Some(Errand::Replace { leaver, column }) => Ok((column_of(table, column)?, leaver)),
        Some(Errand::TakeBack { .. } | Errand::NameAgain { .. }) | None => other_errand(),
    }
}

fn column_of(table: &Table, id: ColumnId) -> Result<&Column, Fault> {
    table.column(id).ok_or_else(|| Fault::broken("an errand about no column"))
}

/// The condition that the lookup of row `a` names this user, or nobody.
fn push_naming(sql: &mut Sql, column: &Column, whom: Option<PrincipalId>) {
    sql.push("a.").push(&name(&column.name));
    let Some(whom) = whom else {
        sql.push(" IS NULL");
        return;
    };
    sql.push(" = ").bind(whom.0);
    if column.kind.is_poly() {
        sql.push(" AND a.").push(&name(&format!("{}__set", column.name))).push(" = ").bind("users");
    }
}

fn push_place(sql: &mut Sql, after: Option<RowId>, limit: usize) {
    if let Some(after) = after {
        sql.push(" AND a.id > ").bind(after);
    }
    sql.push(" ORDER BY a.id LIMIT ").bind(i64::try_from(limit).unwrap_or(i64::MAX));
}

fn naming_cells(catalogue: &catalogue::Catalogue, column: &Column, whom: Option<PrincipalId>) -> Vec<(String, Value)> {
    stored_cells(catalogue, column, &whom.map_or(Value::Null, |whom| Value::Id(whom.0)), Some(Target::Users))
}

/// Whether the trail knows a change by which this lookup ceased to name this user.
fn was_named(tx: &mut Tx<'_>, table: &Table, column: &Column, row: RowId, whom: PrincipalId) -> Result<bool, Fault> {
    let changes = tx.rows(
        "SELECT body FROM sys_changes WHERE row_id = ?1 AND set_name = ?2 AND body IS NOT NULL",
        &[row.into(), table.set.as_str().into()],
    )?;
    for change in &changes {
        let body: serde_json::Value =
            serde_json::from_str(&change.text(0)?).map_err(|_| Fault::broken("a change in the trail cannot be read"))?;
        let old = body.get("old").and_then(|old| old.get(&column.name)).and_then(from_json);
        if old.and_then(|value| value.id()) == Some(whom.0) {
            return Ok(true);
        }
    }
    Ok(false)
}
