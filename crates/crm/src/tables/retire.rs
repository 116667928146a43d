//! Puts a column away: it is shown nowhere, and nobody reads, writes, filters or takes out by it.
//!
//! Nothing is deleted: its values lie where they lay, records that are deleted and restored keep theirs, and its name
//! stays taken, so that a new column can never show old values.
//! Not here: options of a choice ([`super::change_column`]). Proved by `crates/crm/tests/it/tables.rs`.

use super::kept;
use crate::Done;
use catalogue::Definition;
use security::{Actor, Task, entrust};
use store::Tx;

/// Puts it away.
pub fn retire_column(tx: &mut Tx<'_>, actor: &Actor, set: &str, name: &str) -> Done<()> {
    entrust(actor, Task::Customise)?;
    let old = kept(tx, set, name)?;
    let new = Definition { is_retired: true, ..old.definition.clone() };
    Ok(store::columns::change(tx, &old, &new)?)
}
