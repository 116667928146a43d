//! The teams of single records: made with their first member, ended with their last.
//!
//! Such a team is an access team that belongs to one record and one template. It is called like the template, because a
//! record's name is not everybody's to know and a team's is. It is changed only here; what it is shared, its record
//! alone says. Every change takes the lock of rights first, so two who put somebody in at once make one team.
//! Not here: who may (`crm`), the share itself ([`crate::records`]). Proved by `crates/crm/tests/it/record_teams.rs`.

use super::teams::{self, TeamKind};
use super::{AccountError, TeamTemplate, by, users};
use crate::records::push_live;
use crate::sql::{Row, Sql};
use crate::{Fault, Tx, rights};
use catalogue::RowId;
use security::{PrincipalId, Rights, UnitId};
use serde_json::{Value as Json, json};

/// Which team is which record's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordTeam {
    id: RowId,
    /// By which template.
    pub template: RowId,
    /// Of which table.
    pub set: String,
    /// Of which record.
    pub row: RowId,
    /// The team.
    pub team: PrincipalId,
}

const SELECT: &str = "SELECT r.id, r.template, r.set_name, r.row_id, r.team FROM sys_record_teams r";

fn read(row: &Row) -> Result<RecordTeam, Fault> {
    Ok(RecordTeam { id: row.id(0)?, template: row.id(1)?, set: row.text(2)?, row: row.id(3)?, team: PrincipalId(row.id(4)?) })
}

fn told(of: &RecordTeam) -> Json {
    json!({ "template": of.template.to_string(), "set": of.set, "row": of.row.to_string(), "team": of.team.to_string() })
}

/// The teams that a record has now.
pub fn record_teams(tx: &mut Tx<'_>, set: &str, row: RowId) -> Result<Vec<RecordTeam>, Fault> {
    let text = format!("{SELECT} WHERE r.row_id = ?1 AND r.set_name = ?2 AND r.ended IS NULL ORDER BY r.since, r.id");
    tx.rows(&text, &[row.into(), set.into()])?.iter().map(read).collect()
}

/// Whose team this is, or was; none for a team of its own.
pub fn record_of_team(tx: &mut Tx<'_>, team: PrincipalId) -> Result<Option<RecordTeam>, Fault> {
    tx.row(&format!("{SELECT} WHERE r.team = ?1 ORDER BY r.since DESC, r.id DESC LIMIT 1"), &[team.0.into()])?
        .as_ref()
        .map(read)
        .transpose()
}

/// Whether this is the team of a record.
pub(crate) fn is_record_team(tx: &mut Tx<'_>, team: PrincipalId) -> Result<bool, Fault> {
    Ok(record_of_team(tx, team)?.is_some())
}

/// Makes the team of a record by this template, if it has none yet. Nobody is in it, nothing is shared with it.
pub fn make_record_team(tx: &mut Tx<'_>, template: &TeamTemplate, row: RowId, unit: UnitId) -> Result<RecordTeam, AccountError> {
    rights::lock(tx)?;
    let team = teams::make(tx, &template.name, unit, TeamKind::Access, false)?;
    let new = RecordTeam { id: tx.new_id(), template: template.id, set: template.set.clone(), row, team };
    keep(tx, &new)?;
    Ok(new)
}

fn keep(tx: &mut Tx<'_>, new: &RecordTeam) -> Result<(), Fault> {
    tx.run(
        "INSERT INTO sys_record_teams (id, template, set_name, row_id, team, by_id, since) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        &[new.id.into(), new.template.into(), new.set.as_str().into(), new.row.into(), new.team.0.into(), by(tx), tx.now.into()],
    )?;
    tx.changed("record_teams", new.id, None, Some(told(new)));
    Ok(())
}

/// Puts a user into the team of a record. True when that is new.
pub fn enter_record_team(tx: &mut Tx<'_>, of: &RecordTeam, user: PrincipalId) -> Result<bool, AccountError> {
    rights::lock(tx)?;
    users::known(tx, user)?;
    if teams::members(tx, of.team)?.contains(&user) {
        return Ok(false);
    }
    teams::enter(tx, of.team, user)?;
    rights::raise_user(tx, user)?;
    Ok(true)
}

/// Takes a user out of the team of a record. True when the user was in it.
pub fn leave_record_team(tx: &mut Tx<'_>, of: &RecordTeam, user: PrincipalId) -> Result<bool, Fault> {
    rights::lock(tx)?;
    let left = teams::leave(tx, of.team, user)?;
    if left {
        rights::raise_user(tx, user)?;
    }
    Ok(left)
}

/// Ends the team of a record, with everybody's membership. What is shared with it is ended by whoever calls this.
pub fn end_record_team(tx: &mut Tx<'_>, of: &RecordTeam) -> Result<(), Fault> {
    rights::lock(tx)?;
    for user in teams::members(tx, of.team)? {
        leave_record_team(tx, of, user)?;
    }
    end(tx, of)
}

fn end(tx: &mut Tx<'_>, of: &RecordTeam) -> Result<(), Fault> {
    tx.run("UPDATE sys_record_teams SET ended = ?2 WHERE id = ?1 AND ended IS NULL", &[of.id.into(), tx.now.into()])?;
    tx.changed("record_teams", of.id, Some(told(of)), None);
    Ok(())
}

/// A record goes: its teams are nobody's any more. Shares and memberships lie under its id and the team's, like all shares.
pub(crate) fn end_with_record(tx: &mut Tx<'_>, set: &str, row: RowId) -> Result<(), Fault> {
    for of in record_teams(tx, set, row)? {
        end(tx, &of)?;
    }
    Ok(())
}

/// A record is back: so are the teams that it is shared with still, with whom was in them.
pub(crate) fn return_with_record(tx: &mut Tx<'_>, set: &str, row: RowId) -> Result<(), Fault> {
    let mut sql = Sql::new("SELECT DISTINCT r.template, r.team FROM sys_record_teams r WHERE r.row_id = ");
    sql.bind(row).push(" AND r.set_name = ").bind(set);
    sql.push(" AND EXISTS (SELECT 1 FROM sys_shares s WHERE s.row_id = r.row_id AND s.set_name = r.set_name AND s.principal = r.team");
    sql.push(" AND s.inherited IS NULL AND ");
    push_live(&mut sql, tx.now);
    sql.push(") AND NOT EXISTS (SELECT 1 FROM sys_record_teams o WHERE o.team = r.team AND o.ended IS NULL)");
    for found in tx.ask(&sql)? {
        let again = RecordTeam { id: tx.new_id(), template: found.id(0)?, set: set.to_owned(), row, team: PrincipalId(found.id(1)?) };
        keep(tx, &again)?;
    }
    Ok(())
}

/// Lets everybody out of the teams of records that were removed before this moment and will not come back.
pub(crate) fn disband(tx: &mut Tx<'_>, before: i64) -> Result<(), Fault> {
    let text = format!(
        "{SELECT} JOIN sys_removed d ON d.row_id = r.row_id AND d.set_name = r.set_name WHERE d.removed_on < ?1
         AND NOT EXISTS (SELECT 1 FROM sys_record_teams o WHERE o.team = r.team AND o.ended IS NULL)
         AND EXISTS (SELECT 1 FROM sys_members m WHERE m.team = r.team AND m.ended IS NULL)"
    );
    for of in tx.rows(&text, &[before.into()])?.iter().map(read).collect::<Result<Vec<_>, _>>()? {
        for user in teams::members(tx, of.team)? {
            leave_record_team(tx, &of, user)?;
        }
    }
    Ok(())
}

/// What came to a team along with its record: rows of other records with what the team may do there.
pub fn shared_along(tx: &mut Tx<'_>, of: &RecordTeam) -> Result<Vec<(String, RowId, Rights)>, Fault> {
    let mut sql = Sql::new("SELECT s.set_name, s.row_id, s.mask FROM sys_shares s WHERE s.principal = ");
    sql.bind(of.team.0).push(" AND s.inherited IS NOT NULL AND ");
    push_live(&mut sql, tx.now);
    tx.ask(&sql)?.iter().map(|row| Ok((row.text(0)?, row.id(1)?, Rights(row.int(2)?)))).collect()
}
