//! What amounts are counted in: for making `_base` twins and exchange rates, never for an answer to a person.
//!
//! A row with money has a currency and a rate of its own, a parent-owned row its parent's. These reads take no permit,
//! because what is made of them must not depend on who writes: they hand out currencies, rates and amounts of one row.
//! Not here: the arithmetic (`crm`). Proved by `crates/crm/tests/it/records_write.rs`.

use crate::sql::name;
use crate::{Fault, Tx};
use catalogue::{ColumnId, Kind, RowId, Table};

/// What one row's amounts are counted in, and the amounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amounts {
    /// Its currency.
    pub currency: Option<RowId>,
    /// Its exchange rate, ten digits behind the point.
    pub rate: Option<i64>,
    /// Its filled money columns, in 1/10,000.
    pub filled: Vec<(ColumnId, i64)>,
}

/// The amounts of a row; `None` when it is not there.
pub fn amounts(tx: &mut Tx<'_>, table: &Table, id: RowId) -> Result<Option<Amounts>, Fault> {
    let money: Vec<&catalogue::Column> = table.columns.iter().filter(|c| c.kind == Kind::Money).collect();
    let cell = |column: &str| table.find(column).map_or("NULL".to_owned(), |c| name(&c.name));
    let mut columns = vec!["id".to_owned()];
    let own = table.find("exchange_rate").is_some();
    if own {
        columns.extend([cell("currency"), cell("exchange_rate")]);
    }
    columns.extend(money.iter().map(|c| name(&c.name)));
    let Some(row) = tx.row(&format!("SELECT {} FROM {} WHERE id = ?1", columns.join(", "), name(&table.set)), &[id.into()])? else {
        return Ok(None);
    };
    let first = if own { 3 } else { 1 };
    let mut filled = Vec::new();
    for (n, column) in money.iter().enumerate() {
        filled.extend(row.opt_int(first + n)?.map(|amount| (column.id, amount)));
    }
    let (currency, rate) = if own { (row.opt_id(1)?, row.opt_int(2)?) } else { (None, None) };
    Ok(Some(Amounts { currency, rate, filled }))
}

/// The organisation's currency, when there is one.
pub fn base_currency(tx: &mut Tx<'_>) -> Result<Option<RowId>, Fault> {
    if tx.catalogue.find("currencies").is_none() {
        return Ok(None);
    }
    tx.row("SELECT id FROM currencies WHERE is_base = 1 ORDER BY id LIMIT 1", &[])?.map(|r| r.id(0)).transpose()
}

/// The rate of a currency, ten digits behind the point: how much of it one unit of the organisation's currency buys.
pub fn currency_rate(tx: &mut Tx<'_>, currency: RowId) -> Result<Option<i64>, Fault> {
    tx.row("SELECT rate FROM currencies WHERE id = ?1", &[currency.into()])?.map_or(Ok(None), |r| r.opt_int(0))
}
