//! One record: opened, its history, and what was deleted of its table.
//!
//! What may not be read does not exist: the answer is [`security::Denial::NotThere`], as for an id that never was.
//! History shows columns that are open to the reader today, and hides what a lookup named when that is hidden.
//! Not here: the timeline ([`super::timeline()`]). Proved by `crates/crm/tests/it/views.rs`.

use super::rows::{Link, Row, rows};
use crate::{Done, Problem};
use catalogue::{ColumnId, RowId, Table, Value};
use security::{Actor, Denial, Privilege, permit};
use serde_json::Value as Json;
use std::sync::Arc;
use store::Tx;
use store::accounts;
use store::journal::{Reading, ReadingKind};
use store::records;

/// Every act that a record page may offer.
const ACTS: [Privilege; 7] =
    [Privilege::Write, Privilege::Delete, Privilege::Append, Privilege::AppendTo, Privilege::Assign, Privilege::Share, Privilege::Export];

/// The table of a set, of those the actor's catalogue has.
pub(crate) fn table_named(actor: &Actor, set: &str) -> Done<(Arc<catalogue::Catalogue>, catalogue::TableId)> {
    let catalogue = actor.catalogue().clone();
    let id = catalogue.find(set).map(|t| t.id).ok_or_else(|| Problem::malformed("unknown-set", format!("there is no set `{set}`")))?;
    Ok((catalogue, id))
}

/// Opens a record, with what may be done with it. Kept in the reading journal.
pub fn open(tx: &mut Tx<'_>, actor: &Actor, set: &str, id: RowId) -> Done<Row> {
    let row = reveal(tx, actor, set, id)?;
    let mut line = Reading::new(ReadingKind::Opened, tx.now());
    line.set = Some(set.to_owned());
    line.row = Some(id);
    line.rows = 1;
    tx.note(line);
    Ok(row)
}

/// The record as its reader sees it, for an answer to a change; not a reading of its own.
pub fn reveal(tx: &mut Tx<'_>, actor: &Actor, set: &str, id: RowId) -> Done<Row> {
    let (catalogue, table) = table_named(actor, set)?;
    let table = catalogue.table(table).ok_or(Denial::NotThere)?;
    let read = permit(actor, Privilege::Read, table)?;
    let record = records::get(tx, &read, id)?.ok_or(Denial::NotThere)?;
    rows(tx, actor, table, vec![record], &ACTS)?.pop().ok_or_else(|| Denial::NotThere.into())
}

/// One change of a record.
#[derive(Clone, Debug)]
pub struct History {
    /// When, microseconds UTC.
    pub time: i64,
    /// Who.
    pub actor: String,
    /// The verb.
    pub verb: String,
    /// Column, as it was, as it became.
    pub changes: Vec<(ColumnId, Told, Told)>,
}

/// A value of the past, as it may be told today.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// The value.
    Value(Value),
    /// What a lookup named.
    Link(Link),
}

/// What became of a record, newest first.
pub fn history(tx: &mut Tx<'_>, actor: &Actor, set: &str, id: RowId, limit: u32) -> Done<Vec<History>> {
    let (catalogue, table) = table_named(actor, set)?;
    let table = catalogue.table(table).ok_or(Denial::NotThere)?;
    let read = permit(actor, Privilege::Read, table)?;
    if !records::within(tx, &read, &[id])?.contains(&id) {
        return Err(Denial::NotThere.into());
    }
    let lines = store::trail::history(tx, &read, table, id, None, limit)?;
    let mut note = Reading::new(ReadingKind::Opened, tx.now());
    note.set = Some(set.to_owned());
    note.row = Some(id);
    note.query = Some("history".into());
    note.rows = 1;
    tx.note(note);
    let ids: Vec<security::PrincipalId> = lines.iter().map(|l| l.actor).collect();
    let names = accounts::names(tx, &ids)?;
    let mut told = Vec::new();
    for line in lines {
        let (old, new) = (line.old.unwrap_or_default(), line.new.unwrap_or_default());
        let mut changes = Vec::new();
        for column in table.columns.iter().filter(|c| !c.system || matches!(c.name.as_str(), "owner" | "owning_unit")) {
            if old.get(&column.name) == new.get(&column.name) {
                continue;
            }
            let mut side = |map: &serde_json::Map<String, Json>| tell(tx, actor, table, column.id, map.get(&column.name));
            changes.push((column.id, side(&old)?, side(&new)?));
        }
        let actor = names.get(&line.actor).map_or_else(|| "somebody".to_owned(), |n| n.name.clone());
        told.push(History { time: line.place.time, actor, verb: line.verb, changes });
    }
    Ok(told)
}

/// A stored value of the past; an id is looked up under the reader's rights of today.
fn tell(tx: &mut Tx<'_>, actor: &Actor, table: &Table, column: ColumnId, stored: Option<&Json>) -> Done<Told> {
    let value = match stored {
        Some(Json::Number(n)) => n.as_i64().map_or(Value::Null, Value::Int),
        Some(Json::String(t)) => Value::Text(t.clone()),
        Some(Json::Object(map)) => map.get("id").and_then(Json::as_str).and_then(RowId::parse).map_or(Value::Null, Value::Id),
        _ => Value::Null,
    };
    let Value::Id(id) = value else { return Ok(Told::Value(value)) };
    Ok(Told::Link(named(tx, actor, table, column, id)?))
}

/// What an id in this column names, for this reader.
fn named(tx: &mut Tx<'_>, actor: &Actor, table: &Table, column: ColumnId, id: RowId) -> Done<Link> {
    let catalogue = actor.catalogue();
    let kind = table.column(column).map(|c| &c.kind);
    for target in kind.map_or(&[][..], |k| k.targets()) {
        match target {
            catalogue::Target::Table(other) => {
                let Some(other) = catalogue.table(*other) else { continue };
                let Ok(read) = permit(actor, Privilege::Read, other) else { continue };
                if let Some(name) = records::names(tx, &read, &[id])?.remove(&id) {
                    return Ok(Link::Seen { set: other.set.clone(), id, name });
                }
            }
            catalogue::Target::Units => {
                if let Some(name) = accounts::unit_names(tx, &[security::UnitId(id)])?.remove(&security::UnitId(id)) {
                    return Ok(Link::Seen { set: "business_units".into(), id, name });
                }
            }
            catalogue::Target::Users | catalogue::Target::Teams => {}
        }
    }
    let person = security::PrincipalId(id);
    Ok(match accounts::names(tx, &[person])?.remove(&person) {
        Some(found) => Link::Seen { set: if found.kind.name() == "team" { "teams" } else { "users" }.into(), id, name: found.name },
        None => Link::Hidden,
    })
}

/// What was deleted of a set in the last 30 days, by whom it can be had back: whoever could delete it.
pub fn removed_list(tx: &mut Tx<'_>, actor: &Actor, set: &str) -> Done<Vec<records::RemovedRow>> {
    let (catalogue, table) = table_named(actor, set)?;
    let table = catalogue.table(table).ok_or(Denial::NotThere)?;
    let delete = permit(actor, Privilege::Delete, table)?;
    let since = tx.now() - 30 * 86_400_000_000;
    let mut seen = Vec::new();
    for row in records::removed(tx, set, since, 500)? {
        // Having removed it oneself is no right to see it today.
        if records::covers_removed(tx, &delete, row.row)? {
            seen.push(row);
        }
    }
    let mut line = Reading::new(ReadingKind::Listed, tx.now());
    line.set = Some(set.to_owned());
    line.query = Some("removed".into());
    line.rows = u32::try_from(seen.len()).unwrap_or(u32::MAX);
    tx.note(line);
    Ok(seen)
}
