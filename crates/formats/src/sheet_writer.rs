//! One way to write an export, whatever its format.
//!
//! [`SheetWriter`] is `start`, then `row` for each row, then `finish`; the file is only whole after `finish`.
//! Not here: the formats themselves ([`CsvWriter`], [`XlsxWriter`]).
//! Proved by `tests/it/exports.rs`.

use crate::cell::Cell;
use crate::csv_writer::CsvWriter;
use crate::xlsx_writer::XlsxWriter;
use std::fmt;
use std::io::{self, Seek, Write};
use std::path::Path;

/// A file in the making, in one of the formats.
pub enum SheetWriter<W: Write + Seek + Send> {
    /// Comma-separated values.
    Csv(Box<CsvWriter<W>>),
    /// An Excel workbook.
    Xlsx(Box<XlsxWriter<W>>),
}

impl<W: Write + Seek + Send> SheetWriter<W> {
    /// A CSV file; see [`CsvWriter::new`].
    pub fn csv(out: W, mark: bool) -> Result<SheetWriter<W>, WriteProblem> {
        CsvWriter::new(out, mark).map(|writer| SheetWriter::Csv(Box::new(writer)))
    }

    /// A workbook; see [`XlsxWriter::new`].
    pub fn xlsx(out: W, spool: &Path, sheet: &str) -> Result<SheetWriter<W>, WriteProblem> {
        XlsxWriter::new(out, spool, sheet).map(|writer| SheetWriter::Xlsx(Box::new(writer)))
    }

    /// Writes the header.
    pub fn start(&mut self, headers: &[&str]) -> Result<(), WriteProblem> {
        match self {
            SheetWriter::Csv(writer) => writer.start(headers),
            SheetWriter::Xlsx(writer) => writer.start(headers),
        }
    }

    /// Writes one row, as wide as the header.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), WriteProblem> {
        match self {
            SheetWriter::Csv(writer) => writer.row(cells),
            SheetWriter::Xlsx(writer) => writer.row(cells),
        }
    }

    /// Completes the file and gives the output back.
    pub fn finish(self) -> Result<W, WriteProblem> {
        match self {
            SheetWriter::Csv(writer) => writer.finish(),
            SheetWriter::Xlsx(writer) => writer.finish(),
        }
    }
}

/// Why a file could not be written.
#[derive(Debug)]
pub enum WriteProblem {
    /// A row is not as wide as the header.
    Width {
        /// The row, counted from 1 after the header.
        row: u64,
        /// Its cells.
        cells: usize,
        /// The headers.
        headers: usize,
    },
    /// A text does not fit into a cell of the format; it is not cut.
    CellTooLong {
        /// The row, counted from 1 after the header; 0 is the header.
        row: u64,
        /// The header of the cell.
        column: String,
        /// The length, in UTF-16 units as Excel counts.
        length: usize,
    },
    /// More rows than the format holds.
    TooManyRows {
        /// How many fit below the header.
        limit: u64,
    },
    /// More columns than the format holds.
    TooManyColumns {
        /// How many there would be.
        columns: usize,
    },
    /// The output or the spool cannot be written.
    Io(io::Error),
    /// The workbook could not be made.
    Xlsx(rust_xlsxwriter::XlsxError),
}

impl WriteProblem {
    /// That a row is as wide as the header.
    pub(crate) fn check_width(row: u64, cells: usize, headers: usize) -> Result<(), WriteProblem> {
        if cells == headers { Ok(()) } else { Err(WriteProblem::Width { row, cells, headers }) }
    }
}

impl fmt::Display for WriteProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WriteProblem::Width { row, cells, headers } => {
                write!(f, "row {row} has {cells} cells, the header has {headers}")
            }
            WriteProblem::CellTooLong { row, column, length } => {
                write!(f, "row {row} has {length} characters in `{column}`, a cell of a workbook holds 32,767; export as CSV instead")
            }
            WriteProblem::TooManyRows { limit } => {
                write!(f, "a workbook holds {limit} rows; export fewer, or as CSV")
            }
            WriteProblem::TooManyColumns { columns } => {
                write!(f, "a workbook holds 16,384 columns, not {columns}")
            }
            WriteProblem::Io(_) => write!(f, "the file could not be written"),
            WriteProblem::Xlsx(_) => write!(f, "the workbook could not be made"),
        }
    }
}

impl std::error::Error for WriteProblem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            WriteProblem::Io(error) => Some(error),
            WriteProblem::Xlsx(error) => Some(error),
            WriteProblem::Width { .. }
            | WriteProblem::CellTooLong { .. }
            | WriteProblem::TooManyRows { .. }
            | WriteProblem::TooManyColumns { .. } => None,
        }
    }
}

impl From<io::Error> for WriteProblem {
    fn from(error: io::Error) -> WriteProblem {
        WriteProblem::Io(error)
    }
}

impl From<csv::Error> for WriteProblem {
    fn from(error: csv::Error) -> WriteProblem {
        WriteProblem::Io(error.into())
    }
}

impl From<rust_xlsxwriter::XlsxError> for WriteProblem {
    fn from(error: rust_xlsxwriter::XlsxError) -> WriteProblem {
        match error {
            rust_xlsxwriter::XlsxError::IoError(error) => WriteProblem::Io(error),
            other => WriteProblem::Xlsx(other),
        }
    }
}
