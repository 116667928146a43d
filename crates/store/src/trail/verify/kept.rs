//! What is kept now, against what the trail says became of it.
//!
//! For every row of a [`Told`] kind the last change that speaks of a column must say what stands there; a row that no
//! change knows, one that was deleted and is there, and one that is gone without a delete are found. Where changes bear
//! the same time, any of them may be the last. Of a row with an erased change nothing is said.
//! LIMIT: keys for sorting, version and modification stamps are not in the changes, so they are not compared.
//! Not here: which kinds there are ([`super::told`]). Proved by `crates/store/tests/it/trail_rows.rs`.

use super::told::Told;
use super::{Bad, Report, Wrong};
use crate::sql::{Row, Sql, name};
use crate::{Fault, Tx};
use catalogue::{RowId, Value};
use serde_json::Map;
use std::collections::{BTreeMap, BTreeSet};

const PAGE: i64 = 256;
/// Findings that are told at most: a table taken over by hand would fill the report.
const MOST: usize = 100;

/// One change of one row.
struct Event {
    time: i64,
    lane: i64,
    number: i64,
    erased: bool,
    new: Option<Map<String, serde_json::Value>>,
}

/// Compares every row of this kind.
pub(super) fn compare(tx: &mut Tx<'_>, told: &Told, report: &mut Report) -> Result<(), Fault> {
    let columns: String = told.columns.iter().map(|(_, column)| format!(", r.{}", name(column))).collect();
    let ended = if told.ends { ", r.ended" } else { "" };
    let text = format!(
        "SELECT r.id{columns}{ended} FROM {} r WHERE r.id > ?1{} ORDER BY r.id LIMIT {PAGE}",
        name(&told.table),
        told.only.map_or(String::new(), |only| format!(" AND {only}"))
    );
    let mut after = RowId(uuid::Uuid::nil());
    loop {
        let page = tx.rows(&text, &[after.into()])?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id(0)?;
        let ids = page.iter().map(|row| row.id(0)).collect::<Result<Vec<_>, Fault>>()?;
        let events = events(tx, &told.set, &ids)?;
        for (row, id) in page.iter().zip(ids) {
            let of_row = events.get(&id).map_or(&[][..], Vec::as_slice);
            if let Some(wrong) = one(tx, told, id, row, of_row)? {
                find(report, of_row, wrong);
            }
            report.records += 1;
        }
    }
}

fn find(report: &mut Report, events: &[Event], wrong: Wrong) {
    if report.bad.len() < MOST {
        let last = events.last();
        report.bad.push(Bad { lane: last.map(|e| e.lane), number: last.map(|e| e.number), wrong });
    }
}

/// The changes of these rows, oldest first.
fn events(tx: &mut Tx<'_>, set: &str, ids: &[RowId]) -> Result<BTreeMap<RowId, Vec<Event>>, Fault> {
    let mut sql = Sql::new(
        "SELECT c.row_id, t.time, t.lane, t.number, c.body FROM sys_changes c
         JOIN sys_trail t ON t.lane = c.lane AND t.number = c.number WHERE c.set_name = ",
    );
    sql.bind(set).push(" AND c.row_id IN ").list(ids.iter().map(|id| Value::Id(*id)));
    sql.push(" ORDER BY t.time, t.lane, t.number, c.seq");
    let mut found: BTreeMap<RowId, Vec<Event>> = BTreeMap::new();
    for row in tx.ask(&sql)? {
        let body = row.opt_text(4)?;
        let new = match body.as_deref().map(serde_json::from_str::<serde_json::Value>) {
            Some(Ok(mut body)) => match body.get_mut("new").map(serde_json::Value::take) {
                Some(serde_json::Value::Object(new)) => Some(new),
                _ => None,
            },
            // Altered beyond reading: the walk through its lane says so.
            Some(Err(_)) | None => None,
        };
        let event = Event { time: row.int(1)?, lane: row.int(2)?, number: row.int(3)?, erased: body.is_none(), new };
        found.entry(row.id(0)?).or_default().push(event);
    }
    Ok(found)
}

fn one(tx: &mut Tx<'_>, told: &Told, id: RowId, row: &Row, events: &[Event]) -> Result<Option<Wrong>, Fault> {
    let Some(last) = events.last() else {
        return Ok(Some(Wrong::RecordUnknown { set: told.set.clone(), row: id }));
    };
    if events.iter().any(|event| event.erased) {
        return Ok(None);
    }
    let altered = |column: &str| Some(Wrong::RecordAltered { set: told.set.clone(), row: id, column: column.to_owned() });
    let mut lasts = events.iter().filter(|event| event.time == last.time);
    let (is_over, is_live) = (lasts.clone().any(|event| event.new.is_none()), lasts.any(|event| event.new.is_some()));
    if told.ends {
        let ended = !row.get(told.columns.len() + 1)?.is_null();
        if (ended && !is_over) || (!ended && !is_live) {
            return Ok(altered("ended"));
        }
    } else if !is_live {
        return Ok(Some(Wrong::RecordBack { set: told.set.clone(), row: id }));
    }
    for (n, (key, column)) in told.columns.iter().enumerate() {
        let value = row.get(n + 1)?;
        let said = last_said(events, key);
        let is_right = if said.is_empty() { !told.whole || value.is_null() } else { said.iter().any(|said| is_same(said, value)) };
        if !is_right {
            return Ok(altered(column));
        }
    }
    if let Some(parts) = told.parts {
        for (key, value) in parts(tx, id)? {
            let said = last_said(events, &key);
            if !said.is_empty() && !said.into_iter().any(|said| sorted(said.clone()) == value) {
                return Ok(altered(&key));
            }
        }
    }
    Ok(None)
}

/// What the last change that speaks of this says; several when they bear the same time.
fn last_said<'e>(events: &'e [Event], key: &str) -> Vec<&'e serde_json::Value> {
    let said = || events.iter().filter_map(|event| event.new.as_ref().and_then(|new| new.get(key)).map(|said| (event.time, said)));
    let last = said().map(|(time, _)| time).max();
    said().filter(|(time, _)| Some(*time) == last).map(|(_, said)| said).collect()
}

/// Lists in the changes are in the order in which they were given.
pub(super) fn sorted(mut value: serde_json::Value) -> serde_json::Value {
    if let serde_json::Value::Array(items) = &mut value {
        items.sort_by_key(ToString::to_string);
    }
    value
}

/// Whether the change says what stands there.
fn is_same(said: &serde_json::Value, value: &Value) -> bool {
    match (said, value) {
        (serde_json::Value::Null, Value::Null) => true,
        (serde_json::Value::Number(said), Value::Int(value)) => said.as_i64() == Some(*value),
        (serde_json::Value::Bool(said), Value::Int(value)) => i64::from(*said) == *value,
        (serde_json::Value::String(said), Value::Text(value)) => said == value,
        (serde_json::Value::String(said), Value::Id(value)) => *said == value.to_string(),
        (serde_json::Value::String(said), Value::Null) => said.is_empty(),
        (serde_json::Value::Object(said), Value::Id(value)) => said.get("id").and_then(|id| id.as_str()) == Some(&value.to_string()),
        _ => false,
    }
}

/// Rows that changes tell of and that are gone without a delete.
pub(super) fn gone(tx: &mut Tx<'_>, kinds: &[Told], report: &mut Report) -> Result<(), Fault> {
    let mut after = (i64::MIN, i64::MIN, i64::MIN);
    loop {
        let page = tx.rows(
            "SELECT lane, number, seq, set_name, row_id FROM sys_changes WHERE (lane, number, seq) > (?1, ?2, ?3)
             ORDER BY lane, number, seq LIMIT ?4",
            &[after.0.into(), after.1.into(), after.2.into(), PAGE.into()],
        )?;
        let Some(last) = page.last() else { return Ok(()) };
        after = (last.int(0)?, last.int(1)?, last.int(2)?);
        let mut named: BTreeMap<String, BTreeSet<RowId>> = BTreeMap::new();
        for row in &page {
            named.entry(row.text(3)?).or_default().insert(row.id(4)?);
        }
        for told in kinds {
            if let Some(ids) = named.get(&told.set) {
                missing(tx, told, ids, report)?;
            }
        }
    }
}

fn missing(tx: &mut Tx<'_>, told: &Told, ids: &BTreeSet<RowId>, report: &mut Report) -> Result<(), Fault> {
    let mut sql = Sql::new("SELECT id FROM ");
    sql.push(&name(&told.table)).push(" WHERE id IN ").list(ids.iter().map(|id| Value::Id(*id)));
    let there = tx.ask(&sql)?.iter().map(|row| row.id(0)).collect::<Result<BTreeSet<_>, Fault>>()?;
    let absent: Vec<RowId> = ids.difference(&there).copied().collect();
    if absent.is_empty() {
        return Ok(());
    }
    for (row, events) in events(tx, &told.set, &absent)? {
        let last = events.last().map(|event| event.time);
        let is_over = events.iter().filter(|event| Some(event.time) == last).any(|event| event.new.is_none());
        let wrong = Wrong::RecordGone { set: told.set.clone(), row };
        if (told.ends || !is_over) && !report.bad.iter().any(|bad| bad.wrong == wrong) {
            find(report, &events, wrong);
        }
    }
    Ok(())
}
