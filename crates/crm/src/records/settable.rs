//! Whether a value could be set by a rule that runs later: the column, who sets it, the value's form.
//!
//! It is the same question that a change of a record is asked, without a record.
//! Not here: what the row itself allows, which is asked when it is changed. Proved by `crates/crm/tests/it/workflows.rs`.

use super::check;
use crate::Error;
use crate::values::parse_json;
use catalogue::{Column, Table};
use security::{Actor, ColumnUse, Permit};
use serde_json::Value as Json;

/// Says why this column could not be given this value under the permit to write.
pub(crate) fn settable(actor: &Actor, table: &Table, write: &Permit<'_>, column: &Column, value: &Json) -> Result<(), String> {
    let (value, target) = parse_json(actor.catalogue(), column, value)?;
    let cells = vec![(column.id, value, target)];
    let words = |error: Error| match error {
        Error::Problem(problem) if !problem.errors.is_empty() => {
            problem.errors.iter().map(|wrong| wrong.message.clone()).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    };
    check::may_name(table, write, &cells, ColumnUse::Update).map_err(words)?;
    let cells = check::values(table, &cells).map_err(words)?;
    check::still_complete(table, &cells).map_err(words)
}
