//! Deleted records: written whole into one group, restorable for 30 days.
//!
//! A delete and what it takes along are one group; restore puts the group back under the same ids. No table has a
//! deleted flag. Links that a delete emptied come back too: they stand in the group as cells of rows that stayed.
//! Not here: who may (`crm`), which children follow (`catalogue`). Proved by `crates/store/tests/it/records.rs`.

use super::json::{cells_json, from_json};
use super::write::note_owner;
use super::{Written, table_of};
use crate::sql::{Sql, name};
use crate::{Fault, Tx};
use catalogue::{Column, RowId, Table, Value};
use security::{Permit, PrincipalId, UnitId};
use std::collections::BTreeMap;

/// One row of a group.
#[derive(Clone, Debug)]
pub struct RemovedRow {
    /// The group.
    pub group: RowId,
    /// Its set.
    pub set: String,
    /// Its id.
    pub row: RowId,
    /// Its name when it was removed.
    pub name: String,
    /// Its owner then.
    pub owner: Option<PrincipalId>,
    /// Its owning unit then.
    pub unit: Option<UnitId>,
    /// When, microseconds UTC.
    pub on: i64,
    /// By whom.
    pub by: PrincipalId,
}

fn columns(table: &Table) -> Vec<String> {
    let of = |c: &Column| {
        let mut all = vec![c.name.clone()];
        if c.kind.has_key() {
            all.push(format!("{}__key", c.name));
        }
        if c.kind.is_poly() {
            all.push(format!("{}__set", c.name));
        }
        all
    };
    table.columns.iter().flat_map(of).collect()
}

/// Removes a record into the group. `root` marks the one the person deleted.
pub fn remove(tx: &mut Tx<'_>, permit: &Permit<'_>, group: RowId, id: RowId, root: bool) -> Result<Written, Fault> {
    let catalogue = tx.catalogue_of(permit);
    let table = table_of(&catalogue, permit.table())?;
    if !super::within(tx, permit, &[id])?.contains(&id) {
        return Ok(Written::Outside);
    }
    let by = tx.signer().ok_or_else(|| Fault::broken("a delete without a signature"))?;
    let columns = columns(table);
    let select = columns.iter().map(|c| name(c)).collect::<Vec<_>>().join(", ");
    let Some(row) = tx.row(&format!("SELECT {select} FROM {} WHERE id = ?1", name(&table.set)), &[id.into()])? else {
        return Ok(Written::Outside);
    };
    let cells: BTreeMap<&str, &Value> = columns.iter().map(String::as_str).zip(&row.0).collect();
    let body = cells_json(cells.iter().map(|(k, v)| (*k, *v)));
    let label = table.column(table.primary).and_then(|c| cells.get(c.name.as_str())).and_then(|v| v.text()).unwrap_or_default().to_owned();
    let seq = tx.row("SELECT count(*) FROM sys_removed WHERE group_id = ?1", &[group.into()])?.map(|r| r.int(0)).transpose()?.unwrap_or(0);
    let owner = cells.get("owner").and_then(|v| v.id());
    tx.run(
        "INSERT INTO sys_removed (group_id, seq, set_name, row_id, name, body, is_root, owner, removed_on, removed_by)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        &[
            group.into(),
            seq.into(),
            table.set.as_str().into(),
            id.into(),
            label.into(),
            body.to_string().into(),
            root.into(),
            owner.into(),
            tx.now.into(),
            by.0.into(),
        ],
    )?;
    super::search::drop_words(tx, table, id)?;
    tx.run(&format!("DELETE FROM {} WHERE id = ?1", name(&table.set)), &[id.into()])?;
    tx.changed(&table.set, id, Some(body), None);
    Ok(Written::Done(0))
}

/// Whether anything still names this record by this lookup. For integrity: says that there is something, never what.
pub fn left_behind(tx: &mut Tx<'_>, child: &Table, column: &Column, parent: &Table, id: RowId) -> Result<Vec<RowId>, Fault> {
    let mut sql = Sql::new("SELECT a.id FROM ");
    sql.push(&name(&child.set)).push(" a WHERE a.").push(&name(&column.name)).push(" = ").bind(id);
    if column.kind.is_poly() {
        sql.push(" AND a.").push(&name(&format!("{}__set", column.name))).push(" = ").bind(parent.set.as_str());
    }
    tx.ask(&sql)?.iter().map(|r| r.id(0)).collect()
}

/// The groups whose root is of this set, newest first.
pub fn removed(tx: &mut Tx<'_>, set: &str, since: i64, limit: usize) -> Result<Vec<RemovedRow>, Fault> {
    let rows = tx.rows(
        "SELECT group_id, set_name, row_id, name, owner, removed_on, removed_by, body FROM sys_removed
         WHERE set_name = ?1 AND is_root = 1 AND removed_on >= ?2 ORDER BY removed_on DESC LIMIT ?3",
        &[set.into(), since.into(), Value::Int(limit as i64)],
    )?;
    let line = |r: &crate::sql::Row| {
        Ok(RemovedRow {
            group: r.id(0)?,
            set: r.text(1)?,
            row: r.id(2)?,
            name: r.text(3)?,
            owner: r.opt_id(4)?.map(PrincipalId),
            unit: unit_of(&r.text(7)?),
            on: r.int(5)?,
            by: PrincipalId(r.id(6)?),
        })
    };
    rows.iter().map(line).collect()
}

fn unit_of(body: &str) -> Option<UnitId> {
    let body: serde_json::Value = serde_json::from_str(body).ok()?;
    body.get("owning_unit").and_then(from_json).and_then(|v| v.id()).map(UnitId)
}

/// Puts a group back under the same ids. `may` is asked for each set, and answers with the permit to delete there:
/// whoever could delete it may have it back. Answers the rows, or `None` when some of them may not be restored.
pub fn restore_group<'p, E: From<Fault>>(
    tx: &mut Tx<'_>,
    group: RowId,
    mut may: impl FnMut(&mut Tx<'_>, &Table) -> Result<Permit<'p>, E>,
) -> Result<Option<Vec<(String, RowId)>>, E> {
    let rows = tx.rows("SELECT set_name, row_id, body FROM sys_removed WHERE group_id = ?1 ORDER BY seq DESC", &[group.into()])?;
    let catalogue = tx.catalogue.clone();
    let mut back = Vec::new();
    for row in rows {
        let set = row.text(0)?;
        let table = catalogue.find(&set).ok_or_else(|| Fault::broken(format!("a removed row of `{set}`, which is no table")))?;
        let id = row.id(1)?;
        put_back(tx, table, id, &row.text(2)?)?;
        back.push((set, id));
    }
    // Judged when all are back: a line needs its order.
    for (set, id) in &back {
        let table = catalogue.find(set).ok_or_else(|| Fault::broken(format!("`{set}` is no table")))?;
        let permit = may(tx, table)?;
        if !super::within(tx, &permit, &[*id])?.contains(id) {
            return Ok(None);
        }
    }
    tx.run("DELETE FROM sys_removed WHERE group_id = ?1", &[group.into()])?;
    Ok(Some(back))
}

fn put_back(tx: &mut Tx<'_>, table: &Table, id: RowId, body: &str) -> Result<(), Fault> {
    let body: serde_json::Value = serde_json::from_str(body).map_err(|_| Fault::broken("a removed row cannot be read"))?;
    let known = columns(table);
    let mut cells = Vec::new();
    for (column, value) in body.as_object().into_iter().flatten().filter(|(column, _)| known.contains(column)) {
        cells.push((column.clone(), from_json(value).ok_or_else(|| Fault::broken("a removed cell cannot be read"))?));
    }
    let mut sql = Sql::new("INSERT INTO ");
    sql.push(&name(&table.set)).push(" (").push(&cells.iter().map(|(c, _)| name(c)).collect::<Vec<_>>().join(", "));
    sql.push(") VALUES ").list(cells.iter().map(|(_, v)| v.clone()));
    tx.tell(&sql)?;
    let find = |column: &str| cells.iter().find(|(c, _)| c == column).and_then(|(_, v)| v.id());
    if let (Some(owner), Some(unit)) = (find("owner"), find("owning_unit")) {
        note_owner(tx, table, id, PrincipalId(owner), UnitId(unit))?;
    }
    super::search::keep_words(tx, table, id)?;
    tx.changed(&table.set, id, None, Some(body));
    Ok(())
}

/// Forgets groups removed before this moment. Answers how many rows.
pub fn purge(tx: &mut Tx<'_>, before: i64) -> Result<u64, Fault> {
    tx.run("DELETE FROM sys_removed WHERE removed_on < ?1", &[before.into()])
}
