//! The shape of the organisation's tables: columns that it adds, changes and puts away while everybody works.
//!
//! A new column is there for everybody at the next request and readable for nobody, its maker included, until it is
//! opened or a field profile grants it. Whoever shapes tables sees names, labels and kinds, never a value.
//! Not here: opening and granting ([`crate::people::set_secured`]), which names fit (`catalogue::naming`).
//! Start reading at [`add_column`]. Proved by `crates/crm/tests/it/tables.rs`.

mod add;
mod change;
mod list;
mod retire;

pub use add::{NewColumn, add_column};
pub use change::{ColumnChange, OptionSaid, change_column};
pub use list::{TableLine, TableSheet, columns, tables};
pub use retire::retire_column;

/// What these verbs answer, kept below.
pub use store::columns::Kept;

use crate::{Done, Error, FieldError, Problem};
use catalogue::naming::Wrong;
use security::Denial;
use store::Tx;

/// The live column of that name.
fn kept(tx: &mut Tx<'_>, set: &str, name: &str) -> Done<Kept> {
    let mut all = store::columns::columns(tx)?.into_iter();
    all.find(|kept| kept.definition.set == set && kept.definition.name == name && !kept.definition.is_retired)
        .ok_or_else(|| Denial::NotThere.into())
}

/// Everything that is wrong, each at its field.
fn refused(wrong: Vec<Wrong>) -> Error {
    Problem::columns(wrong.into_iter().map(|(field, message)| FieldError { column: field.into(), message }).collect())
}
