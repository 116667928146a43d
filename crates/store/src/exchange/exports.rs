//! Exports: what was asked, what was decided, and the file in the spool.
//!
//! A refused export is kept as well. A file that is ready has an end; after it [`due`] names it, so that it goes.
//! Not here: the decision and the file itself (`crm`). Start reading at [`keep_export`].
//! Proved by `crates/crm/tests/it/exchange.rs`.

use crate::accounts::{maybe, plain};
use crate::queue::JobState;
use crate::sql::Row;
use crate::{Fault, Tx};
use catalogue::{RowId, Value};
use security::PrincipalId;
use serde_json::json;

/// An export that was decided about.
#[derive(Clone, Debug)]
pub struct NewExport<'a> {
    /// Its id.
    pub id: RowId,
    /// The job that makes the file; none when it was refused.
    pub job: Option<RowId>,
    /// Who asked.
    pub asker: PrincipalId,
    /// From which set.
    pub set: &'a str,
    /// What was asked for.
    pub query: &'a serde_json::Value,
    /// The columns that go out.
    pub columns: &'a serde_json::Value,
    /// `csv` or `xlsx`.
    pub format: &'a str,
    /// What it is for, in the person's words.
    pub reason: Option<&'a str>,
    /// `allowed` or `refused`.
    pub decision: &'a str,
    /// Why it was refused.
    pub why: Option<&'a str>,
}

/// Where an export is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportState {
    /// It was not allowed.
    Refused,
    /// The file is being made.
    Making,
    /// The file can be collected.
    Ready,
    /// The file could not be made, or was stopped.
    Failed,
    /// The file is gone, its time is over.
    Ended,
}

impl ExportState {
    /// Its stable name.
    pub fn name(self) -> &'static str {
        match self {
            ExportState::Refused => "refused",
            ExportState::Making => "making",
            ExportState::Ready => "ready",
            ExportState::Failed => "failed",
            ExportState::Ended => "ended",
        }
    }

    fn parse(name: &str) -> Result<ExportState, Fault> {
        let all = [ExportState::Refused, ExportState::Making, ExportState::Ready, ExportState::Failed, ExportState::Ended];
        all.into_iter().find(|state| state.name() == name).ok_or_else(|| Fault::broken(format!("an export's state is `{name}`")))
    }
}

/// An export.
#[derive(Clone, Debug)]
pub struct Export {
    /// Its id.
    pub id: RowId,
    /// The job that makes the file.
    pub job: Option<RowId>,
    /// Who asked.
    pub asker: PrincipalId,
    /// From which set.
    pub set: String,
    /// What was asked for.
    pub query: serde_json::Value,
    /// The columns that go out.
    pub columns: serde_json::Value,
    /// `csv` or `xlsx`.
    pub format: String,
    /// What it is for.
    pub reason: Option<String>,
    /// `allowed` or `refused`.
    pub decision: String,
    /// Why it was refused, or why it failed.
    pub why: Option<String>,
    /// How many rows went into the file.
    pub rows: Option<i64>,
    /// The SHA-256 of the file.
    pub sha256: Option<Vec<u8>>,
    /// Under which rights the file was made.
    pub rights: Option<String>,
    /// Where it is.
    pub state: ExportState,
    /// When it was asked for, microseconds UTC.
    pub created_on: i64,
    /// Until when it can be collected, microseconds UTC.
    pub ends_on: Option<i64>,
    /// When it was first collected, microseconds UTC.
    pub collected_on: Option<i64>,
}

/// A file that was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// How many rows.
    pub rows: i64,
    /// Its SHA-256.
    pub sha256: [u8; 32],
    /// Under which rights it was made: compared when it is collected.
    pub rights: String,
    /// Until when it can be collected, microseconds UTC.
    pub ends_on: i64,
}

const SELECT: &str = "SELECT e.id, e.job, e.asker, e.set_name, e.query, e.columns, e.format, e.reason, e.decision, e.why, e.rows_out,
    e.sha256, e.rights, e.state, e.created_on, e.ends_on, e.collected_on, j.state, j.message
    FROM sys_exports e LEFT JOIN sys_jobs j ON j.id = e.job";

fn read(row: &Row) -> Result<Export, Fault> {
    let mut state = ExportState::parse(&row.text(13)?)?;
    let mut why = row.opt_text(9)?;
    // A job that ended without a file ended the export.
    let job = row.opt_text(17)?.map(|state| JobState::parse(&state)).transpose()?;
    if state == ExportState::Making && job.is_some_and(JobState::has_ended) {
        state = ExportState::Failed;
        why = row.opt_text(18)?.filter(|m| !m.is_empty());
    }
    Ok(Export {
        id: row.id(0)?,
        job: row.opt_id(1)?,
        asker: PrincipalId(row.id(2)?),
        set: row.text(3)?,
        query: super::json(&row.text(4)?, "the query of an export")?,
        columns: super::json(&row.text(5)?, "the columns of an export")?,
        format: row.text(6)?,
        reason: row.opt_text(7)?,
        decision: row.text(8)?,
        why,
        rows: row.opt_int(10)?,
        sha256: Some(row.bytes(11)?).filter(|b| !b.is_empty()),
        rights: row.opt_text(12)?,
        state,
        created_on: row.int(14)?,
        ends_on: row.opt_int(15)?,
        collected_on: row.opt_int(16)?,
    })
}

/// Keeps what was asked for and decided.
pub fn keep_export(tx: &mut Tx<'_>, new: &NewExport<'_>) -> Result<(), Fault> {
    let state = if new.job.is_some() { ExportState::Making } else { ExportState::Refused };
    tx.run(
        "INSERT INTO sys_exports (id, job, asker, set_name, query, columns, format, reason, decision, why, state, created_on)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        &[
            new.id.into(),
            new.job.into(),
            new.asker.0.into(),
            plain(new.set),
            plain(&new.query.to_string()),
            plain(&new.columns.to_string()),
            plain(new.format),
            maybe(new.reason),
            plain(new.decision),
            maybe(new.why),
            plain(state.name()),
            tx.now.into(),
        ],
    )?;
    let told = json!({
        "set": new.set, "query": new.query, "columns": new.columns, "format": new.format, "reason": new.reason,
        "decision": new.decision, "why": new.why,
    });
    tx.changed("exports", new.id, None, Some(told));
    Ok(())
}

/// One export.
pub fn export(tx: &mut Tx<'_>, id: RowId) -> Result<Option<Export>, Fault> {
    tx.row(&format!("{SELECT} WHERE e.id = ?1"), &[id.into()])?.as_ref().map(read).transpose()
}

/// A person's exports, newest first.
pub fn exports_of(tx: &mut Tx<'_>, asker: PrincipalId, limit: u32) -> Result<Vec<Export>, Fault> {
    let text = format!("{SELECT} WHERE e.asker = ?1 ORDER BY e.created_on DESC, e.id DESC LIMIT ?2");
    tx.rows(&text, &[asker.0.into(), i64::from(limit).into()])?.iter().map(read).collect()
}

/// Notes that the file is whole.
pub fn note_made(tx: &mut Tx<'_>, id: RowId, made: &Made) -> Result<(), Fault> {
    tx.run(
        "UPDATE sys_exports SET rows_out = ?2, sha256 = ?3, rights = ?4, ends_on = ?5, state = 'ready' WHERE id = ?1",
        &[id.into(), made.rows.into(), Value::Bytes(made.sha256.to_vec()), plain(&made.rights), made.ends_on.into()],
    )?;
    let sha256 = crate::trail::checkpoint::hex(&made.sha256);
    tx.changed("exports", id, Some(json!({ "state": "making" })), Some(json!({ "state": "ready", "rows": made.rows, "sha256": sha256 })));
    Ok(())
}

/// Notes that the file cannot be made.
pub fn fail_export(tx: &mut Tx<'_>, id: RowId, why: &str) -> Result<(), Fault> {
    tx.run("UPDATE sys_exports SET why = ?2, state = 'failed' WHERE id = ?1", &[id.into(), plain(why)])?;
    tx.changed("exports", id, Some(json!({ "state": "making" })), Some(json!({ "state": "failed", "why": why })));
    Ok(())
}

/// Notes that the file is handed out.
pub fn note_collected(tx: &mut Tx<'_>, id: RowId) -> Result<(), Fault> {
    tx.run("UPDATE sys_exports SET collected_on = coalesce(collected_on, ?2) WHERE id = ?1", &[id.into(), tx.now.into()])?;
    tx.changed("exports", id, None, Some(json!({ "collected_on": tx.now })));
    Ok(())
}

/// The exports whose file is there and whose time is over.
pub fn due(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<RowId>, Fault> {
    let binds = [tx.now.into(), i64::from(limit).into()];
    tx.rows("SELECT id FROM sys_exports WHERE state = 'ready' AND ends_on <= ?1 ORDER BY ends_on LIMIT ?2", &binds)?
        .iter()
        .map(|row| row.id(0))
        .collect()
}

/// Notes that the file is gone.
pub fn end_export(tx: &mut Tx<'_>, id: RowId) -> Result<(), Fault> {
    tx.run("UPDATE sys_exports SET state = 'ended' WHERE id = ?1", &[id.into()])?;
    tx.changed("exports", id, Some(json!({ "state": "ready" })), Some(json!({ "state": "ended" })));
    Ok(())
}
