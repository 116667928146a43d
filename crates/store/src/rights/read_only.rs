//! What nobody changes until somebody else owns it: the records of one owner in one table.
//!
//! A row of rights like the others: it begins, and it gets an end. It is about the owner, so a record leaves it by itself
//! when it is given to somebody else. It concerns everybody, so the organisation's number is raised.
//! Not here: what it forbids ([`security::permit`]). Proved by `crates/store/tests/it/rights.rs` and
//! `crates/store/tests/it/two_readers.rs`.

use super::{lock, raise_organisation};
use crate::accounts::by;
use crate::{Fault, Tx};
use security::PrincipalId;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// What changes call it.
const SET: &str = "read_only";

/// Makes what this owner has in this table read-only. True when that is new.
pub fn make_read_only(tx: &mut Tx<'_>, owner: PrincipalId, set: &str) -> Result<bool, Fault> {
    lock(tx)?;
    let stands = "SELECT 1 FROM sys_read_only WHERE principal = ?1 AND set_name = ?2 AND ended IS NULL";
    if tx.row(stands, &[owner.0.into(), set.into()])?.is_some() {
        return Ok(false);
    }
    let (id, signer) = (tx.new_id(), by(tx));
    tx.run(
        "INSERT INTO sys_read_only (id, principal, set_name, by_id, since) VALUES (?1, ?2, ?3, ?4, ?5)",
        &[id.into(), owner.0.into(), set.into(), signer, tx.now.into()],
    )?;
    tx.changed(SET, id, None, Some(json!({ "principal": owner.to_string(), "set": set })));
    raise_organisation(tx)?;
    Ok(true)
}

/// Ends that for this table, or for all of them. Answers for how many.
pub fn end_read_only(tx: &mut Tx<'_>, owner: PrincipalId, set: Option<&str>) -> Result<usize, Fault> {
    lock(tx)?;
    let live = tx.rows("SELECT id, set_name FROM sys_read_only WHERE principal = ?1 AND ended IS NULL ORDER BY id", &[owner.0.into()])?;
    let mut ended = 0;
    for row in &live {
        let (id, of) = (row.id(0)?, row.text(1)?);
        if set.is_some_and(|set| set != of) {
            continue;
        }
        tx.run("UPDATE sys_read_only SET ended = ?2 WHERE id = ?1", &[id.into(), tx.now.into()])?;
        tx.changed(SET, id, Some(json!({ "principal": owner.to_string(), "set": of })), None);
        ended += 1;
    }
    if ended > 0 {
        raise_organisation(tx)?;
    }
    Ok(ended)
}

/// Whose records of which tables are read-only now.
pub fn read_only(tx: &mut Tx<'_>) -> Result<Vec<(PrincipalId, String)>, Fault> {
    let rows = tx.rows(
        "SELECT principal, set_name FROM sys_read_only WHERE ended IS NULL AND (until IS NULL OR until > ?1) ORDER BY principal, set_name",
        &[tx.now.into()],
    )?;
    rows.iter().map(|row| Ok((PrincipalId(row.id(0)?), row.text(1)?))).collect()
}

/// The same by table, as everybody's standing has it.
pub(super) fn by_set(tx: &mut Tx<'_>) -> Result<BTreeMap<String, BTreeSet<PrincipalId>>, Fault> {
    let mut all: BTreeMap<String, BTreeSet<PrincipalId>> = BTreeMap::new();
    for (owner, set) in read_only(tx)? {
        all.entry(set).or_default().insert(owner);
    }
    Ok(all)
}
