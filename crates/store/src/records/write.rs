//! Changing records: as they were and as they will be, both under the permit.
//!
//! Every change notes the old and new cells for the trail, keeps the text keys and the words for search, and raises the
//! row's version. [`Written::Outside`] means that the permit does not cover the row before or after the change: the
//! verb answers a denial, and with it everything is rolled back.
//! Not here: what a value must look like, cascades (`crm`). Proved by `crates/store/tests/it/records.rs`.

use super::json::cells_json;
use super::rule_sql::push_rule;
use super::{meant_for, table_of};
use crate::sql::{Dialect, Sql, name};
use crate::{Fault, Tx};
use catalogue::{Column, ColumnId, RowId, Table, Target, Value, text};
use security::{ColumnUse, Permit, PrincipalId, Privilege, Rule, UnitId};

/// Cells to write: column, value, and for a lookup what it points to.
pub type Cells = Vec<(ColumnId, Value, Option<Target>)>;

/// What became of a write. Anything but `Done` must end in an error of the verb, which rolls it back.
#[must_use = "a write outside the permit must be refused"]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is done; the row has this version now.
    Done(i64),
    /// The permit does not cover the row, as it was or as it would be.
    Outside,
    /// The row has another version than the writer saw.
    Stale,
}

/// Makes a record as somebody made it elsewhere at another time: its stamps say whom and when, the trail says who brought
/// it here, and when.
pub fn insert_dated(
    tx: &mut Tx<'_>,
    permit: &Permit<'_>,
    id: RowId,
    cells: &Cells,
    owner: Option<(PrincipalId, UnitId)>,
    made: (PrincipalId, i64),
) -> Result<Written, Fault> {
    insert_stamped(tx, permit, id, cells, owner, made)
}

/// Makes a record. `owner` and `unit` only on principal-owned tables.
pub fn insert(
    tx: &mut Tx<'_>,
    permit: &Permit<'_>,
    id: RowId,
    cells: &Cells,
    owner: Option<(PrincipalId, UnitId)>,
) -> Result<Written, Fault> {
    let made = (signer(tx)?, tx.now);
    insert_stamped(tx, permit, id, cells, owner, made)
}

fn signer(tx: &Tx<'_>) -> Result<PrincipalId, Fault> {
    tx.signer().ok_or_else(|| Fault::broken("a record made without a signature"))
}

fn insert_stamped(
    tx: &mut Tx<'_>,
    permit: &Permit<'_>,
    id: RowId,
    cells: &Cells,
    owner: Option<(PrincipalId, UnitId)>,
    (by, made_on): (PrincipalId, i64),
) -> Result<Written, Fault> {
    meant_for(permit, Privilege::Create)?;
    let catalogue = tx.catalogue_of(permit);
    let table = table_of(&catalogue, permit.table())?;
    // Whoever is named as the maker, somebody signed for it.
    signer(tx)?;
    let mut all = stamps(table, id, by, made_on);
    if let Some((owner, unit)) = owner {
        all.push(("owner".into(), Value::Id(owner.0)));
        all.push(("owning_unit".into(), Value::Id(unit.0)));
    }
    for (column, value, target) in cells {
        let column = table.column(*column).ok_or_else(|| Fault::broken("a cell of no column"))?;
        all.extend(stored_cells(&catalogue, column, value, *target));
    }
    let words = super::search::words_of(table, &all);
    let beside = words.clone().filter(|_| tx.dialect() == Dialect::Postgres).map(|words| ("search_words", Value::Text(words)));
    let cells = all.iter().map(|(column, value)| (column.as_str(), value)).chain(beside.iter().map(|(column, value)| (*column, value)));
    let mut sql = Sql::new("INSERT INTO ");
    sql.push_name(&table.set).push(" (");
    for (n, (column, _)) in cells.clone().enumerate() {
        sql.push(if n == 0 { "" } else { ", " }).push_name(column);
    }
    sql.push(") VALUES ").list(cells.map(|(_, value)| value.clone()));
    tx.tell(&sql)?;
    if let Some(words) = words {
        super::search::keep_first_words(tx, table, words)?;
    }
    if !covers(tx, table, permit, id)? {
        return Ok(Written::Outside);
    }
    if let Some((owner, unit)) = owner {
        note_owner(tx, table, id, owner, unit)?;
    }
    let kept = all.iter().filter(|(column, value)| !column.ends_with("__key") && !value.is_null());
    let new = cells_json(kept.map(|(column, value)| (column.as_str(), value)));
    tx.changed(&table.set, id, None, Some(new));
    Ok(Written::Done(1))
}

/// Changes cells of a record. With `version`, only if it is still that one.
pub fn update(tx: &mut Tx<'_>, permit: &Permit<'_>, id: RowId, version: Option<i64>, cells: &Cells) -> Result<Written, Fault> {
    meant_for(permit, Privilege::Write)?;
    let catalogue = tx.catalogue_of(permit);
    let table = table_of(&catalogue, permit.table())?;
    let mut all = Vec::new();
    for (column, value, target) in cells {
        let column = table.column(*column).ok_or_else(|| Fault::broken("a cell of no column"))?;
        all.extend(stored_cells(&catalogue, column, value, *target));
    }
    let now = tx.now;
    let by_rule = |sql: &mut Sql| push_rule(sql, &catalogue, table, permit.rule(), "a", now);
    change(tx, table, &by_rule, id, version, &all, Some(permit))
}

/// Gives a record another owner. Checked on the row as it was only.
pub fn assign(tx: &mut Tx<'_>, permit: &Permit<'_>, id: RowId, owner: PrincipalId, unit: UnitId) -> Result<Written, Fault> {
    meant_for(permit, Privilege::Assign)?;
    let catalogue = tx.catalogue_of(permit);
    let table = table_of(&catalogue, permit.table())?;
    // A permit by which rows follow their owner is none to give them away.
    if !table.find("owner").is_some_and(|column| permit.opens(column.id, ColumnUse::Update)) {
        return Ok(Written::Outside);
    }
    let all = vec![("owner".to_owned(), Value::Id(owner.0)), ("owning_unit".to_owned(), Value::Id(unit.0))];
    let now = tx.now;
    let by_rule = |sql: &mut Sql| push_rule(sql, &catalogue, table, permit.rule(), "a", now);
    let written = change(tx, table, &by_rule, id, None, &all, None)?;
    if matches!(written, Written::Done(_)) {
        note_owner(tx, table, id, owner, unit)?;
    }
    Ok(written)
}

/// Moves a record of this owner to another owning unit. Checked on the row as it was only.
pub fn set_unit(tx: &mut Tx<'_>, permit: &Permit<'_>, id: RowId, owner: PrincipalId, unit: UnitId) -> Result<Written, Fault> {
    meant_for(permit, Privilege::Assign)?;
    let catalogue = tx.catalogue_of(permit);
    let table = table_of(&catalogue, permit.table())?;
    // The owner is named so that a row that was given away meanwhile stays where it is, and for its history.
    let mut sql = Sql::new("SELECT owning_unit FROM ");
    sql.push(&name(&table.set)).push(" WHERE id = ").bind(id).push(" AND owner = ").bind(owner.0);
    if tx.dialect() == Dialect::Postgres {
        sql.push(" FOR UPDATE");
    }
    let Some(before) = tx.ask(&sql)?.into_iter().next() else { return Ok(Written::Outside) };
    let now = tx.now;
    let by_rule = |sql: &mut Sql| push_rule(sql, &catalogue, table, permit.rule(), "a", now);
    let written = change(tx, table, &by_rule, id, None, &[("owning_unit".to_owned(), Value::Id(unit.0))], None)?;
    if matches!(written, Written::Done(_)) && before.id(0)? != unit.0 {
        note_owner(tx, table, id, owner, unit)?;
    }
    Ok(written)
}

/// Changes cells of row `a` where the condition holds; with `after`, the row must stand under that permit afterwards too.
pub(super) fn change(
    tx: &mut Tx<'_>,
    table: &Table,
    where_it: &dyn Fn(&mut Sql),
    id: RowId,
    version: Option<i64>,
    cells: &[(String, Value)],
    after: Option<&Permit<'_>>,
) -> Result<Written, Fault> {
    let mut sql = Sql::new("SELECT a.version");
    for (column, _) in cells {
        sql.push(", a.").push(&name(column));
    }
    sql.push(" FROM ").push(&name(&table.set)).push(" a WHERE a.id = ").bind(id).push(" AND ");
    where_it(&mut sql);
    if tx.dialect() == Dialect::Postgres {
        sql.push(" FOR UPDATE OF a");
    }
    let Some(before) = tx.ask(&sql)?.into_iter().next() else { return Ok(Written::Outside) };
    let found = before.int(0)?;
    if version.is_some_and(|seen| seen != found) {
        return Ok(Written::Stale);
    }
    let mut changed = Vec::new();
    for (n, (column, value)) in cells.iter().enumerate() {
        if before.get(n + 1)? != value {
            changed.push((column.as_str(), before.get(n + 1)?, value));
        }
    }
    if changed.is_empty() {
        return Ok(Written::Done(found));
    }
    let by = tx.signer().ok_or_else(|| Fault::broken("a record changed without a signature"))?;
    let mut sql = Sql::new("UPDATE ");
    sql.push(&name(&table.set)).push(" SET version = version + 1, modified_on = ").bind(tx.now).push(", modified_by = ").bind(by.0);
    for (column, _, value) in &changed {
        sql.push(", ").push(&name(column)).push(" = ");
        sql.bind((*value).clone());
    }
    sql.push(" WHERE id = ").bind(id);
    tx.tell(&sql)?;
    if let Some(permit) = after
        && !covers(tx, table, permit, id)?
    {
        return Ok(Written::Outside);
    }
    let kept = || changed.iter().filter(|(column, ..)| !column.ends_with("__key"));
    let old = cells_json(kept().map(|(column, old, _)| (*column, *old)));
    let new = cells_json(kept().map(|(column, _, new)| (*column, *new)));
    tx.changed(&table.set, id, Some(old), Some(new));
    if changed.iter().any(|(column, ..)| table.find(column).is_some_and(|c| c.search)) {
        super::search::keep_words(tx, table, id)?;
    }
    Ok(Written::Done(found + 1))
}

/// The row as it is now stands under the permit's rule.
fn covers(tx: &mut Tx<'_>, table: &Table, permit: &Permit<'_>, id: RowId) -> Result<bool, Fault> {
    if *permit.rule() == Rule::Everything {
        return Ok(true);
    }
    let mut sql = Sql::new("SELECT 1 FROM ");
    sql.push(&name(&table.set)).push(" a WHERE a.id = ").bind(id).push(" AND ");
    push_rule(&mut sql, &tx.catalogue_of(permit), table, permit.rule(), "a", tx.now);
    Ok(!tx.ask(&sql)?.is_empty())
}

fn stamps(table: &Table, id: RowId, by: PrincipalId, now: i64) -> Vec<(String, Value)> {
    let mut all: Vec<(String, Value)> = vec![("id".into(), id.into()), ("version".into(), Value::Int(1))];
    for (column, value) in
        [("created_on", Value::Int(now)), ("created_by", by.0.into()), ("modified_on", Value::Int(now)), ("modified_by", by.0.into())]
    {
        if table.find(column).is_some() {
            all.push((column.into(), value));
        }
    }
    all
}

/// The database cells that one value is kept in: itself, its text key, the set it points to. Text is kept composed, and
/// empty text as nothing.
pub(crate) fn stored_cells(
    catalogue: &catalogue::Catalogue,
    column: &Column,
    value: &Value,
    target: Option<Target>,
) -> Vec<(String, Value)> {
    let value = match value {
        Value::Text(t) => Value::from(text::stored(t)),
        other => other.clone(),
    };
    let mut all = vec![(column.name.clone(), value.clone())];
    if column.kind.has_key() {
        let key = value.text().map_or(Value::Null, |t| Value::Text(text::key(t)));
        all.push((format!("{}__key", column.name), key));
    }
    if column.kind.is_poly() {
        let set = if value.is_null() { Value::Null } else { target.map_or(Value::Null, |t| catalogue.set_of(t).into()) };
        all.push((format!("{}__set", column.name), set));
    }
    all
}

/// Owner and unit of records keep their history in one narrow table.
pub(crate) fn note_owner(tx: &mut Tx<'_>, table: &Table, id: RowId, owner: PrincipalId, unit: UnitId) -> Result<(), Fault> {
    tx.run(
        "INSERT INTO sys_owner_history (set_name, row_id, owner, unit, since) VALUES (?1, ?2, ?3, ?4, ?5)",
        &[table.set.as_str().into(), id.into(), owner.0.into(), unit.0.into(), tx.now.into()],
    )?;
    Ok(())
}
