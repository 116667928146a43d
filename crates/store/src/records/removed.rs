//! Deleted records: written whole into one group, restorable for 30 days.
//!
//! A delete and what it takes along are one group; restore puts the group back under the same ids. No table has a
//! deleted flag. Links that a delete emptied come back too: they stand in the group as cells of rows that stayed.
//! Not here: who may (`crm`), which children follow (`catalogue`). Proved by `crates/store/tests/it/records.rs`.

use super::json::{cells_json, from_json};
use super::write::note_owner;
use super::{Written, meant_for, table_of};
use crate::sql::{Sql, name};
use crate::{Fault, Tx, accounts};
use catalogue::{Catalogue, Column, Kind, RowId, Table, Target, Value};
use security::{Permit, PrincipalId, Privilege, RowFacts, UnitId};
use serde_json::{Map, json};
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
    meant_for(permit, Privilege::Delete)?;
    let catalogue = tx.catalogue_of(permit);
    let table = table_of(&catalogue, permit.table())?;
    if !super::within(tx, permit, &[id])?.contains(&id) {
        return Ok(Written::Outside);
    }
    let columns = columns(table);
    let select = columns.iter().map(|c| name(c)).collect::<Vec<_>>().join(", ");
    let Some(row) = tx.row(&format!("SELECT {select} FROM {} WHERE id = ?1", name(&table.set)), &[id.into()])? else {
        return Ok(Written::Outside);
    };
    let cells: BTreeMap<&str, &Value> = columns.iter().map(String::as_str).zip(&row.0).collect();
    let body = cells_json(cells.iter().map(|(k, v)| (*k, *v)));
    let label = table.column(table.primary).and_then(|c| cells.get(c.name.as_str())).and_then(|v| v.text()).unwrap_or_default().to_owned();
    let owner = cells.get("owner").and_then(|v| v.id());
    keep(tx, group, &table.set, id, &label, &body.to_string(), root, owner)?;
    super::search::drop_words(tx, table, id)?;
    tx.run(&format!("DELETE FROM {} WHERE id = ?1", name(&table.set)), &[id.into()])?;
    accounts::end_with_record(tx, &table.set, id)?;
    tx.changed(&table.set, id, Some(body), None);
    Ok(Written::Done(0))
}

/// Writes one line of a group.
#[allow(clippy::too_many_arguments)]
fn keep(
    tx: &mut Tx<'_>,
    group: RowId,
    set: &str,
    row: RowId,
    label: &str,
    body: &str,
    root: bool,
    owner: Option<RowId>,
) -> Result<(), Fault> {
    let by = tx.signer().ok_or_else(|| Fault::broken("a delete without a signature"))?;
    let seq = tx.row("SELECT count(*) FROM sys_removed WHERE group_id = ?1", &[group.into()])?.map(|r| r.int(0)).transpose()?.unwrap_or(0);
    tx.run(
        "INSERT INTO sys_removed (group_id, seq, set_name, row_id, name, body, is_root, owner, removed_on, removed_by)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        &[
            group.into(),
            seq.into(),
            set.into(),
            row.into(),
            label.into(),
            body.into(),
            root.into(),
            owner.into(),
            tx.now.into(),
            by.0.into(),
        ],
    )?;
    Ok(())
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

/// Whether the permit would cover this removed record: as it was when it was removed, with the shares that live still.
/// What it hung on is judged as it is, or as it was when it was removed too.
pub fn covers_removed(tx: &mut Tx<'_>, permit: &Permit<'_>, id: RowId) -> Result<bool, Fault> {
    let catalogue = tx.catalogue_of(permit);
    let table = table_of(&catalogue, permit.table())?;
    Ok(removed_facts(tx, table, id)?.is_some_and(|facts| permit.rule().holds(&facts)))
}

fn removed_facts(tx: &mut Tx<'_>, table: &Table, id: RowId) -> Result<Option<RowFacts>, Fault> {
    let rows = tx.rows(
        "SELECT body FROM sys_removed WHERE set_name = ?1 AND row_id = ?2 ORDER BY removed_on DESC, group_id DESC",
        &[table.set.as_str().into(), id.into()],
    )?;
    let bodies = rows.iter().map(|row| row.text(0)).collect::<Result<Vec<_>, _>>()?;
    let whole = bodies.iter().filter_map(|body| serde_json::from_str::<Map<String, serde_json::Value>>(body).ok());
    let Some(body) = whole.into_iter().find(|body| !body.contains_key("link")) else { return Ok(None) };
    let named = |column: &str| body.get(column).and_then(from_json).and_then(|v| v.id());
    let mut facts = RowFacts::default();
    if table.is_owned() {
        facts.owner = named("owner").map(PrincipalId);
        facts.unit = named("owning_unit").map(UnitId);
        facts.shares = super::live_shares(tx, &table.set, id)?;
    }
    let catalogue = tx.catalogue.clone();
    for link in super::rule_sql::link_columns(table) {
        let said = body.get(&format!("{}__set", link.name)).and_then(|s| s.as_str()).and_then(|set| catalogue.target(set));
        let target = said.or_else(|| link.kind.targets().first().copied());
        let (Some(to), Some(Target::Table(parent))) = (named(&link.name), target) else { continue };
        let Some(of) = catalogue.table(parent) else { continue };
        let known = match super::facts(tx, parent, to)? {
            Some(known) => Some(known),
            None => removed_facts(tx, of, to)?,
        };
        facts.links.extend(known.map(|known| (link.id, parent, known)));
    }
    Ok(Some(facts))
}

fn unit_of(body: &str) -> Option<UnitId> {
    let body: serde_json::Value = serde_json::from_str(body).ok()?;
    body.get("owning_unit").and_then(from_json).and_then(|v| v.id()).map(UnitId)
}

/// The newest group whose root is this record, if it was removed since this moment.
pub fn removed_group(tx: &mut Tx<'_>, set: &str, row: RowId, since: i64) -> Result<Option<RowId>, Fault> {
    let found = tx.row(
        "SELECT group_id FROM sys_removed WHERE row_id = ?1 AND set_name = ?2 AND is_root = 1 AND removed_on >= ?3
         ORDER BY removed_on DESC, group_id DESC LIMIT 1",
        &[row.into(), set.into(), since.into()],
    )?;
    found.map(|r| r.id(0)).transpose()
}

/// Notes in the group that a delete empties this lookup of a row that stays, so that restore can fill it again.
pub fn note_link(tx: &mut Tx<'_>, group: RowId, child: &Table, column: &Column, row: RowId, to: (&Table, RowId)) -> Result<(), Fault> {
    let body = json!({ "link": { "column": column.name, "set": to.0.set, "id": to.1.to_string() } });
    keep(tx, group, &child.set, row, "", &body.to_string(), false, None)
}

/// What became of a restore. Anything but `Back` must end in an error of the verb, which rolls it back.
#[must_use = "a restore that is not allowed must be refused"]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Restored {
    /// These rows are back.
    Back(Vec<(String, RowId)>),
    /// Some of them may not be restored.
    Outside,
    /// This lookup must name something, and what it named is gone.
    Gone {
        /// The set.
        set: String,
        /// The lookup.
        column: String,
    },
}

/// Puts a group back under the same ids. `may` answers with a permit: to delete, for each row, because whoever could
/// delete it may have it back; and to write, for each link, which stays empty where that is refused.
pub fn restore_group<'p, E: From<Fault>>(
    tx: &mut Tx<'_>,
    group: RowId,
    mut may: impl FnMut(&mut Tx<'_>, &Table, Privilege) -> Result<Permit<'p>, E>,
) -> Result<Restored, E> {
    let shipped = tx.catalogue.clone();
    let lines = lines(tx, group)?;
    let (links, rows): (Vec<Line>, Vec<Line>) = lines.into_iter().partition(|l| l.body.contains_key("link"));
    let mut back = Vec::new();
    for line in &rows {
        let permit = may(tx, named(&shipped, &line.set)?, Privilege::Delete)?;
        let catalogue = tx.catalogue_of(&permit);
        let table = named(&catalogue, &line.set)?;
        let mut body = line.body.clone();
        if let Some(column) = drop_dangling(tx, table, &rows, &mut body)? {
            return Ok(Restored::Gone { set: line.set.clone(), column });
        }
        put_back(tx, table, line.row, body)?;
        back.push((line.set.clone(), line.row));
    }
    // Judged when all are back: a line needs its order.
    for (set, id) in &back {
        let permit = may(tx, named(&shipped, set)?, Privilege::Delete)?;
        if !super::within(tx, &permit, &[*id])?.contains(id) {
            return Ok(Restored::Outside);
        }
    }
    for line in &links {
        if let Ok(permit) = may(tx, named(&shipped, &line.set)?, Privilege::Write) {
            link_again(tx, &permit, line)?;
        }
    }
    tx.run("DELETE FROM sys_removed WHERE group_id = ?1", &[group.into()])?;
    Ok(Restored::Back(back))
}

/// One line of a group: a row with all its cells, or `{"link":…}`.
struct Line {
    set: String,
    row: RowId,
    body: Map<String, serde_json::Value>,
}

/// What was removed last, which is what the others hang on, comes first.
fn lines(tx: &mut Tx<'_>, group: RowId) -> Result<Vec<Line>, Fault> {
    let rows = tx.rows("SELECT set_name, row_id, body FROM sys_removed WHERE group_id = ?1 ORDER BY seq DESC", &[group.into()])?;
    let line = |row: &crate::sql::Row| {
        let body = serde_json::from_str(&row.text(2)?).map_err(|_| Fault::broken("a removed row cannot be read"))?;
        Ok(Line { set: row.text(0)?, row: row.id(1)?, body })
    };
    rows.iter().map(line).collect()
}

fn named<'c>(catalogue: &'c Catalogue, set: &str) -> Result<&'c Table, Fault> {
    catalogue.find(set).ok_or_else(|| Fault::broken(format!("a removed row of `{set}`, which is no table")))
}

/// Empties lookups that name what is neither there nor in the group. Answers one that may not be empty.
fn drop_dangling(
    tx: &mut Tx<'_>,
    table: &Table,
    group: &[Line],
    body: &mut Map<String, serde_json::Value>,
) -> Result<Option<String>, Fault> {
    let catalogue = tx.catalogue.clone();
    for column in &table.columns {
        let Kind::Lookup(targets) = &column.kind else { continue };
        let Some(Value::Id(id)) = body.get(&column.name).and_then(from_json) else { continue };
        let set = format!("{}__set", column.name);
        let target = match body.get(&set).and_then(|s| s.as_str()) {
            Some(set) => catalogue.target(set),
            None => targets.first().copied(),
        };
        let Some(Target::Table(to)) = target else { continue };
        let there = group.iter().any(|l| l.row == id) || super::exists(tx, to, id)?;
        if !there && column.required {
            return Ok(Some(column.name.clone()));
        }
        if !there {
            body.insert(column.name.clone(), serde_json::Value::Null);
            if body.contains_key(&set) {
                body.insert(set, serde_json::Value::Null);
            }
        }
    }
    Ok(None)
}

/// Fills a lookup that the delete emptied, if the row is still there and nobody filled it since.
fn link_again(tx: &mut Tx<'_>, permit: &Permit<'_>, line: &Line) -> Result<(), Fault> {
    let catalogue = tx.catalogue_of(permit);
    let table = named(&catalogue, &line.set)?;
    let link = line.body.get("link").and_then(|l| l.as_object());
    let said = |key: &str| link.and_then(|l| l.get(key)).and_then(|v| v.as_str());
    let (column, target, to) = (said("column").and_then(|c| table.kept(c)), said("set").and_then(|s| catalogue.target(s)), said("id"));
    let (Some(column), Some(target), Some(to)) = (column, target, to.and_then(RowId::parse)) else {
        return Err(Fault::broken("a removed link cannot be read"));
    };
    let empty = format!("SELECT 1 FROM {} WHERE id = ?1 AND {} IS NULL", name(&table.set), name(&column.name));
    if tx.row(&empty, &[line.row.into()])?.is_none() || !super::within(tx, permit, &[line.row])?.contains(&line.row) {
        return Ok(());
    }
    match super::update(tx, permit, line.row, None, &vec![(column.id, Value::Id(to), Some(target))])? {
        Written::Done(_) => Ok(()),
        Written::Outside | Written::Stale => Err(Fault::broken("a link was filled outside the permit")),
    }
}

fn put_back(tx: &mut Tx<'_>, table: &Table, id: RowId, body: Map<String, serde_json::Value>) -> Result<(), Fault> {
    let known = columns(table);
    let mut cells = Vec::new();
    for (column, value) in body.iter().filter(|(column, _)| known.contains(column)) {
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
    accounts::return_with_record(tx, &table.set, id)?;
    tx.changed(&table.set, id, None, Some(serde_json::Value::Object(body)));
    Ok(())
}

/// Forgets groups removed before this moment. Answers how many rows.
pub fn purge(tx: &mut Tx<'_>, before: i64) -> Result<u64, Fault> {
    accounts::disband(tx, before)?;
    tx.run("DELETE FROM sys_removed WHERE removed_on < ?1", &[before.into()])
}
