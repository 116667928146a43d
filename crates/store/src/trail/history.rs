//! The trail, told: what became of one record, and what was done lately.
//!
//! [`history`] is for whoever may read the record: each line loses the columns that the permit does not open, so it
//! shows no more than the record itself. [`latest`] tells entries only: ids, names of verbs and of columns, never a value.
//! Not here: whether the record is within reach, and what a lookup in a line may show (`crm`, with [`crate::Store`]'s
//! records). Start reading at [`history`]. Proved by `crates/store/tests/it/trail.rs`.

use crate::sql::{Row, Sql};
use crate::{Fault, Tx};
use catalogue::{RowId, Table, Value};
use security::{ColumnUse, Permit, PrincipalId, Privilege};
use serde_json::Map;

/// Where an entry stands: by time, then lane and number. The newest is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// When, in microseconds.
    pub time: i64,
    /// In which lane.
    pub lane: i64,
    /// Its number there.
    pub number: i64,
}

/// One change of one record.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryLine {
    /// Where its entry stands.
    pub place: Place,
    /// Who acted.
    pub actor: PrincipalId,
    /// By which way.
    pub channel: String,
    /// The verb.
    pub verb: String,
    /// `done`, or the name of the refusal.
    pub verdict: String,
    /// Columns as they were, those that the permit opens; `None` when there was no record, or it was erased.
    pub old: Option<Map<String, serde_json::Value>>,
    /// Columns as they became; `None` when the record was deleted, or erased.
    pub new: Option<Map<String, serde_json::Value>>,
    /// Its bytes were taken out.
    pub erased: bool,
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Where it stands.
    pub place: Place,
    /// Who acted.
    pub actor: PrincipalId,
    /// By which way.
    pub channel: String,
    /// The verb.
    pub verb: String,
    /// `done`, or the name of the refusal.
    pub verdict: String,
    /// What it is about.
    pub subject: Option<(String, RowId)>,
    /// How many records it changed.
    pub changes: usize,
    /// The table and column that it opened or secured.
    pub column: Option<(String, String)>,
}

/// Which entries are asked for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// By this actor only.
    pub actor: Option<PrincipalId>,
    /// Of this verb only.
    pub verb: Option<String>,
    /// About this record or principal only.
    pub subject: Option<RowId>,
    /// Only what was refused.
    pub refused: bool,
    /// Only what people did: not the product's own housekeeping.
    pub people: bool,
    /// Older than this one, for the next page.
    pub before: Option<Place>,
}

/// What became of one record, newest first. The caller has seen that the record is within the permit's reach.
pub fn history(
    tx: &mut Tx<'_>,
    permit: &Permit<'_>,
    table: &Table,
    row: RowId,
    before: Option<Place>,
    limit: u32,
) -> Result<Vec<HistoryLine>, Fault> {
    if permit.table() != table.id || permit.privilege() != Privilege::Read {
        return Err(Fault::broken("a history was asked for with a permit for something else"));
    }
    let mut sql = Sql::new(
        "SELECT t.time, t.lane, t.number, t.actor, t.channel, t.verb, t.verdict, c.body
         FROM sys_changes c JOIN sys_trail t ON t.lane = c.lane AND t.number = c.number WHERE c.row_id = ",
    );
    sql.bind(row).push(" AND c.set_name = ").bind(table.set.as_str());
    before_place(&mut sql, before);
    sql.push(" ORDER BY t.time DESC, t.lane DESC, t.number DESC, c.seq DESC LIMIT ").bind(i64::from(limit));
    tx.ask(&sql)?.iter().map(|found| history_line(found, permit, table)).collect()
}

fn history_line(row: &Row, permit: &Permit<'_>, table: &Table) -> Result<HistoryLine, Fault> {
    let body = row.opt_text(7)?;
    let erased = body.is_none();
    let mut body: serde_json::Value = match body {
        Some(text) => serde_json::from_str(&text).map_err(|_| Fault::broken("a change in the trail cannot be read"))?,
        None => serde_json::Value::Null,
    };
    let mut side = |name: &str| match body.get_mut(name).map(serde_json::Value::take) {
        Some(serde_json::Value::Object(columns)) => Some(open_columns(columns, permit, table)),
        _ => None,
    };
    Ok(HistoryLine {
        old: side("old"),
        new: side("new"),
        erased,
        place: place(row)?,
        actor: PrincipalId(row.id(3)?),
        channel: row.text(4)?,
        verb: row.text(5)?,
        verdict: row.text(6)?,
    })
}

/// What is no column of the table, or not open to the reader, is not told.
fn open_columns(columns: Map<String, serde_json::Value>, permit: &Permit<'_>, table: &Table) -> Map<String, serde_json::Value> {
    let is_open = |name: &str| table.find(name).is_some_and(|column| permit.opens(column.id, ColumnUse::Read));
    columns.into_iter().filter(|(name, _)| is_open(name)).collect()
}

/// What was done lately, newest first. Whoever asks was entrusted with the trail.
pub fn latest(tx: &mut Tx<'_>, wanted: &Wanted, limit: u32) -> Result<Vec<Line>, Fault> {
    let mut sql = Sql::new(
        "SELECT t.time, t.lane, t.number, t.actor, t.channel, t.verb, t.verdict, t.subject_set, t.subject_id, t.commitments,
                (SELECT min(c.body) FROM sys_changes c WHERE c.lane = t.lane AND c.number = t.number AND c.set_name = 'column_security')
         FROM sys_trail t WHERE t.number > 0",
    );
    if let Some(actor) = wanted.actor {
        sql.push(" AND t.actor = ").bind(actor.0);
    }
    if let Some(verb) = &wanted.verb {
        sql.push(" AND t.verb = ").bind(verb.as_str());
    }
    if let Some(subject) = wanted.subject {
        sql.push(" AND t.subject_id = ").bind(subject);
    }
    if wanted.people {
        sql.push(" AND t.actor <> ").bind(PrincipalId::OPERATOR.0);
    }
    if wanted.refused {
        sql.push(" AND t.verdict <> 'done'");
    }
    before_place(&mut sql, wanted.before);
    sql.push(" ORDER BY t.time DESC, t.lane DESC, t.number DESC LIMIT ").bind(i64::from(limit));
    tx.ask(&sql)?.iter().map(line).collect()
}

fn line(row: &Row) -> Result<Line, Fault> {
    Ok(Line {
        place: place(row)?,
        actor: PrincipalId(row.id(3)?),
        channel: row.text(4)?,
        verb: row.text(5)?,
        verdict: row.text(6)?,
        subject: row.opt_text(7)?.zip(row.opt_id(8)?),
        changes: commitments(row.get(9)?) / 32,
        column: row.opt_text(10)?.and_then(|body| column_of(&body)),
    })
}

/// Which column the change of a column's security was about. That it exists is no secret.
fn column_of(body: &str) -> Option<(String, String)> {
    let body: serde_json::Value = serde_json::from_str(body).ok()?;
    let said = |name: &str| Some(body.get("new")?.get(name)?.as_str()?.to_owned());
    said("table").zip(said("column"))
}

fn commitments(value: &Value) -> usize {
    match value {
        Value::Bytes(bytes) => bytes.len(),
        Value::Null | Value::Int(_) | Value::Text(_) | Value::Id(_) => 0,
    }
}

fn place(row: &Row) -> Result<Place, Fault> {
    Ok(Place { time: row.int(0)?, lane: row.int(1)?, number: row.int(2)? })
}

fn before_place(sql: &mut Sql, before: Option<Place>) {
    if let Some(place) = before {
        sql.push(" AND (t.time, t.lane, t.number) < (").bind(place.time);
        sql.push(", ").bind(place.lane).push(", ").bind(place.number).push(")");
    }
}
