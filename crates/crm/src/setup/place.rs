//! Laying out records without a person: for the generator alone.
//!
//! Rows come whole, with owner and the day they were made; what the product derives (amounts in the organisation's
//! currency, numbers that count up) is derived here too. The operator lays them out and reads none of them; they bear the
//! name of a person all the same, as records that people made do.
//! Not here: making the rows (`sample`). Proved by `crates/castellan/tests/it/main.rs`.

use crate::records::numbers;
use crate::{Done, Problem};
use catalogue::{Catalogue, ColumnId, Kind, RowId, Table, Target, Value};
use security::{Permit, PrincipalId, Privilege, Reason, UnitId};
use store::records::{Cells, Written, insert_dated};
use store::{Fault, Tx, accounts};

/// One row to be laid out.
#[derive(Clone, Debug)]
pub struct Placed {
    /// Its set.
    pub set: String,
    /// Its id.
    pub id: RowId,
    /// Owner and unit, on principal-owned tables.
    pub owner: Option<(PrincipalId, UnitId)>,
    /// Who made it, and when, microseconds UTC.
    pub made: (PrincipalId, i64),
    /// Its cells: column, value, and for a lookup what it points to.
    pub cells: Vec<(String, Value, Option<Target>)>,
}

/// The id under which the organisation's own currency is kept.
pub const BASE_CURRENCY: &str = "base_currency";

/// Lays out these rows, in order.
pub fn place(tx: &mut Tx<'_>, rows: &[Placed]) -> Done<()> {
    let catalogue = tx.catalogue().clone();
    let base = accounts::meta(tx, BASE_CURRENCY)?.and_then(|id| RowId::parse(&id));
    for row in rows {
        let table = catalogue.find(&row.set).ok_or_else(|| Problem::malformed("unknown-set", format!("there is no set `{}`", row.set)))?;
        let mut cells = cells(&catalogue, table, row, base)?;
        numbers(tx, table, &mut cells)?;
        let permit = Permit::for_upkeep(Reason::Generate, Privilege::Create, table);
        match insert_dated(tx, &permit, row.id, &cells, row.owner, row.made)? {
            Written::Done(_) => {}
            Written::Outside | Written::Stale => return Err(Fault::broken("a laid out row is not there").into()),
        }
    }
    Ok(())
}

fn cells(catalogue: &Catalogue, table: &Table, row: &Placed, base: Option<RowId>) -> Done<Cells> {
    let mut cells: Cells = Vec::with_capacity(row.cells.len() + 4);
    for (name, value, target) in &row.cells {
        let column =
            table.find(name).ok_or_else(|| Problem::malformed("unknown-column", format!("`{}` has no column `{name}`", row.set)))?;
        cells.push((column.id, value.clone(), *target));
        // Laid out rows are in the organisation's own currency: one unit is one unit.
        if column.kind == Kind::Money
            && let Some(twin) = table.find(&format!("{name}_base"))
        {
            cells.push((twin.id, value.clone(), None));
        }
    }
    let has = |cells: &Cells, id: ColumnId| cells.iter().any(|(c, ..)| *c == id);
    if let (Some(currency), Some(base)) = (table.find("currency"), base)
        && matches!(currency.kind, Kind::Lookup(_))
        && !has(&cells, currency.id)
    {
        cells.push((currency.id, base.into(), catalogue.target("currencies")));
    }
    if let Some(rate) = table.find("exchange_rate").filter(|c| c.system) {
        cells.push((rate.id, Value::Int(10_000_000_000), None));
    }
    if let Some(state) = table.find("state")
        && !has(&cells, state.id)
    {
        let first = state.kind.options().first().map_or(0, |o| o.value);
        cells.push((state.id, first.into(), None));
    }
    Ok(cells)
}
