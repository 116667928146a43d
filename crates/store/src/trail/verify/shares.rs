//! Live shares, against those that the trail says were given and not ended.
//!
//! A share stands among the changes of its record by whom it names and what it gives; of each such pair no more may be
//! live than were given and not ended, so one put in by hand and one brought back to life are both found. When somebody
//! is shut out all shares with them end together, and one change of the user says so.
//! Not here: other rights ([`super::told`]). Proved by `crates/store/tests/it/trail_rows.rs`.

use super::{Bad, Report, Wrong};
use crate::sql::Sql;
use crate::{Fault, Tx};
use catalogue::{RowId, Value};
use std::collections::BTreeMap;

const PAGE: i64 = 256;

pub(super) fn compare(tx: &mut Tx<'_>, report: &mut Report) -> Result<(), Fault> {
    let nil = RowId(uuid::Uuid::nil());
    let mut after = (nil, String::new(), nil, i64::MIN);
    let mut ended = BTreeMap::new();
    loop {
        let page = tx.rows(
            "SELECT row_id, set_name, principal, mask, count(*) FROM sys_shares
             WHERE ended IS NULL AND (row_id, set_name, principal, mask) > (?1, ?2, ?3, ?4)
             GROUP BY row_id, set_name, principal, mask ORDER BY row_id, set_name, principal, mask LIMIT ?5",
            &[after.0.into(), Value::Text(after.1), after.2.into(), after.3.into(), PAGE.into()],
        )?;
        let Some(last) = page.last() else { return Ok(()) };
        after = (last.id(0)?, last.text(1)?, last.id(2)?, last.int(3)?);
        for row in &page {
            let (id, set, with) = (row.id(0)?, row.text(1)?, row.id(2)?);
            let since = match ended.get(&with) {
                Some(since) => *since,
                None => *ended.entry(with).or_insert(ended_together(tx, with)?),
            };
            if row.int(4)? > given(tx, id, &set, with, row.int(3)?, since)? {
                report.bad.push(Bad { lane: None, number: None, wrong: Wrong::ShareUnknown { set, row: id } });
            }
        }
    }
}

/// The entry with which all shares with this user last ended together: time, lane and number. Long ago if never.
type Together = (i64, i64, i64);

fn ended_together(tx: &mut Tx<'_>, with: RowId) -> Result<Together, Fault> {
    let rows = tx.rows(
        "SELECT t.time, t.lane, t.number, c.body FROM sys_changes c JOIN sys_trail t ON t.lane = c.lane AND t.number = c.number
         WHERE c.row_id = ?1 AND c.set_name = 'users' ORDER BY t.time DESC, t.number DESC",
        &[with.into()],
    )?;
    for row in rows {
        let body: serde_json::Value = row.opt_text(3)?.and_then(|body| serde_json::from_str(&body).ok()).unwrap_or_default();
        if body.pointer("/new/shares_ended").is_some() {
            return Ok((row.int(0)?, row.int(1)?, row.int(2)?));
        }
    }
    Ok((i64::MIN, 0, 0))
}

/// How often this was given on the record after `since` and not ended. Entries of one moment in two lanes have no order:
/// there the share is taken for one that came after. Erased changes count as given.
fn given(tx: &mut Tx<'_>, row: RowId, set: &str, with: RowId, mask: i64, since: Together) -> Result<i64, Fault> {
    let mut sql =
        Sql::new("SELECT c.body FROM sys_changes c JOIN sys_trail t ON t.lane = c.lane AND t.number = c.number WHERE c.row_id = ");
    sql.bind(row).push(" AND c.set_name = ").bind(format!("{set}.shares")).push(" AND (t.time > ").bind(since.0);
    sql.push(" OR t.time = ").bind(since.0).push(" AND (t.lane <> ").bind(since.1).push(" OR t.number > ").bind(since.2).push("))");
    let with = with.to_string();
    let mut live = 0;
    for change in tx.ask(&sql)? {
        let Some(body) = change.opt_text(0)? else {
            live += 1;
            continue;
        };
        let body: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
        let names = |side: &str| {
            let said = body.get(side);
            let text = |key: &str| said.and_then(|said| said.get(key));
            text("with").and_then(|with| with.as_str()) == Some(&with) && text("mask").and_then(serde_json::Value::as_i64) == Some(mask)
        };
        live += i64::from(names("new")) - i64::from(names("old"));
    }
    Ok(live)
}
