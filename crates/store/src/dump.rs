//! A dump: an organisation, or a part of it, as one sealed stream that either database can be made of again.
//!
//! Everything comes out of one read transaction, so it is one moment, while others go on writing. Which tables and
//! columns there are is asked of the database, so nothing new can be forgotten; what is derived (words of search, the
//! keys of rows on SQLite) is made anew. Rows are JSON lines in the order of their keys, so that the same rows are the
//! same bytes on both databases; per table they are counted and hashed, here and again from what was restored.
//!
//! ```text
//! dump::write_without_permit(&store, &What, &[Recipient], impl Write) -> Result<Told, Unfit>     the way out
//! dump::Opened::open(impl Read + Send, &Identity)                     -> Result<Opened, Unfit>   .head says whose it is
//! dump::restore_into_empty(Opened, Setup, key)                        -> Result<Restored, Unfit> .finish() lets it serve
//! dump::verify_in_scratch(Opened, Setup, key)                         -> Result<Verified, Unfit> restored, counted, compared
//! dump::compare(&mut Tx, &[Counted])                                  -> Result<(), Unfit>       counted and hashed again
//! ```
//!
//! Law 1: it hands out every record without a permit, so its name shouts, and `xtask/tests/it/back_doors.txt` lists who
//! may call it. Not here: who may, the trail's entry, who is shut out after a restore (`crm`).
//! Start reading at [`write_without_permit`]. Proved by `crates/store/tests/it/dump.rs`.

mod cells;
mod compare;
mod files;
mod head;
mod keys;
mod load;
mod note;
mod read;
mod shape;
mod target;
mod unfit;
mod write;

pub use compare::compare;
pub use head::Head;
pub use keys::{Identity, KeyProblem, Recipient, archive_identity};
pub use note::note;
pub use read::Opened;
pub use target::{Restored, Verified, is_half_restored, restore_into_empty, verify_in_scratch};
pub(crate) use target::{is_half_restored_there, settle_marks};
pub use unfit::Unfit;
pub use write::write_without_permit;

use catalogue::RowId;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// What is dumped.
#[derive(Clone, Debug)]
pub enum What {
    /// The organisation: every table, the bytes of every file, the keys of the data directory.
    Whole,
    /// Some rows of some tables, the definitions of custom columns, and the bytes of the files among the rows; no key.
    Part(Part),
}

/// A part of an organisation.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// What it is, for whoever finds it later; it stands in the head.
    pub about: Json,
    /// Which rows, by table of the database (`accounts`, `sys_principals`); a row that several picks name comes once.
    pub picks: BTreeMap<String, Vec<Pick>>,
}

/// Some rows of a table.
#[derive(Clone, Debug)]
pub enum Pick {
    /// All of them.
    All,
    /// Those that have one of these ids in this column.
    Of {
        /// The column, `id`, `owner`, `row_id`.
        column: String,
        /// The ids.
        ids: Vec<RowId>,
    },
    /// Those that stand in this column as rows of another table do in one of theirs: what hangs on picked rows, the files
    /// that picked rows name. Asked of the database, so it is as much as there is, and none of it in memory.
    Linked {
        /// The column, `sales_order`, `parent`, `id`.
        column: String,
        /// The other table.
        table: String,
        /// The column of the other table, `id`, `content`.
        by: String,
        /// Which rows of the other table.
        picks: Vec<Pick>,
    },
}

/// One table, counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The table of the database.
    pub name: String,
    /// The columns that were hashed, in order.
    pub columns: Vec<String>,
    /// How many rows.
    pub rows: u64,
    /// SHA-256 over the rows, in hex.
    pub sha256: String,
}

/// What was written, or read back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The organisation's name.
    pub organisation: String,
    /// The moment it shows, microseconds UTC.
    pub time: i64,
    /// Every table, in the order of the stream.
    pub tables: Vec<Counted>,
    /// Files whose bytes came along.
    pub files: u64,
    /// Files whose bytes are not there any more, or not those that were once kept. They come along as they are.
    pub damaged: Vec<RowId>,
    /// How long the sealed stream is.
    pub bytes: u64,
    /// SHA-256 of the sealed stream, in hex.
    pub sha256: String,
}

impl Told {
    /// All rows of all tables.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }
}

/// The first line says this, and which form the rest has.
const FORM: i64 = 1;

/// Lies in a data directory as long as a restore into it is not over.
const MARK_FILE: &str = "restoring";
/// Lies in a PostgreSQL database as long as a restore into it is not over.
const MARK_TABLE: &str = "sys_restoring";

fn hex(bytes: &[u8]) -> String {
    crate::trail::checkpoint::hex(bytes)
}

/// Reads what [`hex`] wrote; nothing when it is no hex.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?)).collect()
}
