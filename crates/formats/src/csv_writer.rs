//! Writes rows as CSV that no spreadsheet runs.
//!
//! UTF-8, CR LF, comma, quotes where needed (RFC 4180). Text cells and headers are neutralised ([`crate::neutralise`]),
//! typed cells are not: `-2` as a number stays, as text it gets its apostrophe. The comma is fixed because what
//! [`crate::neutralise`] guards depends on it.
//! Not here: what may leave the house; that is decided before a cell is made.
//! Proved by `tests/it/exports.rs` and `tests/it/properties.rs`.

use crate::cell::Cell;
use crate::neutralise::neutralise;
use crate::sheet_writer::WriteProblem;
use std::io::Write;

/// A CSV file in the making.
pub struct CsvWriter<W: Write> {
    out: csv::Writer<W>,
    headers: usize,
    rows: u64,
}

impl<W: Write> CsvWriter<W> {
    /// Begins a file. With `mark` it starts with the byte order mark, without which Excel does not see UTF-8.
    pub fn new(mut out: W, mark: bool) -> Result<CsvWriter<W>, WriteProblem> {
        if mark {
            out.write_all("\u{FEFF}".as_bytes())?;
        }
        let out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).flexible(true).from_writer(out);
        Ok(CsvWriter { out, headers: 0, rows: 0 })
    }

    /// Writes the header.
    pub fn start(&mut self, headers: &[&str]) -> Result<(), WriteProblem> {
        self.headers = headers.len();
        self.out.write_record(headers.iter().map(|name| neutralise(name).into_owned()))?;
        Ok(())
    }

    /// Writes one row, as wide as the header.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), WriteProblem> {
        self.rows += 1;
        WriteProblem::check_width(self.rows, cells.len(), self.headers)?;
        for cell in cells {
            match cell {
                Cell::Text(text) => self.out.write_field(neutralise(text).as_bytes())?,
                typed => self.out.write_field(typed.plain().as_bytes())?,
            }
        }
        self.out.write_record(None::<&[u8]>)?;
        Ok(())
    }

    /// Writes what is still held back and gives the output back.
    pub fn finish(self) -> Result<W, WriteProblem> {
        self.out.into_inner().map_err(|failed| WriteProblem::Io(failed.into_error()))
    }
}
