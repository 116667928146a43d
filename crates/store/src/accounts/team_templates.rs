//! Team templates: what an access team of one record carries.
//!
//! A template belongs to a table and never changes; it gets an end, and another one may take its name. Each record of the
//! table may have one team by it ([`super::record_teams`]); the teams that there are outlive it.
//! Not here: who may make one (`crm`). Proved by `crates/crm/tests/it/record_teams.rs`.

use super::{AccountError, by, named, plain};
use crate::sql::Row;
use crate::{Fault, Tx, rights};
use catalogue::RowId;
use security::Rights;
use serde_json::json;

/// A template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamTemplate {
    /// The id.
    pub id: RowId,
    /// Of which table.
    pub set: String,
    /// What it and its teams are called.
    pub name: String,
    /// What a record is shared under with its team.
    pub rights: Rights,
    /// True when nobody comes into its teams any more.
    pub is_ended: bool,
}

const SELECT: &str = "SELECT t.id, t.set_name, t.name, t.mask, t.ended FROM sys_team_templates t";

fn read(row: &Row) -> Result<TeamTemplate, Fault> {
    Ok(TeamTemplate {
        id: row.id(0)?,
        set: row.text(1)?,
        name: row.text(2)?,
        rights: Rights(row.int(3)?),
        is_ended: row.opt_int(4)?.is_some(),
    })
}

/// The templates that are not ended, by table and name.
pub fn team_templates(tx: &mut Tx<'_>) -> Result<Vec<TeamTemplate>, Fault> {
    tx.rows(&format!("{SELECT} WHERE t.ended IS NULL ORDER BY t.set_name, t.name_key, t.id"), &[])?.iter().map(read).collect()
}

/// One template, ended or not.
pub fn team_template(tx: &mut Tx<'_>, id: RowId) -> Result<Option<TeamTemplate>, Fault> {
    tx.row(&format!("{SELECT} WHERE t.id = ?1"), &[id.into()])?.as_ref().map(read).transpose()
}

/// Makes a template; of a table, no two are called the same at a time.
pub fn make_team_template(tx: &mut Tx<'_>, set: &str, name: &str, rights: Rights) -> Result<RowId, AccountError> {
    let (name, key) = named(name)?;
    let id = tx.new_id();
    tx.run(
        "INSERT INTO sys_team_templates (id, set_name, name, name_key, mask, by_id, since) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        &[id.into(), set.into(), plain(&name), plain(&key), rights.0.into(), by(tx), tx.now.into()],
    )?;
    tx.changed("team_templates", id, None, Some(json!({ "set": set, "name": name, "mask": rights.0 })));
    Ok(id)
}

/// Ends a template. True when it had not ended before.
pub fn end_team_template(tx: &mut Tx<'_>, id: RowId) -> Result<bool, Fault> {
    // Somebody may be coming into a team of it right now.
    rights::lock(tx)?;
    let Some(old) = team_template(tx, id)?.filter(|old| !old.is_ended) else { return Ok(false) };
    tx.run("UPDATE sys_team_templates SET ended = ?2 WHERE id = ?1", &[id.into(), tx.now.into()])?;
    tx.changed("team_templates", id, Some(json!({ "set": old.set, "name": old.name, "mask": old.rights.0 })), None);
    Ok(true)
}
