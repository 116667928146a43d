//! What is kept of imports and exports: what was asked, what became of each row, where the file lies.
//!
//! An import's rows are noted in the transaction that makes the records, so after a crash none is done twice and none
//! is lost. An export is kept before it is answered, refused ones too. How far either is, its job says: the state told
//! here is that of the job.
//! Not here: reading and writing files (`formats`), deciding (`crm`). Start reading at [`Import`] and [`Export`].
//! Proved by `crates/crm/tests/it/exchange.rs`.

mod exports;
mod imports;

pub use exports::{
    Export, ExportState, Made, NewExport, due, end_export, export, exports_of, fail_export, keep_export, note_collected, note_made,
};
pub use imports::{
    FailedRow, Import, NewImport, Outcome, Tally, failed_rows, import, imports_of, keep_import, note_row, note_tally, set_total,
};

use crate::Fault;

/// JSON that we wrote ourselves.
fn json(text: &str, what: &str) -> Result<serde_json::Value, Fault> {
    serde_json::from_str(text).map_err(|_| Fault::broken(format!("{what} cannot be read")))
}
