//! How files look: bytes to rows and rows to bytes, streaming, with the caps as arguments.
//!
//! The one idea: a file is never trusted and never held in memory. Reading is [`sniff()`] (what is this?), then
//! [`CsvRows`] with a [`CsvLook`] (what the person confirmed) and [`Caps`] (what it may cost); whatever is wrong is a
//! [`RowProblem`] that names its row. Writing is a [`SheetWriter`] over typed [`Cell`]s.
//! Not here: tables, rights, the store; which column a header means; how a text becomes a date (`crm`).
//! Start reading at [`CsvRows::open`]. Proved by `tests/it/`, above all `real_files.rs` and `properties.rs`.

mod cell;
mod csv_rows;
mod csv_writer;
mod decoded;
mod encoding;
mod neutralise;
mod row_problem;
mod sheet_writer;
mod sniff;
mod xlsx_writer;

pub use cell::Cell;
pub use csv_rows::{Caps, CsvLook, CsvRows, Row};
pub use csv_writer::CsvWriter;
pub use encoding::Encoding;
pub use neutralise::{neutralise, restore};
pub use row_problem::{HeaderProblem, RowProblem, RowTrouble};
pub use sheet_writer::{SheetWriter, WriteProblem};
pub use sniff::{HEAD, HeaderGuess, LineEnd, Sniffed, sniff};
pub use xlsx_writer::{XLSX_CELL, XLSX_COLUMNS, XLSX_ROWS, XlsxWriter};
