//! Approvals: what is asked of whom, on which version of which record, and what was decided.
//!
//! [`decide`] moves an approval out of waiting once; of two who decide at the same moment one is refused.
//! Not here: who may decide (`crm`). Start reading at [`ask`]. Proved by `crates/crm/tests/it/approvals.rs`.

use crate::sql::{Row, Sql};
use crate::{Fault, Tx};
use catalogue::RowId;
use security::PrincipalId;
use serde_json::{Value as Json, json};

/// An approval to be.
#[derive(Clone, Debug)]
pub struct NewApproval<'a> {
    /// The run that waits for it.
    pub run: Option<RowId>,
    /// In whose name it is asked.
    pub asked_by: PrincipalId,
    /// Whose change led to it.
    pub caused_by: PrincipalId,
    /// Who is to decide.
    pub of_whom: PrincipalId,
    /// The record's set.
    pub set: &'a str,
    /// The record.
    pub row: RowId,
    /// The version it had when it was asked.
    pub row_version: i64,
    /// Its parts: what somebody wrote.
    pub said: &'a Json,
}

/// An approval.
#[derive(Clone, Debug, PartialEq)]
pub struct Approval {
    /// Its id.
    pub id: RowId,
    /// The run that waits for it.
    pub run: Option<RowId>,
    /// In whose name it is asked.
    pub asked_by: PrincipalId,
    /// Whose change led to it.
    pub caused_by: PrincipalId,
    /// Who is to decide.
    pub of_whom: PrincipalId,
    /// The record's set.
    pub set: String,
    /// The record.
    pub row: RowId,
    /// The version it had when it was asked.
    pub row_version: i64,
    /// Its parts: what somebody wrote.
    pub said: Json,
    /// `waiting`, `approved`, `refused`, `withdrawn`.
    pub state: String,
    /// What whoever decided wrote.
    pub note: Option<String>,
    /// Microseconds UTC.
    pub created_on: i64,
    /// Microseconds UTC.
    pub decided_on: Option<i64>,
}

const COLUMNS: &str = "id, run, asked_by, caused_by, of_whom, set_name, row_id, row_version, said, state, note, created_on, decided_on";

fn read(row: &Row) -> Result<Approval, Fault> {
    Ok(Approval {
        id: row.id(0)?,
        run: row.opt_id(1)?,
        asked_by: PrincipalId(row.id(2)?),
        caused_by: PrincipalId(row.id(3)?),
        of_whom: PrincipalId(row.id(4)?),
        set: row.text(5)?,
        row: row.id(6)?,
        row_version: row.int(7)?,
        said: serde_json::from_str(&row.text(8)?).map_err(|_| Fault::broken("an approval cannot be read"))?,
        state: row.text(9)?,
        note: row.opt_text(10)?,
        created_on: row.int(11)?,
        decided_on: row.opt_int(12)?,
    })
}

/// Asks for an approval, as part of this change.
pub fn ask(tx: &mut Tx<'_>, new: &NewApproval<'_>) -> Result<RowId, Fault> {
    let id = tx.new_id();
    tx.run(
        "INSERT INTO sys_approvals (id, run, asked_by, caused_by, of_whom, set_name, row_id, row_version, said, state, created_on)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'waiting', ?10)",
        &[
            id.into(),
            new.run.into(),
            new.asked_by.0.into(),
            new.caused_by.0.into(),
            new.of_whom.0.into(),
            new.set.into(),
            new.row.into(),
            new.row_version.into(),
            new.said.to_string().into(),
            tx.now().into(),
        ],
    )?;
    let told = json!({ "of_whom": new.of_whom.to_string(), "set": new.set, "row": new.row.to_string(), "version": new.row_version });
    tx.changed("approvals", id, None, Some(told));
    Ok(id)
}

/// One approval.
pub fn get(tx: &mut Tx<'_>, id: RowId) -> Result<Option<Approval>, Fault> {
    tx.row(&format!("SELECT {COLUMNS} FROM sys_approvals WHERE id = ?1"), &[id.into()])?.as_ref().map(read).transpose()
}

/// What is asked of somebody: what waits first, oldest first, then what was decided, newest first.
pub fn of(tx: &mut Tx<'_>, of_whom: PrincipalId, limit: usize) -> Result<Vec<Approval>, Fault> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut found = Vec::new();
    for (state, order) in [("= 'waiting'", "created_on, id"), ("<> 'waiting'", "created_on DESC, id DESC")] {
        let mut sql = Sql::new("SELECT ");
        sql.push(COLUMNS).push(" FROM sys_approvals WHERE of_whom = ").bind(of_whom.0).push(" AND state ").push(state);
        sql.push(" ORDER BY ").push(order).push(" LIMIT ").bind(limit);
        found.extend(tx.ask(&sql)?.iter().map(read).collect::<Result<Vec<_>, Fault>>()?);
    }
    Ok(found)
}

/// Keeps what was decided, on which version of the record. False when it waits no more.
pub fn decide(tx: &mut Tx<'_>, id: RowId, state: &str, note: Option<&str>, version: Option<i64>) -> Result<bool, Fault> {
    let now = tx.now();
    let decided = tx.run(
        "UPDATE sys_approvals SET state = ?2, note = ?3, decided_on = ?4, decided_version = ?5 WHERE id = ?1 AND state = 'waiting'",
        &[id.into(), state.into(), note.unwrap_or_default().into(), now.into(), version.into()],
    )?;
    if decided == 1 {
        let told = json!({ "state": state, "note": note, "version": version });
        tx.changed("approvals", id, Some(json!({ "state": "waiting" })), Some(told));
    }
    Ok(decided == 1)
}

/// What waits for somebody's decision, by id, behind `after`.
pub fn waiting_of(tx: &mut Tx<'_>, of_whom: PrincipalId, after: Option<RowId>, limit: usize) -> Result<Vec<Approval>, Fault> {
    let mut sql = Sql::new("SELECT ");
    sql.push(COLUMNS).push(" FROM sys_approvals WHERE of_whom = ").bind(of_whom.0).push(" AND state = 'waiting'");
    if let Some(after) = after {
        sql.push(" AND id > ").bind(after);
    }
    sql.push(" ORDER BY id LIMIT ").bind(i64::try_from(limit).unwrap_or(i64::MAX));
    tx.ask(&sql)?.iter().map(read).collect()
}

/// Lets somebody else decide what waits for `from`. False when it waits for them no more.
pub fn hand_on(tx: &mut Tx<'_>, id: RowId, from: PrincipalId, to: PrincipalId) -> Result<bool, Fault> {
    let moved = tx.run(
        "UPDATE sys_approvals SET of_whom = ?3 WHERE id = ?1 AND of_whom = ?2 AND state = 'waiting'",
        &[id.into(), from.0.into(), to.0.into()],
    )?;
    if moved == 1 {
        tx.changed("approvals", id, Some(json!({ "of_whom": from.to_string() })), Some(json!({ "of_whom": to.to_string() })));
    }
    Ok(moved == 1)
}
