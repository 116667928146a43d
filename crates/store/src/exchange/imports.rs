//! Imports and their rows.
//!
//! A row of the file is noted once, under the import and its number: the key of the table forbids a second time.
//! Not here: what a row becomes (`crm`). Start reading at [`note_row`]. Proved by `crates/crm/tests/it/exchange.rs`.

use crate::accounts::{maybe, plain};
use crate::queue::JobState;
use crate::sql::Row;
use crate::{Fault, Tx};
use catalogue::{RowId, Value};
use security::PrincipalId;
use serde_json::json;

/// An import that is asked for.
#[derive(Clone, Debug)]
pub struct NewImport<'a> {
    /// Its id.
    pub id: RowId,
    /// The job that does it.
    pub job: RowId,
    /// Who asked.
    pub asker: PrincipalId,
    /// Into which set.
    pub set: &'a str,
    /// The bytes.
    pub file: RowId,
    /// What the person calls the file.
    pub file_name: &'a str,
    /// How the file is to be read.
    pub look: &'a serde_json::Value,
    /// Which column goes where.
    pub map: &'a serde_json::Value,
    /// Everything else that was asked.
    pub options: &'a serde_json::Value,
}

/// An import.
#[derive(Clone, Debug)]
pub struct Import {
    /// Its id.
    pub id: RowId,
    /// The job that does it.
    pub job: RowId,
    /// Who asked.
    pub asker: PrincipalId,
    /// Into which set.
    pub set: String,
    /// The bytes.
    pub file: RowId,
    /// What the person calls the file.
    pub file_name: String,
    /// How the file is read.
    pub look: serde_json::Value,
    /// Which column goes where.
    pub map: serde_json::Value,
    /// Everything else that was asked.
    pub options: serde_json::Value,
    /// What became of the rows so far.
    pub tally: Tally,
    /// How many rows the file has, when that is known.
    pub total: Option<i64>,
    /// Where it is.
    pub state: JobState,
    /// What its end has to say.
    pub message: Option<String>,
    /// When it was asked for, microseconds UTC.
    pub created_on: i64,
    /// When it ended, microseconds UTC.
    pub ended_on: Option<i64>,
}

/// What became of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Records made.
    pub created: i64,
    /// Records changed, or found as they should be.
    pub updated: i64,
    /// Rows that could not be taken.
    pub failed: i64,
    /// Rows whose owner was not found and that went to the fallback.
    pub fallbacks: i64,
    /// Cells whose text seems to be encoded twice (`CafÃ©`).
    pub doubled: i64,
}

impl Tally {
    /// How many rows.
    pub fn rows(&self) -> i64 {
        self.created + self.updated + self.failed
    }
}

/// What became of one row of the file.
#[derive(Clone, Debug)]
pub enum Outcome<'a> {
    /// It is this record.
    Record(RowId),
    /// It would be a record: a trial.
    Fits,
    /// It could not be taken.
    Problem {
        /// Why, for people.
        why: &'a str,
        /// The row as it was read.
        cells: &'a [String],
    },
}

/// A row that could not be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedRow {
    /// Its number, counted from 1 after the header.
    pub number: i64,
    /// Why.
    pub problem: String,
    /// The row as it was read.
    pub cells: Vec<String>,
}

const SELECT: &str = "SELECT i.id, i.job, i.asker, i.set_name, i.file_id, i.file_name, i.look, i.map, i.options, i.created, i.updated,
    i.failed, i.fallbacks, i.doubled, i.total, j.state, j.message, i.created_on, j.ended_on
    FROM sys_imports i JOIN sys_jobs j ON j.id = i.job";

fn read(row: &Row) -> Result<Import, Fault> {
    Ok(Import {
        id: row.id(0)?,
        job: row.id(1)?,
        asker: PrincipalId(row.id(2)?),
        set: row.text(3)?,
        file: row.id(4)?,
        file_name: row.text(5)?,
        look: super::json(&row.text(6)?, "how a file is read")?,
        map: super::json(&row.text(7)?, "an import map")?,
        options: super::json(&row.text(8)?, "the options of an import")?,
        tally: Tally { created: row.int(9)?, updated: row.int(10)?, failed: row.int(11)?, fallbacks: row.int(12)?, doubled: row.int(13)? },
        total: row.opt_int(14)?,
        state: JobState::parse(&row.text(15)?)?,
        message: row.opt_text(16)?.filter(|m| !m.is_empty()),
        created_on: row.int(17)?,
        ended_on: row.opt_int(18)?,
    })
}

/// Keeps what was asked for.
pub fn keep_import(tx: &mut Tx<'_>, new: &NewImport<'_>) -> Result<(), Fault> {
    tx.run(
        "INSERT INTO sys_imports (id, job, asker, set_name, file_id, file_name, look, map, options, created, updated, failed, fallbacks,
         doubled, created_on) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, 0, 0, 0, 0, ?10)",
        &[
            new.id.into(),
            new.job.into(),
            new.asker.0.into(),
            plain(new.set),
            new.file.into(),
            plain(new.file_name),
            plain(&new.look.to_string()),
            plain(&new.map.to_string()),
            plain(&new.options.to_string()),
            tx.now.into(),
        ],
    )?;
    let told = json!({ "set": new.set, "file": new.file.to_string(), "file_name": new.file_name, "map": new.map, "options": new.options });
    tx.changed("imports", new.id, None, Some(told));
    Ok(())
}

/// One import.
pub fn import(tx: &mut Tx<'_>, id: RowId) -> Result<Option<Import>, Fault> {
    tx.row(&format!("{SELECT} WHERE i.id = ?1"), &[id.into()])?.as_ref().map(read).transpose()
}

/// A person's imports, newest first.
pub fn imports_of(tx: &mut Tx<'_>, asker: PrincipalId, limit: u32) -> Result<Vec<Import>, Fault> {
    let text = format!("{SELECT} WHERE i.asker = ?1 ORDER BY i.created_on DESC, i.id DESC LIMIT ?2");
    tx.rows(&text, &[asker.0.into(), i64::from(limit).into()])?.iter().map(read).collect()
}

/// Notes how many rows the file has.
pub fn set_total(tx: &mut Tx<'_>, id: RowId, total: i64) -> Result<(), Fault> {
    tx.run("UPDATE sys_imports SET total = ?2 WHERE id = ?1", &[id.into(), total.into()])?;
    Ok(())
}

/// Notes what became of a row. A second time for the same row is refused by the database.
pub fn note_row(tx: &mut Tx<'_>, import: RowId, number: i64, outcome: &Outcome<'_>) -> Result<(), Fault> {
    let (row, problem, cells) = match outcome {
        Outcome::Record(id) => (Value::Id(*id), None, None),
        Outcome::Fits => (Value::Null, None, None),
        Outcome::Problem { why, cells } => (Value::Null, Some(*why), Some(json!(cells).to_string())),
    };
    tx.run(
        "INSERT INTO sys_import_rows (import_id, number, row_id, problem, cells) VALUES (?1, ?2, ?3, ?4, ?5)",
        &[import.into(), number.into(), row, maybe(problem), maybe(cells.as_deref())],
    )?;
    Ok(())
}

/// Adds what became of a batch.
pub fn note_tally(tx: &mut Tx<'_>, import: RowId, more: &Tally) -> Result<(), Fault> {
    tx.run(
        "UPDATE sys_imports SET created = created + ?2, updated = updated + ?3, failed = failed + ?4, fallbacks = fallbacks + ?5,
         doubled = doubled + ?6 WHERE id = ?1",
        &[import.into(), more.created.into(), more.updated.into(), more.failed.into(), more.fallbacks.into(), more.doubled.into()],
    )?;
    Ok(())
}

/// The rows behind this one that could not be taken, in the order of the file.
pub fn failed_rows(tx: &mut Tx<'_>, import: RowId, after: i64, limit: u32) -> Result<Vec<FailedRow>, Fault> {
    let rows = tx.rows(
        "SELECT number, problem, cells FROM sys_import_rows WHERE import_id = ?1 AND number > ?2 AND problem IS NOT NULL
         ORDER BY number LIMIT ?3",
        &[import.into(), after.into(), i64::from(limit).into()],
    )?;
    let failed = |row: &Row| {
        let cells = row.opt_text(2)?.unwrap_or_else(|| "[]".into());
        let cells = serde_json::from_str(&cells).map_err(|_| Fault::broken("the cells of a row cannot be read"))?;
        Ok(FailedRow { number: row.int(0)?, problem: row.text(1)?, cells })
    };
    rows.iter().map(failed).collect()
}
