//! Which columns there are and which of them are secured: what is shipped, and what an administrator changed about it.
//!
//! [`catalogue`] is the shipped catalogue with the live changes applied. The last one made is kept and found again by
//! the changes themselves, so a rolled-back change or a clock can never leave a wrong one behind.
//! Not here: who reads a secured column ([`super::profiles`]). Proved by `crates/store/tests/it/rights.rs`.

use super::{lock, raise_organisation};
use crate::accounts::{AccountError, Problem, by, plain};
use crate::records::reword;
use crate::{Fault, Tx};
use catalogue::{Catalogue, Definition, Kind, Table};
use serde_json::json;
use std::sync::{Arc, Mutex, PoisonError};

/// What was added and changed, and the catalogue it makes of the shipped one.
type Made = (Changes, Arc<Catalogue>, Arc<Catalogue>);

/// What an organisation did to the catalogue.
#[derive(PartialEq)]
struct Changes {
    added: Vec<Definition>,
    secured: Vec<(String, String, bool)>,
}

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
    let secured = rows.iter().map(|r| Ok((r.text(0)?, r.text(1)?, r.flag(2)?))).collect::<Result<Vec<_>, Fault>>()?;
    let added = crate::columns::columns(tx)?.into_iter().map(|kept| kept.definition).collect::<Vec<_>>();
    let shipped = tx.shared.catalogue();
    let is_shipped = added.is_empty() && secured.is_empty();
    let shaped = if is_shipped { shipped } else { shape(&tx.shared.shaped, shipped, Changes { added, secured })? };
    tx.catalogue = shaped.clone();
    Ok(shaped)
}

fn shape(kept: &Shaped, shipped: Arc<Catalogue>, changes: Changes) -> Result<Arc<Catalogue>, Fault> {
    let mut kept = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((made_by, from, made)) = &*kept
        && *made_by == changes
        && Arc::ptr_eq(from, &shipped)
    {
        return Ok(made.clone());
    }
    // What does not fit what is shipped is no catalogue: nobody is decided about by half of one.
    let whole = shipped.with_columns(&changes.added).map_err(|broken| Fault::broken(broken.to_string()))?;
    let made = changes.secured.iter().fold(whole, |made, (set, column, secured)| made.with_secured(set, column, *secured));
    let made = Arc::new(made);
    *kept = Some((changes, shipped, made.clone()));
    Ok(made)
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
    let now = catalogue(tx)?;
    if let Some(table) = now.find(set)
        && let Some(column) = table.find(column).filter(|column| column.custom.is_some_and(|custom| custom.is_searched))
    {
        reword(tx, table, column)?;
    }
    Ok(())
}

/// Whether anybody may secure this column (security-model 6). The twin of a money column follows its amount.
pub fn may_be_secured(table: &Table, column: &catalogue::Column) -> bool {
    let kept_by_us = column.system || matches!(column.kind, Kind::MoneyBase | Kind::Owner | Kind::Id) || column.name == "state";
    let names_or_finds = column.id == table.primary || column.search && column.custom.is_none();
    !kept_by_us && !names_or_finds && !column.is_retired()
}
