//! In and out: files become records, records become files.
//!
//! In: [`upload`] keeps the bytes, [`look()`] shows what they hold, [`begin`] starts an import, its job makes records in
//! batches with its asker's own verbs. Out: [`ask`] is the one function that decides about an export and records it;
//! its job writes the file into the spool, and [`collect`] hands it to whoever asked, watching that person meanwhile.
//! Not here: how files look (`formats`), how a record is made ([`crate::records`]).
//! Start reading at [`begin`] and [`ask`]. Proved by `crates/crm/tests/it/exchange.rs`.

mod ask;
mod at_once;
mod collect;
mod doubled;
mod egress;
mod fill;
mod find;
mod guess;
mod look;
mod map;
mod run_export;
mod run_import;
mod spool;
mod status;
mod take;
mod upload;
mod watch;

pub use ask::{Duplicates, ImportAsk, Mode, Prepared, Started, begin, prepare, start};
pub use at_once::{export_now, import_now};
pub use collect::{Delivery, collect};
pub use egress::{Asked, Decision, Format, REASON_ABOVE, ROW_LIMIT, Taking, ask, preview};
pub use look::{LookAsk, LookSpec, Looked, encodings, look};
pub use map::{ImportMap, MapLine, MatchBy};
pub(crate) use run_export::run as run_export;
pub(crate) use run_import::run as run_import;
pub use spool::sweep;
pub use status::{errors_csv, errors_file, export, exports, failed, import, imports};
pub use store::exchange::{Export, ExportState, FailedRow, Import, Tally};
pub use upload::{LARGEST, upload};
pub(crate) use watch::EVERY;

use crate::{Done, Error, Problem};
use catalogue::{Catalogue, RowId, Table};
use store::Fault;
use store::queue::Job;

/// The kind of an import's job.
pub const IMPORT: &str = "import";
/// The kind of an export's job.
pub const EXPORT: &str = "export";

/// The table of a set, or a problem that names it.
pub(crate) fn table<'c>(catalogue: &'c Catalogue, set: &str) -> Done<&'c Table> {
    catalogue.find(set).ok_or_else(|| Problem::malformed("unknown-set", format!("there is no set `{set}`")))
}

/// A file that was never sent, was swept, or belongs to somebody else.
pub(crate) fn no_file() -> Error {
    Problem::invalid("no-file", "there is no such file, or it was not imported within a day; send it again")
}

pub(crate) fn as_json(value: &impl serde::Serialize) -> Done<serde_json::Value> {
    serde_json::to_value(value).map_err(|_| Fault::broken("what was asked cannot be written down").into())
}

/// The id that stands in a job's arguments under this name.
pub(crate) fn id_of(job: &Job, name: &str) -> Done<RowId> {
    let id = job.arguments.get(name).and_then(|v| v.as_str()).and_then(RowId::parse);
    id.ok_or_else(|| Fault::broken(format!("a job without its {name}")).into())
}
