//! What happened around a record: its activities and notes, its changes; and the lists that belong to it.
//!
//! Each is asked under the reader's own permit on that table; a table the reader holds nothing on is left out.
//! Not here: one record ([`super::open()`]). Proved by `crates/crm/tests/it/views.rs`.

use super::list::{ListAsk, Listed, list};
use super::open::{History, history, table_named};
use super::rows::Row;
use crate::Done;
use catalogue::{RowId, Table, TableId};
use security::{Actor, Denial, Privilege, permit};
use serde_json::json;
use store::{Tx, records};

/// One thing on the timeline.
#[derive(Debug)]
pub struct Moment {
    /// When, microseconds UTC.
    pub time: i64,
    /// What.
    pub kind: MomentKind,
}

/// What it is.
#[derive(Debug)]
pub enum MomentKind {
    /// An activity or a note, of this table.
    Record(TableId, Row),
    /// A change of the record itself.
    Change(History),
}

/// What happened around a record, newest first.
pub fn timeline(tx: &mut Tx<'_>, actor: &Actor, set: &str, id: RowId, limit: usize) -> Done<Vec<Moment>> {
    let (catalogue, table) = table_named(actor, set)?;
    let mut all = Vec::new();
    for line in history(tx, actor, set, id, u32::try_from(limit).unwrap_or(50))? {
        all.push(Moment { time: line.time, kind: MomentKind::Change(line) });
    }
    for relation in catalogue.children_of(table) {
        let Some(child) = catalogue.table(relation.child).filter(|t| t.is_activity || t.set == "notes") else { continue };
        // Which record it is about must be open too: else it is not told that it is about this one.
        if !permit(actor, Privilege::Read, child).is_ok_and(|p| p.opens(relation.column, security::ColumnUse::Read)) {
            continue;
        }
        let column = child.column(relation.column).map(|c| c.name.clone()).unwrap_or_default();
        for row in children(tx, actor, child, &column, id, limit, Some("-created_on"), None)?.rows {
            let time = row.cell(child, "created_on").and_then(|c| c.value.int()).unwrap_or(0);
            all.push(Moment { time, kind: MomentKind::Record(child.id, row) });
        }
    }
    all.sort_by_key(|m| std::cmp::Reverse(m.time));
    all.truncate(limit);
    Ok(all)
}

/// A list that belongs to a record.
#[derive(Debug)]
pub struct RelatedList {
    /// Its table.
    pub table: TableId,
    /// The lookup that names the record.
    pub column: String,
    /// The first of its rows.
    pub listed: Listed,
}

/// The lists that belong to a record, those the reader may read.
pub fn related(tx: &mut Tx<'_>, actor: &Actor, set: &str, id: RowId, limit: usize) -> Done<Vec<RelatedList>> {
    let (catalogue, table) = table_named(actor, set)?;
    let parent = catalogue.table(table).ok_or(Denial::NotThere)?;
    let read = permit(actor, Privilege::Read, parent)?;
    if !records::within(tx, &read, &[id])?.contains(&id) {
        return Err(Denial::NotThere.into());
    }
    let mut lists = Vec::new();
    for relation in catalogue.children_of(table) {
        let Some(child) = catalogue.table(relation.child).filter(|t| !t.is_activity && t.set != "notes") else { continue };
        let Some(column) = child.column(relation.column) else { continue };
        if permit(actor, Privilege::Read, child).is_ok_and(|p| p.opens(column.id, security::ColumnUse::Read)) {
            let listed = children(tx, actor, child, &column.name, id, limit, None, Some(1000))?;
            lists.push(RelatedList { table: child.id, column: column.name.clone(), listed });
        }
    }
    Ok(lists)
}

#[allow(clippy::too_many_arguments)]
fn children(
    tx: &mut Tx<'_>,
    actor: &Actor,
    child: &Table,
    column: &str,
    id: RowId,
    limit: usize,
    sort: Option<&str>,
    count: Option<i64>,
) -> Done<Listed> {
    let read = permit(actor, Privilege::Read, child)?;
    let shown = child.views.first().map(|v| v.columns.clone()).unwrap_or_else(|| vec![child.primary]);
    let shown =
        shown.into_iter().filter(|c| read.opens(*c, security::ColumnUse::Read)).filter_map(|c| child.column(c)).map(|c| c.name.clone());
    let select = if sort.is_some() { None } else { Some(shown.collect()) };
    let ask = ListAsk {
        set: child.set.clone(),
        view: "*".into(),
        filter: Some(json!({ "column": column, "op": "eq", "value": id.to_string() })),
        sort: sort.map(str::to_owned),
        select,
        limit,
        count,
        ..ListAsk::default()
    };
    list(tx, actor, &ask)
}
