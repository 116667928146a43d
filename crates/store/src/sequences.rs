//! Numbers that count up: order numbers, case numbers.
//!
//! A number that was drawn is gone even when nobody uses it, but a refused verb gives its number back: the sequence is a
//! row like any other. That a number exists is a declared release (security-model 3).
//! Not here: how a number is written (`crm`). Proved by `crates/crm/tests/it/records_write.rs`.

use crate::{Fault, Tx};

/// Draws the next number of a sequence; the first is 1.
pub fn next(tx: &mut Tx<'_>, name: &str) -> Result<i64, Fault> {
    let drawn = tx.row(
        "INSERT INTO sys_sequences (name, next) VALUES (?1, 1) ON CONFLICT (name) DO UPDATE SET next = sys_sequences.next + 1 RETURNING next",
        &[name.into()],
    )?;
    tx.writes = true;
    drawn.ok_or_else(|| Fault::broken("a sequence gave no number"))?.int(0)
}

/// Makes sure that the sequence goes on behind this number, for rows that came with their own.
pub fn past(tx: &mut Tx<'_>, name: &str, number: i64) -> Result<(), Fault> {
    tx.run(
        "INSERT INTO sys_sequences (name, next) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET next = excluded.next WHERE sys_sequences.next < excluded.next",
        &[name.into(), number.into()],
    )?;
    Ok(())
}
