//! Cells of a row that is about to be written, found and set by column.
//!
//! A row "as it will be" is its cells over the record as it was.
//! Not here: whether they may be written (`check`). Proved by `crates/crm/tests/it/records_write.rs`.

use catalogue::{Column, ColumnId, RowId, Table, Target, Value};
use store::records::{Cells, Record};

/// The value that is to be written; `None` when the column is left as it is.
pub(super) fn cell(cells: &Cells, column: ColumnId) -> Option<&Value> {
    cells.iter().find(|(c, _, _)| *c == column).map(|(_, value, _)| value)
}

/// Writes this value, in place of what stood there.
pub(super) fn put(cells: &mut Cells, column: &Column, value: Value) {
    let target = column.kind.targets().first().copied().filter(|_| !value.is_null());
    cells.retain(|(c, _, _)| *c != column.id);
    cells.push((column.id, value, target));
}

/// The value as it will be; `None` when it is not known, because it is not open to the writer.
pub(super) fn will_be<'a>(cells: &'a Cells, before: Option<&'a Record>, column: ColumnId) -> Option<&'a Value> {
    match (cell(cells, column), before) {
        (Some(value), _) => Some(value),
        (None, Some(record)) => record.get(column),
        (None, None) => Some(&Value::Null),
    }
}

/// One lookup that is to be set.
pub(super) struct Named<'t> {
    pub(super) column: &'t Column,
    pub(super) target: Target,
    pub(super) id: RowId,
}

/// The lookups that are to name something.
pub(super) fn named<'t>(table: &'t Table, cells: &Cells) -> Vec<Named<'t>> {
    let one = |(column, value, target): &(ColumnId, Value, Option<Target>)| {
        Some(Named { column: table.column(*column)?, target: (*target)?, id: value.id()? })
    };
    cells.iter().filter_map(one).collect()
}
