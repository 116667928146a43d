//! What the sample's orders come to: the files name price, quantity and discount of each line, and no sum.
//!
//! An order's total is its lines and its freight. Amounts are whole numbers of ten-thousandths, as the store keeps them.
//! Not here: orders that people make. Start reading at [`amounts`]. Proved by `crates/castellan/tests/it/demo.rs`.

use catalogue::{Catalogue, RowId, TableId};
use crm::records::Cells;
use crm::views::Row;
use std::collections::HashMap;

/// Quantities are kept in ten-thousandths, discounts in hundredths of a percent; so both are one when they are this.
const ONE: i128 = 10_000;

/// The changes that write amounts into these lines, and the total of each order.
pub fn amounts(catalogue: &Catalogue, orders: &[Row], lines: &[Row]) -> Vec<(TableId, RowId, Cells)> {
    let (Some(order), Some(line)) = (catalogue.find("orders"), catalogue.find("order_lines")) else { return Vec::new() };
    let (Some(total), Some(amount)) = (order.find("total_amount"), line.find("extended_amount")) else { return Vec::new() };
    let mut changes: Vec<(TableId, RowId, Cells)> = Vec::new();
    let mut sums: HashMap<RowId, i64> = HashMap::new();
    for row in lines {
        let number = |name: &str| row.cell(line, name).and_then(|c| c.value.int());
        let (Some(price), Some(quantity)) = (number("price_per_unit"), number("quantity")) else { continue };
        let comes_to = come_to(price, quantity, number("discount_percent").unwrap_or(0));
        if let Some(of) = row.cell(line, "sales_order").and_then(|c| c.value.id()) {
            *sums.entry(of).or_default() += comes_to;
        }
        changes.push((line.id, row.id, vec![(amount.id, comes_to.into(), None)]));
    }
    for row in orders {
        let freight = row.cell(order, "freight").and_then(|c| c.value.int()).unwrap_or(0);
        if let Some(sum) = sums.get(&row.id) {
            changes.push((order.id, row.id, vec![(total.id, (sum + freight).into(), None)]));
        }
    }
    changes
}

/// Price by quantity, less the discount; to the cent.
fn come_to(price: i64, quantity: i64, discount: i64) -> i64 {
    let exact = i128::from(price) * i128::from(quantity) * (ONE - i128::from(discount)) / ONE / ONE;
    i64::try_from((exact + 50) / 100 * 100).unwrap_or(0)
}
