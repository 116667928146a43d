//! Live shares, against those that the trail says were given and not ended.
//!
//! A share stands among the changes of its record by whom it names and what it gives; of each such pair no more may be
//! live than were given and not ended, so one put in by hand and one brought back to life are both found.
//! Not here: other rights ([`super::told`]). Proved by `crates/store/tests/it/trail_rows.rs`.

use super::{Bad, Report, Wrong};
use crate::sql::Sql;
use crate::{Fault, Tx};
use catalogue::{RowId, Value};

const PAGE: i64 = 256;

pub(super) fn compare(tx: &mut Tx<'_>, report: &mut Report) -> Result<(), Fault> {
    let nil = RowId(uuid::Uuid::nil());
    let mut after = (nil, String::new(), nil, i64::MIN);
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
            let (id, set) = (row.id(0)?, row.text(1)?);
            if row.int(4)? > given(tx, id, &set, row.id(2)?, row.int(3)?)? {
                report.bad.push(Bad { lane: None, number: None, wrong: Wrong::ShareUnknown { set, row: id } });
            }
        }
    }
}

/// How often this was given on the record and not ended. Erased changes count as given.
fn given(tx: &mut Tx<'_>, row: RowId, set: &str, with: RowId, mask: i64) -> Result<i64, Fault> {
    let mut sql = Sql::new("SELECT body FROM sys_changes WHERE row_id = ");
    sql.bind(row).push(" AND set_name = ").bind(format!("{set}.shares"));
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
