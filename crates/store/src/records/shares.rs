//! Shares of one record: given, ended, read.
//!
//! A share is a row that is never deleted; ending it is one row and at once, and everything inherited from it ends with
//! it, because an inherited share counts only while its source is live.
//! Not here: who may share (`crm` asks for a permit). Proved by `crates/store/tests/it/two_readers.rs`.

use super::rule_sql::push_live;
use super::{Written, meant_for, table_of, within};
use crate::sql::Sql;
use crate::{Fault, Tx};
use catalogue::{RowId, Value};
use security::{Permit, PrincipalId, Privilege, Rights, ShareFact};
use serde_json::json;

/// A share to be given.
#[derive(Clone, Debug)]
pub struct NewShare {
    /// Of which record.
    pub row: RowId,
    /// To whom: a user, a team, the organisation.
    pub with: PrincipalId,
    /// What it carries.
    pub rights: Rights,
    /// When it ends by itself, microseconds UTC.
    pub until: Option<i64>,
    /// The share it comes from, by cascade.
    pub inherited: Option<RowId>,
}

/// Gives a share of a record of the permit's table, if the permit covers it.
pub fn give_share(tx: &mut Tx<'_>, permit: &Permit<'_>, share: &NewShare) -> Result<(RowId, Written), Fault> {
    meant_for(permit, Privilege::Share)?;
    let id = tx.new_id();
    if !within(tx, permit, &[share.row])?.contains(&share.row) {
        return Ok((id, Written::Outside));
    }
    let catalogue = tx.catalogue_of(permit);
    let set = table_of(&catalogue, permit.table())?.set.clone();
    let by = tx.signer().ok_or_else(|| Fault::broken("a share without a signature"))?;
    tx.run(
        "INSERT INTO sys_shares (id, set_name, row_id, principal, mask, inherited, by_id, since, until, ended)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, NULL)",
        &[
            id.into(),
            set.as_str().into(),
            share.row.into(),
            share.with.0.into(),
            share.rights.0.into(),
            share.inherited.into(),
            by.0.into(),
            tx.now.into(),
            share.until.into(),
        ],
    )?;
    // Running streams of whoever it names look again.
    tx.run("UPDATE sys_principals SET share_number = share_number + 1 WHERE id = ?1", &[share.with.0.into()])?;
    let new = json!({ "with": share.with.to_string(), "mask": share.rights.0, "until": share.until, "inherited": share.inherited.map(|i| i.to_string()) });
    tx.changed(&format!("{set}.shares"), share.row, None, Some(new));
    Ok((id, Written::Done(0)))
}

/// Ends a share now. False when it had ended before.
pub fn end_share(tx: &mut Tx<'_>, set: &str, share: &ShareFact, row: RowId) -> Result<bool, Fault> {
    let ended = tx.run("UPDATE sys_shares SET ended = ?2 WHERE id = ?1 AND ended IS NULL", &[share.id.into(), tx.now.into()])?;
    tx.run("UPDATE sys_principals SET share_number = share_number + 1 WHERE id = ?1", &[share.with.0.into()])?;
    if ended > 0 {
        tx.changed(&format!("{set}.shares"), row, Some(json!({ "with": share.with.to_string(), "mask": share.rights.0 })), None);
    }
    Ok(ended > 0)
}

/// Ends every share with this very user, in one statement. Answers how many.
///
/// They may be thousands, so the trail tells how many ended then, among the changes of the user.
pub(crate) fn end_shares_with(tx: &mut Tx<'_>, with: PrincipalId) -> Result<u64, Fault> {
    let ended = tx.run("UPDATE sys_shares SET ended = ?2 WHERE principal = ?1 AND ended IS NULL", &[with.0.into(), tx.now.into()])?;
    tx.run("UPDATE sys_principals SET share_number = share_number + 1 WHERE id = ?1", &[with.0.into()])?;
    if ended > 0 {
        tx.changed("users", with.0, None, Some(json!({ "shares_ended": ended })));
    }
    Ok(ended)
}

/// The live shares of a record, oldest first.
pub fn live_shares(tx: &mut Tx<'_>, set: &str, row: RowId) -> Result<Vec<ShareFact>, Fault> {
    let mut sql = Sql::new("SELECT s.id, s.principal, s.mask, s.by_id, s.until, s.inherited FROM sys_shares s WHERE s.row_id = ");
    sql.bind(row).push(" AND s.set_name = ").bind(set).push(" AND ");
    push_live(&mut sql, tx.now);
    sql.push(" ORDER BY s.since, s.id");
    tx.ask(&sql)?.iter().map(fact).collect()
}

/// The shares that came from this one.
pub fn inherited_of(tx: &mut Tx<'_>, share: RowId) -> Result<Vec<(String, RowId)>, Fault> {
    let rows = tx.rows("SELECT set_name, row_id FROM sys_shares WHERE inherited = ?1 AND ended IS NULL", &[Value::Id(share)])?;
    rows.iter().map(|r| Ok((r.text(0)?, r.id(1)?))).collect()
}

fn fact(row: &crate::sql::Row) -> Result<ShareFact, Fault> {
    Ok(ShareFact {
        id: row.id(0)?,
        with: PrincipalId(row.id(1)?),
        rights: Rights(row.int(2)?),
        by: PrincipalId(row.opt_id(3)?.unwrap_or(PrincipalId::OPERATOR.0)),
        until: row.opt_int(4)?,
        inherited: row.opt_id(5)?,
    })
}
