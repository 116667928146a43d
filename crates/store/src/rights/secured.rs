//! Which columns are secured: what is shipped, and what an administrator changed about it.
//!
//! [`catalogue`] is the shipped catalogue with the live changes applied. The last one made is kept and found again by
//! the changes themselves, so a rolled-back change or a clock can never leave a wrong one behind.
//! Not here: who reads a secured column ([`super::profiles`]). Proved by `crates/store/tests/it/rights.rs`.

use super::{lock, raise_organisation};
use crate::accounts::{AccountError, Problem, by, plain};
use crate::{Fault, Tx};
use catalogue::{Catalogue, Kind, Table};
use serde_json::json;
use std::sync::{Arc, Mutex, PoisonError};

/// The changes, and the catalogue they make of the shipped one.
type Made = (Vec<(String, String, bool)>, Arc<Catalogue>, Arc<Catalogue>);

/// The catalogue that was made last.
#[derive(Default)]
pub(crate) struct Shaped(Mutex<Option<Made>>);

/// What exists in this organisation now. From here on the transaction sees it too ([`Tx::catalogue`]).
pub fn catalogue(tx: &mut Tx<'_>) -> Result<Arc<Catalogue>, Fault> {
    let rows = tx.rows(
        "SELECT set_name, column_name, secured FROM sys_column_security WHERE ended IS NULL AND (until IS NULL OR until > ?1)
         ORDER BY since, id",
        &[tx.now.into()],
    )?;
    let changes = rows.iter().map(|r| Ok((r.text(0)?, r.text(1)?, r.flag(2)?))).collect::<Result<Vec<_>, Fault>>()?;
    let shipped = tx.shared.catalogue();
    let shaped = if changes.is_empty() { shipped } else { shape(&tx.shared.shaped, shipped, changes) };
    tx.catalogue = shaped.clone();
    Ok(shaped)
}

fn shape(kept: &Shaped, shipped: Arc<Catalogue>, changes: Vec<(String, String, bool)>) -> Arc<Catalogue> {
    let mut kept = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((made_by, from, made)) = &*kept
        && *made_by == changes
        && Arc::ptr_eq(from, &shipped)
    {
        return made.clone();
    }
    let made = changes.iter().fold((*shipped).clone(), |made, (set, column, secured)| made.with_secured(set, column, *secured));
    let made = Arc::new(made);
    *kept = Some((changes, shipped, made.clone()));
    made
}

/// Secures a column, or opens it. What names or finds a row, and what the product keeps itself, cannot be secured.
pub fn set_secured(tx: &mut Tx<'_>, set: &str, column: &str, secured: bool) -> Result<(), AccountError> {
    lock(tx)?;
    let now = catalogue(tx)?;
    let table = now.find(set).ok_or(Problem::Unknown)?;
    let found = table.find(column).ok_or(Problem::Unknown)?;
    if secured && !may_be_secured(table, found) {
        return Err(Problem::NotSecurable.into());
    }
    if found.secured == secured {
        return Ok(());
    }
    tx.run(
        "UPDATE sys_column_security SET ended = ?3 WHERE set_name = ?1 AND column_name = ?2 AND ended IS NULL",
        &[plain(set), plain(column), tx.now.into()],
    )?;
    let row = tx.new_id();
    tx.run(
        "INSERT INTO sys_column_security (id, set_name, column_name, secured, by_id, since) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        &[row.into(), plain(set), plain(column), secured.into(), by(tx), tx.now.into()],
    )?;
    let said = |secured: bool| json!({ "table": set, "column": column, "secured": secured });
    tx.changed("column_security", row, Some(said(!secured)), Some(said(secured)));
    raise_organisation(tx)?;
    catalogue(tx)?;
    Ok(())
}

/// Whether anybody may secure this column (security-model 6). The twin of a money column follows its amount.
pub fn may_be_secured(table: &Table, column: &catalogue::Column) -> bool {
    let kept_by_us = column.system || matches!(column.kind, Kind::MoneyBase | Kind::Owner | Kind::Id) || column.name == "state";
    !kept_by_us && !column.search && column.id != table.primary
}
